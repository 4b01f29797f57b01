"""The same run is the same run: twice, on any number of workers, and when it is only branched off."""

from __future__ import annotations

from silosim.experiments.checks.run import Compared
from silosim.experiments.engine import simulate
from silosim.model.ensemble import Job, run_job
from silosim.model.organisation_file import load_organisation
from silosim.model.simulation import Simulation

POLICIES = ({}, {"customer_time": 0.2}, {"bonus": 1.2, "structure": "journey"})


def same(what: str, *hashes: str) -> Compared:
    """All of these hashes are one."""
    return Compared(what, float(len(set(hashes))), 1.0, 0.0)


def jobs() -> list[Job]:
    """Two replicates of a few policies."""
    spec = load_organisation("insurer")
    return [Job(spec, levers, burn_in=26, weeks=60, replicate=r) for r in range(2) for levers in POLICIES]


def same_run_twice() -> list[Compared]:
    """A run lived twice gives the same hash; another seed gives another one."""
    job = jobs()[0]
    first, again = run_job(job), run_job(job)
    other = run_job(Job(job.spec, burn_in=26, weeks=60, seed=2))
    different = Compared("another seed", float(len({first.outcome_hash, other.outcome_hash})), 2.0, 0.0)
    return [same("twice", first.outcome_hash, again.outcome_hash), different]


def any_number_of_workers() -> list[Compared]:
    """One worker and two, alone and among others: the same hashes."""
    asked = jobs()
    one, two = ({_name(job): outcome.outcome_hash for job, outcome in simulate(asked, workers=n)} for n in (1, 2))
    alone = {_name(job): run_job(job).outcome_hash for job in asked[:2]}
    return [same(str(name), found, two[name], *([alone[name]] if name in alone else ())) for name, found in one.items()]


def _name(job: Job) -> tuple:
    return (job.replicate, *job.levers.items())


def branch_unchanged() -> list[Compared]:
    """Going on, and branching off with every lever as it is: the same state to the bit."""
    sim = Simulation(load_organisation("insurer"), 3, bonus=1.0)
    sim.run(30)
    branched = Simulation.branch(sim.snapshot(), bonus=1.0)
    compared = []
    for weeks in (1, 12, 30):
        sim.run(weeks)
        branched.run(weeks)
        compared.append(same(f"{weeks} weeks", sim.state_hash(), branched.state_hash()))
    return compared
