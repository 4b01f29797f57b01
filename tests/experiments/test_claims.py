"""Claims: their files and words, the ensemble, how arms become runs, and the statistics against theory."""

import json

import numpy as np
import pytest

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
from silosim.experiments.claims.rule import CLAIMS_IN_ALL
from silosim.experiments.claims.runs import NOTHING, Plan
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.text import catalogue, text

LANGUAGES = ("en", "nl")
ALL = load_claims()
ABLE = [claim for claim in ALL.values() if not claim.needs]
CASE = Case("narrow 0", NARROW, {"duty": 0.4}, {"dilution": 0.5, "kpi": "closures", "dose": 1.0})


# -- files and words -------------------------------------------------------------------------------------------------

def test_every_file_is_a_claim_and_the_control_counts_them_all():
    assert tuple(ALL) == CLAIMS == tuple(f"C{k}" for k in range(1, CLAIMS_IN_ALL + 1))
    assert len(list(FOLDER.glob("*.toml"))) == CLAIMS_IN_ALL
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
    assert len(chosen(None)) == CLAIMS_IN_ALL
    with pytest.raises(InvalidInput, match="unknown claim 'C99'"):
        chosen(["C99"])


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


def test_a_claim_uses_no_lever_or_measure_that_is_not_declared():
    for claim in ABLE:
        for arm in claim.arms.values():
            assert isinstance(arm, Arm)
            assert set(arm.levers) | set(arm.fixed) <= set(PARAMETERS)
            assert all(PARAMETERS[name].role == "lever" for name in arm.levers)
        json.dumps([part.contrast for part in claim.parts])
