"""The statistics of claims against theory: contrasts, curves, Shapley effects."""

import numpy as np
import pytest

from silosim.experiments.claims import statistics as stat
from silosim.experiments.claims.declared import load_claims, parse_claim
from silosim.experiments.claims.rule import smallest
from silosim.experiments.claims.statistics import STATISTICS
from silosim.model.measures.declared import INDEX, MEASURES

ALL = load_claims()
PART = {"name": "a", "measure": "grade", "contrast": {"new": 1, "today": -1}}


def outcomes(**grades):
    """arm -> [worlds, replicates, measures] with these grades [worlds, replicates] and nothing else."""
    found = {}
    for arm, grade in grades.items():
        found[arm] = np.full((*np.shape(grade), len(INDEX)), np.nan)
        found[arm][..., INDEX["grade"]] = grade
    return found


def test_a_contrast_is_in_units_of_what_matters_and_in_the_way_of_the_claim():
    found = outcomes(new=[[7.3, 7.1]], today=[[7.0, 7.0]])
    claim = parse_claim({"id": "C5", "articles": [], "arms": {"new": {}}, "parts": [
        PART, PART | {"name": "b", "more": False}, PART | {"name": "c", "below": 0.1},
        PART | {"name": "d", "judged": False}]}, "h")
    d = STATISTICS["contrast"].values(claim, found)
    assert d.shape == (3, 1, 2)
    assert d[0, 0] == pytest.approx([3.0, 1.0])
    assert d[1, 0] == pytest.approx([-3.0, -1.0])
    assert d[2, 0] == pytest.approx([-4.0, 0.0])  # (.1 - .3) / .05: 1 at half of what matters, -1 at one and a half
    assert smallest(d.mean(axis=-1)) == pytest.approx([-2.0])


def test_an_effect_may_be_that_of_a_team():
    found = outcomes(new=[[7.3]], today=[[7.0]], **{"new digital": [[6.5]], "today digital": [[7.0]]})
    claim = parse_claim({"id": "C5", "articles": [], "arms": {"new": {}},
                         "parts": [PART, PART | {"name": "b", "team": "digital"}]}, "h")
    assert claim.by_team == {"digital": {"new", "today"}}
    assert STATISTICS["contrast"].values(claim, found)[:, 0, 0] == pytest.approx([3.0, -5.0])


def test_of_four_definitions_the_third_best_counts_and_an_honest_one():
    combine = STATISTICS["three_of_four"].combine(ALL["C2"])

    def u(**both):
        rows = []
        for kpi in stat.RAISED:
            rows += [both.get(kpi, 5.0), 9.0]
        return float(combine(np.array(rows)[:, None])[0])

    assert u() == 5.0
    assert u(closures=-7.0) == 5.0  # one may fail
    assert u(closures=-7.0, per_paid_hour=-3.0) == -3.0  # two may not
    assert u(first_closures=1.0) == 5.0
    assert u(first_closures=1.0, within_norm=2.0) == 2.0  # one of the two is enough
    assert u(first_closures=-2.0, within_norm=-1.0) == -1.0


@pytest.mark.parametrize(("best", "wanted"), [(0.20, 1.0), (0.15, 1.0), (0.30, 0.0), (0.40, -1.0), (0.0, -1.0)])
def test_where_the_best_share_lies(best, wanted):
    """A tent with its top at `best`, as steep as .1 in 5 points: it loses more than matters everywhere but near it."""
    share = np.array([s for s, _ in stat.shares(ALL["C7"])])
    u = float(STATISTICS["optimum"].combine(ALL["C7"])((7 - 2.0 * abs(share - best))[:, None])[0])
    assert (u >= 1) == (wanted == 1.0)
    assert (u <= -1) == (wanted == -1.0)


def test_a_flat_curve_has_no_right_share():
    u = STATISTICS["optimum"].combine(ALL["C7"])(7 + 0.09 * np.random.default_rng(0).random((8, 5)))
    assert list(u) == [0.0] * 5


def additive(weights, rows=400, noise=0.0, seed=0):
    """Outcomes of a grade that is a sum over groups of weight x (a number from A or from B), with noise within runs."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, rows, 3))
    found = {}
    for r in range(rows):
        for mask in range(8):
            mixed = np.where([(mask >> k) & 1 for k in range(3)], a[r], b[r])
            grade = 7 + mixed @ weights + noise * rng.normal(size=(1, 2))
            found[f"row{r}_{mask}"] = outcomes(x=grade)["x"]
    return found


def test_effects_are_the_variances_of_an_additive_grade():
    moved = STATISTICS["structure_over_culture"].values(ALL["C1"], additive(np.array([0.6, 0.3, 0.1]))).mean(axis=-1)
    assert [float(one[0]) for one in stat.effects_of(moved, (1, 2, 4))] == pytest.approx([0.36, 0.09, 0.01], rel=0.2)
    together, culture = stat.effects_of(moved, (3, 4))
    assert float(together[0]) == pytest.approx(0.45, rel=0.2)
    assert float(culture[0]) == pytest.approx(0.01, rel=0.2)


def test_chance_within_runs_moves_no_variance():
    moved = STATISTICS["structure_over_culture"].values(ALL["C1"], additive(np.zeros(3), rows=600, noise=0.5))
    assert moved.mean(axis=-1) == pytest.approx(np.zeros((7, 1)), abs=0.02)  # squares would give .25


def test_effects_add_up_to_all_that_moves_also_with_interactions():
    moved = np.random.default_rng(1).random((7, 4))
    for players, _ in stat.groupings():
        assert sum(stat.effects_of(moved, players)) == pytest.approx(moved[6])


def test_structure_must_win_however_what_stands_between_is_counted():
    combine = STATISTICS["structure_over_culture"].combine(ALL["C1"])

    def u(*weights):
        moved = STATISTICS["structure_over_culture"].values(ALL["C1"], additive(np.array(weights))).mean(axis=-1)
        return float(combine(moved)[0])

    assert u(0.6, 0.1, 0.1) > 1
    assert u(0.1, 0.1, 0.6) < -1
    assert u(0.4, 0.9, 0.1) < -1  # with the culture, what stands between outweighs the structure


def test_the_arms_of_c1_are_mixtures_of_two_settings_within_the_ranges():
    arms = STATISTICS["structure_over_culture"].arms(ALL["C1"], 3, 1, 2)
    assert len(arms) == 16
    ranges = {lever: ends for levers in ALL["C1"].ranges.values() for lever, ends in levers.items()}
    for arm in arms.values():
        assert set(arm.levers) == set(ranges)
        assert all(min(ends) <= arm.levers[lever] <= max(ends) for lever, ends in ranges.items())
    none, everything = arms["row0_0"].levers, arms["row0_7"].levers
    for k, group in enumerate(stat.GROUPS):
        for lever in ALL["C1"].ranges[group]:
            assert arms[f"row0_{1 << k}"].levers[lever] == everything[lever]
            assert arms[f"row0_{7 - (1 << k)}"].levers[lever] == none[lever]
    assert arms != STATISTICS["structure_over_culture"].arms(ALL["C1"], 4, 1, 2)


def test_both_sides_looks_at_the_team_where_the_gap_is_smallest():
    teams = np.array([[[[0.10, 0.9], [0.02, 0.7], [np.nan, np.nan]]]])
    d = STATISTICS["both_sides"].values(ALL["C11"], {"teams": teams})
    assert d[:, 0, 0] == pytest.approx([0.02 / MEASURES["perception_gap"].matters,
                                        0.3 / MEASURES["more_than_colleagues"].matters])
