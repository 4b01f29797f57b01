"""HTML documents of one file: everything inline, nothing asked of the network, no script."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path


def template(path: Path, **filters):
    """A Jinja template that escapes what it is given, accepts no name it does not know, and has these filters."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(path.parent), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(filters)
    return environment.get_template(path.name)


def styled(style: str) -> dict:
    """`style` and `style_hash` for a template: our own CSS as it is, and what a content policy calls it."""
    from markupsafe import Markup

    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {"style": Markup(style), "style_hash": Markup(f"sha256-{digest}")}
