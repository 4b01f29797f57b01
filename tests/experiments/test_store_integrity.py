"""The full check of a database finds every kind of damage, and nothing where there is none."""

import pytest
from fake_engine import FakeJob, planned, sweep_runs, write_sweep

from silosim.experiments.store import Store
from silosim.experiments.store.integrity import check
from silosim.experiments.store.keep import Keep

SOME = Keep(("grade", "contacts"), ("team", "silo_map"))


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "silosim.db") as opened:
        points, runs = sweep_runs(keep=SOME)
        write_sweep(opened, points, runs, keep=SOME)
        opened.record_failure(planned(FakeJob(seed=9)), "no power")
        yield opened


def test_nothing_is_wrong(store):
    assert check(store) == []


@pytest.mark.parametrize(("damage", "kinds"), [
    ("UPDATE outcome SET grade = grade + 1e-6 WHERE run = 2 AND period = 'whole_path'", {"runs": 1, "sweeps": 1}),
    ("DELETE FROM outcome WHERE run IN (3, 4) AND period = 'last_year'", {"runs": 2, "sweeps": 1}),
    ("UPDATE run SET outcome_hash = 'x' WHERE id IN (1, 2, 3)", {"runs": 3, "sweeps": 1}),
    ("UPDATE run SET levers = '{}' WHERE id = 2", {"runs": 1}),
    ("UPDATE run SET error = 'another' WHERE status = 'failed'", {"runs": 1}),
    ("UPDATE series SET numbers = zeroblob(length(numbers)) WHERE run = 5", {"series": 2, "sweeps": 1}),
    ("UPDATE series SET run = 99 WHERE run = 5 AND measure = 'grade'",
     {"references": 1, "series": 1, "kept": 1, "sweeps": 1}),
    ("DELETE FROM series WHERE run = 5 AND measure = 'grade'", {"kept": 1, "sweeps": 1}),
    ("DELETE FROM detail WHERE run = 6", {"kept": 1, "sweeps": 1}),
    ("UPDATE detail SET numbers = zeroblob(length(numbers)) WHERE run < 3", {"details": 4, "sweeps": 1}),
    ("UPDATE organisation SET json = replace(json, 'front', 'Front')", {"organisations": 1}),
    ("UPDATE point SET policy = 'yours' WHERE point = 2", {"sweeps": 1}),
    ("DELETE FROM point WHERE point = 2", {"references": 4, "sweeps": 1}),
])
def test_what_is_wrong_is_found(store, damage, kinds):
    store.db.execute("PRAGMA foreign_keys = OFF")
    with store._transaction() as db:
        assert db.execute(damage).rowcount > 0
    assert {problem.kind: problem.count for problem in check(store)} == kinds


def test_damaged_pages_are_found(tmp_path, store):
    store.close()
    path = tmp_path / "silosim.db"
    content = bytearray(path.read_bytes())
    content[9 * 8192:12 * 8192] = bytes(3 * 8192)
    path.write_bytes(content)
    with Store(path, write=False) as damaged:
        assert "pages" in {problem.kind for problem in check(damaged)}
