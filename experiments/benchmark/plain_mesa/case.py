"""A customer's question on its way through the organisation, and the customer who asks it."""

from __future__ import annotations

from dataclasses import dataclass, field

# Where a case is. AWAY: the customer believes it is solved. Plain numbers: an IntEnum made runs 3% slower.
QUEUED, IN_HAND, ESCALATED, AWAY, ENDED = range(5)


@dataclass(slots=True)
class Customer:
    """Somebody who comes back with one question after another."""

    trait: float
    expectation: float


@dataclass(slots=True)
class Stage:
    """One step of a journey, the team that does it, and how well that team masters it (capability, 0-1)."""

    team: object
    hours: float
    meets: bool
    capability: float


@dataclass(slots=True)
class Journey:
    """What customers come for."""

    name: str
    stages: list[Stage]


@dataclass(slots=True, eq=False)
class Case:
    """A question: where it is, what it went through, and what is wrong with it without anybody knowing yet."""

    customer: Customer
    journey: Journey
    opened: int
    hours: list[float]  # of each stage, drawn on arrival
    todo: list[int]
    handlers: list
    status: int = QUEUED
    stage: int = 0
    team: object = None
    arrived: int = 0
    waiting_since: int = 0
    attempt: int = 0
    contacts: int = 1
    bounces: int = 0
    handoffs: int = 0
    defects: set[int] = field(default_factory=set)
    warmth: float = 0.0
    left: float = 0.0
    extra: float = 0.0
    sender: object = None
    lost: bool = False
    lost_across: bool = False
    mending: bool = False
    polished: bool = False
    audited: bool = False
    decided: bool = False  # whether an exception was looked into at this stage
    on_spot: bool = False
    escalating: bool = False
