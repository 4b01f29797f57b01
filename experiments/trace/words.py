"""Traces in words: lines of text, indented by depth, for people; and plain documents for programs."""

from __future__ import annotations

import re
from dataclasses import asdict

from silosim.experiments.trace.case import CaseTrace
from silosim.experiments.trace.employee import EmployeeTrace, Week
from silosim.experiments.trace.recorder import Call, Drawn, Step
from silosim.experiments.trace.replay import Event
from silosim.model.layout import ACTIVITIES
from silosim.model.text import number, text

# Bookkeeping: nothing is decided there
QUIET = {"fill", "count_quarter", "count_closure", "count_handoff", "describe", "add_ended", "new_slot", "take_first",
         "enqueue", "fresh_stage", "release", "first_stage", "new_quarter", "park"}
ACCOUNTS = ("sums[", "org[", "flow[", "own[", "row[", "w.", "w.team[")
SET_BY_NAME = re.compile(r"[\w.\[\]]+")  # a value that is only handed on, or a number
NUMBER = re.compile(r"[\d.]+")
INDENT = "  "


class Words:
    """Writes traces of one organisation in one language."""

    def __init__(self, spec, lang: str = "en"):
        self.spec, self.lang = spec, lang

    def say(self, key: str, **fields) -> str:
        """The string `trace.<key>` with its fields filled in."""
        return text(f"trace.{key}", self.lang, **fields)

    def number(self, value) -> str:
        """Four digits are enough for people; the documents have them all."""
        if isinstance(value, int):
            return number(value, "d", self.lang)
        return number(value, ".4g" if abs(value) >= 1e-4 or value == 0 else ".2e", self.lang)

    # --- a case ------------------------------------------------------------------------------------------------

    def case(self, trace: CaseTrace) -> list[str]:
        """A case from its arrival to its end."""
        week, day = trace.opened
        if trace.turned_away:
            return [self.say("turned_away", case=trace.number, week=week, day=day)]
        journey = self.spec.journeys[trace.journey]
        lines = [self.say("case", case=trace.number, journey=self._label(journey), customer=trace.customer, week=week,
                          day=day)]
        for event in trace.events:
            lines += ["", self._heading(event), *self._changes(event, journey), *self._phase(event)]
        return [*lines, "", self.say("ended" if trace.ended else "not_ended")]

    def _heading(self, event: Event) -> str:
        when = self.say("when_slot" if event.slot else "when", week=event.week, day=event.day, slot=event.slot)
        team = self._team(event.team, event.structure)
        who = self.say("who", employee=event.who, team=team) if event.who >= 0 else ""
        return f"{when}  {self.say(f'phase.{event.phase}', who=who)}"

    def _changes(self, event: Event, journey) -> list[str]:
        told = [self._change(name, *pair, journey, event.structure) for name, pair in event.changed.items()]
        return [INDENT + ", ".join(told)] if told else []

    def _change(self, name: str, before, after, journey, structure: str) -> str:
        if name == "status":
            before, after = (self.say(f"status.{value}") for value in (before, after))
        elif name in ("todo", "defects"):
            before, after = (self._stages(value, journey) for value in (before, after))
        elif name == "team" and structure:
            before, after = (self._team(value, structure) for value in (before, after))
        elif name == "stage":
            before, after = before + 1, after + 1
        else:
            before, after = self.number(before), self.number(after)
        return f"{self.say(f'field.{name}')} {before} → {after}"

    def _stages(self, bits: int, journey) -> str:
        listed = [str(s + 1) for s in range(len(journey.stages)) if bits >> s & 1]
        return "+".join(listed) or self.say("none")

    def _team(self, team: int, structure: str) -> str:
        """A team's name under a structure."""
        if structure == "pool":
            return self.say("pool")
        return self._label((self.spec.journeys if structure == "journey" else self.spec.teams)[team])

    def _label(self, thing) -> str:
        return getattr(thing, self.lang) or thing.name

    # --- an employee -------------------------------------------------------------------------------------------

    def employee(self, trace: EmployeeTrace) -> list[str]:
        """Some weeks of one person."""
        lines = [self.say("employee", employee=trace.employee, team=self._team(trace.team, trace.structure))]
        for week in trace.weeks:
            lines += ["", *self._week(week)]
            for event in week.events:
                lines += self._phase(event)
            if week.left:
                lines.append(INDENT + self.say("left"))
        return lines

    def _week(self, week: Week) -> list[str]:
        counted = {name: self.number(value) for name, value in week.worked.items()}
        day = ", ".join(f"{text(f'trace.activity.{a}', self.lang)} {self.number(x)}"
                        for a, x in zip(ACTIVITIES, week.effort, strict=True))
        felt = ", ".join(f"{self.say(f'felt.{name}')} {self.number(value)}" for name, value in week.felt.items())
        return [self.say("week", week=week.week, **counted), INDENT + day, INDENT + felt]

    # --- what rules say ----------------------------------------------------------------------------------------

    def _phase(self, event: Event) -> list[str]:
        """What a phase called; what it counts itself on the way is no news. A phase of one person is a rule."""
        lines = []
        for call in event.calls:
            is_rule = event.who >= 0 and call.rule != "work_slot"
            for told in [call] if is_rule else [c for c in call.inside if isinstance(c, Call)]:
                lines += self._call(told, 1)
        return lines

    def _call(self, call: Call, depth: int) -> list[str]:
        """A rule with what it worked out and drew; nothing where there was nothing of the kind."""
        inside = [] if call.rule in QUIET else self._inside(call, depth + 1)
        return [f"{INDENT * depth}{call.rule}: {call.about}", *inside] if inside else []

    def _inside(self, call: Call, depth: int) -> list[str]:
        lines, just_called = [], ""
        for x in call.inside:
            if isinstance(x, Drawn):
                lines.append(INDENT * depth + self._drawn(x))
            elif isinstance(x, Call):
                lines += self._call(x, depth)
                just_called = x.rule
            elif worth_telling(x) and not (just_called and x.expression.startswith(f"{just_called}(")):
                lines += [INDENT * depth + line for line in self._step(x)]
        return lines

    def _step(self, step: Step) -> list[str]:
        terms = [(expression, value) for expression, value in step.terms if value]
        if any(NUMBER.fullmatch(expression) for expression, _ in terms):  # 1 - x says it all
            terms = []
        listed = [f"{INDENT}{self._signed(value)}  {expression}" for expression, value in terms]
        return [f"{step.target} {self.number(step.value)}  [{step.expression}]", *(listed if len(terms) > 1 else ())]

    def _drawn(self, drawn: Drawn) -> str:
        decision = self.say("draw", decision=drawn.decision, value=number(drawn.u, ".4f", self.lang))
        if drawn.yes is None:
            return decision
        holds = self.say("yes" if drawn.yes else "no")
        return f"{decision}  {drawn.test} = {self.number(drawn.against)}: {holds}"

    def _signed(self, value: float) -> str:
        return ("+" if value >= 0 else "−") + self.number(abs(value))


def worth_telling(step: Step) -> bool:
    """Whether a step says more than that something was counted or handed on."""
    if isinstance(step.value, bool) or step.target.startswith(ACCOUNTS):
        return False
    return isinstance(step.value, float) and not SET_BY_NAME.fullmatch(step.expression)


def document(trace: CaseTrace | EmployeeTrace) -> dict:
    """A trace as plain JSON, with everything the rules said."""
    return _plain(asdict(trace))


def _plain(thing):
    if isinstance(thing, dict):
        return {name: _plain(value) for name, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [_plain(value) for value in thing]
    return None if isinstance(thing, float) and thing != thing else thing
