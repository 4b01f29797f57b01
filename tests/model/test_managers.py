"""Managers by layer: off without a trace, a best response, and nothing says how far the top reaches."""

import numpy as np
import pytest
from worlds import Simulation, people, small

from silosim.model import doors
from silosim.model.faces import Organisation
from silosim.model.layout import LEADERS
from silosim.model.measures import INDEX
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.rules.leadership import divide

SWITCHES = ("management_layers", "appraisal_room", "manager_bonus", "manager_customer_weight", "board_conviction",
            "manager_conviction", "leader_contact", "leader_contact_layers", "leader_contact_depth", "owner_pressure",
            "leader_contact_fade", "leader_contact_hours")
STILL = dict.fromkeys(("trait_pull", "social_pull", "impact_gain", "gap_loss"), 0.0)  # convictions stay
PULLED = {"okr": 0.5, "okr_count": 1, "sponsorship": 0.5, "leader_example": 0.3, "customer_time": 0.2,
          "target_ratchet": 0.2, "capacity_cut": 0.1, "capacity_return": 0.1}


def team_managers(sim: Simulation) -> np.ndarray:
    return sim.record["manager"][LEADERS : LEADERS + int(sim.record["teams"])]


def lived(weeks: int, load=0.62, **values) -> Simulation:
    sim = Simulation(small(load), seed=4, **values)
    sim.run(weeks)
    return sim


@pytest.mark.parametrize("name", [n for n in SWITCHES if n != "management_layers"])
@pytest.mark.parametrize("end", ["low", "high"])
def test_without_managers_nothing_about_them_matters(name, end):
    """The contract of the neutral value: with no layers every other setting of leaders gives the same, to the bit."""
    value = getattr(PARAMETERS[name], end)
    without, other = (Simulation(small(0.7), seed=4, **PULLED, **more) for more in ({}, {name: value}))
    assert np.array_equal(without.run(28), other.run(28), equal_nan=True)
    assert without.record["emp"].tobytes() == other.record["emp"].tobytes()
    assert without.record["team"].tobytes() == other.record["team"].tobytes()


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_even_handed_managers_carry_the_levers_out_as_they_are_set(layers):
    """Half for customers, half for numbers, no pressure from owners, targets met: as without managers, to the bit."""
    calm = {**PULLED, "inertia": 0.0, "target_level": 0.8, "capacity_cut": 0.0, "backlog_norm": 10.0}
    without, even = (Simulation(small(0.4), seed=4, management_layers=n, **calm) for n in (0, layers))
    kept = [k for name, k in INDEX.items() if not name.startswith("cost") and not name.endswith("_focus")]
    assert np.array_equal(without.run(40)[:, kept], even.run(40)[:, kept], equal_nan=True)
    assert even.measures()[INDEX["manager_focus"]] == even.measures()[INDEX["board_focus"]] == 0.5
    assert np.isnan(without.measures()[INDEX["manager_focus"]])


@pytest.mark.parametrize("seed", range(20))
def test_attention_is_a_best_response(seed):
    """No other division of the week is worth more; the closed form is that of water-filling with two activities."""
    rng = np.random.default_rng(seed)
    customer, numbers = rng.uniform(-0.5, 2.0, 2)
    room, slope = rng.uniform(0.2, 1.0), rng.uniform(0.5, 2.0)
    x, z = divide(customer, numbers, room, slope)
    assert min(x, z) >= 0.0
    assert x + z <= room + 1e-12

    def worth(x, z):
        return customer * x + numbers * z - slope / 2 * (x * x + z * z)

    grid = np.linspace(0.0, room, 201)
    a, b = np.meshgrid(grid, grid)
    assert worth(x, z) >= worth(a, b)[a + b <= room].max() - 1e-12


@pytest.mark.parametrize(("layers", "norm_weight"), [(2, 0.3), (3, 0.3), (4, 0.3), (3, 1.0), (3, 0.0)])
def test_an_example_alone_reaches_the_team_by_its_power(layers, norm_weight):
    """d x_team / d x_board = (w/(c + w))^(L - 1) while convictions stand still and nobody is at a bound: it follows
    from the best responses, there is no parameter for it."""
    found = []
    for board in (0.5, 0.6):
        sim = Simulation(small(0.4), seed=4, management_layers=layers, norm_weight=norm_weight, inertia=1.0,
                         board_conviction=board, quit_rate=0.0, pressure_weight=0.0, **STILL)
        sim.run(120)
        top, teams = sim.record["manager"]["customer"][0], team_managers(sim)["customer"]
        assert 0.0 < teams.min() < teams.max() < 1.0
        found.append((top, teams.copy()))
    (low, below), (high, above) = found
    share = norm_weight / (1.0 + norm_weight)
    assert (above - below) / (high - low) == pytest.approx(share ** (layers - 1), abs=1e-9)


def test_where_nobody_looks_up_nothing_arrives():
    """No example, no persuasion, no pressure from above: people live the same life under any board, to the bit."""
    lives = []
    for board in (0.0, 1.0):
        alone = {"norm_weight": 0.0, "social_pull": 0.0, "leader_example": 0.3}
        sim = lived(40, management_layers=3, board_conviction=board, **alone)
        lives.append(people(sim).tobytes())
    assert lives[0] == lives[1]
    assert lived(40, management_layers=3, board_conviction=0.0).record["emp"].tobytes() != lives[0]


def test_new_leaders_are_appointed_in_a_week_and_felt_a_layer_a_week():
    """Three layers: the board acts in the week it is appointed, the team managers follow in the next."""
    stay, change = (lived(10, management_layers=3) for _ in range(2))
    change.at(12, board_conviction=1.0)
    first = {}
    for week in range(10, 16):
        stay.run(1)
        change.run(1)
        for name, of in (("board", lambda s: s.record["manager"][:1]), ("teams", team_managers)):
            if name not in first and of(stay)["customer"].tobytes() != of(change)["customer"].tobytes():
                first[name] = week
    assert first == {"board": 12, "teams": 13}
    assert change.record["manager"]["appointed"][0] == 2.0
    assert stay.record["manager"]["appointed"][0] == 1.0


def test_new_managers_are_other_people():
    before = lived(5, management_layers=2)
    traits = team_managers(before)["trait"].copy()
    board = before.record["manager"]["trait"][0]
    before.set(manager_conviction=0.5)
    assert not (team_managers(before)["trait"] == traits).any()
    assert before.record["manager"]["trait"][0] == board
    assert (team_managers(before)["met"] == 0.0).all()


def test_what_was_seen_of_customers_fades_until_the_next_meeting():
    sim = Simulation(small(), seed=4, management_layers=3, leader_contact=6, leader_contact_depth=0.8,
                     leader_contact_fade=0.1, leader_contact_layers=2, impact_sight=0.2)
    for week in range(13):
        sim.run(1)
        met = 0.8 * 0.9 ** (week % 6)
        sight = [hearsay + (1 - hearsay) * met for hearsay in (0.2**3, 0.2**2)]
        assert sim.record["manager"]["sight"][:2] == pytest.approx(sight)
        assert team_managers(sim)["sight"] == pytest.approx(0.2)  # takes no part


def test_managers_write_only_about_themselves_and_the_pressure_they_pass_on():
    without, managed = (lived(20, load=0.8, management_layers=n) for n in (0, 0))
    managed.worlds["par"]["management_layers"] = 3.0
    managed.worlds["par"]["owner_pressure"] = 0.5
    for sim in (without, managed):
        doors.teams_take_stock(sim.worlds, 0)
    for name in without.worlds.dtype.names:
        if name not in ("par", "manager", "team"):
            assert without.worlds[name].tobytes() == managed.worlds[name].tobytes(), name
    before, after = without.worlds["team"], managed.worlds["team"]
    assert [n for n in before.dtype.names if before[n].tobytes() != after[n].tobytes()] == ["pressure"]


@pytest.mark.parametrize(("rank_share", "judged"), [(0.0, True), (0.5, True), (1.0, False)])
def test_a_ranking_leaves_managers_nothing_to_judge(rank_share, judged):
    """Appraisal works on output pay, targets included; the prize of a ranking is the same under any manager."""
    paid = []
    for room in (0.0, 1.0):
        sim = lived(1, management_layers=1, manager_conviction=0.0, appraisal_room=room, team_share=0.0,
                    rank_share=rank_share)
        paid.append(sim.record["team"]["pay_own"][: int(sim.record["teams"])].copy())
    assert (paid[0] > 0.0).all()
    assert np.array_equal(*paid) != judged


def test_the_mesa_face_shows_managers():
    organisation = Organisation("clinic", rng=1, management_layers=3, board_conviction=0.9).run_weeks(1)
    assert len(organisation.leaders) == 2
    assert organisation.leaders[0].trait == 0.9
    manager = organisation.teams[0].manager
    assert manager.customer == organisation.worlds["manager"]["customer"][0, LEADERS]
    manager.conviction = 0.25
    assert organisation.worlds["manager"]["conviction"][0, LEADERS] == 0.25
    assert "Manager" in repr(manager)
    gone = organisation.teams[0]
    organisation.set(structure="pool")
    with pytest.raises(InvalidInput, match="gone"):
        gone.manager  # noqa: B018
    assert Organisation("clinic", rng=1).leaders == []
