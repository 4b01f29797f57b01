"""Publishes the report of the default organisation: python -m silosim.experiments.report.golden [DATABASE]

Runs `silosim compare --report` as anyone would and keeps what it wrote under results/reference/report/: the pages and
print editions in both languages, and the tables. Runs that DATABASE holds already are not made again.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from silosim.experiments.cli import main as silosim

FOLDER = Path(__file__).parents[2] / "results" / "reference" / "report"


def publish(database: Path | None, folder: Path = FOLDER) -> None:
    """Makes the report and replaces what lies in `folder`; SystemExit when a command fails."""
    with tempfile.TemporaryDirectory() as temporary:
        db = Path(temporary) / "silosim.db"
        if database is not None:
            shutil.copyfile(database, db)
        status = silosim(["compare", "--report", "--no-figures", "--db", str(db)])
        if status:
            raise SystemExit(status)
        made = db.parent / "report"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in sorted(made.glob("report-*")):
            shutil.copyfile(file, folder / file.name)
        shutil.copytree(made / "tables", folder / "tables")


if __name__ == "__main__":
    publish(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    print(FOLDER)
