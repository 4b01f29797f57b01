"""The table in README.md is complete and names what exists."""

import importlib
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ASKED = [f"TA{k}" for k in range(1, 11)] + [f"TB{k}" for k in range(1, 8)] + [f"TC{k}" for k in range(1, 6)]
ASKED += [f"TD{k}" for k in range(1, 5)]


def rows() -> dict[str, list[str]]:
    lines = (HERE / "README.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| T[A-D]\d", line)]
    return {row[0]: row[1:] for row in cells}


def written_for(oracle: str) -> set[str]:
    found = set()
    for path in HERE.glob("test_*.py"):
        found |= set(re.findall(rf"^def (test_{oracle.lower()}_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    return found


def test_every_oracle_has_a_row():
    assert list(rows()) == ASKED


@pytest.mark.parametrize("oracle", ASKED)
def test_a_row_says_which_tests_or_why_none(oracle):
    result, function, limit, tolerance, test = rows()[oracle]
    assert result
    named = set(re.findall(r"`(test_\w+)`", test))
    assert named == written_for(oracle)
    if named:
        assert limit
        assert tolerance
    else:
        assert function.startswith(("not applicable, because ", "no rule: "))


def test_the_functions_named_exist():
    named = re.findall(r"`((?:rules|schedule)[\w.]*)`", (HERE / "README.md").read_text(encoding="utf-8"))
    assert len(named) > 20
    for name in named:
        module, function = name.rsplit(".", 1)
        assert callable(getattr(importlib.import_module(f"silosim.model.{module}"), function))


def test_the_files_named_exist():
    root = HERE.parents[1]
    for path in re.findall(r"`(tests/[\w/]+\.py)`", (HERE / "README.md").read_text(encoding="utf-8")):
        assert (root / path).is_file(), path
