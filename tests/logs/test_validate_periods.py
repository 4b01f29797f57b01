"""Which cases a model is fitted and tested on, and what is said of a log that can hardly bear it."""

import datetime as dt
import json
import math
from datetime import timedelta

import pytest
from logs import made_up_exports as made

from silosim.experiments.cli import main
from silosim.experiments.logs.importing import import_log
from silosim.experiments.logs.patterns import ABSENT, FEW, OK, Measured
from silosim.experiments.logs.ranges import read_ranges
from silosim.experiments.logs.validate import UNKNOWN, View, compared, team_names
from silosim.experiments.logs.validate_periods import AFTER, BEFORE, GIVEN, HALVES, MAIN, parts
from silosim.model.organisation_file import load_organisation

ROWS = made.events(8)
FIRST, LAST = dt.date(2024, 1, 8), dt.date(2024, 3, 1)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """Eight weeks, and a case that was opened two years before."""
    old = [{**row, "case": "OLD", "time": row["time"] - timedelta(days=700 * (row["state"] == "New"))}
           for row in ROWS[:5]]
    return import_log(made.save(tmp_path_factory.mktemp("logs") / "log.csv", made.plain(ROWS + old))).log


def days(found) -> tuple[dt.date, dt.date] | None:
    if found is None:
        return None
    opened = found.cases["opened"]
    return opened.min().date(), opened.max().date()


DAY = dt.timedelta(days=1)
ASKED = {
    "nothing": (None, None, False, HALVES, (FIRST, dt.date(2024, 2, 2)), (dt.date(2024, 2, 5), LAST)),
    "an organisation": (None, None, True, MAIN, None, (FIRST, LAST)),
    "to fit": ((FIRST, dt.date(2024, 1, 21)), None, False, AFTER, (FIRST, dt.date(2024, 1, 19)),
               (dt.date(2024, 1, 22), LAST)),
    "to test": (None, (dt.date(2024, 2, 12), LAST), False, BEFORE, (FIRST, dt.date(2024, 2, 9)),
                (dt.date(2024, 2, 12), LAST)),
    "to test one": (None, (dt.date(2024, 2, 12), LAST), True, GIVEN, None, (dt.date(2024, 2, 12), LAST)),
}


@pytest.mark.parametrize("asked", ASKED)
def test_periods_that_are_not_given_follow_from_the_days_that_were_seen(log, asked):
    """A case from two years before is in none: the model would have to run for two years."""
    fit, test, organisation, how, fitted, tested = ASKED[asked]
    found = parts(log, fit, test, organisation)
    assert (found.how, days(found.fit), days(found.test)) == (how, fitted, tested)
    assert found.outside == 1
    assert View.of(found.test, None).weeks <= 8


def test_a_period_of_days_is_as_many_weeks_as_it_counts(log):
    for last, weeks in ((dt.date(2024, 1, 12), 1), (dt.date(2024, 1, 18), 2), (dt.date(2024, 1, 26), 3), (LAST, 8)):
        assert View.of(log.cohort(FIRST, last), None).weeks == weeks


@pytest.mark.parametrize(("rows", "words", "says"), [
    ([row for row in ROWS if row["case"].endswith("1")], (), "has 40 cases; at least 50"),
    (made.events(1)[:60], (), "one day only"),
    (ROWS, ("--test", "2024-01-09:2024-01-09", "-o", "clinic"), "2024-01-09 to 2024-01-09, has 20 cases"),
    (ROWS, ("--test", "2024-01-08:2024-02-09"), "--fit: no case was opened before 2024-01-08"),
    (ROWS, ("--fit", "2024-02-01:2024-03-30"), "--test: no case was opened after 2024-03-30"),
    (ROWS, ("--fit", "2024-01-08:2024-01-09"), "the fit period, 2024-01-08 to 2024-01-09, has 40 cases"),
    (ROWS, ("--zone", "Nowhere"), "zone"), (ROWS, ("--system", "Nobody"), "nobody in the log"),
])
def test_what_bears_no_comparison_is_refused_in_one_line(rows, words, says, tmp_path, capsys):
    path = made.save(tmp_path / "log.csv", made.plain(rows))
    assert main(["validate", str(path), "--runs", "1", *words]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


def test_what_an_error_advises_validate_can_do_as_well(tmp_path, capsys):
    """--dates for dates that can be read both ways, --skip-bad-rows; doubts about the log are told."""
    rows = [{**row, "time": row["time"].replace(day=1 + row["time"].day % 12)} for row in ROWS]
    words = made.plain(rows, time=lambda r: f"{r['time']:%d/%m/%Y %H:%M}") + "1,2,3,4,5,6,7,8\n"
    path = str(made.save(tmp_path / "log.csv", words))
    common = ["validate", path, "-o", "clinic", "--runs", "1", "--burn-in", "8", "--json"]
    assert main(common) == 2
    assert "--skip-bad-rows" in capsys.readouterr().err
    assert main([*common, "--skip-bad-rows"]) == 2
    assert "--dates dmy" in capsys.readouterr().err
    assert main([*common, "--skip-bad-rows", "--dates", "dmy", "--zone", "Europe/Amsterdam"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert any("more fields" in doubt for doubt in document["doubts"])
    assert (document["periods"], document["teams_known"]) == ("main", False)


# -- figures that one side lacks ---------------------------------------------------------------------------------------


def figure(value: float, status: str = OK) -> Measured:
    return Measured("handoffs", "0", "share", value, math.nan, math.nan, 100, "", status)


@pytest.mark.parametrize(("statuses", "lacks"), [
    ([OK, OK, OK], ""), ([FEW, OK, OK], ""), ([FEW, FEW, OK], FEW), ([ABSENT] * 3, ABSENT), ([ABSENT, FEW, FEW], FEW),
])
def test_why_the_model_lacks_a_figure_is_known(statuses, lacks):
    runs = [figure(0.5 if status == OK else math.nan, status) for status in statuses]
    found = compared(figure(0.5), None, runs, read_ranges())
    assert (found.lacks, found.verdict == UNKNOWN) == (lacks, bool(lacks))


def test_names_that_were_cut_for_the_file_are_still_the_same_team(log):
    from dataclasses import replace

    long = "A team with a name that goes on and on " * 4
    events = log.events.assign(team=log.events["team"].cat.rename_categories({"Desk": long}))
    clinic = load_organisation("clinic")
    mine = replace(clinic, teams=(replace(clinic.teams[0], name="a", en=long[:80].strip(), nl=long[:80].strip()),
                                  replace(clinic.teams[1], name="other", en="Other teams")))
    names = team_names(replace(log, events=events), mine)
    assert names == {long: long[:80].strip(), "Network": "Other teams", "Payments": "Other teams"}


def test_a_target_date_tells_whether_the_term_was_met(tmp_path):
    """Resolved within five hours: the cases of one team; still open after the date: late; before it: nobody knows."""
    rows = [row for row in made.events(2) if row["case"] != "C00200" or row["state"] == "New"]
    due = {"due": lambda r: r["opened"] + timedelta(hours=5)}
    found = import_log(made.save(tmp_path / "log.csv", made.plain(rows, **due)))
    assert found.facts.in_term == pytest.approx(100 / 200)
    assert "term_from_due" in {note.key for note in found.notes.made}
    later = {"due": lambda r: r["opened"] + timedelta(days=30 * (r["case"] == "C00200"), hours=5)}
    found = import_log(made.save(tmp_path / "log.csv", made.plain(rows, **later)))
    assert found.facts.in_term == pytest.approx(100 / 199)
