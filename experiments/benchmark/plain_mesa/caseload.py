"""The cases of an organisation: how they arrive, wait, come back and end, and what customers live through."""

from __future__ import annotations

from math import exp, log

import mesa

from silosim.experiments.benchmark.plain_mesa.case import AWAY, ENDED, ESCALATED, IN_HAND, QUEUED, Case
from silosim.experiments.benchmark.plain_mesa.team import DAYS

LONGEST_WAIT = 126  # days a case may be parked


class Caseload(mesa.Model):
    """The half of Organisation that cases move in: customers, queues and the calendar."""

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
