"""The door to the model's engine, opened only when runs are needed: loading it takes longer than listing things."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from silosim.model.parameters import InvalidInput


def job(**fields):
    """A run to be made; fields as in `silosim.model.ensemble.Job`."""
    from silosim.model.ensemble import Job

    return Job(**fields)


def live(jobs: Iterable, stopped: Callable[[], bool]) -> Iterator:
    """The outcome of each job in order, or the exception that stopped it; ends early once `stopped()`."""
    from silosim.model.ensemble import live as engine

    return engine(jobs, stopped)


def simulate(jobs: Iterable, workers: int | None = None) -> Iterator[tuple]:
    """(job, outcome or the exception that stopped it) for each job, as they finish; nothing is stored.

    Jobs next to each other that share a burn-in live it once. Memory holds a few outcomes at a time.
    """
    from silosim.experiments.running import Stream, Threads, Work

    with Threads(workers) as crew:
        for batch in Stream(crew, jobs, Work()):
            yield from batch


def warm_up(spec) -> None:
    """Compiles the rules for organisations of this size, by running one for two weeks."""
    from silosim.model.ensemble import run_job

    run_job(job(spec=spec, burn_in=1, weeks=1))


def measured_pay(organisation: str) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """({customer measure: {activity: what it pays}}, {policy: cos(pay, value)}) for an organisation as it is today."""
    from silosim.model.layout import ACTIVITIES
    from silosim.model.organisation_file import load_organisation
    from silosim.model.pay_vectors import MEASURED, measure_pay, pay_alignment
    from silosim.model.policies import load_policies

    spec = load_organisation(organisation)
    vectors, _ = measure_pay(spec, (), "functional", "organisation")
    found = {name: {ACTIVITIES[a]: float(rows[0][a]) for a in MEASURED} for name, rows in vectors.items()}
    return found, {name: pay_alignment(spec, **policy.levers) for name, policy in load_policies().items()}


def check_switchable(names: Iterable[str]) -> None:
    """InvalidInput when one of the parameters cannot change in a living organisation."""
    from silosim.model.founding import FOUNDING_ONLY

    for name in names:
        if name in FOUNDING_ONLY:
            raise InvalidInput(f"{name} describes the founding of an organisation, so it cannot change in a week")
