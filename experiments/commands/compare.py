"""`silosim compare`: several policies on the same random draws, against today."""

from pathlib import Path
from typing import Annotated

import typer

from silosim.experiments.commands.making import Maker, check_organisation, make_frame
from silosim.experiments.commands.options import DATABASE, Options
from silosim.experiments.commands.session import Session
from silosim.model.parameters import InvalidInput

RUNS = 50
MAIN = "grade"
DETAILED = ("grade", "share_green")
BANDS = ("grade", "attainment", "share_nine", "contacts", "lead_time", "backlog", "silo_index", "context_lost",
         "conviction", "utilisation", "pressure", "cost_total")


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)

    @app.command("compare", help=session.say("compare.help"))
    def compare(
        policies: Annotated[list[str] | None, typer.Argument(help=session.say("compare.policies"),
                                                             metavar="[POLICY]...")] = None,
        organisation: use.organisation = "insurer",
        settings: use.settings = None,
        runs: use.runs = RUNS,
        weeks: use.weeks = 156,
        burn_in: use.burn_in = 104,
        steady: use.steady = False,
        equal_cost: use.equal_cost = False,
        measures: use.measures = None,
        losers: Annotated[bool, typer.Option("--losers", help=session.words("losers.option"))] = False,
        seed: use.seed = 1,
        workers: use.workers = None,
        as_json: use.json = False,
        figures: use.figures = True,
        db: use.db = DATABASE,
        report: Annotated[bool, typer.Option("--report", help=session.words("report.command.option_report"))] = False,
    ) -> int:
        from silosim.experiments.scenarios import parse_settings, scenarios
        from silosim.model.measures.declared import measure
        from silosim.model.policies import load_policies

        levers, world = parse_settings(settings or ())
        if levers:
            name = next(iter(levers))
            raise InvalidInput(f"{name} is a lever, and levers differ between policies: "
                               f"write it behind a policy, for example today+{name}={levers[name]}")
        chosen = scenarios(policies or list(load_policies()))
        for name in measures or ():
            measure(name)
        frame = make_frame(organisation, world, runs, weeks, burn_in, steady, seed)
        job = Comparison(session, frame, chosen, organisation, tuple(measures or DETAILED), workers, not policies,
                         losers)
        status = job.run(db, equal_cost, figures, as_json)
        if report:
            from silosim.experiments.commands.report import report_of

            return report_of(session, db, frame, chosen, workers, as_json) or status
        return status


class Comparison:
    """One comparison from runs to tables; an arm is 'as_is' or 'equal_cost'."""

    def __init__(self, session: Session, frame, chosen, organisation: str, detailed: tuple, workers: int | None,
                 every_policy: bool = False, losers: bool = False):
        self.session, self.frame, self.chosen, self.organisation = session, frame, chosen, organisation
        self.detailed, self.workers, self.every_policy = detailed, workers, every_policy
        self.losers = losers
        self.labels = {one.name: one.label(session.lang) for one in chosen}

    def run(self, db: str, equal_cost: bool, figures: bool, as_json: bool) -> int:
        """Makes the runs, prints what came out; returns the exit status."""
        from silosim.experiments.store import Store

        with Store(db) as store:
            settings = {"policies": [one.name for one in self.chosen], "organisation": self.organisation,
                        "world": dict(self.frame.world), "runs": self.frame.runs, "weeks": self.frame.weeks,
                        "burn_in": self.frame.burn_in, "start": self.frame.start, "equal_cost": equal_cost}
            self.maker = Maker(self.session, store, "compare", settings, self.frame.seed, self.workers)
            arms = {"as_is": self._arm("as_is", self.chosen)}
            matches = None
            if equal_cost:
                matches = self._match()
                from silosim.experiments.equal_cost import scaled

                arms["equal_cost"] = self._arm("equal_cost", scaled(self.chosen, matches))
            notes = check_organisation(self.session, self.maker, self.frame, self.organisation)
            pictures, problem = self._pictures(arms) if figures else ([], None)
            tables = {arm: self._differences(planned) for arm, planned in arms.items()}
            losers = {arm: self._who_loses(planned) for arm, planned in arms.items()} if self.losers else {}
            if as_json:
                self.session.json(self._document(tables, matches, pictures, notes, losers))
            else:
                self._print(tables, matches, pictures, losers)
            status = self.maker.finish()
            if problem:  # the answer first: pictures are extra
                raise problem
            return status

    def _arm(self, arm: str, chosen) -> list:
        from silosim.experiments.scenarios import plan

        planned = plan(self.frame, chosen, arm)
        self.maker.make(planned, self.session.say(f"progress.{arm}"))
        self._write_bands(arm, planned)
        return planned

    def _match(self):
        from silosim.experiments.equal_cost import match
        from silosim.experiments.running.arrays import outcome_arrays

        def run(planned):
            self.maker.make(planned, self.session.say("progress.pilot"), pilot=True)
            return outcome_arrays(self.maker.store, planned)

        return match(self.frame, self.chosen, run)

    def _write_bands(self, arm: str, planned) -> None:
        from silosim.experiments.comparison import band
        from silosim.experiments.running.arrays import series_arrays

        for name in BANDS:
            for policy, series in series_arrays(self.maker.store, planned, name).items():
                self.maker.store.write_band(self.maker.sweep, policy, arm, name, band(series))

    def _differences(self, planned) -> dict[str, list]:
        """period -> differences of every policy on every measure."""
        from silosim.experiments.comparison import compare
        from silosim.experiments.running.arrays import outcome_arrays

        return {period: compare(outcome_arrays(self.maker.store, planned, period), self.chosen[0].name)
                for period in ("last_year", "whole_path")}

    def _who_loses(self, planned) -> list:
        from silosim.experiments.losers import who_loses

        return who_loses(self.maker.store, planned, self.chosen[0].name)

    def _pictures(self, arms: dict) -> tuple[list[Path], InvalidInput | None]:
        """Paths of all pictures, and why there are none."""
        try:
            return [path for arm, planned in arms.items() for path in self._draw(arm, planned)], None
        except InvalidInput as problem:
            return [], problem

    def _draw(self, arm: str, planned) -> list[Path]:
        from silosim.experiments import figures
        from silosim.experiments.running.arrays import outcome_arrays, series_arrays

        store, lang, spec = self.maker.store, self.session.lang, self.frame.spec
        equal_cost = arm == "equal_cost"
        of = figures.Comparison(outcome_arrays(store, planned), lambda name: series_arrays(store, planned, name),
                                self.labels, getattr(spec, lang), lang, equal_cost, self.frame.start == "steady")
        prefix = spec.name + ("-equal-cost" if equal_cost else "") + ("" if lang == "en" else f"-{lang}")
        return figures.draw_comparison(of, store.path.parent / "figures", prefix)

    def _document(self, tables, matches, pictures, notes, losers) -> dict:
        """Everything as plain JSON."""
        from dataclasses import asdict

        from silosim.experiments.comparison import AGREEMENT, CONFIDENCE

        frame = self.frame
        return {
            "organisation": frame.spec.name, "world": dict(frame.world), "runs": frame.runs, "weeks": frame.weeks,
            "burn_in": frame.burn_in, "start": frame.start, "seed": frame.seed, "today": self.chosen[0].name,
            "policies": [{"name": one.name, "label": self.labels[one.name], "levers": dict(one.levers),
                          "switches": [[week, dict(levers)] for week, levers in one.switches]} for one in self.chosen],
            "rule": {"agreement": AGREEMENT, "confidence": CONFIDENCE},
            "arms": {arm: {period: [d.plain() for d in found] for period, found in periods.items()}
                     for arm, periods in tables.items()},
            **({"losers": {arm: [one.plain() for one in found] for arm, found in losers.items()}} if losers else {}),
            "equal_cost": None if matches is None else [asdict(m) for m in matches.values()],
            "monte_carlo": monte_carlo(tables["as_is"]["last_year"]),
            "figures": [str(path) for path in pictures], "database": str(self.maker.store.path),
            "warnings": [*notes, *self.maker.warnings], "failed": self.maker.failed,
        }

    def _print(self, tables, matches, pictures, losers) -> None:
        from silosim.experiments.commands import tables as show
        from silosim.experiments.commands.losing import print_losers

        frame, session = self.frame, self.session
        for arm, periods in tables.items():
            session.print(session.say(f"compare.title_{arm}", name=getattr(frame.spec, session.lang), runs=frame.runs,
                                      weeks=frame.weeks))
            show.overview(session, periods["last_year"], self.labels)
            for name in self.detailed:
                show.detail(session, periods["last_year"], name, self.labels)
            if losers:
                print_losers(session, losers[arm], self.labels, frame.spec)
        show.legend(session)
        if matches is not None:
            show.factors(session, matches, self.labels)
        show.precision(session, monte_carlo(tables["as_is"]["last_year"]), frame.runs)
        if self.every_policy:
            show.missing(session)
        if pictures:
            session.print(session.say("compare.figures", folder=str(pictures[0].parent), count=len(pictures)))
        done = "compare.made" if self.maker.new else "compare.reused"
        session.print(session.say(done, new=self.maker.new, seconds=self.maker.seconds,
                                  path=str(self.maker.store.path)))


def monte_carlo(differences) -> dict:
    """How well the runs pin down the main outcome: the widest half-width of a difference, and the runs it takes."""
    from silosim.experiments.comparison import runs_needed
    from silosim.model.measures.declared import MEASURES

    matters = MEASURES[MAIN].matters
    widths = [d for d in differences if d.measure == MAIN and d.change.half_width >= 0]
    widest = max(widths, key=lambda d: d.change.half_width, default=None)
    if widest is None:
        return {"measure": MAIN, "half_width": None, "policy": None, "matters": matters, "runs_needed": None}
    return {"measure": MAIN, "half_width": widest.change.half_width, "policy": widest.policy, "matters": matters,
            "runs_needed": runs_needed(widest.change, matters)}
