"""`silosim show`: everything about one lever, parameter, measure, policy, organisation or dial."""

from typing import Annotated

import typer

from silosim.experiments.commands.lists import KINDS, range_words, rows_of, value_words
from silosim.experiments.commands.session import Session
from silosim.model.parameters.registry import unknown


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""

    @app.command("show", help=session.say("show.help"))
    def show(
        name: Annotated[str, typer.Argument(help=session.say("show.name"), metavar="NAME")],
        as_json: Annotated[bool, typer.Option("--json", help=session.say("option.json"))] = False,
    ) -> None:
        found = find(name, session)
        if as_json:
            session.json([{"kind": kind, **document} for kind, document in found])
            return
        for kind, document in found:
            PRINTERS[kind](document, session)


def find(name: str, session: Session) -> list[tuple[str, dict]]:
    """(kind, plain document) of everything called `name`: a dial and a measure may share one."""
    found = [(kind, {**row, **_more(kind, row, session)})
             for kind in KINDS for row in rows_of(kind, session) if row["name"] == name]
    if found:
        return found
    if name.endswith(".toml"):
        return [_file(name, session)]
    raise unknown("name", name, [row["name"] for kind in KINDS for row in rows_of(kind, session)])


def _file(path: str, session: Session) -> tuple[str, dict]:
    """A user's file: an organisation when it has teams, else a policy."""
    from pathlib import Path

    from silosim.model.organisation_file import load_organisation
    from silosim.model.policies import load_policy

    try:
        teams = "[[team]]" in Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        teams = True  # the loader says what is wrong
    if teams:
        return "organisations", organisation(load_organisation(path), session)
    policy = load_policy(path)
    return "policies", {"name": policy.name, "label": policy.label(session.lang), "levers": dict(policy.levers),
                        "available": True, "why": "", **_policy(policy, session)}


def _more(kind: str, row: dict, session: Session) -> dict:
    """What a list leaves out."""
    from silosim.model.parameters import PARAMETERS

    if kind in ("levers", "world", "money"):
        p = PARAMETERS[row["name"]]
        return {"help": session.words(f"param.{p.name}.help"), "role": p.role, "source": p.source,
                "neutral": p.neutral, "lever_id": p.lever_id}
    if kind == "measures":
        return {"help": session.words(f"measure.{row['name']}.help")}
    if kind == "dials":
        return {"help": session.words(f"dial.{row['name']}.help")}
    if kind == "organisations":
        from silosim.model.organisation_file import load_organisation

        return organisation(load_organisation(row["name"]), session)
    if row["available"]:
        from silosim.model.policies import load_policies

        return _policy(load_policies()[row["name"]], session)
    return {}


def _policy(policy, session: Session) -> dict:
    return {"help": policy.help(session.lang), "switches": [[week, dict(levers)] for week, levers in policy.switches]}


def organisation(spec, session: Session) -> dict:
    """An organisation as a plain document, with the load of each team and the route of each journey."""
    lang = session.lang
    return {
        "name": spec.name, "label": getattr(spec, lang), "employees": spec.headcount, "arrivals": spec.arrivals,
        "load": spec.load, "patience": spec.patience, "customers": spec.customers,
        "team": [{"name": t.name, "label": getattr(t, lang), "headcount": t.headcount, "load": load,
                  "meets_customer": t.meets_customer} for t, load in zip(spec.teams, spec.team_loads(), strict=True)],
        "journey": [{"name": j.name, "label": getattr(j, lang), "share": j.share,
                     "stages": [{"team": getattr(spec.teams[s.team], lang), "hours": s.hours} for s in j.stages]}
                    for j in spec.journeys]}


def _heading(document: dict, session: Session) -> None:
    session.print(f"{document['name']}: {document['label']}")
    if document.get("help"):
        session.print(document["help"])


def _facts(rows, session: Session) -> None:
    table = session.table("", "")
    table.show_header = False
    for what, value in rows:
        if value not in ("", None):
            table.add_row(session.say(f"column.{what}"), str(value))
    session.print(table)


def print_parameter(row: dict, session: Session) -> None:
    """A lever, a world parameter or a constant."""
    _heading(row, session)
    neutral = None if row["neutral"] is None else value_words(row["neutral"], session)
    _facts([("default", value_words(row["default"], session)),
            ("range", range_words(row["low"], row["high"], row["choices"], session)), ("unit", row["unit"]),
            ("role", session.words(f"role.{row['role']}.label")), ("group", row["group"]), ("neutral", neutral),
            ("evidence", session.words(f"evidence.{row['evidence']}.label")), ("source", row["source"]),
            ("article_lever", row["lever_id"])], session)
    for choice in row["choices"]:
        words = session.words(f"param.{row['name']}.choice.{choice}")
        session.print(f"  {choice}: {words}")
    example = row["choices"][-1] if row["choices"] else f"{row['high']:g}"
    session.print(session.say("show.try_setting", setting=f"{row['name']}={example}"))


def print_measure(row: dict, session: Session) -> None:
    """A measure."""
    _heading(row, session)
    matters = session.difference(row["matters"], row["format"]).lstrip("+")
    levels = ", ".join(session.words(f"level.{level}") for level in row["levels"])
    _facts([("unit", row["unit"]), ("better", session.words(f"better.{row['better']}")), ("matters", matters),
            ("levels", levels), ("group", row["group"])], session)


def print_policy(row: dict, session: Session) -> None:
    """A policy: what it changes from today, and when."""
    from silosim.model.parameters import PARAMETERS

    _heading(row, session)
    if not row["available"]:
        session.print(session.say("list.missing", why=row["why"]))
        return
    table = session.table(*(session.say(f"column.{c}") for c in ("week", "lever", "today", "value")))
    for week, levers in [[0, row["levers"]], *row["switches"]]:
        for name, value in levers.items():
            table.add_row(session.number(week, "d"), session.words(f"param.{name}.label"),
                          value_words(PARAMETERS[name].default, session), value_words(value, session))
    session.print(table if table.row_count else session.say("show.nothing_changes"))
    session.print(session.say("show.try_policy", name=row["name"]))


def print_organisation(row: dict, session: Session) -> None:
    """An organisation: its teams with their load, its journeys with their route."""
    _heading(row, session)
    _facts([("employees", session.number(row["employees"], ",d")),
            ("arrivals", session.number(row["arrivals"], ",.1f")),
            ("load", session.number(row["load"], ".2f")), ("patience", session.number(row["patience"], "g")),
            ("customers", session.number(row["customers"], ",d")), ("file", row.get("file"))], session)
    columns = ("team", "label", "meets_customer", "employees", "load")
    table = session.table(*(session.say(f"column.{c}") for c in columns), right=2)
    for team in row["team"]:
        met = session.say("yes" if team["meets_customer"] else "no")
        table.add_row(team["name"], team["label"], met, session.number(team["headcount"], ",d"),
                      session.number(team["load"], ".2f"))
    session.print(table)
    table = session.table(*(session.say(f"column.{c}") for c in ("journey", "label", "share", "route")))
    for journey in row["journey"]:
        route = " → ".join(f"{s['team']} ({session.number(s['hours'], 'g')})" for s in journey["stages"])
        table.add_row(journey["name"], journey["label"], session.number(journey["share"], "share"), route)
    session.print(table)


def print_dial(row: dict, session: Session) -> None:
    """A dial."""
    _heading(row, session)
    total = None if row["total"] is None else session.number(row["total"], "g")
    parts = ", ".join(session.words(f"dial.{row['name']}.{p}") for p in row["parts"])
    today = ",".join(f"{x:g}" for x in row["today"])
    _facts([("parts", parts), ("today", ", ".join(session.number(x, "g") for x in row["today"])),
            ("range", range_words(row["low"], row["high"], (), session)), ("total", total),
            ("sets", ", ".join(row["levers"]))], session)
    session.print(session.say("show.try_setting", setting=f"{row['name']}={today}"))


PRINTERS = {"levers": print_parameter, "world": print_parameter, "money": print_parameter, "measures": print_measure,
            "policies": print_policy, "organisations": print_organisation, "dials": print_dial}
