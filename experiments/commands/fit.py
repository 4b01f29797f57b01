"""`silosim fit`: world parameters from figures of an organisation, and how well they are known."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from silosim.experiments.commands.making import git_state, open_crew, progress, versions
from silosim.experiments.commands.options import DATABASE, LONGEST, Options
from silosim.experiments.commands.session import Session, StoppedByUser

MOST = 100_000
Words = list[str] | None


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)
    say = session.words

    def whole(name: str, least: int, most: int = MOST):
        return Annotated[int, typer.Option(f"--{name}", min=least, max=most, help=say(f"fit.{name}"))]

    @app.command("fit", help=say("fit.help"))
    def fit(
        words: Annotated[Words, typer.Argument(help=say("fit.words"), metavar="[NAME|NAME=LOW..HIGH|FILE]...")] = None,
        target: Annotated[Words, typer.Option("--target", "-t", help=say("fit.target"),
                                              metavar="MEASURE=VALUE±TOLERANCE")] = None,
        organisation: Annotated[str | None, typer.Option("--organisation", "-o", metavar="NAME|FILE",
                                                         help=session.say("option.organisation"))] = None,
        settings: use.settings = None,
        prior: Annotated[str, typer.Option("--prior", metavar="narrow|wide", help=say("fit.prior"))] = "wide",
        runs: whole("runs", 2) = 8,
        points: whole("points", 0, 5000) = 0,
        waves: whole("waves", 1, 20) = 4,
        check: whole("check", 2) = 32,
        weeks: whole("weeks", 1, LONGEST) = 52,
        burn_in: use.burn_in = 104,
        seed: use.seed = 1,
        workers: use.workers = None,
        processes: Annotated[bool, typer.Option("--processes", help=say("sweeps.processes"))] = False,
        cluster: Annotated[str | None, typer.Option("--cluster", metavar="ADDRESS", help=say("sweeps.cluster"))] = None,
        as_json: use.json = False,
        figures: use.figures = True,
        db: use.db = DATABASE,
    ) -> int:

        more = {"runs": runs, "points": points, "waves": waves, "check": check, "weeks": weeks, "burn_in": burn_in,
                "seed": seed}
        asked = _asked(words or (), target or (), organisation, settings or (), prior, more)
        with open_crew(workers, processes, cluster) as crew:
            return Fitting(session, asked, crew).run(db, figures, as_json)


def _asked(words: Sequence[str], targets: Sequence[str], organisation: str | None, settings: Sequence[str], prior: str,
           more: dict):
    from silosim.experiments.calibration.asked import Asked, parse_target, parse_unknown, read_asked
    from silosim.experiments.calibration.prior import ranges
    from silosim.experiments.scenarios import parse_settings
    from silosim.model.parameters import InvalidInput

    ranges(prior)
    levers, world = parse_settings(settings)
    files = [word for word in words if word.endswith(".toml")]
    more |= {"targets": tuple(parse_target(word) for word in targets), "set": {**levers, **world},
             "unknowns": tuple(parse_unknown(word, prior) for word in words if word not in files)}
    if organisation is not None:
        more["organisation"] = organisation
    if len(files) > 1:
        raise InvalidInput(f"{len(files)} files are given, and one fit has one file")
    return read_asked(files[0], prior, **more) if files else Asked(**more)


class Fitting:
    """One fit, from runs to words."""

    def __init__(self, session: Session, asked, crew):
        self.session, self.asked, self.crew = session, asked, crew
        self.total, self.new, self.seconds = 0, 0, 0.0
        self.failed: dict[str, str] = {}
        self.warnings: dict[str, int] = {}

    def run(self, db: str, figures: bool, as_json: bool) -> int:
        """Makes the runs, prints what was found; 0 when there is a fit, 1 when there is none or runs failed."""
        from silosim.experiments.calibration.fitting import StoredRuns, run_fit
        from silosim.experiments.extras import need
        from silosim.experiments.store import Store

        need("scipy", "analysis")
        with Store(db) as store:
            self.store = store
            evaluate = StoredRuns(store, self.asked, self._make)  # the organisation is read before anything is noted
            self.sweep = store.begin_sweep("fit", self.asked.document(), self.asked.seed, versions(), git_state())
            status = "failed"
            try:
                found = run_fit(self.asked, evaluate)
                status = "failed" if self.failed else "done"
            except (StoppedByUser, KeyboardInterrupt):
                status = "stopped"
                raise
            finally:
                store.end_sweep(self.sweep, status, store.content_hash(self.sweep) if status == "done" else None)
            written, problem = self._write(found, getattr(evaluate.spec, self.session.lang), figures)
            self._say(found, getattr(evaluate.spec, self.session.lang), written, as_json)
        if problem:  # the answer first: files are extra
            raise problem
        return 0 if status == "done" and found.status == "fitted" else 1

    def _make(self, planned: Sequence, wave: int) -> None:
        """Makes the runs of a wave, as points of this sweep."""
        from silosim.experiments.running.make import Orders, Stopped, make_runs
        from silosim.experiments.store.keep import SUMMARY

        say, asked = self.session.words, self.asked
        points = {one.point: one.setting for one in planned}
        self.store.plan_points(self.sweep, [
            (point, "today", "as_is", setting, "", {name: setting.template.world[name] for name in asked.names})
            for point, setting in points.items()])
        self.store.plan(self.sweep, planned)
        what = say("fit.checking") if wave > asked.waves else say("fit.doing", wave=wave, waves=asked.waves)
        try:
            with progress(self.session, what) as tell:
                made = make_runs(self.store, planned, self.sweep, progress=tell,
                                 orders=Orders(keep=SUMMARY, crew=self.crew))
        except Stopped as stop:
            raise StoppedByUser(say("fit.stopped", wave=min(wave, asked.waves), done=stop.done, total=stop.total,
                                    path=str(self.store.path))) from None
        self.total += made.total
        self.new += made.new
        self.seconds += made.seconds
        self.failed.update(made.failed)
        for warning, times in made.warnings.items():
            self.warnings[warning] = self.warnings.get(warning, 0) + times

    def _write(self, found, where: str, figures: bool) -> tuple[list[Path], Exception | None]:
        """What was written beside the database, and why not all of it was."""
        from silosim.experiments.calibration.saying import as_toml, name_of
        from silosim.model.parameters import InvalidInput

        if found.status == "poor":
            return [], None
        folder, lang = self.store.path.parent / "fits", self.session.lang
        path = folder / f"{name_of(found)}.toml"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(as_toml(found, lang), encoding="utf-8")
        except OSError as problem:
            return [], InvalidInput(f"{path}: cannot be written ({problem.strerror or problem}); the fit is above")
        if not figures or found.status != "fitted":
            return [path], None
        try:
            from silosim.experiments.calibration.drawing import draw_fit

            picture = folder / f"{name_of(found)}{'' if lang == 'en' else f'-{lang}'}.png"
            return [path, draw_fit(found, where, picture, lang)], None
        except InvalidInput as problem:
            return [path], problem

    def _say(self, found, where: str, written: list[Path], as_json: bool) -> None:
        from silosim.experiments.calibration.saying import document

        for warning, times in self.warnings.items():
            self.session.note(self.session.say("warning", words=warning, times=times))
        if self.failed:
            key, problem = next(iter(self.failed.items()))
            self.session.note(self.session.say("failed", count=len(self.failed), run=key[:12], problem=problem))
        if as_json:
            self.session.json({**document(found), "runs": self.total, "new": self.new, "sweep": self.sweep,
                               "failed": self.failed, "files": [str(path) for path in written],
                               "database": str(self.store.path)})
        else:
            self._print(found, where, written)

    def _print(self, found, where: str, written: list[Path]) -> None:
        from silosim.experiments.calibration.saying import conclusions, settings

        session, say = self.session, self.session.words
        session.print(say("fit.title", parameters=len(self.asked.unknowns), targets=len(self.asked.targets), name=where,
                          waves=found.waves, points=found.points, runs=self.total))
        if found.status != "poor":
            self._targets(found)
            self._parameters(found)
        for line in conclusions(found, session.lang):
            session.print(line)
        if found.status == "fitted":
            session.print(say("fit.use", settings=settings(found)))
        for path in written:
            session.print(say("fit.written", path=str(path)))
        session.print(say("fit.made", new=self.new, seconds=self.seconds, path=str(self.store.path)))

    def _targets(self, found) -> None:
        from silosim.experiments.calibration.saying import figure_number

        session, say = self.session, self.session.words
        got = "got" if found.status == "fitted" else "compromise_column"
        table = session.table(*(say(f"fit.{c}") for c in ("measure", "value", got, "z", "luck_column")), right=4)
        for f in found.figures:
            numbers = [figure_number(f.measure, x, session.lang, half)
                       for x, half in ((f.value, False), (f.tolerance, True), (f.got, False), (f.half_width, True),
                                       (f.one_run, True))]
            table.add_row(say(f"measure.{f.measure}.label"), f"{numbers[0]} ± {numbers[1]}",
                          f"{numbers[2]} ± {numbers[3]}", session.number(f.z, ".1f", signed=True), f"±{numbers[4]}")
        session.print(table)

    def _parameters(self, found) -> None:
        session, say = self.session, self.session.words
        fitted = found.status == "fitted"
        names = ("best", "interval", "range", "keeps_column") if fitted else ("compromise_column", "range")
        table = session.table(session.say("column.name"), *(say(f"fit.{c}") for c in names), right=len(names))
        for one, unknown in zip(found.known, self.asked.unknowns, strict=True):
            low, _, high = (session.number(x, ".4g") for x in found.interval(one))
            best = session.number(found.world[one.name], ".4g")
            before = session.say("interval", low=session.number(unknown.low, ".4g"),
                                 high=session.number(unknown.high, ".4g"))
            label = f"{say(f'param.{one.name}.label')} ({one.name})"
            if fitted:
                table.add_row(label, best, session.say("interval", low=low, high=high), before,
                              session.number(one.keeps, ".0%"))
            else:
                table.add_row(label, best, before)
        session.print(table)
