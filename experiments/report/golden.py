"""The published report of the default organisation, as `silosim publish report` makes it.

Runs `silosim compare --report` as anyone would and keeps what a reader needs of it under results/reference/report/: the
page and the print edition in both languages, and the tables. Pictures are in the pages, every measure is in
results/reference/compare.csv. When nothing has changed but who made it and when, what lies there stays as it is, to the
byte: what is kept in git grows only when there is something new to read.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from silosim.experiments.cli import main as silosim
from silosim.model.parameters import InvalidInput
from silosim.model.text import LANGUAGES

FOLDER = Path(__file__).parents[2] / "results" / "reference" / "report"
FILES = tuple(f"report-{lang}.{suffix}" for lang in LANGUAGES for suffix in ("html", "pdf"))
LEFT_OUT = ("facts.json", "all-measures.csv")  # the tables once more, and what compare.csv of the reference has
MADE = re.compile("<!--made-->.*?<!--/made-->", re.DOTALL)


def publish(database: Path | None, folder: Path = FOLDER, workers: int | None = None) -> bool:
    """Makes the report in `database` (in a new one without it) and puts it into `folder`; whether anything is new.

    Raises InvalidInput when there is no print edition, SystemExit when the command fails.
    """
    with tempfile.TemporaryDirectory() as temporary:
        db = database or Path(temporary) / "silosim.db"
        more = ["--workers", str(workers)] if workers else []
        status = silosim(["compare", "--report", "--no-figures", *more, "--db", str(db)])
        if status:
            raise SystemExit(status)
        made = db.parent / "report"
        for name in FILES:
            if not (made / name).exists():
                raise InvalidInput(f"{name} was not made; publishing the report needs pip install 'silosim[pdf]' "
                                   "and Pango")
        if same(made, folder):
            return False
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(made / "tables", folder / "tables", ignore=shutil.ignore_patterns(*LEFT_OUT))
        for name in FILES:
            shutil.copyfile(made / name, folder / name)
    return True


def same(made: Path, folder: Path) -> bool:
    """Whether two reports say the same: pages but for what made them, and tables. Print editions follow from pages."""
    if not all((folder / name).exists() for name in FILES):
        return False
    tables = {file.name for file in (made / "tables").iterdir()} - set(LEFT_OUT)
    there = {file.name for file in (folder / "tables").iterdir()}
    return tables == there and all((made / "tables" / name).read_bytes() == (folder / "tables" / name).read_bytes()
                                   for name in tables) \
        and all(_said(made / f"report-{lang}.html") == _said(folder / f"report-{lang}.html") for lang in LANGUAGES)


def _said(page: Path) -> str:
    return MADE.sub("", page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    publish(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    print(FOLDER)
