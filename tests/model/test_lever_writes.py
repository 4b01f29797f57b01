"""No lever touches the grade, the KPI score or a measure of the silo: levers act on pay, sight, permission, time,
knowledge, routing and conviction, and the rest follows.

Twice over. In the sources: which fields a lever reaches in one step (lever_flow.py) must stand in the tables below. And
in a living organisation: whatever lever changes, in the phases in which levers enter nothing that is measured moves.
"""

import ast
from pathlib import Path

import numpy as np
import pytest
from lever_flow import Sources
from lever_tables import ACTS, ESTIMATES, MAY_WRITE, WRITE_MORE, YARDSTICK

import silosim.model
from silosim.model import doors
from silosim.model.layout import F
from silosim.model.measures.declared import MEASURES
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import PARAMETERS
from silosim.model.simulation import Simulation

MODEL = Path(silosim.model.__file__).parent
LEVERS = PARAMETERS.of_role("lever")

SCORES = ("team.points", "team.closed", "team.closed_first", "team.closed_same_day", "team.taken", "team.attained",
          "emp.points", "emp.grades", "emp.graded", "team.score", "team.answers", "team.lost", "team.handed",
          "team.loss_last", "team.lead", "team.lead_last", "team.answers_last")
WHOLE = ("ended", "flow", "flows", "window", "sums", "emp_sums")  # written element by element, or all at once
MEASURED = ("customer", "dashboard", "silo")  # groups of measures


def sources(**more):
    """The rules as they stand, with modules replaced or added."""
    files = [*sorted((MODEL / "rules").glob("*.py")), MODEL / "schedule.py"]
    return Sources({path.stem: path.read_text(encoding="utf-8") for path in files} | more, [p.name for p in LEVERS])


@pytest.fixture(scope="module")
def rules():
    return sources()


def measured_fields() -> set[str]:
    """The accumulators from which the measures of the customer, the dashboard and the silo are computed."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((MODEL / "measures").glob("*.py"))]
    functions = {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}

    def fields(name):
        found = set()
        for x in ast.walk(functions[name]):
            if isinstance(x, ast.Attribute) and isinstance(x.value, ast.Name) and x.value.id == "F":
                found.add(x.attr)
            elif isinstance(x, ast.Call) and isinstance(x.func, ast.Name) and x.func.id in functions:
                found |= fields(x.func.id)
        return found

    return set().union(*(fields(m.name) for m in MEASURES.values() if m.group in MEASURED))


MEASURED_FIELDS = measured_fields()


def is_result(path: str) -> bool:
    """Whether a field is the grade, the KPI score or a silo measure, or what one of them is computed from."""
    first, _, rest = path.partition(".")
    if first in ("sums", "emp_sums") and rest:
        return rest in MEASURED_FIELDS
    return first in WHOLE or path in SCORES or path in ("customer.grade", "customer.cases", "customer.expectation")


def offences(rules) -> set[str]:
    """Every way in which a lever reaches a field that it may not, in words."""
    allowed = set(" ".join(MAY_WRITE.values()).split())
    found = set()
    for path, tokens, rule in rules.all_writes:
        path = path.removeprefix("w.")
        for kind, lever, *site in tokens:
            if kind == "value" and not _may_be_worth(path, lever, rule, allowed):
                found.add(f"{lever} is part of the number that {rule} writes to {path}")
            if kind == "whether" and not _may_decide(path, lever, site[0], allowed):
                found.add(f"{lever} decides in {site[0]} about what {rule} writes to {path}")
    return found


def _may_be_worth(path, lever, rule, allowed) -> bool:
    declared = lever in YARDSTICK.get(path, "").split() or lever in ESTIMATES.get(rule, ("",))[0].split()
    return declared or (path in allowed and not is_result(path))


def _may_decide(path, lever, site, allowed) -> bool:
    return lever in ACTS.get(site, ("",))[0].split() or (path in allowed and not is_result(path))


# -- in the sources ----------------------------------------------------------------------------------------------------

def test_levers_reach_only_what_the_tables_name(rules):
    found = offences(rules)
    assert not found, "\n".join(sorted(found))


def test_the_tables_hold_nothing_that_is_not_so(rules):
    """Everything declared about a rule that is there is needed: an exception nobody uses would hide the next cheat."""
    used = {(site[0], lever) for one in rules.all_writes for kind, lever, *site in one.tokens if kind == "whether"}
    for rule, (levers, _) in ACTS.items():
        if rule != "people.consider_leaving":
            assert {(rule, lever) for lever in levers.split()} <= used, rule
    worth = {(one.rule, token[1]) for one in rules.all_writes for token in one.tokens if token[0] == "value"}
    for rule, (levers, _) in ESTIMATES.items():
        assert rule not in rules.rules or {(rule, lever) for lever in levers.split()} <= worth, rule
    reached = {(one.path.removeprefix("w."), token[1]) for one in rules.all_writes for token in one.tokens}
    assert {(path, lever) for path, levers in YARDSTICK.items() for lever in levers.split()} <= reached
    assert not [path for path in " ".join(MAY_WRITE.values()).split() if is_result(path)]


def test_what_is_measured_is_written_by_rules_that_read_no_lever(rules):
    """But for the declared decisions and the yardstick, the rules that write results read no lever at all."""
    readers = rules.readers()
    writers = {one.rule for one in rules.all_writes if is_result(one.path.removeprefix("w."))}
    assert "experience.tell_everyone" not in {rule for rule, _ in readers}
    known = {rule: levers for rule, (levers, _) in {**ACTS, **ESTIMATES}.items()}
    known |= {"appraisal.appraise": "target_level", "kpi.take_back": "kpi_sight", "handoff.hand_over": "kpi_sight"}
    found = {(rule, lever) for rule, lever in readers if rule in writers and lever not in known.get(rule, "").split()}
    assert found <= WRITE_MORE, found


def test_levers_are_read(rules):
    """The reading works: every lever is seen where it enters; the measure in customer pay shapes what Python
    prepares."""
    read = {lever for _, lever in rules.readers()}
    assert {p.name for p in LEVERS} - read == {"customer_measure"}


def test_no_rule_changes_a_lever(rules):
    assert not [one for one in rules.all_writes if one.path.startswith("w.par")]


# -- the test can fail -------------------------------------------------------------------------------------------------

CHEATS = {
    "a number": "def cheat(w):\n    w.sums[w.org][F.grade] += w.par.bonus",
    "a row and a local": "def cheat(w, i):\n    p = w.par\n    row = w.ended\n    gain = 2.0 * p.culture\n"
                         "    row[F.grade - FLOWS] += gain",
    "a helper that returns": "def lift(w, x):\n    return x + w.par.okr\ndef cheat(w, i):\n"
                             "    w.customer[i].grade = lift(w, 1.0)",
    "a helper that writes": "def add(row, x):\n    row.points += x\ndef cheat(w, t):\n    add(w.team[t], w.par.okr)",
    "a decision": "def cheat(w):\n    if w.par.platform > 0.5:\n        w.flow[0, 1, 1] = 0.0",
    "a decision about a call": "def bump(w):\n    w.sums[w.org][F.lost_across] = 0.0\ndef cheat(w):\n"
                               "    if w.par.sponsorship > 0.0:\n        bump(w)",
    "an early return": "def cheat(w):\n    if w.par.leader_example == 0.0:\n        return\n"
                       "    w.sums[0][F.solved] += 1.0",
    "one of two numbers": "def cheat(w):\n    w.sums[0][F.green] += 1.0 if w.par.audit > 0.1 else 0.0",
    "a local array": "def cheat(w):\n    some = np.zeros(3)\n    some[0] = w.par.guidance\n"
                     "    w.sums[w.org][F.grade] = some[0]",
    "a loop": "def cheat(w):\n    x = 0.0\n    for t in range(w.teams):\n        w.team[t].attained += x\n"
              "        x = w.par.discretion",
    "the scratch row": "def cheat(w):\n    w.sums[w.org, :] = w.par.exits",
}


@pytest.mark.parametrize("text", CHEATS.values(), ids=CHEATS)
def test_a_rule_that_cheats_is_found(text):
    assert offences(Sources({"cheats": text}, [p.name for p in LEVERS]))


def test_a_rule_that_keeps_to_the_tables_is_not():
    honest = """def honest(w, t):
    p = w.par
    gain = p.culture if p.bonus > 0.5 else 0.0
    w.team[t].budget = 1.0 - gain
    w.sums[t][F.grade] += w.customer[t].grade
"""
    assert not offences(Sources({"honest": honest}, [p.name for p in LEVERS]))


@pytest.mark.parametrize(("module", "honest", "cheating", "told"), [
    ("experience", "q -= p.u_contact", "q += p.culture - p.u_contact", "culture is part of the number"),
    ("experience", "if outcome != SOLVED:\n        q -= p.u_unsolved",
     "if outcome != SOLVED and p.strictness < 0.5:\n        q -= p.u_unsolved", "strictness decides"),
    ("handoff", "flow[1] += lost", "flow[1] += lost * (1.0 - w.par.platform)", "platform is part of the number"),
    ("work", "sums[F.stages] += 1.0", "sums[F.stages] += 1.0 + w.par.sponsorship", "sponsorship is part of the number"),
    ("appraisal", "    ratchet(w, team)\n", "    ratchet(w, team)\n    t.points *= 1.0 + p.leader_example\n",
     "leader_example is part of the number"),
])
def test_a_real_rule_made_to_cheat_is_found(module, honest, cheating, told):
    text = (MODEL / "rules" / f"{module}.py").read_text(encoding="utf-8")
    assert honest in text, "the rule has changed: plant the cheat anew"
    assert [words for words in offences(sources(**{module: text.replace(honest, cheating)})) if told in words]


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(TypeError, match="hands the row of parameters"):
        _ = Sources({"odd": "def odd(w):\n    p = w.par\n    other(p)"}, ["bonus"]).all_writes
    with pytest.raises(TypeError, match="With is not understood"):
        _ = Sources({"odd": "def odd(w):\n    with w:\n        pass"}, ["bonus"]).all_writes


# -- in a living organisation ------------------------------------------------------------------------------------------

# Phases in which levers enter and nothing that is measured moves. In the phases of the day levers act through what
# people do, and that is measured as it happens: there the sources tell.
PHASES = ("teams_take_stock", "teams_set_pay", "everyone_chooses", "everyone_reflects", "everyone_considers_leaving",
          "organisation_learns", "teams_are_appraised", "close_accounts")
OF_THE_TARGET = {"kpi", "kpi_sight", "target_level"}  # in the appraisal they say what reaching the target is


def measured(worlds) -> np.ndarray:
    """All that is measured of a world, in one array."""
    w = worlds[0]
    columns = [getattr(F, name) for name in sorted(MEASURED_FIELDS)]
    parts = [w["sums"][:, columns], w["emp_sums"][:, columns], w["flow"][..., :3], w["flows"][..., :3], w["ended"]]
    parts += [w["customer"][name] for name in ("grade", "cases", "expectation")]
    parts += [w[table][name] for table, name in (path.split(".") for path in SCORES)]
    return np.concatenate([part.astype(float).ravel() for part in parts])


def anything(worlds) -> np.ndarray:
    """The state but for parameters and cases, byte by byte."""
    names = ("team", "emp", "manager", "journey", "sums", "familiar", "adoption", "mapped")
    return np.concatenate([np.ascontiguousarray(worlds[name]).view(np.uint8).ravel() for name in names])


def moved_by(phase, worlds, levers) -> tuple[set, set]:
    """Levers of which either end of the range makes this phase leave something else than today: something that is
    measured, and anything at all."""
    today = worlds.copy()
    phase(today, 0)
    before, found, entered = measured(today), set(), set()
    everything = anything(today)
    for lever in levers:
        for end in (lever.low, lever.high):
            other = worlds.copy()
            other["par"][lever.name][0] = end
            phase(other, 0)
            if not np.array_equal(before, measured(other), equal_nan=True):
                found.add(lever.name)
            if lever.name not in entered and not np.array_equal(everything, anything(other)):
                entered.add(lever.name)
    return found, entered


@pytest.fixture(scope="module")
def living():
    """An organisation at the end of a quarter's last Friday, before the week is closed."""
    sim = Simulation(load_organisation("insurer"), seed=5, culture=0.2, customer_weight=0.2, platform=0.5, okr_count=1,
                     management_layers=3, leader_contact=13, customer_flag=0.5, goal_alignment=-0.5, capacity_cut=0.1)
    sim.run(12)
    doors.clear_week(sim.worlds, 0)
    for _ in range(5):
        doors.day(sim.worlds, 0)
    return sim.worlds


def test_no_lever_moves_what_is_measured_where_levers_enter(living):
    worlds = living.copy()
    entered = set()
    for name in PHASES:
        phase = getattr(doors, name)
        found, more = moved_by(phase, worlds, LEVERS)
        assert found <= (OF_THE_TARGET if name == "teams_are_appraised" else set()), name
        entered |= more
        phase(worlds, 0)
    assert len(entered) > len(LEVERS) / 2, f"so few levers enter here that this says nothing: {sorted(entered)}"


@pytest.mark.parametrize("lever", ["bonus", "culture", "structure"])
def test_a_phase_that_cheats_is_seen(living, lever):
    def cheat(worlds, row):
        worlds["sums"][row, 0, F.grade] += 0.001 * worlds["par"][lever][row]

    assert moved_by(cheat, living, [PARAMETERS[lever], PARAMETERS["audit"]]) == ({lever}, {lever})
