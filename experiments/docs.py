"""Writes the tables of the documentation that follow from the registries: python -m silosim.experiments.docs

A table stands between `<!-- generated: NAME -->` and `<!-- end -->`; what is around it is written by hand. A test
compares the files with what this module would write.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from silosim.experiments.calibration.prior import FACTORS
from silosim.experiments.calibration.targets import TARGETS
from silosim.experiments.store import dictionary
from silosim.model.measures import MEASURES, declared
from silosim.model.parameters import PARAMETERS, Parameter
from silosim.model.text import group, number, text

MODEL = Path(declared.__file__).parents[1]
WORLDS = MODEL.parent / "results" / "calibration"  # in a checkout
STORE = Path(dictionary.__file__).with_name("README.md")
FILES = (MODEL / "ODD.md", MODEL / "GLOSSARY.md", STORE)
MARKED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
HEADINGS = {"lever": "Levers (management chooses them)", "world": "World (results must be robust against it)",
            "constant": "Money"}


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    headings = tuple(headings)
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def parameters() -> str:
    """A table of every role: name, what it is, default, range, unit, the value at which it is off, evidence."""
    parts = []
    for role, heading in HEADINGS.items():
        some = PARAMETERS.of_role(role)
        columns = ["name", "what it is", "default", "range", "unit", "off at"]
        columns.append({"lever": "lever of the articles"}.get(role, "evidence"))
        parts.append(f"**{heading}**\n\n{table(columns, (_parameter(p) for p in some))}\n{_sources(some)}")
    return "\n".join(parts)


def _parameter(p: Parameter) -> list[str]:
    span = ", ".join(p.choices) if p.choices else f"{p.low:g} to {p.high:g}"
    off = "" if p.neutral is None else _value(p.neutral)
    last = (p.lever_id or "-") if p.role == "lever" else p.evidence
    return [f"`{p.name}`", text(f"param.{p.name}.label"), _value(p.default), span, p.unit, off, last]


def _value(x: float | str) -> str:
    return x if isinstance(x, str) else f"{x:g}"


def _sources(some: list[Parameter]) -> str:
    """Where the defaults come from: the common source once, the others by name."""
    sources = [p.source for p in some]
    common = max(dict.fromkeys(sources), key=sources.count)
    others = [f"`{p.name}`: {p.source}" for p in some if p.source != common]
    return f"Source: {common}" + ("; except " + "; ".join(others) if others else "") + ".\n"


def measures() -> str:
    """A table of every measure: what it is, its formula, which way is better, the difference that matters, for whom."""
    formulas = _formulas()
    rows = [[f"`{m.name}`", text(f"measure.{m.name}.label"), f"`{formulas[m.name]}`", m.unit,
             {"neither": ""}.get(m.better, m.better), number(m.matters, m.format), ", ".join(m.levels)]
            for m in MEASURES.values()]
    return table(("name", "what it is", "formula", "unit", "better", "matters from", "for"), rows)


class _Readable(ast.NodeTransformer):
    """ratio(x, y) -> x / y;  a[F.name] -> name;  other(a) -> other."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "ratio":
            return ast.BinOp(node.args[0], ast.Div(), node.args[1])
        return node.func

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return ast.Name(node.slice.attr)


def _formulas() -> dict[str, str]:
    """What each measure's function returns, in names of sums."""
    found = {}
    sources = [path.read_text(encoding="utf-8") for path in sorted((MODEL / "measures").glob("*.py"))]
    for node in (node for source in sources for node in ast.parse(source).body):
        if isinstance(node, ast.FunctionDef) and node.name in MEASURES:
            found[node.name] = ast.unparse(_Readable().visit(node.body[-1].value))
    return found


def words() -> str:
    """Every lever and measure in both languages."""
    parts = []
    kinds = (("Levers", "param", PARAMETERS.of_role("lever")), ("Measures", "measure", MEASURES.values()))
    for heading, kind, items in kinds:
        rows = [[f"`{x.name}`", text(f"{kind}.{x.name}.label"), text(f"{kind}.{x.name}.label", "nl"),
                 f"{group(x.group)} / {group(x.group, 'nl')}"] for x in items]
        parts.append(f"**{heading}**\n\n{table(('name', 'English', 'Nederlands', 'group'), rows)}")
    return "\n".join(parts)


def worlds() -> str:
    """Of every prior: worlds drawn, how many are admissible, and in how many each target holds."""
    labels = [text(f"measure.{t.measure}.label") for t in TARGETS]
    return table(("prior (motives, physics, rest)", "drawn", "admissible", *labels), (_prior(name) for name in FACTORS))


def _prior(name: str) -> list[str]:
    lines = (WORLDS / f"worlds_{name}.csv").read_text(encoding="utf-8").splitlines()
    drawn = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    admissible = sum(world["admissible"] == "1" for world in drawn)
    held = [f"{sum(t.holds(float(world[t.measure])) for world in drawn):,}" for t in TARGETS]
    factors = ", ".join(f"{x:g}" for x in FACTORS[name].values())
    return [f"{name} ({factors})", f"{len(drawn):,}", f"**{admissible:,}** ({admissible / len(drawn):.0%})", *held]


def tables() -> str:
    """Every table of the results database, and what a row of it is."""
    return table(("table", "what a row is"), ((f"`{name}`", dictionary.about(name)) for name in dictionary.TABLES))


def columns() -> str:
    """Every column of every table, but those that every measure and every varied parameter adds."""
    found = dictionary.usual_columns()
    return "\n".join(f"**{name}**\n\n" + table(("column", "type", "what it says"), (
        (f"`{c.name}`", c.type, c.meaning) for c in found if c.table == name)) for name in dictionary.TABLES)


TABLES: dict[str, Callable[[], str]] = {table.__name__: table for table in (
    parameters, measures, words, worlds, tables, columns)}


def filled(page: str) -> str:
    """The page with every generated part written anew."""
    return MARKED.sub(lambda found: found[1] + "\n" + TABLES[found[2]]() + "\n" + found[3], page)


def main() -> None:
    """Write the pages and say which changed."""
    for path in FILES:
        before = path.read_text(encoding="utf-8")
        after = filled(before)
        path.write_text(after, encoding="utf-8")
        print(f"{path.name}: {'unchanged' if after == before else 'written'}")


if __name__ == "__main__":
    main()
