"""`silosim calibrate`: draws worlds, fits them to the baseline targets and counts those that meet them."""

from typing import Annotated

import typer

from silosim.experiments.commands.making import open_crew, progress
from silosim.experiments.commands.options import Options
from silosim.experiments.commands.session import Session, StoppedByUser


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)

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

        crew = partial(open_crew, workers, processes, cluster)
        try:
            with progress(session, session.say("calibrate.doing")) as tell:
                found = run_calibration(draws, None, seed, tell, session.lang, prior, organisation, folder, crew)
        except Interrupted as stop:
            raise StoppedByUser(session.words("calibration.stopped", done=stop.done, total=stop.total,
                                              path=str(stop.path))) from None
        for line in report(found, session.lang):
            session.print(line)
