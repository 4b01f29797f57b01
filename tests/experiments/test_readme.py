"""The README is true: its examples run, its links lead somewhere, its table is that of the numbers kept."""

import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest

from silosim.experiments import reference
from silosim.model.parameters import PARAMETERS
from silosim.model.policies import load_policies

ROOT = Path(__file__).resolve().parents[2]
# They run the real engine at length, need a stored run, write a report or open a server: only that they exist is looked
# at.
SLOW = ("patterns", "calibrate", "pay", "check", "trace", "bench", "analyse", "fit", "publish", "report", "--report",
        "workshop", "solara", "export-log", "import-log", "validate")
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, page: str = PAGE) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """Every line of the shell examples as words, without its comment."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if " && " not in line]


@pytest.mark.usefixtures("fake")
def test_shell_examples(silosim, tmp_path):
    """Each command as written, on a stand-in for the engine, in one folder, since some use files of others."""
    for block in blocks("toml"):
        (tmp_path / re.match(r"# (\w+\.toml)\n", block)[1]).write_text(block, encoding="utf-8")
    ran = set()
    for program, *words in commands():
        if program == "cp":
            shutil.copy(ROOT / words[0], tmp_path / words[1])
            continue
        assert program == "silosim"
        status, out, wrong = silosim(*([words[0], "--help"] if set(words) & set(SLOW) else words))
        assert (status, bool(out)) == (0, True), f"{words}: {wrong}"
        ran |= set(words)
    assert {"run", "compare", "list", "show", "warmup", "--set", "--at", "--lang"} <= ran


def printed_by(code: str) -> list[str]:
    """The lines that a Python example prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    return printed.getvalue().splitlines()


def test_python_examples():
    engine, rule = blocks("python")
    grades = [float(line.split()[1]) for line in printed_by(engine)]
    assert len(grades) == 2
    assert all(1 < grade < 10 for grade in grades)
    plain, honest = (float(re.search(r"'gaming': ([\d.]+)", line)[1]) for line in printed_by(rule))
    assert honest < plain  # the new rule of the walk-through does what it says


def test_the_walk_through_names_what_is_there():
    steps = PAGE.split("**To keep it**")[1].split("## ")[0]
    motives = (ROOT / "model/rules/motives.py").read_text(encoding="utf-8")
    assert "honest_from" not in PARAMETERS  # else it is no longer an example
    assert "def weigh_motives" in motives
    assert "p = w.par" in motives
    assert "e = w.emp[i]" in motives
    for path in re.findall(r"`((?:model|experiments)/[\w/.]+)`", steps):
        assert (ROOT / path).is_file(), path


def test_the_map_names_every_folder_and_no_other():
    mapped = {name.rstrip("/") for name in re.findall(r"^\| `([\w/]+/)` \|", PAGE, re.MULTILINE)}
    assert all((ROOT / name).is_dir() for name in mapped)
    within = {path.relative_to(ROOT).as_posix() for top in ("model", "experiments") for path in (ROOT / top).iterdir()
              if path.is_dir() and path.name != "__pycache__"}
    assert within | {"model", "experiments", "results", "tests"} <= mapped


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_files_named_in_the_text_exist(name):
    page = (ROOT / name).read_text(encoding="utf-8")
    for path in re.findall(r"`((?:model|experiments|tests)/[\w/]*\w\.\w+)`", page):
        assert (ROOT / path).is_file(), path


PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "results/README.md", "model/GLOSSARY.md")


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files(name):
    page = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", page):
        assert target.startswith("https://") or ((ROOT / name).parent / target.split("#")[0]).exists(), target


def test_the_table_is_that_of_the_numbers_kept():
    assert reference.MARKED.search(PAGE)
    assert reference.filled(PAGE) == PAGE, "run: python -m silosim.experiments.reference"
    rows = reference.excerpt().splitlines()
    assert len(rows) == 2 + len(load_policies())


def test_the_picture_is_small():
    assert f"]({reference.PICTURE.relative_to(ROOT).as_posix()})" in PAGE
    assert reference.PICTURE.stat().st_size < 100_000
