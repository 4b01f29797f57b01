"""The guide is true: every command in it runs, in order, in one folder, on a log that the simulator wrote."""

import contextlib
import csv
import io
import re
import shlex
from pathlib import Path

import pytest

from silosim.experiments.cli import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "experiments" / "logs" / "GUIDE.md").read_text(encoding="utf-8")
REAL = ROOT.parent / "shared/data/servicenow/events_tidy.csv.gz"


def commands() -> list[str]:
    """Every line of a block of commands, in order."""
    return [line for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
            for line in block.splitlines()]


def said_by(line: str) -> str:
    """What a command printed; it must succeed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(shlex.split(line)[1:]) == 0, line
    return printed.getvalue()


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """(the folder, what each command printed, by its second word)."""
    folder = tmp_path_factory.mktemp("guide")
    with contextlib.chdir(folder):
        return folder, {line.split()[1]: said_by(line) for line in commands()}


def test_the_guide_goes_from_an_export_to_a_report(told):
    folder, said = told
    assert list(said) == ["export-log", "import-log", "show", "validate", "fit", "compare", "report"]
    for name in ("tickets.csv.gz", "mine.toml", "mine.html", "fits.csv", "results/report/report-en.html"):
        assert (folder / name).stat().st_size > 500, name


def test_the_people_who_were_said_are_in_the_file(told):
    folder, said = told
    assert re.search(r"Employees\s+20", said["show"])
    assert re.findall(r"headcount = (\d+)", (folder / "mine.toml").read_text(encoding="utf-8")) == ["5", "11", "4"]
    seen, desks = re.search(r"(\d+) people appear at (\d+) desks", " ".join(PAGE.split())).groups()
    assert re.search(r"People\s+(\d+)", said["import-log"])[1] == seen
    assert desks == "20"


def test_on_the_practice_log_nearly_everything_is_in_range(told):
    folder, said = told
    with (folder / "fits.csv").open(encoding="utf-8") as handle:
        verdicts = [row["verdict"] for row in csv.DictReader(handle)]
    assert verdicts.count("in") >= 0.85 * (verdicts.count("in") + verdicts.count("out"))
    assert "In range:" in said["validate"]


def test_what_the_guide_names_exists():
    from silosim.experiments.logs.patterns import PATTERNS
    from silosim.model.text import text

    labels = " ".join(text(f"validate.pattern.{name}", "en") for name in PATTERNS).casefold()
    for words in ("Handed on once more", "back to the sender", "Reopened", "Waiting status", "Median hours",
                  "Kinds of cases"):
        assert f"*{words}*" in PAGE
        assert words.casefold() in labels
    assert (ROOT / "experiments" / "logs" / "../../model/organisations/README.md").exists()


@pytest.mark.skipif(not REAL.exists(), reason="the real log is not part of the project: ../shared is absent")
def test_on_a_real_log_what_does_not_fit_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = said_by(f"silosim validate {REAL} --fit 2016-03-01:2016-04-30 --test 2016-05-02:2016-05-15 --runs 1 "
                   "--burn-in 13 --out fits.csv")
    with Path("fits.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    verdicts = [row["verdict"] for row in rows]
    assert verdicts == sorted(verdicts, key=["out", "in", "unknown"].index)
    assert len([v for v in verdicts if v != "unknown"]) >= 25
    found = {(row["pattern"], row["figure"]): row for row in rows}
    assert float(found["continuation", "rise"]["log_low"]) > 0.1  # whatever the model makes of it
    assert found["deadline", "last_day"]["reason"] == "not in this log: target dates"
    assert int(found["handoffs", "0"]["log_n"]) > 3000
    assert "In range: " in said
