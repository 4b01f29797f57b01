"""The tables of a comparison, as people read them."""

from rich.text import Text

from silosim.experiments.commands.session import Session, inline
from silosim.model.measures.declared import MEASURES

OVERVIEW = ("grade", "share_green", "share_nine", "contacts", "lead_time", "silo_index", "conviction", "turnover",
            "cost_per_solved")
POLICY_WIDTH = 28
GAP = 3  # characters between columns
FEWEST = 2  # measures, however narrow the terminal
WIDE = 100  # characters from which p10 and p90 are shown too
SYMBOLS = {"better": "▲", "worse": "▼", "slightly_better": "△", "slightly_worse": "▽", "higher": "↑", "lower": "↓",
           "slightly_higher": "↑", "slightly_lower": "↓", "equal": "=", "unclear": "?", "undefined": ""}
STYLES = {"better": "bold blue", "slightly_better": "blue", "worse": "bold red", "slightly_worse": "red",
          "unclear": "dim", "equal": "dim"}


def overview(session: Session, differences, labels) -> None:
    """A row a policy and a column a measure: today's values, then differences with a symbol for the direction."""
    found = {(d.policy, d.measure): d for d in differences}
    today = next(iter(labels))
    columns = [[_change(session, found[p, name]) if p != today else Text(_value(session, found[p, name]))
                for p in labels] for name in OVERVIEW]
    headings = [session.words(f"measure.{name}.label") for name in OVERVIEW]
    widths = [max([len(word) for word in heading.split()] + [len(cell) for cell in cells])
              for heading, cells in zip(headings, columns, strict=True)]
    fit = _that_fit(widths, session.out.width - POLICY_WIDTH - GAP)
    table = session.table(session.say("column.policy"), *headings[:fit], right=fit)
    for column, width in zip(table.columns[1:], widths, strict=False):
        column.min_width = column.max_width = width
    table.columns[0].min_width = POLICY_WIDTH
    for label, *cells in zip(labels.values(), *columns[:fit], strict=True):
        table.add_row(label, *cells)
    session.print(table)


def _that_fit(widths: list[int], room: int) -> int:
    """How many columns of these widths fit, and never fewer than FEWEST."""
    fit = 0
    for width in widths:
        room -= width + GAP
        if room < 0 and fit >= FEWEST:
            break
        fit += 1
    return fit


def _value(session: Session, d) -> str:
    return session.number(d.value.mean, MEASURES[d.measure].format)


def change_words(session: Session, value: float, fmt: str) -> str:
    """A signed difference, short enough for a table; of shares in points."""
    if fmt != "share" or value != value:
        return session.difference(value, fmt)
    return f"{session.number(value, fmt, signed=True).rstrip('%')} {session.say('points')}"


def _change(session: Session, d) -> Text:
    words = change_words(session, d.change.mean, MEASURES[d.measure].format)
    return Text(f"{words} {SYMBOLS[d.verdict]}".strip(), style=STYLES.get(d.verdict, ""))


def detail(session: Session, differences, name: str, labels) -> None:
    """One measure: value, difference, its 95% interval, the spread over runs, and how many runs agree."""
    wide = session.out.width >= WIDE
    columns = ("policy", "value", "difference", "interval", *(("spread",) if wide else ()), "agree", "verdict")
    table = session.table(*(session.say(f"column.{c}") for c in columns), title=session.words(f"measure.{name}.label"))
    for column in table.columns[1:-1]:
        column.justify, column.no_wrap = "right", True
    fmt = MEASURES[name].format
    for k, d in enumerate(d for d in differences if d.measure == name):
        if k == 0:
            table.add_row(labels[d.policy], _value(session, d))
            continue
        spread = [_between(session, d.change.p10, d.change.p90, fmt)] if wide else []
        table.add_row(labels[d.policy], _value(session, d), change_words(session, d.change.mean, fmt),
                      _between(session, d.change.low, d.change.high, fmt), *spread, session.number(d.agree, ".0%"),
                      Text(session.say(f"verdict.{d.verdict}"), style=STYLES.get(d.verdict, "")))
    session.print(table)


def _between(session: Session, low: float, high: float, fmt: str) -> str:
    if low != low or high != high:
        return session.number(low, fmt)
    if fmt == "share":  # the unit once, at the end
        low_words = session.number(low, fmt, signed=True).rstrip("%")
        return session.say("interval", low=low_words, high=change_words(session, high, fmt))
    return session.say("interval", low=session.difference(low, fmt), high=session.difference(high, fmt))


def legend(session: Session) -> None:
    """What the symbols mean and when a direction is named."""
    session.print(session.say("compare.legend"))
    session.print(session.say("compare.rule"))


def factors(session: Session, matches, labels) -> None:
    """By which factor paid hours were scaled to match today's cost."""
    columns = ("policy", "factor", "remaining")
    table = session.table(*(session.say(f"column.{c}") for c in columns), title=session.say("compare.factors"), right=2)
    for m in matches.values():
        remaining = session.number(m.remaining, ".2%", signed=True)
        table.add_row(labels[m.policy], session.number(m.factor, ".4f"),
                      remaining if m.reached else session.say("compare.not_reached", remaining=remaining))
    session.print(table)


def precision(session: Session, found: dict, runs: int) -> None:
    """Whether there were enough runs, from the Monte Carlo error of the main outcome."""
    if found["half_width"] is None:
        session.print(session.say("compare.one_run"))
        return
    fmt = MEASURES[found["measure"]].format
    key = "compare.enough" if found["half_width"] <= found["matters"] else "compare.not_enough"
    session.print(session.say(key, runs=runs, measure=inline(session.words(f"measure.{found['measure']}.label")),
                              half_width=session.number(found["half_width"], ".3f"),
                              matters=session.number(found["matters"], fmt), needed=found["runs_needed"]))


def missing(session: Session) -> None:
    """Policies that cannot be run in this version, and why."""
    from silosim.model.policies import missing_policies

    for label, why in missing_policies(session.lang).values():
        session.print(session.say("compare.missing", label=label, why=why))
