"""What a rule did, as a tree: the rules it called, what it worked out, the draws it took and what they decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Step:
    """Something worked out: `target = expression`, its value, and the terms where it is a sum."""

    target: str
    expression: str
    value: float | int | bool
    terms: list[tuple[str, float]] = field(default_factory=list)


@dataclass
class Drawn:
    """A draw: which decision it was for, the number, and, for a yes or no, what it was compared with.

    test     the comparison as the rule has it; `against` the number on its right; `yes` whether it held
    """

    decision: str
    u: float
    test: str = ""
    against: float | None = None
    yes: bool | None = None


@dataclass
class Call:
    """A rule that was called. `inside` holds its steps, draws and calls in order."""

    rule: str
    about: str
    arguments: dict[str, int]
    inside: list[Step | Drawn | Call] = field(default_factory=list)

    def calls(self, rule: str | None = None) -> list[Call]:
        """The calls below this one, or those of one rule, in order."""
        found = []
        for x in self.inside:
            if isinstance(x, Call):
                found += ([x] if rule in (None, x.rule) else []) + x.calls(rule)
        return found

    def draws(self) -> list[Drawn]:
        """The draws in this rule and below."""
        return [y for x in self.inside if not isinstance(x, Step) for y in ([x] if isinstance(x, Drawn) else x.draws())]

    def steps(self, target: str) -> list[Step]:
        """What this rule worked out for `target`, in order."""
        return [x for x in self.inside if isinstance(x, Step) and x.target == target]

    def value(self, target: str):
        """The last value of `target` in this rule; 'return' is what it answered. KeyError when there is none."""
        steps = self.steps(target)
        if not steps:
            raise KeyError(f"{self.rule} works out no {target}")
        return steps[-1].value


class Draw(float):
    """A uniform number that knows what it was drawn for."""

    __slots__ = ("entry",)

    def __new__(cls, u: float, entry: Drawn) -> Draw:
        self = super().__new__(cls, u)
        self.entry = entry
        return self


class Recorder:
    """Collects calls, steps and draws while twins run; ignores what happens below calls that are not `wanted`."""

    def __init__(self):
        self.root = Call("", "", {})
        self._open = [self.root]
        self._words: dict[int, str] = {}
        self._homes: dict[int, Call] = {}
        self.wanted: Callable[[str, dict], bool | None] = lambda rule, arguments: None
        self._deaf = 0

    def take(self) -> list[Step | Drawn | Call]:
        """Everything since the last time."""
        found, self.root.inside = self.root.inside, []
        self._words.clear()
        self._homes.clear()
        return found

    def enter(self, rule: str, about: str, arguments: dict) -> None:
        """A rule was called. One that is not wanted goes unheard, with all that it calls."""
        wanted = self.wanted(rule, arguments)
        if self._deaf or wanted is False:
            self._deaf += 1
            return
        call = Call(rule, about, {k: int(v) for k, v in arguments.items() if isinstance(v, int)})
        self._open[-1].inside.append(call)
        self._open.append(call)

    @property
    def depth(self) -> int:
        """How many calls are open: 0 before the first."""
        return len(self._open) - 1

    def leave(self) -> None:
        """The rule called last has ended."""
        if self._deaf:
            self._deaf -= 1
        else:
            self._open.pop()

    # --- what the instrumented code says ---------------------------------------------------------------------

    def note(self, target: str, expression: str, value, terms=()):
        """A value was worked out; hands it back."""
        if not self._deaf and isinstance(value, (int, float)) and not isinstance(value, Draw):
            listed = [(text, float(x)) for text, x in terms]
            self._open[-1].inside.append(Step(target, expression, _plain(value), listed))
        return value

    def total(self, target: str, expression: str, signs: str, parts):
        """A sum was worked out, term by term from the left; hands it back."""
        value = parts[0][1]
        for sign, (_, x) in zip(signs, parts[1:], strict=True):
            value = value + x if sign == "+" else value - x
        signed = [(text, x if sign == "+" else -x) for sign, (text, x) in zip("+" + signs, parts, strict=True)
                  if isinstance(x, (int, float))]
        return self.note(target, expression, value, signed if len(signed) == len(parts) else ())

    def compare(self, test: str, left, holds, right):
        """Two numbers were compared; a draw remembers what it was compared with."""
        answer = holds(left, right)
        if isinstance(left, Draw) and isinstance(right, (int, float)):
            entry = left.entry
            entry.test, entry.against, entry.yes = test, float(right), bool(answer)
            self._move_here(entry)
        return answer

    def _move_here(self, entry: Drawn) -> None:
        """A draw that was handed on is told where it decides something."""
        home = self._homes.pop(id(entry), None)
        if home is not None and home is not self._open[-1] and not self._deaf:
            home.inside = [x for x in home.inside if x is not entry]
            self._open[-1].inside.append(entry)

    # --- what the twins of the draws say ---------------------------------------------------------------------

    def drew(self, decision: str, u) -> Draw:
        """A uniform number was drawn."""
        entry = Drawn(decision, float(u))
        if not self._deaf:
            self._open[-1].inside.append(entry)
            self._homes[id(entry)] = self._open[-1]
        return Draw(float(u), entry)

    def bits(self, decision: str, word) -> None:
        """A word of random bits was made, of which parts will be used."""
        self._words[int(word)] = decision

    def decision_of(self, word) -> str:
        """What a word of random bits was made for; '' for one that was not heard of."""
        return self._words.get(int(word), "")


def _plain(value):
    return value if isinstance(value, (bool, int)) else float(value)
