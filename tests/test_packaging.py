"""The package as others receive it: every folder listed, nothing imported by the wrong name, a wheel that works."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = {"silosim.model": ROOT / "model", "silosim.experiments": ROOT / "experiments"}


def folder_of(package: str) -> Path:
    """The folder that the import package comes from: silosim.model.rules -> model/rules."""
    return ROOT.joinpath(*package.split(".")[1:])


def packages_on_disk() -> set[str]:
    found = set()
    for top, folder in FOLDERS.items():
        for file in folder.rglob("*.py"):
            if "__pycache__" not in file.parts:
                found.add(".".join((top, *file.parent.relative_to(folder).parts)))
    return found


def python_files() -> list[Path]:
    return sorted(
        file
        for folder in ("model", "experiments", "tests")
        for file in (ROOT / folder).rglob("*.py")
        if "__pycache__" not in file.parts
    )


def test_every_folder_with_python_files_is_listed():
    listed = PROJECT["tool"]["setuptools"]["packages"]
    assert len(listed) == len(set(listed))
    assert set(listed) == packages_on_disk()


def test_every_package_says_what_it_is_for():
    for package in packages_on_disk():
        text = (folder_of(package) / "__init__.py").read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), f"{package} has no docstring in __init__.py"


def test_package_dir_maps_the_two_folders_and_there_is_no_third():
    assert PROJECT["tool"]["setuptools"]["package-dir"] == {p: f.name for p, f in FOLDERS.items()}
    assert not (ROOT / "silosim").exists(), "silosim is a namespace package and has no folder of its own"


def bare_imports(source: str) -> list[str]:
    """Names of modules imported as if `model` or `experiments` were top-level packages."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.append(node.module or "")
    return [name for name in names if name.split(".")[0] in ("model", "experiments")]


def test_the_search_for_bare_imports_finds_each_form():
    for line in ("import model", "import experiments.cli as c", "from model.rules import work", "from model import x"):
        assert bare_imports(line), line
    assert not bare_imports("from silosim.model import x\nfrom . import model\nimport modelling")


@pytest.mark.parametrize("file", python_files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_nobody_imports_a_bare_folder_name(file):
    assert bare_imports(file.read_text(encoding="utf-8")) == []


def required(name: str, extras: tuple[str, ...] = ()) -> set[str]:
    """Canonical names of everything that installing `name` brings along here, found in the installed metadata."""
    found: set[str] = set()
    todo = [(name, extras)]
    while todo:
        name, extras = todo.pop()
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            applies = requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in (*extras, "")
            )
            key = canonicalize_name(requirement.name)
            if applies and key not in found:
                found.add(key)
                todo.append((key, tuple(requirement.extras)))
    return found


def test_the_lock_file_pins_every_package_exactly_once_per_python():
    lines = [line.split("#")[0].strip() for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()]
    requirements = [Requirement(line) for line in lines if line]
    for requirement in requirements:
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), f"{requirement} is not an exact version"
    here = [canonicalize_name(r.name) for r in requirements if r.marker is None or r.marker.evaluate()]
    assert len(here) == len(set(here))
    # pip is not locked: it is the tool that reads the lock, and comes with the virtual environment.
    assert required("silosim", ("test",)) - {"pip", "silosim"} <= set(here)


def test_the_check_on_a_bare_machine_runs_the_command_that_people_are_given():
    install = "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[test]'"
    command = f"{install} && .venv/bin/python -m pytest"
    for name in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        assert command in (ROOT / name).read_text(encoding="utf-8"), name


# -- the wheel ---------------------------------------------------------------------------------------------------------

def run(*command, cwd: Path, **env: str) -> str:
    """Output of a command run outside the checkout; fails the test with everything it printed."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV_", "PIP_"))}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env={**clean, **env}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel built from a copy, so that no build folder is left in the checkout."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    for folder in FOLDERS.values():
        shutil.copytree(folder, source / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    # Without build isolation pip needs no network; a setuptools that is too old (see pyproject.toml) needs it.
    old = int(metadata.version("setuptools").split(".")[0]) < 77
    isolation = [] if old else ["--no-build-isolation"]
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", *isolation, "-w", source / "out", ".", cwd=source)
    (built,) = (source / "out").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A virtual environment with the wheel; third-party packages come from the environment that runs the tests."""
    home = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "--without-pip", home / "venv", cwd=home)
    scripts = home / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel, cwd=home)
    purelib = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip())
    # Lines of a .pth file are put on sys.path, but the .pth files found there are not read:
    # so the editable install of the checkout stays out of sight.
    outer = sorted({str(Path(metadata.distribution(name).locate_file(""))) for name in ("numpy", "mesa", "typer")})
    (purelib / "outer.pth").write_text("\n".join(outer) + "\n", encoding="utf-8")
    return scripts


def test_the_wheel_holds_every_source_file_and_nothing_else(wheel):
    wanted = {
        f"silosim/{file.relative_to(ROOT).as_posix()}"
        for folder in FOLDERS.values()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == wanted


def test_an_installed_wheel_works_outside_the_checkout(installed):
    code = (
        "import silosim.model.organisation_file as o; print(o.__file__);"
        "print(*[f'{n} {o.load_organisation(n).headcount}' for n in o.bundled_organisations()], sep='\\n')"
    )
    where, *organisations = run(installed / "python", "-c", code, cwd=installed).splitlines()
    assert Path(where).is_relative_to(installed.parent)
    assert "insurer 72" in organisations


def test_the_installed_command_lists_the_organisations(installed):
    printed = run(installed / "silosim", "list", "organisations", cwd=installed, NO_COLOR="1", COLUMNS="200")
    assert all(name in printed for name in ("insurer", "clinic", "large"))
