"""`run_benchmark`: the same organisation and weeks in every face, side by side in one run, on this machine."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field

from silosim.model.parameters import InvalidInput

ENGINE, MESA, ROWS, PLAIN = "engine", "mesa", "rows", "plain"
FACES = (ENGINE, MESA, ROWS, PLAIN)
ENSEMBLE_RUNS = 48
DAYS_PER_WEEK = 5
QUARTER = 13  # weeks until every rule was needed once
ALL_OF_A_CORE = 0.95


@dataclass
class Face:
    """One way of running: the best of the repeats, because other programs can only make it slower.

    ratio      how many times as fast as plain Mesa; NaN without it
    two_cores  runs a second of two at a time, over one at a time
    """

    name: str
    seconds: float  # a run of all weeks
    us_per_agent_day: float
    runs_per_second: float
    runs_per_second_two: float
    process_mb: float | None
    model_mb: float | None
    ratio: float = float("nan")

    @property
    def two_cores(self) -> float:
        """How many times as many runs two processes make as one."""
        return self.runs_per_second_two / self.runs_per_second


@dataclass
class Benchmark:
    """Everything that was timed.

    start      seconds from the start of a process
    scaling    the engine on organisations of other sizes: organisation, employees, µs per agent-day, seconds a run
    cores_had  processor time over time passed, per process that was timed: below .95 the machine had other things to do
    """

    organisation: str
    employees: int
    weeks: int
    repeats: int
    machine: dict
    faces: dict[str, Face] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    start: dict[str, float] = field(default_factory=dict)
    scaling: list[dict] = field(default_factory=list)
    cores_had: float = 1.0

    @property
    def busy(self) -> float:
        """Share of a core that every timed process had, when that was less than nearly all; else 0."""
        return self.cores_had if self.cores_had < ALL_OF_A_CORE else 0.0

    def document(self) -> dict:
        """As plain JSON."""
        faces = {name: {**asdict(face), "two_cores": face.two_cores} for name, face in self.faces.items()}
        for face in faces.values():
            face["ratio"] = None if math.isnan(face["ratio"]) else face["ratio"]
        return {**asdict(self), "faces": faces}


def run_benchmark(organisation: str = "insurer", weeks: int = 156, repeats: int = 3, seed: int = 1,
                  large: str | None = "large", compile_cold: bool = True, faces=FACES,
                  progress: Callable[[str], None] = lambda what: None) -> Benchmark:
    """Times every face on one organisation; nothing is stored.

    repeats       rounds; in each, every face lives `weeks` weeks once alone and once two at a time, in turn, so that
                  what else the machine does meets all of them
    large         organisation for the scaling line, or None to leave it out
    compile_cold  also compile everything anew in an empty folder (half a minute to a minute)
    progress      called with a few words before every part
    """
    from silosim.model.organisation_file import load_organisation

    spec = load_organisation(organisation)
    if weeks < 1 or repeats < 1:
        raise InvalidInput(f"weeks = {weeks} and repeats = {repeats} must both be 1 or more")
    result = Benchmark(spec.name, spec.headcount, weeks, repeats, machine())
    settings = {"organisation": organisation, "weeks": weeks, "seed": seed}
    progress("warm up")
    compile_once(settings, faces)
    with ExitStack() as running:
        pairs, pool = start_probes(running, settings, faces, result, progress)
        times, result.cores_had = time_rounds(pairs, pool, repeats, progress)
        for name, pair in pairs.items():
            result.faces[name] = face_of(name, times[name], spec.headcount * DAYS_PER_WEEK * weeks, pair[0].finish())
            pair[1].finish()
        if ENGINE in result.faces:  # an engine's two at a time are two threads of one ensemble
            ensemble_rates(result.faces[ENGINE], times["ensemble"], pool.finish())
    if PLAIN in result.faces:
        for face in result.faces.values():
            face.ratio = result.faces[PLAIN].seconds / face.seconds
    result.start = start_times(organisation, compile_cold, progress)
    result.scaling = scaling([organisation, *([large] if large else [])], weeks, repeats, seed, progress)
    return result


def compile_once(settings: dict, faces) -> None:
    """Compiles what the faces need, or every one of the processes would: the engine first, a part of each Mesa face."""
    for names in ((ENGINE,), [name for name in (MESA, ROWS) if name in faces]):
        with ExitStack() as running, suppress(RuntimeError):  # what is missing is noted later
            for probe in [running.enter_context(Probe(face=name, lead=QUARTER, **settings)) for name in names]:
                probe.answer()


class Probe:
    """A process that lives one face on request."""

    def __init__(self, **settings):
        command = [sys.executable, "-m", "silosim.experiments.benchmark.probe", json.dumps(settings)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        encoding="utf-8", errors="replace")

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()

    def ask(self, **what) -> None:
        """Asks for another stretch."""
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict:
        """Waits for the next answer. Raises RuntimeError with its last line when it ended instead."""
        line = self.process.stdout.readline()
        if not line:
            said = self.process.stderr.read().strip().splitlines()
            raise RuntimeError(said[-1] if said else "a benchmark process ended without a word")
        return json.loads(line)

    def finish(self) -> dict:
        """Ends it; returns the memory it used."""
        self.process.stdin.close()
        return self.answer()


def start_probes(running: ExitStack, settings: dict, faces, result: Benchmark, progress):
    """Two processes of each face and one for ensembles, all warmed up. A face that is not there is noted as missing."""
    progress("start")
    pairs = {name: [running.enter_context(Probe(face=name, memory=first, **settings)) for first in (True, False)]
             for name in faces}
    pool = running.enter_context(Probe(face="ensemble", **settings))
    pool.answer()
    for name, pair in list(pairs.items()):
        try:
            for probe in pair:
                probe.answer()
        except RuntimeError as problem:
            result.missing[name] = str(problem)
            del pairs[name]
    return pairs, pool


def time_rounds(pairs: dict, pool: Probe, repeats: int, progress) -> tuple[dict[str, tuple[float, float]], float]:
    """Best seconds of a run alone and of two at a time, for every face; for 'ensemble' on one and two workers.

    Also the share of a core that every process had, on the whole.
    """
    times: dict[str, list] = {}
    used = passed = 0.0
    for k in range(repeats):
        for name, pair in pairs.items():
            progress(f"{name}: {k + 1}/{repeats}")
            seconds = []
            for probes in (pair[:1], pair):
                wall, cpu = together(probes)
                used, passed = used + cpu, passed + wall * len(probes)
                seconds.append(wall)
            times.setdefault(name, []).append(tuple(seconds))
        pool_times = []
        for workers in (1, 2):
            pool.ask(runs=ENSEMBLE_RUNS, workers=workers)
            pool_times.append(pool.answer()["seconds"])
        times.setdefault("ensemble", []).append(tuple(pool_times))
    best = {name: tuple(min(column) for column in zip(*rows, strict=True)) for name, rows in times.items()}
    return best, used / passed if passed else 1.0


def together(probes: list[Probe]) -> tuple[float, float]:
    """Seconds until all of these, started at the same moment, have lived their weeks; processor seconds of all."""
    for probe in probes:
        probe.ask()
    answers = [probe.answer() for probe in probes]
    return max(answer["seconds"] for answer in answers), sum(answer["cpu"] for answer in answers)


def face_of(name: str, seconds: tuple[float, float], agent_days: int, memory: dict) -> Face:
    """The figures of a face from the seconds of a run, alone and with a second one beside it."""
    alone, two = seconds
    return Face(name, alone, alone / agent_days * 1e6, 1 / alone, 2 / two, memory["process_mb"], memory["model_mb"])


def ensemble_rates(engine: Face, seconds: tuple[float, float], memory: dict) -> None:
    """Runs a second as `silosim compare` makes them: founding and storing measures included, threads."""
    engine.runs_per_second, engine.runs_per_second_two = (ENSEMBLE_RUNS / s for s in seconds)
    engine.process_mb = memory["process_mb"]


def scaling(organisations: list[str], weeks: int, repeats: int, seed: int, progress) -> list[dict]:
    """The engine's time per agent-day for organisations of different sizes, measured in turn."""
    from silosim.model.organisation_file import load_organisation

    specs = {name: load_organisation(name) for name in organisations}
    with ExitStack() as running:
        probes = {}
        for name in organisations:
            progress(f"scaling: {name}")
            probes[name] = running.enter_context(Probe(face=ENGINE, organisation=name, weeks=weeks, seed=seed))
            probes[name].answer()
        times = {name: min(together([probe])[0] for _ in range(repeats)) for name, probe in probes.items()}
    return [{"organisation": name, "employees": spec.headcount, "seconds": times[name],
             "us_per_agent_day": times[name] / (spec.headcount * DAYS_PER_WEEK * weeks) * 1e6}
            for name, spec in specs.items()]


def start_times(organisation: str, compile_cold: bool, progress) -> dict[str, float]:
    """Seconds from the start of a process: to a list, to the engine imported, to the first week lived."""
    progress("start: list and import")
    times = {
        "list": spent("-m", "silosim.experiments.cli", "list", "levers"),
        "import_engine": spent("-c", "import silosim.model.simulation"),
        "import_mesa": spent("-c", "import mesa"),
    }
    settings = json.dumps({"face": ENGINE, "organisation": organisation, "weeks": 1, "lead": 0, "seed": 1})
    first_week = ("-m", "silosim.experiments.benchmark.probe", settings)
    if compile_cold:
        progress("start: compile anew")
        with tempfile.TemporaryDirectory() as folder:
            times["first_week_cold"] = spent(*first_week, cache=folder)
            times["first_week"] = spent(*first_week, cache=folder)
    else:
        times["first_week"] = spent(*first_week)
    return times


def spent(*arguments: str, cache: str | None = None) -> float:
    """Seconds a Python process takes, from its start to its end."""
    surroundings = {**os.environ, **({"SILOSIM_CACHE": cache} if cache else {})}
    if cache:
        surroundings.pop("NUMBA_CACHE_DIR", None)
    started = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], env=surroundings, stdin=subprocess.DEVNULL,
                          capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or "a benchmark process failed").splitlines()[-1])
    return time.perf_counter() - started


def machine() -> dict:
    """What was measured on: processor, cores, versions."""
    from importlib.metadata import version

    return {"system": platform.system(), "processor": processor(), "cores": os.cpu_count(),
            "python": platform.python_version(), **{name: version(name) for name in ("numpy", "numba", "mesa")}}


def processor() -> str:
    """The processor's name, as far as the system tells."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
