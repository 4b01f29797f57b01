"""`silosim solara`: one live Mesa run in the browser, in Mesa's own SolaraViz, on this machine alone."""

import os
from typing import Annotated

import typer

from silosim.experiments.commands.session import Session
from silosim.model.parameters.registry import InvalidInput

HOST = "127.0.0.1"
PORT = 8765
MOST_SEED = 2**31 - 1


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    say = session.words

    def option(kind, name: str, **more):
        key = name.strip("-").split("/")[0]
        return Annotated[kind, typer.Option(name, help=say(f"pages.solara.option.{key}"), **more)]

    @app.command("solara", help=say("pages.solara.help"))
    def solara(
        organisation: option(str, "--organisation", metavar="NAME|FILE") = "clinic",
        seed: option(int, "--seed", min=0, max=MOST_SEED) = 1,
        port: option(int, "--port", min=1, max=65535) = PORT,
        browser: option(bool, "--browser/--no-browser") = True,
    ) -> None:
        serve(session, organisation, seed, port, browser)


def serve(session: Session, organisation: str, seed: int, port: int, browser: bool) -> None:
    """Serves the page until Ctrl-C; InvalidInput when something is missing, wrong or in use."""
    from silosim.experiments.extras import need
    from silosim.model.organisation_file import load_organisation

    load_organisation(organisation)
    _settings(session, organisation, seed)
    for module in ("solara", "solara_assets", "altair", "networkx"):  # Mesa imports the last two, whatever draws
        need(module, "solara")
    _refuse_taken(port)
    import warnings

    import uvicorn
    from solara.server.starlette import app as page

    warnings.filterwarnings("ignore", "Cookies with samesite=none")  # of pages inside another site's, which ours is not

    url = f"http://{HOST}:{port}"
    session.print(session.words("pages.solara.running", url=url))
    server = uvicorn.Server(uvicorn.Config(page, host=HOST, port=port, log_level="error", loop="asyncio",
                                           timeout_graceful_shutdown=1))
    if browser:
        _open_when_up(server, url)
    try:
        server.run()
    finally:
        from silosim.experiments.solara_page import stop_all

        stop_all()


def _settings(session: Session, organisation: str, seed: int) -> None:
    """Solara reads these when it is first imported: our page, no reporting to its makers, nothing fetched."""
    from silosim.experiments.solara_names import LANG, ORGANISATION, SEED

    os.environ.update({
        "SOLARA_APP": "silosim.experiments.solara_page", "SOLARA_MODE": "production", "SOLARA_CHECK_HOOKS": "off",
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False", "SOLARA_THEME_TITLE": "silosim",
        "SOLARA_THEME_SHOW_BANNER": "False", "MPLBACKEND": "Agg",
        ORGANISATION: organisation, SEED: str(seed), LANG: session.lang})


def _refuse_taken(port: int) -> None:
    import socket

    with socket.socket() as probe:
        if os.name == "posix":  # elsewhere it would let two programs have one port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            raise InvalidInput(f"port {port} cannot be used ({problem.strerror or problem}); name another with --port"
                               ) from None


def _open_when_up(server, url: str) -> None:
    import threading
    import time
    import webbrowser

    def wait() -> None:
        while not server.started:
            time.sleep(0.1)
            if server.should_exit:
                return
        webbrowser.open(url)

    threading.Thread(target=wait, daemon=True).start()
