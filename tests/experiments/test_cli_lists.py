"""The command line: help, lists and descriptions, in both languages, and that nothing heavy is loaded for them."""

import json
import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from silosim.experiments.cli import build_app
from silosim.experiments.commands.lists import KINDS
from silosim.model.measures.declared import MEASURES
from silosim.model.organisation_file import bundled_organisations, bundled_path
from silosim.model.parameters import DIALS, PARAMETERS
from silosim.model.policies import load_policies

COMMANDS = ("run", "compare", "list", "show", "trace", "check", "bench", "warmup")


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("words", [[], *([c] for c in COMMANDS)])
def test_help(words, lang):
    result = CliRunner().invoke(build_app(lang), [*words, "--help"])
    assert result.exit_code == 0
    assert ("Simuleert" if lang == "nl" else "Simulates") in result.output or words


def test_without_words_help_is_shown(silosim):
    status, out, wrong = silosim()
    assert (status, wrong) == (0, "")
    assert all(command in out for command in COMMANDS)


def test_version(silosim):
    assert re.fullmatch(r"silosim \d+\.\d+\.\d+\n", silosim("--version")[1])


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("kind", KINDS)
def test_lists_name_everything(silosim, kind, lang):
    roles = {"levers": "lever", "world": "world", "money": "constant"}
    names = {**{kind: [p.name for p in PARAMETERS.of_role(role)] for kind, role in roles.items()},
             "measures": MEASURES, "dials": DIALS, "policies": list(load_policies()),
             "organisations": bundled_organisations()}[kind]
    status, out, wrong = silosim("list", kind, "--lang", lang)
    assert (status, wrong) == (0, "")
    assert all(re.search(rf"\b{name}\b", out) for name in names)
    rows = json.loads(silosim("list", kind, "--json", "--lang", lang)[1])
    assert {row["name"] for row in rows} == set(names)


def test_missing_policies_say_why(silosim, telepathy):
    out = silosim("list", "policies")[1]
    assert "Not in this version" in out
    assert "Needs a sense" in " ".join(out.split())
    rows = {row["name"]: row for row in json.loads(silosim("list", "policies", "--json")[1])}
    assert rows["telepathy"] == {"name": "telepathy", "label": "Telepathy", "levers": {}, "available": False,
                                 "why": "Needs a sense."}


@pytest.mark.parametrize("name", ["bonus", "kpi", "demand", "wage", "grade", "customer_time", "insurer", "reward_mix",
                                  "today", "keep_it_small", "pressure"])
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_show_one_of_each(silosim, name, lang):
    status, out, wrong = silosim("show", name, "--lang", lang)
    assert (status, wrong) == (0, "")
    assert out.startswith(f"{name}: ")
    documents = json.loads(silosim("show", name, "--json", "--lang", lang)[1])
    assert all(document["name"] == name and document["kind"] in KINDS for document in documents)


@pytest.mark.parametrize("name", [*PARAMETERS, *MEASURES, *DIALS, *load_policies()])
def test_show_finds_everything(name):
    from silosim.experiments.commands import Session
    from silosim.experiments.commands.show import find

    assert find(name, Session("nl"))


def test_a_name_of_two_things_shows_both(silosim):
    documents = json.loads(silosim("show", "pressure", "--json")[1])
    assert [document["kind"] for document in documents] == ["measures", "dials"]


def test_show_files(silosim, tmp_path):
    (tmp_path / "mine.toml").write_text(bundled_path("clinic").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "plan.toml").write_text(
        "label = 'My plan'\n[levers]\nbonus = 0.1\n[[switch]]\nweek = 9\nlevers = {okr = 1}\n")
    assert "kind" in json.loads(silosim("show", "mine.toml", "--json")[1])[0]
    status, out, _ = silosim("show", "plan.toml")
    assert status == 0
    assert "My plan" in out
    assert re.search(r"9\s+Reward on the shared OKR\s+0\s+1", out)


def test_dutch_numbers(silosim):
    out = silosim("show", "bonus", "--lang=nl")[1]
    assert "0,7" in out
    assert "0 – 1,5" in out
    assert "1,000" in silosim("list", "organisations")[1]
    assert "1.000" in silosim("--lang", "nl", "list", "organisations")[1]


def test_language_from_the_environment(silosim, monkeypatch):
    monkeypatch.setenv("SILOSIM_LANG", "nl")
    assert "Naam" in silosim("list", "dials")[1]
    assert "Name" in silosim("list", "dials", "--lang", "en")[1]


def test_listing_loads_nothing_heavy():
    code = ("from silosim.experiments.cli import main; import sys\n"
            "for kind in ('levers', 'measures', 'policies', 'organisations'): main(['list', kind])\n"
            "heavy = ('numpy', 'numba', 'pandas', 'mesa', 'matplotlib', 'sqlite_utils')\n"
            "print([name for name in heavy if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_listing_starts_within_half_a_second():
    """Processor time of the whole process, the best of five: what a clock shows where nothing else runs."""
    times = []
    for _ in range(5):
        before = os.times()
        subprocess.run([sys.executable, "-m", "silosim.experiments.cli", "list", "levers"], check=True,
                       stdout=subprocess.DEVNULL)
        after = os.times()
        times.append(after.children_user - before.children_user + after.children_system - before.children_system)
    assert 0 < min(times) < 0.5
