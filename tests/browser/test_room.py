"""A facilitator and three phones in Chromium: a vote, a role play, hands alone, lost lines, sizes, accessibility."""

from __future__ import annotations

import json
import urllib.request

import pytest

from silosim.model.text import LANGUAGES, text

PHONE = {"width": 375, "height": 667}
RUNNING = 60_000  # ms: on a bare machine the first runs wait for the compiler
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


class Hall:
    """The facilitator's page and phones of one session, each in a browser of its own."""

    def __init__(self, browser, address: str, lang: str):
        self.browser, self.address, self.lang = browser, address, lang
        self.wrong: list[str] = []
        self.contexts = []
        self.host = self._page({"width": 1920, "height": 1080})
        self.host.goto(address)
        self.host.locator("#room-open").click()
        self.host.locator(".room-steps select").wait_for()
        self.code = self.host.locator(".room-code").first.inner_text()
        self.again()

    def _page(self, size: dict, **more):
        context = self.browser.new_context(viewport=size, reduced_motion="reduce", **more)
        self.contexts.append(context)
        context.set_default_timeout(RUNNING)
        page = context.new_page()
        keep = f"localStorage.getItem('silosim.lang') ?? localStorage.setItem('silosim.lang', '{self.lang}')"
        page.add_init_script(keep)
        page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: request.url.startswith((self.address, self.address.replace("http", "ws"),
                                                                   "blob:", "data:")) or self.wrong.append(request.url))
        return page

    def phone(self):
        page = self._page(PHONE, has_touch=True, is_mobile=True)
        page.goto(f"{self.address}/phone/#{self.code}")
        page.get_by_text(self.t("phone.welcome")).wait_for()
        return page

    def t(self, key: str, **fields) -> str:
        return text(f"room.{key}", self.lang, **fields)

    def step(self, name: str) -> None:
        self.host.locator(".room-steps select").select_option(name)

    def press(self, key: str) -> None:
        self.host.locator("#room").get_by_role("button", name=self.t(f"panel.{key}")).click()

    def again(self) -> None:
        """A new session, with the two clicks that it takes."""
        self.host.locator('#room details[data-key="more"] summary').click()
        for _ in range(2):
            self.host.locator('#room [data-key="restart"]').click()
        self.host.locator("#room h3").get_by_text(self.t("step.welcome.label")).wait_for()

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def hall(browser, workshop):
    """hall(lang): a session with nobody in it. Errors in any console, and requests to elsewhere, fail the test."""
    from playwright.sync_api import expect

    expect.set_options(timeout=RUNNING)
    opened = []

    def open_hall(lang: str = "nl") -> Hall:
        opened.append(Hall(browser, workshop, lang))
        return opened[-1]

    yield open_hall
    for one in opened:
        one.close()
    assert not [words for one in opened for words in one.wrong]


def choose(phone, key: str) -> None:
    """Press the label of a choice, as a thumb does."""
    phone.locator(f'label:has([data-key="{key}"])').click()


def audit(page, part: str | None = None) -> list[str]:
    """What axe finds in a page or a part of it: rule and element."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, part, AXE).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def test_a_vote_and_a_role_play(hall):
    from playwright.sync_api import expect

    room = hall("nl")
    phones = [room.phone() for _ in range(3)]
    expect(room.host.locator(".room-head")).to_contain_text(room.t("panel.phones", n=3))

    notes = room.host.locator("#room .room-notes details")
    notes.locator("summary").click()
    room.step("vote:tighten_targets")
    expect(room.host.locator("#room h3").first).to_have_text(room.t("step.vote_tighten_targets.label"))
    expect(notes).not_to_have_attribute("open", "")  # the room reads along: what comes next is not given away
    for phone, option in zip(phones, ("up", "up", "down"), strict=True):
        for question in ("attainment_closures", "grade", "contacts", "strain"):
            choose(phone, f"{question}/{option}")
        expect(phone.locator("#status")).to_have_text(room.t("phone.saved"))
    expect(room.host.locator(".room-question")).to_contain_text(room.t("panel.answered", n=3))
    expect(room.host.locator(".room-result")).to_be_hidden()
    room.press("show")
    expect(room.host.locator(".room-vote").nth(1)).to_contain_text(f"{room.t('say.up')}: 2")
    expect(room.host.locator('#room [data-key="model"]')).to_be_focused()  # the next button, not the top of the page
    room.press("show_model")
    expect(room.host.locator(".room-vote").nth(1)).to_contain_text(room.t("panel.model_says"))
    expect(room.host.locator(".room-vote").nth(1)).to_contain_text("▼")
    expect(room.host.locator("#live")).to_contain_text(room.t("panel.model_says"))
    expect(phones[0].locator("main")).to_contain_text(f"▼ {room.t('say.down')}")

    room.step("roles:kpi")
    for phone in phones:
        choose(phone, "role/push")
        expect(phone.locator("#status")).to_have_text(room.t("phone.saved"))
    room.press("show_sum")
    big = room.host.locator(".room-result .room-big")
    expect(big.nth(1)).to_contain_text("→")
    before, after = (float(x.replace(",", ".")) for x in big.nth(1).inner_text().split(": ")[1].split(" → "))
    assert after < before - 0.3
    expect(phones[1].locator("main")).to_contain_text(room.t("outcome.grade"))
    expect(room.host.locator('#room [data-key="model"]')).to_have_count(0)  # the sum has asked the model already
    room.host.locator('#room [data-key="on-screen"]').click()
    expect(room.host.locator("#preset-name")).to_have_text(room.t("kpi.label"))
    expect(room.host.locator("#sentence")).not_to_be_empty()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_session_without_phones(hall, lang):
    """Every exercise by hands alone, in both languages, down to the page to take home."""
    from playwright.sync_api import expect

    room = hall(lang)
    host = room.host
    typed = {"mirror": ("self/8", "colleagues/5"), "vote:culture_only": ("grade/up",),
             "roles:kpi": ("specialists/push",), "worlds": ("fails/busier",), "commit": ("first/platform",)}
    for step, keys in typed.items():
        room.step(step)
        if host.locator('#room details[data-key="typed"][open]').count() == 0:
            host.locator('#room details[data-key="typed"] summary').click()
        for key in keys:
            host.locator(f'#room [data-key="{key}"]').fill("4")
        host.locator('#room [data-key="hands"]').click()
        expect(host.locator(".room-question")).to_contain_text(room.t("panel.answered", n=4))
        room.press("show_sum" if step.startswith("roles") else "show")
        expect(host.locator(".room-result")).to_be_visible()
    room.step("package")  # what was folded open stays open
    expect(host.locator('#room [data-key="points"]')).to_be_visible()
    for item, disabled in (("platform", False), ("okr", False), ("culture", True)):  # the third is two points too many
        host.locator(f'#room [data-key="item-{item}"]').fill("4")
        assert host.locator('#room [data-key="points"]').is_disabled() is disabled
    expect(host.locator(".room-typed output")).to_have_text(room.t("panel.too_many", n=2))
    room.step("commit")
    host.locator("#room-agreed").fill("Elke week een klant bellen")
    with host.expect_download() as download:
        room.press("take_home")
    page = download.value.path().read_text(encoding="utf-8")
    assert "Elke week een klant bellen" in page
    assert room.t("item.platform.label") in page
    assert "<script" not in page


def test_two_tables_build_packages(hall):
    from playwright.sync_api import expect

    room = hall("nl")
    room.step("package")
    one, two = (room._page(PHONE, has_touch=True, is_mobile=True) for _ in range(2))
    bought = (["pressure", "pressure", "platform"], ["culture"] * 4 + ["process_team"])
    for page, table, items in zip((one, two), (1, 2), bought, strict=True):
        page.goto(f"{room.address}/phone/#{room.code}")
        page.get_by_role("button", name=room.t("phone.table", n=table), exact=True).click()
        for item in items:
            page.locator(f'[data-key="{item}+"]').click()
        page.locator('[data-key="ready"]').click()
        expect(page.locator("main")).to_contain_text(room.t("phone.is_ready"))
    expect(room.host.locator(".room-tables li")).to_have_count(2)
    room.press("show_groups")
    expect(room.host.locator(".room-result table")).to_have_count(2)
    expect(one.locator("main")).to_contain_text(room.t("phone.your_package"))
    team = room.host.locator(".room-result tr", has_text=room.t("item.process_team.label"))
    expect(team.locator("td").nth(1)).to_have_text("3")  # points, not steps
    room.press("larger")
    widths = room.host.locator(".room-result table").evaluate_all("all => all.map((one) => one.offsetWidth)")
    assert min(widths) > 1000, "a large screen has room for a table"
    room.host.locator("#room [data-key=\"table-2\"]").click()
    expect(room.host.locator("#preset-name")).to_have_text(room.t("phone.table", n=2))
    expect(room.host.locator("#sentence")).not_to_be_empty()


def test_a_phone_that_loses_its_line_keeps_its_answer_and_its_department(hall):
    from playwright.sync_api import expect

    room = hall("nl")
    phone = room.phone()
    room.step("roles:kpi")
    who = phone.locator(".who").inner_text()
    phone.context.set_offline(True)
    choose(phone, "role/checks")
    expect(phone.locator("#status")).not_to_have_text(room.t("phone.saved"))
    phone.context.set_offline(False)
    expect(phone.locator("#status")).to_have_text(room.t("phone.saved"))
    phone.reload()
    expect(phone.locator(".who")).to_have_text(who)
    expect(phone.locator('[data-key="role/checks"]')).to_be_checked()
    expect(room.host.locator(".room-question")).to_contain_text(room.t("panel.answered", n=1))
    room.wrong[:] = [words for words in room.wrong if "ERR_INTERNET_DISCONNECTED" not in words]


def test_the_facilitator_reloads_and_everything_is_still_there(hall):
    from playwright.sync_api import expect

    room = hall("nl")
    phone = room.phone()
    room.step("vote:culture_only")
    choose(phone, "grade/up")
    expect(room.host.locator(".room-question")).to_contain_text(room.t("panel.answered", n=1))
    room.host.reload()
    room.host.locator("#room-open").click()
    expect(room.host.locator(".room-question")).to_contain_text(room.t("panel.answered", n=1))


def test_a_wrong_code_asks_for_another(hall):
    from playwright.sync_api import expect

    room = hall("en")
    page = room._page(PHONE)
    page.goto(f"{room.address}/phone/#NOPE")
    expect(page.locator("#status")).to_have_text(room.t("phone.wrong_code"))
    page.get_by_role("textbox").fill(room.code.lower())
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(room.t("phone.welcome"))


def test_a_phone_can_be_used_by_keyboard_and_fits_375_pixels(hall):
    from playwright.sync_api import expect

    room = hall("nl")
    phone = room.phone()
    for step in ("mirror", "vote:tighten_targets", "roles:kpi", "package", "worlds", "commit"):
        room.step(step)
        phone.locator("main h2, main legend").first.wait_for()
        expect(phone.locator("main")).not_to_contain_text(room.t("phone.welcome"))
        wide = phone.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], step
        small = phone.evaluate("""[...document.querySelectorAll('main button, main label.option, main summary')]
            .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44).length""")
        assert small == 0, step
        assert audit(phone) == [], step
    room.step("vote:culture_only")
    phone.locator('[data-key="grade/up"]').wait_for()
    expect(phone.locator("main")).to_be_focused()  # so a screen reader begins with the new question
    phone.locator('[data-key="grade/up"]').focus()
    phone.keyboard.press("ArrowRight")
    expect(phone.locator('[data-key="grade/same"]')).to_be_checked()
    expect(phone.locator('[data-key="grade/same"]')).to_be_focused()


def test_the_panel_in_every_step_has_no_faults_for_a_screen_reader(hall):
    room = hall("en")
    for step in ("welcome", "mirror", "vote:tighten_targets", "roles:kpi", "package", "worlds", "commit"):
        room.step(step)
        closed = room.host.locator("#room details:not([open]) > summary")
        while closed.count():
            closed.first.click()
        assert audit(room.host, "#room") == [], step


def test_the_large_view_covers_the_screen_and_escape_gives_it_back(hall):
    from playwright.sync_api import expect

    room = hall("en")
    section = room.host.locator("#room")
    room.step("vote:culture_only")
    room.press("larger")
    assert section.bounding_box()["width"] == 1920
    expect(room.host.locator(".room-notes")).to_be_hidden()
    room.host.keyboard.press("Escape")
    expect(section).to_be_visible()
    assert section.bounding_box()["width"] < 960
    room.host.keyboard.press("Escape")
    expect(section).to_be_hidden()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_guide_opens_from_the_panel(hall, lang):
    room = hall(lang)
    room.host.locator("#room .room-notes summary").click()
    link = room.host.locator("#room").get_by_role("link", name=room.t("panel.guide"))
    with room.host.context.expect_page() as opened:
        link.click()
    guide = opened.value
    guide.wait_for_load_state()
    assert guide.locator("h2").count() > 15
    assert audit(guide) == []


def test_both_languages_live_on_one_phone(hall):
    from playwright.sync_api import expect

    room = hall("nl")
    phone = room.phone()
    room.step("mirror")
    expect(phone.locator("main")).to_contain_text(text("room.question.self", "nl"))
    phone.locator('[data-lang="en"]').click()
    expect(phone.locator("main")).to_contain_text(text("room.question.self", "en"))
    kept = json.loads(phone.evaluate("localStorage.getItem('silosim-room')"))
    assert set(kept) == {"code", "phone", "lang"}


def test_words_for_phones_come_from_this_server_alone(workshop):
    with urllib.request.urlopen(f"{workshop}/room/words/nl.json", timeout=10) as answer:
        assert json.load(answer)["room.title"] == text("room.title", "nl")


def test_after_a_restart_of_the_server_phones_answer_again(hall, served):
    """Nothing is on disk, so a new server knows nothing; what was answered comes back with the phones."""
    from playwright.sync_api import expect

    room = hall("nl")
    phone = room.phone()
    room.step("vote:culture_only")
    choose(phone, "grade/down")
    expect(room.host.locator(".room-question")).to_contain_text(room.t("panel.answered", n=1))
    served.stop()
    expect(phone.locator("#status")).to_have_text(room.t("phone.lost"))
    served.start()
    expect(phone.locator("main")).to_contain_text(room.t("phone.welcome"))
    expect(room.host.locator("#room h3")).to_have_text(room.t("step.welcome.label"))
    room.step("vote:culture_only")
    expect(room.host.locator(".room-question")).to_contain_text(room.t("panel.answered", n=1))
    room.wrong[:] = [words for words in room.wrong if "WebSocket" not in words and "ERR_CONNECTION" not in words]
