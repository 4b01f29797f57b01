"""`silosim list`: what there is to choose from."""

from typing import Annotated

import typer

from silosim.experiments.commands.session import Session
from silosim.model.parameters.registry import unknown

KINDS = ("levers", "world", "money", "measures", "policies", "organisations", "dials")
_ROLES = {"levers": "lever", "world": "world", "money": "constant"}


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""

    @app.command("list", help=session.say("list.help"))
    def list_(
        kind: Annotated[str, typer.Argument(help=session.say("list.kind", kinds=", ".join(KINDS)), metavar="KIND")],
        as_json: Annotated[bool, typer.Option("--json", help=session.say("option.json"))] = False,
    ) -> None:
        if kind not in KINDS:
            raise unknown("list", kind, KINDS)
        rows = rows_of(kind, session)
        if as_json:
            session.json(rows)
        else:
            print_rows(kind, rows, session)


def rows_of(kind: str, session: Session) -> list[dict]:
    """One plain dictionary for each thing of a kind."""
    if kind in _ROLES:
        return parameter_rows(_ROLES[kind], session)
    return {"measures": measure_rows, "policies": policy_rows, "organisations": organisation_rows,
            "dials": dial_rows}[kind](session)


def parameter_rows(role: str, session: Session) -> list[dict]:
    """Parameters of a role: name, label, group, default, range or choices, unit, evidence."""
    from silosim.model.parameters import PARAMETERS
    from silosim.model.text import group, unit

    return [{"name": p.name, "label": session.words(f"param.{p.name}.label"), "group": group(p.group, session.lang),
             "default": p.default, "low": None if p.choices else p.low, "high": None if p.choices else p.high,
             "choices": list(p.choices), "unit": unit(p.unit, session.lang), "evidence": p.evidence}
            for p in PARAMETERS.of_role(role)]


def measure_rows(session: Session) -> list[dict]:
    """Measures: name, label, group, unit, which way is better, smallest difference that matters, levels."""
    from silosim.model.measures.declared import MEASURES
    from silosim.model.text import group, unit

    return [{"name": m.name, "label": session.words(f"measure.{m.name}.label"), "group": group(m.group, session.lang),
             "unit": unit(m.unit, session.lang), "better": m.better, "matters": m.matters, "format": m.format,
             "levels": list(m.levels)} for m in MEASURES.values()]


def policy_rows(session: Session) -> list[dict]:
    """Policies, those that cannot be run yet with the reason."""
    from silosim.model.policies import load_policies, missing_policies

    there = [{"name": name, "label": policy.label(session.lang), "levers": dict(policy.levers), "available": True,
              "why": ""} for name, policy in load_policies().items()]
    return there + [{"name": name, "label": label, "levers": {}, "available": False, "why": why}
                    for name, (label, why) in missing_policies(session.lang).items()]


def organisation_rows(session: Session) -> list[dict]:
    """Bundled organisations with their size and load."""
    from silosim.model.organisation_file import bundled_organisations, bundled_path, load_organisation

    specs = [load_organisation(name) for name in bundled_organisations()]
    return [{"name": s.name, "label": getattr(s, session.lang), "employees": s.headcount, "teams": len(s.teams),
             "journeys": len(s.journeys), "arrivals": s.arrivals, "load": s.load, "file": str(bundled_path(s.name))}
            for s in specs]


def dial_rows(session: Session) -> list[dict]:
    """Dials: their parts, range, where they stand today, and the levers they set."""
    from silosim.model.parameters import DIALS

    return [{"name": d.name, "label": session.words(f"dial.{d.name}.label"), "parts": list(d.parts),
             "today": list(d.default), "low": d.low, "high": d.high, "total": d.total, "levers": list(d.sets)}
            for d in DIALS.values()]


def range_words(low, high, choices, session: Session) -> str:
    """'0 – 1.5' or the choices."""
    if choices:
        return ", ".join(choices)
    return f"{session.number(low, 'g')} – {session.number(high, 'g')}"


def value_words(value, session: Session) -> str:
    """A parameter's value: a choice as it is, a number as the language writes it."""
    return value if isinstance(value, str) else session.number(value, "g")


def print_rows(kind: str, rows: list[dict], session: Session) -> None:
    """Prints one table, or one for each group."""
    if kind in _ROLES or kind == "measures":
        for heading in dict.fromkeys(row["group"] for row in rows):
            some = [row for row in rows if row["group"] == heading]
            session.print((_measure_table if kind == "measures" else _parameter_table)(heading, some, session))
    else:
        session.print({"policies": _policy_table, "organisations": _organisation_table,
                       "dials": _dial_table}[kind](rows, session))
    session.print(session.say("list.more"))


def _parameter_table(heading: str, rows: list[dict], session: Session):
    columns = ("name", "label", "default", "range", "unit")
    table = session.table(*(session.say(f"column.{c}") for c in columns), title=heading)
    for row in rows:
        table.add_row(row["name"], row["label"], value_words(row["default"], session),
                      range_words(row["low"], row["high"], row["choices"], session), row["unit"])
    return table


def _measure_table(heading: str, rows: list[dict], session: Session):
    columns = ("name", "label", "unit", "better", "matters")
    table = session.table(*(session.say(f"column.{c}") for c in columns), title=heading)
    for row in rows:
        matters = session.difference(row["matters"], row["format"]).lstrip("+")
        table.add_row(row["name"], row["label"], row["unit"], session.words(f"better.{row['better']}"), matters)
    return table


def _policy_table(rows: list[dict], session: Session):
    table = session.table(*(session.say(f"column.{c}") for c in ("name", "label", "levers")))
    for row in rows:
        levers = ", ".join(f"{name}={value_words(value, session)}" for name, value in row["levers"].items())
        words = levers if row["available"] else session.say("list.missing", why=row["why"])
        table.add_row(row["name"], row["label"], words)
    return table


def _organisation_table(rows: list[dict], session: Session):
    columns = ("name", "label", "employees", "teams", "journeys", "arrivals", "load")
    table = session.table(*(session.say(f"column.{c}") for c in columns), right=5)
    for row in rows:
        table.add_row(row["name"], row["label"], *(session.number(row[c], ",d") for c in columns[2:5]),
                      session.number(row["arrivals"], ",.0f"), session.number(row["load"], ".2f"))
    return table


def _dial_table(rows: list[dict], session: Session):
    table = session.table(*(session.say(f"column.{c}") for c in ("name", "label", "parts", "today", "range", "sets")))
    for row in rows:
        parts = ", ".join(session.words(f"dial.{row['name']}.{p}") for p in row["parts"])
        table.add_row(row["name"], row["label"], parts, ", ".join(session.number(x, "g") for x in row["today"]),
                      range_words(row["low"], row["high"], (), session), ", ".join(row["levers"]))
    return table
