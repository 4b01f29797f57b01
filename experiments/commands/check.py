"""`silosim check`: the rules as installed against theory, extreme settings and outside facts."""

from typing import Annotated

import typer

from silosim.experiments.commands.making import git_state, progress, versions
from silosim.experiments.commands.options import DATABASE, Options
from silosim.experiments.commands.session import Session

FAILED = 1
DIGITS = ".4g"


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)

    @app.command("check", help=session.words("check.help"))
    def check(
        names: Annotated[list[str] | None,
                         typer.Argument(help=session.words("check.names"), metavar="[NAME]...")] = None,
        as_json: use.json = False,
        db: use.db = DATABASE,
    ) -> int:
        from silosim.experiments.checks import run_checks
        from silosim.experiments.store import Store

        with Store(db) as store:
            sweep = store.begin_sweep("check", {"names": names or []}, 0, versions(), git_state())
            with progress(session, session.words("check.doing")) as tell:
                results = run_checks(store, session.lang, tell, names or None, sweep)
            failed = [result.name for result in results if not result.passed]
            store.end_sweep(sweep, "failed" if failed else "done")
            if as_json:
                session.json([{**result.row(), "label": result.label(session.lang), "seconds": result.seconds}
                              for result in results])
            else:
                print_checks(session, results, failed, store.path)
        return FAILED if failed else 0


def print_checks(session: Session, results, failed: list[str], path) -> None:
    """A table a kind, and whether all is well."""
    columns = ("check", "observed", "low", "high", "seconds", "verdict")
    for kind in dict.fromkeys(result.kind for result in results):
        table = session.table(*(session.words(f"check.column.{c}") for c in columns),
                              title=session.words(f"check.kind.{kind}"))
        for column in table.columns[1:5]:
            column.justify = "right"
        for result in results:
            if result.kind == kind:
                row = result.row()
                numbers = (session.number(row[name], DIGITS) for name in ("value", "low", "high"))
                verdict = session.words("check.passed" if result.passed else "check.failed")
                table.add_row(result.label(session.lang), *numbers, session.number(result.seconds, ".1f"),
                              verdict, style=None if result.passed else "bold red")
        session.print(table)
    for result in results:
        if not result.passed:
            session.print(f"{result.name}: {result.detail}")
    seconds = sum(result.seconds for result in results)
    summary = "check.some_fail" if failed else "check.all_hold"
    names = ", ".join(failed)
    session.print(session.words(summary, all=len(results), failed=len(failed), names=names, seconds=seconds))
    session.print(session.words("check.stored", path=str(path)))
