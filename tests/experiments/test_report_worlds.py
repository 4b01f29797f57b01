"""Runs in other worlds for the report: which ones, each once, and the way from `compare --report` to the page."""

import json

import pytest
from fake_engine import FakeOrganisation

from silosim.experiments.report import golden, pdf
from silosim.experiments.report.worlds import COUNT, make_worlds, sample
from silosim.experiments.scenarios import Frame, scenarios
from silosim.experiments.store import Store

FRAME = Frame(FakeOrganisation(), {"duty": 0.4}, runs=5, weeks=20)


def test_the_sample_follows_from_the_seed_and_keeps_what_the_frame_sets():
    names, worlds = zip(*sample(FRAME), strict=True)
    assert len(set(names)) == COUNT
    assert all(world["duty"] == 0.4 for world in worlds)
    assert len({world["inertia"] for world in worlds}) == COUNT
    assert sample(FRAME) == sample(FRAME)


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


def test_compare_goes_on_to_the_report(fake, silosim, tmp_path, monkeypatch):
    def no_typesetter(*_):
        raise pdf.NoPdf("library")

    monkeypatch.setattr("silosim.experiments.report.write.write_pdf", no_typesetter)
    monkeypatch.setattr("silosim.experiments.report.worlds.sample", lambda frame, count: [
        (f"w{k}", {"duty": 0.3 + 0.01 * k}) for k in range(12)])
    status, out, err = silosim("compare", "customer_pay", "--report", "--runs", 3, "--weeks", 60, "--no-figures",
                               "--db", "r.db")
    assert status == 0, err
    assert "no PDF: WeasyPrint finds no Pango" in err
    for lang in ("en", "nl"):
        assert (tmp_path / "report" / f"report-{lang}.html").exists()
    assert (tmp_path / "report" / "tables" / "robust.csv").read_text().count("\n") == 3
    assert "HTML: " in out


@pytest.mark.parametrize("status", [0, 1])
def test_what_is_published_replaces_what_was(tmp_path, monkeypatch, status):
    def command(words):
        folder = type(tmp_path)(words[-1]).parent / "report"
        (folder / "tables").mkdir(parents=True)
        (folder / "report-en.html").write_text("new")
        (folder / "tables" / "a.csv").write_text("new")
        return status

    monkeypatch.setattr(golden, "silosim", command)
    there = tmp_path / "there"
    there.mkdir()
    (there / "old.csv").write_text("old")
    if status:
        with pytest.raises(SystemExit):
            golden.publish(None, there)
        assert [file.name for file in there.iterdir()] == ["old.csv"]
    else:
        golden.publish(None, there)
        assert sorted(file.name for file in there.iterdir()) == ["report-en.html", "tables"]
