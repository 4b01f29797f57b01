"""Claims: their files and words, the ensemble, how arms become runs, and the statistics against theory."""

import json

import numpy as np
import pytest

from silosim.experiments.claims import statistics as stat
from silosim.experiments.claims.declared import CLAIMS, FOLDER, Arm, chosen, load_claims, parse_claim, read_claim
from silosim.experiments.claims.ensemble import (
    CHOICES,
    HOURS,
    NARROW,
    SIZES,
    WIDE,
    Case,
    Size,
    balanced,
    cases,
    dosed,
    own_choices,
    values_of,
)
from silosim.experiments.claims.rule import smallest
from silosim.experiments.claims.runs import NOTHING, Plan
from silosim.experiments.claims.statistics import STATISTICS
from silosim.model.measures.declared import INDEX, MEASURES
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.text import catalogue, text

LANGUAGES = ("en", "nl")
ALL = load_claims()
ABLE = [claim for claim in ALL.values() if not claim.needs]
CASE = Case("narrow 0", NARROW, {"duty": 0.4}, {"dilution": 0.5, "kpi": "closures", "dose": 1.0})


# -- files and words -------------------------------------------------------------------------------------------------

def test_there_are_nineteen_claims():
    assert tuple(ALL) == CLAIMS
    assert len(list(FOLDER.glob("*.toml"))) == 19
    assert all(claim.articles and set(claim.articles) <= {"S0", "S1", "S2", "S3", "S4"} for claim in ALL.values())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_is_in_words(name, lang):
    claim = ALL[name]
    for what in ("claim", "hypothesis", "untested", "help"):
        words = text(f"{claim.key}.{what}", lang)
        assert words.endswith((".", "?")), what
        assert words[0].isupper(), what
    assert len(text(f"{claim.key}.label", lang)) <= 45
    parts = {key.rsplit(".", 1)[1] for key in catalogue(lang) if key.startswith(f"{claim.key}.part.")}
    assert parts == {part.name for part in claim.parts}


@pytest.mark.parametrize("claim", ABLE, ids=lambda claim: claim.id)
def test_every_claim_that_runs_can_lose(claim):
    assert claim.counter is not None
    assert claim.off is not None or claim.id == "C11"  # its file says why


def test_a_claim_file_has_a_hash_of_its_text(tmp_path):
    path = next(FOLDER.glob("c05*"))
    copy = tmp_path / path.name
    copy.write_text(path.read_text(encoding="utf-8") + "# one more word\n", encoding="utf-8")
    one, other = read_claim(path), read_claim(copy)
    assert one.parts == other.parts
    assert one.digest != other.digest


def test_claims_are_named_in_any_case_and_order():
    assert [claim.id for claim in chosen(["c7", "C5"])] == ["C5", "C7"]
    assert len(chosen(None)) == 19
    with pytest.raises(InvalidInput, match="unknown claim 'C20'"):
        chosen(["C20"])


PART = {"name": "a", "measure": "grade", "contrast": {"new": 1, "today": -1}}


@pytest.mark.parametrize(("change", "words"), [
    ({"id": "C99"}, "C99"),
    ({"arms": {"new": {"levers": {"bonsu": 1.0}}}}, "bonsu"),
    ({"arms": {"new": {"lever": {}}}}, "lever"),
    ({"parts": [PART | {"contrast": {"old": 1}}]}, "old"),
    ({"parts": [PART | {"measure": "grades"}]}, "grade"),
    ({"parts": [PART | {"contrast": {}}]}, "at least one arm"),
    ({"parts": [PART | {"judged": False}]}, "no part is judged"),
    ({"parts": [PART | {"team": 3}]}, "team"),
    ({"period": "year"}, "year"),
    ({"counter_world": {"worlds": {}}}, "worlds"),
    ({"arms": {"new": {"switches": [[200, {"bonus": 1.0}]]}}}, "week"),
])
def test_what_is_wrong_with_a_file_is_told_in_a_line(change, words):
    good = {"id": "C5", "articles": ["S0"], "arms": {"new": {"levers": {"bonus": 1.0}}}, "parts": [PART]}
    parse_claim(good, "h")
    with pytest.raises(InvalidInput, match=words) as told:
        parse_claim(good | change, "h")
    assert "\n" not in str(told.value)


# -- the ensemble ----------------------------------------------------------------------------------------------------

def test_the_ensemble_follows_from_the_seed():
    size = Size(12, 3, 2)
    assert cases(size, 1) == cases(size, 1)
    assert [c.name for c in cases(size, 1)] != [c.name for c in cases(size, 2)]
    assert [c.prior for c in cases(size, 1)] == [NARROW] * 12 + [WIDE] * 3
    assert [c.number for c in cases(size, 1)] == list(range(15))
    assert len({c.name for c in cases(SIZES["full"], 1)}) == SIZES["full"].narrow + SIZES["full"].wide


@pytest.mark.parametrize("name", CHOICES)
def test_each_level_of_a_choice_has_its_share_of_the_worlds(name):
    found = [case.choices[name] for case in cases(Size(24, 0, 1), 5)]
    counts = [found.count(level) for level in CHOICES[name]]
    assert sum(counts) == 24
    assert max(counts) - min(counts) <= 1


def test_choices_are_laid_over_each_other_at_random():
    rng = np.random.default_rng(0)
    a, b = np.array(balanced((0, 1), 4000, rng)), np.array(balanced((0, 1), 4000, rng))
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.05


def test_a_claim_leaves_out_choices_and_has_its_own():
    among = cases(Size(9, 0, 1), 1)
    found = own_choices(ALL["C7"], among, 1)
    assert all("dose" not in one and {"time_yields", "work_in_progress"} <= set(one) for one in found)
    assert sorted(one["time_yields"] for one in found) == sorted([0.0, 0.3, 0.6] * 3)


@pytest.mark.parametrize(("lever", "value", "dose", "today", "wanted"), [
    ("customer_time", 0.2, 0.5, None, 0.1), ("customer_time", 0.2, 2.0, None, 0.4),
    ("bonus", 0.35, 0.5, None, 0.525), ("bonus", 1.0, 2.0, None, 1.3), ("bonus", 1.4, 2.0, None, 1.5),
    ("bonus", 1.0, 2.0, 0.5, 1.5), ("goal_alignment", -0.5, 2.0, None, -1.0),
    ("okr_count", 1, 0.5, None, 1), ("kpi", "within_norm", 2.0, None, "within_norm"),
])
def test_a_dose_is_counted_from_today(lever, value, dose, today, wanted):
    assert dosed(lever, value, dose, today) == wanted


def test_which_value_counts_where_several_are_given():
    claim = parse_claim({"id": "C5", "articles": [], "variants": {"time_yields": [0.5], "learning_slow": [0.2]},
                         "arms": {"new": {"levers": {"bonus": 1.0}, "fixed": {"kpi": "within_norm"}}},
                         "parts": [PART]}, "h")
    picked = {**CASE.choices, "kpi": "per_paid_hour", "time_yields": 0.5, "learning_slow": 0.2}
    levers, world, _ = values_of(claim, claim.arms["new"], "new", CASE, picked, NOTHING, 0.9)
    assert levers == {"kpi": "within_norm", "time_yields": 0.5, "bonus": 1.0, "paid_hours": 0.9}
    assert world == {"duty": 0.4, "dilution": 0.5, "learning_slow": 0.2}
    today, world, _ = values_of(claim, claim.arms["today"], "today", CASE, picked, NOTHING)
    assert today == {"kpi": "per_paid_hour"}  # what the claim itself varies is no part of today
    assert world["learning_slow"] == 0.2


def test_arms_that_come_to_the_same_are_one_run():
    """C8 and C9 change the same structure, and every claim needs today."""
    from silosim.experiments.claims.runs import Runs
    from silosim.experiments.running.make import Orders
    from silosim.model.organisation_file import load_organisation

    runs = Runs(None, 0, load_organisation("insurer"), Orders())
    among = cases(Size(2, 0, 2), 1)
    plans = [Plan(ALL[name], among, Size(2, 0, 2), 1) for name in ("C8", "C9")]
    for plan in plans:
        plan.settle(runs._setting, "as_is")
    first, second = (plan.settings["as_is"][0] for plan in plans)
    for name in ("today", "structure", HOURS):
        assert first[name] is second[name]
    assert first["culture"].key(0) != second["example"].key(0)
    assert first[HOURS].canonical["levers"]["paid_hours"] == pytest.approx(1.02)


# -- statistics ------------------------------------------------------------------------------------------------------

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


def test_a_claim_uses_no_lever_or_measure_that_is_not_declared():
    for claim in ABLE:
        for arm in claim.arms.values():
            assert isinstance(arm, Arm)
            assert set(arm.levers) | set(arm.fixed) <= set(PARAMETERS)
            assert all(PARAMETERS[name].role == "lever" for name in arm.levers)
        json.dumps([part.contrast for part in claim.parts])
