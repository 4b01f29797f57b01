"""`silosim sweep`: a design file, run."""

import contextlib
import re
from pathlib import Path
from typing import Annotated

import typer

from silosim.experiments.commands.making import git_state, open_crew, progress, versions
from silosim.experiments.commands.options import DATABASE, Options
from silosim.experiments.commands.session import Session, StoppedByUser

EXAMPLES = Path(__file__).parents[1] / "sweeps" / "examples"


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)
    say = session.words
    names = sorted(path.stem for path in EXAMPLES.glob("*.toml"))

    @app.command("sweep", help=say("sweeps.help"))
    def sweep(
        design: Annotated[str | None, typer.Argument(help=say("sweeps.design"), metavar="[FILE.toml]")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help=say("sweeps.dry_run"))] = False,
        workers: use.workers = None,
        processes: Annotated[bool, typer.Option("--processes", help=say("sweeps.processes"))] = False,
        cluster: Annotated[str | None, typer.Option("--cluster", metavar="ADDRESS",
                                                    help=say("sweeps.cluster"))] = None,
        shard: Annotated[str | None, typer.Option("--shard", metavar="PART/OF", help=say("sweeps.shard"))] = None,
        retry_failed: Annotated[bool, typer.Option("--retry-failed", help=say("sweeps.retry_failed"))] = False,
        other_rules: Annotated[bool, typer.Option("--other-rules", help=say("sweeps.other_rules"))] = False,
        example: Annotated[str | None, typer.Option("--example", metavar="NAME", help=say(
            "sweeps.example", names=", ".join(names)))] = None,
        as_json: use.json = False,
        db: use.db = DATABASE,
    ) -> int:
        if example is not None:
            print(_example(example, names), end="")
            return 0
        given = _design(design)
        if dry_run:
            return _dry_run(session, given, workers, db, as_json)
        shared = _shard(shard)
        from silosim.experiments.interrupts import held_interrupts

        with open_crew(workers, processes, cluster) as crew, held_interrupts():
            return _make(session, given, crew, shared, retry_failed, other_rules, as_json, db)


def _example(name: str, names: list[str]) -> str:
    from silosim.model.parameters import unknown

    if name not in names:
        raise unknown("example", name, names)
    return (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")


def _design(path: str | None):
    from silosim.experiments.sweeps.design import Design
    from silosim.model.parameters import InvalidInput

    if path is None:
        raise InvalidInput("silosim sweep needs a design file: silosim sweep FILE.toml (silosim sweep --help)")
    return Design.from_toml(path)


def _shard(words: str | None):
    from silosim.experiments.sweeps.run import Shard
    from silosim.model.parameters import InvalidInput

    if words is None:
        return Shard()
    found = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*", words)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise InvalidInput(f"--shard {words!r} must be a part and how many there are, such as 2/3")
    return Shard(int(found[1]), int(found[2]))


def _dry_run(session: Session, design, workers, db: str, as_json: bool) -> int:
    from dataclasses import asdict

    from silosim.experiments.store import Store
    from silosim.experiments.sweeps.dry_run import estimate

    with Store(db, write=False) if Path(db).exists() else contextlib.nullcontext() as store:
        found = estimate(design, workers, store)
    if as_json:
        session.json({"design": design.document, "hash": design.hash, **asdict(found)})
        return 0
    say = session.words
    session.print(say("sweeps.plan.title", name=design.name, points=found.points, method=design.method))
    fixed = found.least == found.most
    session.print(say("sweeps.plan.runs", runs=found.least) if fixed else
                  say("sweeps.plan.runs_between", least=found.least, most=found.most))
    if found.stored:
        session.print(say("sweeps.plan.stored", stored=found.stored))
    fields = {"time": duration(session, found.seconds[0]), "workers": found.workers,
              "disk": room(session, found.megabytes[0])}
    if fixed:
        session.print(say("sweeps.plan.takes", **fields))
    else:
        session.print(say("sweeps.plan.takes_between", **fields, time_most=duration(session, found.seconds[1]),
                          disk_most=room(session, found.megabytes[1])))
    return 0


def _make(session: Session, design, crew, shard, retry_failed: bool, other_rules: bool, as_json: bool, db: str) -> int:
    from silosim.experiments.running.make import Orders, Stopped
    from silosim.experiments.store import Store
    from silosim.experiments.sweeps.run import run_sweep

    orders = Orders(crew=crew, retry_failed=retry_failed)
    about = {"versions": versions(), "git": git_state()}
    with Store(db) as store:
        try:
            with progress(session, session.words("sweeps.doing", name=design.name)) as tell:
                result = run_sweep(store, design, orders, shard, tell, other_rules, about)
        except Stopped as stop:
            raise StoppedByUser(session.say("stopped", done=stop.done, total=stop.total,
                                            path=str(store.path))) from None
    bad = _say_what_went_wrong(session, result.made)
    if as_json:
        session.json(_document(design, result))
    else:
        _print(session, design, result, shard, db)
    return 1 if bad else 0


def _say_what_went_wrong(session: Session, made) -> bool:
    for warning, times in made.warnings.items():
        session.note(session.say("warning", words=warning, times=times))
    if made.failed:
        key, problem = next(iter(made.failed.items()))
        session.note(session.say("failed", count=len(made.failed), run=key[:12], problem=problem))
    if made.skipped:
        session.note(session.words("sweeps.done.skipped", count=made.skipped))
    return bool(made.failed or made.skipped)


def _document(design, result) -> dict:
    made = result.made
    return {"sweep": result.sweep, "name": design.name, "design": design.hash, "content": result.content,
            "points": len(result.runs), "runs": made.total, "new": made.new, "stored": made.stored,
            "failed": made.failed, "skipped": made.skipped, "seconds": made.seconds, "warnings": made.warnings}


def _print(session: Session, design, result, shard, db: str) -> None:
    say, made = session.words, result.made
    done = say("sweeps.done.title", sweep=result.sweep, name=design.name, points=len(result.runs),
               runs=made.total, new=made.new, time=duration(session, made.seconds))
    rate = [say("sweeps.done.rate", rate=made.new / made.seconds)] if made.new and made.seconds else []
    session.print(" ".join([done, *rate]))
    if shard.of > 1:
        session.print(say("sweeps.done.shard", part=shard.part, of=shard.of))
    if result.content:
        session.print(say("sweeps.done.content", content=result.content))
    session.print(say("sweeps.done.next", sweep=result.sweep, path=db))


def duration(session: Session, seconds: float) -> str:
    """A time in words, in the unit that suits it."""
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return session.words(f"sweeps.time.{unit}", n=seconds / size)
    return session.words("sweeps.time.seconds", n=seconds) if seconds >= 1.5 else session.words("sweeps.time.second")


def room(session: Session, megabytes: float) -> str:
    """Disk space in words."""
    unit, size = ("gigabytes", 1000) if megabytes >= 1000 else ("megabytes", 1)
    return session.words(f"sweeps.time.{unit}", n=megabytes / size)
