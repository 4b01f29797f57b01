"""Effort: the best response to the motives within the day, with inertia; and what it means for a case."""

from silosim.model.jit import inlined, rule
from silosim.model.layout import (
    CARE,
    CONNECT,
    GAME,
    HANDLE,
    HELP,
    HOURS_PER_DAY,
    HOURS_PER_WEEK,
    IMPROVE,
    LEAST_HANDLE,
    SLOTS,
    A,
)
from silosim.model.maths import exp
from silosim.model.rules.governance import customer_pay

KPI_WORK = (1 << HANDLE) | (1 << GAME)
CUSTOMER_WORK = (1 << CARE) | (1 << CONNECT) | (1 << IMPROVE) | (1 << HELP)
EVERYTHING = KPI_WORK | CUSTOMER_WORK
REFERENCE_HANDLE = 0.72  # at which `context_loss` is stated
NEW_WEEKS, NEW_SPEED = 12.0, 0.6
JUDGEMENT_WEEKS = 26.0
EXAMPLE_DAY = 0.9
ONBOARDING_WEEKS = 4.0  # over which the hours of an onboarding are spread


@rule
def fill(motive, allowed, room, slope, effort):
    """Water-filling: effort_a = max(0, (y_a - mu) / slope) over the allowed set, adding up to at most `room`.

    mu >= 0 is the shadow price of time, returned; activities outside the set are left alone.
    KKT conditions of max sum(y_a e_a - slope e_a^2 / 2) subject to sum e_a <= room.
    """
    active = 0
    total = 0.0
    count = 0
    for a in range(A):
        if (allowed >> a) & 1:
            effort[a] = 0.0
            if motive[a] > 0.0:
                active |= 1 << a
                total += motive[a]
                count += 1
    if room <= 1e-9 or count == 0:
        return 0.0
    price = 0.0
    if total > room * slope:
        price = (total - room * slope) / count
        dropped = True
        while dropped:
            dropped = False
            for a in range(A):
                if (active >> a) & 1 and motive[a] <= price:
                    active &= ~(1 << a)
                    total -= motive[a]
                    count -= 1
                    dropped = True
            price = (total - room * slope) / count
    for a in range(A):
        if (active >> a) & 1:
            effort[a] = (motive[a] - price) / slope
    return price


@rule
def best_response(w, i, effort):
    """e* = max(0, (y - mu) / (c + w)), sum e* <= B; protected customer time caps {handle, game}. Returns mu.

    s_eff = slack (1 - ero P): when handle + game exceed B - s_eff, they get B - s_eff and the rest gets s_eff.
    """
    e = w.emp[i]
    p = w.par
    slope = p.effort_cost + p.norm_weight
    price = fill(e.motive, EVERYTHING, e.budget, slope, effort)
    protected = p.customer_time * (1.0 - p.time_yields * w.team[e.team].pressure)
    if protected > 0.0 and effort[HANDLE] + effort[GAME] > e.budget - protected:
        protected = min(protected, e.budget)
        fill(e.motive, KPI_WORK, e.budget - protected, slope, effort)
        price = fill(e.motive, CUSTOMER_WORK, protected, slope, effort)
    return price


@rule
def choose_effort(w, i):
    """Moves a share `inertia` of the way from last week's effort to the best response."""
    e = w.emp[i]
    e.budget = w.team[e.team].budget
    target = w.scratch
    e.price = best_response(w, i, target)
    for a in range(A):
        e.effort[a] += w.par.inertia * (target[a] - e.effort[a])
    reflect_intention(w, i)


@inlined
def reflect_intention(w, i):
    """What one would do for the customer on conviction alone, without and with the limits of the day.

    gap = 1 - (care + connect + improve) / intended; split into what time takes and what incentives take.
    """
    e = w.emp[i]
    p = w.par
    k = p.intrinsic * e.conviction / p.effort_cost
    e.intended = k * (p.value_care + p.value_connect + p.value_improve)
    own = k * (p.value_care + p.value_connect + p.value_improve + p.value_help) + p.duty / p.effort_cost
    short = max(0.0, own - e.budget) / 5.0  # five activities give way equally while all stay positive
    e.intended_in_time = max(0.0, e.intended - 3.0 * short)
    acted = e.effort[CARE] + e.effort[CONNECT] + e.effort[IMPROVE]
    e.gap = min(1.0, max(0.0, 1.0 - acted / e.intended)) if e.intended > 1e-9 else 0.0


@rule
def settle_effort(w, i):
    """What the week's effort means for every case of employee i, worked out once."""
    e = w.emp[i]
    t = w.team[e.team]
    p = w.par
    handle = max(e.effort[HANDLE], LEAST_HANDLE)
    e.newness = t.newness
    speed = NEW_SPEED + (1.0 - NEW_SPEED) * min(1.0, e.tenure / NEW_WEEKS)
    speed = 1.0 - (1.0 - speed) * e.newness
    on_cases = e.effort[HANDLE] + e.effort[GAME]
    e.slot_hours = HOURS_PER_DAY * t.capacity * p.paid_hours * on_cases * speed / SLOTS
    if p.onboarding > 0.0 and e.tenure < ONBOARDING_WEEKS:
        e.slot_hours *= 1.0 - p.onboarding / (ONBOARDING_WEEKS * HOURS_PER_WEEK)
    e.p_polish = e.effort[GAME] / on_cases if on_cases > 0.0 else 0.0
    care = e.effort[CARE] / handle
    e.p_defect = p.defect_rate * exp(-p.care_effect * care) * (1.0 - p.rules_prevent * p.strictness)
    e.warmth = 1.0 - exp(-p.care_seen * care) * (1.0 - t.touch)
    e.p_lose = min(1.0, loss_chance(w, e.effort[CONNECT], handle))
    e.p_spot = p.discretion * (1.0 - e.fear * p.strictness)
    e.p_wrong = p.judgement_error * (0.5 + 0.5 * exp(-e.tenure / JUDGEMENT_WEEKS)) * (1.0 - p.guidance)
    customer = customer_pay(w, i)
    pay = customer + t.pay_own
    e.shown = e.conviction * (1.0 - e.gap)
    e.begging = e.effort[GAME] * customer / pay if pay > 0.0 else 0.0


@inlined
def loss_chance(w, connect, handle):
    """l0 e^(-kh (1 + plat A)(e_connect + e_k0) / e_handle), l0 = context_loss e^(kh e_k0 / .72), between strangers."""
    p = w.par
    reach = p.connect_effect * (1.0 + p.platform * w.adoption) * (connect + p.routine_notes) / handle
    return p.context_loss * exp(p.connect_effect * p.routine_notes / REFERENCE_HANDLE - reach)


@rule
def set_example(w):
    """The leaders' example: what somebody of full conviction would do in a day of .9, without performance pay."""
    p = w.par
    m = w.week_row  # scratch
    m[HANDLE] = p.duty
    m[CARE] = p.intrinsic * p.value_care
    m[CONNECT] = p.intrinsic * p.value_connect
    m[IMPROVE] = p.intrinsic * p.value_improve
    m[GAME] = 0.0
    m[HELP] = p.intrinsic * p.value_help
    fill(m, EVERYTHING, EXAMPLE_DAY, p.effort_cost, w.example)
