"""The log itself, beside the plainest way to say the same: one case after the other, in plain Python."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from silosim.experiments.logs.log import EventLog
from silosim.model.parameters import InvalidInput

START = pd.Timestamp("2024-03-04 09:00")
STATES = ("New", "Active", "Resolved", "Closed")
event = st.tuples(st.integers(0, 5), st.integers(0, 30), st.sampled_from([None, "A", "B", "C"]),
                  st.sampled_from([None, *STATES]), st.sampled_from([None, "p", "q"]))


def frame(rows) -> pd.DataFrame:
    return pd.DataFrame({
        "case": [f"c{row[0]}" for row in rows], "time": [START + pd.Timedelta(hours=row[1]) for row in rows],
        "team": [row[2] for row in rows], "state": [row[3] for row in rows], "person": [row[4] for row in rows]})


def make(rows) -> EventLog:
    return EventLog.make(frame(rows), resolved=("Resolved",), closed=("Closed",))


def plainly(rows) -> dict[str, dict]:
    """Per case: the route up to the first resolution and whole, first and final resolution, times reopened."""
    cases = {}
    for number in {row[0] for row in rows}:
        mine = sorted((row for row in rows if row[0] == number), key=lambda row: row[1])
        solved = [k for k, row in enumerate(mine) if row[3] == "Resolved"]
        until = mine[:solved[0] + 1] if solved else mine
        again = sum(a[3] in ("Resolved", "Closed") and b[3] in ("New", "Active")
                    for a, b in pairwise(mine))
        held = _route(until[:-1]) if solved else []
        cases[f"c{number}"] = {
            "route": _route(until), "whole": _route(mine), "again": again, "held": held[-1] if held else None,
            "hours": mine[solved[-1]][1] - mine[0][1] if solved else None,
            "first": mine[solved[0]][1] - mine[0][1] if solved else None}
    return cases


def _route(rows) -> list[str]:
    teams = [row[2] for row in rows if row[2]]
    return [team for k, team in enumerate(teams) if k == 0 or teams[k - 1] != team]


@settings(max_examples=60, deadline=None)
@given(st.lists(event, min_size=1, max_size=40))
def test_every_case_is_what_plain_python_says(rows):
    log, cases = make(rows), plainly(rows)
    assert set(log.cases["id"]) == set(cases)
    for k, name in enumerate(log.cases["id"]):
        said = cases[name]
        assert [log.teams[t] for t in log.routes.of(k)] == said["route"]
        assert [log.teams[t] for t in log.whole_routes.of(k)] == said["whole"]
        assert log.handoffs[k] == len(said["route"]) - 1
        assert log.cases["reopened"][k] == said["again"]
        for to, hours in (("final", said["hours"]), ("first", said["first"])):
            ours = log.hours(to)[k]
            assert np.isnan(ours) if hours is None else ours == hours
        held = log.teams[log.holding_team[k]] if log.holding_team[k] >= 0 else None
        assert held == said["held"]


@settings(max_examples=25, deadline=None)
@given(st.lists(event, min_size=1, max_size=40), st.randoms())
def test_the_order_of_cases_in_the_file_is_no_matter(rows, random):
    """Events of a case stay in order, cases are shuffled among each other: the same routes."""
    shuffled = list({row[0] for row in rows})
    random.shuffle(shuffled)
    other = sorted(rows, key=lambda row: shuffled.index(row[0]))
    a, b = make(rows), make(other)
    routes = [{name: [log.teams[t] for t in log.routes.of(k)] for k, name in enumerate(log.cases["id"])}
              for log in (a, b)]
    assert routes[0] == routes[1]


@settings(max_examples=25, deadline=None)
@given(st.lists(event, min_size=1, max_size=40), st.data())
def test_a_part_is_what_it_was_in_the_whole(rows, data):
    log = make(rows)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(log), max_size=len(log))))
    part = log.select(mask)
    assert list(part.cases["id"]) == list(log.cases["id"][mask])
    assert part.teams == log.teams
    assert part.handoffs.tolist() == log.handoffs[mask].tolist()
    assert np.array_equal(part.hours(), log.hours()[mask], equal_nan=True)


def test_times_of_visits_follow_one_another():
    rows = [(0, 0, "A", "New", None), (0, 2, "B", "Active", None), (0, 3, "B", "Active", None),
            (0, 7, "A", "Resolved", None), (0, 99, "C", "Closed", None)]
    routes = make(rows).routes
    hours = [(t - START.to_datetime64()) / np.timedelta64(1, "h") for t in [*routes.begin, *routes.end]]
    assert hours == [0, 2, 7, 2, 7, 7]


def test_a_resolution_that_is_told_wins_and_one_before_the_opening_does_not():
    rows = frame([(0, 0, "A", "New", None), (0, 5, "B", "Resolved", None), (1, 0, "A", "New", None),
                  (1, 9, "A", "Active", None)])
    told = EventLog.make(rows.assign(resolved_at=[START + pd.Timedelta(hours=h) for h in (8, 8, 3, 3)]),
                         resolved=("Resolved",))
    assert told.hours().tolist() == [8, 3]
    assert told.hours("first").tolist() == [5, 3]
    assert told.events["until_first"].tolist() == [True, True, True, False]
    early = EventLog.make(rows.assign(resolved_at=START - pd.Timedelta(hours=1)), resolved=("Resolved",))
    assert early.hours()[0] == 5
    assert np.isnan(early.hours()[1])


def test_the_last_event_may_resolve():
    log = EventLog.make(frame([(0, 0, "A", None, None), (0, 4, "B", None, None)]), last_resolves=True)
    assert log.hours().tolist() == [4]
    assert log.resolving_team.tolist() == log.holding_team.tolist() == [log.teams.index("B")]


def test_persons_are_numbers_and_names_are_gone():
    log = make([(0, 0, "A", "New", "Jane Doe"), (0, 1, "A", "New", None), (1, 0, "A", "New", "John Roe")])
    assert log.events["person"].dropna().tolist() == [1, 2]
    assert "Doe" not in log.events.to_csv() + log.cases.to_csv()


def test_cohorts_are_days_on_the_clock_of_the_log():
    rows = frame([(0, 0, "A", "New", None), (1, 15, "A", "New", None)])  # the second at midnight UTC
    assert len(EventLog.make(rows).cohort("2024-03-04", "2024-03-04")) == 1
    west = EventLog.make(rows, zone="America/New_York")
    assert len(west.cohort("2024-03-04", "2024-03-04")) == 2


def test_a_frame_without_events_is_refused():
    with pytest.raises(InvalidInput, match="needs a column 'case'"):
        EventLog.make(pd.DataFrame({"time": [START]}))
    with pytest.raises(InvalidInput, match="no event has both"):
        EventLog.make(pd.DataFrame({"case": [None], "time": [START]}))
    with pytest.raises(InvalidInput, match="known: final, first"):
        make([(0, 0, "A", "New", None)]).hours("last")
