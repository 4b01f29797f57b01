"""`silosim export-log`: a simulated run as an event log."""

from typing import Annotated

import typer

from silosim.experiments.commands.options import LONGEST, Options
from silosim.experiments.commands.session import Session
from silosim.model.parameters.registry import InvalidInput


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)

    def option(kind, name: str, **more):
        return Annotated[kind, typer.Option(f"--{name}", help=session.words(f"export.{name}"), **more)]

    @app.command("export-log", help=session.words("export.help"))
    def export_log(
        file: Annotated[str, typer.Argument(help=session.words("export.file"), metavar="FILE")],
        organisation: use.organisation = "insurer",
        policy: Annotated[str, typer.Option("--policy", "-p", help=session.words("export.policy"),
                                            metavar="NAME|FILE")] = "today",
        settings: use.settings = None,
        switches: use.switches = None,
        weeks: option(int, "weeks", min=1, max=LONGEST) = 52,
        follow: option(int, "follow", min=0, max=LONGEST) = 8,
        start: option(str, "start", metavar="YYYY-MM-DD") = "2025-01-06",
        replicate: option(int, "replicate", min=0) = 0,
        burn_in: use.burn_in = 104,
        steady: use.steady = False,
        seed: use.seed = 1,
    ) -> int:
        from pathlib import Path

        from silosim.experiments.logs.writing import kind_of, write_log

        path = Path(file)
        kind_of(path)
        job, label = _job(organisation, policy, settings, switches, weeks, burn_in, steady, seed, replicate)
        first = _date(start)
        from silosim.experiments.logs.exporting import simulated_frame

        frame = simulated_frame(job, first, follow)
        write_log(frame, path, _about(job, label))
        ended = frame.loc[frame["state"].isin(("Closed", "Withdrawn")), "case"].nunique()
        cases = frame["case"].nunique()
        session.print(session.words("export.done", path=str(path), events=len(frame), cases=cases, weeks=weeks,
                                    name=getattr(job.spec, session.lang), open=cases - ended))
        return 0


def _job(organisation, policy, settings, switches, weeks, burn_in, steady, seed, replicate):
    """(the run, the policy's name) of the options."""
    from silosim.experiments.commands.making import make_frame
    from silosim.experiments.scenarios import parse_settings, parse_switches, plan, scenario

    levers, world = parse_settings(settings or ())
    one = scenario(policy, levers, parse_switches(switches or (), weeks))
    frame = make_frame(organisation, world, 1, weeks, burn_in, steady, seed)
    return plan(frame, [one])[0].setting.job(replicate), one.name


def _date(word: str):
    import datetime as dt

    try:
        return dt.date.fromisoformat(word)
    except ValueError:
        raise InvalidInput(f"--start {word!r} must be a date, for example 2025-01-06") from None


def _about(job, policy: str) -> dict[str, str]:
    """What the log says of where it comes from."""
    from silosim.experiments.runkey import current_rulebook

    return {"source": "silosim", "organisation": job.spec.name, "policy": policy, "seed": str(job.seed),
            "replicate": str(job.replicate), "rulebook": current_rulebook()}
