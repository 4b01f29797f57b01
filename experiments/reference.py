"""Publishes the comparison that the README shows: python -m silosim.experiments.reference

Runs `silosim compare` as anyone would, in an empty folder, and keeps the picture and the numbers of the last year under
results/reference/; then writes the table in the README from those numbers.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import tempfile
from pathlib import Path

from silosim.experiments.cli import main as silosim
from silosim.experiments.commands.session import Session
from silosim.experiments.commands.tables import SYMBOLS, change_words
from silosim.experiments.docs import table
from silosim.experiments.runkey import current_rulebook
from silosim.model.measures.declared import MEASURES
from silosim.model.text import number, text

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "results" / "reference"
TABLE, PICTURE, README = FOLDER / "compare.csv", FOLDER / "headline.png", ROOT / "README.md"
COLUMNS = ("policy", "measure", "value", "difference", "low", "high", "agree", "verdict")
SHOWN = ("grade", "share_green", "contacts", "silo_index", "turnover", "cost_per_solved")
MARKED = re.compile(r"(<!-- reference -->\n).*?(<!-- end -->)", re.DOTALL)


def run(folder: str) -> tuple[dict, Path]:
    """(what the comparison printed as JSON, the picture)."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = silosim(["compare", "--json", "--db", str(Path(folder) / "silosim.db")])
    if status:
        raise SystemExit(status)
    document = json.loads(printed.getvalue())
    return document, next(Path(path) for path in document["figures"] if path.endswith("headline.png"))


def rows_of(document: dict) -> list[list]:
    """A row a policy and measure, last year of the runs as they are."""
    return [[d["policy"], d["measure"], d["value"]["mean"], d["change"]["mean"], d["low"], d["high"], d["agree"],
             d["verdict"]] for d in document["arms"]["as_is"]["last_year"]]


def write_csv(document: dict) -> None:
    """The numbers, to six figures; undefined is empty. The first line says what made them."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {document['organisation']}, {document['runs']} paired runs of {document['weeks']} weeks, "
                   f"seed {document['seed']}, rules {current_rulebook()}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows_of(document):
            writer.writerow([f"{x:.6g}" if isinstance(x, float) else x for x in row])


def shrink(picture: Path) -> None:
    """The picture in few colours: a fraction of the size, and nothing to see of it."""
    from PIL import Image

    with Image.open(picture) as image:
        image.convert("RGB").quantize(64).save(PICTURE, optimize=True)


def excerpt() -> str:
    """The table of the README, from the numbers kept: today's values, then differences with their direction."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = {(row["policy"], row["measure"]): row for row in csv.DictReader(lines[1:])}
    policies = list(dict.fromkeys(policy for policy, _ in rows))
    body = [[text(f"policy.{policy}.label"), *(_cell(rows[policy, name], policy == policies[0]) for name in SHOWN)]
            for policy in policies]
    return table(["", *(text(f"measure.{name}.label") for name in SHOWN)], body)


def _cell(row: dict, is_today: bool) -> str:
    fmt = MEASURES[row["measure"]].format
    if is_today:
        return number(float(row["value"]), fmt)
    change = change_words(Session(), float(row["difference"]), fmt)
    return f"{change} {SYMBOLS[row['verdict']]}".strip()


def filled(page: str) -> str:
    """The page with the table written anew."""
    return MARKED.sub(lambda found: f"{found[1]}\n{excerpt()}\n{found[2]}", page)


def main() -> None:
    """Run, keep and write."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        document, picture = run(folder)
        write_csv(document)
        shrink(picture)
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{TABLE}, {PICTURE} and {README}")


if __name__ == "__main__":
    main()
