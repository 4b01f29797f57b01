"""What is measured: declarations only (no NumPy, no Numba), so that listing them is instant.

The function that computes a measure has the same name and stands in the file named after its group.
A measure is a function of accumulated sums, so it means the same for a week, a year,
a team or a person; where its denominator is zero it is undefined (NaN, stored as NULL).
"""

from __future__ import annotations

from dataclasses import dataclass

from silosim.model.parameters.registry import unknown

BETTER = ("up", "down", "neither")


@dataclass(frozen=True, slots=True)
class Measure:
    """One emergent outcome.

    better   'up', 'down' or 'neither'
    format   Python format of the value in English ('share' formats as a percentage)
    matters  smallest difference a leader would act on, in the measure's unit
    levels   for whom it is defined: 'organisation', 'team', 'employee'
    weekly   kept in the weekly series by default
    """

    name: str
    unit: str
    better: str
    format: str
    matters: float
    group: str
    levels: tuple[str, ...] = ("organisation",)
    weekly: bool = True


_ALL = ("organisation", "team", "employee")
_TEAM = ("organisation", "team")

_DECLARED = (
    # the customer
    Measure("grade", "1-10", "up", ".2f", 0.1, "customer", _ALL),
    Measure("share_nine", "share", "up", "share", 0.01, "customer", _ALL),
    Measure("share_seven", "share", "up", "share", 0.02, "customer", _TEAM),
    Measure("share_seven_half", "share", "up", "share", 0.02, "customer", _TEAM),
    Measure("share_eight", "share", "up", "share", 0.02, "customer", _TEAM),
    Measure("nps", "-100..100", "up", ".0f", 3.0, "customer", _TEAM),
    Measure("survey_score", "1-10", "up", ".2f", 0.1, "customer", _TEAM),
    Measure("effort_score", "1-7", "down", ".2f", 0.1, "customer", _TEAM),
    Measure("lead_time", "working days", "down", ".1f", 0.5, "customer", _TEAM),
    Measure("contacts", "per question", "down", ".2f", 0.05, "customer", _TEAM),
    Measure("first_time_right", "share", "up", "share", 0.02, "customer", _TEAM),
    Measure("failure_demand", "share of contacts", "down", "share", 0.02, "customer"),
    Measure("withdrawn", "share of ended cases", "down", "share", 0.01, "customer", _TEAM),
    Measure("unsolved", "share of ended cases", "down", "share", 0.01, "customer", _TEAM),
    Measure("churn", "share a year", "down", "share", 0.01, "customer"),
    Measure("customer_base", "times the file's", "up", ".2f", 0.02, "customer"),
    # the dashboard
    Measure("attainment", "KPI / target", "up", ".2f", 0.02, "dashboard", _TEAM),
    Measure("share_green", "share of team-quarters", "up", "share", 0.05, "dashboard", _TEAM),
    Measure("attainment_closures", "KPI / plan", "up", ".2f", 0.02, "dashboard", _TEAM),
    Measure("attainment_first", "KPI / plan", "up", ".2f", 0.02, "dashboard", _TEAM),
    Measure("within_norm", "share of stages", "up", "share", 0.02, "dashboard", _ALL),
    Measure("closures_per_hour", "per paid hour", "up", ".3f", 0.01, "dashboard", _TEAM),
    Measure("watermelon", "green minus cases at 7.5+", "down", "share", 0.05, "dashboard"),
    Measure("watermelon_seven", "green minus cases at 7+", "down", "share", 0.05, "dashboard"),
    Measure("watermelon_eight", "green minus cases at 8+", "down", "share", 0.05, "dashboard"),
    Measure("watermelon_nine", "green minus cases at 9+", "down", "share", 0.05, "dashboard"),
    # the silo
    Measure("silo_index", "times the loss between team-mates", "down", ".2f", 0.05, "silo", _TEAM),
    Measure("silo_cases", "share of solved cases", "down", "share", 0.02, "silo"),
    Measure("context_lost", "share of handoffs", "down", "share", 0.02, "silo", _ALL),
    Measure("lost_across", "share of handoffs across teams", "down", "share", 0.02, "silo", _ALL),
    Measure("bounced", "share of handoffs", "down", "share", 0.01, "silo", _TEAM),
    Measure("boundary_help", "share of what conviction alone would give", "up", "share", 0.05, "silo", _ALL),
    Measure("handoffs", "per case", "neither", ".2f", 0.05, "silo"),
    Measure("gaming", "share of closures", "down", "share", 0.01, "silo", _ALL),
    # time
    Measure("utilisation", "share of handling hours", "neither", "share", 0.02, "time", _ALL),
    Measure("backlog", "days of work", "down", ".2f", 0.2, "time", _TEAM),
    Measure("pressure", "0-1", "down", ".2f", 0.05, "time", _TEAM),
    Measure("shadow_price", "worth of an hour", "down", ".3f", 0.02, "time", _ALL),
    Measure("coordination", "share of the day", "down", "share", 0.01, "time", _TEAM),
    Measure("capacity", "times the start", "neither", ".2f", 0.01, "time", _TEAM),
    Measure("day_handle", "share of the day", "neither", "share", 0.01, "time", _ALL),
    Measure("day_care", "share of the day", "up", "share", 0.01, "time", _ALL),
    Measure("day_connect", "share of the day", "up", "share", 0.01, "time", _ALL),
    Measure("day_improve", "share of the day", "up", "share", 0.01, "time", _ALL),
    Measure("day_game", "share of the day", "down", "share", 0.01, "time", _ALL),
    Measure("day_help", "share of the day", "up", "share", 0.01, "time", _ALL),
    # people
    Measure("conviction", "0-1", "up", ".3f", 0.02, "people", _ALL),
    Measure("value_action_gap", "share of intended", "down", "share", 0.03, "people", _ALL),
    Measure("gap_from_time", "share of intended", "down", "share", 0.03, "people", _ALL),
    Measure("gap_from_incentives", "share of intended", "down", "share", 0.03, "people", _ALL),
    Measure("perception_gap", "own minus colleagues", "down", ".3f", 0.02, "people", _ALL),
    Measure("more_than_colleagues", "share of employees", "neither", "share", 0.05, "people", _TEAM),
    Measure("internal_grade", "1-10", "up", ".2f", 0.1, "people", _TEAM),
    Measure("internal_grade_across", "1-10", "up", ".2f", 0.1, "people", _TEAM),
    Measure("fear", "0-1", "down", ".2f", 0.05, "people", _ALL),
    Measure("strain", "0-1", "down", ".2f", 0.03, "people", _ALL),
    Measure("strain_gini", "0-1", "down", ".3f", 0.02, "people"),
    Measure("turnover", "share a year", "down", "share", 0.02, "people", _TEAM),
    Measure("capability", "0-1", "up", ".2f", 0.02, "people", _TEAM),
    Measure("familiarity", "0-1", "up", ".2f", 0.03, "people", _TEAM),
    Measure("platform_adoption", "share", "up", "share", 0.05, "people"),
    Measure("board_focus", "share of the week", "up", "share", 0.05, "people"),
    Measure("manager_focus", "share of the week", "up", "share", 0.05, "people", _TEAM),
    Measure("gaming_belief_held", "belief", "down", ".2f", 0.05, "people", _ALL),
    # money
    Measure("variable_pay", "EUR a year per person", "neither", ",.0f", 100.0, "money", _ALL),
    Measure("pay_gini", "0-1", "down", ".3f", 0.02, "money"),
    Measure("cost_per_solved", "EUR", "down", ".0f", 5.0, "money"),
    Measure("cost_total", "EUR a week", "down", ",.0f", 1000.0, "money"),
    Measure("cost_extra", "EUR a week beyond wages", "down", ",.0f", 500.0, "money"),
)

MEASURES: dict[str, Measure] = {m.name: m for m in _DECLARED}
INDEX: dict[str, int] = {name: k for k, name in enumerate(MEASURES)}


def measure(name: str) -> Measure:
    """The declaration of a measure; raises InvalidInput with the nearest name."""
    if name not in MEASURES:
        raise unknown("measure", name, MEASURES)
    return MEASURES[name]
