"""The pieces that are published: each can be written anew, and says whether what lies there belongs to these rules."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from silosim.experiments import reference
from silosim.experiments.claims import published
from silosim.experiments.claims.declared import load_claims
from silosim.experiments.publish import front
from silosim.experiments.publish.figure import draw
from silosim.experiments.publish.pages import alt, file_of, page
from silosim.experiments.publish.records import Record
from silosim.experiments.publish.said import Words
from silosim.experiments.runkey import current_rulebook
from silosim.model.parameters import InvalidInput
from silosim.model.policies import load_policies
from silosim.model.text import LANGUAGES

PIECES = ("claims", "reference", "report", "patterns", "docs")
ROOT = Path(__file__).resolve().parents[2]
PRIORS = ("narrow", "wide")
DRAWS = 1000  # as many worlds as were published for each prior


def checkout(root: Path) -> Path:
    """The folder that publishing writes to. Raises InvalidInput where the program is installed without it."""
    if not ((root / "README.md").is_file() and (root / "results").is_dir()):
        raise InvalidInput(f"{root} is no checkout of silosim: publishing writes to its results/ and its README.md; "
                           "install with `pip install -e .` from a checkout")
    return root


def folder_of(root: Path) -> Path:
    """Where the claims are published."""
    return root / "results" / "claims"


def documents(record: Record) -> Iterator[tuple[str, str]]:
    """(name below results/claims, content) of everything that is published about the claims."""
    yield published.CLAIMS, front.claims_csv(record)
    yield front.PARTS, front.parts_csv(record)
    for lang in LANGUAGES:
        say = Words(lang)
        yield front.FRONTS[lang], front.front(record, lang)
        for claim in record.claims:
            document = record.documents[claim.id]
            yield f"{lang}/{file_of(claim)}.md", page(claim, record, lang)
            yield f"figures/{file_of(claim)}_{lang}.svg", draw(say, claim, document, alt(say, claim, document))


def write_claims(record: Record, root: Path) -> list[Path]:
    """Writes the pages, figures and tables of the claims and the table in the README; returns what was written.

    Pages and figures of claims that have no verdict any more go.
    """
    folder, written = folder_of(root), []
    for name, content in documents(record):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
        written.append(path)
    for path in [*folder.glob("??/c??.md"), *folder.glob("figures/c??_??.svg")]:
        if path not in written:
            path.unlink()
    readme = root / "README.md"
    readme.write_text(front.filled(readme.read_text(encoding="utf-8"), folder), encoding="utf-8", newline="\n")
    return [*written, readme]


def write_reference() -> None:
    """The comparison that the front page shows: runs it anew."""
    reference.main()


def write_report(root: Path, db: Path, workers: int | None = None) -> bool:
    """The report for leaders on the same comparison: runs what `db` lacks. Whether it says anything new."""
    from silosim.experiments.report import golden

    return golden.publish(db, report_of(root), workers)


def report_of(root: Path) -> Path:
    """Where the report is published."""
    return root / "results" / "reference" / "report"


def write_patterns() -> None:
    """The patterns beside the prototype's: runs them anew."""
    from silosim.experiments.patterns import page as patterns

    patterns.main()


def write_docs() -> None:
    """The tables of the documentation that follow from the registries."""
    from silosim.experiments import docs

    docs.main()


def write_worlds(root: Path) -> None:
    """The admissible worlds of both priors. Takes long; a draw that is there already is not fitted again."""
    from silosim.experiments.calibration import run_calibration

    for prior in PRIORS:
        run_calibration(draws=DRAWS, prior=prior, folder=root / "results" / "calibration")


def problems(piece: str, root: Path) -> Iterator[str]:
    """Why what is published of this piece does not belong to these rules, in English; nothing when it does."""
    yield from {"claims": _of_claims, "reference": _of_reference, "report": _of_report,
                "patterns": _of_patterns, "docs": _of_docs,
                "worlds": _of_worlds}[piece](root)


def _of_claims(root: Path) -> Iterator[str]:
    folder = folder_of(root)
    first, rows = published.read(folder / published.CLAIMS)
    if not rows:
        yield "nothing is published yet"
        return
    yield from _rules(first.get("rules", "?"))
    there = {row["claim"]: row["file"] for row in rows}
    for claim in load_claims().values():
        if claim.id not in there:
            if not claim.needs:
                yield f"{claim.id} is not published"
        elif there[claim.id] != claim.digest:
            yield f"the file of {claim.id} was changed after its verdict"
        else:
            names = [f"{lang}/{file_of(claim)}.md" for lang in LANGUAGES]
            names += [f"figures/{file_of(claim)}_{lang}.svg" for lang in LANGUAGES]
            yield from (f"{name} is missing" for name in names if not (folder / name).exists())
    readme = (root / "README.md").read_text(encoding="utf-8")
    if front.filled(readme, folder) != readme:
        yield "the table in README.md is not that of claims.csv"


def _rules(found: str) -> Iterator[str]:
    if found != current_rulebook():
        yield f"made under rules {found}, while these are {current_rulebook()}"


def _found(pattern: str, path: Path) -> Iterator[str]:
    """What is wrong with the rules that a file names."""
    if not path.exists():
        yield f"{path.name} is missing"
        return
    found = re.search(pattern, path.read_text(encoding="utf-8"))
    yield from _rules(found[1] if found else "unknown")


def _of_reference(root: Path) -> Iterator[str]:
    path = root / "results" / "reference" / reference.TABLE.name
    yield from _found(r"rules ([0-9a-f]+)", path)
    if path.exists():
        _, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines()[1:])
        if {row[0] for row in rows} != set(load_policies()):
            yield "its policies are not those there are now"


def _of_report(root: Path) -> Iterator[str]:
    from silosim.experiments.report.golden import FILES

    folder = report_of(root)
    missing = [name for name in (*FILES, "tables/compare.csv") if not (folder / name).exists()]
    if missing:
        yield f"{', '.join(missing)} missing"
        return
    for name in FILES:
        if name.endswith(".html"):
            yield from _found(r'<meta name="rules" content="([0-9a-f]+)">', folder / name)
    if set(_column(folder / "tables" / "compare.csv", 0)) != set(load_policies()):
        yield "its policies are not those there are now"
    verdicts = _verdicts(folder_of(root) / published.CLAIMS)
    if verdicts and verdicts != _verdicts(folder / "tables" / "claims.csv"):
        yield "its verdicts on claims are not those of results/claims"


def _column(path: Path, place: int) -> list[str]:
    """A column of a table without its heading."""
    return [row[place] for row in list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:]]


def _verdicts(path: Path) -> dict[str, str]:
    """Claim -> verdict of a table that has the claims in its first column."""
    return {next(iter(row.values())): row["verdict"] for row in published.read(path)[1]}


def _of_patterns(root: Path) -> Iterator[str]:
    yield from _found(r"under rules ([0-9a-f]+)", root / "experiments" / "patterns" / "README.md")


def _of_worlds(root: Path) -> Iterator[str]:
    for prior in PRIORS:
        yield from _found(r"rulebook=([0-9a-f]+)", root / "results" / "calibration" / f"worlds_{prior}.csv")


def _of_docs(root: Path) -> Iterator[str]:
    from silosim.experiments import docs

    for path in docs.FILES:
        text = path.read_text(encoding="utf-8")
        if docs.filled(text) != text:
            yield f"{path.name} is not what the registries say"
