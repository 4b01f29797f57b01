"""The comparison that a report is about, read from the database: its runs as arrays, today first."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from silosim.experiments.store import Store, StoreError, schema
from silosim.experiments.store.details import frames
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import InvalidInput

AS_IS, EQUAL = "as_is", "equal_cost"
COMPARE, WORLDS = "compare", "report"  # the commands of the sweeps that a report reads


@dataclass(frozen=True)
class Source:
    """One stored comparison.

    store        where it is read from; None in facts that left it behind
    name         of the database's file
    row          the sweep's row: command_line, seed, rulebook, versions, git, machine, started ...
    settings     what was asked of it
    policies     names, today first
    outcomes     (arm, period) -> policy -> float [runs, measures], row r with the draws of replicate r; NaN: no run
    lost         policy -> runs that failed or were never made
    organisation its canonical document
    levers       policy -> lever -> value, of what differs from the defaults at the start
    """

    store: Store | None
    name: str
    sweep: int
    row: Mapping
    settings: Mapping
    policies: tuple[str, ...]
    outcomes: Mapping[tuple[str, str], Mapping[str, np.ndarray]]
    lost: Mapping[str, int]
    organisation: Mapping
    organisation_hash: str
    levers: Mapping[str, Mapping]
    world: Mapping = field(default_factory=dict)
    _series: dict[str, dict[str, np.ndarray]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def today(self) -> str:
        """Name of what the others are compared with."""
        return self.policies[0]

    @property
    def others(self) -> tuple[str, ...]:
        """The policies compared with it."""
        return self.policies[1:]

    @property
    def runs(self) -> int:
        """Replicates that were asked for."""
        return len(next(iter(self.outcomes[AS_IS, "last_year"].values())))

    @property
    def arms(self) -> tuple[str, ...]:
        """'as_is', and 'equal_cost' where that was run too."""
        return tuple(dict.fromkeys(arm for arm, _ in self.outcomes))

    @property
    def headcount(self) -> int:
        """Employees."""
        return int(sum(team.get("headcount", 0) for team in self.organisation.get("team", ())))

    def series(self, name: str) -> dict[str, np.ndarray]:
        """policy -> float [runs, weeks] of a weekly measure; empty when no run keeps it. Read once."""
        if name not in self._series:
            self._series[name] = self._read_series(name)
        return self._series[name]

    def _read_series(self, name: str) -> dict[str, np.ndarray]:
        try:
            index, weeks = self.store.sweep_series(self.sweep, name)
        except StoreError:
            return {}
        found = {policy: np.full((self.runs, weeks.shape[1]), np.nan) for policy in self.policies}
        here = (index["arm"] == AS_IS) & index["policy"].isin(found)
        for place in np.flatnonzero(here):
            found[index["policy"].iat[place]][index["replicate"].iat[place]] = weeks[place]
        return found

    def detail(self, level: str) -> Iterator:
        """Frames of one row a team ('team') or pair of teams ('silo_map') and run, of the runs as they are."""
        for frame in frames(self.store, self.sweep, level):
            yield frame[frame["arm"] == AS_IS]


def read(store: Store, which: str | None = None) -> Source:
    """The comparison called `which` (number), or the last one that has runs.

    Raises InvalidInput when there is none.
    """
    sweeps = store.sweeps()
    if which is not None:
        number = store.sweep_named(which)
        if sweeps.loc[number, "command"] != COMPARE:
            raise InvalidInput(f"sweep {number} was made by `silosim {sweeps.loc[number, 'command']}`; a report is "
                               "about what `silosim compare` made (silosim data sweeps lists them)")
    else:
        able = sweeps[(sweeps["command"] == COMPARE) & (sweeps["ok"] > 0)]
        if able.empty:
            raise InvalidInput(f"{store.path}: no comparison is stored here; `silosim compare` makes one, and "
                               "`silosim compare --report` makes one with its report")
        number = int(able.index[-1])
    return _source(store, number, sweeps.loc[number])


def _source(store: Store, number: int, row) -> Source:
    settings = store.sweep_settings(number)
    members = store.members(number)
    if not (members["status"] == "ok").any():
        raise InvalidInput(f"{store.path}: comparison {number} has no run that succeeded: nothing to report")
    order = dict.fromkeys([*settings.get("policies", ()), *members["policy"]])
    policies = [name for name in order if (members["policy"] == name).any()]
    if "today" in policies:
        policies = ["today", *(name for name in policies if name != "today")]
    runs = int(members["replicate"].max()) + 1
    outcomes = {(arm, period): _arrays(store, members[members["arm"] == arm], policies, runs, period)
                for arm in dict.fromkeys(members["arm"]) for period in ("last_year", "whole_path")}
    as_is = members[members["arm"] == AS_IS]
    lost = {name: runs - int(((as_is["policy"] == name) & (as_is["status"] == "ok")).sum()) for name in policies}
    points = store.points(number)
    made = store.fetch("SELECT point, levers, world FROM point WHERE sweep = ? AND arm = ?", [number, AS_IS])
    names = {point: points.loc[point, "policy"] for point, _, _ in made}
    levers = {names[point]: json.loads(words or "{}") for point, words, _ in made}
    world = next((json.loads(words) for _, _, words in made if words), {})
    organisation = str(points["organisation"].dropna().iloc[0])
    document = json.loads(store.fetch("SELECT json FROM organisation WHERE hash = ?", [organisation])[0][0]) or {}
    return Source(store, store.path.name, number, row.to_dict(), settings, tuple(policies), outcomes, lost,
                  document, organisation, levers, world)


def _arrays(store: Store, members, policies, runs: int, period: str) -> dict[str, np.ndarray]:
    """policy -> [runs, measures]; only policies of this arm."""
    found = {}
    for policy in policies:
        mine = members[members["policy"] == policy]
        if mine.empty:
            continue
        found[policy] = np.full((runs, len(MEASURES)), np.nan)
        made = mine[mine["status"] == "ok"]
        if len(made):
            found[policy][made["replicate"].to_numpy()] = store.outcome_array(list(made["key"]), period)
    return found


@contextlib.contextmanager
def opened(path: str | Path) -> Iterator[Store]:
    """The database, for reading only. One of an older silosim is brought up to date in a copy, and stays as it was."""
    if not _older(Path(path)):
        with Store(path, write=False) as store:
            yield store
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / Path(path).name
        shutil.copyfile(path, copy)
        with Store(copy) as store:
            yield store


def _older(path: Path) -> bool:
    """Whether it is a results database that lacks migrations."""
    from sqlite_utils import Database

    if not path.is_file():
        return False
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        had = schema.applied(Database(connection))
    except sqlite3.Error:
        return False  # the store says what is wrong with it
    finally:
        connection.close()
    return 0 < len(had) < len(schema.known()) and set(had) <= set(schema.known())
