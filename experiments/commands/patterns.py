"""`silosim patterns`: what the model shows, beside what the prototype showed."""

from typing import Annotated

import typer

from silosim.experiments.commands.making import git_state, progress, versions
from silosim.experiments.commands.options import DATABASE, Options
from silosim.experiments.commands.session import Session


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)

    @app.command("patterns", help=session.words("patterns.help"))
    def patterns(
        names: Annotated[list[str] | None, typer.Argument(help=session.say("patterns.names"),
                                                          metavar="[P1]...")] = None,
        runs: use.runs = 24,
        workers: use.workers = None,
        as_json: use.json = False,
        db: use.db = DATABASE,
    ) -> None:
        from silosim.experiments.patterns import print_patterns, run_patterns
        from silosim.experiments.store import Store

        with Store(db) as store:
            sweep = store.begin_sweep("patterns", {"names": names or [], "runs": runs}, 0, versions(), git_state())
            with progress(session, session.say("patterns.doing")) as tell:
                rows = run_patterns(runs, workers, session.lang, names or None, tell)
            store.write_checks([_outcome(row) for row in rows], sweep)
            store.end_sweep(sweep, "done")
        if as_json:
            session.json([_plain(row) for row in rows])
        else:
            print_patterns(rows, session.lang, session.print)


def _outcome(row) -> dict:
    """A row of a pattern as the database keeps outcomes of checks: shown beside the prototype, never passed or
    failed."""
    beside = {None: "the prototype gives no figure", True: "no clear difference with the prototype",
              False: "differs from the prototype"}
    numbers = {name: None if x != x else x for name, x in (("value", row.mean), ("low", row.low), ("high", row.high))}
    return {"name": f"{row.pattern}: {row.label}", "kind": "pattern", "status": "shown", **numbers,
            "detail": f"{row.title}; {beside[row.agrees]}"}


def _plain(row) -> dict:
    """A row of a pattern as JSON can hold it: what is undefined is None."""
    from dataclasses import asdict

    return {name: None if isinstance(value, float) and value != value else value for name, value in asdict(row).items()}
