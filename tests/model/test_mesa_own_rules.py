"""A researcher's own rule in Python, the copies of an organisation, and that none of them is kept alive."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import mesa
import pytest

from silosim.model.ensemble import Job
from silosim.model.faces import Employee, Organisation
from silosim.model.layout import SLOTS
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import InvalidInput
from silosim.model.simulation import Simulation


class Honest(Employee):
    """Never games, whatever it would pay."""

    def weigh_motives(self):
        super().weigh_motives()
        self.motive.game = 0.0


# -- rules of one's own ------------------------------------------------------------------------------------------------

def test_one_rule_in_python_changes_what_people_do():
    tempting = {"rng": 1, "bonus": 1.5, "audit": 0.0}
    honest = Organisation("clinic", employee_class=Honest, **tempting).run_weeks(30)
    others = Organisation("clinic", **tempting).run_weeks(30)
    assert honest.measure("day_game") < 1e-4 < 1e-2 < others.measure("day_game")  # 1e-4: the first week's habits fade
    assert honest.measure("gaming") < others.measure("gaming")


def test_an_override_that_only_calls_the_standard_rule_changes_nothing():
    rules = ("work", "weigh_motives", "choose_effort", "reflect", "consider_leaving", "look_around")
    plain = Organisation("clinic", rng=1).run_weeks(14).state_hash()
    for rule in rules:
        standard = getattr(Employee, rule)
        kind = type("Same", (Employee,), {rule: lambda self, *given, standard=standard: standard(self, *given)})
        assert Organisation("clinic", rng=1, employee_class=kind).run_weeks(14).state_hash() == plain, rule


def test_people_are_activated_row_by_row_in_keyed_order():
    class Watched(Employee):
        seen = ()

        def work(self, slot):
            Watched.seen += ((slot, self.row),)
            super().work(slot)

    def day(rng):
        Watched.seen = ()
        Organisation("clinic", rng=rng, employee_class=Watched).step()
        return Watched.seen

    order = day(1)
    assert [slot for slot, _ in order] == sorted(list(range(SLOTS)) * 20)
    by_slot = [[row for s, row in order if s == slot] for slot in range(SLOTS)]
    assert all(sorted(rows) == list(range(20)) for rows in by_slot)
    assert by_slot[0] != by_slot[1] != list(range(20))
    assert day(1) == order != day(2)


def test_a_rule_may_draw_and_leave_without_disturbing_other_draws():
    class Footloose(Employee):
        def consider_leaving(self):
            if self.draw("walks out") < 0.02:
                self.leave()

    class Curious(Employee):
        def reflect(self):
            self.draw("looks up")
            super().reflect()

    footloose = Organisation("clinic", rng=1, employee_class=Footloose, collect=()).run_weeks(40)
    assert 0 < footloose.employees.agg("recruits", sum) < 40
    assert footloose.state_hash() == Organisation("clinic", rng=1, employee_class=Footloose).run_weeks(40).state_hash()
    curious = Organisation("clinic", rng=1, employee_class=Curious).run_weeks(5)
    assert curious.state_hash() == Organisation("clinic", rng=1).run_weeks(5).state_hash()
    draws = [e.draw(what) for e in curious.employees for what in ("one", "other")]
    assert len(set(draws)) == 40
    assert all(0 <= u < 1 for u in draws)


def test_a_rule_replaced_on_the_class_itself_is_lived_too(monkeypatch):
    organisation = Organisation("clinic", rng=1, quit_rate=0.0).run_weeks(1)
    monkeypatch.setattr(Employee, "choose_effort", lambda self: None)
    before = [dict(e.effort) for e in organisation.employees]
    organisation.run_weeks(1)
    assert [dict(e.effort) for e in organisation.employees] == before


def test_compiled_runs_refuse_rules_they_would_ignore():
    honest = Organisation("clinic", rng=1, employee_class=Honest)
    for compiled in (honest.to_job, honest.snapshot):
        with pytest.raises(InvalidInput, match="Honest overrides weigh_motives"):
            compiled()


def test_a_job_is_the_same_organisation():
    organisation = Organisation("clinic", rng=4, replicate=2, bonus=1.0, demand=1.1).at(7, bonus=0.5)
    wanted = Job(
        load_organisation("clinic"), {"bonus": 1.0}, {"demand": 1.1}, ((7, {"bonus": 0.5}),), 8, "branch", 9, 2, 4
    )
    assert organisation.to_job(weeks=9, burn_in=8) == wanted
    assert organisation.run_weeks(2).to_job().switches == ((5, {"bonus": 0.5}),)


# -- copies ------------------------------------------------------------------------------------------------------------

def test_a_snapshot_goes_on_in_engine_and_face_alike():
    lived = Organisation("clinic", rng=1).run_weeks(10)
    snapshot = lived.snapshot()
    engine = Simulation.branch(snapshot, customer_time=0.2)
    face = Organisation.from_snapshot(snapshot, customer_time=0.2, row_wise=True)
    branch = lived.branch(customer_time=0.2)
    engine.run(3)
    assert face.run_weeks(3).state_hash() == branch.run_weeks(3).state_hash() == engine.state_hash()
    assert (face.week, face.steps) == (13, 15)
    assert lived.week == 10
    midweek = lived.branch()
    midweek.step()
    with pytest.raises(InvalidInput, match="middle of a week"):
        midweek.snapshot()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("steps", [0, 3])
def test_a_copy_lives_the_same_life(copied, steps):
    first = Organisation("clinic", rng=1, employee_class=Honest, collect=("fear",)).at(3, bonus=0.1).run_weeks(2)
    for _ in range(steps):
        first.step()
    first.favourite = first.rows("emp")[5]
    first.favourite.mood = [first.rows("team")[0], 3]
    second = copied(first)
    assert second.favourite is second.rows("emp")[5]
    assert second.favourite.mood == [second.rows("team")[0], 3]
    assert second.measure("grade") == first.measure("grade")
    assert second.random.random() == first.random.random()
    for _ in range(10):
        first.step()
        second.step()
    assert first.state_hash() == second.state_hash()
    assert second.values["bonus"] == 0.1
    second.favourite.fear = 0.125
    assert first.favourite.fear != 0.125


def test_organisations_are_let_go_of():
    """Mesa 3.3 counts the agents of every model in a dictionary of the class, which keeps models alive; not ours."""
    gone = []
    for k in range(20):
        organisation = Organisation("clinic", rng=k, row_wise=bool(k % 2), employee_class=(Employee, Honest)[k % 2])
        organisation.run_weeks(1)
        assert len(organisation.customers) == 900
        gone += [weakref.ref(organisation), weakref.ref(organisation.worlds), weakref.ref(organisation.rows("emp")[0])]
    del organisation
    gc.collect()
    assert [ref() for ref in gone] == [None] * 60
    assert not any(isinstance(model, Organisation) for model in getattr(mesa.Agent, "_ids", {}))
