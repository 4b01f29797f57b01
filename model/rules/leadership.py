"""Managers, layer by layer: each divides the week between customers and numbers, by motives of its own.

Layer 1 are the team managers, layer L (`management_layers`) the board. Rows of `w.manager`: the layers above the
teams, one row each, the board first; then a row per team. A manager looks one layer up, at what was done there last
week. So what the board wants travels down a layer a week, as far as the motives of every layer let it; no parameter
says how far. What a manager does to the levers is the balance of the two: one who gives both the same, or is not
there, carries them out as they are set.
"""

from silosim.model.chance import MANAGER, normal, uniform
from silosim.model.jit import rule
from silosim.model.layout import HOURS_PER_WEEK, LEADERS, WEEKS_PER_QUARTER
from silosim.model.maths import clip, power

BOARD = 0
TEAM_MEASURE = 0.0  # customer_scope: each manager is judged on the own unit
EVEN = 0.5  # of the week for customers, half for numbers


@rule
def managers_steer(w):
    """The layers choose, from the bottom up, so that everybody responds to last week's superior; then people feel
    what their manager passes on: P = min(1, (1 + z - x) U).
    """
    pressure = 0.0
    short = 0.0
    for team in range(w.teams):
        t = w.team[team]
        pressure += t.pressure / w.teams
        short += shortfall(t.attained) / w.teams
        felt = steer(w, LEADERS + team, 1.0 - (1.0 - t.pressure) * (1.0 - shortfall(t.attained)))
        t.pressure = min(1.0, pressing(w, LEADERS + team) * felt)
    for row in range(int(w.par.management_layers) - 2, -1, -1):
        steer(w, row, 1.0 - (1.0 - pressure) * (1.0 - short))


@rule
def shortfall(attained):
    """How far a team stayed below its target last quarter."""
    return clip(1.0 - attained, 0.0, 1.0)


@rule
def pressing(w, row):
    """1 + z - x: how hard a manager presses for numbers, from 0 to 2; 1 carries out what is set."""
    return 1.0 + w.manager[row].numbers - w.manager[row].customer


@rule
def serving(w, row):
    """1 + x - z: how much a manager does for customers of what is set, from 0 to 2; 1 carries it out."""
    return 1.0 + w.manager[row].customer - w.manager[row].numbers


@rule
def superior(w, row):
    """The row one layer up, or -1 for the highest layer there is."""
    return row - 1 if row < LEADERS else int(w.par.management_layers) - 2


@rule
def from_top(w, row):
    """Place of a row's layer, counted from the board: 1, 2, ..., L."""
    return row + 1 if row < LEADERS else int(w.par.management_layers)


@rule
def managers_in_layer(w, place):
    """How many managers a layer has: as many as teams at the bottom, one at the top, in equal ratios in between."""
    layers = w.par.management_layers
    share = 1.0 if layers < 2.0 else (place - 1.0) / (layers - 1.0)
    return power(float(w.teams), share)


@rule
def steer(w, row, trouble):
    """A manager's week; returns the pressure U the manager is under, from above (D) and from the own unit.

    max over x, z >= 0, x + z <= room:  y_x x + y_z z - c/2 (x^2 + z^2) - w/2 ((x - x_above)^2 + (z - z_above)^2)
    y_x = ktheta theta (vC + vK + vI) + bC sight      y_z = duty + b (1 - wC) + kp U
    D = min(1, (1 + z_above - x_above) D_above), for the highest layer what the owners ask
    U = 1 - (1 - D)(1 - trouble)
    Nobody is above the highest layer: its own habit takes the place of an example.
    """
    m = w.manager[row]
    p = w.par
    up = superior(w, row)
    above = w.manager[max(up, 0)] if up >= 0 else m
    m.demand = min(1.0, pressing(w, up) * above.demand) if up >= 0 else p.owner_pressure
    felt = 1.0 - (1.0 - m.demand) * (1.0 - trouble)
    meet_customers(w, row)
    worth = p.intrinsic * (p.value_care + p.value_connect + p.value_improve)
    believe(w, row, worth, above.conviction)
    customer = worth * m.conviction + customer_pay(w, row) * m.sight
    numbers = p.duty + p.manager_bonus * (1.0 - p.manager_customer_weight) + p.pressure_weight * felt
    slope = p.effort_cost + p.norm_weight
    room = 1.0 - contact_time(w, from_top(w, row))
    x, z = divide(
        customer + p.norm_weight * above.customer, numbers + p.norm_weight * above.numbers, room, slope
    )
    m.customer += p.inertia * (x - m.customer)
    m.numbers += p.inertia * (z - m.numbers)
    return felt


@rule
def divide(customer, numbers, room, slope):
    """x = max(0, (y_x - mu)/slope), z = max(0, (y_z - mu)/slope), mu >= 0 such that x + z <= room."""
    x = max(0.0, customer / slope)
    z = max(0.0, numbers / slope)
    if x + z > room:
        x = clip(0.5 * (room + (customer - numbers) / slope), 0.0, room)
        z = room - x
    return x, z


@rule
def customer_pay(w, row):
    """bC = b wC (1 / managers in the layer)^psi; undiluted where everyone is judged on the own unit."""
    p = w.par
    pay = p.manager_bonus * p.manager_customer_weight
    if p.customer_scope == TEAM_MEASURE:
        return pay
    return pay * power(managers_in_layer(w, from_top(w, row)), -p.dilution)


@rule
def takes_part(w, place):
    """Whether this layer, counted from the top, meets customers at all."""
    return w.par.leader_contact > 0.0 and place <= w.par.leader_contact_layers


@rule
def contact_time(w, place):
    """Share of the week that meeting customers takes, spread over the interval."""
    if not takes_part(w, place):
        return 0.0
    return min(1.0, w.par.leader_contact_hours / (w.par.leader_contact * HOURS_PER_WEEK))


@rule
def meet_customers(w, row):
    """What a manager sees of customers: sight = v^l + (1 - v^l) met, v = vis + (1 - vis) plat A.

    Each layer up sees a share v of what the layer below sees. Every `leader_contact` weeks met rises to the depth of
    the contact; it fades by `leader_contact_fade` a week.
    """
    m = w.manager[row]
    p = w.par
    place = from_top(w, row)
    m.met *= 1.0 - p.leader_contact_fade
    if takes_part(w, place) and w.week % int(p.leader_contact) == 0:
        m.met = max(m.met, p.leader_contact_depth)
    reach = p.impact_sight + (1.0 - p.impact_sight) * p.platform * w.adoption
    hearsay = power(reach, p.management_layers + 1.0 - place) if reach > 0.0 else 0.0
    m.sight = hearsay + (1.0 - hearsay) * m.met


@rule
def believe(w, row, worth, example):
    """Conviction moves as everybody's does (reflect), with the superior in the place of the team:

    theta += eta_0 (trait - theta) + eta_s (theta_above - theta) + eta_v sight imp (1 - theta) - eta_f gap theta
             + culture;  imp = clip((word of mouth - 5)/4, 0, 1), gap = 1 - x / (what conviction alone would give)
    """
    m = w.manager[row]
    p = w.par
    theta = m.conviction
    intended = worth * theta / p.effort_cost
    gap = clip(1.0 - m.customer / intended, 0.0, 1.0) if intended > 1e-9 else 0.0
    impact = m.sight * clip((w.reputation - 5.0) / 4.0, 0.0, 1.0)
    change = p.trait_pull * (m.trait - theta) + p.social_pull * (example - theta)
    change += p.impact_gain * impact * (1.0 - theta) - p.gap_loss * gap * theta
    change += p.culture_push * p.culture * (1.0 - theta)
    m.conviction = clip(theta + change, 0.0, 1.0)


@rule
def in_charge(w, team):
    """The row that decides on a team's targets and capacity: its manager's superior (the manager, where there is
    none)."""
    up = superior(w, LEADERS + team)
    return up if up >= 0 else LEADERS + team


@rule
def drive(w, team):
    """1 + z - x of who is in charge: how hard the optimisation drive (targets, cuts) is carried
    through; 1 without managers."""
    if w.par.management_layers < 1.0:
        return 1.0
    return pressing(w, in_charge(w, team))


@rule
def generosity(w, team):
    """1 + x - z of who is in charge: how readily capacity is given back under pressure; 1 without
    managers."""
    if w.par.management_layers < 1.0:
        return 1.0
    return serving(w, in_charge(w, team))


@rule
def target_pull(w, team):
    """The share of a good result that becomes next quarter's target, as this team has learned to expect it."""
    return min(1.0, w.par.target_ratchet * drive(w, team))


@rule
def appraisal(w, team):
    """1 + room (z - x): how strictly the team manager makes the KPI count in pay, as far as the scheme leaves that to
    judgement."""
    if w.par.management_layers < 1.0:
        return 1.0
    return 1.0 + w.par.appraisal_room * (pressing(w, LEADERS + team) - 1.0)


@rule
def example_weight(w, team):
    """l (1 + x - z), at most 1: people look to the manager they meet, who shows the example or does not."""
    if w.par.management_layers < 1.0:
        return w.par.leader_example
    return min(1.0, w.par.leader_example * serving(w, LEADERS + team))


@rule
def sponsoring(w, team):
    """1 + x - z of the board (of the team manager, where that is the highest layer): what a sponsor does of what was
    promised."""
    layers = w.par.management_layers
    if layers < 1.0:
        return 1.0
    return serving(w, BOARD if layers >= 2.0 else LEADERS + team)


@rule
def board_focus(w):
    """Share of the week the highest layer gives to customers."""
    if w.par.management_layers >= 2.0:
        return w.manager[BOARD].customer
    total = 0.0
    for team in range(w.teams):
        total += w.manager[LEADERS + team].customer
    return total / w.teams


@rule
def leaders_cost(w):
    """EUR this week: managers' bonus at target, and the hours of those who meet customers."""
    p = w.par
    total = 0.0
    for place in range(1, int(p.management_layers) + 1):
        each = p.manager_bonus * p.bonus_money / WEEKS_PER_QUARTER
        each += contact_time(w, place) * HOURS_PER_WEEK * p.wage
        total += each * managers_in_layer(w, place)
    return total


@rule
def found_managers(w):
    """The first of every layer, even-handed in the first week."""
    appoint_board(w)
    appoint_managers(w)
    for row in range(w.manager.shape[0]):
        w.manager[row].customer = EVEN
        w.manager[row].numbers = EVEN


@rule
def appoint_board(w):
    """New people at the top, with the conviction in `board_conviction`."""
    appoint(w, BOARD, w.par.board_conviction)


@rule
def appoint_managers(w):
    """New managers in every layer below the board: trait ~ N(manager_conviction, th_sd) of team managers, the mean in
    the layers between."""
    p = w.par
    for row in range(BOARD + 1, LEADERS):
        appoint(w, row, p.manager_conviction)
    for row in range(LEADERS, w.manager.shape[0]):
        z = normal(uniform(w.key, MANAGER, row, int(w.manager[row].appointed)))
        appoint(w, row, clip(p.manager_conviction + p.conviction_spread * z, 0.0, 1.0))


@rule
def appoint(w, row, trait):
    """A new manager: who one is and believes; the habits are those of the place, and no customer was met yet."""
    m = w.manager[row]
    m.trait = trait
    m.conviction = trait
    m.met = 0.0
    m.appointed += 1.0
