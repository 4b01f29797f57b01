"""Makes the helpers of these tests and the stand-in engine importable, also for the processes they start."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("no deadline", deadline=None)  # a busy machine takes longer: no failure of ours
settings.load_profile("no deadline")

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "experiments"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


@pytest.fixture
def plain(monkeypatch):
    """The stand-in engine in this process; call it with failing=... or seconds=... for other manners."""
    import functools

    import fake_engine

    from silosim.experiments import engine

    def install(**how):
        monkeypatch.setattr(engine, "job", fake_engine.FakeJob)
        monkeypatch.setattr(engine, "live", functools.partial(fake_engine.live, **how))
        monkeypatch.setattr(engine, "warm_up", lambda spec: None)

    install()
    return install


@pytest.fixture(scope="session")
def design(tmp_path_factory):
    """A design file of 1,200 runs."""
    from sweeping import write_design

    return write_design(tmp_path_factory.mktemp("design"), runs=200)


@pytest.fixture(scope="session")
def undisturbed(design, tmp_path_factory):
    """The content hash of that design, made in plain Python in one go."""
    from sweeping import content

    return content(design, "--db", tmp_path_factory.mktemp("undisturbed") / "silosim.db")
