"""Making runs: each once, failures kept apart, a stop loses nothing, and what a user asks for in words."""

import dataclasses

import numpy as np
import pytest
from fake_engine import FakeOrganisation, outcome_of

from silosim.experiments import engine
from silosim.experiments.commands.making import Pace
from silosim.experiments.runkey import canonical_run
from silosim.experiments.running.arrays import by_policy, outcome_arrays, series_arrays
from silosim.experiments.running.make import Stopped, make_runs
from silosim.experiments.scenarios import (
    Frame,
    parse_setting,
    parse_settings,
    parse_switches,
    plan,
    scenario,
    scenarios,
)
from silosim.experiments.store import Store
from silosim.model.ensemble import Job
from silosim.model.measures.declared import INDEX
from silosim.model.parameters import InvalidInput

FRAME = Frame(FakeOrganisation(), runs=4, weeks=20)


def planned(*terms, frame=FRAME):
    return plan(frame, scenarios(terms))


def test_every_field_of_a_job_is_in_its_key():
    fields = {field.name for field in dataclasses.fields(Job)}
    known = set(canonical_run(Job(FakeOrganisation()), "rules")) - {"rulebook", "organisation"}
    assert fields - {"spec"} == known


def test_plan_is_replicate_by_replicate(fake):
    runs = planned("customer_time", "culture_only")
    assert [(one.job.replicate, one.policy) for one in runs[:4]] == [
        (0, "today"), (0, "customer_time"), (0, "culture_only"), (1, "today")]
    assert len({one.key for one in runs}) == 12


def test_runs_are_made_once(fake, store):
    told = []
    made = make_runs(store, planned("customer_time"), progress=lambda *now: told.append(now))
    assert (made.new, made.total, made.failed) == (8, 8, {})
    assert made.warnings == {"a warning": 8}
    assert told[0] == (0, 8)
    assert told[-1] == (8, 8)
    assert make_runs(store, planned("customer_time")).new == 0
    assert make_runs(store, planned("customer_time", frame=dataclasses.replace(FRAME, runs=6))).new == 4


def test_the_same_run_under_two_names_is_made_once(fake, store):
    runs = planned("today+bonus=0.7", "today+bonus=0.9")
    assert make_runs(store, runs).new == 8
    outcomes = outcome_arrays(store, runs)
    np.testing.assert_array_equal(outcomes["today"], outcomes["today+bonus=0.7"])
    assert list(by_policy(runs)) == ["today", "today+bonus=0.7", "today+bonus=0.9"]


def test_arrays_are_in_order_of_replicate(fake, store):
    runs = planned()
    make_runs(store, runs)
    expected = [outcome_of(one.job) for one in runs]
    np.testing.assert_array_equal(outcome_arrays(store, runs[::-1])["today"], [o.summary for o in expected])
    np.testing.assert_array_equal(outcome_arrays(store, runs, "whole_path")["today"], [o.path for o in expected])
    np.testing.assert_allclose(series_arrays(store, runs, "grade")["today"],
                               [o.weekly[:, INDEX["grade"]] for o in expected], rtol=1e-6)


def test_a_failed_run_stops_no_other_and_is_tried_again(fake, store):
    fake(failing={1})
    runs = planned("customer_time")
    made = make_runs(store, runs)
    assert made.new == 6
    assert set(made.failed.values()) == {"ZeroDivisionError: replicate 1 went wrong"}
    rows = outcome_arrays(store, runs)["today"]
    assert np.isnan(rows[1]).all()
    assert not np.isnan(rows[2]).all()
    fake()
    assert make_runs(store, runs).new == 2


def test_bad_input_found_by_the_engine_is_bad_input(fake, store, monkeypatch):
    def live(jobs, stopped):
        for job in jobs:
            yield InvalidInput("the organisation does not fit") if job.replicate else outcome_of(job)

    monkeypatch.setattr(engine, "live", live)
    with pytest.raises(InvalidInput, match="does not fit"):
        make_runs(store, planned(), workers=1)
    assert len(store.runs()) == 1


def test_a_stop_keeps_what_finished(fake, store):
    def stop_at_five(done, total):
        if done >= 5 and not stopped:
            stopped.append(done)
            raise KeyboardInterrupt

    stopped = []
    fake(seconds=0.01)
    with pytest.raises(Stopped) as stop:
        make_runs(store, planned("customer_time"), workers=1, progress=stop_at_five)
    assert 5 <= stop.value.done < stop.value.total == 8
    assert len(store.runs()) == stop.value.done
    assert make_runs(store, planned("customer_time")).new == 8 - stop.value.done


def test_resumed_outcomes_equal_unbroken_ones(fake, store, tmp_path):
    runs = planned("customer_time")
    make_runs(store, runs[:3])
    make_runs(store, runs)
    with Store(tmp_path / "unbroken.db") as other:
        make_runs(other, runs)
        for policy, values in outcome_arrays(other, runs).items():
            np.testing.assert_array_equal(values, outcome_arrays(store, runs)[policy])


# What users type


def test_settings_in_words():
    assert parse_setting("bonus=1") == {"bonus": 1.0}
    assert parse_setting(" kpi = within_norm ") == {"kpi": "within_norm"}
    assert parse_setting("pressure=50")["bonus"] == 0.7
    assert parse_setting("reward_mix=60,20,20,0")["customer_weight"] == 0.2
    assert parse_settings(["bonus=1", "demand=1.1", "bonus=0.5"]) == ({"bonus": 0.5}, {"demand": 1.1})


def test_switches_in_words():
    assert parse_switches(["30:bonus=1", "4:okr=0.5", "30:audit=0"], 52) == [
        (4, {"okr": 0.5}), (30, {"bonus": 1.0, "audit": 0.0})]
    assert parse_switches(["8:demand=1.3"], 52) == [(8, {"demand": 1.3})]


def test_a_policy_with_levers_behind_it():
    one = scenario("customer_time+bonus=0.2+okr=0.5", {"okr": 0.1}, [(3, {"bonus": 1.0})])
    assert one.levers == {"customer_time": 0.2, "work_in_progress": 2.0, "bonus": 0.2, "okr": 0.1}
    assert one.switches == ((3, {"bonus": 1.0}),)
    assert one.label("nl").endswith("+bonus=0.2+okr=0.5")


def test_a_policy_file(tmp_path):
    path = tmp_path / "mine+yours.toml"
    path.write_text("label = 'Mine'\n[levers]\nbonus = 0.1\n")
    assert scenario(f"{path}+okr=0.2").levers == {"bonus": 0.1, "okr": 0.2}
    assert scenario(f"{path}+okr=0.2").label("en") == "Mine +okr=0.2"


def test_today_comes_first_and_nothing_twice():
    assert [one.name for one in scenarios(["culture_only", "today", "culture_only"])] == ["today", "culture_only"]


def test_pace_counts_from_the_first_new_run():
    clock = iter([10.0, 12.0, 14.0])
    pace = Pace(lambda: next(clock))
    assert pace(100) == 0  # stored already
    assert pace(101) == 0  # the first: compiling counts here
    assert pace(121) == 10.0
    assert pace(141) == 10.0
