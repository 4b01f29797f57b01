"""Journeys from routes: the frequent orders in which teams get a case, bounces left out, the tail merged."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.log import EventLog
from silosim.model.organisation_file import MAX_STAGES, MAX_TEAMS
from silosim.model.parameters.registry import InvalidInput

OTHER = -1  # the group of the teams that are merged
RARE, FEW = 0.002, 3  # of all cases, and cases: a sequence below one of them is no journey of its own
POOR = 0.8  # of all cases

Sequence = tuple[int, ...]


@dataclass(frozen=True)
class Journeys:
    """Groups of teams and the journeys through them.

    group     for each team of the log its place among `kept`, or OTHER
    kept      codes of the teams that stay themselves, the busiest first
    sequences journeys, the most frequent first, as tuples of groups (OTHER among them); share: of the cases
    exact     share of cases that went exactly so, before those like it were added
    of_case   for each case the number of its journey when it went exactly so, else -1
    stages_in_log, stages_kept   mean number of teams per case, before and after
    """

    group: np.ndarray
    kept: list[int]
    sequences: list[Sequence]
    share: np.ndarray
    exact: float
    of_case: np.ndarray
    stages_in_log: float
    stages_kept: float


def first_visits(log: EventLog) -> np.ndarray:
    """Whether each visit of `log.routes` is the first of its case to that team."""
    key = log.routes.case.astype(np.int64) * max(1, len(log.teams)) + log.routes.team
    _, first = np.unique(key, return_index=True)
    mask = np.zeros(len(key), bool)
    mask[first] = True
    return mask


def find_journeys(log: EventLog, most_teams: int | None, most_journeys: int, notes: Notes) -> Journeys:
    """Merges teams until every team has a journey, and takes the most frequent sequences.

    most_teams   teams that stay themselves; None for as many as there is room for
    """
    routes, mask = log.routes, first_visits(log)
    counts = np.zeros(len(log), bool)
    resolved = log.cases["resolved_first"].notna().to_numpy()
    counts[:] = resolved if (resolved & (routes.length > 0)).any() else True
    use = counts[routes.case]
    if not use.any():
        raise InvalidInput("no case of the period has a team: no journey can be made of them")
    visits = np.bincount(routes.team[use], minlength=len(log.teams))
    busiest = [int(t) for t in np.argsort(-visits, kind="stable") if visits[t] > 0]
    room = MAX_TEAMS if len(busiest) <= MAX_TEAMS else MAX_TEAMS - 1
    kept = busiest[:min(room, most_teams or room)]
    asked = len(kept)
    while True:
        group = np.full(len(log.teams), OTHER)
        group[kept] = np.arange(len(kept))
        of_case, found = _sequences(log, group, mask & use)
        sequences = _choose(found, most_journeys, len(kept))
        there = {g for sequence in sequences for g in sequence}
        left = [team for place, team in enumerate(kept) if place in there]
        if len(left) == len(kept):
            break
        kept = left
    merged = len(busiest) - len(kept)
    if merged:
        share = float(visits[[t for t in busiest if t not in set(kept)]].sum() / visits.sum())
        notes.assumed("merged_asked" if asked < len(busiest) and asked == len(kept) and most_teams else "merged",
                      n=merged, kept=len(kept), share=share)
    return _with_shares(group, kept, sequences, found, of_case, len(log), notes)


def _sequences(log: EventLog, group: np.ndarray, mask: np.ndarray) -> tuple[dict[int, Sequence], Counter]:
    """(sequence of every case, how often each occurs): groups in order of the first visit, at most eight."""
    case, place = log.routes.case[mask], group[log.routes.team[mask]]
    starts = np.flatnonzero(np.r_[True, case[1:] != case[:-1]])
    of_case = {}
    for number, part in zip(case[starts].tolist(), np.split(place, starts[1:]), strict=True):
        of_case[number] = tuple(dict.fromkeys(part.tolist()))[:MAX_STAGES]
    return of_case, Counter(of_case.values())


def _choose(found: Counter, most: int, teams: int) -> list[Sequence]:
    """The frequent sequences; the most frequent one through the merged teams is always among them."""
    total = sum(found.values())
    ordered = sorted(found, key=lambda s: (-found[s], s))
    chosen = [s for s in ordered[:most] if found[s] >= max(FEW, RARE * total)] or ordered[:1]
    merged = next((s for s in ordered if OTHER in s), None)
    if merged is not None and not any(OTHER in s for s in chosen):
        chosen = [*chosen[:most - 1], merged]
    return chosen


def _with_shares(group, kept, sequences, found: Counter, of_case, n: int, notes: Notes) -> Journeys:
    """Adds every other sequence to the journey that is most like it: the same first team, as many stages, in order."""
    number = {sequence: k for k, sequence in enumerate(sequences)}
    by_first = defaultdict(list)
    for k, sequence in enumerate(sequences):
        by_first[sequence[0]].append(k)
    weight, lost = np.zeros(len(sequences)), 0
    for sequence, times in found.items():
        if sequence in number:
            weight[number[sequence]] += times
            continue
        lost += 0 if sequence[0] in by_first else times
        among = by_first.get(sequence[0]) or range(len(sequences))
        weight[max(among, key=lambda k: _nearness(sequence, sequences[k]))] += times
    total = sum(found.values())
    exact = sum(found[sequence] for sequence in sequences) / total
    share = weight / weight.sum()
    before = sum(len(s) * times for s, times in found.items()) / total
    after = float(sum(len(s) * w for s, w in zip(sequences, share, strict=True)))
    notes.assumed("journeys", n=len(sequences), exact=exact, before=before, after=after)
    if exact < POOR:
        notes.doubt("journeys_poor", exact=exact)
    if lost:
        notes.doubt("journeys_lost", share=lost / total)
    cut = sum(times for s, times in found.items() if len(s) == MAX_STAGES)
    if cut:
        notes.found("stages_cut", share=cut / total, most=MAX_STAGES)
    exact_of = np.full(n, -1)
    for case, sequence in of_case.items():
        exact_of[case] = number.get(sequence, -1)
    order = np.argsort(-share, kind="stable")
    place = np.empty(len(order) + 1, int)
    place[order], place[-1] = np.arange(len(order)), -1
    return Journeys(group, kept, [sequences[k] for k in order], share[order], exact, place[exact_of], before, after)


def _nearness(a: Sequence, b: Sequence) -> tuple[int, int]:
    """How alike two sequences are: first by length, which keeps the number of handoffs, then by what they share."""
    return -abs(len(a) - len(b)), _common(a, b)


def _common(a: Sequence, b: Sequence) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        last = row[:]
        for j, y in enumerate(b):
            row[j + 1] = last[j] + 1 if x == y else max(last[j + 1], row[j])
    return row[-1]
