"""The benchmark: every face is timed on the same organisation, in one run, and told apart from what is missing."""

import json
import math

import pytest

from silosim.experiments.benchmark import run as run_module
from silosim.experiments.benchmark.run import ENGINE, FACES, PLAIN, Benchmark, Face, run_benchmark
from silosim.experiments.commands import Session
from silosim.experiments.commands.bench import print_benchmark
from silosim.model.parameters import InvalidInput
from silosim.model.text import LANGUAGES


@pytest.fixture(scope="module")
def found():
    told = []
    result = run_benchmark("clinic", weeks=2, repeats=1, large=None, compile_cold=False, progress=told.append)
    assert told
    return result


def test_every_face_is_timed(found):
    assert set(found.faces) == set(FACES)
    assert not found.missing
    for face in found.faces.values():
        assert face.us_per_agent_day == pytest.approx(face.seconds / (20 * 5 * 2) * 1e6)
        assert face.runs_per_second > 0
        assert face.two_cores > 0
        assert face.process_mb is None or face.process_mb > 20
        assert 0.1 < face.model_mb < 100
        assert face.ratio == pytest.approx(found.faces[PLAIN].seconds / face.seconds)
    assert found.faces[PLAIN].ratio == 1.0
    assert found.faces[ENGINE].ratio > 10  # a hundred, with all weeks and a machine to itself


def test_starting_and_scaling(found):
    assert {"list", "import_engine", "import_mesa", "first_week"} <= set(found.start)
    assert all(seconds > 0 for seconds in found.start.values())
    assert [row["organisation"] for row in found.scaling] == ["clinic"]
    assert found.scaling[0]["employees"] == 20


def test_as_json(found):
    document = json.loads(json.dumps(found.document(), allow_nan=False))
    assert document["faces"]["engine"]["two_cores"] == found.faces[ENGINE].two_cores
    assert document["machine"]["cores"] >= 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_as_a_table(found, lang, capsys):
    print_benchmark(Session(lang), found)
    out = capsys.readouterr().out
    assert "clinic" in out
    assert ("Gewoon Mesa" if lang == "nl" else "Plain Mesa") in out


def test_a_face_that_cannot_be_imported_is_missing(monkeypatch):
    def probe(**settings):
        return real(**{**settings, "organisation": "nowhere"} if settings["face"] == PLAIN else settings)

    real = run_module.Probe
    monkeypatch.setattr(run_module, "Probe", probe)
    monkeypatch.setattr(run_module, "start_times", lambda *_: {})
    monkeypatch.setattr(run_module, "scaling", lambda *_: [])
    result = run_benchmark("clinic", weeks=1, repeats=1, faces=(ENGINE, PLAIN))
    assert set(result.faces) == {ENGINE}
    assert "nowhere" in result.missing[PLAIN]
    assert json.loads(json.dumps(result.document(), allow_nan=False))["faces"][ENGINE]["ratio"] is None


def test_a_busy_machine_is_told(capsys):
    face = Face(ENGINE, 0.01, 0.1, 100.0, 190.0, 100.0, None)
    machine = {"processor": "p", "cores": 2, "python": "3", "numba": "0", "mesa": "3"}
    result = Benchmark("clinic", 20, 1, 1, machine, faces={ENGINE: face}, cores_had=0.4)
    assert result.busy == 0.4
    print_benchmark(Session("en"), result)
    out, wrong = capsys.readouterr()
    assert "40%" in wrong
    assert "undefined" in out  # no ratio without plain Mesa, no memory where it was not measured
    assert math.isnan(face.ratio)
    assert Benchmark("clinic", 20, 1, 1, machine, cores_had=0.99).busy == 0.0


@pytest.mark.parametrize("given", [{"weeks": 0}, {"repeats": 0}, {"organisation": "nowhere"}])
def test_bad_input(given):
    with pytest.raises(InvalidInput):
        run_benchmark(**given)
