"""Runs in other worlds for the report: which ones, each once, and the way from `compare --report` to the page."""

import json
import re
from contextlib import nullcontext
from pathlib import Path

from fake_engine import FakeOrganisation

from silosim.experiments.calibration.run import load_worlds
from silosim.experiments.calibration.worlds import made_by
from silosim.experiments.report import ensembles, golden, pdf
from silosim.experiments.report.worlds import COUNT, fitted, make_worlds, sample
from silosim.experiments.runkey import organisation_hash
from silosim.experiments.scenarios import Frame, scenarios
from silosim.experiments.store import Store
from silosim.model.organisation_file import load_organisation

FRAME = Frame(FakeOrganisation(), {"duty": 0.4}, runs=5, weeks=20)


def test_the_sample_follows_from_the_seed_and_keeps_what_the_frame_sets():
    known = load_worlds("narrow")
    names, worlds = zip(*sample(known, FRAME), strict=True)
    assert len(set(names)) == COUNT
    assert all(world["duty"] == 0.4 for world in worlds)
    assert len({world["inertia"] for world in worlds}) == COUNT
    assert sample(known, FRAME) == sample(known, FRAME)


def test_every_policy_runs_in_every_world_and_only_once(fake, tmp_path):
    chosen = scenarios(["customer_pay"])
    with Store(tmp_path / "r.db") as store:
        first = make_worlds(store, FRAME, chosen, lambda done, total: None, count=4, runs=2)
        again = make_worlds(store, FRAME, chosen, lambda done, total: None, count=4, runs=2)
        points = store.points(2)
        worlds = dict(store.fetch("SELECT world_name, world FROM point WHERE sweep = 1 AND policy = 'today'"))
        status = store.sweeps()["status"].tolist()
    assert (first.total, first.new, again.new) == (16, 16, 0)
    assert points.groupby("world_name")["policy"].agg(list).tolist() == [["today", "customer_pay"]] * 4
    assert {name: json.loads(words)["duty"] for name, words in worlds.items()} == dict.fromkeys(worlds, 0.4)
    assert status == ["done", "done"]


def test_another_organisation_borrows_worlds_and_says_so_until_it_has_its_own(fake, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fitted(FRAME)[1] == organisation_hash(load_organisation("insurer"))
    assert fitted(Frame(load_organisation("insurer")))[0] == load_worlds("narrow")
    clinic = Frame(load_organisation("clinic"), runs=2, weeks=20)
    assert fitted(clinic)[1] == organisation_hash(load_organisation("insurer"))
    published = Path(golden.__file__).parents[2] / "results" / "calibration" / "worlds_narrow.csv"
    (tmp_path / "results" / "calibration").mkdir(parents=True)
    own = tmp_path / "results" / "calibration" / "worlds_narrow_clinic.csv"
    lines = published.read_text().splitlines(keepends=True)
    for mark, whose in (("0" * 16, "insurer"), (made_by(clinic.spec, 1, "narrow"), "clinic")):
        own.write_text(re.sub("made_by=[0-9a-f]+", f"made_by={mark}", lines[0]) + "".join(lines[1:40]))
        worlds, hash_of = fitted(clinic)
        assert hash_of == organisation_hash(load_organisation(whose))
        assert (len(worlds) < 40) == (whose == "clinic")


def test_compare_goes_on_to_the_report(fake, silosim, tmp_path, monkeypatch):
    def no_typesetter(*_):
        raise pdf.NoPdf("library")

    monkeypatch.setattr("silosim.experiments.report.write.write_pdf", no_typesetter)
    monkeypatch.setattr(ensembles, "TRAJECTORIES", 2)
    monkeypatch.setattr(ensembles, "LOCAL_RUNS", 1)
    monkeypatch.setattr("silosim.experiments.report.write.side_by_side", lambda _: nullcontext(map))
    monkeypatch.setattr("silosim.experiments.report.write.draw", lambda facts, words: {})
    monkeypatch.setattr("silosim.experiments.report.worlds.sample", lambda known, frame, count: [
        (f"w{k}", {"duty": 0.3 + 0.01 * k}) for k in range(12)])
    status, out, err = silosim("compare", "customer_pay", "--report", "--runs", 3, "--weeks", 60, "--no-figures",
                               "--db", "r.db")
    assert status == 0, err
    assert "no PDF: WeasyPrint finds no Pango" in err
    for lang in ("en", "nl"):
        assert (tmp_path / "report" / f"report-{lang}.html").exists()
    assert (tmp_path / "report" / "tables" / "robust.csv").read_text().count("\n") == 3
    assert "HTML: " in out
