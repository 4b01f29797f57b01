"""The weekly figures the DataCollector keeps: the engine's measures, worked out as a Mesa user would."""

from functools import partial

from silosim.experiments.benchmark.plain_mesa.team import CARE, CONNECT, GAME, HANDLE, HELP, IMPROVE
from silosim.model.measures import MEASURES

# What is counted in a week
COUNTS = (
    "arrived", "solved", "gave_up", "withdrawn", "first_right", "contacts", "failures", "grade", "seven",
    "seven_half", "eight", "nine", "effort", "lead_time", "answers", "score", "promoters", "detractors",
    "lost_cases", "case_handoffs", "stages", "timely", "polished", "wrong", "handoffs", "lost", "across",
    "lost_across", "lost_reference", "received", "intact", "bounces", "leavers", "offered", "worked", "appraised",
    "attained", "closures", "first", "green", "bonuses", "churned", "received_across", "intact_across",
)
COLLECTED = {name: name for name in ("conviction", "fear", "belief", "price", "gap", "tenure")}  # of every employee
WEEKS_PER_YEAR = 52.0


def week_figures(model):
    """Every figure of the week that ends, by name."""
    return {**of_customers(model), **of_dashboard(model), **of_handoffs(model), **of_time(model), **of_people(model),
            **of_fairness(model)}


def ratio(top, bottom):
    """None where there is nothing to divide by."""
    return top / bottom if bottom else None


def on_scale(good, received):
    """What was received in one piece, as a grade from 1 to 10."""
    return 1.0 + 9.0 * good / received if received else None


def of_customers(model):
    """What customers lived through, over the cases that ended."""
    count = model.count
    ended = count.solved + count.gave_up + count.withdrawn
    shares = {"grade": count.grade, "share_nine": count.nine, "share_seven": count.seven, "share_eight": count.eight,
              "share_seven_half": count.seven_half, "effort_score": count.effort, "lead_time": count.lead_time,
              "contacts": count.contacts, "first_time_right": count.first_right, "withdrawn": count.withdrawn,
              "unsolved": count.gave_up + count.withdrawn, "handoffs": count.case_handoffs}
    return {
        **{name: ratio(value, ended) for name, value in shares.items()},
        "arrived": count.arrived, "ended": ended, "stages": count.stages, "leavers": count.leavers,
        "nps": ratio(100.0 * (count.promoters - count.detractors), count.answers),
        "survey_score": ratio(count.score, count.answers),
        "churn": WEEKS_PER_YEAR * count.churned / len(model.customers), "customer_base": 1.0,
        "failure_demand": ratio(count.failures, count.arrived + count.failures),
        "silo_cases": ratio(count.lost_cases, count.solved),
    }


def of_dashboard(model):
    """What managers see, and what it costs."""
    count, par, heads = model.count, model.par, model.spec.headcount
    hours = sum(team.paid for team in model.team_list)
    ended = count.solved + count.gave_up + count.withdrawn
    green = ratio(count.green, count.appraised)
    marks = {"watermelon_seven": count.seven, "watermelon": count.seven_half, "watermelon_eight": count.eight,
             "watermelon_nine": count.nine}
    extra = count.bonuses + par.hire_money * count.leavers + par.error_money * count.wrong
    extra += heads * par.culture * par.culture_money / WEEKS_PER_YEAR
    return {
        "share_green": green, "attainment": ratio(count.attained, count.appraised),
        "attainment_closures": ratio(count.closures, count.appraised),
        "attainment_first": ratio(count.first, count.appraised),
        "within_norm": ratio(count.timely, count.stages), "closures_per_hour": ratio(count.stages, hours),
        **{name: green - ratio(n, ended) if green is not None and ended else None for name, n in marks.items()},
        "cost_total": hours * par.wage + extra, "cost_extra": extra,
        "cost_per_solved": ratio(hours * par.wage + extra, count.solved),
    }


def of_handoffs(model):
    """What is lost between people and between teams."""
    count = model.count
    return {
        "silo_index": ratio(count.lost_across, count.lost_reference),
        "context_lost": ratio(count.lost, count.handoffs), "lost_across": ratio(count.lost_across, count.across),
        "bounced": ratio(count.bounces, count.received), "gaming": ratio(count.polished, count.stages),
        "internal_grade": on_scale(count.intact, count.received),
        "internal_grade_across": on_scale(count.intact_across, count.received_across),
    }


def of_time(model):
    """What the day goes to."""
    people, teams, n = model.employees, model.team_list, model.spec.headcount
    efforts = [e.effort for e in people]
    day = {"day_handle": HANDLE, "day_care": CARE, "day_connect": CONNECT, "day_improve": IMPROVE, "day_game": GAME,
           "day_help": HELP}
    return {
        **{name: sum(effort[a] for effort in efforts) / n for name, a in day.items()},
        "utilisation": ratio(model.count.worked, model.count.offered),
        "backlog": sum(team.backlog for team in teams) / len(teams),
        "pressure": sum(team.pressure for team in teams) / len(teams),
        "capacity": sum(team.capacity for team in teams) / len(teams),
        "shadow_price": sum(e.price for e in people) / n,
        "coordination": sum((1.0 - team.budget()) * len(team.members) for team in teams) / n,
    }


def of_people(model):
    """What people think, feel and do about it."""
    people, par, n = list(model.employees), model.par, model.spec.headcount
    acted = sum(e.effort[CARE] + e.effort[CONNECT] + e.effort[IMPROVE] for e in people)
    intended, in_time = sum(e.intended for e in people), sum(e.in_time for e in people)
    connect = sum(par.intrinsic * e.conviction * par.value_connect / par.effort_cost for e in people)
    views = [e.conviction * (1.0 - (1.0 - par.perception_mix) * e.gap) for e in people]
    return {
        "conviction": sum(e.conviction for e in people) / n, "fear": sum(e.fear for e in people) / n,
        "gaming_belief_held": sum(e.belief for e in people) / n, "strain": sum(strain(e) for e in people) / n,
        "value_action_gap": ratio(intended - acted, intended), "gap_from_time": ratio(intended - in_time, intended),
        "gap_from_incentives": ratio(in_time - acted, intended),
        "boundary_help": ratio(sum(e.effort[CONNECT] for e in people), connect),
        "perception_gap": sum(view - e.seen for view, e in zip(views, people, strict=True)) / n,
        "more_than_colleagues": sum(view > e.seen for view, e in zip(views, people, strict=True)) / n,
        "turnover": WEEKS_PER_YEAR * model.count.leavers / n, "platform_adoption": 0.0,
        "board_focus": None, "manager_focus": None, **of_teams(model),
    }


def strain(employee):
    """Pressure, acting against oneself and lack of time."""
    against_oneself = employee.gap * employee.conviction
    return (employee.team.pressure + against_oneself + min(1.0, employee.price / 2.0)) / 3.0


def of_fairness(model):
    """How unevenly strain and variable pay fall, at the end of a quarter."""
    if not model.quarter_ends():
        return {"variable_pay": 0.0, "pay_gini": None, "strain_gini": None}
    people = list(model.employees)
    drawn = [e.drawn for e in people]
    return {"variable_pay": WEEKS_PER_YEAR * sum(drawn) / len(people), "pay_gini": gini(drawn),
            "strain_gini": gini([e.strained for e in people])}


def gini(values):
    """Mean difference between two people, as a share of twice the mean; None where nobody has anything."""
    n = len(values)
    return ratio(sum((2 * k - n + 1) * x for k, x in enumerate(sorted(values))) / n, sum(values))


def of_teams(model):
    """How well teams master their stages and know each other."""
    levels = {team: [] for team in model.team_list}
    for journey in model.journeys:
        for stage in journey.stages:
            levels[stage.team].append(stage.capability)
    teams, familiar = len(levels), model.familiar
    outside = sum(familiar[a][b] for a in range(teams) for b in range(teams) if a != b) / max(1, teams - 1)
    return {
        "capability": sum(sum(known) / len(known) for known in levels.values()) / teams,
        "familiarity": outside / teams if teams > 1 else familiar[0][0],
    }


def _of_the_week(model, name):
    return model.figures[name]


REPORTERS = {name: partial(_of_the_week, name=name) for name in ("arrived", "ended", "stages", "leavers", *MEASURES)}
