"""The patterns: all declared, all with words, figures that are computed right; what they show is not asserted."""

import math
import string

import numpy as np
import pytest

from silosim.experiments.patterns import PATTERNS, figures, print_patterns, run_patterns
from silosim.experiments.patterns.figures import Arm, Change, Combination, Optimum, Runs, ShareWorse, Value, arm
from silosim.experiments.patterns.run import row_words, spread_of, wilson
from silosim.model.measures.declared import INDEX, MEASURES
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.text import LANGUAGES, catalogue


def all_figures():
    return [(p.name, f) for p in PATTERNS.values() for f in p.figures]


def runs_with(grade, years=None):
    summary = np.zeros((len(grade), len(MEASURES)))
    summary[:, INDEX["grade"]] = grade
    return Runs(summary, np.array(years if years is not None else np.zeros((len(grade), 3))))


def test_every_pattern_of_the_specification_is_declared():
    assert list(PATTERNS) == [f"P{n}" for n in range(1, 13)]
    assert [name for name, p in PATTERNS.items() if not p.figures] == ["P9"]  # the specification has no P9
    assert all(any(f.prototype for f in p.figures) for p in PATTERNS.values() if p.figures)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_pattern_and_figure_has_words_and_no_word_is_left_over(lang):
    words = {key for key in catalogue(lang) if key.startswith("patterns.")}
    needed = {f"patterns.{name}.{kind}" for name in PATTERNS for kind in ("title", "about", "why")}
    needed |= {f"patterns.label.{f.label}" for _, f in all_figures()}
    needed |= {f"patterns.{key}" for key in ("help", "head", "ours", "between", "no_prototype", "agrees", "differs")}
    assert words == needed


def test_labels_use_the_fields_their_figures_give():
    for _, f in all_figures():
        template = catalogue("en")[f"patterns.label.{f.label}"]
        assert {name for _, name, _, _ in string.Formatter().parse(template) if name} <= set(f.fields)


def test_arms_are_valid_and_change_what_they_say():
    for name, figure in all_figures():
        for a in figure.arms():
            for values in (dict(a.levers), *(dict(v) for _, v in a.switches)):
                PARAMETERS.checked(values)
            PARAMETERS.checked(dict(a.world))
            assert all(PARAMETERS[n].role == "lever" for n, _ in a.levers), name
            assert all(PARAMETERS[n].role != "lever" for n, _ in a.world), name


def test_only_rows_that_explain_have_no_pattern_behind_them():
    for _, figure in all_figures():
        assert not (figure.label.startswith("check_") and figure.prototype)


def test_equal_arms_are_one():
    assert arm(bonus=1.0, okr=0.5) == arm(okr=0.5, bonus=1.0)
    assert arm(load=figures.LOAD) == arm() == Arm()
    assert arm(load=0.6, customer_time=0.2).without_levers() == arm(load=0.6)


def test_figures_take_what_they_say():
    one, two, both = arm(bonus=1.0), arm(okr=0.5), arm(bonus=1.0, okr=0.5)
    runs = {arm(): runs_with([7.0, 7.0], [[7, 7, 7], [7, 7, 6]]), one: runs_with([6.0, 5.5], [[6, 5, 4], [6, 5, 5]]),
            two: runs_with([7.5, 7.5]), both: runs_with([6.0, 6.0])}
    assert Value(label="x", of=one).values(runs).tolist() == [6.0, 5.5]
    assert Change(label="x", of=one).values(runs).tolist() == [-1.0, -1.5]
    assert Change(label="x", of=one, year=2).values(runs).tolist() == [-3, -1]
    assert Change(label="x", of=one, against=two).values(runs).tolist() == [-1.5, -2.0]
    assert Combination(label="x", together=both, first=one, second=two).values(runs).tolist() == [-0.5, 0.0]
    assert ShareWorse(label="x", of=one, against=arm(), by=1.2).values(runs).tolist() == [0, 1]
    assert ShareWorse(label="x", of=one, against=None, by=6.0).values(runs).tolist() == [0, 1]
    top = Optimum(label="x", at=(0.0, 0.1, 0.2), curve=(arm(), two, one))
    mean, low, high = spread_of(top, top.values(runs))
    assert 0.0 < mean < 0.1
    assert low <= mean <= high


def test_intervals():
    share, low, high = wilson(0.0, 24)
    assert (share, low) == (0.0, 0.0)
    assert high == pytest.approx(0.138, abs=0.001)  # the rule of three gives 3/24 = .125
    assert wilson(10 / 12, 12)[1:] == pytest.approx((0.552, 0.953), abs=0.001)  # as in Wilson's tables


def test_a_small_run_of_every_pattern_gives_a_row_a_figure(capsys):
    told = []
    rows = run_patterns(runs=2, workers=2, names=["P1", "P2"], progress=lambda *x: told.append(x))
    assert [row.pattern for row in rows] == [name for name, _ in all_figures() if name in ("P1", "P2")]
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1] == len({a for n, f in all_figures() if n in ("P1", "P2") for a in f.arms()}) * 2
    for row in rows:
        assert row.n == 2
        assert row.low <= row.mean <= row.high
        assert (row.agrees is None) == (row.prototype is None)
    print_patterns(rows)
    shown = capsys.readouterr().out
    assert all(row.label in shown for row in rows)
    assert "P3" not in shown
    assert catalogue("en")["patterns.P1.title"] in shown


def test_rows_in_dutch():
    rows = run_patterns(runs=2, lang="nl", names=["P1"])
    assert "," in row_words(rows[0], "nl")
    lines = []
    print_patterns(rows, "nl", lines.append)
    assert max(len(line) for line in lines) < 160
    assert not math.isnan(rows[0].mean)


def test_bad_input_is_named():
    with pytest.raises(InvalidInput, match="P1"):
        run_patterns(names=["P13"])
    with pytest.raises(InvalidInput, match="runs"):
        run_patterns(runs=1)


def test_the_command_keeps_what_it_shows_beside_the_outcomes_of_checks(tmp_path):
    import contextlib
    import sqlite3

    from silosim.experiments.cli import main

    path = tmp_path / "results.db"
    assert main(["patterns", "P1", "--runs", "2", "--db", str(path)]) == 0
    asked = "SELECT name, status, value FROM check_outcome WHERE kind = 'pattern'"
    with contextlib.closing(sqlite3.connect(path)) as database:
        found = database.execute(asked).fetchall()
    assert len(found) >= 4
    assert {status for _, status, _ in found} == {"shown"}
    assert all(name.startswith("P1: ") and value is not None for name, _, value in found)


def test_the_command_says_what_measures_pay_and_where_pay_aims(capsys):
    import json

    from silosim.experiments.cli import main

    assert main(["pay", "--organisation", "clinic", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    for vector in found["vectors"].values():
        assert abs(sum(x * x for x in vector.values()) - 1) < 1e-9
    aims = found["cos_pay_value"]
    assert abs(aims["customer_goals_only"] - 1) < 1e-9  # paid on the grade alone: pay is the value vector itself
    assert aims["today"] < aims["customer_pay"] < 1
