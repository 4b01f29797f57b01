"""Bad input: one line on the error stream, exit status 2, no traceback, and what was stored stays."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from silosim.experiments.store import Store
from silosim.model.organisation_file import bundled_path

CLINIC = bundled_path("clinic").read_text(encoding="utf-8")
RUN = ("run", "--runs", "1", "--weeks", "15")
COMPARE = ("compare", "culture_only", "--runs", "1", "--weeks", "15", "--no-figures")
UNWRITABLE = "/sys/kernel/results/silosim.db"  # not even root makes a folder there


def organisation(path, change):
    """A file with the clinic's text after `change`."""
    path.write_text(change(CLINIC), encoding="utf-8")


# (what it is, the words typed, a part of the line that answers)
WORDS = [
    ("unknown command", ("rnu",), "rnu"),
    ("unknown option", ("run", "--speed", "9"), "--speed"),
    ("option without its value", ("run", "--runs"), "--runs"),
    ("too many words", ("list", "levers", "world"), "world"),
    ("list of nothing", ("list",), "KIND"),
    ("unknown list", ("list", "leavers"), "did you mean 'levers'"),
    ("unknown name", ("show", "bonsu"), "did you mean 'bonus'"),
    ("show a file that is not there", ("show", "nowhere.toml"), "nowhere.toml"),
    ("unknown language", ("list", "levers", "--lang", "fr"), "known: en, nl"),
    ("no language", ("list", "levers", "--lang"), "known: en, nl"),
    ("unknown policy", (*RUN, "-p", "custmer_time"), "did you mean 'customer_time'"),
    ("unknown policy to compare", ("compare", "nonsense_policy"), "nonsense_policy"),
    ("unknown organisation", (*RUN, "-o", "insurrer"), "insurer"),
    ("organisation file that is not there", (*RUN, "-o", "nowhere.toml"), "nowhere.toml"),
    ("unknown lever", (*RUN, "--set", "bonsu=1"), "did you mean 'bonus'"),
    ("lever out of range", (*RUN, "--set", "bonus=9"), "from 0 to 1.5"),
    ("lever below range", (*RUN, "--set", "bonus=-1"), "from 0 to 1.5"),
    ("lever not a number", (*RUN, "--set", "bonus=much"), "not a number"),
    ("lever NaN", (*RUN, "--set", "bonus=nan"), "from 0 to 1.5"),
    ("lever infinite", (*RUN, "--set", "bonus=inf"), "from 0 to 1.5"),
    ("setting without value", (*RUN, "--set", "bonus"), "name=value"),
    ("setting with nothing behind it", (*RUN, "--set", "bonus="), "name=value"),
    ("unknown choice", (*RUN, "--set", "kpi=closure"), "did you mean closures"),
    ("fraction of an OKR", (*RUN, "--set", "okr_count=1.5"), "whole number"),
    ("dial that does not add up", (*RUN, "--set", "reward_mix=50,20,20,0"), "add up to 100"),
    ("dial with too few parts", (*RUN, "--set", "reward_mix=100"), "takes 4 values"),
    ("dial without numbers", (*RUN, "--set", "pressure=high"), "must be numbers"),
    ("dial out of range", (*RUN, "--set", "pressure=101"), "from 0 to 100"),
    ("switch without week", (*RUN, "--at", "bonus=1"), "WEEK:name=value"),
    ("switch in a negative week", (*RUN, "--at", "-3:bonus=1"), "WEEK:name=value"),
    ("switch after the end", (*RUN, "--at", "15:bonus=1"), "from 0 to 14"),
    ("switch of a founding value", (*RUN, "--at", "3:conviction_start=0.5"), "founding"),
    ("switch of nothing known", (*RUN, "--at", "3:bonsu=1"), "did you mean 'bonus'"),
    ("no runs", ("run", "--runs", "0"), "--runs"),
    ("too many runs", ("run", "--runs", "1000000"), "--runs"),
    ("runs in words", ("run", "--runs", "three"), "--runs"),
    ("no weeks", ("run", "--weeks", "0"), "--weeks"),
    ("half a week", ("run", "--weeks", "1.5"), "--weeks"),
    ("negative burn-in", ("run", "--burn-in", "-1"), "--burn-in"),
    ("negative seed", ("run", "--seed", "-1"), "--seed"),
    ("seed too large", (*RUN, "--seed", str(2**63)), "seed"),
    ("no workers", (*RUN, "--workers", "0"), "--workers"),
    ("lever for all policies", (*COMPARE, "--set", "bonus=1"), "today+bonus=1.0"),
    ("world behind a policy", ("compare", "today+demand=1.1"), "--set demand"),
    ("unknown measure", (*COMPARE, "-m", "grad"), "did you mean 'grade'"),
    ("folder that cannot be made", (*RUN, "--db", UNWRITABLE), "name another database with --db"),
    ("folder as database", (*RUN, "--db", "."), "not a file"),
]

# (what it is, how to make mine.toml, a part of the line that answers)
FILES = [
    ("empty", lambda path: path.write_bytes(b""), "mine.toml"),
    ("binary", lambda path: path.write_bytes(bytes(range(256))), "mine.toml"),
    ("folder", lambda path: path.mkdir(), "mine.toml"),
    ("half a table", lambda path: path.write_text("[[team"), "mine.toml"),
    ("negative headcount", lambda path: _number(path, "headcount", "-3"), "headcount"),
    ("headcount in words", lambda path: _number(path, "headcount", "'x'"), "headcount"),
    ("NaN arrivals", lambda path: _number(path, "load", "nan"), "load"),
    ("shares that do not add up", lambda path: _number(path, "share", "0.01"), "share"),
    ("unknown team", lambda path: organisation(path, lambda s: _first_stage(s, "nobody")), "nobody"),
    ("unknown key", lambda path: organisation(path, lambda s: "colour = 'red'\n" + s), "colour"),
]

DATABASES = [
    ("text", lambda path: path.write_text("hello"), "not a results database"),
    ("half of one", lambda path: path.write_bytes(path.read_bytes()[:9000]), "cut short"),
    ("damaged", lambda path: _damage(path), "damaged"),
    ("of another program", lambda path: _other(path), "another program"),
    ("of a newer silosim", lambda path: _newer(path), "newer silosim"),
]


def _number(path: Path, key: str, value: str) -> None:
    lines = CLINIC.splitlines()
    where = next(k for k, line in enumerate(lines) if line.startswith(f"{key} ="))
    lines[where] = f"{key} = {value}"
    path.write_text("\n".join(lines))


def _first_stage(text: str, team: str) -> str:
    import re

    return re.sub(r'team = "[a-z_]+"', f'team = "{team}"', text, count=1)


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8192:8192 * 40] = os.urandom(8192 * 39)
    path.write_bytes(content)


def _other(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipe (name TEXT)")
        other.commit()


def _newer(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as later:
        later.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
                      "VALUES ('silosim', '999_later', 'x')")
        later.commit()


@pytest.fixture
def stored(silosim, fake, tmp_path):
    """A database with two runs; its content must be the same afterwards."""
    assert silosim("run", "--runs", 2, "--weeks", 15)[0] == 0
    path = tmp_path / "results" / "silosim.db"
    before = path.read_bytes()
    yield path
    assert path.read_bytes() == before


def refused(result, part: str) -> None:
    status, out, wrong = result
    assert status == 2
    assert out == ""
    assert wrong.startswith("silosim: ")
    assert wrong.endswith("\n")
    assert wrong.count("\n") == 1
    assert "Traceback" not in wrong
    assert part in wrong


@pytest.mark.parametrize(("words", "part"), [case[1:] for case in WORDS], ids=[case[0] for case in WORDS])
def test_words(silosim, stored, words, part):
    refused(silosim(*words), part)


@pytest.mark.parametrize("command", ["run", "show"])
@pytest.mark.parametrize(("make", "part"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_organisation_files(silosim, stored, tmp_path, make, part, command):
    make(tmp_path / "mine.toml")
    words = (*RUN, "-o", "./mine.toml") if command == "run" else ("show", "./mine.toml")
    if command == "show" and "[[team]]" not in _text(tmp_path / "mine.toml"):
        part = "mine.toml"  # without teams it is taken for a policy
    refused(silosim(*words), part)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


@pytest.mark.parametrize("content", ["", "[levers]\nbonus = 'x'", "[levers]\ndemand = 1", "levers", "\x00"])
def test_policy_files(silosim, stored, tmp_path, content):
    (tmp_path / "mine.toml").write_text(content)
    refused(silosim(*RUN, "-p", "./mine.toml"), "mine.toml")


@pytest.mark.parametrize("command", [RUN, COMPARE])
@pytest.mark.parametrize(("spoil", "part"), [case[1:] for case in DATABASES], ids=[case[0] for case in DATABASES])
def test_databases(silosim, fake, tmp_path, spoil, part, command):
    assert silosim("run", "--runs", 2, "--weeks", 15)[0] == 0
    path = tmp_path / "results" / "silosim.db"
    spoil(path)
    before = path.read_bytes()
    refused(silosim(*command), part)
    assert path.read_bytes() == before


def test_database_in_use(silosim, fake, tmp_path):
    with Store(tmp_path / "results" / "silosim.db") as other:
        refused(silosim(*RUN), f"being written by process {os.getpid()}")
        assert len(other.runs()) == 0


def test_pictures_that_cannot_be_drawn_do_not_hide_the_answer(silosim, fake, tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "figures").write_text("I am a file")
    status, out, wrong = silosim("compare", "culture_only", "--runs", "2", "--weeks", "15")
    assert status == 2
    assert "Customer grade" in out
    assert "--no-figures leaves them out" in wrong
    assert wrong.splitlines()[-1].startswith("silosim: ")


def test_disk_full_keeps_what_was_stored(tmp_path):
    """Files of this process may not grow beyond 1.5 MB: the command says so, and the same command goes on."""
    code = f"""
import sys, resource
sys.path.insert(0, {str(Path(__file__).parent)!r})
import fake_engine; fake_engine.install()
from silosim.experiments.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(["run", "--runs", "150", "--weeks", "60"]))
"""
    def run(limit):
        return subprocess.run([sys.executable, "-c", code, str(limit)], cwd=tmp_path, capture_output=True, text=True)

    done = run(1_500_000)
    refused((done.returncode, done.stdout, done.stderr), "what was stored stays: make room and run the same command")
    with Store(tmp_path / "results" / "silosim.db", write=False) as store:
        stored = len(store.runs())
    done = run(1_000_000_000)
    assert (done.returncode, done.stdout.startswith("Today")) == (0, True)
    with Store(tmp_path / "results" / "silosim.db", write=False) as store:
        assert stored < len(store.runs()) == 150


def test_in_a_process_of_its_own(tmp_path):
    for words in (["run", "--set", "bonus=9"], ["list", "nothing"], ["run", "--db", "/dev/null"]):
        done = subprocess.run([sys.executable, "-m", "silosim.experiments.cli", *words], cwd=tmp_path,
                              capture_output=True, text=True)
        refused((done.returncode, done.stdout, done.stderr), "")
