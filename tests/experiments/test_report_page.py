"""The page itself: every number can be traced, the answers are those of the runs, and it is safe and accessible."""

import itertools
import re

import numpy as np
import pytest
from fake_engine import FakeOrganisation, FakeTeam
from report_database import Planted, make
from report_page import Page, digits, plain

from silosim.experiments.report.facts.facts import compute
from silosim.experiments.report.facts.source import opened, read
from silosim.experiments.report.pages.answers import QUESTIONS
from silosim.experiments.report.pictures.around import silo
from silosim.experiments.report.pictures.gallery import draw
from silosim.experiments.report.pictures.policies import gains
from silosim.experiments.report.render import html
from silosim.experiments.report.words import Words
from silosim.experiments.store import Store
from silosim.model.measures.declared import INDEX
from silosim.model.text import LANGUAGES, difference, number

GAIN = 0.3
POLICIES = {
    "better": Planted({"grade": GAIN, "contacts": -0.2, "cost_total": 2000.0, "day_handle": -0.1}, dip=0.5),
    "mixed": Planted({"grade": 0.5, "lead_time": 2.0, "strain": 0.3}), "worse": Planted({"grade": -0.3, "strain": 0.2}),
    "same": Planted({})}
WORLDS = {name: {f"w{k:02}": 0.01 * k * sign for k in range(45)} for name, sign in
          (("better", 1), ("mixed", 2), ("worse", -1), ("same", 0))}


def inverted(policies):
    """The same with every shift the other way."""
    return {name: Planted({m: -x for m, x in one.shift.items()}, -one.dip) for name, one in policies.items()}


@pytest.fixture(scope="module")
def databases(tmp_path_factory):
    """The comparison, and its mirror image."""
    folder = tmp_path_factory.mktemp("report")
    return {"plain": make(folder / "plain.db", POLICIES, worlds=WORLDS),
            "inverted": make(folder / "inverted.db", inverted(POLICIES))}


@pytest.fixture(scope="module")
def pages(databases):
    """(which, language) -> page without pictures."""
    found = {}
    for which, path in databases.items():
        with opened(path) as store:
            facts = compute(read(store))
            for lang in LANGUAGES:
                found[which, lang] = Page(html(facts, Words(facts, lang), {}))
    return found


BOTH = pytest.mark.parametrize("lang", LANGUAGES)
EACH = pytest.mark.parametrize("which", ["plain", "inverted"])


@BOTH
@EACH
def test_every_number_in_prose_leads_to_a_table_cell_that_says_the_same(pages, which, lang):
    page = pages[which, lang]
    assert len([n for one in page.prose for n in one.numbers]) > 40
    for one in page.prose:
        assert not digits(one.bare), one.words
        for cell, words in one.numbers:
            assert cell in page.cells, f"{cell} in: {one.words}"
            assert plain(words) == plain(page.cells[cell]), f"{cell}: {words} is not {page.cells[cell]}"


@BOTH
def test_answers_are_those_of_the_runs(pages, databases, lang):
    """Recomputed from the database without the report's own code."""
    answers = pages["plain", lang].answers
    assert tuple(answers) == QUESTIONS
    with Store(databases["plain"], write=False) as store:
        members = store.members(1)
        runs = {policy: store.outcome_array(list(some["key"])) for policy, some in members.groupby("policy")}
        grades = store.sweep_outcomes(2)["grade"].groupby("point").mean()
        worlds = store.points(2)[["policy", "world_name"]].join(grades)
        worlds = worlds.pivot(index="world_name", columns="policy", values="grade")
        gains = worlds["better"] - worlds["today"]
        weeks = {policy: store.series(list(some["key"]), "grade") for policy, some in members.groupby("policy")}

    def change(name):
        return runs["better"][:, INDEX[name]] - runs["today"][:, INDEX[name]]

    def says(name, words):
        assert words.replace("-", "−") in answers[name], answers[name]

    says("first", "better")
    says("much", difference(change("grade").mean(), ".2f", lang))
    says("much", difference(np.percentile(change("grade"), 10), ".2f", lang))
    says("euros", number(change("cost_total").mean() * 52, ",.0f", lang))
    says("fte", number(abs(change("day_handle").mean() * 5), ".1f", lang))
    says("sure", number(np.mean(change("grade") > 0), ".0%", lang))
    says("sure", number((gains >= 0.1).mean(), ".0%", lang))
    dip = (weeks["better"] - weeks["today"])[:, :4].mean()
    says("dip", difference(dip, ".2f", lang))
    says("long", "2")
    says("watch", {"en": "Contacts per question", "nl": "Contacten per vraag"}[lang])
    says("fails", number((gains < 0.1).mean(), ".0%", lang))
    says("loses", "2")
    says("assumed", "5")


@BOTH
def test_turned_round_data_turn_the_text_round(pages, lang):
    plain_page, other = pages["plain", lang], pages["inverted", lang]
    assert "better" in plain_page.answers["first"]
    assert "worse" in other.answers["first"]
    words = {"en": ("worse off under", "Customers"), "nl": ("slechter af met", "Klanten")}[lang]
    for page, loser in ((plain_page, "worse"), (other, "mixed")):
        said = next(one.words for one in page.prose if words[0] in one.words and one.words.startswith(words[1]))
        assert loser in said
    for name in ("much", "sure", "long", "dip", "watch"):
        assert plain_page.answers[name] != other.answers[name], name


@BOTH
def test_the_first_sentences_have_a_price_and_what_is_counted_has_a_unit(pages, lang):
    more, same, days = {
        "en": ("euros a year more than today.", "does not clearly differ from today (", " working days)"),
        "nl": ("euro per jaar meer dan vandaag.", "verschilt niet duidelijk van vandaag (", " werkdagen)")}[lang]
    plain_page, other = pages["plain", lang].text, pages["inverted", lang].text
    assert more in plain_page
    assert same not in plain_page
    assert same in other
    assert days in plain_page  # 'mixed' helps more, and customers wait longer


@BOTH
def test_no_clear_difference_is_said_as_plainly_as_a_gain(tmp_path, lang):
    with opened(make(tmp_path / "r.db", {"same": Planted({}), "worse": Planted({"grade": 0.3}, noise=1.0)})) as store:
        facts = compute(read(store))
        page = Page(html(facts, Words(facts, lang), {}))
    title = {"en": "No clear difference", "nl": "Geen duidelijk verschil"}[lang]
    assert page.text.count(title) >= 2
    wrong = {"en": r"better off by \d|helps most|Start with", "nl": r"punt beter af|helpt het meest|Begin met"}[lang]
    assert not re.search(wrong, page.text)


@BOTH
def test_it_asks_nothing_of_the_network_and_runs_nothing(pages, lang):
    page = pages["plain", lang]
    policy = next(m["content"] for m in page.of("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert not page.of("script")
    assert not page.of("link")
    for attrs in [attrs for _, attrs in page.tags]:
        assert not any(name.startswith("on") or name == "style" for name in attrs)
        for name in ("src", "href", "srcset"):
            assert attrs.get(name, "#").startswith(("#", "data:"))
    assert not re.search(r"https?://|@import|url\(", page.document)


@BOTH
def test_it_can_be_read_by_machine_and_by_ear(pages, lang):
    page = pages["plain", lang]
    assert page.of("html")[0]["lang"] == lang
    assert len(page.of("main")) == len(page.of("h1")) == len(page.of("nav")) == 1
    assert len(page.of("section")) == 11
    assert len(page.ids) == len(set(page.ids)), {i for i in page.ids if page.ids.count(i) > 1}
    for attrs in [attrs for _, attrs in page.tags]:
        for reference in (attrs.get("aria-labelledby"), attrs.get("href", "")[1:]):
            assert not reference or reference in page.ids, reference
    assert all(th.get("scope") in ("col", "row") for th in page.of("th"))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_markup_in_names_is_only_words(tmp_path):
    bad = "<img src=x onerror=alert(1)>&\"'"
    spec = FakeOrganisation(name=f"<b>{bad}", teams=(FakeTeam(f"<script>{bad}", 3), FakeTeam("back", 2)))
    planted = {"today+bonus=0.5": Planted({"grade": 0.2}, levers={"bonus": 0.5}),
               f"p{bad}": Planted({"grade": 0.5, "strain": 0.3}, levers={"okr": 0.4})}
    with opened(make(tmp_path / "r.db", planted, spec=spec)) as store:
        facts = compute(read(store))
        words = Words(facts, "en")
        page = Page(html(facts, words, {"gains": gains(facts, words), "silo": silo(facts, words)}))
    assert not page.of("script")
    assert not [img for img in page.of("img") if "onerror" in img]
    assert bad in page.text
    assert all(img["alt"] for img in page.of("img"))
    assert not page.of("b")


def test_pictures_are_there_in_both_widths_and_small(databases):
    with opened(databases["plain"]) as store:
        facts = compute(read(store))
        words = Words(facts, "nl")
        drawn = draw(facts, words)
        document = html(facts, words, drawn)
    assert set(drawn) == {"gains", "regret", "worlds", "drivers", "silo", "fan_change_grade", "fan_grade"}
    page = Page(document)
    assert len(page.of("img")) == len(page.of("source")) == len(drawn)
    for img in page.of("img"):
        assert len(img["alt"]) > 40
        assert img["src"].startswith("data:image/svg+xml,%3Csvg")
    assert len(document) < 5_000_000
    assert all(one.png.startswith(b"\x89PNG") and one.svg["wide"].startswith(b"<?xml") for one in drawn.values())
