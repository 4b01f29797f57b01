"""The round trip: a known organisation is simulated, its log exported and imported again, and it comes back.

What comes back, and how well: the teams by name; every order of teams that is a journey; arrivals within 6%; shares of
journeys within 3 points; people of a team within one (as many as are seen in an ordinary week); mean hours of a stage
within 20% where the log has hours entered (a few cases are done again, polished or slowed down). What does not:
journeys through the same teams in the same order are one; which team meets the customer is a guess; without hours
entered only the order of magnitude of hours, since having a case is not working on it.
"""


import numpy as np
import pytest

from silosim.experiments.logs.exporting import simulated_frame, simulated_log
from silosim.experiments.logs.importing import import_log
from silosim.experiments.logs.organisation import Choices
from silosim.experiments.logs.ranges import read_ranges
from silosim.experiments.logs.validate import IN, UNKNOWN, validate
from silosim.experiments.logs.writing import write_log
from silosim.model.ensemble import Job
from silosim.model.organisation_file import load_organisation, parse_organisation

# A help desk: most is solved at once by the first line, the rest goes to one of three specialist teams.
DESK = {
    "name": "desk", "arrivals": 120,
    "team": [{"name": "line_one", "headcount": 6, "meets_customer": True}, {"name": "network", "headcount": 3},
             {"name": "software", "headcount": 4}, {"name": "hardware", "headcount": 2}],
    "journey": [
        {"name": "simple", "share": 0.6, "stages": [{"team": "line_one", "hours": 0.8}]},
        {"name": "net", "share": 0.15,
         "stages": [{"team": "line_one", "hours": 0.4}, {"team": "network", "hours": 3.2}]},
        {"name": "soft", "share": 0.17,
         "stages": [{"team": "line_one", "hours": 0.4}, {"team": "software", "hours": 4.0}]},
        {"name": "hard", "share": 0.08,
         "stages": [{"team": "line_one", "hours": 0.4}, {"team": "software", "hours": 0.8},
                    {"team": "hardware", "hours": 4.0}]}]}
SHAPES = {"clinic": 20, "insurer": 10, "desk": 20}  # weeks
KINDS = {"clinic": "xes.gz", "insurer": "csv.gz", "desk": "csv"}


def spec_of(name: str):
    return parse_organisation(DESK, "the test") if name == "desk" else load_organisation(name)


@pytest.fixture(scope="module", params=SHAPES)
def trip(request, tmp_path_factory):
    """(the organisation, its log as a frame, what was imported, the organisation that came back)."""
    name = request.param
    spec = spec_of(name)
    frame = simulated_frame(Job(spec, weeks=SHAPES[name], seed=4))
    path = tmp_path_factory.mktemp("trip") / f"{name}.{KINDS[name]}"
    write_log(frame, path)
    imported = import_log(path)
    return spec, frame, imported, imported.organisation(Choices(name)).spec


def routes(spec) -> dict[tuple[str, ...], tuple[float, np.ndarray]]:
    """Order of teams -> (share, mean hours of each stage), journeys of the same order taken together."""
    found = {}
    for journey in spec.journeys:
        key = tuple(spec.teams[stage.team].name for stage in journey.stages)
        share, hours = found.get(key, (0.0, 0.0))
        mine = np.array([stage.hours for stage in journey.stages])
        total = share + journey.share
        found[key] = total, (hours * share + mine * journey.share) / total
    return found


def test_the_log_is_what_was_exported(trip):
    _, frame, imported, _ = trip
    assert len(imported.log) == frame["case"].nunique()
    assert len(imported.log.events) == len(frame)
    assert imported.log.resolved == ("Resolved",)
    assert imported.log.events["worked"].sum() == pytest.approx(frame["hours_worked"].sum())


def test_teams_and_people_come_back(trip):
    spec, _, _, back = trip
    assert {team.name for team in back.teams} == {team.name for team in spec.teams}
    people = {team.name: team.headcount for team in back.teams}
    for team in spec.teams:
        assert abs(people[team.name] - team.headcount) <= 1, team.name


def test_arrivals_come_back(trip):
    spec, _, _, back = trip
    assert back.arrivals == pytest.approx(spec.arrivals, rel=0.06)


def test_routes_and_their_shares_come_back(trip):
    spec, _, _, back = trip
    asked, found = routes(spec), routes(back)
    assert set(found) == set(asked)
    for route, (share, _) in asked.items():
        assert found[route][0] == pytest.approx(share, abs=0.03), route


def test_hours_of_work_come_back_from_hours_entered(trip):
    spec, _, _, back = trip
    asked, found = routes(spec), routes(back)
    for route, (_, hours) in asked.items():
        assert found[route][1] == pytest.approx(hours, rel=0.2), route
    assert back.load == pytest.approx(spec.load * spec.headcount / back.headcount, rel=0.12)


def test_without_hours_entered_only_their_order_of_magnitude_comes_back(tmp_path):
    spec = spec_of("desk")
    path = tmp_path / "desk.csv"
    write_log(simulated_frame(Job(spec, weeks=13, seed=4)).assign(hours_worked=np.nan), path)
    imported = import_log(path)
    back = imported.organisation(Choices("desk", load=spec.load)).spec
    for route, (_, hours) in routes(spec).items():
        ratio = routes(back)[route][1] / hours
        assert (ratio > 0.2).all(), route
        assert (ratio < 5).all(), route
    assert "hours_from_capacity" in {note.key for note in imported.notes.made}


def test_the_organisation_that_came_back_shows_the_patterns_of_the_log(tmp_path):
    """The whole way: what is imported is simulated, and held against a second half it has not seen."""
    spec = spec_of("desk")
    job = Job(spec, weeks=20, seed=4)
    path = tmp_path / "desk.csv.gz"
    write_log(simulated_frame(job), path)
    back = import_log(path, last="2025-03-16").organisation(Choices("desk")).spec
    test = simulated_log(job).cohort("2025-03-17")
    found = validate(test, back, read_ranges(), runs=3)
    known = [one for one in found if one.verdict != UNKNOWN]
    assert len(known) >= 20
    assert sum(one.verdict == IN for one in known) >= 0.8 * len(known)
