"""A run written as an event log: nothing is lost or added, people and dates are right, both formats say the same."""

import datetime as dt
import gzip
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from silosim.experiments.cli import main
from silosim.experiments.logs.exporting import simulated_frame, simulated_log
from silosim.experiments.logs.living import Living
from silosim.experiments.logs.writing import write_log
from silosim.model.ensemble import Job, burn_in
from silosim.model.layout import F
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import InvalidInput
from silosim.model.simulation import Simulation

# Everything that can happen to a case happens often, and people come and go.
EVENTFUL = {"exception_rate": 0.3, "context_loss": 1.0, "patience": 0.3, "call_rate": 0.3, "withdraw_rate": 0.2,
            "demand": 1.15, "quit_rate": 0.03, "defect_rate": 0.6, "polish_defect": 0.5, "give_up": 0.3}
SWITCHES = ((3, {"structure": "journey"}), (6, {"structure": "pool"}), (8, {"structure": "functional"}))
WEEKS = 10


@pytest.fixture(scope="module")
def clinic():
    return load_organisation("clinic")


@pytest.fixture(scope="module")
def eventful(clinic):
    return Job(clinic, world=EVENTFUL, burn_in=0, weeks=WEEKS, seed=7)


@pytest.fixture(scope="module")
def frame(eventful):
    return simulated_frame(eventful, follow=0)


@pytest.fixture(scope="module")
def sums(eventful):
    sim = Simulation.branch(burn_in(eventful))
    sim.open_window()
    sim.run(WEEKS)
    return sim.sums()[0], sim.sums("team"), sim


def test_the_run_is_the_engines_to_the_bit_also_across_switches(clinic):
    job = Job(clinic, world=EVENTFUL, burn_in=2, weeks=WEEKS, seed=7, switches=SWITCHES)
    living = Living(job, lambda step: None)
    living.run(WEEKS)
    sim = Simulation.branch(burn_in(job))
    for week, values in SWITCHES:
        sim.at(job.burn_in + week, **values)
    sim.run(WEEKS)
    assert living.sim.state_hash() == sim.state_hash()


def test_every_event_the_model_counts_is_in_the_log_and_no_other(frame, sums):
    counted = {"created": F.arrived, "reopened": F.returns, "sent back": F.bounces, "put to others": F.escalated,
               "customer called": F.calls, "handed over": F.across, "withdrawn": F.withdrawn}
    told = frame["activity"].value_counts()
    assert {name: int(told[name]) for name in counted} == {name: int(sums[0][k]) for name, k in counted.items()}
    assert min(told[name] for name in counted) > 0
    assert told["closed"] == sums[0][F.solved] + sums[0][F.gave_up]
    assert told["passed on"] <= sums[0][F.within] + sums[0][F.leavers]


def test_handoffs_between_every_two_teams_are_the_silo_maps(frame, sums):
    ordered = frame.sort_values(["case", "time"], kind="stable")
    before = ordered.groupby("case")["team"].shift()
    handed = ordered["activity"] == "handed over"
    found = pd.crosstab(before[handed], ordered["team"][handed])
    names = [team.name for team in load_organisation("clinic").teams]
    flows = sums[2].silo_map()[:, :, 0].copy()
    np.fill_diagonal(flows, 0)
    assert np.array_equal(found.reindex(index=names, columns=names, fill_value=0), flows)


def test_hours_worked_are_the_hours_the_organisation_worked(frame, sums):
    in_hand = frame.groupby("case")["state"].last().isin(["Active", "Queued"]).sum()
    total, worked = frame["hours_worked"].sum(), sums[0][F.hours_worked]
    assert total <= worked + 1e-6
    assert total > 0.9 * worked - 8 * in_hand


def test_events_of_a_case_follow_one_another_and_begin_with_its_creation(frame):
    by_case = frame.groupby("case", sort=False)
    assert (by_case["activity"].first() == "created").all()
    assert (by_case["time"].diff().dropna() >= pd.Timedelta(0)).all()
    assert frame["time"].is_monotonic_increasing
    ends = frame[frame["activity"].isin(("closed", "withdrawn"))]
    assert not ends["case"].duplicated().any()
    assert (by_case["activity"].last().loc[ends["case"]].isin(("closed", "withdrawn"))).all()


def test_people_work_in_one_team_on_weekdays_between_nine_and_five(frame):
    started = frame[frame["activity"] == "started"]
    assert started["person"].notna().all()
    assert (started.groupby("person")["team"].nunique() == 1).all()
    assert started["person"].nunique() > load_organisation("clinic").headcount  # a recruit is somebody else
    assert set(frame["time"].dt.day_of_week) == set(range(5))
    hour = started["time"].dt.hour + started["time"].dt.minute / 60
    assert hour.min() >= 9
    assert hour.max() < 17 + 1 / 60


def test_a_case_is_followed_only_when_it_arrives_in_the_weeks(clinic):
    job = Job(clinic, burn_in=8, weeks=2, seed=3)
    short, long = simulated_frame(job, follow=0), simulated_frame(job, follow=6)
    assert short["case"].nunique() == long["case"].nunique()
    created = long[long["activity"] == "created"]["time"]
    assert created.max() < pd.Timestamp("2025-01-20")
    assert long["time"].max() > pd.Timestamp("2025-01-27")


def test_teams_have_the_names_of_the_structure_in_force(clinic):
    job = Job(clinic, levers={"structure": "journey"}, burn_in=2, weeks=1)
    assert set(simulated_frame(job, follow=0)["team"]) == {journey.name for journey in clinic.journeys}
    pooled = simulated_frame(Job(clinic, levers={"structure": "pool"}, burn_in=2, weeks=1), follow=0)
    assert set(pooled["team"]) == {"everyone"}


def test_the_event_log_of_a_run_knows_first_resolutions_and_reopenings(frame, eventful):
    log = simulated_log(eventful, follow=0)
    first = frame[frame["activity"] == "resolved"].groupby("case")["time"].first()
    assert len(log) == frame["case"].nunique()
    assert np.array_equal(log.cases.set_index("id")["resolved_first"].dropna().sort_index(), first.sort_index())
    assert log.cases["reopened"].sum() == (frame["activity"] == "reopened").sum()


def test_both_formats_say_the_same_and_the_same_run_gives_the_same_bytes(frame, tmp_path):
    paths = [tmp_path / name for name in ("a.csv", "b.csv.gz", "c.xes", "d.xes.gz", "e.xes.gz")]
    for path in paths:
        write_log(frame, path, {"source": "it's <&> me"})
    assert gzip.decompress(paths[1].read_bytes()) == paths[0].read_bytes()
    assert gzip.decompress(paths[3].read_bytes()) == paths[2].read_bytes()
    assert paths[3].read_bytes() == paths[4].read_bytes()
    read = pd.read_csv(paths[0], parse_dates=["time"])
    tree = ET.parse(paths[2]).getroot()
    assert tree.find("string[@key='source']").get("value") == "it's <&> me"
    found = [(trace.find("string[@key='concept:name']").get("value"), *_event(event))
             for trace in tree.iter("trace") for event in trace.iter("event")]
    ordered = read.sort_values(["case", "time"], kind="stable")
    asked = [(c, str(t), a, team, p if isinstance(p, str) else None) for c, t, a, team, p in
             ordered[["case", "time", "activity", "team", "person"]].itertuples(index=False)]
    assert sorted(map(str, found)) == sorted(map(str, asked))


def _event(event) -> tuple:
    said = {one.get("key"): one.get("value") for one in event}
    time = dt.datetime.fromisoformat(said["time:timestamp"]).replace(tzinfo=None)
    return str(time), said["concept:name"], said["org:group"], said.get("org:resource")


@pytest.mark.parametrize(("words", "says"), [
    (["a.txt"], "must end in"),
    (["a.csv", "--start", "2025-01-07"], "Monday"),
    (["a.csv", "--start", "soon"], "2025-01-06"),
    (["folder.csv"], "cannot be written"),
])
def test_what_cannot_be_written_is_refused_in_one_line(words, says, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    assert main(["export-log", *words, "-o", "clinic", "--weeks", "1", "--burn-in", "0"]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1
    assert not list(tmp_path.glob("*.part"))


def test_start_must_be_a_monday(clinic):
    with pytest.raises(InvalidInput, match="2025-01-13"):
        simulated_frame(Job(clinic, burn_in=0, weeks=1), dt.date(2025, 1, 8))


def test_the_command_says_what_it_wrote(tmp_path, capsys):
    path = tmp_path / "run.xes.gz"
    assert main(["--lang", "nl", "export-log", str(path), "-o", "clinic", "--weeks", "2", "--burn-in", "2"]) == 0
    out = capsys.readouterr().out
    assert "gebeurtenissen" in out
    assert path.exists()
