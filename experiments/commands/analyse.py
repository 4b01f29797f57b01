"""`silosim analyse`: which factors matter in a sweep, where cases of interest lie, which policy holds up."""

from pathlib import Path
from typing import Annotated

import typer

from silosim.experiments.commands.options import DATABASE, Options
from silosim.experiments.commands.session import Session
from silosim.model.parameters.registry import InvalidInput

METHODS = "auto|sobol|shapley|morris|pawn|delta|response|prim|robustness"
OUTCOME = "grade"


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)

    def option(kind, name: str, metavar: str, **more):
        key = name.removeprefix("--")
        words = session.words(f"analysis.option.{key}")
        return Annotated[kind, typer.Option(name, metavar=metavar, help=words, **more)]

    @app.command("analyse", help=session.words("analysis.help"))
    def analyse(
        sweep: Annotated[str, typer.Argument(help=session.words("analysis.sweep"), metavar="SWEEP")],
        outcome: option(str | None, "--outcome", "MEASURE") = None,
        method: option(str, "--method", METHODS) = "auto",
        where: option(str | None, "--where", "CONDITION") = None,
        against: option(str, "--against", "POLICY") = "",
        groups: option(list[str] | None, "--group", "NAME=FACTOR,FACTOR") = None,
        alpha: option(float, "--alpha", "0..1") = 0.5,
        period: option(str, "--period", "last_year|whole_path") = "last_year",
        as_json: use.json = False,
        figures: use.figures = True,
        to: option(Path | None, "--to", "FOLDER") = None,
        db: use.db = DATABASE,
    ) -> None:
        from silosim.experiments.analysis.condition import Condition
        from silosim.experiments.analysis.run import Asked

        condition = Condition.parse(where) if where is not None else None
        if outcome is None:
            outcome = condition.measure if condition else OUTCOME
        asked = Asked(method, condition, against, _groups(groups), alpha)
        _report(session, sweep, outcome, period, asked, as_json, figures, to, db)


def _groups(words: list[str] | None) -> dict[str, list[str]] | None:
    """{name: factors} of NAME=FACTOR,FACTOR words."""
    found: dict[str, list[str]] = {}
    for word in words or ():
        name, equals, members = word.partition("=")
        parts = [part.strip() for part in members.split(",") if part.strip()]
        if not equals or not name.strip() or not parts or name.strip() in found:
            raise InvalidInput(f"--group {word!r} must be written as NAME=FACTOR,FACTOR, each name once")
        found[name.strip()] = parts
    return found or None


def _report(session: Session, which: str, outcome: str, period: str, asked, as_json: bool, figures: bool,
            to: Path | None, db: str) -> None:
    from silosim.experiments.analysis.data import load
    from silosim.experiments.analysis.run import analyse, method_of
    from silosim.experiments.analysis.words import Words
    from silosim.experiments.store import Store

    with Store(db, write=False) as store:
        data = load(store, store.sweep_named(which), outcome, period)
    findings = analyse(data, asked)
    words = Words(data, session.lang)
    pictures, problem = [], None
    if figures:
        from silosim.experiments.analysis.draw import draw

        try:
            pictures = draw(findings, words, asked, to or Path(db).parent / "figures")
        except InvalidInput as refused:
            problem = refused
    if as_json:
        session.json({"sweep": data.sweep, "name": data.name, "outcome": outcome, "period": period,
                      "method": method_of(data, asked), "where": str(asked.where) if asked.where else None,
                      "against": asked.against or None, "findings": [finding.plain() for finding in findings],
                      "figures": [str(path) for path in pictures]})
    else:
        _print(session, words, findings, asked, pictures)
    if problem:  # the answer first: pictures are extra
        raise problem


def _print(session: Session, words, findings, asked, pictures: list[Path]) -> None:
    from silosim.experiments.analysis.tables import show

    for finding in findings:
        show(session, words, finding, asked)
    if pictures:
        session.print("")
        session.print(session.words("analysis.pictures", count=len(pictures), folder=str(pictures[0].parent)))
