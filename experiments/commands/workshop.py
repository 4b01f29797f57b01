"""`silosim workshop`: the policy simulator for a room, in the browser."""

import sys
from typing import Annotated

import typer

from silosim.experiments.commands.session import Session
from silosim.model.parameters.registry import InvalidInput

PORT = 8321


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""

    def option(kind, names: str, **more):
        key = names.split("/")[0].removeprefix("--").replace("-", "_")
        return Annotated[kind, typer.Option(names, help=session.words(f"workshop.option.{key}"), **more)]

    @app.command("workshop", help=session.words("workshop.help"))
    def workshop(
        port: option(int, "--port", min=1, max=65535) = PORT,
        lan: option(bool, "--lan") = False,
        address: option(str | None, "--address", metavar="ADDRESS") = None,
        browser: option(bool, "--browser/--no-browser") = True,
        check: option(bool, "--check") = False,
        wheels: option(str | None, "--wheels", metavar="FOLDER") = None,
        platform: option(str | None, "--for", metavar="SYSTEM") = None,
        python: option(str | None, "--python", metavar="VERSION") = None,
    ) -> int:
        if (platform or python) and not wheels:
            raise InvalidInput("--for and --python belong to --wheels: silosim workshop --wheels FOLDER --for windows")
        if check:
            return say_findings(session, port)
        if wheels:
            fetch_wheels(session, wheels, platform, python)
            return 0
        from silosim.experiments.extras import need

        for module in ("starlette", "uvicorn", "websockets", "segno"):
            need(module, "workshop")
        open_and_serve(session, port, lan, address, browser)
        return 0


def say_findings(session: Session, port: int) -> int:
    """A line for everything that was looked at; 1 when something is missing."""
    from silosim.experiments.workshop.check import GOOD, MISSING, findings

    found = findings(port)
    table = session.table("", session.words("workshop.check.thing"), session.words("workshop.check.found"),
                          title=session.words("workshop.check.title"))
    marks = {GOOD: "✓", MISSING: "✗"} if writes("✓✗") else {GOOD: "+", MISSING: "x"}
    for one in found:
        table.add_row(marks.get(one.state, "!"), session.words(f"workshop.check.{one.what}.name"),
                      session.words(f"workshop.check.{one.what}.{one.state}", **one.fields))
    session.print(table)
    missing = any(one.state == MISSING for one in found)
    session.print(session.words("workshop.check.not_ready" if missing else "workshop.check.ready"))
    return int(missing)


def writes(marks: str) -> bool:
    """Whether the output can show these characters: a file or a pipe on Windows may not."""
    try:
        marks.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def fetch_wheels(session: Session, folder: str, platform: str | None, python: str | None) -> None:
    """Fill a folder for an installation without internet."""
    from pathlib import Path

    from silosim.experiments.workshop.wheels import fetch, this_platform, this_python

    platform, python = platform or this_platform(), python or this_python()
    pins = fetch(Path(folder), platform, python, session.lang, session.note)
    session.print(session.words("workshop.wheels.done", count=len(pins), folder=folder, platform=platform,
                                python=python))


def open_and_serve(session: Session, port: int, lan: bool, address: str | None, browser: bool) -> None:
    """Open the server, say where it is, and serve until Ctrl-C."""
    from silosim.experiments.workshop import check, running

    running.check_address(address, lan)
    listener = running.listen(port, lan)
    if check.rules().state != check.GOOD:
        session.note(session.words("workshop.compiling"))
        running.compile_rules()
    workshop = running.open_workshop(port, lan, session.lang, address)

    def started() -> None:
        session.print(session.words("workshop.open", address=running.facilitator_address(workshop)))
        if lan:
            session.print(session.words("workshop.lan", address=workshop.address, room=workshop.door.room,
                                        token=workshop.door.token))
            if not running.reachable(workshop):
                session.note(session.words("workshop.no_network"))
        session.print(session.words("workshop.stop"))
        running.warm(workshop)
        if browser:
            running.show(workshop)

    running.serve(workshop, listener, started)
