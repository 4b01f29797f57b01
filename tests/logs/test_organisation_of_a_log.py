"""From a log to an organisation: journeys, merged teams, people and hours; and logs that did not see everything."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.facts import facts_of
from silosim.experiments.logs.journeys import OTHER, find_journeys
from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.organisation import Choices, build, organisation_name, toml_text
from silosim.experiments.logs.period import look_for_bias, main_period
from silosim.model.parameters import InvalidInput

START = pd.Timestamp("2024-01-01 09:00")  # a Monday
DAY = pd.Timedelta(days=1)


def log_of(routes, opened=None, hours=1.0, people=None, resolve=True, name="log") -> EventLog:
    """Case i goes through the teams routes[i], `hours` each, and is resolved by the last one; `people`: by team."""
    rows = []
    for k, route in enumerate(routes):
        at = START + DAY * (k % 60) if opened is None else opened[k]
        each = hours[k] if isinstance(hours, (list, np.ndarray)) else hours
        for step, team in enumerate(route):
            person = None if people is None else f"{team} {k % people[team]}"
            rows.append((k, at + pd.Timedelta(hours=each * step), team, "Active", person))
        if resolve is True or resolve[k]:
            rows.append((k, at + pd.Timedelta(hours=each * len(route)), route[-1], "Resolved", rows[-1][-1]))
    frame = pd.DataFrame(rows, columns=["case", "time", "team", "state", "person"])
    return EventLog.make(frame, name=name, resolved=("Resolved",))


def look(log: EventLog, **days):
    """(cohort, period, notes) of a log."""
    notes = Notes()
    period = main_period(log, days.get("first"), days.get("last"), notes)
    cohort = log.cohort(period.first, period.last)
    look_for_bias(log, cohort, notes)
    return cohort, period, notes


def built_of(log: EventLog, **choices):
    cohort, period, notes = look(log)
    facts = facts_of(log, cohort, period)
    return build(log, cohort, period, facts.arrivals_a_week, Choices("made_up", **choices), notes), notes


def keys(notes) -> set[str]:
    return {note.key for note in notes.made}


# -- journeys ----------------------------------------------------------------------------------------------------------

def test_bounces_are_no_part_of_a_journey():
    log = log_of([["A", "B", "A", "B", "C"]] * 30 + [["A", "B", "C"]] * 30)
    built, _ = built_of(log)
    assert [[log.teams[t] for t in built.journeys.kept][g] for g in built.journeys.sequences[0]] == ["A", "B", "C"]
    assert built.journeys.share.tolist() == [1.0]


def test_teams_that_are_merged_are_one_team():
    routes = [["A", "B"]] * 60 + [["A"]] * 60 + [["A", f"T{k}"] for k in range(40)]
    built, notes = built_of(log_of(routes))
    assert [team.label for team in built.teams] == ["A", "B", "Other teams"]
    share = {journey.en: journey.share for journey in built.spec.journeys}
    assert share == pytest.approx({"A": 60 / 160, "A → B": 60 / 160, "A → Other teams": 40 / 160}, abs=1e-5)
    assert next(n for n in notes.made if n.key == "merged").fields["n"] == 40
    assert built.teams[2].label_nl == "Overige teams"


def test_fewer_teams_on_request():
    routes = [["A"]] * 50 + [["B"]] * 40 + [["C"]] * 30 + [["D"]] * 20
    built, notes = built_of(log_of(routes), teams=2)
    assert [team.label for team in built.teams] == ["A", "B", "Other teams"]
    assert "merged_asked" in keys(notes)
    assert "merged_asked" not in keys(built_of(log_of(routes), teams=4)[1])


def test_a_hundred_teams_fit():
    rng = np.random.default_rng(1)
    routes = [[f"T{t}" for t in rng.choice(100, size=rng.integers(1, 12), replace=False)] for _ in range(600)]
    built, _ = built_of(log_of(routes), people=300)
    assert len(built.spec.teams) <= 64
    assert max(len(journey.stages) for journey in built.spec.journeys) <= 8


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from("ABCDEFGH"), min_size=1, max_size=10), min_size=1, max_size=60),
       st.integers(1, 8), st.integers(1, 12))
def test_every_team_has_a_journey_and_shares_add_up(routes, teams, most):
    log = log_of(routes)
    journeys = find_journeys(log, teams, most, Notes())
    assert journeys.share.sum() == pytest.approx(1)
    assert len(journeys.sequences) <= max(most, 1)
    assert len(set(journeys.sequences)) == len(journeys.sequences)
    there = {g for sequence in journeys.sequences for g in sequence}
    assert there - {OTHER} == set(range(len(journeys.kept)))
    merged = len({team for route in routes for team in route}) > len(journeys.kept)
    assert (OTHER in there) == merged


def test_cases_that_did_not_end_are_no_journeys():
    routes = [["A", "B"]] * 50 + [["A"]] * 50
    built, _ = built_of(log_of(routes, resolve=[True] * 50 + [False] * 50))
    assert [journey.en for journey in built.spec.journeys] == ["A → B"]


# -- people, hours, names ----------------------------------------------------------------------------------------------

def test_people_count_where_most_of_their_events_are():
    built, _ = built_of(log_of([["A", "B"]] * 60 + [["A"]] * 60, people={"A": 4, "B": 2}))
    assert {team.label: team.people for team in built.teams} == {"A": 4, "B": 2}
    assert built_of(log_of([["A"]] * 60, people={"A": 4}), people=40)[0].spec.headcount == 40


def test_headcounts_are_overridden_by_name_and_others_refused():
    log = log_of([["A"]] * 60 + [["B"]] * 60, people={"A": 4, "B": 2})
    assert {t.label: t.people for t in built_of(log, headcount={"b": 7})[0].teams} == {"A": 4, "B": 7}
    with pytest.raises(InvalidInput, match="among the merged teams"):
        built_of(log, headcount={"b": 7}, teams=1)
    assert built_of(log, headcount={"Overige teams": 7}, teams=1)[0].teams[1].people == 7


def test_work_follows_changes_within_a_team_and_capacity_between_teams():
    """Three changes in a first visit instead of two, half as many hours again; every team has the load asked for."""
    rows = []
    for k in range(120):
        at, more = START + DAY * (k % 60), k % 2
        team = ["A", "B"][k // 2 % 2]
        for step in range(2 * (1 + more)):  # the resolving event is a change, too; after C it is a second visit
            state = "Resolved" if step == 2 * (1 + more) - 1 else "Active"
            rows.append((k, at + pd.Timedelta(hours=step), team, state, f"{team}{k % 4 // 2}{k % 8 // 4}"))
        if more:
            rows.insert(-1, (k, at + pd.Timedelta(hours=step), "C", "Active", "C0"))
    frame = pd.DataFrame(rows, columns=["case", "time", "team", "state", "person"])
    built, _ = built_of(EventLog.make(frame, resolved=("Resolved",)), load=0.5)
    assert built.spec.team_loads() == pytest.approx([0.5] * 3, rel=0.02)
    hours = {journey.en: journey.stages[0].hours for journey in built.spec.journeys}
    assert hours["A → C"] / hours["A"] == pytest.approx(3 / 2, rel=0.01)


def test_names_become_names_that_a_file_may_have():
    built, _ = built_of(log_of([["Équipe Ω"]] * 30 + [["equipe"]] * 30 + [["123"]] * 30 + [["客服"]] * 30))
    names = [team.name for team in built.spec.teams]
    assert len(set(names)) == 4
    assert {team.en for team in built.spec.teams} == {"Équipe Ω", "equipe", "123", "客服"}
    assert organisation_name("2024 Tickets!") == "log_2024_tickets"
    assert organisation_name("客服") == "log"
    assert len(organisation_name("x" * 300)) == 40


def test_no_name_ends_a_comment_or_a_text():
    log = log_of([['a"""\n[[team]]\nx = 1', "B # c"]] * 30, name="x\ny = 3")
    built, notes = built_of(log)
    words = toml_text(built, notes, "evil\n[[team]]\r.csv", "en")
    assert words.count("[[team]]\n") == 2


def test_more_work_than_people_is_refused_with_what_would_help():
    with pytest.raises(InvalidInput, match=r"--load 3 must be from 0.01 to 2"):
        Choices("made_up", load=3)


# -- logs that did not see everything ----------------------------------------------------------------------------------

def weekdays(n: int, a_day: int):
    """Times of opening: so many on each of n weekdays."""
    days = [START + DAY * d for d in range(2 * n) if d % 7 < 5][:n]
    return [day + pd.Timedelta(minutes=3 * k) for day in days for k in range(a_day)]


def test_an_ordinary_log_raises_no_doubt():
    opened = weekdays(60, 10)
    _, period, notes = look(log_of([["A"]] * 600, opened, hours=5.0))
    assert not notes.of("doubt")
    assert (str(period.first), str(period.last)) == (str(opened[0])[:10], str(opened[-1])[:10])


def test_a_tail_of_late_cases_is_left_out():
    opened = weekdays(40, 20) + [START + DAY * (80 + 9 * k) for k in range(12)]
    cohort, _, notes = look(log_of([["A"]] * len(opened), opened))
    assert len(cohort) == 800
    assert next(n for n in notes.made if n.key == "outside").fields["n"] == 12


def test_a_first_day_that_began_at_noon_is_no_whole_day():
    opened = weekdays(40, 20)[12:]
    cohort, period, notes = look(log_of([["A"]] * len(opened), opened))
    assert len(cohort) == len(opened)
    assert "whole_days" in keys(notes)
    assert facts_of(cohort, cohort, period).by_weekday[:5] == pytest.approx([20] * 5)


def test_a_list_of_open_work_is_recognised():
    opened = weekdays(40, 10)
    _, _, notes = look(log_of([["A"]] * 400, opened, resolve=[False] * 400))
    assert {"mostly_open", "snapshot"} <= keys(notes)


def test_what_was_open_on_one_day_is_recognised():
    """Of cases that arrive evenly and last long, only those open on day 50: length-biased."""
    rng = np.random.default_rng(2)
    opened, hours = pd.DatetimeIndex(weekdays(60, 40)), rng.exponential(10 * 24.0, 2400)
    ends = opened + pd.to_timedelta(hours, unit="h")
    then = (opened <= START + DAY * 50) & (ends > START + DAY * 50)
    _, _, notes = look(log_of([["A"]] * int(then.sum()), list(opened[then]), list(hours[then])))
    assert "snapshot" in keys(notes)


def test_a_log_chosen_by_the_day_of_resolution_is_recognised():
    rng = np.random.default_rng(3)
    opened, hours = pd.DatetimeIndex(weekdays(120, 40)), np.exp(rng.normal(4, 1.8, 4800))
    ends = opened + pd.to_timedelta(hours, unit="h")
    chosen = (ends >= START + DAY * 84) & (ends < START + DAY * 140)
    _, _, notes = look(log_of([["A"]] * int(chosen.sum()), list(opened[chosen]), list(hours[chosen])))
    assert "long_at_first" in keys(notes)


def test_a_log_that_ends_too_early_is_recognised():
    opened = weekdays(60, 10)
    done = [k < 500 for k in range(600)]
    _, _, notes = look(log_of([["A"]] * 600, opened, resolve=done))
    assert "cut_end" in keys(notes)


def test_a_period_can_be_given():
    opened = weekdays(40, 10)
    cohort, _, _ = look(log_of([["A"]] * 400, opened), first="2024-01-08", last="2024-01-12")
    assert len(cohort) == 50
    with pytest.raises(InvalidInput, match="no case was opened"):
        look(log_of([["A"]] * 400, opened), first="2024-02-01", last="2024-01-01")
