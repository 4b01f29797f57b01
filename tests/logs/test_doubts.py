"""What a log seems to say and does not: days without a time, teams of today, activities, a few days, who has left."""

from datetime import timedelta

import pytest
from logs import made_up_exports as made

from silosim.experiments.logs.dates import zone_of
from silosim.experiments.logs.importing import import_log
from silosim.experiments.logs.organisation import Choices


def keys(found) -> set[str]:
    return {note.key for note in found.notes.made}


# -- zones and days ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("values", "zone"), [
    (["2024-01-08T09:00:00Z", "2024-07-08 09:00 UTC"], ("UTC", 1.0)),
    (["2024-01-08T09:00:00.000+01:00", "2024-07-08T09:00:00.000+02:00"], ("Europe/Amsterdam", 1.0)),
    (["2024-01-08T09:00:00-0500", "2024-07-08T09:00:00-0400"], ("America/New_York", 1.0)),
    (["2024-01-08T09:00+05:30"] * 2, ("UTC+05:30", 1.0)),
    (["2024-01-08T09:00+02:00", "2024-01-08T09:00-07:00"] * 2 + ["2024-01-09T09:00+02:00"], ("UTC+02:00", 0.6)),
    (["2024-01-08", "08-01-2024 10:00", "8/1/2024 10.15"], None),
    (["2024-01-08T09:00:00Z", "2024-01-08T09:00:00"], None),
])
def test_the_zone_is_that_of_the_clock_that_times_are_written_by(values, zone):
    assert zone_of(values) == zone


def test_weekdays_are_those_of_the_clock_in_the_file(tmp_path):
    """A day begins at midnight there, which is another day in UTC; midnight in summer and winter is no time of day."""
    shift = lambda r: f"{r['opened']:%Y-%m-%d}T00:00:00+0{1 + (r['opened'].month > 3)}:00"  # noqa: E731
    rows = [{**row, "opened": row["opened"] + timedelta(weeks=9)} for row in made.events(8)]
    found = import_log(made.save(tmp_path / "log.csv", made.plain(rows, time=shift)))
    assert found.log.zone == "Europe/Amsterdam"
    assert found.facts.by_weekday == pytest.approx([20] * 5 + [0, 0])
    assert {"only_days", "zone_written"} <= keys(found)


def test_times_of_which_some_name_a_zone_are_doubted(tmp_path):
    some = lambda r: f"{r['time']:%Y-%m-%dT%H:%M:%S}" + "Z" * (r["time"].hour % 2)  # noqa: E731
    found = import_log(made.save(tmp_path / "log.csv", made.plain(made.events(2), time=some)))
    assert "zone_half" in keys(found)
    assert found.log.zone == "UTC"


@pytest.mark.parametrize(("days", "a_week"), [(1, 100), (3, 100), (5, 100)])
def test_arrivals_of_a_few_days_are_not_counted_on_saturday_and_sunday(tmp_path, days, a_week):
    rows = [row for row in made.events(1) if row["opened"] < made.START + timedelta(days=days)]
    found = import_log(made.save(tmp_path / "log.csv", made.plain(rows)))
    assert found.facts.arrivals_a_week == pytest.approx(a_week)
    assert "short_period" in keys(found)


def test_a_log_of_cases_now_and_then_is_one_period(tmp_path):
    """A case every third week, for years: gaps that are usual here are no holes."""
    every = [{**row, "time": row["time"] + timedelta(days=21 * k)} for k, row in enumerate(made.events(3))
             if row["state"] != "Closed"]
    for k, row in enumerate(every):
        row["case"] = f"C{k // 2}"
    found = import_log(made.save(tmp_path / "log.csv", made.plain(every[:200])))
    assert "outside" not in keys(found)
    assert found.facts.cases == 100


def test_much_outside_the_period_is_a_doubt(tmp_path):
    """And a log in which everything happens at one moment has a period, too."""
    rows = made.events(4)
    late = [{**row, "case": f"L{row['case']}", "time": row["time"] + timedelta(days=300)} for row in made.events(2)]
    found = import_log(made.save(tmp_path / "log.csv", made.plain(rows + late)))
    assert "outside" in {note.key for note in found.notes.of("doubt")}
    found = import_log(tmp_path / "log.csv", last="2024-01-19")
    assert "outside" not in {note.key for note in found.notes.of("doubt")}
    at_once = [{**row, "time": made.START} for row in made.events(3)]
    assert import_log(made.save(tmp_path / "log.csv", made.plain(at_once))).facts.cases == 300


# -- teams and states --------------------------------------------------------------------------------------------------

def test_a_column_with_the_team_of_today_is_doubted(tmp_path):
    last = {row["case"]: row["team"] for row in made.events(4)}
    rows = [{**row, "team": last[row["case"]]} for row in made.events(4)]
    assert "same_team" in keys(import_log(made.save(tmp_path / "log.csv", made.plain(rows))))
    assert "same_team" not in keys(import_log(made.save(tmp_path / "log.csv", made.plain(made.events(4)))))
    one = [{**row, "team": "Desk"} for row in made.events(4)]
    assert "same_team" not in keys(import_log(made.save(tmp_path / "log.csv", made.plain(one))))


WORDS = {"New": "Open", "Active": "Operator Update", "Awaiting User Info": "Pending vendor", "Resolved": "Closed",
         "Closed": "Caused By CI"}


def test_what_is_filled_in_after_the_end_reopens_nothing(tmp_path):
    """In a log of activities; a case that is closed again, or whose activity says so, was reopened."""
    rows = [{**row, "state": WORDS[row["state"]]} for row in made.events(2)]
    path = made.save(tmp_path / "log.csv", made.plain(rows).replace(",state,", ",IncidentActivity_Type,", 1))
    assert import_log(path).facts.reopened == 0
    ends = [row for row in rows if row["state"] == "Caused By CI"][:30]
    again = [{**row, "time": row["time"] + timedelta(hours=1 + (state == "Closed")), "state": state}
             for row in ends[:20] for state in ("Operator Update", "Closed")]
    says = [{**row, "time": row["time"] + timedelta(hours=1), "state": "Reopen"} for row in ends[20:]]
    path = made.save(tmp_path / "log.csv", made.plain(rows + again + says).replace(",state,", ",Activity,", 1))
    assert import_log(path).facts.reopened == pytest.approx(30 / 200)


def test_a_state_that_most_cases_leave_again_is_no_end(tmp_path):
    rows = [{**row, "state": {"Resolved": "Closed", "Closed": "Billed"}.get(row["state"], row["state"])}
            for row in made.events(2)]
    assert "mostly_reopened" in keys(import_log(made.save(tmp_path / "log.csv", made.plain(rows))))
    assert "mostly_reopened" not in keys(import_log(made.save(tmp_path / "log.csv", made.plain(made.events(2)))))


# -- people ------------------------------------------------------------------------------------------------------------

def test_who_left_and_who_comes_by_once_fill_no_desk(tmp_path):
    """Three at the desk, one of whom is another one every three weeks, and a passer-by in one week."""
    rows = made.events(12)
    for row in rows:
        week = (row["time"] - made.START).days // 7
        if row["person"] == "Cor Cedar":
            row["person"] = f"Cor {week // 3}"
        if row["person"] == "Ann Alder" and week == 5 and row["case"].endswith("0"):
            row["person"] = "Passer-by"
    found = import_log(made.save(tmp_path / "log.csv", made.plain(rows)))
    assert found.facts.people >= 9
    heads = {team.en: team.headcount for team in found.organisation(Choices("made_up")).spec.teams}
    assert heads == {"Desk": 3, "Network": 2, "Payments": 1}


def test_more_hours_of_work_than_teams_have_a_case_are_doubted(tmp_path):
    """A tenth of the cases for the same people: work follows from capacity, so a visit would take a day."""
    few = [row for row in made.events(10) if row["case"].endswith("5")]
    found = import_log(made.save(tmp_path / "log.csv", made.plain(few)))
    found.organisation(Choices("made_up"))
    note = next(note for note in found.notes.made if note.key == "hours_too_long")
    assert note.fields["had"] == pytest.approx(3, abs=0.1)
    assert note.fields["hours"] > 5
    again = import_log(tmp_path / "log.csv")
    again.organisation(Choices("made_up", load=0.99 * note.fields["load"]))
    assert "hours_too_long" not in keys(again)
