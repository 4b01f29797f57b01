"""`silosim patterns`, `silosim calibrate` and `silosim pay`: the prototype's patterns, admissible worlds, what pay
pays."""

from typing import Annotated

import typer

from silosim.experiments.commands.making import git_state, progress, versions
from silosim.experiments.commands.options import DATABASE, Options
from silosim.experiments.commands.session import Session, StoppedByUser


def add(app: typer.Typer, session: Session) -> None:
    """Adds the commands."""
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

    @app.command("calibrate", help=session.words("calibration.help"))
    def calibrate(
        draws: Annotated[int, typer.Option("--draws", min=1, max=100_000, help=session.say("calibrate.draws"))] = 1000,
        prior: Annotated[str, typer.Option("--prior", metavar="narrow|wide",
                                              help=session.say("calibrate.prior"))] = "narrow",
        organisation: use.organisation = "insurer",
        folder: Annotated[str, typer.Option("--folder", metavar="FOLDER",
                                            help=session.words("calibration.folder"))] = "results/calibration",
        seed: use.seed = 1,
        workers: use.workers = None,
        processes: Annotated[bool, typer.Option("--processes", help=session.words("sweeps.processes"))] = False,
        cluster: Annotated[str | None, typer.Option("--cluster", metavar="ADDRESS",
                                                    help=session.words("sweeps.cluster"))] = None,
    ) -> None:
        from functools import partial

        from silosim.experiments.calibration import Interrupted, report, run_calibration
        from silosim.experiments.commands.sweep import open_crew

        crew = partial(open_crew, workers, processes, cluster)
        try:
            with progress(session, session.say("calibrate.doing")) as tell:
                found = run_calibration(draws, None, seed, tell, session.lang, prior, organisation, folder, crew)
        except Interrupted as stop:
            raise StoppedByUser(session.words("calibration.stopped", done=stop.done, total=stop.total,
                                              path=str(stop.path))) from None
        for line in report(found, session.lang):
            session.print(line)

    @app.command("pay", help=session.say("pay.help"))
    def pay(organisation: use.organisation = "insurer", as_json: use.json = False) -> None:
        from silosim.experiments.engine import measured_pay

        vectors, aims = measured_pay(organisation)
        if as_json:
            cosines = {name: None if x != x else x for name, x in aims.items()}
            session.json({"vectors": vectors, "cos_pay_value": cosines})
            return
        names = next(iter(vectors.values()))
        session.print(session.say("pay.vectors"))
        table = session.table(session.say("pay.measure"), *[session.words(f"measure.day_{a}.label") for a in names],
                              right=len(names))
        for measure, row in vectors.items():
            table.add_row(session.words(f"param.customer_measure.choice.{measure}"),
                          *[session.number(x, ".2f", signed=True) for x in row.values()])
        session.print(table)
        session.print(session.say("pay.aims"))
        table = session.table(session.say("column.policy"), "cos", right=1)
        for name, cosine in aims.items():
            table.add_row(session.words(f"policy.{name}.label"), session.number(cosine, ".2f", signed=True))
        session.print(table)


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
