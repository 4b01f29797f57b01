"""Teams take stock: availability of work, backlog and pressure, norms, capability, familiarity, the platform."""

from silosim.model.jit import rule
from silosim.model.layout import (
    CONNECT,
    DAYS_PER_WEEK,
    FLOW,
    HANDLE,
    HELP,
    HOURS_PER_WEEK,
    IMPROVE,
    LEAST_HANDLE,
    QUEUED,
    SLOTS,
    A,
    F,
)
from silosim.model.maths import clip, exp, power
from silosim.model.rules.effort import loss_chance
from silosim.model.rules.governance import session_contact

AVAILABILITY_RATE = 0.5
NEAR = 144.0  # two teams of twelve: the unit in which contact between teams is counted
DOZEN = 12.0


@rule
def start_team(w, team):
    """An empty queue, everything on plan."""
    t = w.team[team]
    for lane in range(2):
        t.head[lane] = -1
        t.tail[lane] = -1
    t.availability = 0.9
    t.capacity = 1.0
    t.target = 1.0
    t.attained = 1.0
    t.answers_last = 100.0
    t.newness = 1.0
    t.capability = w.par.capability_start


@rule
def take_stock(w, team):
    """a += .5 (used/planned - a); P = x / (1 + x), x = max(0, backlog days / tgt_days - 1)."""
    t = w.team[team]
    if t.offered > 0.0:
        t.availability += AVAILABILITY_RATE * (t.worked / t.offered - t.availability)
    daily = t.offered / DAYS_PER_WEEK
    t.backlog = t.backlog / daily if daily > 0.0 else 0.0
    x = max(0.0, t.backlog / w.par.backlog_norm - 1.0)
    t.pressure = x / (1.0 + x)
    t.pressed += t.pressure
    t.weeks += 1.0
    t.paid_week = HOURS_PER_WEEK * t.capacity * w.par.paid_hours * t.size
    t.paid += t.paid_week
    count_quarter(w, team)


@rule
def count_quarter(w, team):
    """Add the week to what the quarter is judged on."""
    t = w.team[team]
    sums = w.sums[team]
    t.points += sums[F.points]
    t.closed += sums[F.stages]
    t.closed_first += sums[F.stages_first]
    t.closed_same_day += sums[F.stages_same_day]
    t.handed += sums[F.across] + sums[F.within]
    t.lost += sums[F.lost_across] + sums[F.lost_within]
    t.ended += sums[F.solved] + sums[F.gave_up] + sums[F.withdrawn]
    t.lead += sums[F.lead_time]
    t.answers += sums[F.answers]
    t.score += sums[F.score]


@rule
def count_backlog(w):
    """Hours of work waiting per team (mean stage hours of every queued case), into `backlog`."""
    for team in range(w.teams):
        w.team[team].backlog = 0.0
    for c in range(w.high):
        k = w.case[c]
        if k.status == QUEUED:
            hours = 0.0  # a case being mended only takes its extra hours
            if k.mending == 0:
                hours = w.journey[k.journey].hours[k.stage] * (1.0 if k.attempt == 0 else w.par.rework_share)
            if k.astray != 0:  # here it is only read
                hours = w.par.routing_hours
            w.team[k.team].backlog += hours + k.extra


@rule
def count_hours(w):
    """Hours offered and worked this week, from the employees' own counts."""
    for team in range(w.teams):
        w.team[team].offered = 0.0
        w.team[team].worked = 0.0
    for i in range(w.employees):
        e = w.emp[i]
        t = w.team[e.team]
        e.offered = e.slot_hours * SLOTS * DAYS_PER_WEEK
        t.offered += e.offered
        t.worked += e.worked


@rule
def set_norms(w):
    """Per team: mean effort per activity (the norm) and mean conviction."""
    for team in range(w.teams):
        t = w.team[team]
        t.conviction = 0.0
        for a in range(A):
            t.norm[a] = 0.0
    for i in range(w.employees):
        e = w.emp[i]
        t = w.team[e.team]
        t.conviction += e.conviction
        for a in range(A):
            t.norm[a] += e.effort[a]
    for team in range(w.teams):
        t = w.team[team]
        n = float(max(t.size, 1))
        t.conviction /= n
        for a in range(A):
            t.norm[a] /= n
        t.newness = exp(-w.par.help_effect * t.norm[HELP])


@rule
def talk_it_over(w, team):
    """q += flag (1 - mean fear) (1 - q) - d q: how far opposed goals have been worn down by being put on the table.

    For goals opposed by r0 this is r' = -flag (1 - fear) r + d (r0 - r), r = r0 (1 - q): without upkeep they return.
    """
    t = w.team[team]
    p = w.par
    gain = 0.0
    if p.customer_flag > 0.0 and t.size > 0:
        fear = 0.0
        for k in range(t.size):
            fear += w.emp[w.members[t.first + k]].fear / t.size
        gain = p.flag_effect * p.customer_flag * (1.0 - fear) * (1.0 - t.discussed)
    t.discussed = clip(t.discussed + gain - p.flag_fade * t.discussed, 0.0, 1.0)


@rule
def improve_capability(w):
    """K_stage += iota max(0, improve - h_fix)(1 - K) - dK K, by the team that does the stage.

    Where a journey has a process team, what its members improve is missing here: see governance.improve_together.
    """
    p = w.par
    for j in range(w.journeys):
        journey = w.journey[j]
        for s in range(journey.stages):
            t = w.team[journey.team[s]]
            elsewhere = t.steered if journey.focus > 0 else 0.0
            hours = max(0.0, t.norm[IMPROVE] - elsewhere - p.improve_fixed)
            level = journey.capability[s]
            gain = p.improve_effect * hours * (1.0 - level)
            journey.capability[s] = min(1.0, level + gain - p.capability_decay * level)


@rule
def count_help(w):
    """What connecting saved on the week's handoffs h from team a to b: h (l(0) - l(e_connect)) (1 - fam), l the chance
    of losing context to strangers at the team's mean effort. An expected number of stories, for the silo map."""
    for a in range(w.teams):
        t = w.team[a]
        handle = max(t.norm[HANDLE], LEAST_HANDLE)
        kept = min(1.0, loss_chance(w, 0.0, handle)) - min(1.0, loss_chance(w, t.norm[CONNECT], handle))
        for b in range(w.teams):
            w.flow[a, b, 3] = w.flow[a, b, 0] * kept * (1.0 - w.familiar[a, b])


@rule
def get_familiar(w):
    """fam += (1 - e^(-fa x))(1 - fam) - fd fam, x = (h/144)(144/(n1 n2))^fdil + 1[same team] 12/n + sessions.

    h counts the week's handoffs in both directions; large teams dilute contact.
    """
    p = w.par
    for a in range(w.teams):
        for b in range(a, w.teams):
            n1, n2 = float(max(w.team[a].size, 1)), float(max(w.team[b].size, 1))
            handed = w.flow[a, b, 0] + (w.flow[b, a, 0] if a != b else 0.0)
            contact = handed / NEAR * power(NEAR / (n1 * n2), p.familiarity_dilution)
            if a == b:
                contact += DOZEN / n1
            elif p.mapping_boundaries >= 1.0:
                contact += session_contact(w, a, b)
            level = w.familiar[a, b]
            level += (1.0 - exp(-p.familiarity_gain * contact)) * (1.0 - level) - p.familiarity_loss * level
            w.familiar[a, b] = level
            w.familiar[b, a] = level
    for a in range(w.teams):
        for b in range(w.teams):
            for k in range(FLOW):
                w.flows[a, b, k] += w.flow[a, b, k]
                w.flow[a, b, k] = 0.0


@rule
def adopt_platform(w):
    """dA = (.004 + .06 A) min(2, (mean e_connect + e_k0)/.03)(1 - A) - .01 A, while there is a platform."""
    p = w.par
    if p.platform <= 0.0:
        w.adopting = 0.0
        w.adoption = max(0.0, w.adoption - p.adoption_loss * w.adoption)
        return
    connect = 0.0
    for i in range(w.employees):
        connect += w.emp[i].effort[CONNECT]
    use = min(2.0, (connect / w.employees + p.routine_notes) / 0.03)
    gain = (p.adoption_base + p.adoption_peer * w.adoption) * use * (1.0 - w.adoption)
    w.adopting = gain
    w.adoption += gain - p.adoption_loss * w.adoption


@rule
def expected_loss(w):
    """Mean chance that context is lost at a boundary, at today's effort: how much connecting can still win."""
    total = 0.0
    for i in range(w.employees):
        total += w.emp[i].p_lose
    return total / w.employees
