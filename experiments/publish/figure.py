"""The figure of one claim, as SVG: a dot a world in each cost arm, its interval, and every part with its own.

Written by hand rather than drawn by a library, so that the same numbers give the same bytes whatever is installed. The
axis is in units of the smallest effect that matters, positive for the claim: straight up to one, compressed beyond it
(asinh), so that a few worlds far off neither fall outside nor flatten the rest. Colours are Okabe and Ito's; cost arms
differ in shape, too, and everything is labelled where it stands.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

from silosim.experiments.claims.declared import Claim
from silosim.experiments.claims.rule import AS_IS, EQUAL
from silosim.experiments.publish.said import Words, in_units, is_level

WIDE, LEFT, RIGHT = 760, 24, 736
PART, LEVEL, HIGHEST = 50, 22, 64  # height of a part's row, with bars and without, and of the highest stack of dots
DOT = 5.8
COLOURS = {AS_IS: "#0072B2", EQUAL: "#D55E00"}
BLACK, GREY, PALE = "#1a1a1a", "#5c5c5c", "#e4e4e4"
TICKS = (1000, 300, 100, 30, 10, 3, 1)


def draw(say: Words, claim: Claim, document: Mapping, alt: str) -> str:
    """The figure."""
    values = list(_values(claim, document))
    scale = _Scale(min([-2.0, *values]), max([2.0, *values]))
    body, y = [], 78.0
    for cost, arm in document["arms"].items():
        lines, height = _dots(say, scale, y, cost, arm, _worlds(document, cost))
        body += lines
        y += height
    if claim.parts:
        body.append(_text(LEFT, y + 12, say("figure.parts" if EQUAL in document["arms"] else "figure.parts_one"),
                          weight="bold"))
        y += 22
        for k, part in enumerate(claim.parts):
            body += _part(say, scale, y, claim, document, k)
            y += LEVEL if is_level(part) else PART
    bottom = y + 6
    frame = _frame(say, scale, bottom)
    name = f"{claim.id} {say.label(claim)}"
    title = _text(LEFT, 26, name, size=18, weight="bold")
    height = bottom + 46
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {_n(height)}" width="{WIDE}" '
            f'height="{_n(height)}" role="img" font-family="Helvetica, Arial, sans-serif" font-size="13" '
            f'paint-order="stroke" lang="{say.lang}">\n<title>{escape(name)}</title>\n<desc>{escape(alt)}</desc>\n'
            f'<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join([title, *frame, *body]) + "\n</svg>\n")


def _worlds(document: Mapping, cost: str) -> list[float]:
    """u of every world of the narrow prior, for which the verdict is given."""
    return [one["u"][cost] for one in document.get("worlds", ())
            if one["prior"] == "narrow" and one["u"].get(cost) is not None]


def _values(claim: Claim, document: Mapping) -> Iterable[float]:
    for cost, arm in document["arms"].items():
        yield from (x for x in (arm["low"], arm["high"]) if x is not None)
        yield from _worlds(document, cost)
        for part, one in zip(claim.parts, document["parts"].get(cost, ()), strict=False):
            yield from (in_units(part, x) for x in (one["low"], one["high"]) if x is not None and not is_level(part))


class _Scale:
    """From u to pixels."""

    def __init__(self, low: float, high: float):
        self.low, self.high = math.asinh(low), math.asinh(high)

    def __call__(self, u: float) -> float:
        share = (math.asinh(u) - self.low) / (self.high - self.low)
        return LEFT + 14 + share * (RIGHT - LEFT - 28)

    def ticks(self) -> list[float]:
        """Those that fit, at least 26 pixels apart; 0, 1 and -1 always."""
        found: list[float] = [0.0, 1.0, -1.0]
        for size in reversed(TICKS):
            for u in (size, -size):
                fits = self.low <= math.asinh(u) <= self.high
                if fits and u not in found and all(abs(self(u) - self(other)) >= 26 for other in found):
                    found.append(float(u))
        return sorted(found)


def _frame(say: Words, scale: _Scale, bottom: float) -> list[str]:
    """What is for and against the claim, the lines at 0 and at the smallest effect that matters, and the axis."""
    top, one, other = 62, scale(1), scale(-1)
    found = [f'<rect x="{_n(one)}" y="{top}" width="{_n(RIGHT - one)}" height="{_n(bottom - top)}" fill="#eef5fa"/>',
             f'<rect x="{LEFT}" y="{top}" width="{_n(other - LEFT)}" height="{_n(bottom - top)}" fill="#f6f1ea"/>',
             _text(LEFT, 54, f"◀ {say('figure.against')}", colour=GREY),
             _text(RIGHT, 54, f"{say('figure.for')} ▶", colour=GREY, anchor="end")]
    for u in (-1, 0, 1):
        dash = "" if u == 0 else ' stroke-dasharray="5 4"'
        found.append(f'<path d="M{_n(scale(u))} {top}V{_n(bottom)}" stroke="{GREY}" stroke-width="1.2"{dash}/>')
    for u in scale.ticks():
        words = say.units(u).rstrip("0").rstrip(".,") if u else "0"
        found.append(_text(scale(u), bottom + 17, words, size=12, anchor="middle",
                           colour=BLACK if abs(u) <= 1 else GREY))
    found.append(_text(LEFT, bottom + 36, say("figure.axis"), size=12, colour=GREY))
    return found


def _dots(say: Words, scale: _Scale, y: float, cost: str, arm: Mapping,
          worlds: Sequence[float]) -> tuple[list[str], float]:
    """A dot a world, stacked; below them the mean with its interval. (What is drawn, its height.)"""
    stacks: dict[int, int] = {}
    for u in worlds:
        slot = round(scale(u) / DOT)
        stacks[slot] = stacks.get(slot, 0) + 1
    most = max(stacks.values(), default=0)
    apart = min(DOT, HIGHEST / max(1, most))
    ground = y + 24 + apart * most
    path = "".join(f"M{_n(slot * DOT)} {_n(ground - 8 - apart * k)}h.01" for slot, times in sorted(stacks.items())
                   for k in range(times))
    head = say("figure.arm" if worlds else "figure.arm_only", cost=say.cost(cost), worlds=arm["worlds"],
               hold=arm["hold"], oppose=arm["oppose"])
    found = [_text(LEFT, y + 6, head, weight="bold", colour=COLOURS[cost])]
    if path:
        found.append(f'<path d="{path}" stroke="{COLOURS[cost]}" stroke-width="5" stroke-linecap="round" '
                     'stroke-opacity=".7" fill="none"/>')
    if arm["mean"] is None:
        return found, ground + 12 - y
    words = say("figure.mean", mean=say.units(arm["mean"]), low=say.units(arm["low"]), high=say.units(arm["high"]))
    at_left = scale(arm["high"]) + 12 + 6.4 * len(words) > RIGHT
    end = scale(arm["low"]) - 12 if at_left else scale(arm["high"]) + 12
    found += _bar(scale, ground + 6, cost, arm["low"], arm["mean"], arm["high"])
    found.append(_text(end, ground + 10, words, size=12, anchor="end" if at_left else "start"))
    return found, ground + 34 - y


def _part(say: Words, scale: _Scale, y: float, claim: Claim, document: Mapping, k: int) -> list[str]:
    """The words of a part and its mean in the unit of its measure; below them a bar for each cost arm."""
    part = claim.parts[k]
    found = {cost: parts[k] for cost, parts in document["parts"].items()}
    name = say.part(claim, part.name) + ("" if part.judged else f" ({say('only_reported')})")
    means = " / ".join(say.effect(one["mean"], part) for one in found.values())
    lines = [_text(LEFT + 6, y + 13, name, colour=BLACK if part.judged else GREY),
             _text(RIGHT - 6, y + 13, means, anchor="end", colour=BLACK if part.judged else GREY)]
    for n, (cost, one) in enumerate(found.items()):
        if one["mean"] is not None and not is_level(part):  # a level has no place on an axis of effects
            low, mean, high = sorted(in_units(part, one[key]) for key in ("low", "mean", "high"))
            lines += _bar(scale, y + 24 + 11 * n, cost, low, mean, high)
    return lines


def _bar(scale: _Scale, y: float, cost: str, low: float, mean: float, high: float) -> list[str]:
    """An interval with its mean: a circle as it is, a square at equal cost."""
    colour, x = COLOURS[cost], scale(mean)
    mark = (f'<circle cx="{_n(x)}" cy="{_n(y)}" r="4.5" fill="{colour}"/>' if cost == AS_IS else
            f'<rect x="{_n(x - 4)}" y="{_n(y - 4)}" width="8" height="8" fill="{colour}"/>')
    return [f'<path d="M{_n(scale(low))} {_n(y)}H{_n(scale(high))}" stroke="{colour}" stroke-width="3"/>', mark]


def _text(x: float, y: float, words: str, size: int = 13, colour: str = BLACK, anchor: str = "start",
          weight: str = "normal") -> str:
    more = ' stroke="#fff" stroke-width="2.5"' + ("" if size == 13 else f' font-size="{size}"')  # lines stay off words
    more += "" if anchor == "start" else f' text-anchor="{anchor}"'
    more += "" if weight == "normal" else f' font-weight="{weight}"'
    return f'<text x="{_n(x)}" y="{_n(y)}" fill="{colour}"{more}>{escape(words)}</text>'


def _n(x: float) -> str:
    return f"{x:.1f}".rstrip("0").rstrip(".")
