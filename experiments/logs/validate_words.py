"""A comparison of model and log for people and for files: tables with what does not fit first, CSV and JSON."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Sequence
from pathlib import Path

from silosim.experiments.logs.patterns import ABSENT, FEW, OK, PATTERNS
from silosim.experiments.logs.validate import IN, OUT, UNKNOWN, Compared
from silosim.model.parameters.registry import InvalidInput
from silosim.model.text import number, text

FORMATS = {"share": "share", "points": "share", "hours": ",.1f", "ratio": ".2f", "count": ".2f"}
OF_TERMS = ("term", "deadline")  # patterns that the model has with a term only
KINDS = (".csv", ".json")
COLUMNS = ("pattern", "figure", "unit", "verdict", "miss", "log", "log_low", "log_high", "log_n", "drawn_again",
           "before", "model", "model_lowest", "model_highest", "runs", "allowed_low", "allowed_high", "reason")


def row(one: Compared) -> dict:
    """One figure as plain values; undefined is None."""
    real = one.real
    values = (real.pattern, real.figure, real.kind, one.verdict, one.miss, real.value, real.low, real.high, real.n,
              real.unit, one.before.value if one.before is not None else None, *one.model, one.runs, *one.allowed,
              _reason(one, "en"))
    return {name: _plain(value) for name, value in zip(COLUMNS, values, strict=True)}


def summary(found: Sequence[Compared]) -> dict:
    """Counts: figures in and out of range, those that cannot be compared, the same of the period before, and the
    patterns of which every figure is out."""
    of = {verdict: [one for one in found if one.verdict == verdict] for verdict in (IN, OUT, UNKNOWN)}
    past = [one.past_in_range for one in found if one.past_in_range is not None]
    nothing = [name for name in PATTERNS
               if {one.verdict for one in found if one.real.pattern == name} - {UNKNOWN} == {OUT}]
    return {"in_range": len(of[IN]), "out_of_range": len(of[OUT]), "unknown": len(of[UNKNOWN]),
            "past_in_range": sum(past), "past_known": len(past), "patterns_without_a_fit": nothing}


def check_out(path: str | None) -> None:
    """Refuses a name of an output file that says no known kind."""
    if path is not None and not path.endswith(KINDS):
        raise InvalidInput(f"--out {path!r} must end in {' or '.join(KINDS)}")


def write(document: dict, path: str) -> None:
    """Writes the figures of a document as CSV, or all of it as JSON; the file appears when it is complete."""
    target = Path(path)
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="") as out:
            if path.endswith(".csv"):
                writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(document["figures"])
            else:
                json.dump(document, out, indent=2, ensure_ascii=False, allow_nan=False)
                out.write("\n")
        os.replace(part, target)
    except OSError as problem:
        part.unlink(missing_ok=True)
        raise InvalidInput(f"{path} cannot be written: {problem.strerror or problem}") from None


def tables(session, found: Sequence[Compared]):
    """A table for what is out of range, one for what is in range, and a short one for what cannot be compared."""
    lang = session.lang
    before = any(one.before is not None for one in found)
    heads = ["pattern", "figure", "real", "model", *["before"] * before, "range", "verdict"]
    for verdict in (OUT, IN):
        chosen = [one for one in found if one.verdict == verdict]
        if chosen:
            table = session.table(*(text(f"validate.{head}_column", lang) for head in heads),
                                  title=text(f"validate.{verdict}_title", lang))
            for one in chosen:
                table.add_row(*_cells(one, lang, before))
            yield table
    unknown = [one for one in found if one.verdict == UNKNOWN]
    halves = [one for one in unknown if one.real.status == OK or math.isfinite(one.model[0])]
    if halves:
        yield _of_one_side(session, halves)
    if len(unknown) > len(halves):
        yield _of_neither(session, [one for one in unknown if one not in halves])


def _of_one_side(session, found: Sequence[Compared]):
    """Figures that only the log or only the model has."""
    lang = session.lang
    table = session.table(*(text(f"validate.{head}_column", lang) for head in ("pattern", "figure", "real", "model",
                                                                               "reason")),
                          title=text("validate.one_side_title", lang))
    for one in found:
        real, fmt = one.real, FORMATS[one.real.kind]
        table.add_row(label(one, lang), figure_label(one, lang), _interval(real.value, real.low, real.high, fmt, lang),
                      _interval(*one.model, fmt, lang), _reason(one, lang))
    return table


def _of_neither(session, found: Sequence[Compared]):
    """Figures that neither has, by pattern and reason."""
    lang = session.lang
    table = session.table(*(text(f"validate.{head}_column", lang) for head in ("pattern", "figure", "reason")),
                          title=text("validate.unknown_title", lang))
    reasons: dict[tuple[str, str], list[str]] = {}
    for one in found:
        reasons.setdefault((label(one, lang), _reason(one, lang)), []).append(figure_label(one, lang))
    for (pattern, reason), figures in reasons.items():
        table.add_row(pattern, "; ".join(figures), reason)
    return table


def figure_label(one: Compared, lang: str) -> str:
    """The figure's name."""
    return text(f"validate.figure.{one.real.pattern}.{one.real.figure}", lang)


def label(one: Compared, lang: str) -> str:
    """The pattern's name."""
    return text(f"validate.pattern.{one.real.pattern}", lang)


def _cells(one: Compared, lang: str, before: bool) -> list[str]:
    real, fmt = one.real, FORMATS[one.real.kind]
    past = [_number(one.before.value, fmt, lang) if one.before is not None else ""] if before else []
    verdict = (text("validate.verdict_in", lang) if one.verdict == IN else
               text("validate.verdict_out", lang, miss=number(one.miss, ".1f", lang)) if math.isfinite(one.miss) else
               text("validate.verdict_none", lang))
    return [label(one, lang), figure_label(one, lang), _interval(real.value, real.low, real.high, fmt, lang),
            _interval(*one.model, fmt, lang), *past, _between(*one.allowed, fmt, lang), verdict]


def _reason(one: Compared, lang: str) -> str:
    """Why a figure cannot be compared; '' when it can."""
    if one.real.status == ABSENT:
        what = ", ".join(text(f"validate.need.{need}", lang) for need in one.real.missing)
        return text("validate.lacks", lang, what=what)
    if one.real.status == FEW:
        return text("validate.few", lang)
    if not one.lacks:
        return ""
    why = "model_few" if one.lacks == FEW else "model_no_term" if one.real.pattern in OF_TERMS else "model_lacks"
    return text(f"validate.{why}", lang)


def _interval(value: float, low: float, high: float, fmt: str, lang: str) -> str:
    if not math.isfinite(value):
        return "–"
    if not math.isfinite(low):
        return number(value, fmt, lang)
    return text("validate.interval", lang, value=number(value, fmt, lang), low=number(low, fmt, lang),
                high=number(high, fmt, lang))


def _between(low: float, high: float, fmt: str, lang: str) -> str:
    return text("validate.between", lang, low=number(low, fmt, lang), high=number(high, fmt, lang))


def _number(value: float, fmt: str, lang: str) -> str:
    return number(value, fmt, lang) if math.isfinite(value) else "–"


def _plain(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value
