"""What a real log asks of the model: four patterns, with the mechanisms that might bring them about off and on.

    python -m silosim.experiments.patterns.reality [runs]

makes the runs that are missing in results/reality/runs.csv and writes REALITY.md beside this file. A run counts for one
version of the rules only. Nothing is fitted: the values of the mechanisms were chosen before the first run.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from silosim.experiments.comparison import spread
from silosim.experiments.docs import table
from silosim.experiments.patterns.reality_words import FINDINGS, INTRODUCTION
from silosim.model.text import number

HERE = Path(__file__).parent
PAGE = HERE / "REALITY.md"
KEPT = HERE.parents[1] / "results" / "reality" / "runs.csv"
SEED = 70_000  # apart from those of any other experiment
RUNS, BURN_IN, WEEKS = 6, 104, 26
PATTERNS = ("handoffs", "continuation", "ping_pong", "return_lift", "first_team", "time_by_handoffs", "deadline",
            "waiting_spread")
WAITING = "Awaiting customer"
FEWEST = 30  # cases at their term, for a team's habit to show

TERM = {"kpi": "within_norm", "term_days": 5}
SQUEEZED = {"demand": 1.2}  # a fifth more questions than the file's: work waits for days
OVERLOADED = {"demand": 1.3}  # more than can be done: what waits grows until customers withdraw
DOUBT = {"routing_doubt": 1.0}


@dataclass(frozen=True)
class Arm:
    """Levers and world parameters of a run, both from its founding on; `about` in words."""

    about: str
    levers: Mapping
    world: Mapping


ARMS = {
    "off": Arm("as in every other experiment", {}, {}),
    "doubt": Arm("one misleading sign in a mean case (`routing_doubt` 1)", {}, DOUBT),
    "doubt_even": Arm("the same, all cases alike (`routing_spread` 0)", {}, {**DOUBT, "routing_spread": 0.0}),
    "doubt_twice": Arm("two misleading signs (`routing_doubt` 2)", {}, {"routing_doubt": 2.0}),
    "term_as_they_came": Arm("a term of five days, cases in the order in which they came, 1.2 times the demand", TERM,
                             {**SQUEEZED, "order_choice": 0.0}),
    "term": Arm("the same, people choose the order (`order_choice` 1)", TERM, SQUEEZED),
    "hold_alone": Arm("the same, and cases can be put on hold (`hold_days` 3) without looking at team-mates "
                      "(`hold_norm` 0)", TERM, {**SQUEEZED, "hold_days": 3.0, "hold_norm": 0.0}),
    "hold": Arm("the same, with the norm of the team (`hold_norm` .3)", TERM, {**SQUEEZED, "hold_days": 3.0}),
    "hold_strong": Arm("the same, with a strong norm (`hold_norm` 1)", TERM,
                       {**SQUEEZED, "hold_days": 3.0, "hold_norm": 1.0}),
    "hold_alone_overload": Arm("1.3 times the demand, without looking at team-mates", TERM,
                               {**OVERLOADED, "hold_days": 3.0, "hold_norm": 0.0}),
    "hold_overload": Arm("1.3 times the demand, with the norm of the team", TERM, {**OVERLOADED, "hold_days": 3.0}),
}
ORGANISATIONS = {"insurer": "the insurer (the default: 6 teams, 72 people)",
                 "service_desk": "a made service desk (12 teams, 78 people)"}


def organisation(name: str):
    """One of ORGANISATIONS."""
    from silosim.model.organisation_file import load_organisation

    return load_organisation(str(HERE / f"{name}.toml") if name == "service_desk" else name)


def figures_of(name: str, arm: str, run: int, weeks: int = WEEKS, burn_in: int = BURN_IN) -> dict[str, float]:
    """'pattern.figure' -> value, of the event log of one run; those that the log does not give are left out."""
    from silosim.experiments.logs.exporting import CLOSED, RESOLVED, simulated_frame
    from silosim.experiments.logs.log import EventLog
    from silosim.experiments.logs.patterns import OK, measure
    from silosim.model.ensemble import Job

    job = Job(organisation(name), ARMS[arm].levers, ARMS[arm].world, burn_in=burn_in, start="steady", weeks=weeks,
              replicate=run, seed=SEED)
    log = EventLog.make(without_weekends(simulated_frame(job)), name=name, resolved=RESOLVED, waiting=(WAITING,),
                        closed=CLOSED)
    log = replace(log, cases=log.cases.assign(due=end_of_term(log.cases["opened"])))
    found = {f"{m.pattern}.{m.figure}": m.value for m in measure(log, PATTERNS, draws=0) if m.status == OK}
    return found | at_the_term(name, arm, run, weeks, burn_in)


def at_the_term(name: str, arm: str, run: int, weeks: int = WEEKS, burn_in: int = BURN_IN) -> dict[str, float]:
    """Of the waiting cases whose term ends that day, what becomes of them in each team (Monday to Thursday, of teams
    with 30 or more): the share put on hold, its spread between teams as chi-squared per degree of freedom, and its
    10th and 90th percentile. Unlike the log's spread it does not depend on how many cases wait in a team."""
    from silosim.model.faces.by_day import DayByDay

    given = {**ARMS[arm].levers, **ARMS[arm].world}
    if not given.get("hold_days"):
        return {}
    sim = DayByDay(organisation(name), SEED, run, **given)
    sim.run(burn_in)
    teams = sim.record["team"][: int(sim.record["teams"])]
    had, held = np.zeros(len(teams)), np.zeros(len(teams))
    for _ in range(weeks):
        for _ in range(4):
            sim.live_day()
        had += teams["at_term"]
        held += teams["put_off"]
        sim.live_day()
    had, held = had[had >= FEWEST], held[had >= FEWEST]
    if len(had) < 2:
        return {}
    share, pooled = held / had, held.sum() / had.sum()
    chi = (had * (share - pooled) ** 2).sum() / max(pooled * (1.0 - pooled), 1e-9) / (len(had) - 1)
    p10, p90 = np.percentile(share, (10, 90))
    return {"at_term.share": float(pooled), "at_term.spread": float(chi), "at_term.p10": float(p10),
            "at_term.p90": float(p90), "at_term.cases": float(had.sum())}


def without_weekends(frame):
    """Working days follow one another: around a target date a day is a day."""
    first = frame["time"].min().normalize()
    weeks = (frame["time"] - first).dt.days // 7
    return frame.assign(time=frame["time"] - 2 * weeks.to_numpy() * np.timedelta64(24, "h"))


def end_of_term(opened):
    """The end of the last working day of the term: 17:15, when clocks have been stopped."""
    return opened.dt.normalize() + np.timedelta64(TERM["term_days"], "D") + np.timedelta64(17 * 60 + 15, "m")


# --- runs that are kept ---------------------------------------------------------------------------------------------


def kept(path: Path = KEPT, rules: str | None = None) -> dict[tuple[str, str, int], dict[str, float]]:
    """(organisation, arm, run) -> figures, of the runs in the file that were made under these rules (today's)."""
    from silosim.model.rulebook import rulebook_hash

    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["rules"] == (rules or rulebook_hash())]
    named = ("rules", "organisation", "arm", "run")
    return {(row["organisation"], row["arm"], int(row["run"])):
            {name: float(value) for name, value in row.items() if name not in named and value} for row in rows}


def keep(found: Mapping, path: Path = KEPT) -> None:
    """Writes the file anew."""
    from silosim.model.rulebook import rulebook_hash

    path.parent.mkdir(parents=True, exist_ok=True)
    names = sorted({name for figures in found.values() for name in figures})
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, ["rules", "organisation", "arm", "run", *names], lineterminator="\n")
        rows.writeheader()
        for (name, arm, run), figures in sorted(found.items()):
            told = {key: f"{value:.6g}" for key, value in figures.items()}
            rows.writerow({"rules": rulebook_hash(), "organisation": name, "arm": arm, "run": run, **told})


def collect(runs: int, arms: Iterable[str] = tuple(ARMS), names: Iterable[str] = tuple(ORGANISATIONS)) -> None:
    """Makes the runs that are missing and keeps each one as soon as it is there."""
    for run in range(runs):
        for name in names:
            for arm in arms:
                if (name, arm, run) not in kept():
                    figures = figures_of(name, arm, run)
                    keep({**kept(), (name, arm, run): figures})


# --- the page -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A pattern on the page: its figures with what the real log has, and the arms beside each other, the first of
    which the others are compared with."""

    title: str
    arms: tuple[str, ...]
    figures: tuple[tuple[str, str, float | None, str], ...]  # name, words, real value, format


_K = tuple((f"continuation.{k}", f"another handoff after {k}", real, ".2f")
           for k, real in enumerate((0.39, 0.44, 0.52, 0.53, 0.56, 0.60)))
_DAYS = tuple((f"deadline.day_{k}", f"resolved on day {k + 1:+d}" if k != -1 else "on day 0, the last of the term",
               None, ".3f") for k in range(-3, 3))
_WAITING = (
    ("waiting_spread.spread", "chi-squared per degree of freedom between teams", 89.0, ".0f"),
    ("waiting_spread.p10", "share of a team's cases, 10th percentile", 0.05, ".3f"),
    ("waiting_spread.p50", "median team", 0.16, ".3f"),
    ("waiting_spread.p90", "90th percentile", 0.39, ".3f"),
    ("at_term.spread", "of cases at their term: chi-squared per degree of freedom between teams", None, ".1f"),
    ("at_term.share", "of these put on hold", None, ".2f"),
    ("at_term.p10", "10th percentile of teams", None, ".2f"),
    ("at_term.p90", "90th percentile of teams", None, ".2f"))
PATTERNS_ASKED = (
    Asked("Back to the sender, beyond chance", ("off", "doubt", "doubt_even", "doubt_twice"), (
        ("return_lift.lift", "back to the sender: seen over first-order Markov", 2.0, ".2f"),
        ("return_lift.seen", "seen, when passed on again", 0.385, ".3f"),
        ("return_lift.chance", "first-order Markov", 0.195, ".3f"),
        ("ping_pong.of_two_or_more", "A-B-A, of cases with two handoffs or more", 0.518, ".3f"))),
    Asked("Going on the likelier, the longer it has been going on", ("off", "doubt", "doubt_even", "doubt_twice"), (
        *_K, ("continuation.rise", "rise from 0 to 3", 0.14, ".2f"),
        ("handoffs.mean", "handoffs per case", 0.77, ".2f"),
        ("first_team.share", "resolved by the first team", 0.652, ".2f"))),
    Asked("A waiting status as a norm of the team", ("hold_alone", "hold", "hold_strong"), _WAITING),
    Asked("The same in an overload", ("hold_alone_overload", "hold_overload"), _WAITING),
    Asked("What a term does to the days around it", ("term_as_they_came", "term", "hold"), (
        *_DAYS, ("deadline.last_day", "last day over the two before", None, ".2f"),
        ("deadline.after", "two days after over the last day", None, ".2f"))),
)


def render(found: Mapping, rules: str) -> str:
    """The page from the runs."""
    runs = 1 + max((run for _, _, run in found), default=-1)
    parts = [INTRODUCTION.format(weeks=WEEKS, burn_in=BURN_IN, runs=f"up to {runs}", rules=rules), FINDINGS]
    for asked in PATTERNS_ASKED:
        parts.append(f"## {asked.title}\n")
        parts += [f"- **{arm}**: {ARMS[arm].about}" for arm in asked.arms]
        for name, words in ORGANISATIONS.items():
            rows = [_row(figure, name, asked.arms, found) for figure in asked.figures]
            parts.append(f"\n{words[0].upper() + words[1:]}:\n\n{table(('', 'real log', *asked.arms), rows)}")
    return "\n".join(parts)


def _row(figure, name: str, arms: tuple[str, ...], found: Mapping) -> list[str]:
    key, words, real, fmt = figure
    values = [_values(found, name, arm, key) for arm in arms]
    cells = [_cell(values[0], None, fmt)] + [_cell(one, values[0], fmt) for one in values[1:]]
    return [words, "" if real is None else number(real, fmt), *cells]


def _values(found: Mapping, name: str, arm: str, key: str) -> dict[int, float]:
    return {run: figures[key] for (n, a, run), figures in found.items() if (n, a) == (name, arm) and key in figures}


def _cell(values: dict[int, float], base: dict[int, float] | None, fmt: str) -> str:
    """The mean, and the paired difference with its interval."""
    if not values:
        return "too few"
    mean = number(math.fsum(values.values()) / len(values), fmt)
    both = sorted(values.keys() & base.keys()) if base else []
    if len(both) < 2:
        return mean
    change = spread([values[run] - base[run] for run in both])
    low, high = (number(change.mean + sign * change.half_width, fmt, signed=True) for sign in (-1, 1))
    return f"{mean}<br>{number(change.mean, fmt, signed=True)} [{low}, {high}]"


def main(runs: int = RUNS) -> None:
    """Makes the runs that are missing and writes the page."""
    from silosim.model.rulebook import rulebook_hash

    collect(runs)
    PAGE.write_text(render(kept(), rulebook_hash()), encoding="utf-8")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
