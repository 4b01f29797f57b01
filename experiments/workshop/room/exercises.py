"""One exercise: what is asked, what phones answered, what hands were counted, and whether it is open or shown.

A phone has at most one answer to a question; the last one counts. Hands are numbers that the facilitator types in
beside the phones, or instead of them. What was answered is kept by a phone's random number until the room ends.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from silosim.experiments.workshop.room.declared import (
    CHOICES,
    FEWEST_TO_SHOW,
    ITEMS,
    MIRROR,
    NONE,
    OUTCOMES,
    PREDICTIONS,
    SCALE,
    WORLDS,
)
from silosim.model.parameters import InvalidInput

OPEN, CLOSED, SHOWN = "open", "closed", "shown"
MOST_HANDS = 500


@dataclass
class Exercise:
    """Answers to one or more questions with the same options.

    name       as in declared.PLAN
    questions  names of the questions; options: what each may be answered with
    only_one   whether a phone answers one of the questions only (a department's)
    """

    name: str
    questions: tuple[str, ...]
    options: tuple[str, ...]
    only_one: bool = False
    phase: str = OPEN
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    hands: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """mirror, vote, roles, worlds or commit."""
        return self.name.partition(":")[0]

    @property
    def about(self) -> str:
        """The policy that a vote is about, or the round of the role play."""
        return self.name.partition(":")[2]

    def answer(self, phone: str, question: str, option: str) -> None:
        """Take a phone's answer. InvalidInput when it is closed or asks no such thing."""
        if self.phase != OPEN:
            raise InvalidInput(f"{self.name} is closed: no more answers are taken")
        self._check(question, option)
        mine = self.answers.setdefault(phone, {})
        if self.only_one:
            mine.clear()
        mine[question] = option

    def count_hands(self, question: str, numbers: Mapping[str, object]) -> None:
        """Set how many hands went up for the options of a question; what is not named is nobody."""
        if not isinstance(numbers, Mapping):
            raise InvalidInput("hands must be a table of option: number")
        self._check(question, self.options[0] if self.options else None)
        for option, n in numbers.items():
            self._check(question, option)
            if isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= MOST_HANDS:
                raise InvalidInput(f"hands for {option} must be a whole number from 0 to {MOST_HANDS}")
        self.hands[question] = {option: n for option, n in numbers.items() if n}

    def clear(self) -> None:
        """Begin again, without any answer."""
        self.answers.clear()
        self.hands.clear()
        self.phase = OPEN

    def forget(self, phone: str) -> None:
        """Drop a phone's answers."""
        self.answers.pop(phone, None)

    @property
    def answered(self) -> int:
        """People who answered something: phones, and the most hands that went up for one question."""
        by_hand = max((sum(numbers.values()) for numbers in self.hands.values()), default=0)
        if self.only_one:
            by_hand = sum(sum(numbers.values()) for numbers in self.hands.values())
        return len(self.answers) + by_hand

    @property
    def enough(self) -> bool:
        """Whether it may be shown: answers about oneself need company, the others somebody."""
        return self.answered >= (FEWEST_TO_SHOW if self.kind == "mirror" else 1)

    def counts(self, question: str) -> dict[str, int]:
        """How many people chose each option, phones and hands together."""
        found = {option: self.hands.get(question, {}).get(option, 0) for option in self.options}
        for mine in self.answers.values():
            if question in mine:
                found[mine[question]] += 1
        return found

    def shares(self, question: str) -> dict[str, float]:
        """The options that somebody chose, as shares that add up to 1; nothing when nobody answered."""
        counts = self.counts(question)
        total = sum(counts.values())
        return {option: n / total for option, n in counts.items() if n} if total else {}

    def mean(self, question: str) -> float | None:
        """The mean of a question on the scale of 1 to 10; None when nobody answered."""
        shares = self.shares(question)
        return math.fsum(int(option) * share for option, share in shares.items()) if shares else None

    def result(self) -> dict:
        """What may be shown to everybody: counts only, and means of the two questions about ourselves."""
        found: dict = {"counts": {question: self.counts(question) for question in self.questions}}
        if self.kind == "mirror":
            means = {question: self.mean(question) for question in self.questions}
            found["means"] = means
            both = None not in means.values()
            found["gap"] = means["self"] - means["colleagues"] if both else None
        return found

    def _check(self, question: object, option: object) -> None:
        if question not in self.questions:
            raise InvalidInput(f"{self.name} asks {', '.join(self.questions)}, not {str(question)[:40]!r}")
        if option not in self.options:
            raise InvalidInput(f"{self.name} takes {', '.join(self.options)}, not {str(option)[:40]!r}")


def exercise(name: str, departments: tuple[str, ...]) -> Exercise | None:
    """A new exercise by its name; None for a step in which nothing is answered (welcome, package ...)."""
    kind = name.partition(":")[0]
    if kind == "mirror":
        return Exercise(name, MIRROR, SCALE)
    if kind == "vote":
        return Exercise(name, OUTCOMES, PREDICTIONS)
    if kind == "roles":
        return Exercise(name, departments, tuple(CHOICES), only_one=True)
    if kind == "worlds":
        return Exercise(name, ("fails",), (*(w for w in WORLDS if WORLDS[w]), NONE))
    if kind == "commit":
        return Exercise(name, ("first",), tuple(ITEMS))
    return None
