"""`silosim workshop --wheels FOLDER`: everything an installation needs, for a computer without internet.

The exact versions come from `constraints.txt`; which of them are needed on the other computer follows from what the
installed packages say they require, read for its system and Python. pip then only downloads files: nothing is built but
silosim itself, from this checkout.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import tomllib
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from silosim.experiments.extras import need
from silosim.model.parameters import InvalidInput
from silosim.model.text import LANGUAGES, text

ROOT = Path(__file__).parents[2]
EXTRA = "workshop"
COMES_ALONG = ("pip",)  # with every environment that `python -m venv` makes
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {  # name -> (sys_platform, os_name, platform_system, machine, tags that pip understands)
    "windows": ("win32", "nt", "Windows", "AMD64", ("win_amd64",)),
    "macos": ("darwin", "posix", "Darwin", "arm64", ("macosx_11_0_arm64", "macosx_12_0_arm64", "macosx_14_0_arm64")),
    "macos-intel": ("darwin", "posix", "Darwin", "x86_64", ("macosx_10_13_x86_64", "macosx_11_0_x86_64",
                                                            "macosx_14_0_x86_64")),
    "linux": ("linux", "posix", "Linux", "x86_64", ("manylinux2014_x86_64", "manylinux_2_17_x86_64",
                                                    "manylinux_2_27_x86_64", "manylinux_2_28_x86_64")),
}


def this_platform() -> str:
    """The name of this computer's platform."""
    import platform

    for name, (system, _, _, machine, _) in PLATFORMS.items():
        if sys.platform == system and platform.machine().lower() in (machine.lower(), {"AMD64": "x86_64"}.get(machine)):
            return name
    raise InvalidInput(f"--for must be given on this computer; one of {', '.join(PLATFORMS)}")


def this_python() -> str:
    """Major and minor version of this Python."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def fetch(folder: Path, platform: str, python: str, lang: str, tell: Callable[[str], None] = lambda words: None,
          run=subprocess.run) -> list[str]:
    """Download every wheel, build silosim's own, write the README; the pins that were fetched.

    Raises InvalidInput, in one line, for an unknown platform or Python, outside a checkout, and when pip fails.
    """
    if platform not in PLATFORMS:
        raise InvalidInput(f"--for {platform!r} is not one of {', '.join(PLATFORMS)}")
    if python not in PYTHONS:
        raise InvalidInput(f"--python {python!r} is not one of {', '.join(PYTHONS)}")
    if not (ROOT / "pyproject.toml").is_file() or not (ROOT / "constraints.txt").is_file():
        raise InvalidInput("--wheels builds silosim's own wheel, so it must be run from a checkout of the repository")
    pins = needed(platform, python, (ROOT / "constraints.txt").read_text(encoding="utf-8"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"--wheels {str(folder)!r} cannot be made: {error.strerror}") from None
    tell(text("workshop.wheels.own", lang))
    _own_wheel(folder, run)
    tell(text("workshop.wheels.fetching", lang, count=len(pins)))
    tags = [word for tag in PLATFORMS[platform][-1] for word in ("--platform", tag)]
    _pip(run, "download", "--no-deps", "--only-binary=:all:", *tags, "--python-version", python, "--implementation",
         "cp", "--dest", str(folder), *pins)
    for word in LANGUAGES:
        (folder / f"README-{word}.txt").write_text(readme(platform, python, word), encoding="utf-8")
    return pins


def _own_wheel(folder: Path, run) -> None:
    """silosim's own wheel, built from a copy: building leaves files behind that the next wheel would pick up."""
    with tempfile.TemporaryDirectory() as copy:
        for name in ("model", "experiments"):
            shutil.copytree(ROOT / name, Path(copy, name), ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, copy)
        _pip(run, "wheel", "--no-deps", "--wheel-dir", str(folder), copy)


def readme(platform: str, python: str, lang: str) -> str:
    """How to install from the folder, without a network and without administrator's rights."""
    windows = platform == "windows"
    folder = "silosim-env\\Scripts\\" if windows else "silosim-env/bin/"
    lines = (f"{'py -' if windows else 'python'}{python} -m venv silosim-env",
             f'{folder}python -m pip install --no-index --find-links . "silosim[{EXTRA}]"',
             f"{folder}silosim warmup --workshop", f"{folder}silosim workshop --check",
             f"{folder}silosim --lang {lang} workshop")

    def said(key: str, **fields) -> str:
        return "\n".join(textwrap.wrap(text(f"workshop.wheels.readme.{key}", lang, **fields), 100))

    system = "windows" if windows else "unix"
    paragraphs = (said("title"), said(f"{system}.python", python=python), said(f"{system}.copy"), said("lines"),
                  "\n".join(f"    {line}" for line in lines), said("then"), said("lan"))
    return "\n\n".join(paragraphs) + "\n"


def needed(platform: str, python: str, constraints: str) -> list[str]:
    """name==version of everything that silosim[workshop] needs there, alphabetically; silosim itself is left out."""
    requirements = need("packaging.requirements", EXTRA)
    canonical = need("packaging.utils", EXTRA).canonicalize_name
    there = environment(platform, python)
    pins = pinned(constraints, there)
    found: dict[str, str] = {}
    open_ones: list[tuple[str, frozenset[str]]] = [("silosim", frozenset({EXTRA}))]
    done = set(open_ones)
    while open_ones:
        name, extras = open_ones.pop()
        for line in _requires(name):
            one = requirements.Requirement(line)
            other = canonical(one.name)
            if not _holds(one.marker, there, extras):
                continue
            if other in COMES_ALONG:
                continue
            if other not in pins:
                raise InvalidInput(f"constraints.txt has no version of {other} for {platform} with Python {python}")
            found[other] = pins[other]
            entry = (other, frozenset(one.extras))
            if entry not in done:
                done.add(entry)
                open_ones.append(entry)
    return [f"{name}=={found[name]}" for name in sorted(found)]


def pinned(constraints: str, there: dict[str, str]) -> dict[str, str]:
    """Canonical name -> version, of the lines whose marker holds there."""
    requirements = need("packaging.requirements", EXTRA)
    canonical = need("packaging.utils", EXTRA).canonicalize_name
    found = {}
    for line in constraints.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            one = requirements.Requirement(line.strip())
            if _holds(one.marker, there, frozenset()):
                found[canonical(one.name)] = re.sub("^==", "", str(one.specifier))
    return found


def environment(platform: str, python: str) -> dict[str, str]:
    """What markers are about, on the other computer."""
    system, os_name, kind, machine, _ = PLATFORMS[platform]
    return {"sys_platform": system, "os_name": os_name, "platform_system": kind, "platform_machine": machine,
            "python_version": python, "python_full_version": f"{python}.0", "platform_python_implementation": "CPython",
            "implementation_name": "cpython", "implementation_version": f"{python}.0", "platform_release": "",
            "platform_version": ""}


def _holds(marker, there: dict[str, str], extras: Iterable[str]) -> bool:
    return marker is None or any(marker.evaluate({**there, "extra": extra}) for extra in (*extras, ""))


def _requires(name: str) -> list[str]:
    """What an installed package requires; one that this system does not need is taken to require nothing."""
    if name == "silosim":  # what this checkout says; an editable installation may remember an older one
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return [*project["dependencies"], *project["optional-dependencies"][EXTRA]]
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


def _pip(run, *words: str) -> None:
    done = run([sys.executable, "-m", "pip", "--disable-pip-version-check", *words], capture_output=True, text=True,
               errors="replace")
    if done.returncode:
        lines = [line for line in (done.stderr or "").strip().splitlines() if line.startswith("ERROR")]
        raise InvalidInput(f"pip {words[0]} failed: {lines[-1] if lines else 'see pip ' + words[0]}")
