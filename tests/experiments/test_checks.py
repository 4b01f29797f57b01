"""`silosim check`: every check holds on the rules as installed, says what it found, and is stored."""

import importlib
import math

import pytest

from silosim.experiments.calibration.targets import TARGETS
from silosim.experiments.checks import CHECKS, Check, CheckResult, Compared, run_checks
from silosim.experiments.checks import run as run_module
from silosim.experiments.checks.declared import KINDS
from silosim.experiments.checks.run import run_check
from silosim.experiments.store import Store
from silosim.model.parameters import InvalidInput
from silosim.model.text import LANGUAGES, catalogue


@pytest.fixture(scope="module")
def results():
    told = []
    found = run_checks(progress=lambda done, total: told.append((done, total)))
    assert told == [(k, len(CHECKS)) for k in range(len(CHECKS) + 1)]
    return {result.name: result for result in found}


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_holds(results, name):
    result = results[name]
    assert not result.error
    assert result.passed, result.detail
    assert abs(result.observed - result.expected) <= result.tolerance


def test_each_is_declared_with_words_and_a_function():
    for name, check in CHECKS.items():
        assert check.kind in KINDS
        module = importlib.import_module(f"silosim.experiments.checks.{check.module}")
        assert callable(getattr(module, name))
        assert getattr(module, name).__doc__
        for lang in LANGUAGES:
            assert f"check.{name}.label" in catalogue(lang)
    assert {f"baseline_{target.measure}" for target in TARGETS} == {n for n in CHECKS if n.startswith("baseline_")}


def test_stored(results, tmp_path):
    with Store(tmp_path / "checks.db") as store:
        run_checks(store, names=["pay_only", "no_demand"], lang="nl")
        kept = store.frame("SELECT name, kind, status, value, low, high, detail FROM check_outcome ORDER BY id")
    assert kept.name.tolist() == ["pay_only", "no_demand"]
    assert kept.kind.tolist() == ["oracle", "extreme"]
    assert kept.status.tolist() == ["passed", "passed"]
    assert (kept.low <= kept.value).all()
    assert (kept.value <= kept.high).all()
    assert "vergelijkingen" in kept.detail[0]


def with_function(monkeypatch, function) -> Check:
    """A check that is this function."""
    module = type("Module", (), {"made_up": staticmethod(function)})
    monkeypatch.setattr(run_module.importlib, "import_module", lambda name: module)
    return Check("made_up", "oracle", "nowhere")


def test_the_worst_comparison_is_shown(monkeypatch):
    check = with_function(monkeypatch, lambda: [Compared("near", 1.01, 1.0, 0.1), Compared("off", 1.2, 1.0, 0.1),
                                                Compared("exact", 3.0, 3.0, 0.0)])
    result = run_check(check)
    assert not result.passed
    assert (result.observed, result.expected, result.tolerance) == (1.2, 1.0, 0.1)
    assert "2 of 3" in result.detail
    assert "off" in result.detail
    assert result.row()["status"] == "failed"


def test_a_check_that_breaks_down_fails(monkeypatch):
    def broken():
        raise ZeroDivisionError("by nothing")

    result = run_check(with_function(monkeypatch, broken))
    assert not result.passed
    assert result.error == result.detail == "ZeroDivisionError: by nothing"
    assert result.row() == {"name": "made_up", "kind": "oracle", "status": "error", "detail": result.error,
                            "value": None, "low": None, "high": None}


@pytest.mark.parametrize(("comparison", "holds"), [
    (Compared("", 1.0, 1.0, 0.0), True), (Compared("", 1.0 + 1e-15, 1.0, 0.0), False),
    (Compared("", math.nan, 1.0, 9.0), False), (Compared("", 2.0, 1.0, 1.0), True),
])
def test_comparisons(comparison, holds):
    assert comparison.holds is holds


def test_a_wrong_theory_is_found_out(monkeypatch):
    from silosim.experiments.checks import incentives, queues

    theory = queues.bulk_queue_mean
    monkeypatch.setattr(queues, "bulk_queue_mean", lambda arrivals, served: 1.25 * theory(arrivals, served))
    monkeypatch.setattr(incentives, "COST", 4.0)
    assert not run_check(CHECKS["bulk_queue"]).passed
    assert not run_check(CHECKS["pay_only"]).passed


def test_unknown_checks_are_refused():
    with pytest.raises(InvalidInput, match="did you mean 'bulk_queue'"):
        run_checks(names=["bulk_que"])


def test_results_are_labelled(results):
    result: CheckResult = results["pooling"]
    assert result.label("en") != result.label("nl")
    assert result.kind == "oracle"
