"""Pictures: right size, nothing over anything else, in both languages, also where little is defined."""

import numpy as np
import pytest
from fake_engine import FakeJob, outcome_of
from matplotlib import pyplot as plt
from matplotlib.image import imread

from silosim.experiments import figures
from silosim.experiments.figures import drawing
from silosim.experiments.figures.labels import place_labels
from silosim.experiments.figures.style import write_numbers
from silosim.model.measures.declared import INDEX, MEASURES
from silosim.model.parameters import InvalidInput

LABELS = {"today": "Today: steering on KPIs", "bonus": "More performance pay", "okr": "Shared OKRs with a sponsor"}


def comparison(lang="en", runs=5, weeks=40, labels=LABELS, **how):
    """Three policies of the stand-in engine, moved to where grades and shares of teams on green lie."""
    outcomes, series = {}, {}
    for k, policy in enumerate(labels):
        found = [outcome_of(FakeJob(weeks=weeks, replicate=r)) for r in range(runs)]
        rows = np.array([o.summary for o in found])
        rows[:, INDEX["grade"]] = 7 + 0.1 * k + 0.1 * rows[:, INDEX["grade"]]
        rows[:, INDEX["share_green"]] = 0.9 - 0.01 * k + 0.01 * rows[:, INDEX["share_green"]]
        outcomes[policy] = rows
        series[policy] = np.array([7 + 0.1 * k + 0.1 * o.weekly for o in found])
    return figures.Comparison(outcomes, lambda name: {p: s[:, :, INDEX[name]] for p, s in series.items()}, labels,
                              "Insurer", lang, **how)


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("how", [{}, {"equal_cost": True}, {"steady": True}])
def test_all_pictures(tmp_path, lang, how):
    paths = figures.draw_comparison(comparison(lang, **how), tmp_path / "figures", "insurer")
    assert [path.name for path in paths] == ["insurer-headline.png", "insurer-fan-grade.png",
                                             "insurer-fan-attainment.png", "insurer-difference-grade.png"]
    for path in paths:
        picture = imread(path)
        assert picture.shape[1] == 1200
        assert 300 < picture.shape[0] < 1200
        assert picture[..., :3].std() > 0.02  # not blank
    assert not plt.get_fignums()


def test_nothing_defined_draws_nothing(tmp_path):
    of = comparison(weeks=8)  # attainment is known at the end of a quarter only
    assert drawing.fan(of, "attainment", tmp_path / "a.png") is None
    undefined = figures.Comparison({p: v * np.nan for p, v in of.outcomes.items()}, of.series, of.labels, "x")
    assert drawing.headline(undefined, tmp_path / "b.png") is None
    assert not list(tmp_path.iterdir())


def test_today_alone(tmp_path):
    of = comparison(labels={"today": "Today"}, runs=1)
    assert len(figures.draw_comparison(of, tmp_path, "x")) == 4


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "figures").write_text("a file")
    with pytest.raises(InvalidInput, match="cannot be written here"):
        figures.draw_comparison(comparison(), tmp_path / "figures", "x")
    assert not plt.get_fignums()


def label_boxes(points):
    figure, axes = plt.subplots(figsize=(12, 7.6), dpi=100)
    axes.set_xlim(-0.1, 1.1)
    axes.set_ylim(5, 8)
    texts = place_labels(axes, points)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in texts]
    pixels = [axes.transData.transform(point[:2]) for point in points]
    inside = axes.get_window_extent()
    plt.close(figure)
    return boxes, pixels, inside


@pytest.mark.parametrize("seed", range(12))
def test_no_label_lies_over_another_or_over_a_point(seed):
    """Twelve policies, most of them in a heap, as happens when all dashboards are green."""
    rng = np.random.default_rng(seed)
    points = [(float(np.clip(rng.normal(0.95, 0.04), 0, 1)), float(rng.normal(6.8, 0.25)),
               f"Policy number {k} of twelve", "black") for k in range(12)]
    boxes, pixels, inside = label_boxes(points)
    for k, box in enumerate(boxes):
        assert inside.x0 <= box.x0 + 1
        assert box.x1 - 1 <= inside.x1
        assert not any(box.overlaps(other) for other in boxes[k + 1:])
        assert not any(box.x0 < x < box.x1 and box.y0 < y < box.y1 for x, y in pixels)


def test_points_in_one_place_still_get_their_labels():
    boxes, _, _ = label_boxes([(1.0, 6.5, f"Policy {k}", "black") for k in range(8)])
    assert not any(box.overlaps(other) for k, box in enumerate(boxes) for other in boxes[k + 1:])


@pytest.mark.parametrize(("name", "lang", "signed", "limits", "words"), [
    ("grade", "en", False, (6, 8), "6.5"), ("grade", "nl", False, (6, 8), "6,5"),
    ("grade", "nl", True, (-1, 1), "+0,5"),
    ("share_green", "en", False, (0, 1), "50%"), ("share_green", "nl", True, (0, 1), "+50 pp"),
    ("cost_total", "nl", False, (100000, 140000), "120.000"),
])
def test_numbers_on_axes(name, lang, signed, limits, words):
    figure, axes = plt.subplots()
    axes.set_ylim(*limits)
    axes.set_yticks(np.linspace(*limits, 5))
    write_numbers(axes.yaxis, name, lang, signed)
    figure.canvas.draw()
    written = [label.get_text() for label in axes.get_yticklabels()]
    plt.close(figure)
    assert words in written


def test_every_measure_can_be_on_an_axis():
    for name in MEASURES:
        figure, axes = plt.subplots()
        write_numbers(axes.yaxis, name, "nl")
        figure.canvas.draw()
        plt.close(figure)


def test_colour_says_what_happens_to_customers():
    of = comparison(runs=12)
    worse = dict(of.outcomes)
    worse["okr"] = worse["today"].copy()
    worse["okr"][:, INDEX["grade"]] -= 1
    colours = drawing._colours(figures.Comparison(worse, of.series, of.labels, "x"))
    assert colours == {"today": drawing.BLACK, "bonus": drawing.BLUE, "okr": drawing.VERMILION}
