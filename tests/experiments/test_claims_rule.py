"""The rule of the verdict against theory: monotone, symmetric, quiet on noise, and able to find what is planted."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from silosim.experiments.claims import rule as rules
from silosim.experiments.claims.boxes import find_region, frame_of, lasting_region
from silosim.experiments.claims.judge import Judged
from silosim.experiments.claims.rule import CONTRADICTED, NONE, SUPPORTED, WHEN, Rule, weigh

FEW = Rule(resamples=200)
ORDER = {CONTRADICTED: 0, NONE: 1, WHEN: 2, SUPPORTED: 3}


def verdict(arms, seed=0, rule=FEW):
    """The verdict of D[worlds, replicates] in each cost arm, judged by itself and without a region."""
    evidence = [weigh(d[None], seed=seed, rule=rule) for d in arms]
    passes = bool(rules.discoveries({"C1": rules.p_of(evidence)}, rule, of=1))
    return rules.verdict_of([one.reading for one in evidence], passes)


def noise(rng, worlds=40, runs=2, between=0.7, within=1.0, mean=0.0):
    return mean + rng.normal(0, between, (worlds, 1)) + rng.normal(0, within, (worlds, runs))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(0, 4))
def test_adding_effect_never_moves_away_from_supported(seed, mean, more):
    d = noise(np.random.default_rng(seed), worlds=12, mean=mean)
    before, after = verdict([d, d * 0.9]), verdict([d + more, d * 0.9 + more])
    assert ORDER[after] >= ORDER[before] or after == before


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.floats(-3, 3))
def test_turning_every_sign_turns_the_verdict(seed, mean):
    d = noise(np.random.default_rng(seed), worlds=12, mean=mean)
    one, other = verdict([d]), verdict([-d])
    assert other == {SUPPORTED: CONTRADICTED, CONTRADICTED: SUPPORTED}.get(one, one)


def test_noise_is_called_neither_supported_nor_contradicted():
    read = [verdict([noise(np.random.default_rng(k)), noise(np.random.default_rng(k))]) for k in range(200)]
    assert read.count(NONE) >= 0.95 * len(read)


def test_the_interval_covers_the_mean_as_often_as_it_says():
    """A bootstrap of 40 worlds covers a little less than the 95% of theory; of 400 intervals 92% is two errors away."""
    inside = 0
    for k in range(400):
        one = weigh(noise(np.random.default_rng(k), mean=1.0)[None], seed=k, rule=FEW)
        inside += one.low <= 1.0 <= one.high
    assert inside >= 0.92 * 400


@pytest.mark.parametrize(("mean", "wanted"), [(2.5, SUPPORTED), (-2.5, CONTRADICTED)])
def test_a_planted_effect_is_found(mean, wanted):
    """u spreads by sqrt(.7² + 1²/2) = 1, so P(u >= 1) = .93 and 75% of 40 worlds are nearly always reached."""
    read = [verdict([noise(np.random.default_rng(k), mean=mean)] * 2) for k in range(50)]
    assert read.count(wanted) >= 0.9 * len(read)


def test_power_at_twice_what_matters():
    """P(u >= 1) = .84; of 40 worlds at least 30 with probability .95 (binomial)."""
    read = [verdict([noise(np.random.default_rng(k), mean=2.0)] * 2) for k in range(100)]
    assert read.count(SUPPORTED) >= 80


def test_both_cost_arms_must_agree():
    good, nothing = noise(np.random.default_rng(1), mean=3), noise(np.random.default_rng(2))
    assert verdict([good, good]) == SUPPORTED
    assert verdict([good, nothing]) == WHEN
    assert verdict([-good, nothing]) == NONE
    assert verdict([-good, -good]) == CONTRADICTED


def test_of_several_parts_the_smallest_counts():
    good, bad = noise(np.random.default_rng(1), mean=3), noise(np.random.default_rng(2), mean=-3)
    one = weigh(np.stack([good, bad]), rule=FEW)
    assert np.allclose(one.u, bad.mean(axis=1))
    assert one.reading == "against"


def test_the_interval_is_that_of_the_mean_when_nothing_differs_between_replicates():
    worlds = np.random.default_rng(3).normal(1.0, 0.5, 200)
    one = weigh(np.repeat(worlds[:, None], 3, axis=1)[None], rule=Rule(resamples=2000))
    half = 1.96 * worlds.std(ddof=1) / math.sqrt(200)
    assert one.mean == pytest.approx(worlds.mean())
    assert (one.high - one.low) / 2 == pytest.approx(half, rel=0.1)


def test_intervals_are_nested():
    """Luck alone moves the mean least; with the worlds it is the rule's interval; a choice that matters widens it."""
    rng = np.random.default_rng(9)
    d = noise(rng, worlds=60, mean=1.0)
    levels = [{"kpi": k % 4, "dose": k % 3} for k in range(60)]
    d += np.array([3.0 * one["dose"] for one in levels])[:, None]
    one = weigh(d[None], seed=2, rule=FEW)
    found = rules.intervals(d[None], rules.smallest, one, levels, seed=2, rule=FEW)
    assert found["worlds"] == [one.low, one.high]
    width = {name: high - low for name, (low, high) in found.items()}
    assert width["replicates"] < 0.6 * width["worlds"]
    assert width["choices"] > 2 * width["worlds"]
    theory = 2 * 1.96 / math.sqrt(2 * 60 * 2)  # sd 1 within; drawing 2 of 2 again has half the variance
    assert width["replicates"] == pytest.approx(theory, rel=0.3)


def test_failed_runs_are_left_out():
    d = noise(np.random.default_rng(4), mean=3)
    holes = d.copy()
    holes[0, 0] = np.nan
    holes[1] = np.nan
    one = weigh(holes[None], rule=FEW)
    assert len(one.u) == len(d) - 1
    assert one.u[0] == d[0, 1]
    assert one.reading == "for"


def test_nothing_at_all_is_no_evidence():
    one = weigh(np.full((1, 5, 2), np.nan), rule=FEW)
    assert len(one.u) == 0
    assert rules.verdict_of([one.reading], passes=False) == NONE


def test_the_control_is_benjamini_and_hochbergs():
    p = {f"C{k}": value for k, value in enumerate([0.001, 0.004, 0.02, 0.6], start=1)}
    assert rules.discoveries(p, of=19) == {"C1", "C2"}  # .05 k / 19 = .0026, .0053, .0079
    assert rules.discoveries(p, of=4) == {"C1", "C2", "C3"}  # .0125, .025, .0375, .05
    assert rules.discoveries({"C1": 0.003}, of=19) == set()  # eighteen that were not run count as 1


def test_a_null_effect_passes_the_control_as_rarely_as_it_says():
    """Nineteen claims without effect: at least one passes in at most 5% of the cases."""
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(60):
        p = {f"C{k}": rules.p_of([weigh(noise(rng)[None], seed=k, rule=Rule(resamples=1000))]) for k in range(1, 5)}
        found += bool(rules.discoveries(p, of=19))
    assert found <= 6


def test_a_verdict_on_the_edge_is_fragile_and_a_clear_one_is_not():
    clear = [weigh(noise(np.random.default_rng(6), mean=5)[None], rule=FEW)] * 2
    assert rules.changes(clear, SUPPORTED, rule=FEW) < 0.01
    edge = np.where(np.arange(40) < 30, 2.0, 0.0)[:, None].repeat(2, axis=1)  # exactly 75% of the worlds
    one = [weigh(edge[None], rule=FEW)] * 2
    assert rules.verdict_of([e.reading for e in one]) == SUPPORTED
    assert rules.changes(one, SUPPORTED, rule=FEW) > 0.3


def test_every_resample_is_read_by_the_rule():
    """One by one, by the rule for a single cost arm: with a region in a third of searches, without, near the edge."""
    rng = np.random.default_rng(10)
    for mean, searches in ((1.0, [False]), (1.5, [True, False, False]), (-2.0, [False])):
        arms = [weigh(noise(rng, worlds=12, mean=mean + shift)[None], rule=FEW) for shift in (0.0, 0.8)]
        other = 0
        for b in range(FEW.resamples):
            u = [one.u_drawn[b] for one in arms]
            read = [rules.read(x.mean() - 1.96 * one.se, x.mean() + 1.96 * one.se, (x >= 1).mean(), (x <= -1).mean())
                    for x, one in zip(u, arms, strict=True)]
            other += rules.verdict_of(read, True, searches[b % len(searches)]) != SUPPORTED
        assert rules.changes(arms, SUPPORTED, searches, rule=FEW) == pytest.approx(other / FEW.resamples)
        assert other > 0


def test_the_same_seed_gives_the_same_evidence():
    d = noise(np.random.default_rng(7))[None]
    assert (weigh(d, seed=3, rule=FEW).low, weigh(d, seed=3).mean) == (weigh(d, seed=3, rule=FEW).low, weigh(d).mean)
    assert weigh(d, seed=3, rule=FEW).low != weigh(d, seed=4, rule=FEW).low


def made_up(worlds, seed=8):
    """Factors of worlds, and in which of them something planted holds."""
    rng = np.random.default_rng(seed)
    factors = [{"demand": float(x), "duty": float(y), "kpi": kpi} for x, y, kpi in
               zip(rng.random(worlds), rng.random(worlds), rng.choice(["a", "b"], worlds), strict=True)]
    return frame_of(factors), np.array([one["demand"] > 0.6 and one["kpi"] == "a" for one in factors])


def test_a_region_is_found_where_there_is_one_and_nowhere_else():
    frame, planted = made_up(200)
    region, why = find_region(frame, planted, 0, 0.75)
    assert why == ""
    assert {one.factor for one in region.limits} == {"demand", "kpi"}
    assert region.density >= 0.75
    rng = np.random.default_rng(9)
    blind = [find_region(frame, rng.random(200) < 0.3, k, 0.75)[0] for k in range(4)]
    assert blind == [None] * 4
    assert find_region(frame[:30], planted[:30], 0, 0.75) == (None, "few")


def test_a_region_counts_only_when_other_halves_find_one_as_well():
    frame, planted = made_up(200)
    region, why, again = lasting_region(frame, planted, np.tile(planted, (8, 1)), 0, FEW)
    assert region is not None
    assert why == ""
    assert again.mean() > 0.5
    rng = np.random.default_rng(12)  # the first search finds what is planted, the others have nothing to find
    region, why, again = lasting_region(frame, planted, rng.random((8, 200)) < 0.3, 0, FEW)
    assert (region, why) == (None, "chance")
    assert again.mean() < 0.5


@pytest.mark.parametrize(("low", "high", "hold", "oppose", "small"), [
    (-0.4, 0.5, 0.1, 0.1, True),
    (-0.4, 0.5, 0.4, 0.4, False),  # small on average, and far from it in most worlds
    (-0.4, 1.1, 0.1, 0.1, False),
])
def test_little_happens_only_when_both_the_mean_and_the_worlds_say_so(low, high, hold, oppose, small):
    one = SimpleNamespace(low=low, high=high, hold=hold, oppose=oppose)
    assert Judged.small.fget(SimpleNamespace(evidence={"as_is": one}, rule=rules.COMMON)) is small
