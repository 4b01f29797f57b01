"""The organisation as a Mesa model: a step is a working day; every fifth ends a week, every 65th a quarter."""

from __future__ import annotations

from collections import defaultdict
from math import exp
from types import SimpleNamespace

import mesa

from silosim.experiments.benchmark.plain_mesa.case import Customer, Journey, Stage
from silosim.experiments.benchmark.plain_mesa.caseload import Caseload
from silosim.experiments.benchmark.plain_mesa.employee import Employee, fill
from silosim.experiments.benchmark.plain_mesa.figures import COLLECTED, COUNTS, REPORTERS, week_figures
from silosim.experiments.benchmark.plain_mesa.team import ACTIVITIES, DAYS, GAME, SLOTS, WEEKS_PER_QUARTER, Team
from silosim.model.parameters import PARAMETERS, InvalidInput

# Levers today's organisation does not use are left out; they must stay at their defaults.
NOT_KNOWN = (
    "structure", "kpi", "customer_weight", "customer_scope", "customer_measure", "customer_pay_mode", "okr",
    "okr_count", "okr_teams", "okr_result", "okr_target", "sponsorship", "top_tasks", "platform", "compensation",
    "rank_share", "driver_weight", "kpi_sight", "kpi_count", "recruit_candidates", "onboarding", "exits",
    "customer_flag", "management_layers", "process_teams", "mapping_boundaries", "gesture_hours", "defect_spread",
    "term_days", "appraisal_room", "manager_bonus", "manager_customer_weight", "board_conviction", "board_customer",
    "manager_conviction", "leader_contact", "leader_contact_layers", "leader_contact_depth", "process_people",
    "process_pay", "mapping_hours", "gesture_interval",
)


class Organisation(Caseload):
    """An organisation of plain Mesa agents.

    spec    organisation_file.load_organisation
    rng     seed or NumPy generator
    values  levers and world parameters by name; InvalidInput for the levers this version does not know
    """

    def __init__(self, spec, rng=None, **values):
        super().__init__(rng=rng)
        for name, value in values.items():
            if name in NOT_KNOWN and PARAMETERS[name].code(value) != PARAMETERS[name].code(PARAMETERS[name].default):
                raise InvalidInput(f"the plain Mesa version does not know the lever {name}; leave it at its default")
        self.spec = spec
        self.par = SimpleNamespace(**PARAMETERS.codes(values))
        self.day = self.week = 0
        self.reputation = 7.0
        self.count = SimpleNamespace(**dict.fromkeys(COUNTS, 0))
        self.calendar = defaultdict(list)
        self.waiting = {}  # cases whose customer waits, in order of arrival
        self.found_teams()
        self.found_journeys()
        expects, gauss = self.par.expectation_start, self.random.gauss
        self.customers = [Customer(gauss(0.0, 1.0), expects) for _ in range(spec.customers)]
        self.set_example()
        self.teams.do("set_norms")
        self.employees.do("look_at_oneself")
        self.employees.do("settle")
        self.employees.do("set_bounce")
        self.datacollector = mesa.DataCollector(REPORTERS, agenttype_reporters={Employee: COLLECTED})

    def found_teams(self):
        """People, and familiarity between and within teams."""
        teams = [Team(self, spec, k) for k, spec in enumerate(self.spec.teams)]
        for team in teams:
            team.members = [Employee(self, team) for _ in range(self.spec.teams[team.index].headcount)]
        self.teams = self.agents_by_type[Team]
        self.employees = self.agents_by_type[Employee]
        self.team_list = teams
        n = len(teams)
        self.familiar = [[0.6 if a == b else 0.35 for b in range(n)] for a in range(n)]
        self.handed = [[0] * n for _ in range(n)]
        par = self.par
        self.p_audit = min(1.0, par.audit * (1.0 + par.strict_detect * par.strictness))

    def found_journeys(self):
        """Journeys with their stages, and what teams are planned to close."""
        self.journeys, self.shares = [], []
        for j, journey in enumerate(self.spec.journeys):
            meets = self.spec.met_stages(j)
            stages = [Stage(self.team_list[stage.team], stage.hours, met, self.par.capability_start)
                      for stage, met in zip(journey.stages, meets, strict=True)]
            self.journeys.append(Journey(journey.name, stages))
            self.shares.append(journey.share)
            for stage in stages:
                stage.team.plan += self.spec.arrivals * WEEKS_PER_QUARTER * self.par.demand * journey.share

    def set_example(self):
        """What leaders of full conviction would do in a day of .9."""
        par = self.par
        worth = [par.duty] + [par.intrinsic * v for v in (par.value_care, par.value_connect, par.value_improve)]
        worth += [0.0, par.intrinsic * par.value_help]
        worth[GAME] = 0.0
        self.example, _ = fill(worth, ACTIVITIES, 0.9, par.effort_cost)

    # --- a day ---------------------------------------------------------------------------------------------

    def step(self):
        """A working day, and what ends with it."""
        self.new_cases()
        self.cases_due_back()
        self.impatience()
        for _ in range(SLOTS):
            self.employees.shuffle_do("work")
        self.day += 1
        if self.day % DAYS == 0:
            self.end_week()

    # --- a week, a quarter ---------------------------------------------------------------------------------

    def end_week(self):
        """Teams take stock; people choose, reflect and may leave; the organisation learns; figures are collected."""
        count, people, teams = self.count, self.employees, self.teams
        count.offered = sum(e.slot_hours for e in people) * SLOTS * DAYS
        count.worked = sum(e.worked for e in people)
        teams.do("take_stock")
        teams.do("set_pay")
        people.do("choose_effort")
        people.do("settle")
        people.do("reflect")
        people.do("consider_leaving")
        teams.do("improve")
        self.get_familiar()
        people.do("feel_strain")
        if self.quarter_ends():
            teams.do("appraise")
            people.do("look_around")
            people.do("change_mind")
        ended = count.solved + count.gave_up + count.withdrawn
        if ended:
            self.reputation += 0.04 * (count.grade / ended - self.reputation)
        self.figures = week_figures(self)
        self.datacollector.collect(self)
        if self.quarter_ends():
            people.set("strained", 0.0)
        people.set("worked", 0.0)
        vars(count).update(dict.fromkeys(COUNTS, 0))
        self.week += 1

    def quarter_ends(self):
        """Whether this is the last week of a quarter."""
        return self.week % WEEKS_PER_QUARTER == WEEKS_PER_QUARTER - 1

    def count_appraisal(self, team, reached, first):
        """A team's quarter on the dashboard, and the bonus it earns."""
        count, par = self.count, self.par
        count.appraised += 1
        count.attained += team.attained
        count.closures += reached
        count.first += first
        count.green += team.attained >= 1.0
        bonus = par.bonus_money * par.bonus * par.output_share * min(team.attained, 1.5)
        count.bonuses += bonus * len(team.members)
        team.share_out(bonus)

    def get_familiar(self):
        """Teams that hand over to each other get to know each other; large teams dilute contact."""
        par = self.par
        sizes = [len(team.members) for team in self.team_list]
        for a, n1 in enumerate(sizes):
            for b in range(a, len(sizes)):
                n2 = sizes[b]
                handed = self.handed[a][b] + (self.handed[b][a] if a != b else 0)
                contact = handed / 144.0 * (144.0 / (n1 * n2)) ** par.familiarity_dilution
                if a == b:
                    contact += 12.0 / n1
                level = self.familiar[a][b]
                level += (1.0 - exp(-par.familiarity_gain * contact)) * (1.0 - level) - par.familiarity_loss * level
                self.familiar[a][b] = self.familiar[b][a] = level
        self.handed = [[0] * len(sizes) for _ in sizes]

    def thin_familiarity(self, team):
        """A leaver takes along what the others knew of the team."""
        keep, own = 1.0 - 1.0 / max(len(team.members), 1), team.index
        for other in range(len(self.familiar)):
            self.familiar[own][other] *= keep
            if other != own:
                self.familiar[other][own] *= keep
