"""The command line when it ends otherwise: Ctrl-C, the unexpected, a reader who leaves, an output that is full."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from silosim.experiments.store import Store

HERE = Path(__file__).parent


def process(*words, code="", **options):
    """`silosim` in a process of its own, with the stand-in engine."""
    start = f"import sys; sys.path.insert(0, {str(HERE)!r}); import fake_engine; {code}\n"
    start += f"from silosim.experiments.cli import main; sys.exit(main({[str(w) for w in words]!r}))"
    return subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            **options)


def test_ctrl_c_keeps_what_finished(tmp_path):
    words = ["compare", "customer_time", "--runs", "500", "--weeks", "20", "--no-figures"]
    running = process(*words, code="fake_engine.install(seconds=0.01)", cwd=tmp_path)
    with running:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not stored(tmp_path):
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        out, wrong = running.communicate(timeout=60)
    assert running.returncode == 130
    assert out == ""
    done = int(re.fullmatch(r"silosim: stopped; (\d+) of 1,000 runs are stored in .*: the same command goes on from "
                            r"there\n", wrong)[1])
    with Store(tmp_path / "results" / "silosim.db", write=False) as store:
        assert len(store.runs()) == done > 0
        assert store.frame("SELECT status FROM sweep")["status"].item() == "stopped"
    assert not (tmp_path / "results" / "silosim.db.lock").exists()


def stored(folder) -> bool:
    path = folder / "results" / "silosim.db"
    try:
        with Store(path, write=False) as store:
            return len(store.runs()) > 0
    except ValueError:
        return False


def test_the_unexpected_is_one_line(silosim, fake, monkeypatch):
    from silosim.experiments import engine

    def broken(**fields):
        raise RuntimeError("something\nodd")

    monkeypatch.setattr(engine, "job", broken)
    status, out, wrong = silosim("run", "--runs", 1)
    assert (status, out) == (1, "")
    assert wrong == ("silosim: unexpected RuntimeError: something odd; "
                     "run the same command with --debug to see where\n")
    status, _, wrong = silosim("run", "--runs", 1, "--debug")
    assert status == 1
    assert "Traceback" in wrong
    assert wrong.splitlines()[-1].startswith("silosim: ")


def test_a_reader_who_leaves_early():
    """`silosim list levers | head -1`"""
    listing = process("list", "levers")
    with listing:
        listing.stdout.readline()
        listing.stdout.close()
        wrong = listing.stderr.read()
    assert wrong == ""


def test_an_output_without_these_characters():
    listing = process("list", "levers", env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    out, wrong = listing.communicate(timeout=60)
    assert (listing.returncode, wrong) == (0, "")
    assert "bonus" in out


def test_a_full_output():
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "silosim.experiments.cli", "list", "levers"], stdout=full,
                              stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("silosim: ")
    assert done.stderr.count("\n") == 1
