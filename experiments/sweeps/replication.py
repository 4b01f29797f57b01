"""How many replicates each point gets: a fixed number, or rounds that go on until the answer is sharp enough."""

from __future__ import annotations

from dataclasses import dataclass

from silosim.experiments.sweeps.checks import table, whole

MOST_REPLICATES = 1_000_000
DEFAULT_RUNS = 8


@dataclass(frozen=True)
class Fixed:
    """Every point gets `runs` replicates."""

    runs: int = DEFAULT_RUNS

    @property
    def least(self) -> int:
        return self.runs

    @property
    def most(self) -> int:
        return self.runs

    def first(self) -> int:
        """How many replicates a point starts with."""
        return self.runs

    def more(self, n_done: int, values=None, reference=None) -> int:
        """How many replicates a point must have in total after a round: never more."""
        return self.runs

    def plain(self) -> dict:
        """As in a design file."""
        return {"runs": self.runs}


def read_replications(given, where: str):
    """The rule of a [replications] table."""
    where = f"{where}, [replications]"
    if isinstance(given, Fixed):
        given = given.plain()
    table(given, ("runs",), where)
    return Fixed(whole(given, "runs", 1, MOST_REPLICATES, where, DEFAULT_RUNS))
