"""`silosim import-log`: an export of a ticket or case system in, an organisation and a report of the log out."""

from pathlib import Path
from typing import Annotated

import typer

from silosim.experiments.commands.options import ReadingOptions
from silosim.experiments.commands.session import Session
from silosim.model.parameters.registry import InvalidInput

FOLDER = "results/logs"
SHOWN = ("time", "team", "state", "priority", "in_term", "reopened", "due", "opened", "resolved_at", "worked")


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    reading = ReadingOptions(session)

    def option(kind, *names, **more):
        key = names[0].removeprefix("--").split("/")[0].replace("-", "_")
        return Annotated[kind, typer.Option(*names, help=session.words(f"logs.option.{key}"), **more)]

    many = list[str] | None

    @app.command("import-log", help=session.words("logs.help"))
    def import_log(
        file: Annotated[str, typer.Argument(help=session.words("logs.option.file"), metavar="FILE")],
        mapping: option(str | None, "--mapping", metavar="FILE.toml") = None,
        column: option(many, "--column", metavar="FIELD=COLUMN") = None,
        state: option(many, "--state", metavar="MEANING=STATE") = None,
        system: reading.system = None,
        zone: reading.zone = None,
        dates: reading.dates = None,
        encoding: reading.encoding = None,
        delimiter: reading.delimiter = None,
        decimal: reading.decimal = None,
        worked_unit: option(str | None, "--worked-unit", metavar="UNIT") = None,
        first: option(str | None, "--from", metavar="DAY") = None,
        last: option(str | None, "--until", metavar="DAY") = None,
        skip_bad: reading.skip_bad = False,
        keep_repeated: reading.keep_repeated = False,
        teams: option(int | None, "--teams", metavar="N") = None,
        journeys: option(int, "--journeys", metavar="N") = 32,
        headcount: option(many, "--headcount", metavar="TEAM=PEOPLE") = None,
        people: option(int | None, "--people", metavar="N") = None,
        load: option(float, "--load", metavar="SHARE") = 0.56,
        front: option(many, "--front", metavar="TEAM") = None,
        customers: option(int | None, "--customers", metavar="N") = None,
        name: option(str | None, "--name", metavar="NAME") = None,
        out: option(str | None, "--out", metavar="FILE.toml") = None,
        page: option(bool, "--page/--no-page") = True,
        dry_run: option(bool, "--dry-run") = False,
        force: option(bool, "--force") = False,
        as_json: Annotated[bool, typer.Option("--json", help=session.say("option.json"))] = False,
    ) -> int:
        from silosim.experiments.logs.assumptions import Notes
        from silosim.experiments.logs.importing import read_log, understood
        from silosim.experiments.logs.mapping import Asks, read_mapping, with_flags
        from silosim.experiments.logs.organisation import Choices, organisation_name

        asks = with_flags(read_mapping(mapping) if mapping else Asks(), column or (), state or (), headcount or (),
                          front or (), system or (), zone=zone, dates=dates, encoding=encoding, delimiter=delimiter,
                          decimal=decimal, worked_unit=worked_unit)
        choices = Choices(organisation_name(name or Path(file).name.split(".")[0]), teams, journeys, load, people,
                          customers, asks.headcount, asks.front)
        target = Path(out or f"{FOLDER}/{choices.name}.toml")
        if not dry_run:
            check_target(target, page, force)
        notes = Notes()
        source, found = understood(file, asks, notes)
        if dry_run and not as_json:
            print_understood(session, source, found)
        log = read_log(source, found, asks, notes, first=first, last=last, skip_bad=skip_bad,
                       keep_repeated=keep_repeated)
        built = log.organisation(choices)
        written = [] if dry_run else write(session, log, built, target, page)
        if as_json:
            session.json(document(log, built, written, session.lang))
        else:
            tell(session, log, built, written)
        return 0


def check_target(target: Path, page: bool, force: bool) -> None:
    """Refuses a place that cannot be written to, and one that holds something already."""
    if target.suffix != ".toml":
        raise InvalidInput(f"--out {str(target)!r} must end in .toml")
    for path in [target, target.with_suffix(".html")][:1 + page]:
        if path.exists() and not force:
            raise InvalidInput(f"{path}: is there already; give --force to write over it, or another --out")


def write(session: Session, log, built, target: Path, page: bool) -> list[Path]:
    """Writes the organisation and the page, whole or not at all; returns their paths."""
    from silosim.experiments.logs.organisation import toml_text
    from silosim.experiments.logs.page import html

    texts = {target: toml_text(built, log.notes, log.source.path.name, session.lang)}
    if page:
        texts[target.with_suffix(".html")] = html(log, built, session.lang)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for path, words in texts.items():
            part = path.with_name(path.name + ".part")
            part.write_text(words, encoding="utf-8", newline="\n")
            part.replace(path)
    except OSError as problem:
        raise InvalidInput(f"{target}: cannot be written: {problem.strerror or problem}") from None
    return list(texts)


def print_understood(session: Session, source, found) -> None:
    """A table of what each column was taken for, with some values where these name nobody."""
    from silosim.experiments.logs.assumptions import listed
    from silosim.experiments.logs.guesses import FIELDS, HEADINGS, is_nothing, plain
    from silosim.experiments.logs.values import clean

    people = {clean(value) for value in source.sample[found["person"]]} if "person" in found else set()
    table = session.table(*(session.words(f"logs.column.{c}") for c in ("field", "column", "values")),
                          title=session.words("logs.understood", file=clean(source.path.name),
                                              kind=source.kind.upper()))
    for name in FIELDS:
        column = found.get(name)
        if column is None:
            table.add_row(session.words(f"logs.field.{name}"), "–", "")
            continue
        values = list(dict.fromkeys(clean(v) for v in source.sample[column] if not is_nothing(v)))
        open_ = name in SHOWN and plain(column) not in HEADINGS["person"].split() and people.isdisjoint(values)
        said = listed([value[:24] for value in values], 3) if open_ else session.words("logs.different", n=len(values))
        table.add_row(session.words(f"logs.field.{name}"), clean(column), said)
    rest = [clean(c) for c in source.columns if c not in found.values()]
    session.print(table)
    if rest:
        session.print(session.words("logs.unused", columns=listed(rest, 20)))


def tell(session: Session, log, built, written: list[Path]) -> None:
    """The most important numbers, the organisation, every remark, and where the files are."""
    from silosim.experiments.logs.assumptions import LEVELS
    from silosim.experiments.logs.values import clean

    table = session.table("", "", title=session.words("logs.title", file=clean(log.source.path.name)))
    table.show_header = False
    for words, value in summary(log, built, session.lang):
        table.add_row(words, value)
    session.print(table)
    for level in LEVELS:
        made = log.notes.of(level)
        if made:
            session.print(session.words(f"logs.level.{level}"))
            for note in made:
                session.print(f"  - {note.words(session.lang)}")
    for path in written:
        session.print(session.words("logs.written", path=str(path)))
    if written:
        session.print(session.words("logs.next", path=str(written[0])))


def summary(log, built, lang: str) -> list[tuple[str, str]]:
    """(what, number in words) of what a reader wants to know first."""
    from silosim.model.text import number, text

    facts = log.facts
    rows = [("events", len(log.log.events), ",d"), ("cases", len(log.log), ",d"), ("cohort", facts.cases, ",d"),
            ("arrivals", facts.arrivals_a_week, ",.0f"), ("teams", facts.teams, ",d"), ("people", facts.people, ",d"),
            ("handoffs", facts.handoffs_mean, ".2f"), ("first_team", facts.solved_by_first, "share"),
            ("ping_pong", facts.back_and_forth, "share"), ("median_hours", facts.median_hours, ",.1f"),
            ("reopened", facts.reopened, "share"), ("in_term", facts.in_term, "share"),
            ("kept_teams", len(built.teams), ",d"), ("kept_people", built.spec.headcount, ",d"),
            ("journeys", len(built.spec.journeys), ",d")]
    return [(text(f"logs.fact.{key}", lang), number(value, fmt, lang)) for key, value, fmt in rows]


def document(log, built, written: list[Path], lang: str) -> dict:
    """Everything as plain JSON."""
    return {"file": log.source.path.name, "kind": log.source.kind, "columns": log.mapping,
            "states": {name: list(states) for name, states in log.cleaned.meanings.items()},
            "period": {"first": str(log.period.first), "last": str(log.period.last), "days": log.period.days},
            "facts": log.facts.plain(), "organisation": built.data,
            "notes": [{"level": note.level, "key": note.key, "words": note.words(lang)} for note in log.notes.made],
            "written": [str(path) for path in written]}
