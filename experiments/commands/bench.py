"""`silosim bench`: the engine's speed on this machine, beside the same organisation in Mesa."""

from typing import Annotated

import typer

from silosim.experiments.commands.options import Options
from silosim.experiments.commands.session import Session
from silosim.model.parameters.registry import InvalidInput

LARGE = "large"
BUSY = 1.15  # wall time over processor time, above which the cores were not free


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)

    def option(kind, name: str, part: str = "bench", **more):
        key = name.split("/")[0].removeprefix("--")
        return Annotated[kind, typer.Option(name, help=session.words(f"{part}.option.{key}"), **more)]

    @app.command("bench", help=session.words("bench.help"))
    def bench(
        organisation: use.organisation = "insurer",
        weeks: use.weeks = 156,
        repeats: option(int, "--repeats", min=1, max=100) = 3,
        scaling: option(bool, "--scaling/--no-scaling") = True,
        compiling: option(bool, "--compile/--no-compile") = True,
        peers: option(bool, "--peers", "peers") = False,
        quick: option(bool, "--quick", "peers") = False,
        workshop: option(bool, "--workshop", "waiting") = False,
        workers: use.workers = None,
        as_json: use.json = False,
    ) -> None:
        def tell(what: str) -> None:
            if session.err.is_terminal:
                session.note(what)

        if workshop:
            from silosim.experiments.benchmark.waiting import run_waiting

            waited = run_waiting(20 if quick else 100, progress=tell)
            session.json(waited.document()) if as_json else print_waiting(session, waited)
            return
        if peers:
            from silosim.experiments.benchmark.peers.run import run_peers

            beside = run_peers(quick, repeats, workers or 2, progress=tell)
            session.json(beside.document()) if as_json else print_peers(session, beside)
            return
        if quick or workers:
            raise InvalidInput("--quick and --workers belong to --peers or --workshop: silosim bench --peers --quick")
        from silosim.experiments.benchmark.run import run_benchmark

        found = run_benchmark(organisation, weeks, repeats, large=LARGE if scaling else None, compile_cold=compiling,
                              progress=tell)
        if as_json:
            session.json(found.document())
        else:
            print_benchmark(session, found)


def print_benchmark(session: Session, found) -> None:
    """The faces side by side, what starting costs, and how the engine scales."""
    words = session.words
    machine = found.machine
    session.print(words("bench.title", organisation=found.organisation, employees=found.employees, weeks=found.weeks,
                        processor=machine["processor"], cores=machine["cores"], python=machine["python"],
                        numba=machine["numba"], mesa=machine["mesa"]))
    columns = ("face", "us", "one", "two", "gain", "ratio", "process", "model")
    table = session.table(*(words(f"bench.column.{c}") for c in columns), right=len(columns) - 1)
    for name, face in found.faces.items():
        table.add_row(words(f"bench.face.{name}"), session.number(face.us_per_agent_day, ".3g"),
                      session.number(face.runs_per_second, ",.3g"), session.number(face.runs_per_second_two, ",.3g"),
                      session.number(face.two_cores, ".2f"), session.number(face.ratio, ",.3g"),
                      session.number(face.process_mb, ",.0f"), session.number(face.model_mb, ",.1f"))
    session.print(table)
    for name, why in found.missing.items():
        session.note(words("bench.missing", face=words(f"bench.face.{name}"), why=why))
    if found.busy:
        session.note(words("bench.busy", share=found.busy))
    print_rest(session, found)


def print_rest(session: Session, found) -> None:
    """Seconds to start, and the engine on organisations of other sizes."""
    words = session.words
    table = session.table(words("bench.column.start"), words("bench.column.seconds"), right=1)
    for name, seconds in found.start.items():
        table.add_row(words(f"bench.start.{name}"), session.number(seconds, ".2f"))
    session.print(table)
    columns = ("organisation", "employees", "us", "seconds_run")
    table = session.table(*(words(f"bench.column.{c}") for c in columns), right=3)
    for row in found.scaling:
        table.add_row(row["organisation"], session.number(row["employees"], ",d"),
                      session.number(row["us_per_agent_day"], ".3g"), session.number(row["seconds"], ".3g"))
    session.print(table)


def print_peers(session: Session, found) -> None:
    """A table for every kind of run, and one of what accidents leave."""
    from silosim.experiments.benchmark.peers import tables

    words = session.words
    session.print(tables.title(found, words), words("peers.about"))
    for load in found.speeds:
        headings, rows = tables.speed_table(found, load, words, session.number)
        _print_rows(session, tables.load_title(found, load, words), headings, rows, right=len(headings) - 2)
    if found.faults:
        headings, rows = tables.fault_table(found, words)
        _print_rows(session, tables.fault_title(found, words), headings, rows)
    for note in tables.notes(found, words):
        session.note(note)


def print_waiting(session: Session, found) -> None:
    """How long a room waits, by what somebody did."""
    words, number = session.words, session.number
    machine = found.machine
    session.print(words("waiting.title", processor=machine["processor"], cores=machine["cores"], run=found.run_ms))
    columns = ("what", "n", "p50", "p95", "target", "cpu", "ratio")
    table = session.table(*(words(f"waiting.column.{c}") for c in columns), right=len(columns) - 1)
    for row in found.rows:
        target = "" if row["target"] is None else number(row["target"], ",.0f")
        ratio = "" if row["ratio"] is None else number(row["ratio"], ".2f")
        table.add_row(words(f"waiting.what.{row['kind']}"), number(row["n"], ",d"), number(row["p50"], ",.0f"),
                      number(row["p95"], ",.0f"), target, number(row["cpu"], ",.0f"), ratio)
    session.print(table)
    session.note(words("waiting.ratio"))
    if found.busy > BUSY:
        session.note(words("waiting.busy", times=found.busy))


def _print_rows(session: Session, title: str, headings: list[str], rows: list[list[str]], right: int = 0) -> None:
    table = session.table(*headings, title=title)
    table.columns[0].no_wrap = True
    for column in table.columns[1:1 + right]:
        column.justify = "right"
    for row in rows:
        table.add_row(*row)
    session.print(table)
