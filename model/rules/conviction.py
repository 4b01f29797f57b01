"""Conviction, fear and beliefs: what working here does to people."""

from silosim.model.chance import IMITATE, uniform
from silosim.model.jit import rule
from silosim.model.maths import clip


@rule
def reflect(w, i):
    """theta += eta_0 (theta_i0 - theta) + eta_s (team mean - theta) + eta_v imp (1 - theta) - eta_f gap theta +
    culture.

    Fear grows with the sanctions seen in the team and fades. Experience of domains fades when they are not practised,
    and so does what an onboarding with customers let one see.
    """
    e = w.emp[i]
    t = w.team[e.team]
    p = w.par
    theta = e.conviction
    change = p.trait_pull * (e.trait - theta) + p.social_pull * (t.conviction - theta)
    change += p.impact_gain * e.impact * (1.0 - theta) - p.gap_loss * e.gap * theta
    change += p.culture_push * p.culture * (1.0 - theta)
    e.conviction = clip(theta + change, 0.0, 1.0)
    seen = t.sanctions / max(t.size, 1)
    e.fear = clip(e.fear + p.fear_spread * seen * (1.0 - e.fear) - p.fear_fade * e.fear, 0.0, 1.0)
    e.tenure += 1.0
    e.sight -= p.sight_fade * e.sight
    for d in range(w.domains):
        e.domain[d] *= 1.0 - p.forgetting


@rule
def look_around(w, i):
    """Imitation: a random team-mate who scored higher this quarter pulls one's belief that gaming pays.

    Two-phase: the new belief waits in `next_belief` until everybody has looked.
    """
    e = w.emp[i]
    e.next_belief = e.belief
    n = w.team[e.team].size
    if n < 2:
        return
    pick = int(uniform(w.key, IMITATE, w.week, i) * (n - 1))
    if pick >= e.place:
        pick += 1
    mate = w.emp[w.members[w.team[e.team].first + pick]]
    if mate.points > e.points:
        e.next_belief += w.par.imitation * (mate.belief - e.belief)
