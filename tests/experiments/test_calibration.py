"""The baseline targets hold, the prior is what it says, and history matching sees nothing but the targets."""

import ast
import math
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from silosim.experiments import calibration
from silosim.experiments.calibration import (
    PRIORS,
    SOLVED,
    TARGETS,
    Interrupted,
    check,
    draw,
    holds,
    load_worlds,
    range_of,
    ranges,
    solve,
)
from silosim.experiments.calibration.publish import DRAWS, as_toml
from silosim.experiments.calibration.run import fit_world, report, run_calibration
from silosim.experiments.calibration.worlds import read_list
from silosim.experiments.comparison import spread
from silosim.experiments.engine import simulate
from silosim.model.ensemble import Job
from silosim.model.measures.declared import INDEX
from silosim.model.organisation_file import bundled_organisations, load_organisation
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.parameters.registry import EVIDENCE

RUNS = 16
FOLDER = Path(calibration.__file__).parent
PUBLISHED = Path(__file__).resolve().parents[2] / "results" / "calibration"
QUICK = {"STEPS": 1, "JUDGED": 1, "BURN_IN": 13, "WEEKS": 13}


@pytest.fixture(scope="module")
def today():
    """Summaries and teams of today's default organisation, and the same runs a year earlier."""
    spec = load_organisation("insurer")
    jobs = [Job(spec, weeks=weeks, replicate=r, seed=5) for r in range(RUNS) for weeks in (52, 104)]
    found = {(job.weeks, job.replicate): outcome for job, outcome in simulate(jobs, workers=2)}
    assert not [o for o in found.values() if isinstance(o, Exception)]
    return {weeks: [found[weeks, r] for r in range(RUNS)] for weeks in (52, 104)}


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.measure)
def test_the_default_organisation_meets_the_target(today, target):
    """The whole 95% interval lies in the range, not just the mean."""
    s = spread([o.summary[INDEX[target.measure]] for o in today[104]])
    assert target.low <= s.low, s
    assert s.high <= target.high, s


def test_backlogs_are_stationary_and_no_team_is_overloaded(today):
    first, second = (np.array([o.team for o in today[weeks]]) for weeks in (52, 104))
    assert second[:, :, INDEX["utilisation"]].mean(axis=0).max() < 0.95
    growth = second[:, :, INDEX["backlog"]] - first[:, :, INDEX["backlog"]]
    for team in growth.T:
        s = spread(team)
        assert abs(s.mean) < max(0.2, s.half_width)


def test_the_grade_does_not_drift(today):
    first, second = (np.array([o.summary[INDEX["grade"]] for o in today[weeks]]) for weeks in (52, 104))
    assert abs(np.mean(second - first)) < 0.1


def test_expectations_start_where_they_settle():
    found = solve.settle(load_organisation("insurer"), {}, 4, seed=6)
    assert found["expectation"] == pytest.approx(PARAMETERS["expectation_start"].default, abs=0.05)
    assert found["capability"] == pytest.approx(PARAMETERS["capability_start"].default, abs=0.05)


@pytest.mark.parametrize("name", [n for n in bundled_organisations() if n not in ("insurer", "large")])
def test_other_bundled_organisations_are_believable(name):
    found = [o for _, o in simulate([Job(load_organisation(name), weeks=104, replicate=r, seed=5) for r in range(8)])]
    assert 6 < np.mean([o.summary[INDEX["grade"]] for o in found]) < 8
    assert np.mean([o.team[:, INDEX["utilisation"]] for o in found], axis=0).max() < 0.95


def test_targets_are_declared_completely():
    assert len({t.measure for t in TARGETS}) == len(TARGETS) == 7
    for t in TARGETS:
        assert t.measure in INDEX
        assert t.low < t.high
        assert t.aim is None or t.low < t.aim < t.high
        assert t.source
        assert t.evidence in EVIDENCE
    assert {m for m in SOLVED.values() if m} == {t.measure for t in TARGETS if t.aim is not None}


def test_a_target_holds_on_its_edges_and_not_where_undefined():
    values = {t.measure: t.low for t in TARGETS}
    assert holds(values)
    assert holds({t.measure: t.high for t in TARGETS})
    for t in TARGETS:
        for bad in (t.low - 1e-6, t.high + 1e-6, math.nan):
            held = check({**values, t.measure: bad})
            assert [m for m, ok in held.items() if not ok] == [t.measure]


@pytest.mark.parametrize("prior", PRIORS)
def test_draws_lie_in_the_declared_ranges(prior):
    span = ranges(prior)
    draws = [draw(k, seed=3, prior=prior) for k in range(200)]
    for name, (low, high) in span.items():
        values = np.array([d[name] for d in draws])
        p = PARAMETERS[name]
        assert p.role == "world"
        assert p.low <= low < high <= p.high
        assert low <= p.default <= high
        assert low <= values.min() < low * (high / low) ** 0.1  # the whole range is used
        assert low * (high / low) ** 0.9 < values.max() <= high
        PARAMETERS.checked({name: values[0]})


def test_what_is_not_drawn_is_solved_defined_or_switched_off():
    left = {p.name for p in PARAMETERS.of_role("world")} - set(ranges("narrow")) - set(SOLVED)
    assert left - {"demand", "patience"} == {p.name for p in PARAMETERS.of_role("world") if p.default == 0}


def test_a_wider_prior_is_wider_and_a_world_does_not_depend_on_how_many_are_drawn():
    narrow, wide = ranges("narrow"), ranges("wide")
    assert all(wide[n][0] <= narrow[n][0] and narrow[n][1] <= wide[n][1] for n in narrow)
    assert wide["duty"][1] > narrow["duty"][1]
    assert draw(7, seed=1) == draw(7, seed=1) != draw(7, seed=2)
    assert draw(7, seed=1) != draw(8, seed=1)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda f: f.name)
def test_history_matching_sees_only_the_targets(file):
    """No part of it may import patterns, policies, claims or anything else that knows what a policy does."""
    allowed = ("silosim.experiments.calibration", "silosim.experiments.runkey", "silosim.experiments.running",
               "silosim.experiments.store", "silosim.experiments.extras", "silosim.experiments.quantile",
               "silosim.experiments.engine", "silosim.experiments.interrupts", "silosim.experiments.scenarios.Planned",
               "silosim.experiments.figures.style", "silosim.model.measures.declared",
               "silosim.model.parameters", "silosim.model.simulation", "silosim.model.organisation_file",
               "silosim.model.rulebook", "silosim.model.text")
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("silosim"):
            for alias in node.names:
                assert f"{node.module}.{alias.name}".startswith(allowed), f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            assert not [alias.name for alias in node.names if alias.name.startswith("silosim")]


def test_no_lever_is_touched():
    levers = {p.name for p in PARAMETERS.of_role("lever")}
    assert not levers & {*ranges("wide"), *SOLVED}


def test_a_step_moves_each_constant_towards_its_aim():
    aims = {t.measure: t.aim for t in TARGETS if t.aim is not None}
    start = {name: float(PARAMETERS[name].default) for name in SOLVED}
    settled = {**aims, "expectation": 0.8, "capability": 0.6}
    there = solve.improved(start, settled)
    for name in ("u_base", "case_spread", "defect_rate", "quit_rate"):
        assert there[name] == pytest.approx(start[name])
    assert (there["expectation_start"], there["capability_start"]) == (0.8, 0.6)
    low = solve.improved(start, {**settled, "grade": 6.0, "share_nine": 0.04, "first_time_right": 0.6, "turnover": 0.3})
    assert low["u_base"] > start["u_base"]
    assert low["case_spread"] > start["case_spread"]
    assert low["defect_rate"] < start["defect_rate"]
    assert low["quit_rate"] < start["quit_rate"]


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


@pytest.mark.parametrize("prior", PRIORS)
def test_the_published_worlds_come_with_the_program(prior, tmp_path, monkeypatch):
    """The copy in the package is the list in the checkout, and neither is needed to be near."""
    listed = PUBLISHED / f"worlds_{prior}.csv"
    assert (FOLDER / f"worlds_{prior}.toml").read_text(encoding="utf-8") == as_toml(listed)
    for admissible in (True, False):
        monkeypatch.chdir(tmp_path)
        assert load_worlds(prior, admissible=admissible) == load_worlds(prior, listed, admissible=admissible)
    assert len(load_worlds(prior, admissible=False)) == DRAWS[prior]


def test_the_published_worlds_are_those_of_todays_rules():
    """One of them fitted again. After a change of results: python -m silosim.experiments.calibration.publish"""
    _, rows = read_list(PUBLISHED / "worlds_narrow.csv")
    world, admissible = rows[17]
    again = fit_world(load_organisation("insurer"), 17, 1, "narrow")
    assert again.solved == world.solved
    assert again.row() == world.row()
    assert again.admissible == admissible


def test_a_range_for_every_world_parameter_that_is_a_number():
    for p in PARAMETERS.of_role("world"):
        for prior in PRIORS:
            low, high = range_of(p.name, prior)
            assert p.low <= low < high <= p.high
            assert low <= p.default <= high


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
