"""The door to the model's engine, opened only when runs are needed: loading it takes longer than listing things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def job(**fields):
    """A run to be made; fields as in `silosim.model.ensemble.Job`."""
    from silosim.model.ensemble import Job

    return Job(**fields)


def simulate(jobs: Iterable, workers: int | None = None) -> Iterator[tuple]:
    """(job, outcome or the exception that stopped it) for each job, as they finish."""
    from silosim.model.ensemble import simulate as engine

    return engine(jobs, workers=workers)


def warm_up(spec) -> None:
    """Compiles the rules for organisations of this size."""
    from silosim.model.simulation import warm_up as compile_for

    compile_for(spec)
