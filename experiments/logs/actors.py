"""Which actors of a log are programs: by their name, by what the user says, or because they never sleep."""

from __future__ import annotations

import numpy as np
import pandas as pd

from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.guesses import looks_automatic, meaning
from silosim.experiments.logs.values import Names
from silosim.model.organisation_fields import show
from silosim.model.parameters.registry import InvalidInput

BUSY = 0.01  # share of all events below which an actor is left alone
CLOSES = 0.95  # share of its events that close a case
HOURS = 15  # different hours of one day in which it does something
LEAST = 500


def system_actors(person: Names | None, state: Names | None, frame: pd.DataFrame, keep: np.ndarray,
                  said: tuple[str, ...], notes: Notes) -> np.ndarray:
    """Whether each row was done by a program. Its person is then no employee; names are not told."""
    none = np.zeros(len(frame), bool)
    if person is None or not person.values:
        return none
    names = {name.casefold(): k for k, name in enumerate(person.values)}
    unknown = [name for name in said if name.casefold() not in names]
    if unknown:
        raise InvalidInput(f"--system {show(unknown[0])}: nobody in the log has that name")
    ways = {"said": {names[name.casefold()] for name in said},
            "name": {k for k, name in enumerate(person.values) if looks_automatic(name)}}
    here = keep & (person.codes >= 0)
    count = np.bincount(person.codes[here], minlength=len(person.values))
    busy = set(np.flatnonzero((count >= BUSY * here.sum()) & (count >= LEAST)).tolist())
    ways["closes"] = {k for k in busy if _only_closes(state, here & (person.codes == k))}
    ways["clock"] = {k for k in busy if _never_sleeps(frame["time"].to_numpy()[here & (person.codes == k)])}
    done: set[int] = set()
    for way, found in ways.items():
        new = {k for k in found - done if count[k]}
        if new:
            events = int(count[list(new)].sum())
            (notes.found if way == "said" else notes.assumed)(f"system_{way}", n=len(new), events=events,
                                                               share=events / max(1, int(here.sum())))
        done |= new
    if not done:
        notes.found("no_system")
        return none
    table = np.zeros(len(person.values) + 1, bool)
    table[list(done)] = True
    return table[person.codes]


def _only_closes(state: Names | None, mine: np.ndarray) -> bool:
    if state is None:
        return False
    closes = np.array([meaning(name) == "closed" for name in state.values] + [False])
    return float(closes[state.codes[mine]].mean()) >= CLOSES


def _never_sleeps(time: np.ndarray) -> bool:
    """Whether on most of its days it is active in more hours than a person is awake at work, shifts or not."""
    hours = np.unique(time.astype("datetime64[h]").astype(np.int64))
    return float(np.median(np.unique(hours // 24, return_counts=True)[1])) >= HOURS
