"""`silosim run`: one policy, a few runs, every measure."""

import math

import typer

from silosim.experiments.commands.making import Maker, check_organisation, make_frame
from silosim.experiments.commands.options import DATABASE, Options
from silosim.experiments.commands.session import Session

RUNS = 10


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)

    @app.command("run", help=session.say("run.help"))
    def run(
        policy: str = typer.Option("today", "--policy", "-p", help=session.say("option.policy"), metavar="NAME|FILE"),
        organisation: use.organisation = "insurer",
        settings: use.settings = None,
        switches: use.switches = None,
        runs: use.runs = RUNS,
        weeks: use.weeks = 156,
        burn_in: use.burn_in = 104,
        steady: use.steady = False,
        seed: use.seed = 1,
        workers: use.workers = None,
        as_json: use.json = False,
        db: use.db = DATABASE,
    ) -> int:
        from silosim.experiments.scenarios import parse_settings, parse_switches, scenario

        levers, world = parse_settings(settings or ())
        one = scenario(policy, levers, parse_switches(switches or (), weeks))
        frame = make_frame(organisation, world, runs, weeks, burn_in, steady, seed)
        return make(session, frame, one, organisation, workers, db, as_json)


def make(session: Session, frame, one, organisation: str, workers: int | None, db: str, as_json: bool) -> int:
    """Makes the runs, prints what came out; returns the exit status."""
    from silosim.experiments.running.arrays import outcome_arrays
    from silosim.experiments.scenarios import plan
    from silosim.experiments.store import Store

    with Store(db) as store:
        settings = {"policy": one.name, "levers": dict(one.levers), "world": dict(frame.world), "runs": frame.runs}
        maker = Maker(session, store, "run", settings, frame.seed, workers)
        planned = plan(frame, [one])
        maker.make(planned, session.say("progress.runs"))
        notes = check_organisation(session, maker, frame, organisation)
        periods = {p: outcome_arrays(store, planned, p)[one.name] for p in ("last_year", "whole_path")}
        document = _document(frame, one, planned, periods, [*notes, *maker.warnings])
        if as_json:
            session.json(document)
        else:
            _print(session, frame, one, document, store.path)
        return maker.finish()


def _document(frame, one, planned, periods, warnings) -> dict:
    """Everything as plain JSON; undefined is null."""
    from silosim.experiments.comparison import spread
    from silosim.model.measures.declared import INDEX, MEASURES

    measures = {}
    for name in MEASURES:
        numbers = {}
        for period, values in periods.items():
            found = spread(values[:, INDEX[name]])
            numbers[period] = {part: _number(getattr(found, part)) for part in ("mean", "p10", "p90")} | {"n": found.n}
        measures[name] = numbers
    return {"policy": one.name, "organisation": frame.spec.name, "levers": dict(one.levers),
            "world": dict(frame.world), "switches": [[week, dict(levers)] for week, levers in one.switches],
            "start": frame.start, "burn_in": frame.burn_in, "weeks": frame.weeks, "seed": frame.seed,
            "runs": [one.key for one in planned], "measures": measures, "warnings": list(warnings)}


def _number(x: float) -> float | None:
    return x if math.isfinite(x) else None


def _print(session: Session, frame, one, document: dict, path) -> None:
    from silosim.model.measures.declared import MEASURES
    from silosim.model.text import group, unit

    session.print(session.say("run.title", policy=one.label(session.lang), name=getattr(frame.spec, session.lang),
                              runs=frame.runs, weeks=frame.weeks))
    for heading in dict.fromkeys(m.group for m in MEASURES.values()):
        table = session.table(session.say("column.measure"), session.say("column.last_year"), "p10 – p90",
                              session.say("column.whole_path"), session.say("column.unit"),
                              title=group(heading, session.lang))
        for name, m in MEASURES.items():
            if m.group == heading:
                year, path_numbers = document["measures"][name]["last_year"], document["measures"][name]["whole_path"]
                between = session.say("interval", low=session.number(year["p10"], m.format),
                                      high=session.number(year["p90"], m.format)) if year["n"] > 1 else ""
                table.add_row(session.words(f"measure.{name}.label"), session.number(year["mean"], m.format), between,
                              session.number(path_numbers["mean"], m.format), unit(m.unit, session.lang))
        session.print(table)
    session.print(session.say("run.stored", path=str(path), run=document["runs"][0][:12]))
