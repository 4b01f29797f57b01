"""The room: phones without names, votes, role play, packages, and the facilitator's panel. See room.Room."""

from __future__ import annotations


def routes(workshop) -> list:
    """What serving.py mounts: words and guide over HTTP, phones and facilitator over WebSockets.

    workshop: state.Workshop. The texts for phones are a small part of all texts; nothing else is served here.
    """
    from starlette.routing import Route, WebSocketRoute

    from silosim.experiments.workshop.room.hall import Hall
    from silosim.experiments.workshop.room.words import guide, words

    hall = Hall(workshop)
    return [
        Route("/room/words/{lang}.json", words),
        Route("/room/guide/{lang}", guide),
        WebSocketRoute("/room/phone", hall.phone),
        WebSocketRoute("/room/host", hall.host),
    ]
