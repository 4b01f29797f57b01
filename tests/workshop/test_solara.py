"""`silosim solara` without its libraries: it says in one line what is missing or wrong, and loads nothing before."""

import socket
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

import pytest

from silosim.experiments.commands import solara
from silosim.experiments.commands.session import Session
from silosim.model.parameters import PARAMETERS, InvalidInput


@pytest.fixture
def settings(monkeypatch):
    """The environment is put back after a test; the command sets it for Solara."""
    import os

    kept = dict(os.environ)
    yield os.environ
    os.environ.clear()
    os.environ.update(kept)


@pytest.mark.parametrize("missing", ["solara", "solara_assets", "networkx", "altair"])
def test_a_missing_library_is_named_in_one_line_with_the_extra(monkeypatch, settings, missing):
    for module in ("solara", "solara_assets", "altair", "networkx"):
        monkeypatch.setitem(sys.modules, module, None if module == missing else sys)
    with pytest.raises(InvalidInput, match=rf"^this needs {missing}, .* 'silosim\[solara\]' brings it$"):
        solara.serve(Session(), "clinic", 1, solara.PORT, browser=False)


def test_an_unknown_organisation_is_refused_first(settings):
    with pytest.raises(InvalidInput, match="unknown organisation 'clinik'; did you mean 'clinic'"):
        solara.serve(Session(), "clinik", 1, solara.PORT, browser=False)


def test_a_port_in_use_is_named(monkeypatch, settings):
    for module in ("solara", "solara_assets", "altair", "networkx"):
        monkeypatch.setitem(sys.modules, module, sys)
    with socket.socket() as taken:
        taken.bind((solara.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InvalidInput, match=f"^port {port} cannot be used .*--port$"):
            solara.serve(Session(), "clinic", 1, port, browser=False)


def test_it_reports_to_nobody_and_listens_to_this_machine_alone(settings):
    solara._settings(Session("nl"), "clinic", 3)
    assert settings["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] == "False"
    assert settings["SILOSIM_SOLARA_SEED"] == "3"
    assert settings["SILOSIM_SOLARA_LANG"] == "nl"
    assert solara.HOST == "127.0.0.1"


def installed() -> bool:
    try:
        return bool(version("solara") and version("solara-assets"))
    except PackageNotFoundError:
        return False


@pytest.mark.skipif(not installed(), reason="the extra `solara` is not installed: pip install -e '.[solara]'")
def test_the_form_offers_declared_ranges_and_the_page_makes_what_it_offers():
    code = """
import warnings
warnings.simplefilter("ignore")
from silosim.experiments.solara_page import LEVERS, LiveOrganisation, inputs
form = inputs("clinic", 7, "nl")
print(form["organisation"]["values"], form["rng"].value, [form[n].min for n in LEVERS], [form[n].max for n in LEVERS])
values = {n: form[n].value for n in LEVERS}
print(LiveOrganisation(form["organisation"]["value"], rng=form["rng"].value, **values).seed)
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    from silosim.experiments.solara_names import LEVERS

    lows, highs = ([PARAMETERS[name].low for name in LEVERS], [PARAMETERS[name].high for name in LEVERS])
    assert found.split("\n")[:2] == [f"['insurer', 'clinic'] 7 {lows} {highs}", "7"]
