"""The public ServiceNow log, where it is there: imported whole, and the facts that are known of it come out.

Amaral, Fantinato & Peres (2018), Incident management process enriched event log, UCI Machine Learning Repository,
doi 10.24432/C57S4H. The log itself is no part of the project.
"""

import datetime as dt
from pathlib import Path

import pytest

from silosim.experiments.logs.importing import import_log
from silosim.experiments.logs.organisation import Choices, toml_text
from silosim.model.organisation_file import load_organisation

LOG = Path(__file__).parents[3] / "shared" / "data" / "servicenow" / "events_tidy.csv.gz"

pytestmark = pytest.mark.skipif(not LOG.is_file(), reason=f"the ServiceNow log is not at {LOG}")


@pytest.fixture(scope="module")
def found():
    return import_log(LOG)


# What is known of the log -> (our number, the known one, how far apart they may be). That is half of its last digit, a
# little more where both were rounded on the way: reopening, bounces, chance. The known times begin
# at the column 'opened', which the extract lacks: ours begin at the first event.
FACTS = {
    "teams": (lambda f: f.teams, 78, 0),
    "people": (lambda f: f.people, 234, 0),
    "arrivals a weekday": (lambda f: f.weekday_mean, 352, 0.5),
    "their coefficient of variation": (lambda f: f.weekday_cv, 0.28, 0.005),
    "their variance over mean": (lambda f: f.weekday_dispersion, 28, 0.5),
    "arrivals on Monday": (lambda f: f.by_weekday[0], 438, 0.5),
    "arrivals on Friday": (lambda f: f.by_weekday[4], 292, 0.5),
    "arrivals in the weekend": (lambda f: f.weekend_mean, 46, 0.5),
    "teams touched": (lambda f: f.touched, [0.61, 0.26, 0.09, 0.03, 0.01], 0.005),
    "handoffs, mean": (lambda f: f.handoffs_mean, 0.77, 0.005),
    "handoffs, median": (lambda f: f.handoffs_median, 0, 0),
    "cases by handoffs": (lambda f: f.by_handoffs, [0.613, 0.216, 0.082, 0.090], 0.0005),
    "continuation": (lambda f: f.continuation[:6], [0.39, 0.44, 0.52, 0.53, 0.56, 0.60], 0.005),
    "ping-pong": (lambda f: f.back_and_forth, 0.089, 0.0005),
    "ping-pong of those handed over twice": (lambda f: f.back_and_forth_if_two, 0.518, 0.0007),
    "back to sender": (lambda f: f.back_to_sender, 0.385, 0.0005),
    "back to sender by chance": (lambda f: f.back_by_chance, 0.195, 0.001),
    "resolved by the first team": (lambda f: f.solved_by_first, 0.652, 0.0005),
    "median hours with handoffs": (lambda f: f.hours_by_handoffs[1:], [36, 119, 210], 0.5),
    "elapsed time of three handoffs and more": (lambda f: f.elapsed_in_three, 0.26, 0.005),
    "reopened by handoffs": (lambda f: f.reopened_by_handoffs, [0.008, 0.014, 0.017, 0.021], 0.001),
    "within the term by handoffs": (lambda f: f.in_term_by_handoffs, [0.74, 0.58, 0.39, 0.25], 0.005),
    "cases of the top fifth of types": (lambda f: f.top_fifth_types, 0.79, 0.005),
    "events of the top tenth of people": (lambda f: f.events_of_top_tenth, 0.54, 0.005),
    "events of the top fifth of people": (lambda f: f.events_of_top_fifth, 0.73, 0.005),
    "Gini coefficient": (lambda f: f.gini, 0.72, 0.005),
    "cases per person and day, median, mean, p90": (lambda f: f.person_day, [4, 7.5, 16], 0.05),
    "bounces by receiving team": (lambda f: f.bounce_by_team, [0.07, 0.14, 0.25], 0.006),
    "waiting for the user by team": (lambda f: f.waiting_by_team, [0.05, 0.16, 0.39, 0.47], 0.005),
    "its variation between teams": (lambda f: f.waiting_chi2, 89, 0.5),
    "time active, awaiting user, new": (lambda f: [part for _, part in f.states[:3]], [0.34, 0.30, 0.26], 0.005),
    "time awaiting vendor": (lambda f: dict(f.states)["Awaiting Vendor"], 0.065, 0.0006),
}


@pytest.mark.parametrize("what", FACTS)
def test_a_known_fact_comes_out(found, what):
    ours, known, apart = FACTS[what]
    assert ours(found.facts) == pytest.approx(known, abs=apart + 1e-9, rel=0)


def test_what_the_extract_cannot_give_to_the_digit(found):
    """Half an hour and more pass before the first event: what was solved at once took longer than we can see."""
    assert 0.5 < found.facts.hours_by_handoffs[0] < 1.3  # known: 1.3
    assert 2.65 <= found.facts.hours_slope <= 2.75  # known: 2.70, with this interval


def test_the_cohort_and_what_was_left_out(found):
    keys = {note.key: note.fields for note in found.notes.made}
    assert (found.period.first, found.period.last) == (dt.date(2016, 2, 29), dt.date(2016, 5, 31))
    assert found.cleaned.rows == 141_712
    assert keys["repeated"]["n"] == 1784
    assert len(found.log.events) == 141_712 - 1784
    assert len(found.log) == 24_918
    assert abs(len(found.cohort) - 24_644) <= 1
    assert abs(found.facts.cases_with_team - 24_258) <= 1
    assert keys["missing_team"]["share"] == pytest.approx(0.10, abs=0.005)


def test_nothing_is_taken_for_a_snapshot(found):
    doubts = {note.key for note in found.notes.of("doubt")}
    assert not doubts & {"snapshot", "mostly_open", "began_before", "long_at_first", "short_at_last", "cut_end"}


def test_headcounts_are_fuzzy_and_the_organisation_is_accepted(found, tmp_path):
    built = found.organisation(Choices("servicenow", headcount={"Group 20": 12}))
    note = next(note for note in found.notes.made if note.key == "headcount")
    assert note.fields["n"] == 234
    assert note.fields["share"] == pytest.approx(0.28, abs=0.005)
    assert note.fields["week"] == pytest.approx(149.2, abs=0.1)
    path = tmp_path / "servicenow.toml"
    path.write_text(toml_text(built, found.notes, LOG.name, "en"), encoding="utf-8")
    spec = load_organisation(path)
    people = {team.en: team.headcount for team in spec.teams}
    assert people["Group 20"] == 12
    assert people["Group 70"] == 23  # of the 38 who were ever seen
    assert spec.arrivals == pytest.approx(1853, abs=1)
    assert spec.load == pytest.approx(0.56, abs=0.01)


def test_fewer_teams_fit_better(found):
    exact = [found.organisation(Choices("servicenow", teams=n)).journeys.exact for n in (4, 8, 16)]
    assert exact == sorted(exact, reverse=True)
    assert exact[0] > 0.9
