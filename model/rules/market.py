"""The market: customers who are let down may leave for good; demand falls with them and regrows by word of mouth.

Every customer has a place. A place is vacant from the day its customer leaves until somebody new takes it; meanwhile
the questions that would have come from it do not come. All other questions stay exactly as they were.
"""

from silosim.model.chance import ACQUIRE, CHURN, CUSTOMER, CUSTOMER_TRAIT, VACANT, case_uniform, normal, uniform
from silosim.model.jit import inlined, rule
from silosim.model.layout import F
from silosim.model.maths import exp

AVERAGE_GRADE = 7.0


@inlined
def places(w):
    """Places for customers, as a multiple of the customers that the file's demand comes from: 1 + f s.

    f = churn_feedback, s = market_slack: those who are not customers today but might be.
    """
    return 1.0 + w.par.churn_feedback * w.par.market_slack


@inlined
def whose(w, key):
    """The customer whose question the candidate with this key is."""
    return int(case_uniform(key, CUSTOMER, 0, 0) * w.customers)


@inlined
def never_comes(w, key):
    """Whether the candidate's customer has left."""
    return w.lapsed > 0.0 and w.gone[whose(w, key)] == 1


@inlined
def let_down(w, k, grade):
    """The customer of the ended case k leaves with probability p = c max(0, (m - g)/(m - 1)), c = churn_risk, m =
    churn_mark: c after a 1, 0 from the mark on.

    The chance itself is counted (less noise than the event). The share f = churn_feedback of who leaves leaves a
    vacant place; the others are replaced at once by somebody alike.
    """
    p = w.par
    if grade < p.churn_mark and (w.lapsed <= 0.0 or w.gone[k.customer] == 0):
        chance = p.churn_risk * (p.churn_mark - grade) / (p.churn_mark - 1.0)
        w.sums[w.org][F.churned] += chance
        if p.churn_feedback > 0.0 and case_uniform(k.key, CHURN, 0, 0) < chance * p.churn_feedback:
            w.gone[k.customer] = 1
            w.lapsed += 1.0


@rule
def win_customers(w):
    """A week of winning customers: a vacant place is taken with probability 1 - e^(-h), h = churn_return
    e^(churn_word (reputation - 7)); the newcomer has a taste of his own and expects what everybody expects at first.
    """
    if w.lapsed <= 0.0:
        return
    p = w.par
    chance = 1.0 - exp(-p.churn_return * exp(p.churn_word * (w.reputation - AVERAGE_GRADE)))
    for c in range(w.customers):
        if w.gone[c] == 1 and uniform(w.key, ACQUIRE, w.week, c) < chance:
            w.gone[c] = 0
            w.earlier[c] += 1
            w.lapsed -= 1.0
            start_customer(w, c)


@rule
def start_customer(w, c):
    """A customer's own trait and first expectation."""
    person = w.customer[c]
    person.trait = customer_trait(w, c)
    person.expectation = w.par.expectation_start
    person.grade = 0.0
    person.cases = 0.0


@rule
def customer_trait(w, c):
    """How easily this customer is pleased: a standard normal trait, by place and how many had it before."""
    return normal(uniform(w.key, CUSTOMER_TRAIT, c, w.earlier[c]))


@rule
def open_market(w):
    """At the founding the share f s / (1 + f s) of all places is vacant, so that demand is what the file says."""
    share = 1.0 - 1.0 / places(w)
    if share <= 0.0:
        return
    for c in range(w.customers):
        if uniform(w.key, VACANT, c, 0) < share:
            w.gone[c] = 1
            w.lapsed += 1.0


@inlined
def count_customers(w):
    """The week's accounts: customers, and customers as a multiple of those that the file's demand comes from."""
    org = w.sums[w.org]
    active = w.customers - w.lapsed
    org[F.customer_weeks] += active
    org[F.base] += places(w) * active / w.customers
