"""The organisation as a Mesa person meets it: steps, agents, AgentSets, frames."""

from __future__ import annotations

import ast
import copy
import pickle
from pathlib import Path

import mesa
import numpy as np
import pytest

from silosim.model import faces
from silosim.model.faces import Customer, Employee, Organisation, Team
from silosim.model.faces.live import live
from silosim.model.layout import ACTIVITIES
from silosim.model.measures import MEASURES
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import InvalidInput
from silosim.model.simulation import Simulation

MODEL = Path(faces.__file__).parents[1]


@pytest.fixture(scope="module")
def lived() -> Organisation:
    """Ten weeks of the clinic, to read from; a test that writes takes a branch."""
    return Organisation("clinic", rng=1).run_weeks(10)


# -- steps -------------------------------------------------------------------------------------------------------------

def test_a_step_is_a_day_and_five_days_are_a_week_of_the_engine():
    organisation = Organisation("clinic", rng=3, bonus=1.0)
    engine = Simulation(load_organisation("clinic"), seed=3, bonus=1.0)
    for week in range(3):
        for day in range(5):
            assert (organisation.week, organisation.day) == (week, 5 * week + day)
            organisation.step()
        series = engine.run(1)[0]
        np.testing.assert_array_equal([organisation.measure(name) for name in MEASURES], series)
        assert organisation.state_hash() == engine.state_hash()
    assert organisation.steps == 15


def test_a_switch_of_policy_comes_at_the_same_week_as_in_the_engine():
    organisation = Organisation("clinic", rng=3).at(2, structure="journey", bonus=0.2)
    engine = Simulation(load_organisation("clinic"), seed=3).at(2, structure="journey", bonus=0.2)
    organisation.run_weeks(4)
    engine.run(4)
    assert organisation.state_hash() == engine.state_hash()
    assert organisation.values["bonus"] == 0.2


def test_the_same_rng_gives_the_same_history_and_another_gives_another():
    def state(rng, **more):
        return Organisation("clinic", rng=rng, **more).run_weeks(1).state_hash()

    assert state(5) == state(np.int64(5)) != state(6)
    assert state(5) != state(5, replicate=1)
    assert state(np.random.default_rng(5)) == state(np.random.default_rng(5)) != state(np.random.default_rng(6))
    assert Organisation("clinic", rng=None).seed != Organisation("clinic", rng=None).seed
    unplanned = Organisation("clinic")
    assert unplanned.run_weeks(1).state_hash() == state(unplanned.seed)
    assert Organisation("clinic", rng=5).random.random() == Organisation("clinic", rng=5).random.random()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rng": -1}, "seed = -1"),
        ({"rng": True}, "rng = True"),
        ({"rng": "one"}, "rng = 'one'"),
        ({"seed": 1}, "rng=1"),
        ({"bonnus": 1}, "bonus"),
        ({"bonus": 9}, "0 to 1.5"),
        ({"employee_class": Customer}, "subclass"),
        ({"collect": ("mood",)}, "mood"),
        ({"organisation": "clinnic"}, "clinic"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(given, said):
    with pytest.raises(InvalidInput, match=said) as refusal:
        Organisation(**{"organisation": "clinic", **given})
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("weeks", [-1, 1.5, True])
def test_weeks_are_counted_in_whole_numbers(lived, weeks):
    with pytest.raises(InvalidInput, match="weeks"):
        lived.run_weeks(weeks)


# -- agents are rows ---------------------------------------------------------------------------------------------------

def test_agents_read_and_write_the_row_itself(lived):
    organisation = lived.branch()
    row = organisation.worlds["emp"][0, 3]
    employee = organisation.rows("emp")[3]
    assert employee.conviction == row["conviction"]
    employee.conviction = 0.25
    employee.effort.care = 0.5
    employee.effort["game"] += 0.5
    assert (row["conviction"], row["effort"][1]) == (0.25, 0.5)
    assert dict(employee.effort) == dict(zip(ACTIVITIES, row["effort"], strict=True))
    assert "care=0.5" in repr(employee.effort)
    assert pickle.loads(pickle.dumps(employee.effort)) == copy.deepcopy(employee.effort) == dict(employee.effort)
    employee.domain[1] += 3.0
    assert row["domain"][1] == employee.domain[1] >= 3.0
    employee.effort = {"help": 0.125}
    employee.motive = range(6)
    assert row["effort"][5] == 0.125
    assert list(row["motive"]) == list(np.asarray(employee.motive)) == list(range(6))
    team, customer = organisation.rows("team")[1], organisation.rows("customer")[7]
    team.pressure, customer.expectation = 0.75, 2.0
    assert organisation.worlds["team"]["pressure"][0, 1] == 0.75
    assert organisation.worlds["customer"]["expectation"][0, 7] == 2.0
    organisation.step()
    assert employee.worked == row["worked"] > 0


def test_what_would_break_a_row_is_refused(lived):
    organisation = lived.branch()
    employee = organisation.rows("emp")[0]
    for name in ("hand", "home", "place", "team"):
        with pytest.raises(AttributeError):
            setattr(employee, name, 1)
    with pytest.raises(InvalidInput, match="finite"):
        employee.conviction = float("nan")
    with pytest.raises(InvalidInput, match="finite"):
        employee.effort.care = "much"
    with pytest.raises(InvalidInput, match="care"):
        employee.effort = {"carre": 1.0}
    with pytest.raises(InvalidInput, match="6 numbers"):
        employee.effort = [0.1, 0.2]
    with pytest.raises(AttributeError, match="activities"):
        _ = employee.effort.carre
    with pytest.raises(AttributeError, match="subclass"):
        employee.choose_effort = lambda: None
    for agent in (employee, organisation.rows("customer")[0]):
        with pytest.raises(InvalidInput, match="cannot be removed"):
            agent.remove()
    assert organisation.state_hash() == lived.state_hash()


def test_every_number_of_the_state_has_its_attribute_and_none_hides_one_of_mesas(lived):
    for table, kind in (("emp", Employee), ("team", Team), ("customer", Customer)):
        for name in set(lived.columns(table)) - {"filler"}:
            assert isinstance(getattr(kind, name), property), name
            assert not hasattr(mesa.Agent, name), name
    with pytest.raises(TypeError, match="remove"):
        live(np.dtype([("remove", "f8")]), mesa.Agent)(type("Clumsy", (), {}))


def test_of_what_mesas_models_have_only_the_step_is_ours(lived):
    plain = vars(mesa.Model(rng=1))
    ours = set(vars(Organisation)) | (set(vars(lived)) - set(plain))
    ours = {name for name in ours if not name.startswith("__")} - {"observables"}  # Mesa 3.5 gives each class its own
    assert ours & (set(dir(mesa.Model)) | set(plain) | {"time", "steps", "scenario", "agents"}) == {"step"}


def test_teams_know_their_members_and_follow_a_change_of_structure(lived):
    organisation = lived.branch()
    assert [team.name for team in organisation.teams] == ["reception", "therapists", "office"]
    assert organisation.rows("team")[0].label("nl") == "Receptie"
    assert [len(team.members) for team in organisation.teams] == organisation.teams.get("size") == [5, 11, 4]
    gone = organisation.rows("team")[0]
    last = gone.availability
    organisation.at(organisation.week, structure="journey").step()
    assert [team.name for team in organisation.teams] == ["treatment", "follow_up", "bill", "report"]
    assert sum(team.size for team in organisation.teams) == len(organisation.employees) == 20
    assert all(employee in employee.team.members for employee in organisation.employees)
    assert gone not in organisation.agents
    assert gone.availability == last
    organisation.set(structure="pool")
    assert [team.label("nl") for team in organisation.teams] == ["Iedereen"]
    organisation.set(structure="pool", bonus=0.1)
    assert len(organisation.agents_by_type[Team]) == 1


# -- Mesa's own tools --------------------------------------------------------------------------------------------------

def test_agent_sets_work_as_mesa_people_expect(lived):
    organisation = lived.branch()
    people = organisation.employees
    assert people.agg("conviction", np.mean) == pytest.approx(organisation.worlds["emp"]["conviction"][0, :20].mean())
    keen = people.select(lambda e: e.conviction > 0.7)
    assert 0 < len(keen) < 20
    assert all(e.conviction > 0.7 for e in keen)
    by_team = people.groupby("team").agg("conviction", max)
    assert by_team == {team: max(e.conviction for e in team.members) for team in organisation.teams}
    assert people.get("row") == list(range(20))
    people.set("fear", 0.0)
    assert people.agg("fear", max) == 0.0
    assert organisation.teams.agg("size", sum) == 20
    assert len(organisation.customers) == 900
    assert len(organisation.agents) == 20 + 3 + 900
    before = organisation.state_hash()
    people.do("weigh_motives")  # a rule from outside the schedule; motives do not depend on those of others
    in_order = organisation.state_hash()
    people.shuffle_do("weigh_motives")
    assert organisation.state_hash() == in_order != before


def test_the_collector_gathers_every_measure_and_some_of_every_employee():
    organisation = Organisation("clinic", rng=1, collect=("conviction", "effort"))
    series = Simulation(load_organisation("clinic"), seed=1).run(4)
    organisation.run_weeks(4)
    organisation.step()
    frame = organisation.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == ["week", *MEASURES]
    assert list(frame["week"]) == [1, 2, 3, 4]
    np.testing.assert_array_equal(frame[list(MEASURES)].to_numpy(float), series)
    people = organisation.datacollector.get_agent_vars_dataframe()
    assert list(people.columns) == ["conviction", "effort"]
    assert people.index.names == ["Step", "AgentID"]
    assert len(people) == 4 * 20
    assert people["conviction"].iloc[-1] != people["conviction"].iloc[19]
    assert people["effort"].iloc[-1] != people["effort"].iloc[19]
    assert sum(people["effort"].iloc[-1].values()) <= 1
    assert np.isnan(Organisation("clinic", rng=1).measure("grade"))
    with pytest.raises(InvalidInput, match="grade"):
        organisation.measure("gradde")


def test_measures_of_a_window_are_those_of_the_engine(lived):
    organisation = lived.branch()
    engine = Simulation(load_organisation("clinic"), seed=1)
    engine.run(10)
    for either in (engine, organisation):
        either.open_window()
    engine.run(2)
    organisation.run_weeks(2)
    for level in ("organisation", "team", "employee"):
        np.testing.assert_array_equal(organisation.measures(level), engine.measures(level))
    np.testing.assert_array_equal(organisation.silo_map(), engine.silo_map())


def test_ids_are_unique_within_a_model_and_start_at_one_in_each():
    for _ in range(2):
        organisation = Organisation("clinic", rng=1)
        _ = organisation.customers
        assert sorted(organisation.agents.get("unique_id")) == list(range(1, 924))


def test_only_the_faces_know_mesa():
    for file in MODEL.rglob("*.py"):
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            for name in (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )
        }
        assert "mesa" not in imported or file.parent.name == "faces", file
