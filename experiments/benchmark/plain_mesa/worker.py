"""How an employee works: a slot of hours on the case in hand and on the team's queue."""

from __future__ import annotations

from math import exp

import mesa

from silosim.experiments.benchmark.plain_mesa.case import ESCALATED, IN_HAND, QUEUED

HOURS_TO_ESCALATE = 0.25


class Worker(mesa.Agent):
    """The half of Employee that works cases, with what it decided on for the week."""

    def work(self):
        """The case in hand first, then the team's queue, until the hours of the slot are used."""
        left = self.slot_hours
        case = self.hand
        while left > 0.0:
            if case is None:
                case = self.take_up()
                if case is None:
                    break
            if case.left > left:
                case.left -= left
                left = 0.0
            else:
                left -= case.left
                case.left = 0.0
                case = self.finish(case)
        self.hand = case
        self.worked += self.slot_hours - left

    def take_up(self):
        """The next case that stays in one's hands."""
        queue = self.team.queue
        while queue:
            case = queue.popleft()
            if case.status == QUEUED and self.begin(case):
                return case
        return None

    def begin(self, case):
        """Start a stage; False when the case was bounced to its sender."""
        case.status = IN_HAND
        if case.mending:
            case.left = case.extra
            return True
        if case.escalating:  # whoever was writing it down has left
            case.left = HOURS_TO_ESCALATE
            return True
        if case.sender is not None and not self.receive(case):
            return False
        if not case.decided and self.draw() < self.model.par.exception_rate and not self.solve_exception(case):
            return True
        case.left = self.stage_hours(case) + case.extra
        return True

    def receive(self, case):
        """Open a case somebody handed over; send it back when its story is lost and that seems worth it."""
        sender, case.sender = case.sender, None
        self.seen += 0.05 * (sender.conviction * (1.0 - sender.gap) - self.seen)
        count = self.model.count
        across = sender.team is not self.team
        count.received += 1
        count.received_across += across
        if not case.lost:
            count.intact += 1
            count.intact_across += across
            return True
        if self.draw() >= self.p_bounce:
            return True
        par = self.model.par
        case.bounces += 1
        case.mending, case.lost = True, False
        case.extra += par.bounce_work * case.journey.stages[case.stage].hours
        count.bounces += 1
        self.model.enqueue(case, sender.team)
        return False

    def solve_exception(self, case):
        """On the spot (True, perhaps wrongly, perhaps punished) or escalated (False)."""
        par, draw = self.model.par, self.draw
        case.decided = True
        if draw() >= self.p_spot:
            case.escalating = True
            case.left = HOURS_TO_ESCALATE
            return False
        case.on_spot = True
        if draw() < self.p_wrong:
            case.defects.add(case.stage)
            self.model.count.wrong += 1
        if draw() < par.strictness * par.sanction:
            self.team.sanctions += 1
        return True

    def stage_hours(self, case):
        """Hours of the stage for this employee and the history of the case; less when only polished."""
        par = self.model.par
        hours = case.hours[case.stage]
        if case.attempt > 0:
            hours *= par.rework_share
        if case.lost:
            hours *= 1.0 + par.repeat_work
        if case.on_spot:
            hours *= par.exception_hours
        if not case.audited and self.draw() < self.p_polish:
            case.polished = True
            return hours * par.polish_hours
        case.polished = False
        done = self.experience[case.journey.stages[case.stage].team.index] / par.learning_cases
        if done > 12.0:
            return hours
        return hours * (1.0 + par.learning_slow * exp(-done) * self.team.newness)

    def finish(self, case):
        """The hours in hand are done; returns the case that stays in hand, if any."""
        model = self.model
        if case.mending:
            case.mending = False
            case.extra = 0.0
            case.arrived = model.day
            model.enqueue(case, case.journey.stages[case.stage].team)
            return None
        if case.escalating:
            case.escalating = False
            case.contacts += 1
            model.count.failures += 1
            model.park(case, ESCALATED, model.par.escalation_delay)
            return None
        if case.polished and self.draw() < model.p_audit:
            case.audited = True
            if self.draw() < model.par.sanction:
                self.team.sanctions += 1
            case.left = self.stage_hours(case)
            return case
        self.finish_stage(case)
        if not case.todo:
            model.finish_case(case)
            return None
        return self.pass_on(case)

    def finish_stage(self, case):
        """Closures for the dashboard, experience for oneself, perhaps a hidden defect."""
        model = self.model
        par, count = model.par, model.count
        s = case.stage
        stage = case.journey.stages[s]
        timely = model.day - case.arrived <= par.norm_days
        point = 1.0 if timely else 1.0 - par.late_weight
        self.points += point
        self.team.points += point
        self.team.first_closures += case.attempt == 0
        count.stages += 1
        count.timely += timely
        self.experience[stage.team.index] += 1.0
        case.handlers[s] = self
        if case.polished:
            count.polished += 1
            p_defect = par.polish_defect
        else:
            p_defect = self.p_defect * (1.0 - stage.capability)
        if self.draw() < p_defect:
            case.defects.add(s)
        if stage.meets:
            case.warmth = 0.0 if case.polished else self.warmth
        case.todo.remove(s)
        case.extra = 0.0

    def pass_on(self, case):
        """To the next stage: kept when it stays in the team and one owns cases, else handed over."""
        model, here = self.model, self.team
        model.next_stage(case)
        there = case.journey.stages[case.stage].team
        if here is there and self.draw() < model.par.ownership:
            self.begin(case)
            return case
        case.sender = self
        case.handoffs += 1
        count, familiar = model.count, model.familiar[here.index]
        model.handed[here.index][there.index] += 1
        lost = self.draw() < self.p_lose * (1.0 - familiar[there.index])
        count.handoffs += 1
        count.lost += lost
        if here is not there:
            count.across += 1
            count.lost_across += lost
            count.lost_reference += self.p_lose * (1.0 - familiar[here.index])
        if lost:
            case.lost = True
            case.lost_across = case.lost_across or here is not there
            case.contacts += 1
            count.failures += 1
        model.enqueue(case, there)
        return None

    def feel(self, meets, grade):
        """A case one worked on has ended: what of it one gets to see."""
        par = self.model.par
        sight = 1.0 if meets else par.impact_sight
        self.impact += par.impact_rate * (sight * min(1.0, max(0.0, (grade - 5.0) / 4.0)) - self.impact)
