"""The Mesa face: the organisation as a mesa.Model, its people, teams and customers as agents. Only here is Mesa known.

    from silosim.model.faces import Employee, Organisation

    class Honest(Employee):
        def weigh_motives(self):            # one rule in plain Python; everything else stays compiled
            super().weigh_motives()
            self.motive.game = 0.0

    organisation = Organisation("clinic", rng=1, bonus=1.0, employee_class=Honest)
    organisation.run_weeks(52)
    organisation.datacollector.get_model_vars_dataframe()[["week", "grade", "gaming"]]
"""

from silosim.model.faces.agents import Customer, Employee, Manager, Team
from silosim.model.faces.organisation import Organisation

__all__ = ["Customer", "Employee", "Manager", "Organisation", "Team"]
