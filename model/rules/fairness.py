"""Fairness: who draws what of the variable pay, and how unevenly pay and strain fall, once a quarter.

Nothing here changes what anybody does: the money is that of `appraisal.pay_out`, shared out in the books.
"""

import numpy as np

from silosim.model.jit import rule
from silosim.model.layout import WEEKS_PER_QUARTER, F
from silosim.model.rules.governance import is_member
from silosim.model.rules.pay import output_pot, rank_pot

MOST_ATTAINED = 1.5  # beyond this a better result earns no more


@rule
def share_out(w, team, paid, score):
    """Who draws what of the team's variable pay this quarter (EUR), `paid` being its mean without journey pay.

    own_i = n x individual pot x min(A, 1.5) x points_i / sum of points; the prize to whoever has most points; the
    team's, customers', drivers' and OKR part equally; journey pay to members of process teams. Sums to what is booked.
    """
    t = w.team[team]
    p = w.par
    prize = p.bonus_money * rank_pot(w)
    own = p.bonus_money * (output_pot(w) * (1.0 - p.team_share) - rank_pot(w)) * min(t.attained, MOST_ATTAINED)
    journey = p.bonus_money * p.bonus * p.process_pay * score / 7.0 if t.pay_journey > 0.0 else 0.0
    total = 0.0
    best = w.members[t.first]
    for k in range(t.size):
        i = w.members[t.first + k]
        total += max(0.0, w.emp[i].points)
        if w.emp[i].points > w.emp[best].points:
            best = i
    for k in range(t.size):
        i = w.members[t.first + k]
        part = max(0.0, w.emp[i].points) * t.size / total if total > 0.0 else 1.0
        drawn = paid - own - prize / t.size + own * part
        if i == best:
            drawn += prize
        if journey > 0.0 and is_member(w, i):
            drawn += journey
        w.drawn[i] = drawn
        w.sums[team][F.variable_pay] += drawn
        w.emp_sums[i, F.variable_pay] += drawn


@rule
def count_inequality(w):
    """Gini = D / sum x over all seats, x the quarter's variable pay and its mean strain: D into the accounts."""
    org = w.sums[w.org]
    x = np.empty(w.employees)
    for i in range(w.employees):
        x[i] = w.drawn[i]
    org[F.pay_gaps] += gaps(x)
    for i in range(w.employees):
        x[i] = w.strained[i] / WEEKS_PER_QUARTER
        w.strained[i] = 0.0
        org[F.strain_shared] += x[i]
    org[F.strain_gaps] += gaps(x)


@rule
def gaps(x):
    """D = sum_ij |x_i - x_j| / (2 n) = sum_k (2 k - n - 1) x_(k) / n, x_(k) the k-th smallest; puts x in order."""
    x.sort()
    n = len(x)
    total = 0.0
    for k in range(n):
        total += (2.0 * k - n + 1.0) * x[k]
    return total / n
