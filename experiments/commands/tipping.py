"""`silosim tipping`: levels up and down again in one run, or a pulse at each level, and which runs stay stuck."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from silosim.experiments.commands.making import git_state, progress, versions
from silosim.experiments.commands.options import DATABASE, LONGEST, Options
from silosim.experiments.commands.session import Session, StoppedByUser

READ = 13  # weeks, as in tipping.asked


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)
    say = session.words

    def whole(name: str, least: int, most: int = LONGEST):
        return Annotated[int, typer.Option(f"--{name}", min=least, max=most, help=say(f"tipping.option.{name}"))]

    @app.command("tipping", help=say("tipping.help"))
    def tipping(
        levels: Annotated[str, typer.Argument(help=say("tipping.option.levels"),
                                              metavar="NAME=LOW..HIGH")] = "demand=1..1.2",
        steps: whole("steps", 2, 50) = 6,
        pulse: Annotated[str | None, typer.Option("--pulse", metavar="NAME=VALUE:WEEKS",
                                                  help=say("tipping.option.pulse"))] = None,
        hold: whole("hold", 1) = 52,
        wait: whole("wait", READ) = 104,
        stuck: Annotated[float, typer.Option("--stuck", min=0.01, max=1000.0, help=say("tipping.option.stuck"))] = 1.0,
        policy: Annotated[str, typer.Option("--policy", metavar="POLICY", help=say("tipping.option.policy"))] = "today",
        organisation: use.organisation = "insurer",
        settings: use.settings = None,
        runs: use.runs = 24,
        burn_in: use.burn_in = 104,
        seed: use.seed = 1,
        workers: use.workers = None,
        as_json: use.json = False,
        figures: use.figures = True,
        db: use.db = DATABASE,
    ) -> int:
        from silosim.experiments.tipping.asked import Asked, Levels, Pulse

        spec, levers, world, name = _given(organisation, policy, settings or ())
        asked = Asked(spec, Levels.parse(levels, steps), Pulse.parse(pulse) if pulse else None, hold, wait, stuck, runs,
                      burn_in, seed, levers, world, name)
        return Tipping(session, asked).run(db, workers, figures, as_json)


def _given(organisation: str, policy: str, words: Sequence[str]):
    from silosim.experiments.scenarios import parse_settings, scenario
    from silosim.model.organisation_file import load_organisation
    from silosim.model.parameters import InvalidInput

    levers, world = parse_settings(words)
    one = scenario(policy, levers)
    if one.switches:
        raise InvalidInput(f"policy {one.name!r} switches levers itself; a tipping experiment takes one that does not")
    return load_organisation(organisation), dict(one.levers), world, one.name


class Tipping:
    """One experiment, from runs to words."""

    def __init__(self, session: Session, asked):
        self.session, self.asked = session, asked

    def run(self, db: str, workers: int | None, figures: bool, as_json: bool) -> int:
        """Makes the runs that are missing, prints what they say; 1 when a run failed."""
        from silosim.experiments.store import Store
        from silosim.experiments.tipping import findings, runs

        asked = self.asked
        with Store(db) as store:
            made, sweep = self._make(store, workers)
            weeks = {name: runs.read(store, asked, name) for name in runs.MEASURED}
            runs.write_bands(store, sweep, asked, weeks)
            found = (findings.scars if asked.pulse else findings.there_and_back)(asked, weeks)
            written, problem = self._draw(found, store.path.parent / "figures") if figures else ([], None)
            self._warn(made)
            self._say(found, made, sweep, store.path, written, as_json)
        if problem:  # the answer first: pictures are extra
            raise problem
        return 1 if made.failed else 0

    def _make(self, store, workers: int | None):
        from silosim.experiments.running.make import Orders, Stopped, make_runs
        from silosim.experiments.tipping import runs

        planned = runs.plan(self.asked)
        sweep = runs.begin(store, self.asked, planned, versions(), git_state())
        status, content = "failed", None
        try:
            with progress(self.session, self.session.words("tipping.doing")) as tell:
                made = make_runs(store, planned, sweep, progress=tell, orders=Orders(keep=runs.KEEP, workers=workers))
            if not made.failed:
                status, content = "done", store.content_hash(sweep)
        except KeyboardInterrupt as stop:
            status = "stopped"
            if not isinstance(stop, Stopped):
                raise
            raise StoppedByUser(self.session.say("stopped", done=stop.done, total=stop.total,
                                                 path=str(store.path))) from None
        finally:
            store.end_sweep(sweep, status, content)
        return made, sweep

    def _warn(self, made) -> None:
        for warning, times in made.warnings.items():
            self.session.note(self.session.say("warning", words=warning, times=times))
        if made.failed:
            key, problem = next(iter(made.failed.items()))
            self.session.note(self.session.say("failed", count=len(made.failed), run=key[:12], problem=problem))

    def _draw(self, found, folder: Path) -> tuple[list[Path], Exception | None]:
        from silosim.experiments.tipping.drawing import draw
        from silosim.model.parameters import InvalidInput

        try:
            where = getattr(self.asked.spec, self.session.lang)
            return [draw(self.asked, found, where, folder, self.session.lang)], None
        except InvalidInput as problem:
            return [], problem

    def _say(self, found, made, sweep: int, path: Path, written: list[Path], as_json: bool) -> None:
        from silosim.experiments.tipping.findings import plain

        if as_json:
            self.session.json({**self.asked.document(), "found": plain(found), "sweep": sweep, "new": made.new,
                               "failed": made.failed, "figures": [str(one) for one in written], "database": str(path)})
            return
        say, session, asked = self.session.words, self.session, self.asked
        fields = {"name": getattr(asked.spec, session.lang), "parameter": asked.levels.name, "runs": asked.runs}
        if asked.pulse:
            session.print(say("tipping.title_pulse", **fields, pulse=asked.pulse.name, value=asked.pulse.value,
                              weeks=asked.pulse.weeks, wait=asked.wait))
            self._scars(found)
        else:
            session.print(say("tipping.title_loop", **fields, hold=asked.hold))
            self._loops(found)
        for one in written:
            session.print(say("tipping.written", path=str(one)))
        session.print(say("tipping.made", new=made.new, seconds=made.seconds, path=str(path)))

    def _loops(self, found) -> None:
        say, session = self.session.words, self.session
        for loop in found.loops.values():
            label = say(f"measure.{loop.measure}.label")
            table = session.table(say("tipping.column.level"), *(say(f"tipping.column.{c}") for c in ("up", "back",
                                  "gap")), title=label, right=4)
            for one in loop.branches[:-1]:
                table.add_row(session.number(one.level, ".4g"), self._middle(one.up), self._middle(one.back),
                              self._spread(one.gap))
            top = loop.branches[-1]
            table.add_row(session.number(top.level, ".4g"), self._middle(top.up), "", "")
            session.print(table)
            session.print(say(f"tipping.verdict.{loop.verdict}", measure=label, gap=self._spread(loop.gap),
                              area=self._spread(loop.area)))
        session.print(say("tipping.stuck", share=self._share(found.stuck), days=self.asked.stuck))
        if any(loop.verdict == "loop" for loop in found.loops.values()):
            session.print(say("tipping.delay"))

    def _scars(self, found) -> None:
        say, session = self.session.words, self.session
        table = session.table(say("tipping.column.level"), *(say(f"tipping.column.{c}") for c in (
            "before", "after", "grade", "stuck", "full")), right=6)
        for one in found.levels:
            table.add_row(session.number(one.level, ".4g"), self._middle(one.before), self._middle(one.after),
                          self._spread(one.grade), self._share(one.stuck), self._share(one.full))
        session.print(table)
        session.print(say("tipping.rule", days=self.asked.stuck))
        levels = [session.number(level, ".4g") for level in found.tipping]
        session.print(say("tipping.band", levels=", ".join(levels)) if levels else say("tipping.no_band"))

    def _middle(self, one) -> str:
        low, median, high = (self.session.number(x, ".2f") for x in (one.low, one.median, one.high))
        return f"{median} ({self.session.say('interval', low=low, high=high)})" if one.median == one.median else median

    def _spread(self, one) -> str:
        mean, low, high = (self.session.number(x, ".2f", signed=True) for x in (one.mean, one.low, one.high))
        if one.half_width != one.half_width:
            return mean
        return f"{mean} ({self.session.say('interval', low=low, high=high)})"

    def _share(self, one) -> str:
        share, low, high = (self.session.number(x, ".0%") for x in (one.share, one.low, one.high))
        return f"{share} ({self.session.say('interval', low=low, high=high)})" if one.n else share
