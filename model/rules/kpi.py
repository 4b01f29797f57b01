"""What the output KPI sees after a closure: failures that come back and stories that get lost, and how that pays.

Without it (`kpi_sight` 0) the KPI sees output only. With it the KPI runs end to end: a closure that comes back does
not count, and a lost story costs the sender the work it causes.
"""

from silosim.model.jit import rule
from silosim.model.layout import CARE, CONNECT, GAME, HANDLE, LEAST_HANDLE, F
from silosim.model.maths import exp, power


@rule
def set_sight(w, team):
    """How much end-to-end results weigh in output pay, as people feel it: x q K^-f / (1 + r b x noise^2 / K).

    x the KPI's sight, q the share of returns traced to their cause. K indicators instead of one average their noise
    out, but attention thins over them.
    """
    t = w.team[team]
    p = w.par
    t.end_to_end = 0.0
    if p.kpi_sight <= 0.0:
        return
    risk = p.risk_aversion * p.bonus * p.output_share * p.kpi_sight * p.sight_noise * p.sight_noise / p.kpi_count
    t.end_to_end = p.kpi_sight * p.attribution * power(p.kpi_count, -p.kpi_focus) / (1.0 + risk)
    count_strangers(w, team)


@rule
def count_strangers(w, team):
    """Handoffs to strangers per closure this week: sum of handoffs (1 - fam), as far as anything was closed."""
    t = w.team[team]
    closed = w.sums[team][F.stages]
    if closed > 0.0:
        t.strange = 0.0
        for other in range(w.teams):
            t.strange += w.flow[team, other, 0] * (1.0 - w.familiar[team, other]) / closed


@rule
def add_sight(w, i, m, pay):
    """What an end-to-end KPI adds to the motives of output pay: the slope of h (1 - S (D + L)) in each activity.

    D = own defects, falling with care/h at the rate kc; L = xl x stories lost, falling with connect/h at the rate
    kh (1 + plat A). A cosmetic closure comes back nearly always. But who games also talks failures away, the first
    ones most easily: S = e^(-dodge e_game) of them stick.
    """
    e = w.emp[i]
    t = w.team[e.team]
    p = w.par
    worth = t.availability * pay * t.end_to_end * exp(-p.kpi_dodge * e.effort[GAME])
    handle = max(e.effort[HANDLE], LEAST_HANDLE)
    reach = p.connect_effect * (1.0 + p.platform * w.adoption)
    fails = e.p_defect * (1.0 - t.capability)
    lost = p.repeat_work * e.p_lose * t.strange
    m[CARE] += worth * p.care_effect * fails
    m[CONNECT] += worth * reach * lost
    thinner = p.care_effect * fails * e.effort[CARE] + reach * lost * (e.effort[CONNECT] + p.routine_notes)
    m[HANDLE] -= worth * (fails + lost + thinner / handle)
    talked_away = p.kpi_dodge * (fails + e.p_polish * p.polish_defect + lost)
    m[GAME] += worth * e.belief * (talked_away - p.polish_defect - lost)


@rule
def take_back(w, i, points):
    """Points that an end-to-end KPI takes back from employee i and the team: x points e^(-dodge e_game)."""
    e = w.emp[i]
    p = w.par
    taken = p.kpi_sight * points * exp(-p.kpi_dodge * e.effort[GAME])
    e.points -= taken
    w.team[e.team].taken += taken
