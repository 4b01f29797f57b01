"""The lock beside a database: one holder at a time, and no file is left, also where open files cannot be removed."""

import os

import pytest

from silosim.experiments.store import StoreError, lock
from silosim.experiments.store.lock import WriterLock


@pytest.mark.parametrize("can_go", [True, False])
def test_a_lock_is_held_once_and_leaves_no_file(tmp_path, monkeypatch, can_go):
    monkeypatch.setattr(lock, "OPEN_FILES_CAN_GO", can_go)
    first, second = WriterLock(tmp_path / "a.db"), WriterLock(tmp_path / "a.db")
    first.take()
    with pytest.raises(StoreError, match=f"a.db: being written by process {os.getpid()} since"):
        second.take()
    first.free()
    assert list(tmp_path.iterdir()) == []
    second.take()
    second.free()
    second.free()  # nothing is held any more
    assert list(tmp_path.iterdir()) == []


def test_a_lock_file_that_somebody_has_open_stays_where_it_cannot_be_removed(tmp_path, monkeypatch):
    def refuse(path, missing_ok=False):
        raise PermissionError(f"{path} is in use")

    one = WriterLock(tmp_path / "a.db")
    one.take()
    with monkeypatch.context() as patch:
        patch.setattr(lock, "OPEN_FILES_CAN_GO", False)
        patch.setattr(type(one.path), "unlink", refuse)
        one.free()
    again = WriterLock(tmp_path / "a.db")
    again.take()
    again.free()
    assert list(tmp_path.iterdir()) == []
