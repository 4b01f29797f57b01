"""A calibration is stored as it goes, goes on after being stopped or killed, and ends with the same list."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from silosim.experiments.calibration import (
    TARGETS,
    Interrupted,
    draw,
    load_worlds,
    solve,
)
from silosim.experiments.calibration.run import fit_world, report, run_calibration
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import PARAMETERS, InvalidInput

QUICK = {"STEPS": 1, "JUDGED": 1, "BURN_IN": 13, "WEEKS": 13}


@pytest.fixture
def quick(monkeypatch):
    """Worlds that are fitted in a moment, if not well."""
    for name, value in QUICK.items():
        monkeypatch.setattr(solve, name, value)


def test_a_small_calibration_is_stored_read_back_and_does_not_depend_on_workers(quick, tmp_path):
    told = []
    result = run_calibration(3, workers=2, seed=4, progress=lambda *x: told.append(x), organisation="clinic",
                             folder=tmp_path)
    assert (told[0], told[-1]) == ((0, 3), (3, 3))
    assert told == sorted(told)
    again = run_calibration(3, workers=1, seed=4, organisation="clinic", folder=None)
    assert again.worlds == result.worlds
    assert fit_world(load_organisation("clinic"), 1, 4, "narrow") == result.worlds[1]
    assert result.path == tmp_path / "worlds_narrow_clinic_seed4.csv"
    assert [path.name for path in tmp_path.iterdir()] == [result.path.name]

    assert len(load_worlds("narrow", result.path)) == result.admissible
    worlds = load_worlds("narrow", tmp_path, admissible=False, organisation="clinic", seed=4)
    assert worlds == [{**draw(w.number, 4), **w.solved} for w in result.worlds]
    for world in worlds:
        PARAMETERS.checked(world)
    assert len(report(result)) == len(report(result, "nl")) == 3 + len(TARGETS)
    assert sum(result.held(t.measure) for t in TARGETS) >= result.admissible * len(TARGETS)


def test_what_was_fitted_is_not_fitted_again(quick, tmp_path, monkeypatch):
    first = run_calibration(2, workers=1, organisation="clinic", folder=tmp_path)
    more = run_calibration(4, workers=1, organisation="clinic", folder=tmp_path)
    assert (first.new, more.new) == (2, 2)
    fresh = run_calibration(4, workers=1, organisation="clinic", folder=tmp_path / "fresh")
    assert more.path.read_bytes() == fresh.path.read_bytes()
    before = fresh.path.read_bytes()
    some = run_calibration(1, workers=1, organisation="clinic", folder=tmp_path / "fresh")
    assert (some.new, len(some.worlds), fresh.path.read_bytes()) == (0, 1, before)  # the longer list stays

    monkeypatch.setattr(solve, "RUNS", solve.RUNS + 1)  # another method: other worlds
    assert run_calibration(1, workers=1, organisation="clinic", folder=tmp_path / "fresh").new == 1


def test_a_stopped_calibration_goes_on_to_the_same_list(quick, tmp_path):
    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as stopped:
        run_calibration(5, workers=1, progress=stop, organisation="clinic", folder=tmp_path)
    assert stopped.value.total == 5
    kept = stopped.value.done
    assert 2 <= kept < 5
    assert not (tmp_path / "worlds_narrow_clinic.csv").exists()
    with (tmp_path / "worlds_narrow_clinic.csv.part").open("ab") as part:
        part.write(b'{"number": 4, "solved": {"u_b')  # as when the machine went down while writing
    rest = run_calibration(5, workers=2, organisation="clinic", folder=tmp_path)
    assert rest.new == 5 - kept
    whole = run_calibration(5, workers=2, organisation="clinic", folder=tmp_path / "undisturbed")
    assert rest.worlds == whole.worlds
    assert rest.path.read_bytes() == whole.path.read_bytes()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "Ctrl-C"])
def test_a_calibration_cut_short_from_outside_goes_on_to_the_same_list(quick, tmp_path, how):
    code = ("import sys; from silosim.experiments.calibration import solve\n"
            f"for name, value in {QUICK!r}.items(): setattr(solve, name, value)\n"
            "from silosim.experiments.cli import main\n"
            "sys.exit(main('calibrate --draws 90 --workers 1 -o clinic --folder .'.split()))")
    part = tmp_path / "worlds_narrow_clinic.csv.part"
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        while not (part.exists() and part.read_bytes().count(b"\n") > 3):
            assert process.poll() is None
            time.sleep(0.005)
        with pytest.raises(InvalidInput, match="another silosim calibrate"):
            run_calibration(90, workers=1, organisation="clinic", folder=tmp_path)
        process.send_signal(how)
        wrong = process.communicate(timeout=60)[1]
    there = part.read_bytes().count(b"\n") - 1
    assert 3 <= there < 90
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert f"stopped; {there} of 90 worlds are kept in" in wrong
    result = run_calibration(there + 2, workers=2, organisation="clinic", folder=tmp_path)
    assert result.new == 2
    whole = run_calibration(there + 2, workers=2, organisation="clinic", folder=tmp_path / "undisturbed")
    assert result.path.read_bytes() == whole.path.read_bytes()


def test_a_world_that_fails_is_raised_and_the_others_are_kept(quick, tmp_path, monkeypatch):
    def settle(spec, world, runs, seed, real=solve.settle):
        if world["duty"] == draw(2)["duty"]:
            raise ZeroDivisionError("went wrong")
        return real(spec, world, runs, seed)

    with monkeypatch.context() as patch:
        patch.setattr(solve, "settle", settle)
        with pytest.raises(ZeroDivisionError):
            run_calibration(4, workers=1, organisation="clinic", folder=tmp_path)
    assert run_calibration(4, workers=1, organisation="clinic", folder=tmp_path).new <= 2


def test_the_command_says_how_far_it_came(silosim, quick, monkeypatch):
    status, out, wrong = silosim("calibrate", "--draws", "2", "--organisation", "clinic", "--workers", "1")
    assert (status, wrong) == (0, "")
    assert "Fitted now: 2; there already: 0." in out
    assert "Nu aangepast: 0; er al: 2." in silosim("--lang", "nl", "calibrate", "--draws", "2", "-o", "clinic")[1]

    def stopped(*_, **__):
        raise Interrupted(1, 3, Path("here.part"))

    monkeypatch.setattr("silosim.experiments.calibration.run_calibration", stopped)
    status, out, wrong = silosim("calibrate", "--draws", "3", "--organisation", "clinic")
    assert (status, out) == (130, "")
    assert "1 of 3 worlds are kept in here.part" in wrong


def test_bad_input_is_named(tmp_path):
    with pytest.raises(InvalidInput, match="draws"):
        run_calibration(0)
    with pytest.raises(InvalidInput, match="narrow"):
        run_calibration(1, prior="narow")
    with pytest.raises(InvalidInput, match="silosim calibrate"):
        load_worlds("narrow", tmp_path)
    (tmp_path / "worlds_narrow.csv").write_bytes(b"\xff\x00 no list")
    with pytest.raises(InvalidInput, match="silosim calibrate"):
        load_worlds("narrow", tmp_path)
    (tmp_path / "worlds_narrow.csv").write_text("")
    with pytest.raises(InvalidInput, match="silosim calibrate"):
        load_worlds("narrow", tmp_path)
