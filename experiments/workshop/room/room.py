"""A room: phones without names, the exercise that is on, groups with their packages, and what is shown.

Pure: no network, no clock, no files. Whoever carries messages calls the methods below and is told of changes through
`watch`. Everything lives in memory and is gone with the room. All limits are here, so that memory stays flat whatever
phones do.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from silosim.experiments.workshop.room.declared import DEPARTMENTS, GROUPS, PLAN, ROUNDS
from silosim.experiments.workshop.room.exercises import CLOSED, OPEN, SHOWN, Exercise, exercise
from silosim.experiments.workshop.room.packages import checked
from silosim.model.parameters import InvalidInput
from silosim.model.policies import load_policies

MOST_PHONES = 150
MOST_VOTES = 12    # predictions about different policies in one session
MOST_NOTES = 12
LONGEST_NOTE = 200


@dataclass
class Phone:
    """A phone: which department and group it plays, and how many of its pages are connected. Nothing about a person."""

    department: str | None = None
    group: int | None = None
    pages: int = 0


@dataclass
class Group:
    """What one table built: item -> steps."""

    points: dict[str, int] = field(default_factory=dict)
    ready: bool = False


class Room:
    """One session in one room.

    code       what joins it
    boot       a random word of this room object, by which phones see that a server has started anew
    teams      (name, people) of the organisation that is played, in its own order
    results    what runs of the model gave, by exercise; whoever makes the runs puts it there through `put`
    """

    def __init__(self, code: str, teams: tuple[tuple[str, int], ...] = ()):
        self.code = code
        self.boot = secrets.token_urlsafe(6)
        self.phones: dict[str, Phone] = {}
        self.now = PLAN[0]
        self.watch: list[Callable[[str], None]] = []
        self.lang = "nl"
        self.rehearse(teams)

    def rehearse(self, teams: tuple[tuple[str, int], ...]) -> None:
        """Begin a session from nothing, for an organisation with these teams; phones stay."""
        self.exercises: dict[str, Exercise] = {}
        self.groups: dict[int, Group] = {}
        self.notes: list[str] = []
        self.now = PLAN[0]
        for phone in self.phones.values():
            phone.group = None
        self.cast(teams)

    def cast(self, teams: tuple[tuple[str, int], ...]) -> None:
        """Play another organisation: role plays begin anew and what the model gave goes; other answers stay."""
        largest = sorted(teams, key=lambda team: -team[1])[:DEPARTMENTS]
        self.teams = tuple(teams)
        self.departments = tuple(name for name, people in teams if (name, people) in largest)
        self.results: dict[str, dict] = {}
        for name in [name for name, one in self.exercises.items() if one.only_one]:
            del self.exercises[name]
        for phone in self.phones.values():
            self._seat(phone)
        if self.now.startswith("roles"):
            self.go(self.now)
        self.changed("phones")

    def changed(self, whom: str) -> None:
        """Tell who watches: 'phones' when phones see something new (the facilitator does, too), else 'host'."""
        for tell in self.watch:
            tell(whom)

    # --- phones ---------------------------------------------------------------------------------------------

    def join(self, known: object = None) -> str:
        """A page of a phone comes in, or comes back with the number it was given. Returns its number.

        InvalidInput when the room is full: then a phone that left without answering anything makes room, if any did.
        """
        if not isinstance(known, str) or known not in self.phones:
            if len(self.phones) >= MOST_PHONES:
                self._make_room()
            known = secrets.token_urlsafe(9)
            self.phones[known] = Phone()
        phone = self.phones[known]
        phone.pages += 1
        self._seat(phone)
        self.changed("host")
        return known

    def leave(self, phone: str) -> None:
        """A page went away; its answers stay, since it may come back."""
        if phone in self.phones:
            self.phones[phone].pages = max(0, self.phones[phone].pages - 1)
            self.changed("host")

    def answer(self, phone: str, name: str, question: str, option: str) -> None:
        """A phone answers a question of the exercise that is on. The same answer twice is one answer."""
        if name != self.now or name not in self.exercises:
            raise InvalidInput("this question is not on any more")
        exercise = self.exercises[name]
        if exercise.only_one:
            question = self.phones[phone].department or question
        exercise.answer(phone, question, option)
        self.changed("host")

    def choose_department(self, phone: str, department: str) -> None:
        """Play another department; what was answered for the former one goes."""
        if department not in self.departments:
            raise InvalidInput(f"department must be one of {', '.join(self.departments)}")
        if self.phones[phone].department != department:
            self.phones[phone].department = department
            exercise = self.exercises.get(self.now)
            if exercise is not None and exercise.only_one and exercise.phase == OPEN:
                exercise.forget(phone)
        self.changed("host")

    def choose_group(self, phone: str, number: object) -> None:
        """Sit at a table: 1 to GROUPS."""
        self.group(number)
        self.phones[phone].group = number
        self.changed("host")

    def build(self, number: object, points: object, ready: bool = False) -> None:
        """What a group buys. The last one of the group counts; InvalidInput when ten points do not pay for it."""
        group = self.group(number)
        if self._phase("package") != OPEN:
            raise InvalidInput("package is closed: no more points are taken")
        group.points, group.ready = checked(points), bool(ready)
        self.changed("phones")

    def group(self, number: object) -> Group:
        """A group by its number, made when first asked for."""
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= GROUPS:
            raise InvalidInput(f"group must be a whole number from 1 to {GROUPS}")
        return self.groups.setdefault(number, Group())

    def packages(self) -> dict[int, dict[str, int]]:
        """The packages of the groups that bought something, by number."""
        return {n: dict(g.points) for n, g in sorted(self.groups.items()) if g.points}

    # --- the facilitator ------------------------------------------------------------------------------------

    def go(self, name: object) -> None:
        """Put a step of the session on: one of PLAN, or 'vote:' and any other policy."""
        if not isinstance(name, str) or not self._may(name):
            raise InvalidInput(f"step must be one of {', '.join(PLAN)}, or vote: and a policy; not {str(name)[:40]!r}")
        if name not in self.exercises:
            if sum(1 for other in self.exercises if other.startswith("vote:")) >= MOST_VOTES:
                raise InvalidInput(f"at most {MOST_VOTES} predictions in a session; begin again to have more")
            made = exercise(name, self.departments) or (Exercise(name, (), ()) if name == "package" else None)
            if made is not None:
                self.exercises[name] = made
        self.now = name
        for phone in self.phones.values():
            self._seat(phone)
        self.changed("phones")

    def set_phase(self, phase: object) -> None:
        """Open, close or show the exercise that is on."""
        current = self.current()
        if phase not in (OPEN, CLOSED, SHOWN):
            raise InvalidInput("phase must be open, closed or shown")
        if phase == SHOWN and current.name != "package" and not current.enough:
            raise InvalidInput("too few answers to show" if current.answered else "nobody answered yet")
        current.phase = phase
        self.changed("phones")

    def hands(self, question: str, numbers: object) -> None:
        """Hands that went up, typed in for the exercise that is on."""
        self.current().count_hands(question, numbers)
        self.changed("host")

    def clear(self) -> None:
        """The exercise that is on begins again."""
        self.current().clear()
        self.results.pop(self.now, None)
        if self.now == "package":
            self.groups.clear()
        self.changed("phones")

    def note(self, notes: object) -> None:
        """What the room agrees to do, as the facilitator types it for the page to take home."""
        if not isinstance(notes, list) or len(notes) > MOST_NOTES:
            raise InvalidInput(f"notes must be a list of at most {MOST_NOTES} lines")
        lines = [" ".join(str(line).split())[:LONGEST_NOTE] for line in notes]
        self.notes = [line for line in lines if line]
        self.changed("host")

    def speak(self, lang: object) -> None:
        """The language in which phones start; each may choose its own."""
        if lang not in ("en", "nl"):
            raise InvalidInput("lang must be en or nl")
        if lang != self.lang:
            self.lang = lang
            self.changed("phones")

    def put(self, name: str, result: dict) -> None:
        """What runs of the model gave for an exercise."""
        self.results[name] = result
        self.changed("phones")

    def current(self) -> Exercise:
        """The exercise that is on. InvalidInput when there is nothing to answer in this step."""
        if self.now not in self.exercises:
            raise InvalidInput(f"there is nothing to answer in the step {self.now}")
        return self.exercises[self.now]

    # --- inside ---------------------------------------------------------------------------------------------

    def _may(self, name: str) -> bool:
        kind, _, about = name.partition(":")
        return name in PLAN or (kind == "vote" and about in load_policies() and about != "today") or (
            kind == "roles" and about in ROUNDS)

    def _phase(self, name: str) -> str:
        return self.exercises[name].phase if name in self.exercises else CLOSED

    def _seat(self, phone: Phone) -> None:
        """Give a phone the department that fewest play."""
        if self.departments and phone.department not in self.departments:
            taken = [other.department for other in self.phones.values() if other.pages]
            phone.department = min(self.departments, key=taken.count)

    def _make_room(self) -> None:
        for number, phone in self.phones.items():
            if not phone.pages and not any(number in exercise.answers for exercise in self.exercises.values()):
                del self.phones[number]
                return
        raise InvalidInput(f"the room is full: {MOST_PHONES} phones")

