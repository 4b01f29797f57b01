"""A team: a queue of cases, what its members do on average, and what the dashboard says about it."""

from __future__ import annotations

from collections import deque
from math import exp, log

import mesa

from silosim.experiments.benchmark.plain_mesa.case import QUEUED

ACTIVITIES = range(6)
HANDLE, CARE, CONNECT, IMPROVE, GAME, HELP = ACTIVITIES
SLOTS, DAYS = 4, 5
HOURS_PER_WEEK = 40.0
WEEKS_PER_QUARTER = 13


class Team(mesa.Agent):
    """People who share a queue and a KPI."""

    def __init__(self, model, spec, index):
        super().__init__(model)
        self.name = spec.name
        self.index = index
        self.queue = deque()
        self.members = []
        self.availability = 0.9
        self.capacity = 1.0
        self.target = 1.0
        self.attained = 1.0
        self.pressure = 0.0
        self.backlog = 0.0
        self.norm = [0.0] * 6
        self.conviction = 0.0
        self.newness = 1.0
        self.pay_own = self.pay_team = 0.0
        self.plan = 0.0
        self.sanctions = 0
        self.points = self.first_closures = 0  # of the week
        self.new_quarter()

    def new_quarter(self):
        """Start counting again."""
        self.quarter_points = self.quarter_first = 0.0
        self.leavers = 0
        self.pressed = 0.0
        self.weeks = 0

    def budget(self):
        """Share of the day that coordination, work in progress and programmes leave."""
        par = self.model.par
        lost = par.coordination * log(max(len(self.members), 1)) + par.switching * max(0.0, par.work_in_progress - 1.0)
        return max(0.0, 1.0 - lost - par.culture * par.culture_hours)

    # --- every week ----------------------------------------------------------------------------------------

    def take_stock(self):
        """Availability of work, backlog, pressure, and what members do on average."""
        par = self.model.par
        offered = sum(e.slot_hours for e in self.members) * SLOTS * DAYS
        if offered > 0.0:
            worked = sum(e.worked for e in self.members)
            self.availability += 0.5 * (worked / offered - self.availability)
        hours = 0.0
        for case in self.queue:
            if case.status == QUEUED:
                hours += case.extra
                if not case.mending:
                    share = 1.0 if case.attempt == 0 else par.rework_share
                    hours += share * case.journey.stages[case.stage].hours
        self.backlog = hours * DAYS / offered if offered > 0.0 else 0.0
        over = max(0.0, self.backlog / par.backlog_norm - 1.0)
        self.pressure = over / (1.0 + over)
        self.pressed += self.pressure
        self.weeks += 1
        self.paid = HOURS_PER_WEEK * self.capacity * par.paid_hours * len(self.members)
        self.quarter_points += self.points
        self.quarter_first += self.first_closures
        self.points = self.first_closures = 0
        self.set_norms()

    def set_norms(self):
        """Mean effort per activity and mean conviction."""
        n = max(len(self.members), 1)
        self.conviction = sum(e.conviction for e in self.members) / n
        self.norm = [sum(e.effort[a] for e in self.members) / n for a in ACTIVITIES]
        self.newness = exp(-self.model.par.help_effect * self.norm[HELP])

    def set_pay(self):
        """What output earns each member, on one's own and on the team's results."""
        par = self.model.par
        output = par.bonus * par.output_share * (1.0 - par.hold_back * par.target_ratchet)
        n = max(len(self.members), 1)
        self.pay_own = output * (1.0 - par.team_share)
        self.pay_team = output * par.team_share * n**-par.dilution * (1.0 + par.peer_effect / n**0.5)

    def improve(self):
        """Capability of the team's stages grows with improving and decays without."""
        par = self.model.par
        gain = par.improve_effect * max(0.0, self.norm[IMPROVE] - par.improve_fixed)
        for journey in self.model.journeys:
            for stage in journey.stages:
                if stage.team is self:
                    level = stage.capability
                    stage.capability = min(1.0, level + gain * (1.0 - level) - par.capability_decay * level)
        self.sanctions = 0

    # --- every quarter -------------------------------------------------------------------------------------

    def appraise(self):
        """KPI against target; capacity and targets follow."""
        par = self.model.par
        plan = self.plan * self.weeks / WEEKS_PER_QUARTER
        reached, first = (x / plan if plan > 0.0 else 1.0 for x in (self.quarter_points, self.quarter_first))
        self.attained = reached / (par.target_level * self.target)
        self.model.count_appraisal(self, reached, first)
        cut = min(par.capacity_cut * max(0.0, self.attained - 1.0), self.leavers / max(len(self.members), 1))
        back = par.capacity_return * max(0.0, self.pressed / max(self.weeks, 1) - par.pressure_tolerated)
        self.capacity = min(1.2, max(0.6, self.capacity * (1.0 - cut + back)))
        self.target = min(3.0, max(0.5, self.target * (1.0 + par.target_ratchet * (self.attained - 1.0))))
        self.new_quarter()

    def share_out(self, bonus):
        """Who draws what: the individual part by the points one made, the team's part equally."""
        own = bonus * (1.0 - self.model.par.team_share)
        points = sum(e.points for e in self.members)
        for e in self.members:
            share = e.points * len(self.members) / points if points > 0.0 else 1.0
            e.drawn = bonus - own + own * share
