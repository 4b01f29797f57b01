"""`silosim report`: the leadership report of a stored comparison."""

from pathlib import Path
from typing import Annotated

import typer

from silosim.experiments.commands.options import DATABASE, Options
from silosim.experiments.commands.session import Session


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)
    say = session.words

    @app.command("report", help=say("report.command.help"))
    def report(
        sweep: Annotated[str | None, typer.Option("--sweep", metavar="NUMBER",
                                                  help=say("report.command.option_sweep"))] = None,
        out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER",
                                                 help=say("report.command.option_out"))] = None,
        pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help=say("report.command.option_pdf"))] = True,
        db: use.db = DATABASE,
    ) -> None:
        from silosim.experiments.report.write import Asked

        make_report(session, Asked(Path(db), (session.lang,), sweep, out, pdf))


def make_report(session: Session, asked, quiet: bool = False) -> None:
    """Writes the report and says where it is, on the error stream when `quiet` (the output is for programs then)."""
    from silosim.experiments.report.write import write_report

    written = write_report(asked)
    say = session.words
    tell = session.note if quiet else session.print
    for path in written.pages:
        tell(say("report.command.written", what="HTML", path=str(path)))
    for path in written.pdfs:
        tell(say("report.command.written", what="PDF", path=str(path)))
    if written.no_pdf:
        session.note(say("report.pdf.none", why=say(f"report.pdf.{written.no_pdf}")))
    tell(say("report.command.pictures", pictures=len(written.pictures), tables=len(written.tables),
             folder=str(written.folder)))


def report_of(session: Session, db: str, frame, chosen, workers: int | None, as_json: bool = False) -> int:
    """Makes the other runs that a report is about, then writes the report of a comparison in both languages.

    Returns the exit status.
    """
    from silosim.experiments.commands.making import git_state, progress, versions
    from silosim.experiments.commands.session import StoppedByUser
    from silosim.experiments.report.ensembles import make_all
    from silosim.experiments.report.write import Asked
    from silosim.experiments.running.make import Stopped
    from silosim.experiments.store import Store
    from silosim.model.text import LANGUAGES

    with Store(db) as store:
        try:
            made = make_all(store, frame, chosen, lambda key: progress(session, session.words(f"report.command.{key}")),
                            workers, {"versions": versions(), "git": git_state()})
        except Stopped as stop:
            raise StoppedByUser(session.say("stopped", done=stop.done, total=stop.total,
                                            path=str(store.path))) from None
    failed = {key: problem for one in made for key, problem in one.failed.items()}
    if failed:
        key, problem = next(iter(failed.items()))
        session.note(session.say("failed", count=len(failed), run=key[:12], problem=problem))
    make_report(session, Asked(Path(db), LANGUAGES), as_json)
    return 1 if failed else 0
