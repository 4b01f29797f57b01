"""The whole of history matching: draw, solve, judge, count, store.

    result = run_calibration(draws=1000)
    result.admissible              # how many of the drawn worlds meet every target
    load_worlds("narrow")          # the parameters of those worlds, for experiments that must be robust against them
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from silosim.experiments.calibration import solve as fit
from silosim.experiments.calibration.prior import SOLVED, draw, factor, ranges
from silosim.experiments.calibration.targets import TARGETS, check
from silosim.experiments.runkey import whole
from silosim.model.parameters import InvalidInput
from silosim.model.text import number, text

FOLDER = Path("results") / "calibration"
MEASURED = tuple(t.measure for t in TARGETS)
COLUMNS = ("world", "admissible", *MEASURED, *SOLVED)


@dataclass(frozen=True)
class World:
    """A drawn world: its number, its solved constants, what was measured, and which targets held."""

    number: int
    solved: dict[str, float]
    measured: dict[str, float]
    held: dict[str, bool]

    @property
    def admissible(self) -> bool:
        return all(self.held.values())

    def row(self) -> list:
        """As stored; the drawn parameters follow from the world's number and the seed."""
        return [self.number, int(self.admissible), *(f"{self.measured[m]:.6g}" for m in MEASURED),
                *(repr(self.solved[s]) for s in SOLVED)]


@dataclass(frozen=True)
class Calibration:
    """What history matching found."""

    prior: str
    seed: int
    organisation: str
    rulebook: str
    worlds: tuple[World, ...]
    path: Path | None = None

    @property
    def admissible(self) -> int:
        return sum(w.admissible for w in self.worlds)

    def held(self, measure: str) -> int:
        """In how many worlds this target held."""
        return sum(w.held[measure] for w in self.worlds)

    def only(self, measure: str) -> int:
        """How many worlds fail on this target alone."""
        return sum(not w.held[measure] and sum(w.held.values()) == len(TARGETS) - 1 for w in self.worlds)


def run_calibration(draws: int = 1000, workers: int | None = None, seed: int = 1,
                    progress: Callable[[int, int], None] = lambda done, total: None, lang: str = "en",
                    prior: str = "narrow", organisation: str = "insurer",
                    folder: Path | str | None = FOLDER) -> Calibration:
    """Draws worlds, fits each, judges it; stores worlds_<prior>.csv in `folder` unless that is None.

    progress  called with (worlds done, worlds in all)
    lang      of the remarks in the stored file
    Raises InvalidInput for a number of draws below 1, an unknown prior, or a folder that cannot be written.
    """
    from silosim.model.organisation_file import load_organisation
    from silosim.model.rulebook import rulebook_hash

    whole("draws", draws, 1, 100_000)
    whole("seed", seed, 0)
    ranges(prior)
    spec = load_organisation(organisation)
    worlds = []
    progress(0, draws)
    for world in _worlds(spec, draws, seed, prior, workers or os.cpu_count() or 1):
        worlds.append(world)
        progress(len(worlds), draws)
    result = Calibration(prior, seed, organisation, rulebook_hash(), tuple(worlds))
    return result if folder is None else _stored(result, Path(folder), lang)


def fit_world(spec, world: int, seed: int, prior: str) -> World:
    """One world: drawn, solved, and judged on runs that the fit never saw."""
    drawn = draw(world, seed, prior)
    solved = fit.solve(spec, drawn)
    measured = fit.settle(spec, {**drawn, **solved}, fit.JUDGED, fit.JUDGE_SEED)
    return World(world, solved, {m: measured[m] for m in MEASURED}, check(measured))


def _worlds(spec, draws: int, seed: int, prior: str, workers: int) -> Iterator[World]:
    """In order of number, whatever the number of workers; a run releases the GIL."""
    pool = ThreadPoolExecutor(workers)
    try:
        yield from pool.map(lambda k: fit_world(spec, k, seed, prior), range(draws))
    finally:
        pool.shutdown(cancel_futures=True)


def _stored(result: Calibration, folder: Path, lang: str) -> Calibration:
    path = folder / f"worlds_{result.prior}.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            for line in _head(result, lang):
                file.write(f"# {line}\n")
            table = csv.writer(file, lineterminator="\n")
            table.writerow(COLUMNS)
            table.writerows(world.row() for world in result.worlds)
    except OSError as error:
        raise InvalidInput(f"worlds cannot be stored in {str(path)!r}: {error.strerror or error}") from None
    return Calibration(result.prior, result.seed, result.organisation, result.rulebook, result.worlds, path)


def _head(result: Calibration, lang: str) -> list[str]:
    """Everything needed to make the file again."""
    return [f"prior={result.prior} seed={result.seed} organisation={result.organisation} rulebook={result.rulebook}",
            text("calibration.file", lang)]


def load_worlds(prior: str = "narrow", folder: Path | str = FOLDER, admissible: bool = True) -> list[dict[str, float]]:
    """The stored worlds as complete `world` values for a run: drawn parameters and solved constants.

    admissible  only those that meet every target (the default), or all
    Raises InvalidInput when there is no such file, or it is not one of ours.
    """
    path = Path(folder) / f"worlds_{prior}.csv"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        known = dict(word.split("=") for word in lines[0].removeprefix("# ").split())
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
        return [{**draw(int(row["world"]), int(known["seed"]), known["prior"]), **{s: float(row[s]) for s in SOLVED}}
                for row in rows if int(row["admissible"]) or not admissible]
    except OSError as error:
        problem = error.strerror or error
        raise InvalidInput(f"no worlds in {str(path)!r}: {problem}; make them with silosim calibrate") from None
    except (KeyError, ValueError, IndexError, UnicodeError):
        raise InvalidInput(f"{str(path)!r} is no list of calibrated worlds; make it with silosim calibrate") from None


def report(result: Calibration, lang: str = "en") -> list[str]:
    """What was found, line by line: the prior, the count, and each target with how many worlds held it."""
    total = len(result.worlds)
    say = {"prior": result.prior, "drawn": len(ranges(result.prior)), "motives": factor("duty", result.prior),
           "physics": factor("care_effect", result.prior), "rest": factor("call_rate", result.prior)}
    lines = [text("calibration.prior", lang, **say),
             text("calibration.count", lang, admissible=result.admissible, total=total,
                  share=number(result.admissible / total, ".0%", lang))]
    lines += [text("calibration.target", lang, measure=text(f"measure.{t.measure}.label", lang), low=t.low, high=t.high,
                   held=result.held(t.measure), only=result.only(t.measure), total=total) for t in TARGETS]
    return lines + ([text("calibration.stored", lang, path=str(result.path))] if result.path else [])
