"""What was measured as tables of words, for the terminal and for the page: (headings, rows) each."""

from __future__ import annotations

from collections.abc import Callable

from silosim.experiments.benchmark.peers.faults import Fault
from silosim.experiments.benchmark.peers.roster import IDEAL, NAMES, OURS, ROSTER
from silosim.experiments.benchmark.peers.run import LIBRARIES, NOT_INSTALLED, Peers
from silosim.experiments.benchmark.peers.work import BAD, FAULTS, PARENT, WIDTH

Table = tuple[list[str], list[list[str]]]
NUMBERS = {"going": ",.0f", "share": ".0%", "overhead_us": ",.0f", "cpu_us": ",.0f", "ours": ".2f", "start": ".1f"}


def title(found: Peers, words: Callable) -> str:
    """What was measured on."""
    libraries = ", ".join(f"{name} {found.machine[name]}" for name in LIBRARIES if name in found.machine)
    return words("peers.title", workers=found.workers, rounds=found.rounds, libraries=libraries,
                 **{key: found.machine[key] for key in ("processor", "cores", "python")})


def load_title(found: Peers, load: str, words: Callable) -> str:
    """What kind of runs."""
    return words(f"peers.load.{load}", runs=found.loads[load].runs, numbers=WIDTH)


def fault_title(found: Peers, words: Callable) -> str:
    """What the accidents are about."""
    return words("peers.faults", runs=found.faults[0].runs, bad=BAD)


def notes(found: Peers, words: Callable) -> list[str]:
    """What a reader must know of these figures: what is missing or wrong, and that the machine was busy."""
    said = [words("peers.missing", what=what, why=why) for what, why in found.missing.items() if why != NOT_INSTALLED]
    said += [words("peers.wrong", load=load, contender=label(name, words), wrong=speed.wrong)
             for load, speeds in found.speeds.items() for name, speed in speeds.items() if speed.wrong]
    return said + ([words("peers.busy", share=found.busy)] if found.busy else [])


def label(name: str, words: Callable) -> str:
    """What a contender is called."""
    return NAMES.get(name) or words(f"peers.contender.{name}")


def speed_table(found: Peers, load: str, words: Callable, number: Callable) -> Table:
    """A contender a row: its speed, overhead, start, memory, and what it leaves on disk.

    words   (key, **fields) -> text; number (value, format) -> text
    """
    headings = [words("peers.column.contender"), *(words(f"peers.column.{c}") for c in (*NUMBERS, "own", "all")),
                words("peers.column.keeps")]
    rows = []
    for name, speed in found.speeds[load].items():
        figures = found.summary(load, name)
        cells = [number(figures[key], fmt) if key in figures and _said(key, name) else ""
                 for key, fmt in NUMBERS.items()]
        rows.append([label(name, words), *cells, number(speed.own_mb, ",.0f"),
                     number(speed.all_mb, ",.0f"), words(f"peers.keeps.{speed.keeps}")])
    return headings, rows + _absent(found, found.speeds[load], len(headings), words)


def fault_table(found: Peers, words: Callable) -> Table:
    """A contender a row, an accident a column: what is left, and how one gets to know."""
    headings = [words("peers.column.contender"), *(words(f"peers.fault.{fault}") for fault in FAULTS)]
    cells = {(one.contender, one.fault): cell(one, words) for one in found.faults}
    names = [name for name in ROSTER if any(name == one.contender for one in found.faults)]
    rows = [[label(name, words), *(cells.get((name, fault), "") for fault in FAULTS)] for name in names]
    return headings, rows + _absent(found, names, len(headings), words)


def cell(one: Fault, words: Callable) -> str:
    """One accident in a few words."""
    said = [words("peers.cell.of_made", results=one.results, made=one.made) if one.fault == PARENT
            else str(one.results)]
    if one.wrong:
        said.append(words("peers.cell.wrong", wrong=one.wrong))
    if one.hangs:
        said.append(words("peers.cell.hangs"))
    elif one.told:
        said.append(words("peers.cell.told"))
    elif one.fault != PARENT and one.results < one.runs:
        said.append(words("peers.cell.silent"))
    if one.resumed is not None:
        said.append(words("peers.cell.resumed", resumed=one.resumed))
    if one.orphans:
        said.append(words("peers.cell.orphans", orphans=one.orphans))
    return ", ".join(said)


def _said(key: str, name: str) -> bool:
    """Whether a figure says anything: the ideal has no overhead, and nobody is faster than himself."""
    return not (name == IDEAL and key in ("overhead_us", "cpu_us")) and not (name == OURS and key == "ours")


def _absent(found: Peers, there, width: int, words: Callable) -> list[list[str]]:
    return [[label(name, words), words("peers.not_installed"), *[""] * (width - 2)]
            for name, why in found.missing.items() if why == NOT_INSTALLED and name not in there]
