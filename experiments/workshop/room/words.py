"""What phones need to say, in one small file per language, and the guide as a page."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from pathlib import Path

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from silosim.model.text import LANGUAGES, catalogue, text

GUIDE = Path(__file__).parent.parent / "guide"
FOR_PHONES = ("room.phone.", "room.question.", "room.outcome.", "room.say.", "room.choice.", "room.item.",
              "room.world.", "room.kpi.", "room.customer.")
ALSO = ("room.title", "room.practice", "room.nothing_kept")


@cache
def for_phones(lang: str) -> str:
    """The texts of a phone as JSON; of a policy only its name and idea."""
    wanted = {key: words for key, words in catalogue(lang).items()
              if key.startswith((*FOR_PHONES, "policy.")) or key in ALSO}
    return json.dumps(wanted, ensure_ascii=False, separators=(",", ":"))


@cache
def guide_page(lang: str) -> str:
    """The facilitator's guide as HTML. Its Markdown is our own; HTML in it is shown, not obeyed."""
    from markdown_it import MarkdownIt

    words = re.sub("<!--.*?-->\n", "", (GUIDE / f"{lang}.md").read_text(encoding="utf-8"))
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(words)
    title = escape(text("room.panel.guide", lang))
    return (f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>{title}</title><link rel="stylesheet" href="/js/room/guide.css"></head>'
            f"<body><main>\n{body}</main></body></html>\n")


async def words(request) -> Response:
    """The texts for phones in a language."""
    lang = request.path_params["lang"]
    if lang not in LANGUAGES:
        return PlainTextResponse("no such language\n", status_code=404)
    return Response(for_phones(lang), media_type="application/json", headers={"cache-control": "no-cache"})


async def guide(request) -> Response:
    """The guide in a language."""
    lang = request.path_params["lang"]
    if lang not in LANGUAGES:
        return PlainTextResponse("no such language\n", status_code=404)
    return HTMLResponse(guide_page(lang), headers={"cache-control": "no-cache"})
