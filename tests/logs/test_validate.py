"""Model against log: the model fits itself, other worlds do not, and every verdict is the frozen range's."""

import csv
import datetime as dt
import json
import math
from dataclasses import replace

import pytest

from silosim.experiments.cli import main
from silosim.experiments.logs.exporting import simulated_frame, simulated_log
from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.patterns import PATTERNS, Measured
from silosim.experiments.logs.ranges import FROZEN, Range, read_ranges
from silosim.experiments.logs.tuning import TUNED, candidates, tune
from silosim.experiments.logs.validate import IN, OUT, UNKNOWN, merge_teams, validate
from silosim.experiments.logs.validate_periods import period
from silosim.experiments.logs.writing import write_log
from silosim.model.ensemble import Job
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import PARAMETERS, InvalidInput

WEEKS = 6


@pytest.fixture(scope="module")
def clinic():
    return load_organisation("clinic")


@pytest.fixture(scope="module")
def job(clinic):
    return Job(clinic, weeks=2 * WEEKS, seed=5)


@pytest.fixture(scope="module")
def log(job):
    return simulated_log(job)


@pytest.fixture(scope="module")
def file(job, tmp_path_factory):
    path = tmp_path_factory.mktemp("logs") / "clinic.csv.gz"
    write_log(simulated_frame(job), path)
    return str(path)


def figure(value: float, low: float = math.nan, high: float = math.nan, kind: str = "share") -> Measured:
    return Measured("handoffs", "0", kind, value, low, high, 100, "day", "ok")


# -- ranges ------------------------------------------------------------------------------------------------------------


def test_a_range_widens_the_interval_and_a_share_stays_a_share():
    assert Range("plus", 0.05).around(figure(0.5, 0.4, 0.6)) == pytest.approx((0.35, 0.65))
    assert Range("plus", 0.05).around(figure(0.99)) == pytest.approx((0.94, 1.0))
    assert Range("plus", 0.05).around(figure(0.01, kind="points")) == pytest.approx((-0.04, 0.06))
    assert Range("times", 2.0).around(figure(10.0, 8.0, 12.0, "hours")) == pytest.approx((4.0, 24.0))


def test_every_figure_has_a_frozen_range_and_every_pattern_a_reason():
    ranges = read_ranges()
    assert set(ranges.of) == {(name, f) for name, pattern in PATTERNS.items() for f in pattern.figures}
    assert set(ranges.why) == set(PATTERNS)


def test_where_chance_gives_a_known_value_the_range_keeps_it_out():
    """At the strength a real help desk shows, a model without the mechanism must fail."""
    ranges = read_ranges()
    for key, real, chance in ((("return_lift", "lift"), figure(1.97, 1.86, 2.03, "ratio"), 1.0),
                              (("continuation", "rise"), figure(0.147, 0.123, 0.176, "points"), 0.0),
                              (("waiting_spread", "spread"), figure(89.0, 46.0, 124.0, "ratio"), 1.0)):
        low, high = ranges.of[key].around(real)
        assert not low <= chance <= high


@pytest.mark.parametrize(("old", "new", "says"), [
    ("[handoffs]", "[hand_offs]", "unknown pattern 'hand_offs'; did you mean 'handoffs'?"),
    ('"0" = { plus = 0.05 }', "", "[handoffs] has no range for 0"),
    ('"0" = { plus = 0.05 }', '"0" = { plus = -1 }', "plus = -1 must be 0 or more"),
    ("mean = { times = 1.25 }", "mean = { times = 0.5 }", "times = 0.5 must be 1 or more"),
    ("mean = { times = 1.25 }", "mean = 1.25", "must be { plus = 0.05 } or { times = 1.25 }"),
    ("mean = { times = 1.25 }", 'mean = { times = "x" }', "must be a number"),
    ("mean = { times = 1.25 }", "means = { times = 1.25 }", "unknown figure 'means'"),
    ('why = "Steps', 'because = "Steps', 'must be a table with why = "..."'),
    ("[handoffs]", "[handoffs", "not valid TOML"),
])
def test_a_file_of_ranges_that_cannot_be_used_is_refused(old, new, says, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(FROZEN.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_ranges(path)
    assert says in str(refused.value)


# -- comparing ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def itself(log, clinic):
    return validate(log, clinic, read_ranges(), runs=3, seed=77)


def test_the_model_fits_a_log_of_its_own(itself):
    known = [one for one in itself if one.verdict != UNKNOWN]
    assert len(known) >= 20
    assert sum(one.verdict == IN for one in known) >= 0.9 * len(known)
    for one in known:
        assert one.model[1] <= one.model[0] <= one.model[2]
        assert (one.allowed[0] <= one.model[0] <= one.allowed[1]) == (one.verdict == IN)
        assert (one.miss <= 1) == (one.verdict == IN) or one.miss == pytest.approx(1)


def test_another_world_does_not_fit_and_the_worst_comes_first(log, clinic):
    world = {"defect_rate": 0.9, "context_loss": 1.0, "exception_rate": 0.3}
    found = validate(log, clinic, read_ranges(), world=world, runs=2, seed=77)
    verdicts = [one.verdict for one in found]
    out = [one.miss for one in found if one.verdict == OUT]
    assert len(out) >= 5
    assert verdicts == sorted(verdicts, key=[OUT, IN, UNKNOWN].index)
    assert out == sorted(out, reverse=True)
    assert out[-1] > 1
    assert {"ping_pong", "reopened"} <= {one.real.pattern for one in found if one.verdict == OUT}


def test_a_log_without_states_is_held_against_runs_seen_without_states(job, clinic):
    bare = simulated_frame(job)[["case", "time", "team"]]
    found = validate(EventLog.make(bare, last_resolves=True), clinic, read_ranges(), runs=2, seed=77)
    known = [one for one in found if one.verdict != UNKNOWN]
    assert len(known) >= 15
    assert sum(one.verdict == IN for one in known) >= 0.9 * len(known)
    assert {one.real.pattern for one in found if one.real.missing} >= {"reopened", "people", "case_types"}


def test_the_period_before_is_held_against_the_same_ranges(log, clinic):
    fit, test = log.cohort(None, dt.date(2025, 2, 16)), log.cohort(dt.date(2025, 2, 17))
    found = validate(test, clinic, read_ranges(), fit=fit, runs=1)
    past = [one.past_in_range for one in found if one.past_in_range is not None]
    assert len(past) >= 20
    assert sum(past) >= 0.9 * len(past)


def test_what_the_log_lacks_is_not_compared(itself):
    lacking = {one.real.pattern for one in itself if one.real.missing}
    assert lacking == {"term", "deadline"}
    assert all(one.verdict == UNKNOWN and math.isnan(one.miss) for one in itself if one.real.pattern in lacking)


def test_teams_that_the_organisation_lacks_are_its_other_team(log, clinic):
    known = replace(clinic.teams[0], name="reception", en="reception")
    other = replace(clinic.teams[1], name="other", en="Other teams")
    merged = merge_teams(log, replace(clinic, teams=(known, other)))
    assert set(merged.teams) == {"reception", "Other teams"}
    assert merged.handoffs.max() <= log.handoffs.max()
    was, now = (one.events["team"].astype(str).to_numpy() for one in (log, merged))
    assert ((now == "Other teams") == (was != "reception")).all()
    strange = replace(clinic, teams=tuple(replace(t, name=f"x{k}", en="x", nl="x") for k, t in enumerate(clinic.teams)))
    assert merge_teams(log, strange).teams == log.teams


# -- the command -------------------------------------------------------------------------------------------------------


def test_a_period_is_two_dates():
    assert period("2016-03-01:2016-04-30", "--fit") == (dt.date(2016, 3, 1), dt.date(2016, 4, 30))
    for words in ("2016-03-01", "2016-03-01:", "2016-04-30:2016-03-01", "march:april"):
        with pytest.raises(InvalidInput, match="two dates"):
            period(words, "--fit")


def test_the_command_fits_on_one_period_and_tests_on_another(file, tmp_path, capsys):
    out = tmp_path / "found.csv"
    words = ["--fit", "2025-01-06:2025-02-16", "--test", "2025-02-17:2025-03-30", "--runs", "2", "--out", str(out)]
    assert main(["--lang", "nl", "validate", file, *words]) == 0
    said = capsys.readouterr().out
    assert "Binnen de grenzen" in said
    assert "niet in dit logboek: streefdata" in said
    with out.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert {(r["pattern"], r["figure"]) for r in rows} == {(n, f) for n, p in PATTERNS.items() for f in p.figures}
    assert {r["verdict"] for r in rows} <= {IN, OUT, UNKNOWN}


def test_json_says_everything_and_strict_says_whether_all_is_in_range(file, capsys):
    words = ["validate", file, "-o", "clinic", "--runs", "1", "--json", "--strict", "--set", "defect_rate=0.9",
             "--term", "3"]
    assert main(words) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["summary"]["out_of_range"] > 0
    assert document["ranges"] == read_ranges().digest
    assert document["settings"] == {"defect_rate": 0.9}
    assert document["figures"][0]["verdict"] == OUT
    by_name = {(row["pattern"], row["figure"]): row for row in document["figures"]}
    assert by_name["term", "all"]["verdict"] != UNKNOWN  # with a term there are target dates on both sides
    assert by_name["deadline", "day_-1"]["verdict"] != UNKNOWN


@pytest.mark.parametrize(("words", "says"), [
    (["-o", "clinic", "--fit", "2025-01-06:2025-03-02", "--test", "2025-03-01:2025-03-30"], "overlap"),
    (["-o", "clinic", "--test", "2031-01-06:2031-03-02"], "no case was opened"),
    (["-o", "clinic", "--test", "2025-01-06:2025-01-06"], "at least 50"),
    (["--fit", "2025-01-06:2025-12-31"], "--test: no case was opened after 2025-12-31"),
    (["-o", "clinic", "--out", "found.xlsx"], ".csv or .json"),
    (["-o", "clinic", "--ranges", "nowhere.toml"], "nowhere.toml cannot be read"),
    (["-o", "clinics"], "clinics"),
])
def test_what_cannot_be_compared_is_refused_in_one_line(words, says, file, capsys):
    assert main(["validate", file, "--runs", "1", *words]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


# -- tuning ------------------------------------------------------------------------------------------------------------


def test_candidates_are_the_world_as_it_is_and_a_hypercube_around_it():
    worlds = candidates(9, {"defect_rate": 0.2, "demand": 1.1}, seed=3)
    assert worlds[0] == {"defect_rate": 0.2, "demand": 1.1}
    assert worlds == candidates(9, {"defect_rate": 0.2, "demand": 1.1}, seed=3)
    for name in TUNED:
        values = [one.get(name) for one in worlds[1:]]
        if name == "defect_rate":
            assert set(values) == {0.2}  # what the user says is not drawn
            continue
        p = PARAMETERS[name]
        assert all(p.low <= x <= p.high for x in values)
        low, high = max(p.low, p.default / 10), min(p.high, p.default * 10)
        place = [int(8 * math.log(x / low) / math.log(high / low)) for x in values]
        assert sorted(place) == pytest.approx(list(range(8)), abs=1)  # one in each eighth


def test_tuning_brings_a_strange_world_nearer_also_in_the_period_it_has_not_seen(clinic):
    """The log comes from a world far from ours; the tuned one must fit better where it was not tuned."""
    there = {"defect_rate": 0.05, "context_loss": 0.95, "repeat_work": 1.5, "exception_rate": 0.3}
    log = simulated_log(Job(clinic, world=there, weeks=2 * WEEKS, seed=5))
    fit, test = log.cohort(None, dt.date(2025, 2, 16)), log.cohort(dt.date(2025, 2, 17))
    ranges = read_ranges()
    tuned = tune(fit, clinic, ranges, 8, world={}, levers={}, burn_in=26, seed=1)
    assert tuned.miss < 0.8 * tuned.miss_before
    out = [sum(one.verdict == OUT for one in validate(test, clinic, ranges, world=world, runs=1, burn_in=26))
           for world in ({}, tuned.world)]
    assert out[1] < out[0]


def test_the_command_tunes_on_the_first_period_only(file, capsys):
    assert main(["validate", file, "-o", "clinic", "--tune", "3"]) == 2
    assert "--fit FIRST:LAST" in capsys.readouterr().err
    assert main(["validate", file, "-o", "clinic", "--fit", "2025-01-06:2025-02-16", "--tune", "2", "--runs", "1"]) == 0
    out = capsys.readouterr().out
    assert "Of 2 worlds" in out
    assert "cases from 2025-02-17 to 2025-03-28" in out  # what comes after the fit period
