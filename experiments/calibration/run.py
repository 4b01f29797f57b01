"""The whole of history matching: draw, solve, judge, count, store.

    result = run_calibration(draws=1000)
    result.admissible              # how many of the drawn worlds meet every target
    load_worlds("narrow")          # the parameters of those worlds, for experiments that must be robust against them

World k is the same whoever fits it and whatever was fitted before, so worlds are handed out to threads, processes or a
cluster one by one, and kept one by one as they come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from silosim.experiments.calibration import solve as fit
from silosim.experiments.calibration.prior import draw, factor, ranges
from silosim.experiments.calibration.published import published
from silosim.experiments.calibration.targets import TARGETS, check
from silosim.experiments.calibration.worlds import (
    MEASURED,
    Part,
    World,
    done_before,
    made_by,
    path_of,
    read_list,
    write_list,
)
from silosim.experiments.runkey import current_rulebook, whole
from silosim.model.parameters import InvalidInput
from silosim.model.text import number, text

FOLDER = Path("results") / "calibration"


class Interrupted(KeyboardInterrupt):
    """Ctrl-C: `done` of `total` worlds are kept in `path`."""

    def __init__(self, done: int, total: int, path: Path | None):
        super().__init__(f"{done} of {total} worlds")
        self.done, self.total, self.path = done, total, path


class Task(NamedTuple):
    """A world to fit, as it is sent to whoever fits it."""

    spec: object
    world: int
    seed: int
    prior: str


@dataclass(frozen=True)
class Calibration:
    """What history matching found; `new` worlds were fitted now, the others were there already."""

    prior: str
    seed: int
    organisation: str
    rulebook: str
    worlds: tuple[World, ...]
    path: Path | None = None
    new: int = 0

    @property
    def admissible(self) -> int:
        """In how many worlds all targets held."""
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
                    folder: Path | str | None = FOLDER, crew: Callable | None = None) -> Calibration:
    """Draws worlds, fits each, judges it; stores worlds_<prior>.csv in `folder` unless that is None.

    Worlds that an earlier call finished in this folder are not fitted again.

    progress  called with (worlds done, worlds in all)
    lang      of the remarks in the stored file
    crew      opens who does the work (silosim.experiments.running); by default `workers` threads
    Raises InvalidInput for a number of draws below 1, an unknown prior, or a folder that cannot be written, and
    Interrupted on Ctrl-C, with what was finished kept.
    """
    from silosim.experiments.running import Threads
    from silosim.model.organisation_file import load_organisation

    whole("draws", draws, 1, 100_000)
    whole("seed", seed, 0)
    ranges(prior)
    spec = load_organisation(organisation)
    asked = Calibration(prior, seed, organisation, current_rulebook(), ())
    fitting = partial(_fitted, spec, asked, draws, crew or partial(Threads, workers), progress)
    if folder is None:
        worlds = fitting({}, lambda world: None, None)
        return replace(asked, worlds=_first(worlds, draws), new=draws)
    path = path_of(Path(folder), prior, organisation, seed)
    try:
        return _kept(replace(asked, path=path), spec, draws, fitting, lang)
    except OSError as error:
        raise InvalidInput(f"worlds cannot be stored in {str(path)!r}: {error.strerror or error}") from None


def _kept(asked: Calibration, spec, draws: int, fitting: Callable, lang: str) -> Calibration:
    """With every world written down as it comes, and the list at the end."""
    mark = made_by(spec, asked.seed, asked.prior)
    asked.path.parent.mkdir(parents=True, exist_ok=True)
    with Part(asked.path, mark) as part:
        there = {**done_before(asked.path, mark), **part.done}
        new = draws - sum(k in there for k in range(draws))
        worlds = fitting(there, part.add, part.path) if new else there
        if new or part.done or not asked.path.exists():
            write_list(asked.path, _head(asked, mark, lang), [worlds[k] for k in sorted(worlds)])
        part.finish()
    return replace(asked, worlds=_first(worlds, draws), new=new)


def _first(worlds: dict[int, World], draws: int) -> tuple[World, ...]:
    return tuple(worlds[k] for k in range(draws))


def _fitted(spec, asked: Calibration, draws: int, crew: Callable, progress: Callable, there: dict[int, World],
            note: Callable[[World], object], path: Path | None) -> dict[int, World]:
    """number -> world, those that were there already included; `note` is told of every new one."""
    from silosim.experiments.interrupts import held_interrupts
    from silosim.experiments.running import Stream, Work

    worlds = dict(there)
    done = sum(k in worlds for k in range(draws))
    tasks = [Task(spec, k, asked.seed, asked.prior) for k in range(draws) if k not in worlds]

    def take(pairs) -> None:
        nonlocal done
        for _, world in pairs:
            if isinstance(world, World):
                worlds[world.number] = world
                note(world)
                done += 1
        progress(done, draws)

    try:
        with held_interrupts() as interrupts, crew() as people:
            progress(done, draws)
            work = Work(live=fit_worlds, rules=None if people.in_process else asked.rulebook)
            stream = Stream(people, tasks, work, group_of=lambda task: task.world, total=len(tasks))
            try:
                for pairs in stream:
                    take(pairs)
                    _raise_first(pairs)
                    interrupts.heed()
            except BaseException:
                take(stream.stop())
                raise
    except KeyboardInterrupt:
        raise Interrupted(done, draws, path) from None
    return worlds


def _raise_first(pairs) -> None:
    """What went wrong with a world; the others are kept."""
    for task, world in pairs:
        if isinstance(world, BaseException):
            raise world
        if not isinstance(world, World):
            raise RuntimeError(f"world {task.world}: {world.line}")


def fit_worlds(tasks, stopped: Callable[[], bool]) -> Iterator:
    """The worlds of some tasks in order, or what stopped one; ends early once `stopped()`."""
    for task in tasks:
        if stopped():
            return
        try:
            yield fit_world(*task)
        except Exception as problem:
            yield problem


def fit_world(spec, world: int, seed: int, prior: str) -> World:
    """One world: drawn, solved, and judged on runs that the fit never saw."""
    drawn = draw(world, seed, prior)
    solved = fit.solve(spec, drawn)
    measured = fit.settle(spec, {**drawn, **solved}, fit.JUDGED, fit.JUDGE_SEED)
    return World(world, solved, {m: measured[m] for m in MEASURED}, check(measured))


def _head(asked: Calibration, mark: str, lang: str) -> list[str]:
    """Everything needed to make the file again."""
    organisation = "_".join(asked.organisation.split())
    return [f"prior={asked.prior} seed={asked.seed} organisation={organisation} rulebook={asked.rulebook} "
            f"made_by={mark}", text("calibration.file", lang)]


def load_worlds(prior: str = "narrow", folder: Path | str | None = None, admissible: bool = True,
                organisation: str = "insurer", seed: int = 1) -> list[dict[str, float]]:
    """Fitted worlds as complete `world` values for a run: drawn parameters and solved constants.

    folder      where `silosim calibrate` stored them, or the list itself (.csv); by default the published ones, which
                come with the program
    admissible  only those that meet every target (the default), or all
    Raises InvalidInput when there is no such file, or it is not one of ours.
    """
    if folder is None:
        ranges(prior)
        return [world for world, ok in published(prior) if ok or not admissible]
    path = Path(folder) if str(folder).endswith(".csv") else path_of(Path(folder), prior, organisation, seed)
    try:
        known, rows = read_list(path)
    except OSError as error:
        problem = error.strerror or error
        raise InvalidInput(f"no worlds in {str(path)!r}: {problem}; make them with silosim calibrate") from None
    return [world.parameters(int(known["seed"]), known["prior"]) for world, ok in rows if ok or not admissible]


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
    if result.path:
        stored = text("calibration.stored", lang, path=str(result.path))
        lines.append(f"{stored} {text('calibration.new', lang, new=result.new, there=total - result.new)}")
    return lines
