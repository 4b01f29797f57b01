"""Every draw is a hash of (seed, decision, who, when): counter-based common random numbers.

So two policies meet the same customers with the same luck, a run does not depend on the number of
workers or the order of activation, and a draw that is added changes no other (Salmon et al. 2011;
the mixing function is splitmix64's finaliser, Steele, Lea & Flood 2014).

Draws about a case are keyed by case, stage and attempt, not by the employee who happens to handle it.
"""

import numpy as np

from silosim.model.jit import hot, rule
from silosim.model.maths import BINS, NORMAL, exp, log

# Decisions: one number each, never reused. About a case (its own key):
CUSTOMER, JOURNEY, HOURS, START, JUDGE, FINISH, BOUNCE, KEEP, SANCTION = range(1, 10)
ESCALATION, ENDING, RETURN, ATTRIBUTE, TASTE, SCORE, CALL, WITHDRAW, CHURN = range(10, 19)
ROUTE, CLARITY, ONWARD, LOOK, HOLD, DISCOVER, REPLY = range(19, 26)
# START, JUDGE, FINISH, ENDING and ONWARD are up to three yes-or-no decisions each, a third of the bits for every one:
# START: exception, polish, solved on the spot. JUDGE: wrong, seen. FINISH: defect, context lost, audit.
# ENDING: gives up, answers the survey, is compensated. ONWARD: sent back, context lost.
# Days, employees and customers:
ARRIVALS, CANDIDATE, ARRIVALS_EXTRA, CANDIDATE_EXTRA, ORDER, LEAVE, RECRUIT, IMITATE, ACQUIRE = range(64, 73)
TRAIT, BELIEF, AMBITION, TENURE, PERCEIVE, CUSTOMER_TRAIT, INTERVIEW, VERDICT, MANAGER, VACANT = range(80, 90)
# Stages:
(DIFFICULTY,) = range(96, 97)

_U = np.uint64
M1, M2 = _U(0xBF58476D1CE4E5B9), _U(0x94D049BB133111EB)
C1, C2, C3 = _U(0x9E3779B97F4A7C15), _U(0xD1B54A32D192ED03), _U(0xAEF17502108EF2D9)
S30, S27, S31, S11 = _U(30), _U(27), _U(31), _U(11)
UNIT = 1.0 / 9007199254740992.0  # 2^-53
ONE, EIGHT, SIXTY_FOUR = _U(1), _U(8), _U(64)
FIRST, SECOND, THIRD = _U(0), _U(21), _U(42)  # where the thirds of a word begin
THIRD_MASK, THIRD_UNIT = _U((1 << 21) - 1), 1.0 / (1 << 21)


@hot
def mix(z):
    """64 bits in, 64 well-stirred bits out (a bijection)."""
    z = (z ^ (z >> S30)) * M1
    z = (z ^ (z >> S27)) * M2
    return z ^ (z >> S31)


@hot
def subkey(key, decision, a, b):
    """Key of a stream of its own, for (decision, a, b)."""
    return numbered(stream(key, decision, a), b)


@hot
def stream(key, decision, a):
    """Key of all draws for (decision, a)."""
    return mix(key + C1 * np.uint64(decision) + C2 * np.uint64(a))


@hot
def numbered(base, b):
    """Key of the b-th of a stream."""
    return mix(base + C3 * np.uint64(b))


@hot
def unit(bits):
    """Uniform on [0, 1) from 64 bits."""
    return np.float64(bits >> S11) * UNIT


@hot
def uniform(key, decision, a, b):
    """Uniform draw for (decision, a, b) under `key`."""
    return unit(subkey(key, decision, a, b))


@hot
def case_uniform(case_key, decision, stage, attempt):
    """Uniform draw of a case: its key is already well stirred, so one more mix is enough."""
    return unit(case_bits(case_key, decision, stage, attempt))


@hot
def case_bits(case_key, decision, stage, attempt):
    """The 64 bits behind three decisions of a case; `third` takes one of them."""
    number = np.uint64(stage) + EIGHT * np.uint64(attempt) + ONE
    return mix(case_key + C1 * (np.uint64(decision) + SIXTY_FOUR * number))


@hot
def third(bits, where):
    """Uniform on a grid of 2^-21 from a third of a word: enough for a yes or no (an event of chance 0 never
    happens)."""
    return np.float64((bits >> where) & THIRD_MASK) * THIRD_UNIT


@hot
def day_uniform(case_key, decision, day):
    """Uniform draw of a case for a day."""
    return unit(mix(case_key + C1 * np.uint64(decision) + C2 * np.uint64(day + 1)))


@hot
def from_table(table, u):
    """Quantile at u of a distribution given by BINS + 1 quantiles, linear in between."""
    x = u * BINS
    k = int(x)
    low = table[k]
    return low + (x - k) * (table[k + 1] - low)


@hot
def normal(u):
    """Standard normal deviate, monotone in u."""
    return from_table(NORMAL, u)


@hot
def exponential(u, mean):
    """Exponential deviate, monotone in u."""
    return -mean * log(1.0 - u)


@rule
def poisson(key, decision, day, mean):
    """Poisson count: sums of inversions of at most mean 16, so that e^-mean never underflows."""
    count = 0
    parts = int(mean / 16.0) + 1
    share = mean / parts
    floor = exp(-share)
    for part in range(parts):
        u = uniform(key, decision, day, part)
        p = floor
        k = 0
        while u >= p and k < 200:  # 200: beyond 1 - 1e-100 for a mean of 16
            u -= p
            k += 1
            p *= share / k
        count += k
    return count
