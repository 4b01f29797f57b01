"""Headings of systems that nobody listed: what a word in them and the values below it tell, and what they do not."""

import pytest
from logs import made_up_exports as made

from silosim.experiments.cli import main
from silosim.experiments.logs.guesses import meaning
from silosim.experiments.logs.importing import import_log
from silosim.experiments.logs.mapping import Asks
from silosim.model.parameters import InvalidInput


def iso(row) -> str:
    return f"{row['time']:%Y-%m-%dT%H:%M:%S}"


# Headings of published logs and of systems, with what stands below them: the same log comes out of all.
SHAPES = {
    "VINST": {"SR Number": "case", "Change Date+Time": iso, "Status": lambda r: "Accepted", "Sub Status": "state",
              "Involved ST Function Div": lambda r: "A2_1", "Involved Org line 3": lambda r: "Org line C",
              "Involved ST": "team", "SR Latest Impact": lambda r: "Low", "Product": "type",
              "Country": lambda r: "se", "Owner Country": lambda r: "Sweden", "Owner First Name": "person"},
    "Zendesk Explore": {"Ticket ID": "case", "Update - Timestamp": iso, "Updater name": lambda r: "end user",
                        "Ticket group": "team", "Assignee name": "person", "Ticket status": "state",
                        "Ticket tags": lambda r: "a b", "Requester organization": lambda r: "Acme",
                        "Category": "type"},
    "Help desk of a software company": {
        "Case ID": lambda r: f"Case {r['case']}", "Activity": "state", "Resource": "person",
        "Complete Timestamp": lambda r: f"{r['time']:%Y/%m/%d %H:%M:%S}.000", "Variant": lambda r: "Variant 12",
        "Variant index": lambda r: 12, "customer": lambda r: "Value 3", "product": "type",
        "responsible_section": lambda r: "Value 1", "service_level": lambda r: "Value 2", "workgroup": "team"},
    "Roles": {"case:concept:name": "case", "time:timestamp": iso, "org:resource": "person", "org:role": "team",
              "concept:name": "state", "case:Category": "type"},
    "Celonis": {"_CASE_KEY": "case", "ACTIVITY_EN": "state", "EVENTTIME": iso, "USER_NAME": "person",
                "USER_TYPE": lambda r: "A", "ORG_UNIT": "team", "CASE_TYPE": "type"},
    "Remedy": {"Incident ID*+": "case", "Modified Date": iso, "Assigned Group*+": "team", "Assignee+": "person",
               "Status*": "state", "Category": "type"},
    "Dutch": {"Zaaknr": lambda r: "", "Meldingsnummer zaak": lambda r: "", "Kenmerk dossier nr": "case",
              "Datum laatste wijziging": iso, "Huidige behandelgroep": "team", "Naam behandelaar": "person",
              "Status melding": "state", "Soort": "type"},
}


@pytest.mark.parametrize("name", SHAPES)
def test_headings_that_nobody_listed(tmp_path, name):
    found = import_log(made.save(tmp_path / "log.csv", made.table(SHAPES[name], made.events(2), ";")))
    assert set(found.log.teams) == set(made.TEAMS)
    assert (len(found.log), found.facts.people, found.facts.types) == (200, 6, 3)
    assert found.facts.handoffs_mean == pytest.approx(0.55)
    assert found.cleaned.meanings["resolved"] == ("Resolved",)


def test_a_guess_by_a_word_is_told_and_what_is_said_wins(tmp_path):
    path = made.save(tmp_path / "log.csv", made.table(SHAPES["Zendesk Explore"], made.events(2)))
    notes = import_log(path).notes.made
    told = {note.fields["field"]: note.fields["column"] for note in notes if note.key == "by_word"}
    assert told == {"time": "Update - Timestamp"}
    with pytest.raises(InvalidInput, match="which column is the time"):
        import_log(path, Asks(columns={"time": ""}))


def test_a_column_that_should_hold_times_and_does_not_is_left_alone(tmp_path):
    words = made.plain(made.events(2), resolved=lambda r: "yes", closed=lambda r: "TRUE", due=lambda r: "soon")
    found = import_log(made.save(tmp_path / "log.csv", words))
    assert not {"resolved_at", "due"} & found.mapping.keys()
    assert found.facts.handoffs_mean == pytest.approx(0.55)
    assert {note.fields["column"] for note in found.notes.made if note.key == "no_times_in_it"} == {"resolved", "due"}
    with pytest.raises(InvalidInput, match="should hold times"):
        import_log(tmp_path / "log.csv", Asks(columns={"due": "due"}))


def test_a_date_and_a_time_of_day_in_two_columns_are_joined(tmp_path):
    words = made.table({"case": "case", "Changed on": lambda r: f"{r['time']:%d.%m.%Y}", "team": "team",
                        "Time of change": lambda r: f"{r['time']:%H:%M:%S}", "state": "state"}, made.events(2), ";")
    path = made.save(tmp_path / "log.csv", words)
    assert "only_days" in {note.key for note in import_log(path).notes.made}
    found = import_log(path, Asks(columns={"time": "changed on + Time of change"}))
    assert "only_days" not in {note.key for note in found.notes.made}
    assert found.facts.hours_by_handoffs[:3] == pytest.approx([3, 6, 9])
    with pytest.raises(InvalidInput, match=r"unknown column 'Changed on\+Clock'"):
        import_log(path, Asks(columns={"time": "Changed on+Clock"}))


@pytest.mark.parametrize(("heading", "says"), [
    ("issue_id,created_date,field,from_string,to_string\n1,2024-01-01,status,,Done\n", "a change of one field"),
    ("Case Number,Edit Date,Field / Event,Old Value,New Value\n1,1/13/2024,Status,,New\n", "a change of one field"),
    ("case,activity,timestamp,resource\n1,a,2024-01-01,x\n", "--column team=resource"),
    ("case,timestamp,colour\n1,2024-01-01,red\n", "--column team=COLUMN; there are: case, timestamp, colour"),
])
def test_without_a_team_it_is_said_what_can_be_done(tmp_path, capsys, heading, says):
    assert main(["import-log", str(made.save(tmp_path / "log.csv", heading))]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(("state", "means"), [
    ("Awaiting Assignment", None), ("Wacht op toewijzing", None), ("Wait - User", "waiting"),
    ("Pending vendor", "waiting"), ("Wartet auf Kunde", "waiting"), ("Gelöst", "resolved"), ("Cancelled", "closed"),
    ("Reopened", None), ("Assigned", None), ("Completed", "resolved"),
])
def test_waiting_for_a_team_is_no_waiting_status(state, means):
    assert meaning(state) == means


def test_names_with_brackets_and_colons_are_shown_as_they_are(tmp_path, capsys):
    """Words in square brackets are markup for the terminal, and so are names of pictures between colons."""
    names = {"Desk": "[/red]Desk", "Network": "[bold]N[/bold]", "Payments": ":warning: P"}
    rows = [{**row, "team": names[row["team"]]} for row in made.events(4)]
    path = made.save(tmp_path / "log.csv", made.plain(rows))
    assert main(["import-log", str(path), "--out", str(tmp_path / "mine.toml"), "--no-page"]) == 0
    assert "[/red]Desk" in capsys.readouterr().out
    assert main(["show", str(tmp_path / "mine.toml")]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in names.values())
