"""The tables and sentences of an analysis, as people read them."""

from __future__ import annotations

import numpy as np

from silosim.experiments.analysis.run import Asked, Finding
from silosim.experiments.analysis.words import KINDS, Words
from silosim.experiments.commands.session import Session
from silosim.model.measures.declared import MEASURES
from silosim.model.text import difference, number

COLUMNS = {"ST": "total", "S1": "first", "delta": "delta_index"}  # others have the name of their kind
NARROW = 0.1  # half-width of an index, a share, from which on more runs are advised; of effects what matters
ORDER = {"sobol": ("S1", "ST"), "shapley": ("shapley", "S1", "ST")}


def show(session: Session, words: Words, finding: Finding, asked: Asked) -> None:
    """One finding: a title, a table, and what it says."""
    session.print("")
    session.print(f"{words.say(f'title.{finding.method}')}. {words.about(finding)}")
    if finding.problem:
        session.print(finding.problem)
        return
    session.print(words.basis(finding))
    {"response": _responses, "prim": _boxes, "robustness": _robustness}.get(finding.method, _indices)(
        session, words, finding, asked)


def _indices(session: Session, words: Words, finding: Finding, asked: Asked) -> None:
    found = finding.result
    kinds = ORDER.get(found.method, tuple(found.kinds))
    headings = [words.say(f"column.{COLUMNS.get(kind, kind)}") for kind in kinds]
    chance = [words.say("column.chance")] if found.floor else []
    table = session.table(words.say("column.factor"), *headings, *chance, right=len(kinds) + len(chance))
    for k in found.order():
        cells = [_interval(words, found.kinds[kind], k, finding.method) for kind in kinds]
        floor = [number(found.floor[found.main][k], ".2f", words.lang)] if chance else []
        table.add_row(words.factor(found.names[k]), *cells, *floor)
    session.print(table)
    if found.pairs:
        _pairs(session, words, found)
    session.print(words.say(f"legend.{finding.method}"))
    for line in sayings(words, finding):
        session.print(line)


def _interval(words: Words, of, k: int, method: str) -> str:
    """0.31 (0.25 … 0.37), in the outcome's own format for elementary effects."""
    def write(value: float) -> str:
        fmt = words.measure.format if method == "morris" else ".2f"
        return difference(value, fmt, words.lang).lstrip("+") if method == "morris" else number(value, fmt, words.lang)

    if not np.isfinite(of.value[k]):
        return ""
    return f"{write(of.value[k])} ({write(of.low[k])} … {write(of.high[k])})"


def _pairs(session: Session, words: Words, found) -> None:
    table = session.table(words.say("column.pair"), words.say("column.together"), right=1)
    for (i, j), (value, low, high) in sorted(found.pairs.items(), key=lambda pair: -pair[1][0]):
        numbers = [number(x, ".2f", words.lang) for x in (value, low, high)]
        table.add_row(f"{words.factor(found.names[i])} × {words.factor(found.names[j])}",
                      f"{numbers[0]} ({numbers[1]} … {numbers[2]})")
    session.print(table)


def sayings(words: Words, finding: Finding) -> list[str]:
    """What indices say in words: interaction, no influence, chance, and whether the sample was large enough."""
    found = finding.result
    joint = [f"{words.factors([found.names[i]])} × {words.factors([found.names[j]])}"
             for (i, j), (_, low, _) in found.pairs.items() if low > 0]
    lines = [_alone(words, found, bool(joint))] if found.alone is not None else []
    if joint:
        lines.append(words.say("says.joint", pairs=", ".join(joint)))
    weak = found.without_influence()
    lines.append(words.say("says.none", factors=words.factors(weak)) if weak else words.say("says.every"))
    if found.method == "morris":
        matters = words.measure.matters
        small = [found.names[k] for k in found.order() if found.kinds["mu_star"].high[k] < matters]
        if small:
            amount = difference(matters, words.measure.format, words.lang).lstrip("+")
            lines.append(words.say("says.small", matters=amount, factors=words.factors(small)))
    if found.method in ("pawn", "delta") and found.size < len(finding.block.y):
        lines.append(words.say("says.part", rows=found.size, all=len(finding.block.y)))
    lines.append(words.noise(finding))
    if found.method in ("sobol", "shapley", "morris"):
        lines.append(settled(words, finding))
    return lines


def _alone(words: Words, found, joint: bool) -> str:
    """How much of the variation the factors explain each on its own, and what that says of interaction.

    joint   whether some pair does more together, so that there is interaction however wide this interval
    """
    write = {name: number(min(1.0, max(0.0, float(x))), ".0%", words.lang)
             for name, x in zip(("share", "low", "high"), found.alone, strict=True)}
    key = "alone" if found.alone.high < 1 else "alone_plain" if joint else "alone_all"
    return words.say(f"says.{key}", **write)


def settled(words: Words, finding: Finding) -> str:
    """Whether the indices moved with the last doubling of the sample."""
    of = finding.convergence
    if of is None:
        return words.say("says.too_small")

    def write(value: float) -> str:
        fmt = words.measure.format if finding.method == "morris" else ".2f"
        return difference(value, fmt, words.lang).lstrip("+")

    unit = words.say("says.trajectories" if finding.method == "morris" else "says.rows")
    sizes = {"before": of.steps[-2].size, "size": of.steps[-1].size, "unit": unit}
    moved = of.moved()
    if not moved:
        narrow = words.measure.matters if finding.method == "morris" else NARROW
        key = "settled" if of.widest <= narrow else "settled_wide"
        return words.say(f"says.{key}", widest=write(of.widest), **sizes)
    kind, name, move, half = max(moved, key=lambda one: one[2] - one[3])
    return words.say("says.unsettled", count=len(moved), all=of.judged, kind=words.kind(kind),
                     factor=words.factors([name]), move=write(move), half=write(half), **sizes)


def _responses(session: Session, words: Words, finding: Finding, asked: Asked) -> None:
    fmt = words.measure.format
    columns = [words.say(f"column.{c}") for c in ("factor", "value", "mean", "change")]
    table = session.table(*columns, "p10 … p90", session.say("column.verdict"), right=0)
    last = ""
    for level in finding.result:
        mean, change = level.outcome, level.change
        shown = words.factor(level.factor) if level.factor != last else ""
        last = level.factor
        ends = f"{number(mean.p10, fmt, words.lang)} … {number(mean.p90, fmt, words.lang)}"
        table.add_row(shown, words.value(level.factor, level.value), _plus_minus(mean, fmt, words, False),
                      _plus_minus(change.change, fmt, words, True) if change else "", ends if mean.n > 1 else "",
                      session.say(f"verdict.{change.verdict}") if change else "")
    session.print(table)
    session.print(words.say("legend.response"))


def _plus_minus(of, fmt: str, words: Words, signed: bool) -> str:
    value = difference(of.mean, fmt, words.lang) if signed else number(of.mean, fmt, words.lang)
    return value if of.half_width != of.half_width else f"{value} ± {_size(of.half_width, fmt, words)}"


def _size(value: float, fmt: str, words: Words) -> str:
    return difference(value, fmt, words.lang).lstrip("+")


def _boxes(session: Session, words: Words, finding: Finding, asked: Asked) -> None:
    found = finding.result
    if found.points < len(finding.block.y):
        session.print(words.say("says.part", rows=found.points, all=len(finding.block.y)))
    for k, box in enumerate(found.boxes):
        sentence = words.box(box, asked.where)
        session.print(sentence if k == 0 else words.say("says.further", box=sentence))
        table = session.table("", words.say("column.found"), words.say("column.held"), right=2)
        for row in ("coverage", "density", "base"):
            table.add_row(words.say(f"column.{row}"), *[number(x, ".0%", words.lang) for x in getattr(box, row)])
        table.add_row(words.say("column.points_in"), *[number(n, ",d", words.lang) for n in box.n])
        session.print(table)
        table = session.table(words.say("column.limit"), "quasi-p", right=1)
        for limit in box.limits:
            table.add_row(words.limit(limit), number(limit.quasi_p, ".1g", words.lang))
        session.print(table)
    if not found.boxes:
        session.print(words.say("says.no_box"))
        if found.refused is not None and found.refused.limits:
            session.print(words.tried(found.refused))
    elif found.refused is not None:
        session.print(words.say("says.no_further"))
    session.print(words.noise(finding))


def _robustness(session: Session, words: Words, finding: Finding, asked: Asked) -> None:
    found = finding.result
    metrics = list(found.scores)
    table = session.table(session.say("column.policy"), *[words.say(f"metric.{m}") for m in metrics],
                          words.say("column.ranks"), right=len(metrics) + 1)
    spread = found.spread()
    order = np.argsort(found.ranks["maximin"], kind="stable")
    for k in order:
        name = found.policies[k]
        low, high = spread[name]
        table.add_row(words.policy(name), *[_score(words, found, metric, k) for metric in metrics],
                      f"{low}–{high}" if high > low else str(low))
    session.print(table)
    session.print(words.say("legend.robustness", alpha=asked.alpha))
    if asked.where is not None:
        session.print(words.say("says.threshold", case=asked.where.says(words.lang)))
    best = int(order[0])
    session.print(words.say("says.first", policy=words.policy(found.policies[best]),
                            share=found.first["maximin"][best]))
    session.print(words.say("says.agree", share=found.agreement()))


def _score(words: Words, found, metric: str, k: int) -> str:
    """A score in the measure's own format, with its rank."""
    value, rank, fmt = found.scores[metric][k], found.ranks[metric][k], MEASURES[words.data.outcome].format
    if rank != rank:
        return ""
    if metric == "satisficing":
        shown = number(value, ".0%", words.lang)
    elif metric == "signal":
        shown = words.three(value)
    elif metric in ("max_regret", "regret_90"):
        shown = _size(value, fmt, words)
    else:
        shown = number(value, fmt, words.lang)
    return f"{shown} ({int(rank)})"


__all__ = ["KINDS", "sayings", "settled", "show"]
