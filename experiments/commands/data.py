"""`silosim data`: what is in the results database, exports, merging, checking and rescuing."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from silosim.experiments.commands.options import DATABASE, Options
from silosim.experiments.commands.session import Session

SHORT = 12  # digits of a hash


def add(app: typer.Typer, session: Session) -> None:
    """Adds the commands."""
    data = typer.Typer(help=session.words("data.command.help"), no_args_is_help=True)
    for add_command in (_add_sweeps, _add_export, _add_merge, _add_salvage, _add_check, _add_metadata):
        add_command(data, session)
    app.add_typer(data, name="data")


def _add_sweeps(data: typer.Typer, session: Session) -> None:
    use = Options(session)

    @data.command("sweeps", help=session.words("data.command.sweeps"))
    def sweeps(as_json: use.json = False, db: use.db = DATABASE) -> None:
        from silosim.experiments.store import Store

        with Store(db, write=False) as store:
            found = sweep_rows(store)
        if as_json:
            session.json(found)
        elif not found:
            session.print(session.words("data.said.none", path=db))
        else:
            _print_sweeps(session, found)


def sweep_rows(store) -> list[dict]:
    """One plain dictionary a sweep."""
    frame = store.sweeps().reset_index().astype(object)
    frame = frame.where(frame.notna(), None)
    return [{name: int(value) if isinstance(value, int) else value for name, value in row.items()}
            for row in frame.drop(columns=["versions"]).to_dict("records")]


def _print_sweeps(session: Session, found: list[dict]) -> None:
    headings = ("number", "name", "command", "state", "started", "content", "ok", "failed", "missing")
    table = session.table(*(session.words(f"data.heading.{name}") for name in headings), right=3)
    for row in found:
        state = session.words(f"data.state.{row['status']}")
        table.add_row(str(row["sweep"]), row["name"] or "", row["command"], state,
                      row["started"].replace("T", " ").rstrip("Z"), (row["content"] or "")[:SHORT],
                      *(session.number(row[name], ",d") for name in headings[6:]))
    session.print(table)


def _add_export(data: typer.Typer, session: Session) -> None:
    use, say = Options(session), session.words

    @data.command("export", help=say("data.command.export"))
    def export(
        sweep: Annotated[str, typer.Argument(help=say("data.option.sweep"), metavar="SWEEP")],
        to: Annotated[str, typer.Option("--to", help=say("data.option.folder"), metavar="FOLDER")],
        fmt: Annotated[str, typer.Option("--format", help=say("data.option.format"), metavar="csv|parquet")] = "csv",
        db: use.db = DATABASE,
    ) -> None:
        from silosim.experiments.store import Store
        from silosim.experiments.store.exporting import export as write

        with Store(db, write=False) as store:
            files = write(store, store.sweep_named(sweep), to, fmt, session.lang)
        session.print(say("data.said.exported", files=len(files), folder=to))


def _add_merge(data: typer.Typer, session: Session) -> None:
    say = session.words

    @data.command("merge", help=say("data.command.merge"))
    def merge(
        target: Annotated[str, typer.Argument(help=say("data.option.target"), metavar="TARGET")],
        sources: Annotated[list[str], typer.Argument(help=say("data.option.sources"), metavar="SOURCE...")],
    ) -> None:
        from silosim.experiments.store import Store
        from silosim.experiments.store.merging import merge as bring_in

        there = Path(target).exists()
        try:
            with Store(target) as store:
                done = bring_in(store, sources)
        except Exception:
            if not there:  # nothing came in: leave no empty database behind
                Path(target).unlink(missing_ok=True)
            raise
        session.print(say("data.said.merged", path=target, new=done.new, known=done.known, sweeps=done.sweeps,
                          united=done.united))


def _add_salvage(data: typer.Typer, session: Session) -> None:
    use, say = Options(session), session.words

    @data.command("salvage", help=say("data.command.salvage"))
    def salvage(
        damaged: Annotated[str, typer.Argument(help=say("data.option.damaged"), metavar="DAMAGED")],
        to: Annotated[str, typer.Option("--to", help=say("data.option.new"), metavar="NEW")],
        as_json: use.json = False,
    ) -> None:
        from silosim.experiments.store.salvage import salvage as rescue

        found = rescue(damaged, to)
        if as_json:
            session.json({"saved": found.saved, "lost": found.lost, "unchecked": found.unchecked, "database": to,
                          "pages": {"read": found.pages[0], "all": found.pages[1]}})
            return
        table = session.table(*(say(f"data.heading.{name}") for name in ("table", "saved", "lost")), right=2)
        for name, saved in found.saved.items():
            table.add_row(name, session.number(saved, ",d"), session.number(found.lost[name], ",d"))
        session.print(table, say("data.said.salvaged", path=to, read=found.pages[0], pages=found.pages[1]))
        if found.unchecked:
            session.print(say("data.said.unchecked"))
        if any(found.lost.values()):
            session.print(say("data.said.go_on", path=to))


def _add_check(data: typer.Typer, session: Session) -> None:
    use = Options(session)

    @data.command("check", help=session.words("data.command.check"))
    def check(as_json: use.json = False, db: use.db = DATABASE) -> int:
        from silosim.experiments.store import Store
        from silosim.experiments.store.integrity import check as look

        with Store(db, write=False) as store:
            problems = look(store)
            if as_json:
                session.json([problem._asdict() for problem in problems])
            elif problems:
                for kind, count, examples in problems:
                    words = ", ".join(examples) + (", ..." if count > len(examples) else "")
                    session.print(session.words(f"data.problem.{kind}", count=count, examples=words))
            else:
                runs, sweeps = store.fetch("SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM sweep)")[0]
                session.print(session.words("data.said.sound", path=db, runs=runs, sweeps=sweeps))
        return 1 if problems else 0


def _add_metadata(data: typer.Typer, session: Session) -> None:
    use, say = Options(session), session.words

    @data.command("metadata", help=say("data.command.metadata"))
    def metadata(
        to: Annotated[str | None, typer.Option("--to", help=say("data.option.metadata"), metavar="FILE")] = None,
        db: use.db = DATABASE,
    ) -> None:
        import json

        from silosim.experiments.store import Store
        from silosim.experiments.store.datasette import metadata as describe
        from silosim.experiments.store.errors import in_plain_words

        with Store(db, write=False) as store:
            document = json.dumps(describe(store, session.lang), indent=2, ensure_ascii=False) + "\n"
        if to == "-":
            sys.stdout.write(document)
            return
        path = Path(to) if to else Path(db).with_name("metadata.json")
        with in_plain_words(path):
            path.write_text(document, encoding="utf-8")
        session.print(say("data.said.metadata", path=path, db=db))
