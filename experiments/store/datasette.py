"""What Datasette shows beside the results: titles, what tables and columns mean, and the licence.

    silosim data metadata && datasette results/silosim.db -m results/metadata.json

Units stand in the words of a column. Datasette once had units of its own, refused most that a measure has, and dropped
them (its pull request 2401).
"""

from __future__ import annotations

from silosim.experiments.store import dictionary
from silosim.model.text import text

LICENCE, LICENCE_ADDRESS = "MIT", "https://opensource.org/license/mit"
_FACETS = {"sweep_outcome": ["sweep", "policy", "world_name", "status"], "run": ["policy", "status"],
           "outcome": ["period"], "check_outcome": ["status"]}
_LABELS = {"sweep": "name", "organisation": "name", "run": "key", "layout": "level"}


def metadata(store, lang: str = "en") -> dict:
    """The document that `datasette -m` takes, for the database of an open Store."""
    about = text("data.about", lang)
    columns = list(dictionary.columns(store.db.conn, lang))
    tables = {table: _table(table, [c for c in columns if c.table == table], lang) for table in dictionary.TABLES}
    tables["_sqlite_migrations"] = {"hidden": True}
    return {
        "title": text("data.title", lang), "description": about, "license": LICENCE, "license_url": LICENCE_ADDRESS,
        "source": "silosim", "databases": {store.path.stem: {"description": about, "tables": tables}},
    }


def _table(table: str, columns: list[dictionary.Column], lang: str) -> dict:
    found = {"description": dictionary.about(table, lang), "columns": {c.name: _words(c) for c in columns}}
    if table in _FACETS:
        found["facets"] = _FACETS[table]
    if table in _LABELS:
        found["label_column"] = _LABELS[table]
    return found


def _words(c: dictionary.Column) -> str:
    """What a column means, its label and unit before it."""
    label = f"{c.label} ({c.unit})" if c.label and c.unit else c.label
    return f"{label}: {c.meaning}" if label and not c.meaning.startswith(c.label) else c.meaning
