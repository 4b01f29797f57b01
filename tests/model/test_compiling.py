"""The second process that compiles: asked for once, only where it can help, and with the types of the schedule."""

from __future__ import annotations

import atexit
import inspect
import os
import subprocess
import sys
import time

import numba
import pytest

from silosim.model import compiling, doors, schedule
from silosim.model.layout import CLASSES


@pytest.fixture
def started(monkeypatch, tmp_path) -> list:
    """What would be started, in an empty folder of compiled rules."""
    commands = []
    monkeypatch.setattr(compiling, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(compiling, "_asked", set())
    monkeypatch.setattr(subprocess, "Popen", lambda command, **options: commands.append(command))
    monkeypatch.setattr(atexit, "register", lambda *call: None)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    return commands


def test_a_class_is_helped_with_once_also_by_another_process(started, monkeypatch):
    compiling.with_help(CLASSES[0])
    compiling.with_help(CLASSES[0])
    monkeypatch.setattr(compiling, "_asked", set())  # as in a process that starts now
    compiling.with_help(CLASSES[0])
    assert started == [[sys.executable, "-m", "silosim.model.compiling", "0"]]
    compiling.with_help(CLASSES[1])
    assert len(started) == 2


@pytest.mark.parametrize("case", ["one core", "interpreted", "nowhere to keep it"])
def test_nobody_helps_where_it_cannot_help(started, monkeypatch, tmp_path, case):
    if case == "one core":
        monkeypatch.setattr(os, "cpu_count", lambda: 1)
    elif case == "interpreted":
        monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    else:
        monkeypatch.setattr(compiling, "cache_folder", lambda: tmp_path / "gone")
    compiling.with_help(CLASSES[0])
    assert started == []


def test_a_process_that_cannot_be_started_is_done_without(started, monkeypatch):
    def refuse(command, **options):
        raise OSError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    compiling.with_help(CLASSES[0])


def test_it_compiles_until_the_first_process_has_everything(started, monkeypatch, tmp_path):
    compiled = []

    class Door:
        def __init__(self, name):
            self.name = name

        def compile(self, types):
            compiled.append(self.name)
            if self.name == compiling.LATE_FIRST[2]:
                whole = tmp_path / "model" / compiling.WHOLE.replace("*", "200.py311")
                whole.parent.mkdir()
                whole.touch()
                os.utime(whole, (time.time() + 1, time.time() + 1))

    monkeypatch.setattr(compiling, "doors", type("Doors", (), {n: Door(n) for n in dir(doors)}))
    compiling.compile_late_phases(CLASSES[0])
    assert compiled == ["measures_of", *compiling.LATE_FIRST[:3]]


def test_its_doors_are_phases_of_the_schedule():
    for name in compiling.LATE_FIRST:
        assert list(inspect.signature(getattr(doors, name).py_func).parameters) == ["worlds", "row"], name
    of_a_week = [name for name in compiling.LATE_FIRST if hasattr(schedule, name)]
    assert len(of_a_week) >= len(compiling.LATE_FIRST) - 1  # a window is opened before a week
    assert compiling.WHOLE.startswith(f"schedule.{schedule.advance.py_func.__name__}-")
