"""Knowing where a case goes next: a wrong guess, and what the team does that cannot help.

Without doubt (`routing_doubt` 0) everybody always knows; `knowledge` says how it comes and goes. Arguments as in
`work`.
"""

import numpy as np

from silosim.model.chance import CLARITY, FIRST, ONWARD, ROUTE, SECOND, case_bits, case_uniform, normal, third
from silosim.model.jit import inlined, rule
from silosim.model.layout import F
from silosim.model.maths import exp, logistic
from silosim.model.rules.handoff import hand_over
from silosim.model.rules.pay import alignment

# `astray` of a case: 0 where it belongs, SENT_WRONG to a team that cannot help, SENT_BACK to the team that sent it,
# LOOKED_INTO while somebody finds out where it does belong
SENT_WRONG, SENT_BACK, LOOKED_INTO = 1, 2, 3


@rule
def find_team(w, here, c, k, right):
    """The team that somebody of team `here` sends case c to: right unless misleading signs win; then one they know.

    wrong with probability 1 - e^(-m), m the misleading signs that are left (`misleading`). Whom they then send it to:
    each other team with probability in proportion to familiarity, but not where the story says it has been. By
    elimination the last team that is left is the right one.
    """
    been = w.been[c] | team_bit(here)
    w.been[c] = been
    k.astray = 0
    if right == here:
        return right
    wrong = 1.0 - exp(-misleading(w, k, here, right))
    draw = case_uniform(k.key, ROUTE, k.stage, k.handoffs)
    if draw >= wrong:
        return right
    if k.sender >= 0:
        been |= team_bit(w.emp[k.sender].team)
    there = somebody_known(w, here, right, been, draw / wrong)
    if there != right:
        k.astray = SENT_WRONG
    return there


@inlined
def team_bit(team):
    """The set of one team."""
    return np.uint64(1) << np.uint64(team)


@rule
def misleading(w, k, here, right):
    """m = doubt x e^(sx z - sx^2/2) (1 - known), z the case's own: signs in a case that point elsewhere (Poisson).

    known = 1 - (1 - knows)(1 - plat A): the team's knowledge of what the other one does, or one customer picture.
    """
    p = w.par
    clarity = normal(case_uniform(k.key, CLARITY, 0, 0))
    hard = exp(p.routing_spread * clarity - 0.5 * p.routing_spread * p.routing_spread)
    return p.routing_doubt * hard * (1.0 - w.knows[here, right]) * (1.0 - p.platform * w.adoption)


@rule
def somebody_known(w, here, right, been, draw):
    """A team other than `here`, the right one and those in `been`, by familiarity; the right one if there is none."""
    total = 0.0
    for team in range(w.teams):
        total += known_for(w, here, right, been, team)
    if total <= 0.0:
        return right
    reached = draw * total
    there = right
    for team in range(w.teams):
        weight = known_for(w, here, right, been, team)
        if weight > 0.0:
            there = team
            reached -= weight
            if reached < 0.0:
                break
    return there


@inlined
def known_for(w, here, right, been, team):
    """Familiarity with a team that a case could be sent to by mistake; 0 for all others."""
    out = team in (here, right) or w.team[team].size == 0 or (been & team_bit(team)) != np.uint64(0)
    return 0.0 if out else w.familiar[here, team]


@rule
def redirect(w, i, e, c, k, sums):
    """A case that belongs elsewhere has been read: back to whoever sent it, or found out about and sent on. Returns
    the case while it stays in hand, else -1.
    """
    here = e.team
    back = w.emp[k.sender].team
    right = w.journey[k.journey].team[k.stage]
    bits = case_bits(k.key, ONWARD, k.stage, k.handoffs)
    if k.astray == SENT_WRONG:
        k.bounces += 1  # from pillar to post, whatever comes next
        sums[F.received] += 1.0
        if back == here or third(bits, FIRST) >= return_chance(w, e, k, right):
            k.astray = LOOKED_INTO
            k.left = w.par.routing_hours
            return c
        there = back
        k.astray = SENT_BACK
        w.been[c] = w.been[c] | team_bit(here)
        sums[F.bounces] += 1.0
        w.flow[back, here, 2] += 1.0
    else:
        there = find_team(w, here, c, k, right)
    k.arrived = w.day
    hand_over(w, i, e, c, k, sums, there, third(bits, SECOND))
    return -1


@rule
def return_chance(w, e, k, right):
    """1 / (1 + e^(-D/s)), D = (xr / S)(1 - alignment)(a bI + kp P) - ktheta theta vB e^(-m).

    Sending it back saves the hours xr of finding out where it belongs, as a share of the stage's S; conviction would
    rather help the customer on, as far as one thinks one knows where to: with chance e^(-m).
    """
    t = w.team[e.team]
    p = w.par
    saved = p.routing_hours / w.journey[k.journey].hours[k.stage] * (1.0 - alignment(w, e.team))
    gain = saved * (t.availability * t.pay_own + p.pressure_weight * t.pressure)
    sure = exp(-misleading(w, k, e.team, right)) if right != e.team else 1.0
    return logistic((gain - p.intrinsic * e.conviction * p.value_no_bounce * sure) / p.bounce_spread)
