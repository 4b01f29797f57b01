"""Pay: what each activity earns in the eyes of a team, from the reward scheme of the week."""

import math

from silosim.model.jit import rule
from silosim.model.maths import log, logistic, power
from silosim.model.rules.gestures import gesture_time
from silosim.model.rules.governance import time_for_governance
from silosim.model.rules.kpi import set_sight
from silosim.model.rules.leadership import appraisal, sponsoring, target_pull
from silosim.model.rules.term import set_term

ADDED, INSTEAD, CUT_ONLY = 0.0, 1.0, 2.0
TEAM_SCOPE, JOURNEY_SCOPE = 0.0, 1.0
CONTEXT_LOST = 0.0
SCORE_SPREAD = 0.25  # typical spread of a team's quarterly score: what pay on it can hope to move
SCORE_DEVIATION = 1.6  # spread of single answers


@rule
def set_pay(w, team):
    """bI = out (1 - wT) (1 - wR) + rank pay, bT = out wT n^-psi (1 + m/sqrt n), bC M^-psi discounted for risk; out as
    the mode says.

    The customer part is 'added' to output pay, paid 'instead' of it, or output pay is 'cut_only'.
    Targets that follow results make people hold back (the ratchet effect, Weitzman 1980; check). Managers make the
    KPI count more or less, as far as appraisal is theirs to judge.
    """
    t = w.team[team]
    p = w.par
    output = output_pot(w) * (1.0 - p.hold_back * target_pull(w, team)) * appraisal(w, team)
    customer = customer_pot(w)
    n = float(max(t.size, 1))
    t.pay_own = output * (1.0 - p.team_share)
    t.pay_team = output * p.team_share * power(n, -p.dilution) * (1.0 + p.peer_effect / math.sqrt(n))
    t.pay_customer = customer * power(people_in_scope(w, team), -p.dilution) * certainty(w, team)
    t.pay_journey = journey_pay(w, team)
    set_rank_pay(w, team)
    set_driver_pay(w, team)
    set_sight(w, team)
    set_term(w, team)
    set_okr(w, team)
    set_budget(w, team)


@rule
def output_pot(w):
    """Performance pay on output: cut by the weight of customer measure and driver, unless these are added."""
    p = w.par
    cut = 0.0 if p.customer_pay_mode == ADDED else min(1.0, p.customer_weight + p.driver_weight)
    return p.bonus * p.output_share * (1.0 - cut)


@rule
def rank_pot(w):
    """The prize for who comes first in the team: the part wR of individual output pay."""
    p = w.par
    return output_pot(w) * (1.0 - p.team_share) * p.rank_share


@rule
def set_rank_pay(w, team):
    """A unit more of one's own result is worth r = (prize / luck) x slope of winning among n (Lazear & Rosen 1981;
    check); a unit given to team-mates, spread over n - 1 rivals, costs rho r / (n - 1).

    Relative pay knows no target, so nobody holds back for it; and a ranking leaves managers nothing to judge.
    """
    t = w.team[team]
    p = w.par
    t.pay_rank = 0.0
    t.rivalry = 0.0
    if p.rank_share > 0.0:
        t.pay_rank = rank_pot(w) * t.winning / p.rank_luck
        t.rivalry = p.rank_rivalry * t.pay_rank / max(t.size - 1, 1)
        t.pay_own = t.pay_own * (1.0 - p.rank_share) + t.pay_rank


@rule
def driver_pot(w):
    """Performance pay on a customer driver agreed with one's manager; none when output pay is only cut."""
    p = w.par
    return 0.0 if p.customer_pay_mode == CUT_ONLY else p.bonus * p.driver_weight


@rule
def set_driver_pay(w, team):
    """Attributed to one person, so not diluted; but a manager who judges with reliability R leans on it as far as that
    goes: pot R / (1 + r pot (1 - R)), slope R and what is left of the noise as risk."""
    t = w.team[team]
    p = w.par
    pot = driver_pot(w)
    t.pay_driver = 0.0
    if pot > 0.0:
        t.pay_driver = pot * p.judgement_reliability / (1.0 + p.risk_aversion * pot * (1.0 - p.judgement_reliability))


@rule
def expected_pay(w, team):
    """What people count on: output and customer part times attainment, an average appraisal, 1/n of the prize."""
    t = w.team[team]
    prize = rank_pot(w)
    return (output_pot(w) - prize + customer_pot(w)) * t.attained + driver_pot(w) + prize / max(t.size, 1)


@rule
def customer_pot(w):
    """Performance pay on the customer measure; none when output pay is only cut."""
    p = w.par
    return 0.0 if p.customer_pay_mode == CUT_ONLY else p.bonus * p.customer_weight


@rule
def people_in_scope(w, team):
    """M: over how many people the customer measure is pooled."""
    scope = w.par.customer_scope
    if scope == TEAM_SCOPE:
        return float(max(w.team[team].size, 1))
    if scope == JOURNEY_SCOPE:
        return people_on_journeys(w, team)
    return float(w.employees)


@rule
def people_on_journeys(w, team):
    """Mean number of people on the journeys this team works on."""
    total = 0.0
    count = 0
    for j in range(w.journeys):
        for s in range(w.journey[j].stages):
            if w.journey[j].team[s] == team:
                total += w.journey[j].people
                count += 1
                break
    return max(total / count, 1.0) if count > 0 else float(w.employees)


@rule
def certainty(w, team):
    """Risk: 1 / (1 + r b SE^2 / sd_q^2), SE the survey's error at n answers last quarter."""
    p = w.par
    return discount(w, p.customer_weight, w.team[team].answers_last if p.customer_scope == TEAM_SCOPE else w.answers)


@rule
def discount(w, weight, answers):
    """What risk leaves of pay with this weight on a survey with so many answers."""
    p = w.par
    error = (SCORE_DEVIATION * SCORE_DEVIATION + p.survey_noise * p.survey_noise) / max(answers, 1.0)
    return 1.0 / (1.0 + p.risk_aversion * p.bonus * weight * error / (SCORE_SPREAD * SCORE_SPREAD))


@rule
def journey_pay(w, team):
    """b w_process M^-psi discounted for risk, M the people on the team's journeys: for members of process teams."""
    p = w.par
    if p.process_pay <= 0.0 or w.team[team].processes == 0.0:
        return 0.0
    shared = power(people_on_journeys(w, team), -p.dilution)
    return p.bonus * p.process_pay * shared * discount(w, p.process_pay, w.answers)


@rule
def set_okr(w, team):
    """O = okr n^-psi 4 c (1 - c), c the graded credit 1 / (1 + e^((result - target)/sd)); a sponsor's attention
    thins over the people and projects it is spread over: S (people x OKRs)^-chi.

    A hard target far away is dead: no slope, no pull. A sponsor without an OKR sponsors nothing.
    """
    t = w.team[team]
    p = w.par
    t.pay_okr = 0.0
    t.sponsor = 0.0
    if p.okr_count < 1.0:
        return
    credit = okr_credit(w, team)
    sharing = max(1.0, w.employees * min(1.0, p.okr_teams / w.teams))
    t.pay_okr = p.okr * power(sharing, -p.dilution) * 4.0 * credit * (1.0 - credit)
    t.sponsor = p.sponsorship * power(sharing * p.okr_count, -p.sponsor_thinning) * sponsoring(w, team)


@rule
def okr_credit(w, team):
    """Share of the key result that counts as reached, from last quarter's figures of the team's interface."""
    t = w.team[team]
    p = w.par
    result = t.loss_last
    if p.okr_result != CONTEXT_LOST:
        result = t.lead_last / w.lead_start if w.lead_start > 0.0 else 1.0  # 1: no norm yet, today is the norm
    return logistic((p.okr_target - result) / p.okr_slope)


@rule
def work_in_progress(w):
    """Parallel initiatives per person, shared OKRs included."""
    return w.par.work_in_progress + w.par.okr_wip * w.par.okr_count


@rule
def alignment(w, team):
    """How goals lie: opposed ones as far as they have not been worn down by being discussed, -r = alignment (1 - q)."""
    goals = w.par.goal_alignment
    return goals * (1.0 - w.team[team].discussed) if goals < 0.0 else goals


@rule
def time_for_talks(w):
    """Share of the day for the customer flag, for indicators beyond the first, and for appraisals with a driver."""
    p = w.par
    talks = p.customer_flag * p.flag_hours + (p.kpi_count - 1.0) * p.kpi_hours
    return talks + p.appraisal_hours if p.driver_weight > 0.0 else talks


@rule
def set_budget(w, team):
    """B = 1 - omega ln n - sw (wip - 1) - time for platform, programmes, talks, governance and gestures, never below 0.
    """
    p = w.par
    t = w.team[team]
    n = float(max(t.size, 1))
    lost = p.coordination * log(n) + p.switching * max(0.0, work_in_progress(w) - 1.0)
    programmes = p.culture * p.culture_hours + p.platform * (p.platform_hours + p.platform_training * w.adopting)
    change = time_for_governance(w, team) + gesture_time(w, team)
    t.budget = max(0.0, 1.0 - lost - (programmes + time_for_talks(w)) - change)
