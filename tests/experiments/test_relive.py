"""`silosim trace` and `silosim check` on the command line, on runs of the real engine."""

import json

import pytest

from silosim.experiments.store import Store

MAKE = ("run", "--policy", "customer_time", "--organisation", "clinic", "--runs", 1, "--weeks", 60, "--burn-in", 4)


@pytest.fixture
def run(silosim, tmp_path):
    """The first digits of the key of a stored run."""
    assert silosim(*MAKE)[0] == 0
    with Store(tmp_path / "results" / "silosim.db", write=False) as store:
        return store.runs().index[0][:8]


@pytest.mark.parametrize(("lang", "labels"), [
    ("en", ("Reception", "to the last bit")), ("nl", ("Receptie", "laatste bit")),
])
def test_trace_a_case(silosim, run, lang, labels):
    status, out, wrong = silosim("trace", run, "--case", 40, "--lang", lang)
    assert (status, wrong) == (0, "")
    assert all(label in out for label in labels)
    assert "experience" in out


def test_trace_an_employee(silosim, run):
    status, out, wrong = silosim("trace", run, "--employee", 3, "--week", 7, "--weeks", 2)
    assert (status, wrong) == (0, "")
    assert all(rule in out for rule in ("weigh_motives", "choose_effort", "reflect", "consider_leaving", "appraise"))
    assert "Week 7" in out
    assert "Week 9" not in out


def test_trace_as_json(silosim, run):
    case = json.loads(silosim("trace", run, "--case", 1, "--json")[1])
    assert case["same_as_stored"] is True
    assert case["ended"]
    assert case["events"][0]["phase"] == "new_cases"
    person = json.loads(silosim("trace", run, "--employee", 0, "--weeks", 1, "--json")[1])
    assert person["same_as_stored"] is True
    assert len(person["weeks"]) == 1


@pytest.mark.parametrize(("words", "said"), [
    ((), "--case or --employee"), (("--case", 1, "--employee", 1), "--case or --employee"),
    (("--case", 0), "--case"), (("--case", 10**7), "only"), (("--employee", 99), "from 0 to"),
    (("--employee", 1, "--week", 60), "from 0 to 59"), (("--case", "one"), "--case"),
])
def test_what_cannot_be_traced(silosim, run, words, said):
    status, out, wrong = silosim("trace", run, *words)
    assert (status, out) == (2, "")
    assert wrong.count("\n") == 1
    assert said in wrong


def test_a_run_that_is_not_there(silosim, run):
    assert silosim("trace", "zzzz", "--case", 1)[0] == 2
    status, _, wrong = silosim("trace", run, "--case", 1, "--db", "nowhere.db")
    assert status == 2
    assert "nowhere.db" in wrong


def test_a_run_that_ends_otherwise_is_told(silosim, run, tmp_path):
    with Store(tmp_path / "results" / "silosim.db") as store:
        store.db.execute("UPDATE run SET outcome_hash = 'another'")
        store.db.conn.commit()
    status, out, wrong = silosim("trace", run, "--case", 1)
    assert status == 1
    assert "Case 1" in out
    assert "did not end as it was stored" in wrong


def test_check(silosim, tmp_path):
    status, out, wrong = silosim("check", "pay_only", "no_demand")
    assert (status, wrong) == (0, "")
    assert "All 2 checks hold" in out
    document = json.loads(silosim("check", "team_bonus", "--json", "--lang", "nl")[1])
    assert document[0]["status"] == "passed"
    assert "Teambonus" in document[0]["label"]
    with Store(tmp_path / "results" / "silosim.db", write=False) as store:
        kept = store.frame("SELECT name, sweep FROM check_outcome")
        assert kept.name.tolist() == ["pay_only", "no_demand", "team_bonus"]
        assert kept.sweep.tolist() == [1, 1, 2]


def test_a_failing_check_gives_exit_status_one(silosim, monkeypatch):
    from silosim.experiments.checks import incentives

    monkeypatch.setattr(incentives, "COST", 4.0)
    status, out, _ = silosim("check", "pay_only", "team_bonus")
    assert status == 1
    assert "pay_only" in out
    assert "FAILS" in out


def test_an_unknown_check_is_refused(silosim):
    status, _, wrong = silosim("check", "poling")
    assert status == 2
    assert "pooling" in wrong
