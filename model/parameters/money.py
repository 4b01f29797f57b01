"""Money: every policy has a cost. Constants of the accounts, in euros and hours."""

from silosim.model.parameters.registry import Parameter

ASSUMED = "assumption for a Dutch service organisation; replace by your own"


def _money(name, default, low, high, unit):
    return Parameter(name, default, low, high, unit, "constant", "money", ASSUMED, "plausible")


MONEY = [
    _money("wage", 45.0, 0, 500, "EUR per paid hour, all-in"),
    _money("bonus_money", 1500.0, 0, 50000, "EUR per quarter per person at bonus 1 and KPI on target"),
    _money("okr_money", 500.0, 0, 50000, "EUR per quarter per person at OKR reward 1 and result on target"),
    _money("platform_capital", 600.0, 0, 20000, "EUR per person per year, written off"),
    _money("platform_running", 400.0, 0, 20000, "EUR per person per year"),
    _money("platform_hours", 0.01, 0, 0.2, "share of the day to use it"),
    _money("platform_training", 2.0, 0, 20, "share of the day per unit of weekly adoption"),
    _money("culture_hours", 0.02, 0, 0.2, "share of the day in a full culture programme"),
    _money("culture_money", 500.0, 0, 20000, "EUR per person per year of a full culture programme"),
    _money("move_hours", 16.0, 0, 200, "paid hours per person moved to another team"),
    _money("hire_money", 6000.0, 0, 50000, "EUR per recruit"),
    _money("interview_money", 400.0, 0, 10000, "EUR per applicant interviewed beyond the first"),
    _money("exit_money", 15000.0, 0, 100000, "EUR of severance per person let go"),
    _money("flag_hours", 0.005, 0, 0.1, "share of the day that full use of the customer flag takes"),
    _money("kpi_hours", 0.004, 0, 0.05, "share of the day per indicator beyond the first"),
    _money("appraisal_hours", 0.005, 0, 0.1, "share of the day for appraisal talks about a customer driver"),
    _money("compensation_money", 50.0, 0, 5000, "EUR per compensated customer"),
    _money("process_hours", 0.05, 0, 0.5, "share of the day that a seat in a customer-process team takes"),
    _money("process_money", 80000.0, 0, 500000, "EUR per service manager per year, all-in"),
    _money("error_money", 150.0, 0, 50000, "EUR per wrong judgement"),
    _money("leader_contact_hours", 4.0, 0, 40, "hours of a manager per meeting with customers"),
]
