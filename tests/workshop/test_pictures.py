"""What a screen draws is what the runs gave, judged as `silosim compare` judges it."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import numpy as np
import pytest

from silosim.experiments.comparison import Difference, Spread, compare
from silosim.experiments.workshop import pictures
from silosim.experiments.workshop.ensembles import Ensembles, Request
from silosim.experiments.workshop.messages import PARTS, SERIES, WEEKLY, Scenario
from silosim.experiments.workshop.paths import BACK, BOUNCED, CUSTOMER, INTACT, LOST, NEW, SOLVED, UNSOLVED, path
from silosim.experiments.workshop.sentences import sentence
from silosim.model.ensemble import Job, burn_in
from silosim.model.layout import F
from silosim.model.measures.declared import MEASURES
from silosim.model.organisation_file import load_organisation
from silosim.model.simulation import Simulation
from silosim.model.text import LANGUAGES

SPEC = load_organisation("insurer")
TEAMS = [team.name for team in SPEC.teams]


@pytest.fixture(scope="module")
def engine():
    engine = Ensembles(2)
    yield engine
    engine.close()


def answer(engine, parts=PARTS, series=SERIES, runs=8, **scenario):
    """(what the screen gets, the request, its pairs)"""
    told, done = [], threading.Event()

    def tell(request, stage, found):
        told.append((stage, found))
        if stage is None or stage + 1 == len(request.stages):
            done.set()

    request = Request("a", Scenario(weeks=52, **scenario), SPEC, runs, "facilitator", tell)
    engine.ask(request)
    assert done.wait(60)
    stage, found = told[-1]
    assert stage is not None, found
    return pictures.answer(request, stage, found, parts, series), request, found


@pytest.fixture(scope="module")
def strict(engine):
    return answer(engine, series=("grade", "attainment", "strain"), policy="purple_crocodile")


def test_only_the_parts_that_were_asked_for(engine):
    found, _, _ = answer(engine, parts=("day", "sentence"))
    assert set(found) == {"day", "sentence"}


def test_an_answer_is_plain_json(strict):
    words = json.dumps(strict[0], allow_nan=False)
    assert len(words) < 40_000  # what a phone on a bad network still gets at once


def test_differences_and_directions_are_those_of_compare(strict):
    found, _, pairs = strict
    outcomes = {side: np.array([pair[k].summary for pair in pairs]) for k, side in enumerate(("now", "today"))}
    of = {one.measure: one for one in compare(outcomes, "today") if one.policy == "now"}
    for name, row in found["summary"].items():
        one = of[name]
        assert row["direction"] == one.verdict
        for key, value in (("now", one.value.mean), ("difference", one.change.mean), ("low", one.change.low),
                           ("high", one.change.high), ("agree", one.agree)):
            assert row[key] == pytest.approx(value, rel=1e-4, nan_ok=True)
        assert row["today"] == pytest.approx(outcomes["today"][:, list(MEASURES).index(name)].mean(), rel=1e-4)
    assert found["summary"]["contacts"]["direction"] == "worse"


def test_fans_have_a_point_every_four_weeks_and_share_their_past(strict):
    series = strict[0]["series"]
    weeks = series["week"]
    assert weeks[0] == -pictures.LEAD + pictures.BIN
    assert weeks[-1] == 52
    assert set(np.diff(weeks)) == {pictures.BIN}
    past = weeks.index(0) + 1
    for measure in ("grade", "attainment", "strain"):
        now, today = series[measure]["now"], series[measure]["today"]
        for p in ("p10", "p50", "p90"):
            assert len(now[p]) == len(weeks)
            assert now[p][:past] == today[p][:past]
            assert None not in now[p]
        assert all(a <= b <= c for a, b, c in zip(now["p10"], now["p50"], now["p90"], strict=True))
        assert now["p50"][past:] != today["p50"][past:]


def test_quarterly_figures_keep_their_last_value(engine):
    fan = answer(engine, parts=("series",))[0]["series"]["attainment"]["now"]["p50"]
    assert len(set(fan)) < len(fan) / 2


def test_every_measure_by_week_can_be_drawn(engine):
    for some in (WEEKLY[:8], WEEKLY[8:16], WEEKLY[16:]):
        series = answer(engine, parts=("series",), series=some)[0]["series"]
        assert set(series) == {"week", *some}


def test_a_day_is_a_whole_day(strict):
    for side in ("now", "today"):
        rows = strict[0]["day"][side]
        assert [row["team"] for row in rows] == TEAMS
        for row in rows:
            shares = [value for name, value in row.items() if name not in ("team", "shadow_price")]
            assert all(share >= 0 for share in shares)
            assert sum(shares) == pytest.approx(1.0, abs=1e-3)


def test_the_map_counts_the_handoffs_of_the_runs(strict):
    found, _, pairs = strict
    for k, side in enumerate(("now", "today")):
        flows = np.mean([pair[k].silo_map for pair in pairs], axis=0)
        here = found["map"][side]
        np.testing.assert_allclose(here["handoffs"], flows[:, :, 0] / 52, rtol=1e-4)
        a, b = np.unravel_index(flows[:, :, 0].argmax(), flows.shape[:2])
        assert here["intact"][a][b] == pytest.approx(1 - flows[a, b, 1] / flows[a, b, 0], rel=1e-4)
        assert here["bounced"][a][b] == pytest.approx(flows[a, b, 2] / flows[a, b, 0], rel=1e-4)
        assert [team["name"] for team in here["teams"]] == TEAMS
        assert all(share is None or 0 <= share <= 1 for row in here["intact"] for share in row)
        assert len(here["queue"]) == len(TEAMS)


@pytest.mark.parametrize(("structure", "teams"), [("pool", ["pool"]), ("journey", [j.name for j in SPEC.journeys])])
def test_another_structure_has_teams_of_its_own(engine, structure, teams):
    found, _, _ = answer(engine, levers={"structure": structure})
    assert [team["name"] for team in found["map"]["now"]["teams"]] == teams
    assert [team["name"] for team in found["map"]["today"]["teams"]] == TEAMS
    assert [row["team"] for row in found["day"]["now"]] == teams
    assert found["people"]["strain"]["teams"] == []  # teams of two structures are not compared
    assert found["losers"]["teams"]["attainment"] == []


def test_today_beside_itself_shows_no_change(engine):
    found, _, _ = answer(engine)
    assert {row["direction"] for row in found["summary"].values()} <= {"equal", "undefined"}
    assert found["series"]["grade"]["now"] == found["series"]["grade"]["today"]
    assert all(not teams for teams in found["losers"]["teams"].values())
    assert {one["worse"] for one in found["losers"]["people"].values()} == {0.0}
    assert "nothing has been changed yet" in found["sentence"]["en"]["change"]
    assert "nog niets veranderd" in found["sentence"]["nl"]["change"]


# --- the sentence -----------------------------------------------------------------------------------------------

def differences(**verdicts) -> dict[str, Difference]:
    """Measures with the verdicts given, all others unclear."""
    measures = dict.fromkeys(pictures.SUMMARY, "unclear") | verdicts
    here, change = Spread(8, 0.9, 0.1, 0.8, 0.9, 1.0), Spread(8, 0.25, 0.1, 0.1, 0.25, 0.4)
    return {name: Difference("now", name, replace(here, mean=7.2) if name == "grade" else here, change, 1.0, verdict)
            for name, verdict in measures.items()}


@pytest.mark.parametrize("verdict", ["unclear", "equal", "undefined"])
def test_without_a_direction_none_is_claimed(verdict):
    said = sentence(differences(grade=verdict, share_green=verdict), {}, SPEC.teams, same=False)
    assert said["en"]["change"] == ("Customers notice no clear difference, and dashboards show no clear difference; "
                                    "nobody is clearly worse off.")
    assert "geen duidelijk verschil" in said["nl"]["change"]


def test_a_sentence_says_for_whom_it_got_worse():
    said = sentence(differences(grade="better", share_green="worse", strain="worse"), {"attainment": ["finance"]},
                    SPEC.teams, same=False)
    assert said["en"]["change"] == (
        "Customers give a 7.20 instead of a 6.95, and dashboards turn redder (65% to 90% green); it gets worse for "
        "people, whose strain goes up (+0.25) and Finance (further from target).")
    assert "Financiën (verder van de norm)" in said["nl"]["change"]
    assert said["nl"]["headline"] == "Dashboards voor 90% groen, klanten geven een 7,2"


def test_all_teams_are_called_so_and_many_groups_are_counted():
    every = sentence(differences(), {"attainment": TEAMS}, SPEC.teams, same=False)
    assert "all teams (further from target)" in every["en"]["change"]
    many = sentence(differences(strain="worse", contacts="worse", lead_time="worse", turnover="worse"), {}, SPEC.teams,
                    same=False)
    assert many["en"]["change"].endswith("and 2 more.")


@pytest.mark.parametrize("word", ["better", "worse", "slightly_better", "slightly_worse"])
def test_every_direction_has_its_clause(word):
    said = sentence(differences(grade=word, share_green=word), {}, SPEC.teams, same=False)
    for lang in LANGUAGES:
        assert "{" not in said[lang]["change"]
        assert said[lang]["change"][0].isupper()


# --- moving cases -----------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def moved():
    job = Job(SPEC, {"strictness": 0.6}, weeks=52)
    return job, path(job, 3, 2)


def test_a_case_goes_on_from_where_it_is(moved):
    places: dict[int, int] = {}
    for t, case, start, end, kind in moved[1]["moves"]:
        assert 0 <= t < 2 * moved[1]["slots"]
        assert start != end
        assert (start == CUSTOMER) == (kind in (NEW, BACK))
        assert (end == CUSTOMER) == (kind in (SOLVED, UNSOLVED))
        assert -1 <= start < len(TEAMS) > end >= -1
        assert places.get(case, start) == start
        places[case] = end
    assert [move[0] for move in moved[1]["moves"]] == sorted(move[0] for move in moved[1]["moves"])


def test_the_moves_are_those_of_the_run(moved):
    job, found = moved
    sim = Simulation.branch(burn_in(job), **job.levers)
    sim.run(3)
    sim.open_window()
    sim.run(2)
    sums = sim.sums()[0]
    kinds = np.bincount([move[4] for move in found["moves"]], minlength=8)
    assert kinds[NEW] == sums[F.arrived]
    flows = sim.silo_map()
    assert kinds[BOUNCED] == flows[:, :, 2].sum() - np.trace(flows[:, :, 2])
    lost = np.zeros((len(TEAMS), len(TEAMS)))
    for _, _, start, end, kind in found["moves"]:
        lost[start, end] += kind == LOST
    np.testing.assert_array_equal(lost, flows[:, :, 1] * ~np.eye(len(TEAMS), dtype=bool))
    assert kinds[INTACT] >= flows[:, :, 0].sum() - np.trace(flows[:, :, 0]) - kinds[LOST]  # mended stories go on, too


def test_who_waits_is_counted_every_day(moved):
    queue = moved[1]["queue"]
    assert len(queue) == 10
    assert all(len(day) == len(TEAMS) and min(day) >= 0 for day in queue)
    assert len({tuple(day) for day in queue}) > 1


def test_a_later_stretch_is_the_same_run(moved):
    job, found = moved
    later = path(job, 4, 1)
    slots = found["slots"]
    second = [(t - slots, start, end, kind) for t, _, start, end, kind in found["moves"] if t >= slots]
    assert [(t, start, end, kind) for t, _, start, end, kind in later["moves"]] == second
    assert later["queue"] == found["queue"][5:]
