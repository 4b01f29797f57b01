"""Makes the stand-in engine importable, for these tests and for the processes they start."""

import functools
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine takes longer over one example than Hypothesis allows by default; that is no failure of ours.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)


@pytest.fixture
def fake(monkeypatch):
    """Puts the stand-in engine in place; call it with failing=... for runs that fail."""
    import fake_engine

    from silosim.experiments import engine

    def install(**how):
        monkeypatch.setattr(engine, "job", fake_engine.FakeJob)
        monkeypatch.setattr(engine, "live", functools.partial(fake_engine.live, **how))
        monkeypatch.setattr(engine, "warm_up", lambda spec: None)

    install()
    return install


@pytest.fixture
def store(tmp_path):
    """An empty database, open for writing."""
    from silosim.experiments.store import Store

    with Store(tmp_path / "silosim.db") as opened:
        yield opened


@pytest.fixture
def telepathy(monkeypatch):
    """A policy whose lever does not exist."""
    from silosim.model import policies

    monkeypatch.setattr(policies, "missing_policies", lambda lang="en": {"telepathy": ("Telepathy", "Needs a sense.")})


@pytest.fixture
def silosim(monkeypatch, tmp_path, capsys):
    """Runs a command in an empty folder: (exit status, output, error output)."""
    from silosim.experiments.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SILOSIM_LANG", raising=False)
    monkeypatch.setenv("COLUMNS", "140")

    def run(*words):
        status = main([str(word) for word in words])
        return status, *capsys.readouterr()

    return run
