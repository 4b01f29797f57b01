"""A fitted world, and the file that holds many: how it is named, written, read, and gone on with after a stop.

A finished list is `worlds_<prior>.csv`. While it is being made, every world that is done stands on a line of its own in
a file beside it, `worlds_<prior>.csv.part`, written through to the disk: whatever stops the program, the same command
goes on from there, and a list that is finished is lengthened without doing anything twice. `made_by` in both names
everything that a world follows from, so that worlds of other rules, organisations or priors are never mixed.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from silosim.experiments.calibration import solve
from silosim.experiments.calibration.prior import SOLVED, draw, ranges
from silosim.experiments.calibration.targets import TARGETS, check
from silosim.experiments.runkey import canonical_json, current_rulebook, digest, organisation_hash
from silosim.model.parameters import InvalidInput

MEASURED = tuple(t.measure for t in TARGETS)
COLUMNS = ("world", "admissible", *MEASURED, *SOLVED)
USUAL = ("insurer", 1)  # organisation and seed that the name of a file does not mention


@dataclass(frozen=True)
class World:
    """A drawn world: its number, its solved constants, what was measured, and which targets held."""

    number: int
    solved: dict[str, float]
    measured: dict[str, float]
    held: dict[str, bool]

    @property
    def admissible(self) -> bool:
        """Whether all targets held."""
        return all(self.held.values())

    def row(self) -> list:
        """As stored; the drawn parameters follow from the world's number and the seed."""
        return [self.number, int(self.admissible), *(f"{self.measured[m]:.6g}" for m in MEASURED),
                *(repr(self.solved[s]) for s in SOLVED)]

    def parameters(self, seed: int, prior: str) -> dict[str, float]:
        """The whole world: drawn parameters and solved constants."""
        return {**draw(self.number, seed, prior), **self.solved}


def made_by(spec, seed: int, prior: str) -> str:
    """16 hexadecimal digits for everything that world k follows from: rules, organisation, prior, targets, method."""
    method = [solve.STEPS, solve.RUNS, solve.JUDGED, solve.BURN_IN, solve.WEEKS, solve.FIT_SEED, solve.JUDGE_SEED,
              solve.NINE_BY_SPREAD, solve.LARGEST]
    targets = [[t.measure, t.low, t.high, t.aim] for t in TARGETS]
    document = {"rulebook": current_rulebook(), "organisation": organisation_hash(spec), "seed": seed,
                "prior": {name: list(span) for name, span in ranges(prior).items()}, "targets": targets,
                "solved": SOLVED, "method": method}
    return digest(canonical_json(document))[:16]


def path_of(folder: Path, prior: str, organisation: str = USUAL[0], seed: int = USUAL[1]) -> Path:
    """Where a list is kept: another organisation or seed has a file of its own."""
    parts = ["worlds", prior]
    if organisation != USUAL[0]:
        parts.append(Path(organisation).stem)
    if seed != USUAL[1]:
        parts.append(f"seed{seed}")
    return folder / ("_".join(parts) + ".csv")


def write_list(path: Path, head: Iterable[str], worlds: Iterable[World]) -> None:
    """The finished list, wholly or not at all."""
    draft = path.with_name(path.name + ".new")
    with draft.open("w", newline="", encoding="utf-8") as file:
        for line in head:
            file.write(f"# {line}\n")
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(world.row() for world in worlds)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_list(path: Path) -> tuple[dict[str, str], list[tuple[World, bool]]]:
    """({word of the first line: value}, [(world, admissible) of every row]) of a finished list.

    Raises OSError when it cannot be read, InvalidInput when it is not one of ours.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        known = dict(word.split("=") for word in lines[0].removeprefix("# ").split())
        known["prior"], int(known["seed"])
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return known, [_of_row(row) for row in rows]
    except (KeyError, ValueError, IndexError, TypeError, UnicodeError):
        raise InvalidInput(f"{str(path)!r} is no list of calibrated worlds; make it with silosim calibrate") from None


def _of_row(row: dict) -> tuple[World, bool]:
    measured = {m: float(row[m]) for m in MEASURED}
    world = World(int(row["world"]), {s: float(row[s]) for s in SOLVED}, measured, check(measured))
    return world, bool(int(row["admissible"]))


def done_before(path: Path, mark: str) -> dict[int, World]:
    """number -> world of a finished list that was made by the same; nothing when there is none such.

    A row whose measures, rounded as they are stored, no longer tell whether the world is admissible is left out.
    """
    try:
        known, rows = read_list(path)
    except (OSError, InvalidInput):
        return {}
    return {world.number: world for world, ok in rows if ok == world.admissible} if known.get("made_by") == mark else {}


class Part:
    """The worlds done so far, a line each; use as a context: another process has to wait its turn.

    done   number -> world of those that an earlier call finished
    Raises InvalidInput when another process writes the same list, OSError when the file cannot be written.
    """

    def __init__(self, path: Path, mark: str):
        from silosim.experiments.store.lock import WriterLock

        self.path = path.with_name(path.name + ".part")
        self.mark = mark
        self.done: dict[int, World] = {}
        self._lock = WriterLock(self.path)
        self._file = None
        self._finished = False

    def __enter__(self) -> Part:
        from silosim.experiments.store import StoreError

        try:
            self._lock.take()
        except StoreError:
            raise InvalidInput(f"{self.path}: another silosim calibrate is writing here; "
                               "wait until it is done") from None
        try:
            self._open()
        except BaseException:
            self._lock.free()
            raise
        return self

    def __exit__(self, *_) -> None:
        self._file.close()
        if self._finished:
            self.path.unlink(missing_ok=True)
        self._lock.free()

    def add(self, world: World) -> None:
        """Notes a world that is done, through to the disk."""
        self.done[world.number] = world
        self._write(dataclasses.asdict(world))

    def finish(self) -> None:
        """The list itself is written: this file goes when it is closed."""
        self._finished = True

    def _open(self) -> None:
        """Reads what is whole; what was torn by a crash, or made by something else, is cut off."""
        self._file = self.path.open("a+b")
        self._file.seek(0)
        end = 0
        for k, line in enumerate(self._file):
            try:
                document = json.loads(line) if line.endswith(b"\n") else None
                if k == 0 and document == {"made_by": self.mark}:
                    end += len(line)
                elif k and document and end:
                    world = World(**document)
                    self.done[world.number] = world
                    end += len(line)
                else:
                    break
            except (ValueError, TypeError):
                break
        self._file.truncate(end)
        if not end:
            self._write({"made_by": self.mark})

    def _write(self, document: dict) -> None:
        self._file.write(json.dumps(document).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
