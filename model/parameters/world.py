"""World parameters: what management does not choose and results must be robust against.

Defaults are fitted to the baseline targets (experiments/calibration) or taken from the proposed
specification; the ranges are the widest prior that history matching and sweeps may draw from.
"""

from silosim.model.parameters.registry import Parameter

SPECIFICATION = "proposed specification, refitted to the baseline targets"


def _world(name, default, low, high, unit, group, evidence="free", source=SPECIFICATION, neutral=None, **more):
    return Parameter(name, default, low, high, unit, "world", group, source, evidence, neutral=neutral, **more)


WORLD = [
    # Demand and work
    _world("demand", 1.0, 0, 3, "arrivals as a multiple of the organisation file's", "demand and work", "plausible", "definition"),
    _world("hours_spread", 0.5, 0, 1.5, "standard deviation of the log of stage hours", "demand and work", "plausible"),
    _world("exception_rate", 0.06, 0, 0.5, "probability that a stage does not fit the procedure", "demand and work", neutral=0.0),
    _world("exception_hours", 1.3, 1, 4, "work of an exception solved on the spot, as a multiple", "demand and work"),
    _world("escalation_delay", 4.0, 0, 20, "days, mean beyond the first", "demand and work"),
    _world("judgement_error", 0.1, 0, 1, "probability that an experienced solver is wrong is half of this", "demand and work"),
    _world("polish_hours", 0.35, 0, 1, "work of a cosmetic closure, as a share of the real work", "demand and work"),
    _world("learning_slow", 0.1, 0, 1, "extra hours of someone new to a domain, as a share", "demand and work", "plausible", neutral=0.0),
    _world("learning_cases", 60.0, 1, 1000, "cases until the slow-down has fallen to 1/e", "demand and work"),
    _world("forgetting", 0.01, 0, 0.2, "share of domain experience lost a week", "demand and work"),
    # Quality and failure demand
    _world("defect_rate", 0.32, 0, 1, "hidden defect when nobody takes care and nothing was improved", "quality"),
    _world("care_effect", 6.0, 0, 30, "how fast care (per handling) lowers defects", "quality"),
    _world("polish_defect", 0.9, 0, 1, "hidden defect of a cosmetic closure", "quality"),
    _world("rules_prevent", 0.2, 0, 1, "share of defects full strictness prevents", "quality", neutral=0.0),
    _world("rework_share", 0.9, 0, 1.5, "work of a failed stage done again, as a share", "quality"),
    _world("return_hours", 0.4, 0, 4, "extra hours of a returning case", "quality"),
    _world("return_delay", 7.0, 0, 20, "days until a customer finds the defect, mean beyond the first", "quality"),
    _world("give_up", 0.08, 0, 1, "customers who leave with their problem instead of returning", "quality"),
    _world("attribution", 0.7, 0, 1, "returns attributed to the stage that caused them", "quality"),
    # Handoffs
    _world("context_loss", 0.5, 0, 1, "context lost between strangers who connect no more than routine asks, at .72 of the day handling", "handoffs"),
    _world("connect_effect", 10.0, 0, 40, "how fast connecting (per handling) keeps context", "handoffs"),
    _world("routine_notes", 0.03, 0, 0.1, "connecting that everyone does as routine", "handoffs"),
    _world("repeat_work", 0.4, 0, 2, "extra work when the story must be told again, as a share", "handoffs"),
    _world("bounce_work", 0.3, 0, 1, "work for the sender of a bounced case, as a share of the stage", "handoffs"),
    _world("bounce_spread", 0.15, 0.01, 1, "noise in the choice to bounce", "handoffs"),
    _world("familiarity_gain", 0.035, 0, 0.5, "familiarity a week per unit of contact", "handoffs"),
    _world("familiarity_loss", 0.02, 0, 0.5, "familiarity lost a week", "handoffs"),
    _world("familiarity_dilution", 1.0, 0, 2, "exponent by which large teams dilute contact", "handoffs"),
    # Customers
    _world("patience", 1.0, 0.2, 5, "customers' patience as a multiple of the organisation file's", "customers", "plausible", "definition"),
    _world("call_rate", 0.05, 0, 1, "probability a day that an impatient customer calls", "customers"),
    _world("call_hours", 0.25, 0, 2, "work of such a call", "customers"),
    _world("withdraw_rate", 0.01, 0.002, 1, "probability a day of withdrawing after three times one's patience", "customers"),
    _world("u_base", 1.152, -3, 5, "satisfaction of a plain experience, logit", "customers"),
    _world("trait_spread", 0.4, 0, 2, "spread between customers", "customers"),
    _world("case_spread", 0.57, 0, 2, "spread between cases", "customers"),
    _world("u_care", 0.6, 0, 3, "satisfaction from being cared for", "customers"),
    _world("care_seen", 5.0, 0, 20, "how fast care shows to the customer", "customers"),
    _world("u_wait", 0.6, 0, 3, "dissatisfaction per unit of log(1 + days / patience)", "customers"),
    _world("u_contact", 0.55, 0, 3, "dissatisfaction per extra contact", "customers"),
    _world("u_bounce", 0.3, 0, 3, "dissatisfaction per bounce", "customers"),
    _world("u_unsolved", 2.5, 0, 6, "dissatisfaction of an unsolved question", "customers"),
    _world("u_compensation", 0.4, 0, 3, "satisfaction from being compensated", "customers"),
    _world("adaptation", 0.3, 0, 1, "how much a raised expectation takes off", "customers", neutral=0.0),
    _world("expectation_start", 0.795, -3, 5, "expectation the customer starts with", "customers"),
    _world("expectation_gain", 0.1, 0, 1, "how fast expectations follow experience", "customers"),
    _world("survey_base", 0.1, 0, 1, "probability of answering a survey after a 7", "customers", "plausible"),
    _world("survey_extreme", 0.04, 0, 0.3, "extra probability per point away from 7", "customers", "plausible"),
    _world("survey_noise", 0.8, 0, 3, "noise in a survey score", "customers", "plausible"),
    _world("begging", 0.5, 0, 5, "points a survey score rises per unit of begging", "customers", neutral=0.0),
    # Motives
    _world("duty", 0.45, 0, 2, "handling cases as duty", "motives"),
    _world("intrinsic", 0.6, 0, 2, "weight of one's own conviction", "motives"),
    _world("value_care", 0.72, 0, 2, "worth of care to a convinced person", "motives"),
    _world("value_connect", 0.8, 0, 2, "worth of connecting to a convinced person", "motives"),
    _world("value_improve", 0.65, 0, 2, "worth of improving to a convinced person", "motives"),
    _world("value_help", 0.5, 0, 2, "worth of helping a team-mate to a convinced person", "motives"),
    _world("value_honest", 0.3, 0, 2, "aversion of gaming of a convinced person", "motives"),
    _world("value_no_bounce", 0.9, 0, 2, "aversion of bouncing of a convinced person", "motives"),
    _world("effort_cost", 1.0, 0.1, 5, "curvature of the cost of effort", "motives"),
    _world("norm_weight", 0.3, 0, 10, "weight of what colleagues do", "motives"),
    _world("inertia", 0.25, 0, 1, "share of the way to the best response taken each week", "motives"),
    _world("pressure_weight", 1.0, 0, 3, "how pressure pushes handling", "motives"),
    _world("backlog_norm", 0.8, 0.1, 10, "days of backlog above which pressure is felt", "motives"),
    _world("fear_weight", 0.3, 0, 2, "how fear of rules discourages work for another team", "motives"),
    _world("fear_spread", 0.5, 0, 5, "fear gained per sanction seen per team-mate and week", "motives"),
    _world("fear_fade", 0.02, 0, 0.5, "fear lost a week", "motives"),
    _world("dilution", 0.5, 0, 1, "exponent by which a pooled reward loses pull with the number sharing it",
           "motives", "plausible", "theory gives 1 for rational selfish people, 0 for perfect identification"),
    _world("peer_effect", 0.0, 0, 3, "mutual monitoring in small teams", "motives", neutral=0.0),
    _world("risk_aversion", 0.5, 0, 5, "discount of pay on a noisy measure", "motives", "plausible", neutral=0.0),
    _world("pay_perception", 0.1, 0, 1, "noise in what people think a pooled measure rewards", "motives", neutral=0.0),
    _world("sponsor_thinning", 0.5, 0, 2, "exponent by which one sponsor's attention thins", "motives"),
    _world("okr_slope", 0.1, 0.01, 1, "softness of the graded credit for a key result", "motives"),
    _world("okr_wip", 0.5, 0, 1, "work in progress each shared OKR adds", "motives"),
    _world("hold_back", 0.5, 0, 1, "how far people hold back because targets follow results", "motives"),
    _world("coordination", 0.02, 0, 0.1, "share of the day per unit of log team size", "motives"),
    _world("switching", 0.02, 0, 0.1, "share of the day per extra initiative in progress", "motives"),
    # Beliefs and conviction
    _world("conviction_start", 0.7, 0, 1, "mean customer orientation at the start", "conviction"),
    _world("conviction_spread", 0.12, 0, 0.5, "spread of customer orientation", "conviction"),
    _world("trait_pull", 0.02, 0, 0.5, "return to one's own trait a week", "conviction"),
    _world("social_pull", 0.01, 0, 0.5, "movement to the team's mean a week", "conviction"),
    _world("impact_gain", 0.055, 0, 0.5, "conviction from felt impact", "conviction"),
    _world("gap_loss", 0.009, 0, 0.5, "conviction lost by acting against it", "conviction"),
    _world("impact_sight", 0.35, 0, 1, "impact seen by those who do not meet the customer", "conviction"),
    _world("impact_rate", 0.03, 0, 1, "how fast felt impact follows outcomes", "conviction"),
    _world("culture_push", 0.02, 0, 0.5, "conviction a full culture programme adds a week", "conviction"),
    _world("gaming_belief", 0.65, 0, 3, "belief that polishing the number pays", "conviction"),
    _world("gaming_spread", 0.35, 0, 1, "spread of that belief", "conviction"),
    _world("imitation", 0.3, 0, 1, "imitation of a better-scoring team-mate a quarter", "conviction"),
    _world("perception_mix", 0.0, 0, 1, "share of intention in how people see themselves", "conviction"),
    # People
    _world("quit_rate", 0.0016, 0, 0.05, "weekly hazard of leaving without push", "people"),
    _world("quit_pressure", 0.8, 0, 5, "log hazard per unit of pressure", "people"),
    _world("quit_gap", 1.5, 0, 5, "log hazard per unit of acting against one's conviction", "people"),
    _world("quit_pay", 0.3, 0, 3, "log hazard per unit of pay below the outside option", "people"),
    _world("outside_pay", 0.7, 0, 2, "performance pay expected elsewhere", "people"),
    _world("reputation", 0.02, 0, 0.3, "recruits' orientation per point of customer grade above 7", "people"),
    _world("pay_sorting", 0.1, 0, 0.5, "recruits' orientation lost per unit of bonus above the outside option", "people"),
    # Improvement, helping, platform
    _world("improve_effect", 0.2, 0, 1, "capability a week per unit of improving", "improvement"),
    _world("improve_fixed", 0.0, 0, 0.2, "improving below this achieves nothing", "improvement", neutral=0.0),
    _world("capability_decay", 0.005, 0, 0.1, "capability lost a week", "improvement"),
    _world("capability_start", 0.6, 0, 1, "capability at the start", "improvement"),
    _world("help_effect", 10.0, 0, 50, "how fast helping shortens team-mates' learning", "improvement"),
    _world("adoption_base", 0.004, 0, 0.1, "platform adoption a week without others", "improvement"),
    _world("adoption_peer", 0.06, 0, 0.5, "platform adoption a week per share of users", "improvement"),
    _world("adoption_loss", 0.01, 0, 0.2, "platform adoption lost a week", "improvement"),
    _world("strict_detect", 1.0, 0, 5, "how strict rules multiply audits", "improvement"),
    # KPI and capacity
    _world("norm_days", 3.0, 0, 30, "days within which a stage counts in full", "KPI"),
    _world("late_weight", 0.5, 0, 1, "what a late closure loses in the KPI", "KPI"),
    _world("pressure_tolerated", 0.15, 0, 1, "pressure above which capacity is given back", "KPI"),
]
