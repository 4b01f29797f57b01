"""`silosim warmup`: compile the rules now rather than at the first run."""

from typing import Annotated

import typer

from silosim.experiments.commands.options import Options
from silosim.experiments.commands.session import Session


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)

    @app.command("warmup", help=session.say("warmup.help"))
    def warmup(
        organisation: use.organisation = "insurer",
        workshop: Annotated[bool, typer.Option("--workshop", help=session.words("workshop.warmup"))] = False,
    ) -> None:
        import time

        from silosim.experiments import engine
        from silosim.model.organisation_file import load_organisation

        spec = load_organisation(organisation)
        started = time.perf_counter()
        engine.warm_up(spec)
        if workshop:
            from silosim.experiments.workshop.running import compile_rules

            compile_rules()
        seconds = time.perf_counter() - started
        session.print(session.say("warmup.done", name=getattr(spec, session.lang), seconds=seconds))
