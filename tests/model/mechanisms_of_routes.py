"""Directions of knowing where a case goes, of a term that the KPI pays for, and of stopping its clock."""

from mechanisms import after, counted, dotted, less, measured, more, paid, person, state, team

DOUBT = {"routing_doubt": 2.0, "context_loss": 0.0}  # so that only what went astray is sent back
STILL = {"routing_doubt": 1.0, **dict.fromkeys(("routing_learning", "routing_sharing", "routing_forgetting"), 0.0)}
TERM = {"kpi": "within_norm", "term_days": 2, "load": 0.85}
UNWATCHED = {**TERM, "hold_days": 4.0}
CLOCK = {**UNWATCHED, "audit": 0.05}
OPPOSED = {**DOUBT, "routing_hours": 1.0, "bonus": 1.5, "team.pay_own": 1.5}


def days_on_hold(sim):
    """Of all cases in the table, those that ended and whose row is free included."""
    return float(sim.record["case"]["held"][: int(sim.record["high"])].sum())


held = after(13, days_on_hold)

ROUTES = {
    "knowing where a case goes": [
        *more("routing_doubt", 0.0, 3.0, counted("across"), counted("bounces"), measured("lead_time"),
              context_loss=0.0),
        *less("routing_spread", 0.0, 2.0, counted("across"), **DOUBT),
        *more("routing_hours", 0.0, 2.0, counted("hours_worked"), **DOUBT),
        *more("routing_learning", 0.0, 0.5, state("knows", 13), routing_doubt=1.0),
        *more("routing_sharing", 0.0, 0.2, state("knows", 13), routing_doubt=1.0),
        *less("routing_forgetting", 0.0, 0.2, state("knows", 13), routing_doubt=1.0),
        *less("quit_rate", 0.0, 0.05, state("knows", 26), **STILL),
        *more("mapping_boundaries", 0, 2, state("knows", 26), routing_doubt=1.0, mapping_hours=0.05,
              familiarity_gain=0.035),
        *less("world.knows", 0.0, 0.9, counted("across"), counted("bounces"), measured("contacts"), **STILL),
        *less("world.adoption", 0.0, 0.9, counted("across"), platform=1.0, **DOUBT),
        *less("person.conviction", 0.1, 0.9, counted("bounces"), **OPPOSED),
        *less("goal_alignment", -1.0, 1.0, counted("bounces"), **OPPOSED, **dotted(person__conviction=0.4)),
    ],
    "the term": [
        *more("term_days", 1, 10, measured("attainment"), person("points", 5), kpi="within_norm"),
        *more("bonus", 0.2, 1.0, paid("pay_term"), kpi="within_norm", term_days=5),
        *more("order_choice", 0.0, 5.0, measured("attainment"), **TERM),
    ],
    "stopping the clock": [
        *more("hold_days", 0.0, 6.0, held, measured("lead_time", 26), measured("contacts", 26), **TERM),
        *more("hold_norm", 0.0, 1.0, held, **CLOCK, **dotted(team__holding=1.0)),
        *less("hold_norm", 0.0, 1.0, held, **CLOCK, **dotted(team__holding=0.0)),
        *more("team.holding", 0.0, 1.0, held, **CLOCK),
        *more("inertia", 0.0, 0.5, team("holding", 8), **{**CLOCK, "hold_norm": 0.0}),
        *less("audit", 0.0, 0.8, held, **UNWATCHED),
        *more("audit", 0.0, 0.3, counted("sanctions"), **UNWATCHED, strictness=0.0, sanction=1.0,
              **dotted(effort__game=0.0)),
        *less("person.conviction", 0.2, 0.9, held, **CLOCK),
        *more("person.belief", 0.2, 1.2, held, **CLOCK),
    ],
}
