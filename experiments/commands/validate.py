"""`silosim validate`: the model beside an event log, pattern by pattern."""

from typing import Annotated

import typer

from silosim.experiments.commands.making import progress
from silosim.experiments.commands.options import Options, ReadingOptions
from silosim.experiments.commands.session import Session
from silosim.model.parameters.registry import InvalidInput

RUNS = 10
MOST_RUNS = 200
MOST_WORLDS = 10_000


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use, reading = Options(session), ReadingOptions(session)

    def option(kind, name: str, *more_names, **more):
        words = session.words(f"validate.{name.replace('-', '_')}")
        return Annotated[kind, typer.Option(f"--{name}", *more_names, help=words, **more)]

    @app.command("validate", help=session.words("validate.help"))
    def validate(
        log: Annotated[str, typer.Argument(help=session.words("validate.log"), metavar="LOG")],
        organisation: option(str | None, "organisation", "-o", metavar="NAME|FILE") = None,
        fit: option(str | None, "fit", metavar="FIRST:LAST") = None,
        test: option(str | None, "test", metavar="FIRST:LAST") = None,
        runs: option(int, "runs", "-n", min=1, max=MOST_RUNS) = RUNS,
        tune: option(int | None, "tune", min=2, max=MOST_WORLDS, metavar="WORLDS") = None,
        settings: use.settings = None,
        term: option(int | None, "term", min=1, max=250, metavar="DAYS") = None,
        burn_in: use.burn_in = 104,
        seed: use.seed = 1,
        mapping: option(str | None, "mapping", metavar="FILE") = None,
        column: option(list[str] | None, "column", metavar="FIELD=COLUMN") = None,
        state: option(list[str] | None, "state", metavar="MEANING=STATE") = None,
        system: reading.system = None,
        zone: reading.zone = None,
        dates: reading.dates = None,
        encoding: reading.encoding = None,
        delimiter: reading.delimiter = None,
        decimal: reading.decimal = None,
        skip_bad: reading.skip_bad = False,
        keep_repeated: reading.keep_repeated = False,
        ranges: option(str | None, "ranges", metavar="FILE") = None,
        out: option(str | None, "out", metavar="FILE") = None,
        strict: option(bool, "strict") = False,
        as_json: use.json = False,
    ) -> int:
        if tune is not None and fit is None and organisation is not None:
            raise InvalidInput("--tune needs a period to tune on: --fit FIRST:LAST")
        from silosim.experiments.logs import validate as work
        from silosim.experiments.logs import validate_periods as found_in
        from silosim.experiments.logs import validate_words as words
        from silosim.experiments.logs.assumptions import Notes
        from silosim.experiments.logs.mapping import Asks, read_mapping, with_flags
        from silosim.experiments.logs.period import look_for_bias
        from silosim.experiments.logs.ranges import FROZEN, read_ranges
        from silosim.experiments.scenarios import parse_settings

        words.check_out(out)
        allowed = read_ranges(ranges or FROZEN)
        levers, world = parse_settings(settings or ())
        before, after = found_in.periods(fit, test)
        asks = with_flags(read_mapping(mapping) if mapping else Asks(), column or (), state or (), system=system or (),
                          zone=zone, dates=dates, encoding=encoding, delimiter=delimiter, decimal=decimal)
        notes = Notes()
        whole = found_in.read(log, asks, notes, skip_bad, keep_repeated)
        parts = found_in.parts(whole, before, after, organisation is not None)
        first, chosen = parts.fit, parts.test
        look_for_bias(whole, chosen, notes)
        found_in.enough(chosen, "test")
        spec = found_in.organisation(organisation, first, log, notes)
        common = {"levers": levers, "burn_in": burn_in, "seed": seed, "term": term}
        tuned = _tune(session, first, spec, allowed, tune, world, common) if tune else None
        world = tuned.world if tuned else world
        with progress(session, session.words("validate.doing", name=getattr(spec, session.lang))) as tell:
            found = work.validate(chosen, spec, allowed, fit=first, world=world, runs=runs, tell=tell, **common)
        document = {**_document(chosen, first, spec, allowed, found), "periods": parts.how, "outside": parts.outside,
                    "doubts": [note.words(session.lang) for note in notes.of("doubt")], "runs": runs, "seed": seed,
                    "term": term, "settings": {**levers, **world}, "ranges_come_along": ranges is None,
                    "tuned": _of(tuned)}
        if out:
            words.write(document, out)
        if as_json:
            session.json(document)
        else:
            _print(session, spec, found, document, out)
        return 1 if strict and document["summary"]["out_of_range"] else 0


def _tune(session: Session, fit, spec, allowed, worlds: int, world, common):
    from silosim.experiments.logs.tuning import tune

    with progress(session, session.words("validate.tuning", n=worlds)) as tell:
        return tune(fit, spec, allowed, worlds, world=world, tell=tell, **common)


def _of(tuned) -> dict | None:
    """What tuning found, as plain JSON."""
    return None if tuned is None else {"worlds": tuned.tried, "miss": tuned.miss, "miss_before": tuned.miss_before,
                                       "world": tuned.world}


def _document(test, fit, spec, allowed, found) -> dict:
    """What was compared and what came out, as plain JSON; undefined is null."""
    from silosim.experiments.logs.validate import View, team_names
    from silosim.experiments.logs.validate_periods import days_of
    from silosim.experiments.logs.validate_words import row, summary
    from silosim.experiments.runkey import current_rulebook

    names = team_names(test, spec)
    merged = sum(old not in (team.en, team.name, team.nl) for old, new in names.items()
                 for team in spec.teams if team.en == new)
    return {"log": test.name, "organisation": spec.name, "test": days_of(test),
            "fit": days_of(fit) if fit is not None else None, "weeks": View.of(test, None).weeks,
            "teams": len(spec.teams), "teams_merged": merged,
            "teams_known": bool({team.en for team in spec.teams} & set(names.values())), "ranges": allowed.digest,
            "rulebook": current_rulebook(), "summary": summary(found), "figures": [row(one) for one in found]}


def _print(session: Session, spec, found, document: dict, out: str | None) -> None:
    from silosim.experiments.logs.validate_words import tables

    def say(key: str, **fields) -> None:
        session.print(session.words(f"validate.{key}", **fields))

    said = document["summary"]
    say("title", log=document["log"], name=getattr(spec, session.lang))
    say("made", **document["test"], runs=document["runs"], weeks=document["weeks"])
    if document["periods"] in ("halves", "main"):
        say(document["periods"])
    if document["outside"] and document["periods"] != "given":
        say("outside", n=document["outside"])
    say("frozen" if document["ranges_come_along"] else "own_ranges", digest=document["ranges"])
    if document["fit"]:
        say("before", **document["fit"])
    if document["tuned"]:
        one = document["tuned"]
        settings = " ".join(f"--set {name}={value:g}" if isinstance(value, float) else f"--set {name}={value}"
                            for name, value in one["world"].items())
        say("tuned", n=one["worlds"], miss=one["miss"], before=one["miss_before"], settings=settings or "-")
    if not document["teams_known"]:
        say("own_teams")
    if document["doubts"]:
        session.print(session.words("logs.level.doubt"))
        for doubt in document["doubts"]:
            session.print(f"  - {doubt}")
        say("elsewhere")
    if document["teams_merged"]:
        say("merged", teams=document["teams"], merged=document["teams_merged"])
    for table in tables(session, found):
        session.print(table)
    say("summary", fits=said["in_range"], known=said["in_range"] + said["out_of_range"], out=said["out_of_range"],
        unknown=said["unknown"])
    if said["past_known"]:
        say("past", fits=said["past_in_range"], known=said["past_known"])
    if said["patterns_without_a_fit"]:
        names = (session.words(f"validate.pattern.{name}") for name in said["patterns_without_a_fit"])
        say("whole", names="; ".join(names))
    say("caution")
    if out:
        say("written", path=out)
