"""`silosim claims`: the articles' claims, each with a verdict that the program computes."""

import contextlib
from typing import Annotated

import typer

from silosim.experiments.commands.making import git_state, open_crew, progress, stoppable, versions
from silosim.experiments.commands.options import DATABASE, Options
from silosim.experiments.commands.session import Session


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)
    say = session.words

    @app.command("claims", help=say("claims.help"))
    def claims(
        names: Annotated[list[str] | None, typer.Argument(help=say("claims.names"), metavar="[CLAIM]...")] = None,
        full: Annotated[bool, typer.Option("--full", help=say("claims.option_full"))] = False,
        quick: Annotated[bool, typer.Option("--quick", help=say("claims.option_quick"))] = False,
        prove: Annotated[bool, typer.Option("--prove", help=say("claims.option_prove"))] = False,
        listed: Annotated[bool, typer.Option("--list", help=say("claims.option_list"))] = False,
        seed: use.seed = 1,
        workers: use.workers = None,
        cluster: Annotated[str | None, typer.Option("--cluster", metavar="ADDRESS",
                                                    help=say("claims.option_cluster"))] = None,
        as_json: use.json = False,
        db: use.db = DATABASE,
    ) -> int:
        from silosim.experiments.claims.declared import chosen
        from silosim.model.parameters import InvalidInput

        if full and quick:
            raise InvalidInput("--quick and --full exclude each other: leave one of them out")
        wanted = chosen(names)
        if listed:
            _list(session, wanted, as_json)
            return 0
        from silosim.experiments.running.make import Orders

        with open_crew(workers, False, cluster) as crew:
            orders = Orders(crew=crew)
            if prove:
                return _prove(session, wanted, seed, orders, db, as_json)
            return _judge(session, wanted, "full" if full else "quick", seed, orders, db, as_json)


@contextlib.contextmanager
def bar_by_arm(session: Session):
    """A function cost arm -> progress of its runs; each arm has a bar of its own."""
    with contextlib.ExitStack() as bars:
        def tell(cost: str):
            bars.close()  # the bar of the arm before
            return bars.enter_context(progress(session, session.words(f"claims.doing_{cost}")))

        yield tell


def _judge(session: Session, wanted, size: str, seed: int, orders, db: str, as_json: bool) -> int:
    from silosim.experiments.claims.ensemble import SIZES
    from silosim.experiments.claims.report import document, print_result
    from silosim.experiments.claims.run import run_claims
    from silosim.experiments.store import Store

    about = {"versions": versions(), "git": git_state()}
    with Store(db) as store, stoppable(session, store), bar_by_arm(session) as tell:
        result = run_claims(store, wanted, SIZES[size], seed, orders, tell, about, size)
    for words, times in result.made.warnings.items():
        session.note(session.say("warning", words=words, times=times))
    if result.made.failed:
        key, problem = next(iter(result.made.failed.items()))
        session.note(session.say("failed", count=len(result.made.failed), run=key[:12], problem=problem))
    if as_json:
        session.json(document(result))
    else:
        print_result(session, result, SIZES[size])
    return 1 if result.made.failed else 0


def _prove(session: Session, wanted, seed: int, orders, db: str, as_json: bool) -> int:
    from silosim.experiments.claims.prove import prove
    from silosim.experiments.claims.report import print_proofs
    from silosim.experiments.store import Store

    able = [claim for claim in wanted if not claim.needs]
    with Store(db) as store, stoppable(session, store), bar_by_arm(session) as tell:
        proofs = prove(store, able, seed, orders, progress=tell)
    if as_json:
        session.json([{"claim": one.claim.id, "kind": one.kind, "wanted": one.wanted, "verdict": one.judged.verdict,
                       "holds": one.holds} for one in proofs])
    else:
        print_proofs(session, able, proofs)
    return 0 if all(one.holds for one in proofs) else 1


def _list(session: Session, wanted, as_json: bool) -> None:
    if as_json:
        session.json([{"claim": one.id, "articles": list(one.articles), "needs": one.needs or None, "file": one.digest,
                       "label": session.words(f"{one.key}.label"), "text": session.words(f"{one.key}.claim"),
                       "hypothesis": session.words(f"{one.key}.hypothesis")} for one in wanted])
        return
    from silosim.experiments.claims.report import print_claim

    session.print(session.words("claims.list_title"))
    for one in wanted:
        session.print("")
        print_claim(session, one)
