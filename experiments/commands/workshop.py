"""`silosim workshop`: the policy simulator for a room, in the browser."""

from typing import Annotated

import typer

from silosim.experiments.commands.session import Session

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
    ) -> None:
        from silosim.experiments.extras import need

        for module in ("starlette", "uvicorn", "websockets", "segno"):
            need(module, "workshop")
        open_and_serve(session, port, lan, address, browser)


def open_and_serve(session: Session, port: int, lan: bool, address: str | None, browser: bool) -> None:
    """Open the server, say where it is, and serve until Ctrl-C."""
    from silosim.experiments.workshop import running

    listener = running.listen(port, lan)
    workshop = running.open_workshop(port, lan, session.lang, address)

    def started() -> None:
        session.print(session.words("workshop.open", address=running.facilitator_address(workshop)))
        if lan:
            session.print(session.words("workshop.lan", address=workshop.address, room=workshop.door.room,
                                        token=workshop.door.token))
        session.print(session.words("workshop.stop"))
        running.warm(workshop)
        if browser:
            running.show(workshop)

    running.serve(workshop, listener, started)
