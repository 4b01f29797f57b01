"""The leadership report in Chromium: accessible, whole at two widths, nothing from outside, nothing cut off."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "experiments"))  # what makes databases in no time

from report_database import Planted, make

from silosim.experiments.report.pictures import canvas
from silosim.experiments.report.write import Asked, write_report
from silosim.model.text import LANGUAGES

WIDTHS = (1440, 375)
POLICIES = {"better": Planted({"grade": 0.3, "contacts": -0.2, "cost_total": 2000.0}, dip=0.5),
            "mixed": Planted({"grade": 0.5, "lead_time": 2.0, "strain": 0.3}), "worse": Planted({"grade": -0.3}),
            "a_policy_with_a_name_that_is_much_longer_than_anybody_would_think_reasonable": Planted({"grade": 0.2})}
WORLDS = {name: {f"w{k:02}": 0.01 * k * sign for k in range(45)} for name, sign in
          (("better", 1), ("mixed", 2), ("worse", -1))}


@pytest.fixture(scope="module")
def report(tmp_path_factory, browser):
    """(folder with the report in both languages, labels that stick out of their picture)."""
    folder, out = tmp_path_factory.mktemp("page"), []
    saved = canvas._svg

    def look(figure, *how):
        drawn = saved(figure, *how)  # first, since it is laid out while it is drawn
        width, height = figure.get_size_inches()
        around = figure.get_tightbbox()
        if min(around.x0, around.y0, width - around.x1, height - around.y1) < -0.02:
            out.append((figure.axes[0].get_xlabel() or figure.axes[0].get_title(loc="left"), around.extents, width,
                        height))
        return drawn

    path = make(folder / "r.db", POLICIES, worlds=WORLDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canvas, "_svg", look)
        write_report(Asked(Path(path), LANGUAGES, out=folder, pdf=False))
    return folder, out


@pytest.fixture(params=[(lang, width) for lang in LANGUAGES for width in WIDTHS], ids=lambda of: f"{of[0]}-{of[1]}")
def page(request, report, browser):
    """A page opened from disk; afterwards it has asked for nothing and complained of nothing."""
    (lang, width), (folder, _) = request.param, report
    context = browser.new_context(viewport={"width": width, "height": 900})
    opened, asked, said = context.new_page(), [], []
    opened.on("request", lambda one: asked.append(one.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto((folder / f"report-{lang}.html").as_uri())
    yield opened
    context.close()
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    assert not said


def test_axe_finds_nothing(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()
    assert len(found.response["passes"]) > 20  # it did look


def test_it_fits_the_window_and_shows_every_picture(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    pictures = page.evaluate("[...document.images].map(image => [image.alt, image.complete && image.naturalWidth])")
    assert len(pictures) == 7
    assert all(width for _, width in pictures), pictures


def test_words_are_large_enough_to_read(page):
    smallest = page.evaluate("""Math.min(...[...document.querySelectorAll('main *')]
        .filter(one => one.textContent.trim()).map(one => parseFloat(getComputedStyle(one).fontSize)))""")
    assert smallest >= 12


def test_every_table_can_be_reached_and_scrolled_with_keys(page):
    scrolls = page.evaluate("""[...document.querySelectorAll('.scroll')].map(one =>
        [one.scrollWidth > one.clientWidth, one.tabIndex, getComputedStyle(one).overflowX, one.ariaLabel.length])""")
    assert len(scrolls) > 10
    assert all(tab == 0 and overflow == "auto" and label for _, tab, overflow, label in scrolls)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_a_number_leads_to_its_cell(page):
    number = page.locator("#answer-much a.n").first
    cell = number.get_attribute("data-cell")
    number.click()
    assert page.evaluate("location.hash") == f"#{cell}"
    assert page.locator(f'[id="{cell}"]').is_visible()


def test_no_label_of_a_picture_is_cut(report):
    assert not report[1]
