"""`silosim bench --workshop`: what it asks, and how it tells what it found; how fast this machine is, no test says."""

from __future__ import annotations

import json

import pytest

from silosim.experiments.benchmark import waiting
from silosim.experiments.cli import main
from silosim.experiments.workshop.messages import scenario_from
from silosim.model.organisation_file import load_organisation

ORGANISATIONS = {"insurer": load_organisation("insurer")}


@pytest.mark.parametrize("kind", [waiting.sliders, waiting.worlds])
def test_every_move_is_valid_and_none_was_made_before(kind):
    moves = [scenario_from(kind(k, 1), ORGANISATIONS) for k in range(100)]
    seen = {json.dumps(move.document()) for move in moves}
    assert len(seen) == 100
    assert all(move.all_levers() for move in moves)


def test_a_row_says_how_long_almost_everybody_waits():
    row = waiting.row("first", [0.05] * 19 + [0.5], cpu=90.0, least=25.0)
    assert row["p50"] == pytest.approx(50)
    assert row["p95"] == pytest.approx(72.5)
    assert row["ratio"] == pytest.approx(2.0)
    assert (row["target"], row["n"], row["cpu"]) == (100.0, 20, 90.0)
    assert waiting.row("path", [1.0], 0.0, 0.0)["ratio"] is None


def found() -> waiting.Waiting:
    kinds = ("first", "full", "first_long", "again", "world", "path")
    return waiting.Waiting({"processor": "P", "cores": 2}, 11.5, 3.0,
                           [waiting.row(kind, [0.1, 0.2], 120.0, 0.0 if kind in ("again", "path") else 50.0)
                            for kind in kinds])


@pytest.mark.parametrize(("lang", "words"), [("en", "picture, 8 paired runs"), ("nl", "eerste beeld, 8 gepaarde")])
def test_it_is_told_in_both_languages_and_that_the_machine_was_busy(monkeypatch, capsys, lang, words):
    monkeypatch.setattr(waiting, "run_waiting", lambda moves, progress: found())
    assert main(["--lang", lang, "bench", "--workshop", "--quick"]) == 0
    out, err = capsys.readouterr()
    assert words in out
    assert ("3.0" if lang == "en" else "3,0") in err
    assert main(["bench", "--workshop", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["kind"] == "first"


def test_options_of_other_benchmarks_are_refused(capsys):
    assert main(["bench", "--quick"]) == 2
    assert "--workshop" in capsys.readouterr().err
