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
SLOW = ("patterns", "calibrate")  # they run the real engine at length: only that they exist is looked at
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, page: str = PAGE) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """Every line of the shell examples as words, without its comment."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if " && " not in line]


@pytest.mark.usefixtures("fake")
def test_shell_examples(silosim, tmp_path):
    """Each command as written, on a stand-in for the engine, in one folder: later examples use files of earlier ones."""
    for block in blocks("toml"):
        (tmp_path / re.match(r"# (\w+\.toml)\n", block)[1]).write_text(block, encoding="utf-8")
    ran = set()
    for program, *words in commands():
        if program == "cp":
            shutil.copy(ROOT / words[0], tmp_path / words[1])
            continue
        assert program == "silosim"
        status, out, wrong = silosim(*([words[0], "--help"] if words[0] in SLOW else words))
        assert (status, bool(out)) == (0, True), f"{words}: {wrong}"
        ran |= set(words)
    assert {"run", "compare", "list", "show", "warmup", "--set", "--at", "--lang"} <= ran


@pytest.mark.parametrize("code", blocks("python"), ids=lambda code: code.split("import ")[1].split()[0])
def test_python_examples(code):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    assert len(printed.getvalue().splitlines()) == 2
    assert "nan" not in printed.getvalue()


def test_the_new_rule_of_the_walk_through_has_an_effect():
    """People whose conviction lies above the mark give up gaming at once, and nothing else is needed to see it."""
    (code,) = (block for block in blocks("python") if "Honest" in block)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})
    plain, honest = (float(re.search(r"'gaming': ([\d.]+)", line)[1]) for line in printed.getvalue().splitlines())
    assert honest < plain


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


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "results/README.md", "model/GLOSSARY.md", "CHANGELOG.md"])
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
