"""'Your own organisation' and the exports in Chromium: typing, mistakes, undo, files, keyboard, sizes, accessibility.

Every page fails its test when it asks for anything outside this server or prints an error to the console.
"""

from __future__ import annotations

import re
import tomllib

import pytest

from silosim.experiments.workshop.dials import WORLD
from silosim.experiments.workshop.organisation_form import bundled_document
from silosim.model.organisation_file import parse_organisation
from silosim.model.text import text

COMPILING = 240_000  # ms: on a bare machine the first measurement waits for the compiler
PATIENCE = 60_000


@pytest.fixture
def opened(browser, workshop):
    """opened(width, height, lang, theme, name): the page with an organisation of which the numbers are there."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    contexts, outside, wrong = [], [], []

    def open_page(width=1440, height=900, lang="nl", theme="light", name="clinic", csp=True):
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce",
                                      accept_downloads=True, bypass_csp=not csp)
        contexts.append(context)
        page = context.new_page()

        def only_ours(route):
            if route.request.url.startswith((workshop, "data:", "blob:")):
                route.continue_()
            else:
                outside.append(route.request.url)
                route.abort()

        page.route("**/*", only_ours)
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.add_init_script(f"localStorage.getItem('silosim.lang') ?? localStorage.setItem('silosim.lang', '{lang}');"
                             f"localStorage.setItem('silosim.theme', '{theme}')")
        page.goto(f"{workshop}/organisation/?from={name}")
        settled(page, COMPILING)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not outside
    expect.set_options(timeout=None)
    assert not [words for words in wrong if "400 (Bad Request)" not in words]  # an upload that was refused


def settled(page, most: int = PATIENCE) -> None:
    """Waits until the numbers belong to what stands in the form."""
    page.locator("#expect:not(.stale) .facts").wait_for(timeout=most)


def field(page, path: str):
    return page.locator(f"[data-path='{path}']")


def document(page) -> dict:
    """What the page would hand over, as its download holds it."""
    with page.expect_download() as download:
        page.click("#download")
    with open(download.value.path(), "rb") as file:
        return tomllib.load(file)


def test_a_mistake_stands_at_its_field_and_keeps_the_buttons_shut(opened):
    from playwright.sync_api import expect

    page = opened()
    expect(page.locator("#use")).to_be_enabled()
    field(page, "team.1.headcount").fill("0")
    said = page.locator("[data-wrong='team.1.headcount']")
    expect(said).to_have_text("team nr. 2: mensen: 0 moet een heel getal van 1 tot en met 4096 zijn")
    expect(field(page, "team.1.headcount")).to_have_attribute("aria-invalid", "true")
    described = field(page, "team.1.headcount").get_attribute("aria-describedby")
    assert described == said.get_attribute("id")
    for button in ("use", "keep", "save", "download"):
        expect(page.locator(f"#{button}")).to_be_disabled()
    page.click("[data-lang=en]")
    expect(said).to_have_text("team 2 (therapists): headcount = 0 must be a whole number from 1 to 4096")
    field(page, "team.1.headcount").fill("11")
    expect(said).to_be_hidden()
    expect(page.locator("#use")).to_be_enabled()


def test_busy_teams_are_measured_while_one_types_and_drawn(opened):
    from playwright.sync_api import expect

    page = opened()
    field(page, "team.1.headcount").fill("8")
    expect(page.locator(".findings")).to_contain_text("Therapeuten")
    settled(page)
    busy = page.locator("[data-gauge='1'] strong").inner_text()
    assert int(re.match(r"\d+", busy)[0]) > 95
    assert page.locator("#drawing .pillar.full .busy").text_content() + " bezet" == busy
    assert page.locator("#drawing .journey").count() == 4
    page.locator("summary", has_text="Als tabel").click()
    assert "Receptie 1,20 → Therapeuten 3,80 → Planning en facturatie 0,80" in page.locator("#twin").inner_text()


def test_shares_are_added_up_and_brought_to_a_hundred(opened):
    from playwright.sync_api import expect

    page = opened()
    field(page, "journey.0.share").fill("50,5")
    expect(page.locator("#sum")).to_have_text("Samen 108,5%")
    expect(page.locator("[data-wrong='whole.share']")).to_be_visible()
    page.click("#even")
    expect(page.locator("#sum")).to_have_text("Samen 100%")
    settled(page)
    shares = [journey["share"] for journey in document(page)["journey"]]
    assert round(sum(shares), 9) == 1


def test_the_whole_path_from_the_keyboard(opened):
    """A team and a step are added, moved, taken away and brought back; the focus never gets lost."""
    from playwright.sync_api import expect

    page = opened()

    def press(selector: str, key: str = "Enter") -> None:
        page.locator(selector).focus()
        page.keyboard.press(key)

    def focus() -> str:
        return page.evaluate("document.activeElement.dataset.path ?? document.activeElement.id")

    press("#add-team")
    assert focus() == "team.3.nl"
    page.keyboard.type("Klantpet & co")
    expect(page.locator("[data-wrong='team.3']")).to_contain_text("'klantpet_co' doet geen enkele stap")
    page.locator(".card button", has_text="Stap erbij").first.focus()
    page.keyboard.press("Enter")
    assert focus() == "journey.0.stages.3.team"
    page.keyboard.press("K")
    settled(page)
    made = document(page)
    assert made["team"][3] == {"name": "klantpet_co", "en": "Klantpet & co", "nl": "Klantpet & co", "headcount": 5,
                               "meets_customer": False}
    assert made["journey"][0]["stages"][3] == {"team": "klantpet_co", "hours": 1.0}
    up = page.locator("#form .steps").first.locator("[id^=up-]").nth(3)
    up.focus()
    page.keyboard.press("Enter")
    assert focus() == up.page.evaluate("document.activeElement.id")
    settled(page)
    assert document(page)["journey"][0]["stages"][2]["team"] == "klantpet_co"
    away = page.locator("#form .steps").first.locator("[id^=away-]").nth(2)
    away.focus()
    page.keyboard.press("Enter")
    assert focus().startswith("away-")
    press("#undo")
    settled(page)
    assert document(page)["journey"][0]["stages"][2]["team"] == "klantpet_co"


def test_download_and_upload_are_the_same_organisation(opened):
    from playwright.sync_api import expect

    page = opened(name="insurer")
    assert parse_organisation(document(page)) == parse_organisation(bundled_document("insurer"))
    page.set_input_files("#file", files=[{"name": "ours.toml", "mimeType": "application/toml", "buffer":
                                          b'name = "desk"\narrivals = 20 # a comment\n[[team]]\nname = "front"\n'
                                          b'headcount = 2\n[[journey]]\nname = "question"\nshare = 1.0\n'
                                          b'stages = [{ team = "front", hours = 1.5 }]\n'}])
    expect(field(page, "arrivals")).to_have_value("20")
    settled(page)
    assert document(page)["arrivals"] == 20
    page.set_input_files("#file", files=[{"name": "bad.toml", "mimeType": "text/plain", "buffer": b"name = 3"}])
    expect(page.locator("#notice")).to_contain_text("korte naam")
    expect(field(page, "arrivals")).to_have_value("20")
    page.evaluate("document.querySelector('#undo').click()")
    settled(page)
    assert document(page)["name"] == "insurer"


def test_kept_in_this_browser_deleted_and_put_back(opened):
    from playwright.sync_api import expect

    page = opened()
    field(page, "nl").fill("Onze kliniek")
    settled(page)
    page.click("#keep")
    expect(page.locator("#which")).to_have_value("kept:clinic")
    page.goto(page.url.split("?")[0])
    settled(page)
    expect(field(page, "nl")).to_have_value("Onze kliniek")
    page.select_option("#which", "kept:clinic")
    page.click("#forget")
    expect(page.locator("#which option[value='kept:clinic']")).to_have_count(0)
    page.locator("#notice button").click()
    expect(page.locator("#which")).to_have_value("kept:clinic")


def test_the_simulator_takes_it_over(opened, workshop):
    from playwright.sync_api import expect

    page = opened()
    field(page, "nl").fill("Onze kliniek")
    field(page, "team.0.headcount").fill("6")
    settled(page)
    page.click("#use")
    expect(page.locator("#headline")).to_contain_text("%", timeout=COMPILING)
    page.locator("#menu-preset button").first.click()
    expect(page.get_by_text("Onze kliniek")).to_be_visible()


@pytest.mark.parametrize(("theme", "width", "height"),
                         [("light", 375, 812), ("dark", 1280, 720), ("light", 1920, 1080)])
def test_it_fits_and_axe_finds_nothing(opened, theme, width, height):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(width, height, "en" if theme == "dark" else "nl", theme, csp=False)
    field(page, "team.1.headcount").fill("0")
    page.locator("[data-wrong='team.1.headcount']").wait_for()
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert not [(one["id"], one["nodes"][0]["target"]) for one in found]


def test_the_screens_menu_saves_each_file(opened):
    from playwright.sync_api import expect

    page = opened()
    page.click("#use")
    expect(page.locator("#headline")).to_contain_text("%", timeout=COMPILING)
    for kind, ending in (("csv", "csv"), ("png", "png"), ("report", "html")):
        page.locator("#menu-more > button").click()
        with page.expect_download(timeout=COMPILING) as download:
            page.locator("#menu-more .item", has_text=text(f"screen.more.{kind}", "nl")).first.click()
        assert download.value.suggested_filename == f"silosim-clinic-today.{ending}"


def test_large_organisations_are_drawn_and_wait_for_a_word(browser, workshop):
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.goto(f"{workshop}/organisation/?from=large")
    page.locator("#expect:not(.stale) button").wait_for()
    assert page.locator("#drawing .pillar").count() == 40
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    context.close()


def test_the_report_prints_on_one_page(browser, workshop):
    """Also with the preset that sets most, in a world that differs in everything the screen offers."""
    context = browser.new_context()
    page = context.new_page()
    world = {name: most for name, (_, most, _) in WORLD.items()}
    for lang, organisation, more in (("en", "clinic", {}), ("nl", "clinic", {"policy": "tighten_targets"}),
                                     ("nl", "insurer", {"policy": "everything_together", "world": world})):
        asked = {"scenario": {"organisation": organisation, **more}, "runs": 8, "lang": lang}
        answer = context.request.post(f"{workshop}/export/report", data=asked, headers={"origin": workshop},
                                      timeout=COMPILING)
        assert answer.ok, answer.text()
        page.set_content(answer.text())
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, (lang, organisation)
        assert page.get_by_text(text("pages.export.practice", lang), exact=True).is_visible()
    context.close()
