"""Strict directions of effect, one mechanism at a time: it fails when there is no effect, or the other way round.

Mechanisms only, paired on the same seed; never the outcome of a policy, which the model is free to find out.
"""

import pytest
from mechanisms import (
    Mechanism, after, capability, chosen, counted, effort, imitated, measured, motive, moving_costs, newcomers, paid, person, settled, state, team,
)

from silosim.model.parameters import PARAMETERS


def more(name, low, high, *reads, **given):
    """The reading rises from `low` to `high` of one setting (a parameter, or effort.x, person.x, team.x, world.x)."""
    return [Mechanism({name: low}, {name: high}, read, True, given) for read in reads]


def less(name, low, high, *reads, **given):
    """The reading falls from `low` to `high`."""
    return [Mechanism({name: low}, {name: high}, read, False, given) for read in reads]


def dotted(**settings):
    """Settings whose names have a dot, written with two underscores."""
    return {name.replace("__", "."): value for name, value in settings.items()}


CUSTOMER_PAY = {"customer_weight": 0.3, "output_share": 0.5}
OKR = {"okr": 0.5, "okr_count": 1, "okr_target": 0.3, "team.loss_last": 0.3}
SPONSORED = {"sponsorship": 0.5, "okr_count": 2, "person.ambition": 0.5}
AFRAID = {"person.fear": 0.5, "strictness": 0.5}
GAMING = {"effort.game": 0.2}
PUSHED = {"bonus": 1.5, "duty": 1.0}
FULL_DAY = {**PUSHED, "team.pressure": 0.6, "customer_time": 0.3}
OVERLOAD = {"load": 0.85}
LOSSES = {"effort.connect": 0.01, "world.familiar": 0.1}
BOUNCING = {**LOSSES, "bonus": 1.5, "team.pay_own": 1.5, "person.conviction": 0.4}
NEW_HERE = {"person.domain": 0.0}
LEAVING = {"quit_rate": 0.01, "person.conviction": 0.7}
EXCEPTIONS = {"exception_rate": 0.3}
QUARTER = {"quit_rate": 0.02, "target_level": 0.8}

MECHANISMS = {
    "pay and motives": [
        *more("bonus", 0.2, 1.0, motive("handle"), motive("game"), paid("pay_own"), measured("cost_extra"), **dotted(person__belief=1.0)),
        *more("output_share", 0.2, 0.9, motive("handle")),
        *more("team_share", 0.1, 0.8, motive("help"), paid("pay_team")),
        *less("team_share", 0.1, 0.8, motive("handle")),
        *less("dilution", 0.0, 1.0, paid("pay_team"), motive("help")),
        *more("peer_effect", 0.0, 2.0, paid("pay_team")),
        *more("customer_weight", 0.1, 0.6, motive("care"), motive("connect"), motive("improve"), paid("pay_customer")),
        *less("customer_weight", 0.1, 0.6, motive("handle"), customer_pay_mode="cut_only"),
        *less("customer_pay_mode", "added", "instead", motive("handle"), **CUSTOMER_PAY),
        *less("customer_pay_mode", "instead", "cut_only", motive("care"), **CUSTOMER_PAY),
        *less("customer_scope", "team", "organisation", paid("pay_customer"), **CUSTOMER_PAY),
        *less("risk_aversion", 0.0, 3.0, paid("pay_customer"), **CUSTOMER_PAY),
        *less("survey_noise", 0.0, 3.0, paid("pay_customer"), **CUSTOMER_PAY),
        *more("begging", 0.0, 2.0, motive("game"), **CUSTOMER_PAY),
        *less("hold_back", 0.0, 1.0, paid("pay_own"), target_ratchet=0.5),
        *less("target_ratchet", 0.0, 0.8, paid("pay_own")),
        *more("duty", 0.1, 0.9, motive("handle")),
        *more("pressure_weight", 0.0, 2.0, motive("handle"), motive("game"), **dotted(team__pressure=0.5)),
        *more("team.pressure", 0.0, 0.8, motive("handle"), motive("game")),
        *more("team.availability", 0.5, 1.0, motive("handle"), motive("game")),
        *more("person.belief", 0.2, 1.5, motive("game")),
        *more("gaming_belief", 0.2, 1.5, motive("game"), gaming_spread=0.0),
        *less("audit", 0.0, 0.8, motive("game")),
        *less("strict_detect", 0.0, 3.0, motive("game"), audit=0.2, strictness=0.5),
        *more("person.conviction", 0.3, 0.9, motive("care"), motive("connect"), motive("improve"), motive("help")),
        *less("person.conviction", 0.3, 0.9, motive("game")),
        *more("intrinsic", 0.2, 1.0, motive("care")),
        *more("value_care", 0.2, 1.5, motive("care")),
        *more("value_connect", 0.2, 1.5, motive("connect")),
        *more("value_improve", 0.2, 1.5, motive("improve")),
        *more("value_help", 0.2, 1.5, motive("help")),
        *less("value_honest", 0.1, 1.5, motive("game")),
        *less("strictness", 0.0, 1.0, motive("connect"), **dotted(person__fear=0.5)),
        *less("fear_weight", 0.0, 1.0, motive("connect"), **AFRAID),
        *more("goal_alignment", -1.0, 0.0, motive("connect")),
        *more("okr", 0.1, 0.9, motive("connect"), motive("improve"), measured("cost_extra", 14), **{k: v for k, v in OKR.items() if k != "okr"}),
        *less("okr_teams", 1, 3, motive("connect"), **OKR),
        *less("okr_target", 0.3, 1.0, motive("connect"), **{k: v for k, v in OKR.items() if k != "okr_target"}),
        *more("okr_slope", 0.1, 0.8, motive("connect"), **{**OKR, "okr_target": 0.9}),
        *less("okr_result", "context_lost", "lead_time", motive("connect"), **OKR),
        *more("sponsorship", 0.1, 0.9, motive("connect"), **{k: v for k, v in SPONSORED.items() if k != "sponsorship"}),
        *less("sponsor_thinning", 0.0, 2.0, motive("connect"), **SPONSORED),
        *more("person.ambition", 0.1, 0.9, motive("connect"), **{k: v for k, v in SPONSORED.items() if "." not in k}),
        *more("norm_weight", 0.0, 3.0, motive("connect"), **dotted(team__norm=0.3)),
        *more("leader_example", 0.0, 1.0, motive("care"), norm_weight=1.0, **dotted(team__norm=0.0)),
        *more("pay_perception", 0.0, 1.0, after(0, lambda sim: sim.record["emp"]["perceive"][:12].std())),
    ],
    "time": [
        *less("coordination", 0.0, 0.1, chosen("budget")),
        *less("work_in_progress", 1.0, 6.0, chosen("budget")),
        *less("switching", 0.0, 0.1, chosen("budget")),
        *less("okr_count", 0, 4, chosen("budget")),
        *less("okr_wip", 0.0, 1.0, chosen("budget"), okr_count=3),
        *less("culture", 0.0, 1.0, chosen("budget")),
        *less("culture_hours", 0.0, 0.2, chosen("budget"), culture=1.0),
        *less("platform", 0.0, 1.0, chosen("budget")),
        *less("platform_hours", 0.0, 0.2, chosen("budget"), platform=1.0),
        *less("platform_training", 0.0, 20.0, chosen("budget"), platform=1.0, **dotted(world__adopting=0.01)),
        *more("bonus", 0.4, 1.5, chosen("price")),
        *less("effort_cost", 1.0, 4.0, effort("handle", "care", "connect", "improve")),
        *more("customer_time", 0.0, 0.3, effort("care", "connect", "improve"), time_yields=0.0, **PUSHED),
        *less("customer_time", 0.0, 0.3, effort("handle", "game"), time_yields=0.0, **PUSHED),
        *less("time_yields", 0.0, 1.0, effort("care", "connect", "improve"), **FULL_DAY),
        *less("inertia", 0.1, 0.9, person("effort", 1), **{"effort.handle": 1.0, "effort_cost": 5.0}),
        *more("paid_hours", 0.8, 1.2, counted("hours_offered"), counted("hours_paid"), measured("cost_total")),
        *more("person.tenure", 1.0, 50.0, settled("slot_hours")),
        *more("team.capacity", 0.7, 1.1, settled("slot_hours")),
        *more("effort.game", 0.0, 0.2, settled("slot_hours"), settled("p_polish"), counted("polished", "stages"), counted("defects", "stages")),
    ],
    "quality": [
        *less("effort.care", 0.0, 0.2, settled("p_defect"), counted("defects", "stages"), counted("returns")),
        *more("effort.care", 0.0, 0.2, settled("warmth"), measured("grade"), measured("first_time_right")),
        *less("care_effect", 0.0, 20.0, counted("defects", "stages")),
        *more("care_seen", 0.5, 15.0, settled("warmth"), measured("grade")),
        *more("defect_rate", 0.1, 0.8, counted("defects", "stages"), measured("failure_demand")),
        *less("strictness", 0.0, 1.0, settled("p_defect"), counted("defects", "stages"), rules_prevent=0.8, exception_rate=0.0),
        *less("rules_prevent", 0.0, 1.0, settled("p_defect"), counted("defects", "stages"), strictness=0.8),
        *less("capability_start", 0.0, 0.9, counted("defects", "stages")),
        *more("polish_defect", 0.1, 1.0, counted("defects", "stages"), **GAMING),
        *less("polish_hours", 0.1, 1.0, measured("closures_per_hour"), load=0.85, **GAMING),
        *more("audit", 0.0, 0.8, counted("audited"), **GAMING),
        *less("audit", 0.0, 0.8, counted("polished", "stages"), **GAMING),
        *more("sanction", 0.0, 1.0, counted("sanctions"), audit=0.8, **GAMING),
        *more("rework_share", 0.1, 1.5, counted("hours_worked")),
        *more("return_hours", 0.0, 3.0, counted("hours_worked")),
        *more("return_delay", 0.0, 20.0, measured("lead_time", 26)),
        *more("give_up", 0.0, 0.8, counted("gave_up")),
        *less("give_up", 0.0, 0.8, counted("returns")),
        *more("attribution", 0.1, 1.0, after(13, lambda sim: sim.record["journey"]["failures"].sum())),
        *more("learning_slow", 0.0, 1.0, counted("hours_worked"), **NEW_HERE),
        *more("learning_cases", 2.0, 500.0, counted("hours_worked"), learning_slow=0.5, **NEW_HERE),
        *more("forgetting", 0.0, 0.2, counted("hours_worked", weeks=52), learning_slow=1.0, learning_cases=500.0, **NEW_HERE),
        *less("help_effect", 0.0, 40.0, team("newness"), **dotted(effort__help=0.1)),
        *less("effort.help", 0.0, 0.2, team("newness")),
    ],
    "exceptions": [
        *more("exception_rate", 0.02, 0.4, counted("exceptions"), counted("escalated"), measured("lead_time")),
        *more("exception_hours", 1.0, 4.0, counted("hours_worked"), discretion=1.0, **EXCEPTIONS),
        *more("discretion", 0.1, 0.9, settled("p_spot"), counted("spot", "exceptions"), counted("wrong"), **EXCEPTIONS),
        *less("discretion", 0.1, 0.9, counted("escalated"), **EXCEPTIONS),
        *less("person.fear", 0.0, 0.9, settled("p_spot"), counted("spot", "exceptions"), strictness=0.8, **EXCEPTIONS),
        *more("escalation_delay", 0.0, 20.0, measured("lead_time", 26), **EXCEPTIONS),
        *more("judgement_error", 0.0, 0.8, settled("p_wrong"), counted("wrong", "spot"), **EXCEPTIONS),
        *less("guidance", 0.0, 0.9, settled("p_wrong"), counted("wrong", "spot"), judgement_error=0.5, **EXCEPTIONS),
        *less("person.tenure", 0.0, 60.0, settled("p_wrong")),
        *more("strictness", 0.1, 1.0, counted("sanctions"), sanction=0.8, discretion=1.0, **EXCEPTIONS),
        *more("error_money", 0.0, 1000.0, counted("cost_error"), **EXCEPTIONS),
    ],
    "handoffs": [
        *less("effort.connect", 0.01, 0.15, settled("p_lose"), counted("lost_across", "across"), measured("contacts")),
        *more("context_loss", 0.1, 0.9, settled("p_lose"), counted("lost_across", "across")),
        *less("connect_effect", 1.0, 30.0, counted("lost_across", "across"), **dotted(effort__connect=0.1)),
        *more("routine_notes", 0.0, 0.1, settled("p_lose"), **dotted(effort__handle=1.0)),
        *less("world.familiar", 0.1, 0.9, counted("lost_across", "across")),
        *less("world.adoption", 0.0, 0.9, settled("p_lose"), counted("lost_across", "across"), platform=1.0),
        *less("structure", "functional", "pool", counted("across")),
        *less("ownership", 0.0, 1.0, counted("within"), structure="pool"),
        *more("repeat_work", 0.0, 2.0, counted("hours_worked"), **LOSSES),
        *less("goal_alignment", -1.0, 1.0, counted("bounces"), **BOUNCING),
        *less("value_no_bounce", 0.0, 2.0, counted("bounces"), **BOUNCING),
        *less("person.conviction", 0.1, 0.9, counted("bounces"), **{k: v for k, v in BOUNCING.items() if k != "person.conviction"}),
        *more("bounce_work", 0.0, 1.0, counted("hours_worked"), **BOUNCING),
        *more("bounce_spread", 0.05, 1.0, counted("bounces"), load=0.3, **LOSSES),
        *more("familiarity_gain", 0.01, 0.3, state("familiar", 13)),
        *less("familiarity_loss", 0.0, 0.3, state("familiar", 13)),
        *more("familiarity_dilution", 0.0, 2.0, state("familiar", 13), familiarity_gain=0.035),
    ],
    "demand and customers": [
        *more("demand", 0.8, 1.2, counted("arrived"), counted("hours_worked")),
        *more("hours_spread", 0.0, 1.5, measured("lead_time", 156), load=0.4),
        *less("patience", 0.5, 3.0, counted("calls"), counted("withdrawn", weeks=26), **OVERLOAD),
        *more("call_rate", 0.01, 0.5, counted("calls"), measured("failure_demand"), **OVERLOAD),
        *less("call_hours", 0.0, 2.0, measured("closures_per_hour", 26), call_rate=0.5, patience=0.3, **OVERLOAD),
        *more("withdraw_rate", 0.02, 0.5, counted("withdrawn", weeks=52), patience=0.2, **OVERLOAD),
        *more("u_base", 0.5, 2.0, measured("grade")),
        *more("u_care", 0.0, 3.0, measured("grade")),
        *less("u_wait", 0.0, 3.0, measured("grade")),
        *less("u_contact", 0.0, 3.0, measured("grade")),
        *less("u_bounce", 0.0, 3.0, measured("grade"), **BOUNCING),
        *less("u_unsolved", 0.0, 6.0, measured("grade"), give_up=0.5),
        *more("u_compensation", 0.0, 3.0, measured("grade"), compensation=1.0),
        *more("compensation", 0.0, 1.0, measured("grade"), counted("cost_compensation")),
        *more("compensation_money", 10.0, 100.0, counted("cost_compensation"), compensation=0.5),
        *more("trait_spread", 0.0, 2.0, measured("share_nine")),
        *more("case_spread", 0.0, 2.0, measured("share_nine")),
        *more("adaptation", 0.0, 1.0, measured("grade"), expectation_start=3.0, expectation_gain=0.5),
        *less("expectation_gain", 0.0, 1.0, after(13, lambda sim: sim.record["customer"]["expectation"][:300].mean()), expectation_start=3.0),
        *more("expectation_start", 0.0, 3.0, after(0, lambda sim: sim.record["customer"]["expectation"][:300].mean())),
        *more("survey_base", 0.05, 0.9, counted("answers")),
        *more("survey_extreme", 0.0, 0.3, counted("answers")),
        *more("begging", 0.0, 5.0, measured("survey_score"), **CUSTOMER_PAY, **GAMING),
        *more("world.patience", 2.0, 50.0, measured("grade")),
    ],
    "conviction and people": [
        *more("person.impact", 0.0, 0.9, person("conviction"), impact_gain=0.2),
        *more("impact_gain", 0.0, 0.3, person("conviction")),
        *less("gap_loss", 0.0, 0.3, person("conviction"), **dotted(effort__care=0.0)),
        *more("culture", 0.0, 1.0, person("conviction"), counted("cost_programme")),
        *more("culture_push", 0.0, 0.3, person("conviction"), culture=1.0),
        *less("trait_pull", 0.0, 0.4, person("conviction"), **dotted(person__trait=0.2)),
        *less("social_pull", 0.0, 0.4, after(4, lambda sim: sim.record["emp"]["conviction"][:5].std())),
        *more("impact_sight", 0.0, 1.0, after(0, lambda sim: sim.record["emp"]["impact"][:12].mean())),
        *more("impact_rate", 0.0, 0.5, person("impact", 26), **dotted(person__impact=0.0)),
        *more("conviction_start", 0.3, 0.9, person("conviction")),
        *more("conviction_spread", 0.02, 0.3, after(0, lambda sim: sim.record["emp"]["trait"][:12].std())),
        *more("gaming_spread", 0.05, 0.9, after(0, lambda sim: sim.record["emp"]["belief"][:12].std())),
        *more("fear_spread", 0.0, 3.0, person("fear", 13), audit=0.8, sanction=1.0, **GAMING),
        *less("fear_fade", 0.0, 0.4, person("fear"), **dotted(person__fear=0.5)),
        *more("perception_mix", 0.0, 1.0, measured("perception_gap", 4)),
        *more("imitation", 0.0, 1.0, imitated),
        *more("quit_rate", 0.001, 0.03, counted("leavers", weeks=52), counted("cost_people", weeks=52)),
        *more("quit_pressure", 0.0, 5.0, counted("leavers", weeks=52), **LEAVING, **OVERLOAD),
        *more("quit_gap", 0.0, 5.0, counted("leavers", weeks=52), **LEAVING, **dotted(effort__care=0.0, effort__connect=0.0)),
        *less("quit_pay", 0.0, 3.0, counted("leavers", weeks=104), **LEAVING, outside_pay=0.0),
        *more("outside_pay", 0.0, 2.0, counted("leavers", weeks=104), **LEAVING, quit_pay=1.0),
        *more("recruit_orientation", 0.2, 0.9, newcomers("trait"), quit_rate=0.02),
        *more("reputation", 0.0, 0.3, newcomers("trait"), quit_rate=0.02, u_base=4.0),
        *less("pay_sorting", 0.0, 0.5, newcomers("trait"), quit_rate=0.02, bonus=1.5),
        *more("hire_money", 1000.0, 9000.0, counted("cost_people", weeks=52), quit_rate=0.02),
    ],
    "improvement and platform": [
        *more("effort.improve", 0.0, 0.2, after(4, capability), improve_effect=0.2),
        *more("improve_effect", 0.0, 0.5, after(4, capability)),
        *less("improve_fixed", 0.0, 0.02, after(4, capability), improve_effect=0.2),
        *less("capability_decay", 0.0, 0.1, after(4, capability)),
        *more("effort.connect", 0.0, 0.1, state("adoption", 8), platform=1.0),
        *more("adoption_base", 0.0, 0.1, state("adoption", 8), platform=1.0),
        *more("adoption_peer", 0.0, 0.5, state("adoption", 8), platform=1.0),
        *less("adoption_loss", 0.0, 0.2, state("adoption", 8), platform=1.0),
        *more("platform", 0.0, 1.0, state("adoption", 8), counted("cost_programme")),
    ],
    "the dashboard": [
        *more("target_ratchet", 0.0, 0.5, team("target", 13), target_level=0.8),
        *less("target_level", 0.8, 1.4, measured("attainment", 13), measured("share_green", 13)),
        *less("kpi", "closures", "first_closures", measured("attainment", 26), late_weight=0.0),
        *less("kpi", "closures", "within_norm", person("points", 5)),
        *less("kpi", "first_closures", "per_paid_hour", measured("attainment", 26), paid_hours=1.5),
        *more("norm_days", 0.0, 5.0, measured("within_norm"), measured("attainment")),
        *less("late_weight", 0.0, 1.0, measured("attainment"), norm_days=0.0),
        *less("capacity_cut", 0.0, 0.3, team("capacity", 13), **QUARTER),
        *more("capacity_return", 0.0, 0.3, team("capacity", 13), **OVERLOAD),
        *less("pressure_tolerated", 0.0, 0.9, team("capacity", 13), capacity_return=0.3, **OVERLOAD),
        *less("backlog_norm", 0.2, 5.0, team("pressure", 13), **OVERLOAD),
    ],
    "money": [
        *more("wage", 20.0, 60.0, measured("cost_total")),
        *more("bonus_money", 500.0, 3000.0, counted("cost_bonus")),
        *more("okr_money", 100.0, 3000.0, counted("cost_bonus"), **OKR),
        *more("platform_capital", 100.0, 900.0, counted("cost_programme"), platform=1.0),
        *more("platform_running", 100.0, 900.0, counted("cost_programme"), platform=1.0),
        *more("culture_money", 100.0, 900.0, counted("cost_programme"), culture=1.0),
        *more("move_hours", 1.0, 80.0, moving_costs),
    ],
}

# Tested elsewhere: what they do is not a direction
ELSEWHERE = {
    "top_tasks": "tests/oracles/test_queues.py, TB7: waiting moves between customers",
    "customer_measure": "chooses which measured pay vector applies: tests/model/test_snapshot.py",
}

CASES = [pytest.param(m, id=f"{group}-{k}-{next(iter(m.low))}") for group, ms in MECHANISMS.items() for k, m in enumerate(ms)]


@pytest.mark.parametrize("mechanism", CASES)
def test_direction(mechanism):
    """In each of three worlds, strictly."""
    for seed in (1, 2, 3):
        low, high = mechanism.readings(seed)
        assert (high > low) if mechanism.up else (high < low), f"seed {seed}: {low} -> {high}"


def test_every_parameter_has_a_direction():
    """A parameter that moves nothing would be a lie in every list that shows it."""
    touched = set().union(*(m.touches() for ms in MECHANISMS.values() for m in ms))
    assert touched | set(ELSEWHERE) == set(PARAMETERS)
