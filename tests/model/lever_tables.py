"""What levers may reach in one step: the tables that test_lever_writes.py holds against the sources of the rules.

Fields are named as in layout.py: table.field, or the field of the world; `sums.*` are accumulators. A new lever, or a
new rule for one, that reaches anything else needs a line here, and a reason.
"""

from silosim.model.parameters import PARAMETERS

# Where levers may enter, as a number or by deciding: what people are paid for, see, may do, have time for, know and
# believe, and where cases go. Costs are what a lever costs.
MAY_WRITE = {
    "pay": "team.pay_own team.pay_team team.pay_customer team.pay_journey team.pay_okr team.pay_rank team.pay_driver "
           "team.rivalry team.sponsor team.end_to_end team.strange team.term team.pay_term "
           "emp.motive emp.begging emp.price drawn sums.variable_pay emp_sums.variable_pay",
    "sight": "emp.sight emp.impact manager.sight manager.met",
    "permission": "emp.p_spot team.sanctions",
    "time": "team.budget team.capacity team.target team.paid_week team.saved team.touch team.pressure saving "
            "emp.slot_hours scratch manager.customer manager.numbers manager.demand",
    "knowledge": "emp.p_defect emp.p_lose emp.p_wrong familiar adoption adopting mapped team.sessions lead_start",
    "routing": "teams emp.team journey.team journey.front journey.focus journey.known team.processes team.steered",
    "conviction": "emp.conviction emp.trait emp.fear team.discussed manager.conviction manager.trait",
    "costs": "sums.cost_bonus sums.cost_people sums.cost_programme sums.cost_compensation sums.cost_error",
    "how managers are (shown, fed to nothing)": "sums.managed_weeks sums.manager_focus sums.board_weeks "
                                                "sums.board_focus",
}

# Decisions that a lever takes part in: what happens then, happens, and is counted as it happens. (rule, levers)
ACTS = {
    "work.finish": ("audit strictness", "an audit finds a cosmetic closure, which is done again"),
    "work.redo": ("sanction", "and is punished"),
    "work.decide_exception": ("strictness sanction", "an exception solved on the spot is punished"),
    "work.pass_on": ("ownership", "the case stays with its owner instead of being handed over"),
    "handoff.receive": ("goal_alignment", "the receiver sends a case back"),
    "routing.redirect": ("platform goal_alignment", "the receiver sends back what it cannot help with"),
    "holding.stop_clocks": ("audit strictness", "the risk of an audit: whether somebody stops the clock"),
    "holding.hold": ("audit strictness sanction", "an audit finds it, and it is punished"),
    "routing.find_team": ("platform", "to which team a case is sent: one customer picture shows where it belongs"),
    "routing.somebody_known": ("platform", "the same: which one of those that it could be"),
    "experience.compensated": ("compensation", "the customer gets money; what that does is the world's, not the "
                                               "lever's"),
    "pay.alignment": ("goal_alignment", "the same: how far goals that are opposed were worn down"),
    "pay.output_pot": ("customer_pay_mode", "what people expect to earn, and with it who leaves"),
    "pay.customer_pot": ("customer_pay_mode", "the same"),
    "pay.driver_pot": ("customer_pay_mode", "the same"),
    "people.consider_leaving": (" ".join(p.name for p in PARAMETERS.of_role("lever")), "somebody leaves, or is let go"),
    "work.count_closure": ("kpi", "which closures count in the points of one employee"),
    "appraisal.result": ("kpi", "which closures the KPI counts"),
    "experience.attribute_failure": ("kpi_sight", "an end-to-end KPI takes a closure back"),
    "handoff.hand_over": ("kpi_sight", "an end-to-end KPI charges a lost story"),
}

# The levers that say what the KPI is (L5, and the target itself): they set the yardstick, not what it measures.
YARDSTICK = {
    "emp.points": "kpi kpi_sight", "team.taken": "kpi_sight", "team.attained": "kpi target_level",
}

# Estimates made for readers, which feed no rule. (rule, levers)
ESTIMATES = {
    "teams.count_help": ("platform", "what connecting saved, in the silo map"),
}

# Rules that write something measured and, apart from it, something that a lever is about: (rule, lever)
WRITE_MORE = {
    ("accounts.account_team", "management_layers"), ("accounts.close_week", "management_layers"),  # managers' own week
    ("experience.feel", "platform"),  # the impact people see
    ("teams.get_familiar", "mapping_boundaries"),  # familiarity; it also starts the week's handoffs anew
}
