"""Levers: what management can choose. Each acts on pay, sight, permission, time or routing only."""

from silosim.model.parameters.registry import Parameter

KPIS = ("closures", "first_closures", "within_norm", "per_paid_hour")
CUSTOMER_MEASURES = ("grade", "nps", "effort", "lead_time", "contacts")
CUSTOMER_SCOPES = ("team", "journey", "organisation")
PAY_MODES = ("added", "instead", "cut_only")
STRUCTURES = ("functional", "pool", "journey")
OKR_RESULTS = ("context_lost", "lead_time")


def _lever(name, default, low, high, unit, group, lever_id, neutral=None, **more):
    more.setdefault("source", "definition of the lever")
    more.setdefault("evidence", "plausible")
    return Parameter(name, default, low, high, unit, "lever", group,
                     lever_id=lever_id, neutral=neutral, **more)


def _choice(name, default, choices, group, lever_id):
    return _lever(name, default, 0, len(choices) - 1, "choice", group, lever_id,
                  choices=choices, neutral=default)


LEVERS = [
    # Structure: who does which stage
    _choice("structure", "functional", STRUCTURES, "structure", "L1"),
    _lever("ownership", 0.0, 0, 1, "share of own-team next stages kept by the same person", "structure", "L1", 0.0),
    # Reward: what is paid for
    _lever("bonus", 0.7, 0, 1.5, "strength of performance pay and appraisal pressure", "reward", "L2", 0.0),
    _lever("team_share", 0.2, 0, 1, "share of performance pay on the team's KPI", "reward", "L3", 0.0),
    _lever("rank_share", 0.0, 0, 1, "share of individual performance pay that goes to who ranks first in the team",
           "reward", "L3", 0.0),
    _lever("output_share", 1.0, 0, 1, "share of performance pay that is on output", "reward", "L2"),
    _choice("kpi", "closures", KPIS, "reward", "L5"),
    _lever("customer_weight", 0.0, 0, 1, "weight of the customer measure in performance pay", "reward", "L4", 0.0),
    _choice("customer_scope", "organisation", CUSTOMER_SCOPES, "reward", "L4"),
    _choice("customer_measure", "grade", CUSTOMER_MEASURES, "reward", "L4"),
    _choice("customer_pay_mode", "added", PAY_MODES, "reward", "L4"),
    _lever("driver_weight", 0.0, 0, 1,
           "weight of a customer driver, agreed and judged one by one, in appraisal and pay", "reward", "L14", 0.0),
    _lever("kpi_sight", 0.0, 0, 1,
           "how far the output KPI runs end to end: 0 closures only, 1 what fails later is taken off",
           "reward", "L5", 0.0),
    _lever("kpi_count", 1, 1, 10, "indicators on the dashboard that an end-to-end KPI is spread over",
           "reward", "L5", 1, whole=True),
    _lever("term_days", 0, 0, 60,
           "working days since the question within which the KPI counts; 0: the day of arrival at a team",
           "reward", "L5", 0, whole=True),
    _lever("audit", 0.05, 0, 1, "probability that a cosmetic closure is found", "reward", "L5", 0.0),
    # Shared goals
    _lever("goal_alignment", 0.0, -1, 1, "-1 opposed team goals, 0 separate, 1 laid in line", "shared goals", "L6",
           0.0),
    _lever("okr", 0.0, 0, 1, "strength of reward on the shared OKR", "shared goals", "L7", 0.0),
    _lever("okr_count", 0, 0, 6, "shared OKRs per person", "shared goals", "L7", 0, whole=True),
    _lever("okr_teams", 2, 1, 40, "teams that share one OKR", "shared goals", "L7", whole=True),
    _choice("okr_result", "context_lost", OKR_RESULTS, "shared goals", "L7"),
    _lever("okr_target", 0.15, 0.01, 1,
           "target at the interface: share of context lost, or lead time as a share of today's norm",
           "shared goals", "L7"),
    _lever("sponsorship", 0.0, 0, 1, "career value of sponsored OKRs", "shared goals", "L8", 0.0),
    # Time and priorities
    _lever("customer_time", 0.0, 0, 0.4, "share of the day out of the KPI's reach", "time", "L9", 0.0),
    _lever("time_yields", 0.3, 0, 1, "share of customer time that pressure takes back (0 is rigid)", "time", "L9"),
    _lever("work_in_progress", 3.0, 1, 8, "parallel initiatives per person", "time", "L10", 1.0),
    _lever("top_tasks", 0, 0, 40, "number of journeys, largest first, that go to the front of every queue",
           "time", "L10", 0, whole=True),
    # Optimisation drive
    _lever("capacity_cut", 0.0, 0, 0.3, "capacity taken per quarter per unit of KPI above target", "optimisation",
           "L11", 0.0),
    _lever("capacity_return", 0.0, 0, 0.3, "capacity given back per quarter per unit of pressure", "optimisation",
           "L11", 0.0),
    _lever("target_ratchet", 0.0, 0, 1, "share of a good result that next quarter's target takes over",
           "optimisation", "L11", 0.0),
    _lever("target_level", 1.02, 0.8, 1.5, "target as a multiple of planned closures", "optimisation", "L11",
           source="proposed specification (plan)"),
    # Platform, leaders, culture, people
    _lever("platform", 0.0, 0, 1, "shared platform, one customer picture", "platform", "L12", 0.0),
    _lever("leader_example", 0.0, 0, 1, "weight of the leaders' example in the norm", "leaders and culture", "L13",
           0.0),
    _lever("management_layers", 0, 0, 6, "layers of managers, team managers and board included; 0 leaves them out",
           "leaders and culture", "L13", 0, whole=True),
    _lever("appraisal_room", 0.3, 0, 1, "share of performance pay that a manager's judgement can take away or double",
           "leaders and culture", "L13", 0.0),
    _lever("manager_bonus", 0.4, 0, 1.5, "strength of managers' own performance pay", "leaders and culture", "L13",
           0.0, source="set so that managers under today's levers are about even-handed"),
    _lever("manager_customer_weight", 0.0, 0, 1, "share of managers' performance pay on the customer measure",
           "leaders and culture", "L13", 0.0),
    _lever("board_conviction", 0.7, 0, 1, "customer orientation of the board when it is appointed",
           "leaders and culture", "L13"),
    _lever("manager_conviction", 0.7, 0, 1, "mean customer orientation of the other managers when they are appointed",
           "leaders and culture", "L13"),
    _lever("leader_contact", 0, 0, 104, "weeks between a leader's meetings with customers; 0 is never",
           "leaders and culture", "L13", 0, whole=True),
    _lever("leader_contact_layers", 6, 1, 6, "layers of managers that meet customers, counted from the top",
           "leaders and culture", "L13", whole=True),
    _lever("leader_contact_depth", 0.8, 0, 1, "share of what customers live through that a meeting shows",
           "leaders and culture", "L13", 0.0),
    _lever("culture", 0.0, 0, 1, "intensity of a culture programme", "leaders and culture", "L15", 0.0),
    _lever("customer_flag", 0.0, 0, 1, "how consistently opposed goals are put on the table",
           "leaders and culture", "L15", 0.0),
    _lever("recruit_orientation", 0.7, 0, 1, "mean customer orientation of recruits", "leaders and culture", "L14"),
    _lever("recruit_candidates", 1, 1, 20, "applicants per vacancy who are interviewed on customer orientation",
           "leaders and culture", "L14", 1, whole=True),
    _lever("onboarding", 0.0, 0, 80, "hours a newcomer spends with customers in the first weeks", "leaders and culture",
           "L14", 0.0),
    _lever("exits", 0.0, 0, 0.3, "share of people let go a year, the least customer-oriented first",
           "leaders and culture", "L14", 0.0),
    # Rules and room
    _lever("strictness", 0.3, 0, 1, "strictness of rules", "rules and room", "L16", 0.0),
    _lever("sanction", 0.3, 0, 1, "probability that an act outside the lines is punished under full strictness",
           "rules and room", "L16", 0.0),
    _lever("discretion", 0.5, 0, 1, "share of exceptions staff may solve on the spot", "rules and room", "L17", 0.0),
    _lever("guidance", 0.0, 0, 1, "share of judgement errors that guidance prevents", "rules and room", "L17", 0.0),
    _lever("compensation", 0.0, 0, 1, "share of failed cases staff may compensate", "rules and room", "L17", 0.0),
    # Steering on the customer's journey
    _lever("process_teams", 0, 0, 40, "number of journeys, largest first, that have a customer-process team",
           "steering", "L18", 0, whole=True),
    _lever("process_people", 0.25, 0, 1, "share of each team's people who sit in one", "steering", "L18"),
    _lever("process_pay", 0.0, 0, 1, "weight of the journey's customer measure in their performance pay", "steering",
           "L18", 0.0),
    _lever("board_customer", 1.0, 0, 1, "weight of the customer against cost in what is improved first", "steering",
           "L18"),
    _lever("mapping_boundaries", 0, 0, 40, "number of boundaries between teams, busiest first, that hold sessions",
           "steering", "L19", 0, whole=True),
    _lever("mapping_hours", 0.02, 0, 0.1, "share of the day of both teams per boundary", "steering", "L19", 0.0),
    _lever("gesture_hours", 0.0, 0, 0.1, "share of the day for customers, outside the daily work", "steering", "L20",
           0.0),
    _lever("gesture_interval", 1, 1, 104, "weeks that these hours are saved up before they are used", "steering",
           "L20", 1, whole=True),
    # Equal-cost comparisons
    _lever("paid_hours", 1.0, 0.5, 1.5, "paid hours relative to the organisation file", "cost", "", 1.0),
]
