"""`silosim publish`: everything that is published in results/ and in the README, written anew."""

from pathlib import Path
from typing import Annotated

import typer

from silosim.experiments.commands.options import DATABASE, Options
from silosim.experiments.commands.session import Session


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)
    say = session.words

    @app.command("publish", help=say("publish.help"))
    def publish(
        names: Annotated[list[str] | None, typer.Argument(help=say("publish.names"), metavar="[PIECE]...")] = None,
        check: Annotated[bool, typer.Option("--check", help=say("publish.option_check"))] = False,
        stored: Annotated[bool, typer.Option("--stored", help=say("publish.option_stored"))] = False,
        quick: Annotated[bool, typer.Option("--quick", help=say("publish.option_quick"))] = False,
        full: Annotated[bool, typer.Option("--full", help=say("publish.option_full"))] = False,
        worlds: Annotated[bool, typer.Option("--worlds", help=say("publish.option_worlds"))] = False,
        seed: Annotated[int | None, typer.Option("--seed", min=0, help=session.say("option.seed"))] = None,
        workers: use.workers = None,
        db: use.db = DATABASE,
    ) -> int:
        from silosim.experiments.publish import pieces
        from silosim.model.parameters import InvalidInput, unknown

        if full and quick:
            raise InvalidInput("--quick and --full exclude each other: leave one of them out")
        for name in names or ():
            if name not in pieces.PIECES:
                raise unknown("piece", name, pieces.PIECES)
        root = pieces.checkout(pieces.ROOT)
        wanted = [name for name in pieces.PIECES if not names or name in names]
        if check:
            return _check(session, [*wanted, *(["worlds"] if worlds or not names else [])], root)
        if worlds:  # first: the claims are judged in them
            pieces.write_worlds(root)
            session.print(say("publish.wrote", what="results/calibration"))
        if "claims" in wanted:
            size = "full" if full else "quick" if quick else None
            _claims(session, size, seed, stored, workers, db, root)
        for name in wanted:
            if name == "report":
                new = pieces.write_report(root, Path(db), workers)
                session.print(say("publish.wrote" if new else "publish.unchanged", what="results/reference/report"))
            elif name != "claims":
                getattr(pieces, f"write_{name}")()
        return 0


def _check(session: Session, wanted: list[str], root) -> int:
    """A line a piece; 1 when any is stale."""
    from silosim.experiments.publish import pieces

    stale = False
    for name in wanted:
        found = list(pieces.problems(name, root))
        stale = stale or bool(found)
        session.print(session.words("publish.stale", piece=name, problems="; ".join(found)) if found else
                      session.words("publish.current", piece=name))
    return 1 if stale else 0


def _claims(session: Session, size: str | None, seed: int | None, stored: bool, workers: int | None, db: str,
            root) -> None:
    from silosim.experiments.commands.claims import bar_by_arm
    from silosim.experiments.commands.making import git_state, open_crew, stoppable, versions
    from silosim.experiments.publish import pieces, records
    from silosim.experiments.running.make import Orders
    from silosim.experiments.store import Store
    from silosim.model.parameters import InvalidInput

    if stored:
        with Store(db, write=False) as store:
            record = records.find(store, size, seed)
    else:
        with Store(db) as store, open_crew(workers, False, None) as crew, stoppable(session, store), \
                bar_by_arm(session) as tell:
            orders = Orders(crew=crew)
            record = records.find(store, size, seed)
            if record is None or record.missing:
                asked = size or (record.ensemble["name"] if record else records.FULL)
                about = {"versions": versions(), "git": git_state()}
                records.make(store, asked, seed if seed is not None else record.seed if record else 1, orders, tell,
                             about)
            records.make_proofs(store, orders, tell)
            record = records.find(store, size, seed)
    if record is None:
        raise InvalidInput(f"{db}: no verdict of these rules is stored here; run `silosim claims --full`, or leave out "
                           "--stored")
    paths = pieces.write_claims(record, root)
    session.print(session.words("publish.wrote_claims", files=len(paths), claims=len(record.documents),
                                size=sum(path.stat().st_size for path in paths) / 1000, folder="results/claims"))
    if record.missing:
        session.note(session.words("publish.front.missing", names=", ".join(record.missing)))
