"""Traces: one case or one person of a run, told by the rules themselves, in a run that ends as the engine's does."""

import ast
import itertools
import json
from dataclasses import replace

import pytest

from silosim.experiments.trace import replay as replay_module
from silosim.experiments.trace.case import trace_case
from silosim.experiments.trace.employee import one, trace_employee
from silosim.experiments.trace.recorder import Call
from silosim.experiments.trace.replay import Replay
from silosim.experiments.trace.words import QUIET, Words, document
from silosim.model.ensemble import Job, run_job
from silosim.model.layout import ACTIVITIES
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import InvalidInput
from silosim.model.rulebook import rulebook_files

# Everything that can happen to a case happens often, and people come and go.
EVENTFUL = {"exception_rate": 0.3, "context_loss": 1.0, "patience": 0.3, "call_rate": 0.3, "withdraw_rate": 0.2,
            "demand": 1.15, "quit_rate": 0.03, "defect_rate": 0.6, "polish_defect": 0.5, "give_up": 0.3}
LEVERS = {"bonus": 1.2, "audit": 0.5, "strictness": 0.6, "ownership": 0.4, "compensation": 0.5}
RULES = {"begin", "decide_exception", "escalate", "stage_hours", "redo", "finish_stage", "hand_over", "receive",
         "repaired", "come_back", "grow_impatient", "conclude", "experience", "answer", "feel"}


@pytest.fixture(scope="module")
def job():
    return Job(load_organisation("clinic"), LEVERS, EVENTFUL, burn_in=4, weeks=56, seed=7)


@pytest.fixture(scope="module")
def outcome(job):
    return run_job(job)


@pytest.fixture(scope="module")
def cases(job):
    return [trace_case(job, number, verify=number == 1) for number in range(1, 41)]


def test_the_run_ends_as_the_engines_does(cases, outcome):
    assert cases[0].outcome_hash == outcome.outcome_hash


def test_a_case_is_followed_from_arrival_to_end(cases):
    for case in cases:
        assert case.ended
        assert case.events[0].phase == "new_cases"
        final = case.events[-1]
        assert final.changed["status"][1] in (0, 5)
        assert len([c for e in case.events for call in e.calls for c in call.calls("conclude")]) == 1
        order = [(e.week, e.day, e.slot) for e in case.events if e.day]
        assert order == sorted(order)


def test_changes_add_up(cases):
    for case in cases:
        contacts = [e.changed["contacts"] for e in case.events if "contacts" in e.changed]
        assert all(before < after for before, after in contacts)
        assert all(a[1] == b[0] for a, b in itertools.pairwise(contacts))


def test_every_kind_of_event_is_told(cases):
    told = {c.rule for case in cases for e in case.events for call in e.calls for c in call.calls()}
    assert not RULES - told
    assert {"work_slot", "due_back", "impatience"} <= {e.phase for case in cases for e in case.events}


def test_draws_say_what_they_decided(cases):
    draws = [d for case in cases for e in case.events for call in e.calls for d in call.draws()]
    decided = [d for d in draws if d.yes is not None]
    assert len(decided) > 500
    for d in decided:
        assert 0.0 <= d.u < 1.0
        assert d.yes == (d.u < d.against if " < " in d.test else d.u >= d.against)
    assert len({d.decision for d in draws}) > 10


def test_the_grade_is_the_sum_of_its_terms(cases):
    for case in cases:
        call = next(c for e in case.events for x in e.calls for c in x.calls("experience"))
        (u,) = call.steps("u")
        assert sum(value for _, value in u.terms) == pytest.approx(u.value, abs=1e-12)
        parts = [step for target in ("q", "q +=", "q -=") for step in call.steps(target)]
        q = sum(-step.value if step.target.endswith("-=") else step.value for step in parts)
        assert q == pytest.approx(dict(u.terms)["q"], abs=1e-12)
        assert 1.0 < call.value("grade") < 10.0


def test_a_case_that_moves_with_a_new_structure(job):
    switched = replace(job, switches=((1, {"structure": "journey"}),), weeks=54, world={**EVENTFUL, "demand": 2.0})
    late = range(180, 100, -1)  # of week 0: those who wait when it ends
    found = (trace_case(switched, number, verify=False) for number in late)
    moved = next(case for case in found if any(e.phase == "switch" for e in case.events))
    assert trace_case(switched, moved.number).outcome_hash == run_job(switched).outcome_hash
    switch = next(k for k, e in enumerate(moved.events) if e.phase == "switch")
    assert moved.events[switch].changed["team"][1] == moved.journey
    assert {e.structure for e in moved.events[switch + 1:]} == {"journey"}
    assert "new policy" in "\n".join(Words(job.spec).case(moved))


def test_top_tasks_and_steady_runs(job):
    steady = replace(job, start="steady", levers={**LEVERS, "top_tasks": 1, "customer_time": 0.2}, weeks=60)
    assert trace_case(steady, 30).outcome_hash == run_job(steady).outcome_hash


def test_an_employee_is_followed(job, outcome):
    trace = trace_employee(job, 6, first=7, weeks=3)
    assert trace.outcome_hash == outcome.outcome_hash
    assert [week.week for week in trace.weeks] == [7, 8, 9]
    assert trace.structure == "functional"
    for week in trace.weeks:
        motives = one(week, "weigh_motives")
        assert {f"m[{a}]" for a in ("handle", "care", "connect", "improve", "game", "help")} <= {
            step.target for step in motives.inside if not isinstance(step, Call) and hasattr(step, "target")}
        effort = one(week, "choose_effort")
        assert {f"e.effort[{a}] +=" for a in ACTIVITIES} <= {s.target for s in effort.inside if hasattr(s, "target")}
        assert effort.value("e.price") == pytest.approx(week.felt["price"])
        assert one(week, "reflect").value("e.conviction") == pytest.approx(week.felt["conviction"]) or week.left
        (hazard,) = [d for d in one(week, "consider_leaving").draws() if d.decision == "leave"]
        assert hazard.yes == week.left
        assert all(one(week, rule) is not None for rule in ("settle_effort", "take_stock", "set_pay"))
    quarter = [week for week in trace.weeks if one(week, "look_around")]
    assert [one(week, "appraise") is not None for week in trace.weeks] == [week in quarter for week in trace.weeks]
    assert len(quarter) == 1


def test_somebody_leaves(job):
    restless = replace(job, world={**EVENTFUL, "quit_rate": 0.05}, weeks=54)
    weeks = [w for seat in range(4) for w in trace_employee(restless, seat, weeks=54, verify=False).weeks]
    gone = [w for w in weeks if w.left]
    assert gone
    assert all(one(w, "recruit") is not None for w in gone)


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_in_words_and_as_documents(job, cases, lang):
    words = Words(job.spec, lang)
    for case in cases:
        lines = words.case(case)
        assert lines[0].startswith(("Case", "Zaak"))
        assert any("conclude" in line for line in lines)
        json.dumps(document(case), allow_nan=False)
    trace = trace_employee(job, 0, first=8, weeks=1, verify=False)
    lines = words.employee(trace)
    assert any("weigh_motives" in line for line in lines)
    assert any("appraise" in line for line in lines)
    assert json.loads(json.dumps(document(trace)))["employee"] == 0


def test_rules_that_are_not_told_exist():
    """What is left out by name is left out on purpose: a rule that got another name is told until somebody looks."""
    rules = {node.name for path in rulebook_files() for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.FunctionDef)}
    assert not QUIET - rules


@pytest.mark.parametrize("number", [0, -3, 10**6])
def test_cases_that_are_not_there(job, number):
    with pytest.raises(InvalidInput, match=f"case {number}"):
        trace_case(replace(job, weeks=3), number)


def test_people_and_weeks_that_are_not_there(job):
    for employee in (-1, job.spec.headcount):
        with pytest.raises(InvalidInput, match=f"employee {employee}"):
            trace_employee(job, employee)
    for first, weeks in ((-1, 1), (job.weeks, 1), (0, 0)):
        with pytest.raises(InvalidInput, match="week"):
            trace_employee(job, 0, first, weeks)


def test_a_twin_that_differs_is_noticed(job, monkeypatch):
    real = replay_module.doors.reflect

    def other(worlds, row, i):
        real(worlds, row, i)
        worlds["emp"]["fear"][0, i] += 1e-9

    monkeypatch.setattr(replay_module.doors, "reflect", other)
    with pytest.raises(RuntimeError, match="reflect"):
        trace_employee(job, 3, weeks=1)


def test_a_watched_week_is_the_engines_week(job):
    """Nobody watching, week by week: the same state as the engine's, through quarters and switches."""
    switched = replace(job, switches=((3, {"structure": "journey"}), (9, {"bonus": 0.2})))
    watched, lived = Replay(switched), Replay(switched)
    for _ in range(28):
        watched.watched_week()
        lived.live_week()
        assert watched.sim.state_hash() == lived.sim.state_hash()
