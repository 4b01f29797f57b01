"""`silosim workshop`: its options, `--check` and `--wheels`, without a network."""

from __future__ import annotations

import ast
import io
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from silosim.experiments.cli import main
from silosim.experiments.workshop import check, running, wheels
from silosim.model.parameters import InvalidInput
from silosim.model.text import LANGUAGES, catalogue

CONSTRAINTS = (Path(__file__).parents[2] / "constraints.txt").read_text(encoding="utf-8")


def test_everything_that_is_looked_at_has_its_words_for_every_state_it_can_have():
    for lang in LANGUAGES:
        words = catalogue(lang)
        for finding in check.findings(0):
            assert f"workshop.check.{finding.what}.name" in words
            assert f"workshop.check.{finding.what}.{finding.state}" in words


def test_a_port_that_is_taken_is_missing():
    with running.listen(0, False) as taken:
        port = taken.getsockname()[1]
        found = check.port_free(port)
        assert found.state == check.MISSING
        assert f"port {port} cannot be used" in found.fields["problem"]
        with pytest.raises(InvalidInput, match="choose another one with --port"):
            running.listen(port, False)
    assert check.port_free(port).state == check.GOOD


def test_libraries_and_rules_that_are_not_there(tmp_path):
    assert check.libraries(("segno", "no_such_library")).state == check.MISSING
    assert check.libraries().state == check.GOOD
    assert check.rules(lambda: tmp_path).state == check.NOTE
    tag = f"py{sys.version_info.major}{sys.version_info.minor}"
    (tmp_path / "model").mkdir()
    for name in check.COMPILED:
        assert check.rules(lambda: tmp_path).state == check.NOTE
        (tmp_path / "model" / f"{name}-1.{tag}.nbi").touch()
    assert check.rules(lambda: tmp_path).state == check.GOOD


def test_a_folder_that_can_be_written_is_left_as_it_was(tmp_path):
    assert check.disk(lambda: tmp_path).state in (check.GOOD, check.NOTE)
    assert not list(tmp_path.iterdir())


def test_check_says_whether_the_machine_is_ready(capsys):
    with running.listen(0, False) as taken:
        assert main(["workshop", "--check", "--port", str(taken.getsockname()[1])]) == 1
        assert "✗" in capsys.readouterr().out
    assert main(["--lang", "nl", "workshop", "--check", "--port", str(free_port())]) in (0, 1)
    assert "Klaar voor een zaal?" in capsys.readouterr().out


def test_marks_are_letters_where_the_output_has_no_others(monkeypatch):
    """A pipe on Windows writes code page 1252, in which a cross and a tick would both be a question mark."""
    from silosim.experiments.commands.workshop import writes

    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="cp1252"))
    assert not writes("✓✗")
    assert writes("+x")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.mark.parametrize(("words", "why"), [
    (["--for", "windows"], "--for and --python belong to --wheels"),
    (["--wheels", "x", "--for", "amiga"], "--for 'amiga' is not one of windows"),
    (["--wheels", "x", "--for", "windows", "--python", "2.7"], "--python '2.7' is not one of 3.11"),
    (["--port", "99999"], "65535"),
    (["--address", "192.168.1.20"], "with --lan"),
    (["--lan", "--address", "http://192.168.1.20"], "must be a name or an IPv4 address"),
])
def test_wrong_options_get_one_line(words, why, capsys):
    assert main(["workshop", *words]) == 2
    err = capsys.readouterr().err
    assert why in err
    assert len(err.strip().splitlines()) == 1


# --- wheels -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("python", wheels.PYTHONS)
@pytest.mark.parametrize("platform", wheels.PLATFORMS)
def test_every_platform_gets_what_it_needs(platform, python):
    if platform.startswith("macos") and python == "3.11":  # Mesa's helper there asks for what nothing else can use
        with pytest.raises(InvalidInput, match="no version of pythran for macos"):
            wheels.needed(platform, python, CONSTRAINTS)
        return
    pins = dict(pin.split("==") for pin in wheels.needed(platform, python, CONSTRAINTS))
    assert {"numpy", "numba", "llvmlite", "mesa", "pandas", "starlette", "uvicorn", "websockets", "segno"} <= set(pins)
    assert ("colorama" in pins) == (platform == "windows")
    assert "tzdata" in pins or platform != "windows"
    assert ("networkx" in pins) == (python != "3.11")
    assert not {"pytest", "distributed", "weasyprint", "silosim", "pip"} & set(pins)
    assert (pins["mesa"] == "3.3.1") == (python == "3.11")


def test_a_package_without_a_version_is_named():
    without = "\n".join(line for line in CONSTRAINTS.splitlines() if not line.startswith("h11"))
    with pytest.raises(InvalidInput, match="no version of h11 for windows"):
        wheels.needed("windows", "3.12", without)


class Pip:
    """Stands in for pip: remembers what it was asked, and fails where told."""

    def __init__(self, fails: str = ""):
        self.asked: list[list[str]] = []
        self.fails = fails

    def __call__(self, words, **how):
        self.asked.append(words)
        bad = self.fails in words if self.fails else False
        return subprocess.CompletedProcess(words, int(bad), "", "WARNING: x\nERROR: no such wheel\n" if bad else "")


def test_a_folder_is_filled_for_another_computer(tmp_path):
    pip = Pip()
    pins = wheels.fetch(tmp_path / "usb", "windows", "3.12", "nl", run=pip)
    own, others = pip.asked
    assert own[3:6] == ["--disable-pip-version-check", "wheel", "--no-deps"]
    assert others[others.index("--platform"):][:2] == ["--platform", "win_amd64"]
    assert "3.12" in others
    assert others[-len(pins):] == pins
    readme = (tmp_path / "usb" / "README-nl.txt").read_text(encoding="utf-8")
    assert 'silosim-env\\Scripts\\python -m pip install --no-index --find-links . "silosim[workshop]"' in readme
    assert "py -3.12 -m venv" in readme
    english = (tmp_path / "usb" / "README-en.txt").read_text(encoding="utf-8")
    assert english != readme
    assert "silosim-env/bin/silosim" in wheels.readme("linux", "3.11", "en")


def test_what_pip_says_is_told_in_one_line(tmp_path):
    with pytest.raises(InvalidInput, match="pip download failed: ERROR: no such wheel"):
        wheels.fetch(tmp_path, "linux", "3.11", "en", run=Pip("download"))


def test_this_computer_has_a_name():
    assert wheels.this_platform() in wheels.PLATFORMS
    assert wheels.this_python() in wheels.PYTHONS


# --- Windows ----------------------------------------------------------------------------------------------------

POSIX_MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "uvloop", "pty", "tty"}
POSIX_NAMES = {"fork", "getuid", "geteuid", "chown", "fchmod", "mkfifo", "nice", "uname", "sched_getaffinity", "killpg",
               "SIGALRM", "SIGKILL", "SIGHUP", "SIGUSR1", "SIGUSR2", "setitimer", "alarm", "AF_UNIX", "SO_REUSEPORT"}


def posix_only(source: str) -> list[str]:
    """What a source imports or names that Windows does not have."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in POSIX_MODULES]
        elif isinstance(node, ast.ImportFrom):
            found += [node.module] if node.module in POSIX_MODULES else []
        elif isinstance(node, ast.Attribute) and node.attr in POSIX_NAMES:
            found.append(node.attr)
    return found


def test_the_search_for_what_windows_lacks_finds_each_form():
    for line in ("import fcntl", "from resource import getrusage", "os.fork()", "signal.signal(signal.SIGHUP, f)"):
        assert posix_only(line), line


def test_nothing_that_windows_lacks_is_used():
    folder = Path(check.__file__).parent
    files = [*folder.rglob("*.py"), folder.parent / "commands" / "workshop.py"]
    assert len(files) > 15
    assert not {str(file): found for file in files if (found := posix_only(file.read_text(encoding="utf-8")))}
