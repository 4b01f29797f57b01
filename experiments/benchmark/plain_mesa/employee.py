"""An employee: chooses effort by the week, and changes with what happens here."""

from __future__ import annotations

from math import exp

from silosim.experiments.benchmark.plain_mesa.figures import strain
from silosim.experiments.benchmark.plain_mesa.team import (
    ACTIVITIES,
    CARE,
    CONNECT,
    GAME,
    HANDLE,
    HELP,
    IMPROVE,
    SLOTS,
)
from silosim.experiments.benchmark.plain_mesa.worker import Worker

KPI_WORK = (HANDLE, GAME)
CUSTOMER_WORK = (CARE, CONNECT, IMPROVE, HELP)
FIRST_EFFORT = (0.62, 0.08, 0.05, 0.03, 0.06, 0.04)


class Employee(Worker):
    """Somebody with a conviction, a team, and a case in hand."""

    def __init__(self, model, team):
        super().__init__(model)
        self.team = team
        self.draw = model.random.random  # bound once: the property `random` is looked up in every decision otherwise
        self.hand = None
        self.worked = 0.0
        self.points = self.drawn = self.strained = 0.0
        self.fear = 0.0
        self.become_somebody(model.par.conviction_start)
        self.tenure = 520.0 * self.draw()
        self.experience = [0.0] * len(model.spec.teams)
        self.experience[team.index] = 2000.0
        self.effort = list(FIRST_EFFORT)

    def become_somebody(self, orientation):
        """The person in this seat: traits drawn around what the organisation attracts."""
        par, gauss = self.model.par, self.random.gauss
        self.trait = min(1.0, max(0.0, orientation + par.conviction_spread * gauss(0.0, 1.0)))
        self.conviction = self.trait
        self.belief = max(0.0, par.gaming_belief * (1.0 + par.gaming_spread * gauss(0.0, 1.0)))
        self.next_belief = self.belief
        self.impact = par.impact_sight
        self.seen = self.conviction

    # --- every week ----------------------------------------------------------------------------------------

    def choose_effort(self):
        """Best response to what pays, what one believes in and what others do, with inertia."""
        par, team = self.model.par, self.team
        k = par.intrinsic * self.conviction
        pay = team.pay_own + team.pay_team
        push = par.pressure_weight * team.pressure
        norm, lead, example, p_audit = team.norm, par.leader_example, self.model.example, self.model.p_audit
        motives = [
            team.availability * (par.duty + pay) + push,
            k * par.value_care,
            k * par.value_connect - max(0.0, -par.goal_alignment) * pay - par.fear_weight * par.strictness * self.fear,
            k * par.value_improve,
            (team.availability * pay + push) * self.belief - k * par.value_honest - p_audit * (1.0 + self.fear),
            k * par.value_help + team.pay_team,
        ]
        motives = [m + par.norm_weight * ((1.0 - lead) * norm[a] + lead * example[a]) for a, m in enumerate(motives)]
        best = self.best_response(motives)
        self.effort = [e + par.inertia * (b - e) for e, b in zip(self.effort, best, strict=True)]
        self.look_at_oneself()

    def best_response(self, motives):
        """Effort within the day; protected customer time is a cap on what the KPI gets."""
        par, budget = self.model.par, self.team.budget()
        slope = par.effort_cost + par.norm_weight
        best, self.price = fill(motives, ACTIVITIES, budget, slope)
        protected = par.customer_time * (1.0 - par.time_yields * self.team.pressure)
        if protected > 0.0 and best[HANDLE] + best[GAME] > budget - protected:
            protected = min(protected, budget)
            on_kpi, _ = fill(motives, KPI_WORK, budget - protected, slope)
            on_customers, self.price = fill(motives, CUSTOMER_WORK, protected, slope)
            best = [a + b for a, b in zip(on_kpi, on_customers, strict=True)]
        return best

    def look_at_oneself(self):
        """The gap between what one would do for customers and what one does."""
        par = self.model.par
        k = par.intrinsic * self.conviction / par.effort_cost
        self.intended = k * (par.value_care + par.value_connect + par.value_improve)
        own = self.intended + k * par.value_help + par.duty / par.effort_cost
        self.in_time = max(0.0, self.intended - 3.0 * max(0.0, own - self.team.budget()) / 5.0)
        acted = self.effort[CARE] + self.effort[CONNECT] + self.effort[IMPROVE]
        self.gap = min(1.0, max(0.0, 1.0 - acted / self.intended)) if self.intended > 1e-9 else 0.0

    def settle(self):
        """What this week's effort means for every case."""
        par, team, effort = self.model.par, self.team, self.effort
        handle = max(effort[HANDLE], 0.02)
        speed = 1.0 - (1.0 - (0.6 + 0.4 * min(1.0, self.tenure / 12.0))) * team.newness
        on_cases = effort[HANDLE] + effort[GAME]
        self.slot_hours = 8.0 * team.capacity * par.paid_hours * on_cases * speed / SLOTS
        self.p_polish = effort[GAME] / on_cases if on_cases > 0.0 else 0.0
        care = effort[CARE] / handle
        self.p_defect = par.defect_rate * exp(-par.care_effect * care) * (1.0 - par.rules_prevent * par.strictness)
        self.warmth = 1.0 - exp(-par.care_seen * care)
        reach = par.connect_effect * ((effort[CONNECT] + par.routine_notes) / handle - par.routine_notes / 0.72)
        self.p_lose = min(1.0, par.context_loss * exp(-reach))
        self.p_spot = par.discretion * (1.0 - self.fear * par.strictness)
        self.p_wrong = par.judgement_error * (0.5 + 0.5 * exp(-self.tenure / 26.0)) * (1.0 - par.guidance)

    def set_bounce(self):
        """The chance of sending a case back whose story was lost; follows pressure, pay and conviction."""
        par, team = self.model.par, self.team
        gain = par.repeat_work * (1.0 - par.goal_alignment)
        gain *= team.availability * team.pay_own + par.pressure_weight * team.pressure
        held = par.intrinsic * self.conviction * par.value_no_bounce
        self.p_bounce = 1.0 / (1.0 + exp((held - gain) / par.bounce_spread))

    def reflect(self):
        """Conviction, fear and experience after a week here."""
        par, team, theta = self.model.par, self.team, self.conviction
        change = par.trait_pull * (self.trait - theta) + par.social_pull * (team.conviction - theta)
        change += par.impact_gain * self.impact * (1.0 - theta) - par.gap_loss * self.gap * theta
        change += par.culture_push * par.culture * (1.0 - theta)
        self.conviction = min(1.0, max(0.0, theta + change))
        seen = team.sanctions / max(len(team.members), 1)
        fear = self.fear + par.fear_spread * seen * (1.0 - self.fear) - par.fear_fade * self.fear
        self.fear = min(1.0, max(0.0, fear))
        self.tenure += 1.0
        keep = 1.0 - par.forgetting
        self.experience = [x * keep for x in self.experience]

    def consider_leaving(self):
        """Leave with a hazard that rises with pressure, with acting against oneself, and with pay elsewhere."""
        par, team = self.model.par, self.team
        pay = par.bonus * par.output_share * team.attained
        push = par.quit_pressure * team.pressure + par.quit_gap * self.conviction * self.gap
        push -= par.quit_pay * (pay - par.outside_pay)
        if self.draw() < par.quit_rate * exp(push):
            self.leave()
        self.set_bounce()

    def leave(self):
        """The seat changes hands: the case in hand goes back to the front of the queue, a recruit starts."""
        model, team, par = self.model, self.team, self.model.par
        if self.hand is not None:
            model.put_back(self.hand, team)
            self.hand = None
        model.thin_familiarity(team)
        team.leavers += 1
        model.count.leavers += 1
        attracted = par.reputation * (model.reputation - 7.0) - par.pay_sorting * (par.bonus - par.outside_pay)
        self.become_somebody(par.recruit_orientation + attracted)
        self.tenure = 0.0
        self.experience = [0.0] * len(self.experience)
        self.effort = list(team.norm)
        self.fear = 0.0

    def feel_strain(self):
        """What the week weighed, for the quarter's reckoning."""
        self.strained += strain(self)

    # --- every quarter -------------------------------------------------------------------------------------

    def look_around(self):
        """Imitate a random team-mate who scored higher."""
        mates = self.team.members
        self.next_belief = self.belief
        if len(mates) > 1:
            mate = self
            while mate is self:
                mate = mates[int(self.draw() * len(mates))]
            if mate.points > self.points:
                self.next_belief += self.model.par.imitation * (mate.belief - self.belief)

    def change_mind(self):
        """The new belief takes hold; points start again."""
        self.belief = self.next_belief
        self.points = 0.0


def fill(motives, allowed, room, slope):
    """Water-filling: (effort per activity, shadow price of time) over the allowed activities within `room`."""
    effort = [0.0] * len(motives)
    active = sorted((a for a in allowed if motives[a] > 0.0), key=motives.__getitem__)
    if room <= 1e-9 or not active:
        return effort, 0.0
    total = sum(motives[a] for a in active)
    price = 0.0
    if total > room * slope:
        price = (total - room * slope) / len(active)
        while motives[active[0]] <= price:
            total -= motives[active.pop(0)]
            price = (total - room * slope) / len(active)
    for a in active:
        effort[a] = (motives[a] - price) / slope
    return effort, price
