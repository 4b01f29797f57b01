"""Motives: what each activity is worth to an employee this week."""

from silosim.model.jit import inlined, rule
from silosim.model.layout import CARE, CONNECT, GAME, HANDLE, HELP, IMPROVE, A
from silosim.model.rules.governance import customer_pay
from silosim.model.rules.kpi import add_sight
from silosim.model.rules.leadership import example_weight
from silosim.model.rules.pay import CONTEXT_LOST, alignment
from silosim.model.rules.work import audit_chance


@rule
def weigh_motives(w, i):
    """Marginal worth of each activity, before the cost of effort (k = ktheta theta):

    handle   a (duty + pay) + kp P
    care     k vC
    connect  k vK - opposed goals x pay + O - F
    improve  k vI + .5 O
    game     (a pay + kp P) ghat - (k + bC) vG - detection + begging
    help     k vH + team pay - rivalry
    all      + customer pay x measured pay vector + customer driver + what an end-to-end KPI sees + w nu (the norm)
    """
    e = w.emp[i]
    t = w.team[e.team]
    p = w.par
    m = e.motive
    k = p.intrinsic * e.conviction
    pay = t.pay_own + t.pay_team
    push = p.pressure_weight * t.pressure
    okr = t.pay_okr + t.sponsor * e.ambition
    customer = customer_pay(w, i)
    m[HANDLE] = t.availability * (p.duty + pay) + push
    m[CARE] = k * p.value_care
    m[CONNECT] = k * p.value_connect - max(0.0, -alignment(w, e.team)) * pay - p.fear_weight * p.strictness * e.fear
    m[IMPROVE] = k * p.value_improve
    m[GAME] = (t.availability * pay + push) * e.belief - (k + customer) * p.value_honest - detection(w, i)
    m[HELP] = k * p.value_help + t.pay_team - t.rivalry
    if t.end_to_end > 0.0:
        add_sight(w, i, m, pay)
    if t.pay_driver > 0.0:
        add_driver(w, i)
    if okr > 0.0:
        add_okr(w, m, okr)
    if customer > 0.0:
        add_customer_pay(w, i, customer)
    leaders = example_weight(w, e.team)
    for a in range(A):
        m[a] += p.norm_weight * norm(w, e.team, a, leaders)


@inlined
def detection(w, i):
    """What gaming risks: the chance of being found, felt more by those who fear."""
    return audit_chance(w) * (1.0 + w.emp[i].fear)


@rule
def add_okr(w, m, okr):
    """A key result on context lost pays connecting, and improving by half; one on lead time pays its measured
    vector."""
    if w.par.okr_result == CONTEXT_LOST:
        m[CONNECT] += okr
        m[IMPROVE] += 0.5 * okr
    else:
        for a in range(A):
            m[a] += okr * w.okr_vector[a]


@rule
def add_customer_pay(w, i, customer):
    """A pooled measure pays each activity what perturbing the organisation showed it to pay, perceived with noise.

    What connecting earns shrinks with the loss it can still prevent. Part of polishing goes to the survey: begging.
    """
    e = w.emp[i]
    m = e.motive
    for a in range(A):
        worth = w.pay_vector[e.team, a]
        if a == CONNECT and w.loss_start > 0.0:
            worth *= w.loss_rate / w.loss_start
        m[a] += customer * worth * e.perceive[a]
    m[GAME] += customer * w.par.begging * e.belief


@rule
def add_driver(w, i):
    """An agreed customer driver pays care, connecting and improving, in the proportions in which they were measured
    to serve customers. Part of the appraisal can be had by show, for who believes that it pays.
    """
    e = w.emp[i]
    pay = w.team[e.team].pay_driver
    m = e.motive
    left = w.loss_rate / w.loss_start if w.loss_start > 0.0 else 1.0
    m[CARE] += pay * max(0.0, w.driver_vector[CARE]) * e.perceive[CARE]
    m[CONNECT] += pay * max(0.0, w.driver_vector[CONNECT]) * left * e.perceive[CONNECT]
    m[IMPROVE] += pay * max(0.0, w.driver_vector[IMPROVE]) * e.perceive[IMPROVE]
    m[GAME] += pay * w.par.driver_show * e.belief


@inlined
def norm(w, team, a, leaders):
    """nu = (1 - l) team mean + l leaders' example (DeGroot 1974)."""
    return (1.0 - leaders) * w.team[team].norm[a] + leaders * w.example[a]
