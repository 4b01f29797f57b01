"""The organisation as a Mesa model: a step is a working day; every fifth ends a week, every 65th a quarter."""

from __future__ import annotations

from collections import defaultdict
from math import exp, log
from types import SimpleNamespace

import mesa

from silosim.experiments.benchmark.plain_mesa.case import (
    AWAY,
    ENDED,
    ESCALATED,
    IN_HAND,
    QUEUED,
    Case,
    Customer,
    Journey,
    Stage,
)
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
)
LONGEST_WAIT = 126  # days a case may be parked


class Organisation(mesa.Model):
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

    def new_cases(self):
        """Poisson arrivals of customers with a question."""
        random, spread = self.random, self.par.hours_spread
        mean = -spread * spread / 2.0
        for _ in range(self.rng.poisson(self.spec.arrivals / DAYS * self.par.demand)):
            journey = random.choices(self.journeys, self.shares)[0]
            customer = self.customers[int(random.random() * len(self.customers))]
            hours = [stage.hours * exp(random.gauss(mean, spread)) for stage in journey.stages]
            case = Case(customer, journey, self.day, hours, list(range(len(hours))), [None] * len(hours))
            self.count.arrived += 1
            self.enter(case)

    def enter(self, case):
        """The customer brings the case to the team of its first stage still to do."""
        self.next_stage(case)
        case.waiting_since = self.day
        self.waiting[case] = None
        self.enqueue(case, case.journey.stages[case.stage].team)

    def next_stage(self, case):
        """The first stage still to do, with nothing known about it yet."""
        case.stage = case.todo[0]
        case.sender = None
        case.lost = case.mending = case.polished = case.audited = False
        case.decided = case.on_spot = case.escalating = False
        case.arrived = self.day

    def enqueue(self, case, team):
        """To the back of the team's queue."""
        case.status = QUEUED
        case.team = team
        team.queue.append(case)

    def put_back(self, case, team):
        """Work in hand of somebody who left goes to the front of the queue."""
        case.status = QUEUED
        team.queue.appendleft(case)

    def park(self, case, status, mean):
        """The case comes back in 1 + Exp(mean) days."""
        case.status = status
        days = 1 + int(-mean * log(1.0 - self.random.random()))
        self.calendar[self.day + min(days, LONGEST_WAIT)].append(case)

    def cases_due_back(self):
        """Escalations answered, and customers back with what was not right (failure demand)."""
        for case in self.calendar.pop(self.day, ()):
            if case.status == ESCALATED:
                case.arrived = self.day
                self.enqueue(case, case.journey.stages[case.stage].team)
            elif case.status == AWAY:
                case.attempt += 1
                case.contacts += 1
                self.count.failures += 1
                case.todo = sorted(case.defects)
                case.defects = set()
                case.extra += self.par.return_hours
                self.enter(case)

    def impatience(self):
        """Customers who wait too long call again; after three times their patience some withdraw."""
        par, random = self.par, self.random.random
        patience = self.spec.patience * par.patience
        since = self.day - patience
        for case in [case for case in self.waiting if case.waiting_since < since]:
            if random() < par.call_rate:
                case.contacts += 1
                self.count.failures += 1
                if case.status == IN_HAND:
                    case.left += par.call_hours
                else:
                    case.extra += par.call_hours
            may_withdraw = case.waiting_since < self.day - 3.0 * patience and case.status in (QUEUED, ESCALATED)
            if may_withdraw and random() < par.withdraw_rate:
                self.conclude(case, "withdrawn")

    # --- how cases end -------------------------------------------------------------------------------------

    def finish_case(self, case):
        """All stages done: solved, or the customer gives up or comes back when something is wrong."""
        if not case.defects:
            self.conclude(case, "solved")
        elif self.random.random() < self.par.give_up:
            self.conclude(case, "gave_up")
        else:
            del self.waiting[case]
            self.park(case, AWAY, self.par.return_delay)

    def conclude(self, case, outcome):
        """The case ends: its grade, the survey, and what those who worked on it see of it."""
        count, par, random = self.count, self.par, self.random
        days = self.day - case.opened
        grade = self.experience(case, outcome, days)
        case.status = ENDED
        del self.waiting[case]
        setattr(count, outcome, getattr(count, outcome) + 1)
        if outcome == "solved":
            count.first_right += case.attempt == 0
            count.lost_cases += case.lost_across
        count.contacts += case.contacts
        count.case_handoffs += case.handoffs
        count.grade += grade
        count.seven += grade >= 7.0
        count.seven_half += grade >= 7.5
        count.eight += grade >= 8.0
        count.nine += grade >= 9.0
        count.lead_time += days
        if grade < par.churn_mark:
            count.churned += par.churn_risk * (par.churn_mark - grade) / (par.churn_mark - 1.0)
        load = 0.4 * (case.contacts - 1) + 0.3 * case.bounces + 0.1 * days / (self.spec.patience * par.patience)
        count.effort += 7.0 - 6.0 / (1.0 + load)
        if random.random() < par.survey_base + par.survey_extreme * abs(grade - 7.0):
            self.count_answer(min(10.0, max(1.0, grade + par.survey_noise * random.gauss(0.0, 1.0))))
        for employee, stage in zip(case.handlers, case.journey.stages, strict=True):
            if employee is not None:
                employee.feel(stage.meets, grade)

    def count_answer(self, score):
        """A survey answer, as the net promoter score counts it."""
        self.count.answers += 1
        self.count.score += score
        self.count.promoters += score >= 8.5
        self.count.detractors += score < 6.5

    def experience(self, case, outcome, days):
        """The grade; expectations follow what customers live through."""
        par, customer = self.par, case.customer
        q = par.u_base + par.case_spread * self.random.gauss(0.0, 1.0) + par.u_care * case.warmth
        q -= par.u_wait * log(1.0 + days / (self.spec.patience * par.patience))
        q -= par.u_contact * (case.contacts - 1) + par.u_bounce * case.bounces
        if outcome != "solved":
            q -= par.u_unsolved
        u = q + par.trait_spread * customer.trait - par.adaptation * (customer.expectation - par.expectation_start)
        customer.expectation += par.expectation_gain * (q - customer.expectation)
        return 1.0 + 9.0 / (1.0 + exp(-u))

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
