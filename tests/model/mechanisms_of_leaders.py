"""Directions of what managers of every layer do, and of what comes of it for their people."""

from mechanisms import board, counted, dotted, less, manager, measured, more, motive, paid, team

LIVELY = {"management_layers": 3, "inertia": 0.25}  # managers change their habits (and so does everybody)
FROZEN_IN = {"management_layers": 3}
MEETING = {**LIVELY, "leader_contact": 4, "impact_gain": 0.1}
OVERLOAD = {"load": 0.85}
QUARTER = {"quit_rate": 0.05, "target_level": 0.8}
CUSTOMER = dotted(manager__customer=0.9, manager__numbers=0.1)
NUMBERS = dotted(manager__customer=0.1, manager__numbers=0.9)
CONVINCED_TOP = {"board_conviction": 1.0, "manager_conviction": 0.3, "inertia": 0.25}

LEADING = {
    "what moves managers": [
        *more("board_conviction", 0.2, 0.9, board("conviction"), board("customer", 13), manager("customer", 13),
              measured("board_focus"), **LIVELY),
        *more("manager_conviction", 0.2, 0.9, manager("customer", 13), measured("manager_focus"), **LIVELY),
        *less("manager_bonus", 0.0, 1.5, manager("customer", 13), board("customer", 13), **LIVELY),
        *more("manager_bonus", 0.0, 1.5, counted("cost_programme"), **LIVELY),
        *more("manager_customer_weight", 0.0, 1.0, manager("customer", 13), board("customer", 13), **LIVELY),
        *less("customer_scope", "team", "organisation", manager("customer", 13), manager_customer_weight=1.0, **LIVELY),
        *more("owner_pressure", 0.0, 0.8, board("demand"), manager("numbers", 13), team("pressure", 13), **LIVELY),
        *less("team.attained", 0.7, 1.0, manager("numbers", 8), board("numbers", 8), **LIVELY),
        *less("load", 0.5, 0.85, manager("customer", 13), **LIVELY),
        *more("intrinsic", 0.3, 0.9, manager("customer", 13), **LIVELY),
        *less("duty", 0.2, 0.9, manager("customer", 13), **LIVELY),
        # the board is convinced, its managers are not: what arrives shrinks with every layer in between
        *less("management_layers", 2, 4, manager("customer", 26), **CONVINCED_TOP),
        *more("norm_weight", 0.0, 2.0, manager("customer", 26), management_layers=3, **CONVINCED_TOP),
        *more("social_pull", 0.0, 0.3, manager("conviction", 26), management_layers=3, **CONVINCED_TOP),
        *more("management_layers", 1, 4, counted("cost_programme")),
    ],
    "leaders meet customers": [
        *more("leader_contact", 0, 4, board("sight"), manager("sight"), board("conviction", 13),
              manager("conviction", 13), counted("cost_programme"),
              **{k: v for k, v in MEETING.items() if k != "leader_contact"}),
        *less("leader_contact", 4, 52, board("conviction", 26), board("sight", 26),
              **{k: v for k, v in MEETING.items() if k != "leader_contact"}),
        *more("leader_contact_layers", 1, 3, manager("sight"), manager("conviction", 13), counted("cost_programme"),
              **MEETING),
        *more("leader_contact_depth", 0.2, 1.0, board("sight"), board("conviction", 13), **MEETING),
        *less("leader_contact_fade", 0.0, 0.5, board("sight", 3), board("conviction", 13), **MEETING),
        *more("leader_contact_hours", 0.0, 20.0, counted("cost_programme"), **MEETING),
        *less("leader_contact_hours", 0.0, 20.0, board("customer", 13), board("numbers", 13),
              **{**MEETING, "leader_contact": 1}),
        *more("world.reputation", 5.0, 9.0, board("conviction", 4), **MEETING),
        *more("impact_sight", 0.1, 0.9, manager("sight"), board("sight"), **LIVELY),
        *more("world.adoption", 0.0, 0.9, manager("sight"), platform=1.0, **LIVELY),
        *more("leader_contact_depth", 0.0, 1.0, board("customer", 13), manager_customer_weight=1.0, impact_gain=0.0,
              **{k: v for k, v in MEETING.items() if k != "impact_gain"}),
    ],
    "what managers do with the levers": [
        *more("manager.numbers", 0.1, 0.9, team("pressure", 13), **OVERLOAD, **FROZEN_IN),
        *less("manager.customer", 0.1, 0.9, team("pressure", 13), **OVERLOAD, **FROZEN_IN),
        *more("appraisal_room", 0.0, 1.0, paid("pay_own"), paid("pay_team"), motive("handle"), **NUMBERS, **FROZEN_IN),
        *less("appraisal_room", 0.0, 1.0, paid("pay_own"), motive("handle"), **CUSTOMER, **FROZEN_IN),
        *more("manager.customer", 0.1, 0.9, motive("care"), leader_example=0.5, norm_weight=1.0,
              **dotted(team__norm=0.0), **FROZEN_IN),
        *more("manager.customer", 0.1, 0.9, paid("sponsor"), sponsorship=0.5, okr_count=1, **FROZEN_IN),
        *less("manager.numbers", 0.1, 0.9, team("capacity", 26), capacity_cut=0.3, **QUARTER, **FROZEN_IN),
        *more("manager.customer", 0.1, 0.9, team("capacity", 13), capacity_return=0.3, **OVERLOAD, **FROZEN_IN),
        *more("manager.numbers", 0.1, 0.9, team("target", 13), target_ratchet=0.3, target_level=0.8, **FROZEN_IN),
        *less("manager.numbers", 0.1, 0.9, paid("pay_own"), target_ratchet=0.3, appraisal_room=0.0, **FROZEN_IN),
    ],
}
