"""The benchmark beside other runners, when something goes wrong: what each loses, hangs on or leaves running."""

from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from silosim.experiments.benchmark.peers import faults
from silosim.experiments.benchmark.peers.contenders import Contender
from silosim.experiments.benchmark.peers.faults import Settings, one_fault
from silosim.experiments.benchmark.peers.roster import OURS, ROSTER
from silosim.experiments.benchmark.peers.work import Faulty, Trivial

ACCIDENTS = ((OURS, "kill_always"), (OURS, "parent"), ("pool", "kill_once"), ("pool", "parent"), ("joblib", "raise"),
             ("ema_case", "raise"))


@pytest.fixture(scope="module")
def accidents():
    def examine(pair):
        how = Settings(runs=60, seconds=0.02, grace=10.0 if pair[0] == OURS else 0.5)
        return one_fault(*pair, ROSTER[pair[0]], how)

    with ThreadPoolExecutor(3) as threads:
        return dict(zip(ACCIDENTS, threads.map(examine, ACCIDENTS), strict=True))


def test_silosim_loses_nothing_but_the_bad_run(accidents):
    always, parent = accidents[OURS, "kill_always"], accidents[OURS, "parent"]
    assert (always.results, always.told, always.hangs) == (59, True, False)
    assert "killed" in always.words
    assert parent.made >= 30
    assert parent.resumed == 60
    assert not any(one.orphans or one.wrong for one in (always, parent))


def test_what_peers_lose_is_seen(accidents):
    broken = accidents["pool", "kill_once"]
    assert broken.results < 60
    assert broken.told
    assert "BrokenProcessPool" in broken.words
    parent = accidents["pool", "parent"]
    assert parent.results == 0
    assert parent.resumed is None
    assert accidents["joblib", "raise"].results < 60
    assert accidents["joblib", "raise"].told
    assert "fails on purpose" in accidents["joblib", "raise"].words
    silent = accidents["ema_case", "raise"]
    assert (silent.results, silent.wrong, silent.told) == (59, 1, False)


HANGS = """
import json, subprocess, sys, time
from silosim.experiments.benchmark.peers.contenders import Contender
from silosim.experiments.benchmark.peers.worker import main

class Hangs(Contender):
    def rescue(self, work, numbers, got):
        got[0], got[1] = work(0), work(0)
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
        time.sleep(60)

main(json.loads(sys.argv[1]), {"hangs": Hangs})
"""
STONE_DEAD = "import time; time.sleep(60)"


def marked_processes() -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if "SILOSIM_PEERS" in process.environ() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


def test_a_contender_that_hangs_is_found_out_and_ended():
    before = set(marked_processes())
    how = Settings(runs=60, seconds=0.0, limit=0.5, to_start=0.5, grace=0.2)
    found = one_fault("hangs", "raise", Contender, how, command=("-c", HANGS))
    assert found.hangs
    assert (found.results, found.wrong, found.told) == (1, 1, False)
    assert found.orphans == 1
    assert not set(marked_processes()) - before


def test_one_that_cannot_even_say_so_hangs_too(monkeypatch):
    monkeypatch.setattr(faults, "SPARE", 0.3)
    how = Settings(runs=0, limit=0.0, to_start=0.5, grace=0.2)
    found = one_fault("stone", "raise", Contender, how, command=("-c", STONE_DEAD))
    assert found.hangs
    assert found.results == found.orphans == 0


def test_one_that_dies_does_not_hang_and_its_last_words_are_kept():
    found = one_fault("dead", "raise", Contender, Settings(grace=0.2), command=("-c", "raise ValueError('gone')"))
    assert not found.hangs
    assert found.words == "ValueError: gone"


def test_a_run_that_kills_its_worker_once_does_so_once(tmp_path):
    work = Faulty(Trivial(0.0), "kill_once", str(tmp_path), bad=2)
    assert work(1) == work.expected(1)
    assert work.made() == 1
    (tmp_path / "killed").touch()  # as if it had
    assert work(2) == work.expected(2)
    with pytest.raises(RuntimeError, match="run 2 fails on purpose"):
        Faulty(Trivial(0.0), "raise", str(tmp_path), bad=2)(2)
