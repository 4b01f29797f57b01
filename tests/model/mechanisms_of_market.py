"""Directions of what customers who leave do to demand, and of how unevenly pay and strain fall."""

from mechanisms import after, counted, less, measured, more

LEAVING = {"churn_feedback": 1.0, "market_slack": 0.0, "u_base": -0.5}  # so that many are let down
FREE = {"churn_feedback": 1.0, "market_slack": 0.5, "churn_risk": 0.0}  # nobody leaves; a third of all places is vacant

MARKET = {
    "customers who leave": [
        *less("churn_feedback", 0.0, 1.0, counted("arrived", weeks=52), measured("customer_base", 52),
              market_slack=0.0, u_base=-0.5),
        *more("churn_risk", 0.1, 0.8, measured("churn", 26)),
        *less("churn_risk", 0.1, 0.8, measured("customer_base", 26), counted("arrived", weeks=52), **LEAVING),
        *more("churn_mark", 4.0, 9.0, measured("churn", 26)),
        *less("churn_mark", 4.0, 9.0, measured("customer_base", 26), **LEAVING),
        *more("churn_return", 0.0, 0.1, measured("customer_base", 52), counted("arrived", weeks=52), **FREE),
        *more("churn_word", 0.0, 2.0, measured("customer_base", 52), u_base=4.0, **FREE),
        *less("churn_word", 0.0, 2.0, measured("customer_base", 52), u_base=-2.0, **FREE),
        *more("market_slack", 0.0, 1.0, measured("customer_base", 52), counted("arrived", weeks=52),
              churn_feedback=1.0, churn_risk=0.0, churn_return=0.05),
        *more("u_base", -1.0, 2.0, measured("customer_base", 52), churn_feedback=1.0),
    ],
    "fairness": [
        *more("rank_share", 0.0, 0.8, measured("pay_gini")),
        *more("bonus", 0.2, 1.0, measured("variable_pay")),
    ],
    "help across a boundary": [
        *more("effort.connect", 0.0, 0.1, after(13, lambda sim: sim.silo_map()[:, :, 3].sum()),
              measured("internal_grade_across")),
    ],
}
