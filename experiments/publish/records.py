"""What is published about the claims, read from a results database: one call's verdicts, and what it took.

A verdict is published only when the rules it was made under are those installed and its claim's file is still the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from silosim.experiments.claims.declared import Claim, load_claims
from silosim.experiments.claims.prove import KINDS, SIZE, prove
from silosim.experiments.claims.rule import AS_IS
from silosim.experiments.runkey import current_rulebook
from silosim.experiments.store import Store

FULL = "full"
KIND = "claim"  # of what `prove` found, among the outcomes of checks


@dataclass(frozen=True)
class Record:
    """One call of `silosim claims`, as stored.

    ensemble   name, narrow, wide, runs, burn_in, rows
    failed     runs that gave no outcome; they are left out
    calls      how many calls made its runs (it may have been stopped, and gone on), seconds: theirs together
    documents  claim -> the document that experiments/claims/README.md describes
    proofs     claim -> 'counter' or 'off' -> verdict, wanted, mean, hold, oppose, worlds, runs
    """

    sweep: int
    ensemble: Mapping
    seed: int
    rulebook: str
    runs: int
    failed: int
    calls: int
    seconds: float
    machine: str
    versions: Mapping[str, str]
    documents: Mapping[str, Mapping]
    proofs: Mapping[str, Mapping[str, Mapping]] = field(default_factory=dict)

    @property
    def claims(self) -> list[Claim]:
        """The claims that have a verdict, in order."""
        return [claim for name, claim in load_claims().items() if name in self.documents]

    @property
    def missing(self) -> list[str]:
        """Claims that could have one and do not."""
        return [claim.id for claim in load_claims().values() if not claim.needs and claim.id not in self.documents]


def find(store: Store, size: str | None = None, seed: int | None = None) -> Record | None:
    """The stored call to publish: a complete one before others, then a full one, the most claims, the latest."""
    sweeps: dict[int, dict] = {}
    for number, name, file, ensemble, its_seed, document in store.fetch(
            "SELECT sweep, claim, file, ensemble, seed, document FROM claim WHERE rulebook = ? ORDER BY sweep",
            [current_rulebook()]):
        claim, ensemble = load_claims().get(name), json.loads(ensemble)
        wanted = size in (None, ensemble["name"]) and seed in (None, its_seed)
        if wanted and claim is not None and claim.digest == file:
            one = sweeps.setdefault(number, {"ensemble": ensemble, "seed": its_seed, "documents": {}})
            one["documents"][name] = json.loads(document)
    if not sweeps:
        return None
    able = sum(not claim.needs for claim in load_claims().values())
    best = max(sweeps, key=lambda n: (len(sweeps[n]["documents"]) >= able, sweeps[n]["ensemble"]["name"] == FULL,
                                      len(sweeps[n]["documents"]), n))
    return Record(best, rulebook=current_rulebook(), **sweeps[best], **_took(store, best), proofs=stored_proofs(store))


def _took(store: Store, sweep: int) -> dict:
    """Runs, calls, seconds, machine and versions of a sweep."""
    runs = store.fetch("SELECT count(DISTINCT key) FROM member WHERE sweep = ?", [sweep])[0][0]
    failed = store.fetch("SELECT count(DISTINCT member.key) FROM member JOIN run ON run.key = member.key "
                         "WHERE member.sweep = ? AND run.status != 'ok'", [sweep])[0][0]
    made_by = {row[0] for row in store.fetch(
        "SELECT DISTINCT run.sweep FROM member JOIN run ON run.key = member.key WHERE member.sweep = ?", [sweep])}
    calls = store.fetch("SELECT id, started, coalesce(finished, (SELECT max(run.finished) FROM run WHERE run.sweep = "
                        "sweep.id)), machine, versions FROM sweep ORDER BY id")
    mine = [row for row in calls if row[0] == sweep or row[0] in made_by]
    seconds = sum(int((_time(end) - _time(start)).total_seconds()) for _, start, end, *_ in mine if end)
    *_, machine, versions = next(row for row in calls if row[0] == sweep)
    return {"runs": runs, "failed": failed, "calls": len(mine), "seconds": float(seconds),
            "versions": json.loads(versions), "machine": machine.partition(", ")[2]}  # without its name


def _time(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ")


def stored_proofs(store: Store) -> dict[str, dict[str, dict]]:
    """What each claim read in its counter-world and with its mechanism off, under these rules and files."""
    found: dict[str, dict[str, dict]] = {}
    for name, detail in store.fetch(
            "SELECT name, detail FROM check_outcome WHERE kind = ? AND rulebook = ? ORDER BY id",
            [KIND, current_rulebook()]):
        claim, kind = name.split(" ")
        one = json.loads(detail)
        if claim in load_claims() and load_claims()[claim].digest == one["file"]:
            found.setdefault(claim, {})[kind] = one
    return found


def make_proofs(store: Store, orders, tell: Callable) -> None:
    """Runs each claim in its counter-world and with its mechanism off, where that is not stored yet, and stores it."""
    there = stored_proofs(store)
    lacking = [claim for claim in load_claims().values()
               if not claim.needs and any(getattr(claim, kind) is not None and kind not in there.get(claim.id, {})
                                          for kind in KINDS)]
    if lacking:
        store.write_checks([_outcome(one) for one in prove(store, lacking, orders=orders, progress=tell)])


def _outcome(proof) -> dict:
    """A proof as the database keeps outcomes of checks."""
    first = proof.judged.evidence[AS_IS]
    detail = {"file": proof.claim.digest, "verdict": proof.judged.verdict, "wanted": proof.wanted, "mean": first.mean,
              "hold": first.hold, "oppose": first.oppose, "worlds": len(first.u), "runs": SIZE.runs}
    return {"name": f"{proof.claim.id} {proof.kind}", "kind": KIND, "status": "passed" if proof.holds else "failed",
            "value": first.mean, "low": first.low, "high": first.high, "detail": json.dumps(detail, sort_keys=True)}


def make(store: Store, size: str, seed: int, orders, tell: Callable, about: Mapping) -> None:
    """Makes what is missing of the claims' runs, and their verdicts."""
    from silosim.experiments.claims.declared import chosen
    from silosim.experiments.claims.ensemble import SIZES
    from silosim.experiments.claims.run import run_claims

    run_claims(store, chosen(()), SIZES[size], seed, orders, tell, about, size)
