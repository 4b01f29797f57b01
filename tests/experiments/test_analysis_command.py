"""`silosim analyse` from a database to tables, JSON and pictures, in both languages; no text cut off or overlapping."""

import json
import math

import formulas
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text

from silosim.experiments.store import Store

RANGES = {"bonus": (0.0, 1.0), "customer_time": (0.0, 0.4), "demand": (0.8, 1.2), "exception_rate": (0.0, 0.2)}
FACTORS = {name: {"low": low, "high": high} for name, (low, high) in RANGES.items()} | {"kpi": {}}
STEPS = {"bonus": [0, 0.35, 0.7, 1], "kpi": {}, "customer_time": [0, 0.1, 0.2]}
KPI = {"closures": 0.0, "first_closures": 0.3, "within_norm": -0.3, "per_paid_hour": 0.1}


def grade(job):
    s = job.settings
    low = s.get("bonus", 0.7) > 0.6 and s.get("demand", 1.0) > 1.05
    value = 7 + s.get("customer_time", 0) - (1.0 if low else 0.0) + KPI[s.get("kpi", "closures")]
    own = [int(1e6 * s.get(name, 0.5)) for name in RANGES]
    return {"grade": value + 0.1 * job.noise() + 0.05 * job.noise(*own), "nps": 20 * job.noise(*own)}


DESIGNS = {
    "sobol": {"method": "sobol", "factors": FACTORS, "sample": {"size": 32, "second_order": True}},
    "morris": {"method": "morris", "factors": FACTORS, "sample": {"size": 16}},
    "grouped": {"method": "morris", "sample": {"size": 16},
                "factors": {name: {**of, "group": "world" if name in ("demand", "exception_rate") else "levers"}
                            for name, of in FACTORS.items()}},
    "shapley": {"method": "shapley", "sample": {"size": 32},
                "factors": {name: {"low": low, "high": high} for name, (low, high) in RANGES.items()}},
    "lhs": {"method": "lhs", "factors": FACTORS, "sample": {"size": 160}},
    "grid": {"factors": STEPS},
    "worlds": {"policies": ["today", "customer_time", "today+bonus=0", "today+bonus=1"],
               "worlds": {"prior": "narrow", "count": 6}, "factors": {"demand": [0.9, 1.1]}},
}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("analysis") / "silosim.db"
    with pytest.MonkeyPatch.context() as monkeypatch, Store(path) as store:
        for name, design in DESIGNS.items():
            formulas.swept(store, monkeypatch, grade, name=name, replications={"runs": 2}, **design)
    return path


@pytest.fixture
def analyse(silosim, database, tmp_path):
    def run(*words, lang="en"):
        return silosim("--lang", lang, "analyse", *words, "--db", database, "--to", tmp_path / "figures")

    return run


@pytest.fixture
def faults(monkeypatch):
    """Texts of saved pictures that are cut off or lie over another text."""
    save, found = Figure.savefig, []

    def checked(figure, *args, **kwargs):
        figure.canvas.draw()
        hidden = never_drawn(figure)
        shown = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and id(t) not in hidden]
        boxes = [t.get_window_extent() for t in shown]
        width, height = figure.get_size_inches() * figure.dpi
        for k, (text, box) in enumerate(zip(shown, boxes, strict=True)):
            if min(box.x0, box.y0, width - box.x1, height - box.y1) < -1:
                found.append(f"cut off: {text.get_text()!r} {box}")
            for j in range(k):
                turned = text.get_rotation() % 90 or shown[j].get_rotation() % 90  # their boxes are too large
                wide = min(box.x1, boxes[j].x1) - max(box.x0, boxes[j].x0)
                high = min(box.y1, boxes[j].y1) - max(box.y0, boxes[j].y0)
                if min(wide, high) > 2 and not turned:
                    found.append(f"{text.get_text()!r} over {shown[j].get_text()!r}")
        return save(figure, *args, **kwargs)

    monkeypatch.setattr(Figure, "savefig", checked)
    return found


def never_drawn(figure) -> set[int]:
    """Texts that the figure holds and does not draw: labels of ticks beyond the ends of their axis."""
    found = set()
    for axes in figure.axes:
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            for tick in (*axis.majorTicks, *axis.minorTicks):
                if not axes.get_visible() or not min(limits) <= tick.get_loc() <= max(limits):
                    found |= {id(tick.label1), id(tick.label2)}
    return found


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize(("words", "files"), [
    (["sobol"], ["sobol-grade-sobol", "sobol-grade-sobol-settled"]),
    (["shapley"], ["shapley-grade-shapley", "shapley-grade-shapley-settled"]),
    (["shapley", "--group", "time and demand=customer_time,demand"],
     ["shapley-grade-shapley", "shapley-grade-shapley-settled"]),
    (["morris"], ["morris-grade-morris", "morris-grade-morris-settled"]),
    (["grouped"], ["grouped-grade-morris", "grouped-grade-morris-settled"]),
    (["lhs"], ["lhs-grade-pawn"]),
    (["lhs", "--method", "delta"], ["lhs-grade-delta"]),
    (["lhs", "--where", "grade < 6.6"], ["lhs-grade-prim"]),
    (["grid"], ["grid-grade-response"]),
    (["worlds", "--where", "grade >= 6.8"], ["worlds-grade-robustness"]),
])
def test_every_answer_in_both_languages(analyse, faults, tmp_path, words, files, lang):
    status, out, err = analyse(*words, lang=lang)
    assert not faults, "; ".join(faults)
    assert (status, err) == (0, "")
    assert ("Customer grade" if lang == "en" else "Klantcijfer") in out
    assert "nan" not in out.lower()
    assert "undefined" not in out
    assert "onbepaald" not in out
    drawn = sorted(path.stem for path in (tmp_path / "figures").iterdir())
    assert drawn == [name.replace("-settled", "") + ("" if lang == "en" else "-nl") +
                     ("-settled" if name.endswith("-settled") else "") for name in files]
    for path in (tmp_path / "figures").iterdir():
        picture = imread(path)
        assert picture.shape[1] == 1200
        assert 250 < picture.shape[0] < 1300
        assert picture[..., :3].std() > 0.02  # not blank


def test_what_a_sobol_analysis_says(analyse):
    _, out, _ = analyse("sobol", "--no-figures")
    assert "base sample of 32, 384 points, 2 runs each" in out
    first = next(line for line in out.splitlines() if line.startswith((" Performance pay", " Demand")))
    assert "(" in first
    assert "Cannot be told from no influence: exceptions" in out
    assert "Chance accounts for" in out
    assert "from 16 to 32 base rows" in out
    assert "Pictures" not in out


def test_a_box_in_a_sentence(analyse):
    _, out, _ = analyse("lhs", "--where", "grade < 6.6", "--no-figures")
    assert "Customer grade is below 6.60 when " in out
    sentence = next(line for line in out.splitlines() if line.startswith("Customer grade is below"))
    assert "performance pay > 0." in sentence
    assert "demand > 1.0" in sentence
    _, out, _ = analyse("lhs", "--where", "grade < 6.6", "--no-figures", lang="nl")
    assert "Klantcijfer is lager dan 6,60 bij " in out
    assert "prestatiebeloning > 0," in out


def test_a_box_that_does_not_hold_up_is_not_claimed(analyse, tmp_path):
    """NPS is a draw of each point alone."""
    for lang, said in (("en", "No region holds up"), ("nl", "Geen gebied houdt stand")):
        status, out, _ = analyse("lhs", "--where", "nps < 0", lang=lang)
        assert status == 0
        assert said in out
    assert not list((tmp_path / "figures").iterdir())
    found = json.loads(analyse("lhs", "--where", "nps < 0", "--json")[1])
    assert found["findings"][0]["result"]["boxes"] == []


def test_json_has_everything(analyse):
    status, out, _ = analyse("sobol", "--json", "--no-figures")
    found = json.loads(out)
    assert (status, found["name"], found["outcome"], found["method"]) == (0, "sobol", "grade", "sobol")
    [finding] = found["findings"]
    assert {row["factor"] for row in finding["result"]["factors"]} == set(FACTORS)
    assert len(finding["result"]["pairs"]) == 10
    assert finding["convergence"]["sizes"] == [8, 16, 32]
    assert 0 < finding["noise_share"] < 0.2
    for words in (["lhs", "--where", "grade < 6.6"], ["grid"], ["worlds", "--against", "today"], ["grouped"],
                  ["lhs", "--method", "delta"]):
        assert json.loads(analyse(*words, "--json", "--no-figures")[1])["findings"]


def test_differences_with_a_policy(analyse):
    status, out, _ = analyse("worlds", "--method", "response", "--against", "today", "--no-figures")
    assert status == 0
    assert out.count("difference with Today") == 18  # three policies in six worlds
    assert "20% customer time" in out


@pytest.mark.parametrize(("words", "said"), [
    (["nothing"], "there is no sweep 'nothing'"), (["99"], "there is no sweep '99'"),
    (["sobol", "--outcome", "graed"], "did you mean 'grade'"),
    (["sobol", "--method", "sobool"], "did you mean 'sobol'"),
    (["lhs", "--method", "sobol"], "needs a design made with method"),
    (["lhs", "--where", "grade"], "must be written as MEASURE OPERATOR NUMBER"),
    (["lhs", "--where", "grade < 2"], "0 of 160 points are of interest"),
    (["lhs", "--where", "grade < 6.6", "--outcome", "nps"], "take --outcome grade"),
    (["lhs", "--against", "today"], "has no policy but today"),
    (["shapley", "--group", "bonus"], "must be written as NAME=FACTOR,FACTOR"),
    (["shapley", "--group", "g=bonuss"], "bonuss is none of"),
    (["worlds", "--alpha", "3"], "alpha = 3 must be from 0"),
    (["sobol", "--outcome", "contacts"], "the outcome is the same at every point"),
    (["sobol", "--period", "last"], "unknown period"),
])
def test_bad_input_is_one_line(analyse, words, said):
    status, out, err = analyse(*words)
    assert status == 2
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_pictures_that_cannot_be_written_do_not_cost_the_answer(silosim, database, tmp_path):
    (tmp_path / "taken").write_text("a file")
    status, out, err = silosim("analyse", "grid", "--db", database, "--to", tmp_path / "taken")
    assert status == 2
    assert "Performance pay" in out
    assert "cannot be written here" in err


def test_the_formula_itself_is_seen(analyse):
    """The design of this file: the grid's means are what the formula gives, to the noise of two runs."""
    found = json.loads(analyse("grid", "--json", "--no-figures")[1])["findings"][0]["result"]
    changes = {(row["factor"], row["value"]): row["change"]["change"]["mean"] for row in found if row["change"]}
    assert changes["kpi", "first_closures"] == pytest.approx(0.3, abs=0.05)
    assert changes["customer_time", 0.2] == pytest.approx(0.2, abs=0.05)
    assert not math.isnan(np.sum(list(changes.values())))
