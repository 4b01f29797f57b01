"""One way of running an organisation, in a process of its own, timed on request.

    python -m silosim.experiments.benchmark.probe '{"face": "engine", "organisation": "insurer", "weeks": 156, ...}'

After a line {"ready": ...} every line on the input asks for one more timed stretch of `weeks` weeks; the answer is a
line {"seconds": ...}. When the input ends, a last line gives the memory used. A process each, because imports,
compiled code and garbage of one face would be counted with another.
"""

from __future__ import annotations

import json
import sys
import time

LEAD = 26  # weeks lived before anything is timed, so that queues and rework are there


class Engine:
    """The compiled engine: one call lives all weeks, all measures included."""

    def __init__(self, spec, seed):
        from silosim.model.simulation import Simulation

        self.sim = Simulation(spec, seed)

    def live(self, weeks):
        self.sim.run(weeks)


class Mesa:
    """The Mesa face: a step a day, its phases compiled."""

    row_wise = False

    def __init__(self, spec, seed):
        from silosim.model.faces import Organisation

        self.model = Organisation(spec, rng=seed, row_wise=self.row_wise)

    def live(self, weeks):
        for _ in range(5 * weeks):
            self.model.step()


class Rows(Mesa):
    """The Mesa face row by row: every rule of every person activated from Python."""

    row_wise = True


class Plain:
    """Plain Mesa."""

    def __init__(self, spec, seed):
        from silosim.experiments.benchmark.plain_mesa.model import Organisation

        self.model = Organisation(spec, rng=seed)

    def live(self, weeks):
        for _ in range(5 * weeks):
            self.model.step()


FACES = {"engine": Engine, "mesa": Mesa, "rows": Rows, "plain": Plain}


def ensemble(spec, seed, weeks):
    """Times runs of an ensemble: a line {"runs": n, "workers": k} is answered by the seconds it took."""
    from silosim.experiments.engine import simulate
    from silosim.model.ensemble import Job

    for line in sys.stdin:
        asked = json.loads(line)
        jobs = [Job(spec, burn_in=0, weeks=weeks, replicate=r, seed=seed) for r in range(asked["runs"])]
        started = time.perf_counter()
        for _, outcome in simulate(jobs, workers=asked["workers"]):
            if isinstance(outcome, BaseException):
                raise outcome
        tell(seconds=time.perf_counter() - started)


def tell(**what) -> None:
    """A line of JSON on the output."""
    print(json.dumps(what), flush=True)


def peak_memory() -> float | None:
    """Most memory this process ever held, MB; None where the system does not say."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def model_memory(face, spec, seed) -> float:
    """Most memory a model and a month of its life need, MB, without the program itself."""
    import tracemalloc

    tracemalloc.start()
    face(spec, seed).live(4)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def main(settings: dict) -> None:
    """Imports, founds, warms up, and then answers."""
    from silosim.model.organisation_file import load_organisation

    spec = load_organisation(settings["organisation"])
    seed, weeks = settings["seed"], settings["weeks"]
    face = FACES.get(settings["face"], Engine)
    started = time.perf_counter()
    model = face(spec, seed)
    model.live(1)
    first = time.perf_counter() - started
    model.live(settings.get("lead", LEAD))
    tell(ready=True, first=first)
    if settings["face"] == "ensemble":
        ensemble(spec, seed, weeks)
    else:
        for _ in sys.stdin:
            started, used = time.perf_counter(), time.process_time()
            model.live(weeks)
            tell(seconds=time.perf_counter() - started, cpu=time.process_time() - used)
    tell(process_mb=peak_memory(), model_mb=model_memory(face, spec, seed) if settings.get("memory") else None)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
