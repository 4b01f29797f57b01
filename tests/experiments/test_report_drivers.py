"""Page 5: what drives the result, planted in the stand-in engine and found again; and what is said without the runs."""

import functools
import re
from contextlib import nullcontext

import fake_engine
import numpy as np
import pytest
from report_database import Planted, make
from report_page import Page

from silosim.experiments.report import ensembles
from silosim.experiments.report.facts.drivers import clear, find_drivers, serving
from silosim.experiments.report.facts.facts import compute
from silosim.experiments.report.facts.source import opened, read
from silosim.experiments.report.pictures import canvas
from silosim.experiments.report.pictures.drivers import tornado, whole
from silosim.experiments.report.render import html
from silosim.experiments.report.words import Words
from silosim.experiments.store import Store
from silosim.experiments.sweeps.design import Design
from silosim.experiments.sweeps.run import run_sweep
from silosim.model.parameters import PARAMETERS
from silosim.model.text import LANGUAGES

DUTY, GRADE = PARAMETERS["duty"].default, 0.3
VARIED = ("duty", "inertia", "care_effect", "context_loss", "adaptation")


def planted(job) -> float:
    """The grade goes up by customer pay, the more so the larger `duty` is; `inertia` does the same to all."""
    gain = GRADE * (1 + 2 * (job.world.get("duty", DUTY) / DUTY - 1)) if job.levers else 0.0
    return gain + job.world.get("inertia", 0.0)


def worlds(known, frame, count):
    """Twelve worlds that differ in every varied parameter, in no order common to two of them."""
    rng = np.random.default_rng(1)
    factors = rng.uniform(0.9, 1.1, size=(12, len(VARIED)))
    return [(f"w{k}", {name: PARAMETERS[name].default * f for name, f in zip(VARIED, row, strict=True)})
            for k, row in enumerate(factors)]


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """What `silosim compare customer_pay --report` leaves behind with the planted engine."""
    from silosim.experiments import engine
    from silosim.experiments.cli import main

    folder = tmp_path_factory.mktemp("drivers")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(engine, "job", fake_engine.FakeJob)
        patch.setattr(engine, "live", functools.partial(fake_engine.live))
        patch.setattr(engine, "warm_up", lambda spec: None)
        patch.setattr(fake_engine, "effect", planted)
        patch.setattr(ensembles, "TRAJECTORIES", 3)
        patch.setattr(ensembles, "LOCAL_RUNS", 4)
        patch.setattr(ensembles, "MOST_LOCAL", 3)
        patch.setattr(ensembles, "ranges", lambda prior: {name: (PARAMETERS[name].default * 0.9,
                                                                 PARAMETERS[name].default * 1.1) for name in VARIED})
        patch.setattr("silosim.experiments.report.worlds.sample", worlds)
        patch.setattr("silosim.experiments.report.write.side_by_side", lambda _: nullcontext(map))
        patch.setattr("silosim.experiments.report.write.write_pdf", lambda document, path: path)
        patch.setattr("silosim.experiments.report.write.draw", lambda facts, words: {})
        assert main(["compare", "customer_pay", "--report", "--runs", "4", "--weeks", "60", "--no-figures",
                     "--db", "r.db"]) == 0
    return folder / "r.db"


@pytest.fixture
def facts(database):
    with opened(database) as store:
        yield compute(read(store))


def test_both_designs_are_declared_and_made_for_today_and_the_first_policy(database):
    with Store(database, write=False) as store:
        sweeps = store.sweeps()
        designs = {name: store.sweep_settings(number) for number, name in sweeps["name"].dropna().items()}
        points = {number: set(store.points(number)["policy"]) for number in sweeps.index[2:]}
    assert set(designs) == {ensembles.LOCAL, ensembles.GLOBAL}
    assert (sweeps["status"] == "done").all()
    assert "duty" in designs[ensembles.LOCAL]["factors"]
    assert len(designs[ensembles.LOCAL]["factors"]) == 3
    assert set(designs[ensembles.GLOBAL]["factors"]) == set(VARIED)
    assert {spread["group"] for spread in designs[ensembles.GLOBAL]["factors"].values()} == {
        PARAMETERS[name].group for name in VARIED}
    assert all(policies == {"today", "customer_pay"} for policies in points.values())


def test_what_was_planted_is_found_alone_and_together(facts):
    table = facts.tables["local"]
    assert next(iter(table.rows)) == "duty"
    for end in ("low", "high"):
        value = facts.cell("local", "duty", "from" if end == "low" else "to").value
        wanted = GRADE * (1 + 2 * (value / DUTY - 1))
        assert facts.cell("local", "duty", f"grade.{end}").value == pytest.approx(wanted, abs=1e-9)
    assert clear(table.word("duty", "grade.verdict"))
    assert facts.drivers.base["grade"] == pytest.approx(GRADE)
    groups = facts.tables["global"]
    assert next(iter(groups.rows)) == PARAMETERS["duty"].group
    assert facts.cell("global", PARAMETERS["duty"].group, "index").value == pytest.approx(0.4 * GRADE, rel=0.1)
    assert groups.word("customers", "clear") == "no"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_tells_both_and_labels_them(facts, lang):
    page = Page(html(facts, Words(facts, lang), {}))
    titles = {"en": ("Local: one assumption at a time", "Global: groups of assumptions at once"),
              "nl": ("Lokaal: één aanname tegelijk", "Globaal: groepen aannames tegelijk")}[lang]
    assert all(title in page.text for title in titles)
    said = next(one for one in page.prose if "c-local-duty-grade.high" in dict(one.numbers))
    assert dict(said.numbers)["c-local-duty-grade.high"].replace(",", ".") == page.cells[
        "c-local-duty-grade.high"].split()[0].replace(",", ".")
    assert not re.search({"en": "are stored for", "nl": "niet bewaard; deze"}[lang], page.text)


def test_its_pictures_are_drawn_in_both_widths_and_nothing_is_cut_off(facts, monkeypatch):
    saved, out = canvas._svg, []

    def look(figure):
        made = saved(figure)  # first, since it is laid out while it is drawn
        around, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
        out.append(min(around.x0, around.y0, width - around.x1, height - around.y1))
        return made

    monkeypatch.setattr(canvas, "_svg", look)
    for drawn in (tornado(facts, Words(facts, "nl")), whole(facts, Words(facts, "nl"))):
        assert set(drawn.svg) == {"wide", "narrow"}
        assert drawn.png
    assert min(out) > -0.02


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_the_runs_the_page_says_so_and_how_to_get_them(tmp_path, lang):
    with opened(make(tmp_path / "r.db", {"better": Planted({"grade": 0.3})})) as store:
        facts = compute(read(store))
        page = Page(html(facts, Words(facts, lang), {}))
    missing = {"en": "No runs with groups of assumptions at once (global) or with one assumption at a time (local)",
               "nl": "Runs met groepen aannames tegelijk (globaal) of met één aanname tegelijk (lokaal)"}[lang]
    assert missing in page.text
    assert "silosim compare --report" in page.text


@pytest.mark.parametrize(("column", "value"), [("weeks", 61), ("burn_in", 1), ("start", "fresh"),
                                               ("world", {"duty": 1})])
def test_runs_of_another_comparison_do_not_serve(database, column, value):
    with opened(database) as store:
        source = read(store)
        assert serving(source, "customer_pay", ("morris",))
        if column == "world":
            object.__setattr__(source, "world", value)
        else:
            source.settings[column] = value
        assert not serving(source, "customer_pay", ("morris",))


def test_runs_of_other_rules_or_levers_do_not_serve(database):
    with opened(database) as store:
        source = read(store)
        source.levers["customer_pay"]["customer_weight"] = 0.9
        assert not serving(source, "customer_pay", ("morris",))
        assert find_drivers(source, "customer_pay").local is None
        assert find_drivers(source, "").whole is None
    with opened(database) as store:
        source = read(store)
        source.row["rulebook"] = "others"
        assert not serving(source, "customer_pay", ("one_at_a_time",))


def test_a_sobol_sweep_made_by_hand_goes_before_the_small_one(database, tmp_path, fake, monkeypatch):
    import shutil

    monkeypatch.setattr(fake_engine, "effect", planted)
    path = shutil.copy(database, tmp_path / "r.db")
    factors = {name: {"low": PARAMETERS[name].default * 0.9, "high": PARAMETERS[name].default * 1.1}
               for name in ("duty", "inertia")}
    design = Design(name="mine", method="sobol", policies=("today", "customer_pay"), weeks=60, factors=factors,
                    sample={"size": 16}, replications={"runs": 2})
    with Store(path) as store:
        run_sweep(store, design)
    with opened(path) as store:
        facts = compute(read(store))
        page = Page(html(facts, Words(facts, "en"), {}))
    assert facts.drivers.method == "sobol"
    assert facts.cell("global", "duty", "index").value > 0.8
    assert "Total index (Sobol)" in page.text
