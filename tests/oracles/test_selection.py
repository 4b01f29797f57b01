"""TC5: choosing the best of n on a noisy score, in the limit of a normal population."""

import math

import numpy as np
import pytest
from oracles.closed_forms import largest_of
from worlds import found, organisation, people

from silosim.model import doors

MEAN, SPREAD, SEATS, ROUNDS = 0.5, 0.05, 100, 40


def hired(applicants: int, reliability: float) -> np.ndarray:
    """Traits of everyone the real rule hires, in standard deviations from the mean of those who apply."""
    sim = found(
        organisation((SEATS,), a_day=0.0),
        seed=3,
        recruit_orientation=MEAN,
        conviction_spread=SPREAD,
        recruit_candidates=applicants,
        judgement_reliability=reliability,
        pay_sorting=0.0,
        reputation=0.0,
    )
    traits = []
    for _ in range(ROUNDS):
        for i in range(SEATS):
            doors.leave(sim.worlds, 0, i)
        traits.append((people(sim)["trait"] - MEAN) / SPREAD)
    return np.concatenate(traits)


@pytest.mark.parametrize("reliability", [0.0, 0.25, 0.5, 1.0])
@pytest.mark.parametrize(("applicants", "printed"), [(1, 0.0), (2, 0.5642), (10, 1.5388)])
def test_tc5_the_best_of_n_on_a_noisy_score(applicants, printed, reliability):
    """E[true value of the winner] = sigma sqrt(R) e_n: the gain over the mean shrinks as the judges' error grows."""
    assert largest_of(applicants) == pytest.approx(printed, abs=5e-5)
    traits = hired(applicants, reliability)
    error = traits.std() / math.sqrt(len(traits))
    assert error < 0.02
    assert abs(traits.mean() - math.sqrt(reliability) * largest_of(applicants)) < 4 * error
