"""One known process, exported by different systems: always the same log, facts and organisation."""

import numpy as np
import pytest
from logs import made_up_exports as made

from silosim.experiments.logs.importing import import_log
from silosim.experiments.logs.mapping import Asks
from silosim.experiments.logs.organisation import Choices
from silosim.experiments.logs.patterns import measure
from silosim.model.parameters import InvalidInput

SYSTEMS = {
    "plain.csv": made.plain, "servicenow.csv": made.servicenow, "jira.csv": made.jira, "zendesk.tsv": made.zendesk,
    "topdesk.csv": made.topdesk, "process.xes": made.xes, "packed.csv.gz": made.plain, "packed.xes.gz": made.xes,
}
ENCODINGS = {"topdesk.csv": "cp1252", "jira.csv": "utf-16", "plain.csv": "utf-8-sig"}


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    return {name: import_log(made.save(folder / name, export(), ENCODINGS.get(name, "utf-8")))
            for name, export in SYSTEMS.items()}


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_gives_the_same_log(logs, name):
    log, facts = logs[name].log, logs[name].facts
    assert len(log) == made.WEEKS * 5 * made.A_DAY
    assert set(log.teams) == set(made.TEAMS)
    assert facts.people == 6
    assert facts.by_handoffs == pytest.approx([0.5, 0.45, 0.05, 0])
    assert facts.handoffs_mean == pytest.approx(0.55)
    assert facts.back_and_forth == pytest.approx(0.05)
    assert facts.solved_by_first == pytest.approx(0.55)
    assert facts.arrivals_a_week == pytest.approx(100)  # although the period ends on a Friday
    assert facts.by_weekday[:5] == pytest.approx([20] * 5)
    assert facts.hours_by_handoffs[:3] == pytest.approx([3, 6, 9])
    assert facts.types == 3


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_gives_the_same_organisation(logs, name):
    built = logs[name].organisation(Choices("made_up"))
    spec = built.spec
    assert {team.en: team.headcount for team in spec.teams} == {"Desk": 3, "Network": 2, "Payments": 1}
    assert [team.en for team in spec.teams if team.meets_customer] == ["Desk"]
    routes = {tuple(spec.teams[s.team].en for s in journey.stages): journey.share for journey in spec.journeys}
    assert routes == pytest.approx({("Desk",): 0.5, ("Desk", "Network"): 0.3, ("Desk", "Payments"): 0.2})
    assert spec.arrivals == pytest.approx(100)


WRITTEN = {
    "old Mac": ("log.csv", lambda: made.plain(made.events(2)).replace("\n", "\r").encode()),
    "Windows": ("log.csv", lambda: made.plain(made.events(2)).replace("\n", "\r\n").encode()),
    "UTF-16": ("log.csv", lambda: made.plain(made.events(2)).encode("utf-16")),
    "a delimiter after each row": ("log.csv", lambda: made.plain(made.events(2)).replace("\n", ",\n").encode()),
    "quotes": ("log.csv", lambda: made.plain(made.events(2)).replace("Desk", '"De\nsk"').encode()),
    "XES in UTF-16": ("log.xes", lambda: made.xes(made.events(2)).replace("UTF-8", "UTF-16").encode("utf-16")),
    "XES in Latin-1": ("log.xes", lambda: made.xes(made.events(2)).replace("UTF-8", "ISO-8859-1").encode("latin-1")),
    "XES with a prefix": ("log.xes", lambda: made.xes(made.events(2)).replace("<log ", "<x:log ").replace(
        "</log>", "</x:log>").replace("<trace>", "<x:trace>").replace("</trace>", "</x:trace>").encode()),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_however_it_is_written_it_is_the_same_log(tmp_path, how):
    name, content = WRITTEN[how]
    found = import_log(made.save(tmp_path / name, content()))
    assert (len(found.log), found.facts.handoffs_mean) == (200, pytest.approx(0.55))
    assert {name.replace(" ", "") for name in found.log.teams} == set(made.TEAMS)


def test_states_are_understood(logs):
    meanings = logs["topdesk.csv"].cleaned.meanings
    assert meanings == {"resolved": ("Gereed",), "waiting": ("Wacht op aanmelder",), "closed": ("Afgesloten",)}
    assert logs["jira.csv"].cleaned.meanings["resolved"] == ("Done",)
    assert logs["zendesk.tsv"].cleaned.meanings == {
        "resolved": ("solved",), "waiting": ("pending",), "closed": ("closed",)}


def test_zones_are_kept(logs):
    assert logs["zendesk.tsv"].log.cases["opened"].min() == np.datetime64("2024-01-08T07:00")
    assert logs["process.xes"].log.cases["opened"].min() == np.datetime64("2024-01-08T08:00")


def test_hours_that_were_entered_are_the_hours_of_work(logs):
    """45 minutes entered at the end of every visit: that many hours per stage, whatever the headcount."""
    built = logs["topdesk.csv"].organisation(Choices("made_up"))
    assert [s.hours for j in built.spec.journeys for s in j.stages] == pytest.approx([0.75] * 5)
    assert any(note.key == "decimal_comma" for note in logs["topdesk.csv"].notes.made)


def test_without_entered_hours_every_team_has_the_load_that_was_asked_for(logs):
    for load in (0.3, 0.56, 0.9):
        built = logs["plain.csv"].organisation(Choices("made_up", load=load))
        assert built.spec.team_loads() == pytest.approx([load] * 3, rel=0.01)


def test_a_snapshot_is_recognised(tmp_path):
    found = import_log(made.save(tmp_path / "snapshot.csv", made.snapshot()))
    keys = {note.key for note in found.notes.made}
    assert {"one_event", "no_time", "without_person", "people_guessed"} <= keys | {
        note.key for note in _with_organisation(found)}
    assert found.facts.median_hours == pytest.approx(4.5)  # half 3, half 6 or 9
    assert found.facts.by_handoffs == found.facts.hours_by_handoffs == []  # not: 'never handed on'
    lacking = {one.pattern for one in measure(found.log, draws=0) if "changes" in one.missing}
    assert {"handoffs", "ping_pong", "return_lift", "first_team", "time_by_handoffs"} <= lacking


def _with_organisation(found):
    found.organisation(Choices("made_up"))
    return found.notes.made


@pytest.mark.parametrize("name", SYSTEMS)
def test_no_name_of_a_person_comes_along(logs, name):
    names = [person for people in made.PEOPLE.values() for person in people]
    log = logs[name].log
    kept = " ".join([log.events.to_csv(), log.cases.to_csv()])
    assert not [person for person in names if person in kept]


def test_a_team_that_is_a_person_gets_a_number(tmp_path):
    rows = [{**row, "team": row["person"] or "Desk"} for row in made.events(2)]
    found = import_log(made.save(tmp_path / "log.csv", made.plain(rows)))
    assert set(found.log.teams) == {"Desk", *(f"team {k}" for k in range(1, 7))}
    assert any(note.key == "people_as_team" for note in found.notes.made)
    words = made.plain(rows).replace("case,time,team,person,", "case,time,assignee,who,", 1)
    path = made.save(tmp_path / "log.csv", words)
    found = import_log(path, Asks(columns={"team": "assignee", "person": ""}))
    assert not [name for name in found.log.teams if " " in name and not name.startswith("team ")]


def test_codes_for_names_are_nobodys_name(tmp_path):
    """In published logs people, teams and products may all be called 'Value 3'."""
    code = {name: f"Value {k}" for k, name in enumerate([*made.TEAMS, *sum(made.PEOPLE.values(), ())])}
    rows = [{**row, "team": code[row["team"]], "person": code.get(row["person"], "").replace("3", "1")}
            for row in made.events(2)]
    found = import_log(made.save(tmp_path / "log.csv", made.plain(rows)))
    assert set(found.log.teams) == {"Value 0", "Value 1", "Value 2"}
    assert "people_as_team" not in {note.key for note in found.notes.made}


def test_a_program_is_no_person(tmp_path):
    rows = [{**row, "person": row["person"] or "Integration user"} for row in made.events(2)]
    found = import_log(made.save(tmp_path / "log.csv", made.plain(rows)))
    assert found.facts.people == 6
    note = next(note for note in found.notes.made if note.key == "system_name")
    assert note.fields["n"] == 1
    assert note.fields["events"] == len([row for row in made.events(2) if not row["person"]])
    rows = [{**row, "person": row["person"] or "Zoe Zelkova"} for row in made.events(2)]
    found = import_log(made.save(tmp_path / "log.csv", made.plain(rows)), Asks(system=("zoe zelkova",)))
    assert found.facts.people == 6
    with pytest.raises(InvalidInput, match="nobody in the log"):
        import_log(tmp_path / "log.csv", Asks(system=("Quentin",)))


def test_people_that_are_not_known_are_guessed_by_the_work(tmp_path):
    """One hour a visit, 1.5 visits a case, 100 cases a week: 150 hours at .56 of 40 hours is 6.7 people, in whole."""
    found = import_log(made.save(tmp_path / "log.csv", made.plain()), Asks(columns={"person": ""}))
    spec = found.organisation(Choices("made_up")).spec
    assert [team.headcount for team in spec.teams] == [4, 1, 1]
    asked = sum(j.share * j.hours for j in spec.journeys)
    assert asked == pytest.approx(1.5, rel=0.01)
    assert all(load <= 0.75 for load in spec.team_loads())
    said = found.organisation(Choices("made_up", headcount={"Desk": 9})).spec
    assert said.team_loads()[0] == pytest.approx(0.56, rel=0.01)


def test_shifts_are_no_program(tmp_path):
    """Three people who take turns by day, evening and night, and now and then swap: everyone acts at every hour."""
    rows, one = [], made.events(1)[0]
    for hour in range(24 * 90):
        time = made.START + made.timedelta(hours=hour)
        who = (time.hour // 8 + time.toordinal() // 7) % 3
        rows += [{**one, "case": f"N{hour}", "time": time, "state": state, "person": f"Worker {who}"}
                 for state in ("New", "Resolved")]
    found = import_log(made.save(tmp_path / "log.csv", made.plain(rows)))
    assert found.facts.people == 3


def test_one_that_only_closes_and_one_that_never_sleeps_are_programs(tmp_path):
    closed = [{**row, "person": "Xia Xylem" if row["state"] == "Closed" else row["person"]} for row in made.events()]
    found = import_log(made.save(tmp_path / "log.csv", made.plain(closed)))
    assert found.facts.people == 6
    assert any(note.key == "system_closes" for note in found.notes.made)
    rows = made.events()
    for hour in range(24 * 7 * 5):
        time = made.START + made.timedelta(hours=hour)
        rows.append({**rows[0], "case": f"N{hour}", "time": time, "person": "Yan Yew", "state": "New"})
    found = import_log(made.save(tmp_path / "log.csv", made.plain(rows)))
    assert any(note.key == "system_clock" for note in found.notes.made)
    assert found.facts.people == 6
