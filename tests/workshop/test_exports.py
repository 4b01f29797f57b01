"""Files of a scenario: the same numbers as on the screen, the words of the rule, nothing from outside, no guests."""

import csv
import io
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from asgi import Client
from starlette.applications import Starlette
from starlette.responses import JSONResponse

from silosim.experiments.comparison import VERDICTS, Difference, Spread, verdict
from silosim.experiments.workshop import exports, onepage
from silosim.experiments.workshop.ensembles import Ensembles
from silosim.experiments.workshop.links import open_code
from silosim.experiments.workshop.messages import RUNS, WEEKLY, scenario_from
from silosim.experiments.workshop.organisation_form import bundled_document
from silosim.experiments.workshop.pictures import answer
from silosim.experiments.workshop.security import Door
from silosim.experiments.workshop.state import Workshop
from silosim.model.measures.declared import MEASURES
from silosim.model.organisation_file import parse_organisation
from silosim.model.parameters import InvalidInput
from silosim.model.text import LANGUAGES, text

TABLE = {"organisation": "clinic", "policy": "tighten_targets", "dials": {"customer_time": [10]},
         "world": {"demand": 1.05}, "seed": 3, "weeks": 52}
DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def workshop():
    made = Workshop(Door(8000, {"127.0.0.1"}, False), Ensembles(2), "http://127.0.0.1:8000")
    yield made
    made.engine.close()


@pytest.fixture(scope="module")
def of(workshop):
    return exports.collect(workshop, scenario_from(TABLE, workshop.organisations), RUNS[0])


@pytest.fixture(scope="module")
def client(workshop):
    return Client(Starlette(routes=exports.routes(workshop), exception_handlers={
        InvalidInput: lambda request, problem: JSONResponse({"error": str(problem)}, status_code=400)}))


def rows(of, lang: str) -> list[dict]:
    words = exports.make("csv", of, lang).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(words), delimiter=";" if lang == "nl" else ","))


def value(words: str, lang: str) -> float:
    return float(words.replace(",", ".") if lang == "nl" else words)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_holds_every_band_and_summary_of_the_screen(workshop, of, lang):
    request, pairs = workshop.paired_runs(of.scenario, RUNS[0])
    band = answer(request, 0, pairs, ("series", "summary"), ("grade", "attainment"))
    found = rows(of, lang)
    grades = [row for row in found if (row["part"], row["name"]) == ("band", "grade")]
    assert [int(row["week"]) for row in grades] == band["series"]["week"]
    for side in ("now", "today"):
        for p in ("p10", "p50", "p90"):
            assert [value(row[f"{side}_{p}"], lang) for row in grades] == band["series"]["grade"][side][p]
    assert {row["name"] for row in found if row["part"] == "band"} == set(WEEKLY)
    last = {row["name"]: row for row in found if row["part"] == "last_year"}
    assert set(last) == set(band["summary"])
    for name, one in band["summary"].items():
        if one["difference"] is not None:
            assert value(last[name]["difference"], lang) == pytest.approx(one["difference"], rel=1e-4)
        assert last[name]["verdict"] == text(f"cli.verdict.{one['direction']}", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_says_what_was_set_and_how_to_get_it_again(workshop, of, lang):
    found = {row["name"]: row["setting"] for row in rows(of, lang) if row["part"] in ("scenario", "lever", "world")}
    assert found["seed"] == "3"
    assert found["weeks"] == "52"
    assert found["rulebook"] == workshop.model["rulebook"]
    assert found["note"] == text("pages.export.practice", lang)
    assert found["demand"] == {"en": "1 → 1.05", "nl": "1 → 1,05"}[lang]
    assert found["customer_time"] == "0% → 10%"
    assert set(of.scenario.all_levers()) <= set(found)
    opened = open_code(found["link"].split("#s=")[1], workshop.model, workshop.organisations)
    assert scenario_from(opened["scenario"], workshop.organisations) == of.scenario
    assert opened["same"] is True


@pytest.mark.parametrize("kind", exports.KINDS)
def test_the_same_scenario_gives_the_same_file(of, kind):
    assert exports.make(kind, of, "nl", DAY) == exports.make(kind, of, "nl", DAY)


def test_what_a_spreadsheet_would_compute_stays_text(workshop):
    document = {**bundled_document("clinic"), "en": "=1+1", "nl": "@SUM(A1)", "load": 0.4}
    name = workshop.add_organisation(parse_organisation(document))
    scenario = scenario_from({"organisation": name, "weeks": 52}, workshop.organisations)
    mine = exports.collect(workshop, scenario, RUNS[0])
    assert rows(mine, "en")[0]["setting"] == "'=1+1"
    assert rows(mine, "nl")[0]["setting"] == "'@SUM(A1)"


def test_the_scissors_are_a_picture_of_1200_pixels(of):
    content = exports.make("png", of, "en")
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(content[16:20]) == 1200


class Page(HTMLParser):
    """Tags, the addresses they load from, and the text."""

    def __init__(self, words: str):
        super().__init__()
        self.tags, self.loads, self.words = [], [], []
        self.feed(words)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in ("src", "srcset", "action") or
                       (name == "href" and tag == "link")]

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_stands_alone_and_says_what_it_is(workshop, of, lang):
    page = Page(exports.make("report", of, lang, DAY).decode())
    assert not {"script", "iframe", "link", "object"} & set(page.tags)
    assert all(source.startswith("data:image/png;base64,") for source in page.loads)
    words = " ".join(" ".join(page.words).split())
    assert text("pages.export.practice", lang) in words
    assert of.sentence[lang]["headline"] in words
    assert of.sentence[lang]["change"] in words
    made = text("pages.export.made", lang, version=workshop.model["version"], rulebook=workshop.model["rulebook"],
                seed=3, runs=RUNS[0], weeks=52, date={"en": "2026-11-22", "nl": "22-11-2026"}[lang])
    assert made in words
    assert of.link in words
    for _, label, setting in of.settings(lang):
        assert f"{label}: {setting}" in words


def found_difference(name: str, mean: float, half: float, agree: float) -> Difference:
    change = Spread(50, mean, half, mean - half, mean, mean + half)
    now = Spread(50, 7 + mean, half, 6, 7, 8)
    return Difference("now", name, now, change, agree, verdict(change, agree, MEASURES[name]))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("mean", "half", "agree"), [(0.5, 0.6, 1.0), (0.5, 0.1, 0.89), (-0.5, 0.1, 0.5)])
def test_no_direction_without_agreement_and_an_interval_that_leaves_out_zero(lang, mean, half, agree):
    row = onepage.row(found_difference("grade", mean, half, agree), lang)
    assert (row["mark"], row["kind"]) == ("?", "")
    assert row["word"] == text("pages.export.no_direction", lang)


def test_a_direction_where_the_rule_names_one():
    better, worse, slight = (onepage.row(found_difference(name, mean, 0.01, 0.95), "en")
                             for name, mean in (("grade", 0.5), ("strain", 0.5), ("grade", 0.05)))
    assert (better["mark"], better["word"]) == ("▲", "better")
    assert (worse["mark"], worse["word"]) == ("▼", "worse")
    assert (slight["mark"], slight["word"]) == ("△", "better, less than matters")


def test_every_verdict_has_its_mark_and_word():
    directions = [name for name in VERDICTS if name not in ("equal", "unclear", "undefined")]
    assert set(onepage.MARKS) == set(directions)


def test_labels_of_an_own_organisation_are_escaped(workshop):
    document = {**bundled_document("clinic"), "en": "<script>alert(1)</script>", "load": 0.4}
    name = workshop.add_organisation(parse_organisation(document))
    scenario = scenario_from({"organisation": name, "weeks": 52}, workshop.organisations)
    mine = exports.collect(workshop, scenario, RUNS[0])
    page = exports.make("report", mine, "en", DAY).decode()
    assert "<script" not in page
    assert text("pages.export.own", "en") in page


def test_the_route_gives_a_file_with_a_name(client):
    answer = client.post("/export/csv", json={"scenario": TABLE, "runs": RUNS[0], "lang": "nl"})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="silosim-clinic-tighten_targets.csv"'
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("asked", [
    {"scenario": {"organisation": "../etc"}}, {"scenario": {**TABLE, "seed": -1}}, {"scenario": 3}, {"runs": 7},
    {"runs": 201}, {"runs": True}, {"runs": "8"}, {"scenario": {**TABLE, "dials": {"customer_time": [99]}}},
], ids=str)
def test_what_is_wrong_is_refused_in_one_line(client, asked):
    refused = client.post("/export/report", json=asked)
    assert refused.status_code == 400
    assert re.fullmatch(r".{10,300}", refused.json()["error"])


def test_an_unknown_kind_and_a_guest_are_refused(client, workshop, monkeypatch):
    assert client.post("/export/exe", json={}).status_code == 404
    monkeypatch.setattr(workshop.door, "open", True)
    assert client.post("/export/csv", json={"scenario": TABLE}).status_code == 403
    allowed = client.post("/export/csv", json={"scenario": TABLE, "runs": RUNS[0]},
                          headers={"x-token": workshop.door.token})
    assert allowed.status_code == 200
