"""The report of awkward databases: one policy, thirty, forty teams, missing measures, failed runs, old files."""

import re
import shutil
import sqlite3
import sys

import pytest
from fake_engine import FakeOrganisation, FakeTeam
from report_database import Planted, make
from report_page import Page

from silosim.experiments.report import pdf
from silosim.experiments.report.facts.facts import MOST_FANS, compute
from silosim.experiments.report.facts.source import opened, read
from silosim.experiments.report.pictures.around import silo
from silosim.experiments.report.pictures.drivers import tornado, whole
from silosim.experiments.report.pictures.policies import gains, regret
from silosim.experiments.report.render import html
from silosim.experiments.report.words import Words
from silosim.experiments.store import StoreError
from silosim.experiments.store.keep import SUMMARY
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import InvalidInput
from silosim.model.text import LANGUAGES

GAIN = Planted({"grade": 0.3})
LONG = "a_policy_with_a_name_that_is_much_longer_than_anybody_would_think_reasonable_for_a_policy"


def pages_of(path, sweep=None):
    """Facts, and the page in both languages, without pictures."""
    with opened(path) as store:
        facts = compute(read(store, sweep))
        return facts, {lang: Page(html(facts, Words(facts, lang), {})) for lang in LANGUAGES}


def sound(pages):
    """What every page has, whatever is missing."""
    for page in pages.values():
        assert len(page.of("section")) == 11
        assert len(page.answers) == 11
        assert all(page.answers.values())
        assert len(page.ids) == len(set(page.ids))
        for one in page.prose:
            assert one.words.strip()
            for cell, words in one.numbers:
                assert cell in page.cells, f"{cell}: {words} in {one.words}"
                assert re.search(r"\d", words), f"{cell} in {one.words}"  # nothing undefined in a sentence
        assert not re.search(r"\bnan\b", page.text.lower())


@pytest.mark.parametrize(("policies", "how"), [
    ({}, {}),
    ({"better": GAIN}, {}),
    ({"better": GAIN}, {"runs": 1}),
    ({"better": GAIN}, {"runs": 2, "weeks": 5}),
    ({"better": GAIN}, {"keep": SUMMARY}),
    ({"better": GAIN, LONG: Planted({"grade": -0.3})}, {}),
    ({"better": GAIN, "worse": Planted({}, fails=tuple(range(6)))}, {}),
    ({"better": GAIN}, {"today_fails": range(6)}),
    ({"better": GAIN}, {"undefined": tuple(MEASURES)}),
    ({"better": GAIN}, {"undefined": ("cost_total", "day_handle", "share_nine", "backlog", "strain", "share_green")}),
    ({"better": GAIN}, {"spec": FakeOrganisation(teams=(FakeTeam("alone", 1),))}),
    ({"better": GAIN, "worse": Planted({"grade": 0.1})}, {"runs": 3, "worlds": {"better": {f"w{k}": 0.0 for k in
                                                                                              range(12)}}}),
], ids=["today alone", "one policy", "one run", "few weeks", "summary only", "long name", "a policy without runs",
        "today without runs", "nothing defined", "some undefined", "one team", "worlds without a gain"])
def test_it_survives(tmp_path, policies, how):
    _, pages = pages_of(make(tmp_path / "r.db", policies, **how))
    sound(pages)


def test_thirty_policies(tmp_path):
    policies = {f"policy_{k}": Planted({"grade": 0.02 * (k - 15)}) for k in range(30)}
    facts, pages = pages_of(make(tmp_path / "r.db", policies, runs=4, weeks=52))
    sound(pages)
    assert facts.choice.policy == "policy_29"
    assert len(facts.tables["compare"]) == 31
    assert len(facts.fans) == MOST_FANS
    assert "policy_29" in facts.fans


def test_forty_teams(tmp_path):
    spec = FakeOrganisation(teams=tuple(FakeTeam(f"team_{k}", 2) for k in range(40)))
    facts, pages = pages_of(make(tmp_path / "r.db", {"better": GAIN, "worse": Planted({"strain": 0.5})}, runs=3,
                                 weeks=52, spec=spec))
    sound(pages)
    assert facts.cell("sides", "worse", "losing").value == 40
    assert len(pages["en"].document) < 2_000_000


@pytest.mark.parametrize(("policies", "how", "wanted"), [
    ({f"policy_{k}": Planted({"grade": 0.02 * (k - 15)}) for k in range(30)}, {"runs": 3, "weeks": 52}, {"gains"}),
    ({"better": GAIN}, {"runs": 3, "weeks": 30, "spec": FakeOrganisation(teams=tuple(
        FakeTeam(f"a team with quite a name {k}", 1) for k in range(40)))}, {"gains", "silo"}),
    ({"better": GAIN, LONG: GAIN}, {"runs": 1, "weeks": 5}, {"gains"}),
    ({"better": GAIN}, {"undefined": tuple(MEASURES), "weeks": 52}, set()),
    ({}, {"weeks": 20}, set()),
], ids=["thirty policies", "forty teams", "one run, long name", "nothing defined", "today alone"])
def test_pictures_survive_too(tmp_path, policies, how, wanted):
    with opened(make(tmp_path / "r.db", policies, **how)) as store:
        facts = compute(read(store))
        words = Words(facts, "nl")
        drawn = {one.name: one for one in (gains(facts, words), silo(facts, words), regret(facts, words),
                                           tornado(facts, words), whole(facts, words)) if one is not None}
    assert wanted <= set(drawn)
    assert not any(re.search(rb'[\s"(]nan[\s")]', svg) for one in drawn.values() for svg in one.svg.values())


def test_runs_that_failed_are_counted_and_told(tmp_path):
    facts, pages = pages_of(make(tmp_path / "r.db", {"better": Planted({"grade": 0.3}, fails=(1, 4)), "worse": GAIN}))
    sound(pages)
    assert facts.cell("lost", "better", "lost").value == 2
    assert facts.found["better", "grade"].change.n == 4
    assert "2 runs failed and do not count." in pages["en"].text
    assert "Er zijn 2 runs mislukt; die tellen niet mee." in pages["nl"].text


def test_published_verdicts_stand_in_for_those_the_database_lacks(tmp_path, monkeypatch):
    from silosim.experiments.report.facts import claims
    from silosim.experiments.store import Store

    published = tmp_path / "claims.csv"
    rows = ("claim,verdict,fragile,as_is_worlds,as_is_mean,as_is_hold,as_is_oppose,equal_cost_mean,when,when_nl\n"
            "C7,supported_when,1,120,1.5,0.625,0.25,,It holds where it rains.,Het geldt waar het regent.\n")
    monkeypatch.setattr(claims, "PUBLISHED", published)
    path = make(tmp_path / "r.db", {"better": GAIN})  # which moves customer_time, what C7 is about
    _, pages = pages_of(path)
    assert "Articles' claims about it: not put to the test yet." in pages["en"].text
    published.write_text("# ensemble=full rules=report-rules\n" + rows)
    facts, pages = pages_of(path)
    sound(pages)
    assert facts.claims.published
    assert pages["en"].cells["c-claims-c7-hold"].strip() in ("62%", "63%")
    assert pages["en"].cells["c-claims-c7-oppose"].strip() == "25%"
    assert "supported under conditions" in pages["en"].text.split("Before you act")[0]
    assert "Het geldt waar het regent." in pages["nl"].text
    published.write_text("# ensemble=full rules=others\n" + rows)
    assert not pages_of(path)[0].has("claims")
    published.write_text("# ensemble=quick rules=report-rules\n" + rows)
    with Store(path) as store:
        store.write_claims([("C7", "abc", {"name": "quick"}, 1, "contradicted", False, {"arms": {}})], 1,
                           rulebook="report-rules")
    assert not pages_of(path)[0].claims.published  # of two small ensembles the database's own
    published.write_text("# ensemble=full rules=report-rules\n" + rows)
    assert pages_of(path)[0].claims.published
    with Store(path) as store:
        store.write_claims([("C7", "abc", {"name": "full"}, 1, "contradicted", False, {"arms": {}})], 1,
                           rulebook="report-rules")
    assert not pages_of(path)[0].claims.published


def test_an_organisation_with_borrowed_worlds_says_so_wherever_they_are_used(tmp_path):
    _, pages = pages_of(make(tmp_path / "r.db", {"better": GAIN}, runs=3, worlds={"better": {
        f"w{k}": 0.3 for k in range(12)}}))
    for lang, words in (("en", "were fitted to the insurer"), ("nl", "zijn afgesteld op de verzekeraar")):
        assert pages[lang].text.count(words) == 4  # the answer, other worlds, what drives it, when it fails


def test_what_is_not_there_is_said(tmp_path):
    _, pages = pages_of(make(tmp_path / "r.db", {"better": GAIN}, keep=SUMMARY))
    said = pages["en"].text
    for words in ("Only one world was tested", "No verdicts on the claims are known under these rules",
                  "No checks of these rules are stored", "Weekly figures were not stored",
                  "Outcomes of teams were not stored", "At equal cost the policies were not compared"):
        assert words in said, words


def test_stored_claims_and_checks_are_shown(tmp_path):
    from silosim.experiments.store import Store

    path = make(tmp_path / "r.db", {"better": GAIN})
    document = {"arms": {"as_is": {"mean": 1.5, "hold": 0.8, "worlds": 40}}, "holds":
                {"words": {"en": "duty is at least half", "nl": "plicht minstens de helft is"}}}
    with Store(path) as store:
        store.write_claims([("C5", "abc", {}, 1, "supported_when", True, document)], 1, rulebook="report-rules")
        store.write_claims([("C6", "abc", {}, 1, "supported", False, document)], 1, rulebook="other rules")
        store.write_checks([{"name": "mm1", "kind": "oracle", "status": "passed", "value": 1.0},
                            {"name": "broken", "kind": "extreme", "status": "failed", "value": 3.0}], 1, "report-rules")
    facts, pages = pages_of(path)
    sound(pages)
    assert list(facts.tables["claims"].rows) == ["C5"]
    assert "duty is at least half" in pages["en"].text
    assert "plicht minstens de helft is" in pages["nl"].text
    assert "Failed: broken" in pages["en"].text


def test_a_database_without_a_comparison_is_refused_in_a_line(tmp_path):
    from silosim.experiments.store import Store

    with Store(tmp_path / "r.db") as store:
        store.begin_sweep("run", {}, 1, rulebook="x")
    for sweep, words in ((None, "no comparison is stored here"), ("1", "a report is about what `silosim compare`")):
        with opened(tmp_path / "r.db") as store, pytest.raises(InvalidInput, match=words):
            read(store, sweep)
    with pytest.raises(StoreError, match="there is no results database"), opened(tmp_path / "none.db") as store:
        read(store)


def test_an_older_database_is_read_and_left_as_it_was(tmp_path):
    """One migration back: no table of claims."""
    path = make(tmp_path / "r.db", {"better": GAIN})
    connection = sqlite3.connect(path)
    connection.executescript("DROP TABLE claim; DELETE FROM _sqlite_migrations WHERE name >= '003';"
                             "ALTER TABLE outcome DROP COLUMN nps;")
    connection.close()
    before = (tmp_path / "r.db").read_bytes()
    facts, pages = pages_of(path)
    sound(pages)
    assert facts.choice.policy == "better"
    assert (tmp_path / "r.db").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["r.db"]


def test_without_weasyprint_the_reason_is_given(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(pdf.NoPdf) as told:
        pdf.write_pdf("<p>x</p>", tmp_path / "x.pdf")
    assert told.value.why == "install"
    assert not list(tmp_path.iterdir())


def test_a_pdf_has_pages_and_asks_nothing_of_the_network(tmp_path):
    document = "<html lang=en><title>t</title><h1>One</h1><img src='http://example.org/x.png' alt=x></html>"
    try:
        written = pdf.write_pdf(document, tmp_path / "x.pdf")
    except pdf.NoPdf as missing:
        pytest.skip(f"no typesetter here: {missing.why}")
    assert written.read_bytes().startswith(b"%PDF-")
    assert pdf.write_pdf(document, tmp_path / "y.pdf").read_bytes() == written.read_bytes()


def test_two_pages_and_pictures_of_one_database_are_the_same_to_the_byte(tmp_path):
    path = make(tmp_path / "r.db", {"better": GAIN}, runs=3, weeks=30)
    made = []
    for _ in range(2):
        with opened(path) as store:
            facts = compute(read(store))
            words = Words(facts, "en")
            drawn = {one.name: one for one in (gains(facts, words), silo(facts, words))}
            made.append((html(facts, words, drawn), [one.png for one in drawn.values()]))
    assert made[0] == made[1]
    assert "%3Csvg" in made[0][0]


def test_the_command_writes_pages_pictures_and_tables(tmp_path, silosim):
    path = make(tmp_path / "r.db", {"better": GAIN}, runs=3, weeks=30)
    status, out, err = silosim("report", "--db", path, "--out", tmp_path / "there", "--no-pdf", "--lang", "nl")
    assert (status, err) == (0, "")
    assert "staat in" in out
    names = {str(file.relative_to(tmp_path / "there")) for file in (tmp_path / "there").rglob("*.*")}
    assert {"report-nl.html", "tables/compare.csv", "tables/all-measures.csv", "tables/facts.json",
            "pictures/gains-nl.png", "pictures/gains-nl.svg"} <= names
    assert not any(name.endswith(".pdf") for name in names)


@pytest.mark.parametrize(("words", "says"), [
    (("--db", "none.db"), "there is no results database here yet"),
    (("--db", "r.db", "--sweep", "7"), "there is no sweep '7'"),
    (("--db", "r.db", "--out", "r.db/x"), "the report cannot be written here"),
])
def test_the_command_refuses_in_a_line(tmp_path, silosim, words, says):
    shutil.copy(make(tmp_path / "made.db", {}, runs=2, weeks=5), tmp_path / "r.db")
    status, _, err = silosim("report", "--no-pdf", *words)
    assert status == 2
    assert says in err
    assert len(err.strip().splitlines()) == 1
