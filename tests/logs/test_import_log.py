"""`silosim import-log`: what it prints and writes, in both languages; the file runs, the page opens, no names."""

import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from logs import made_up_exports as made

from silosim.experiments import logs
from silosim.experiments.cli import main
from silosim.experiments.logs.mapping import check, read_mapping
from silosim.model.organisation_file import load_organisation

NAMES = [name for people in made.PEOPLE.values() for name in people]


@pytest.fixture
def silosim(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*words):
        status = main(list(map(str, words)))
        out = capsys.readouterr()
        assert out.err == ""
        assert status == 0
        return out.out

    return run


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """The made-up log of ServiceNow, imported in Dutch: (folder, what was written)."""
    folder = tmp_path_factory.mktemp("imported")
    path = made.save(folder / "log.csv.gz", made.servicenow())
    assert main(["--lang", "nl", "import-log", str(path), "--out", str(folder / "mine.toml")]) == 0
    return folder


class Page(HTMLParser):
    """What stands on a page, and which elements are open."""

    EMPTY = frozenset({"meta", "img", "source", "link", "br"})

    def __init__(self, words: str):
        super().__init__()
        self.tags, self.open, self.ids, self.text = [], [], [], []
        self.feed(words)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if "id" in dict(attrs):
            self.ids.append(dict(attrs)["id"])
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_the_organisation_is_one(imported):
    spec = load_organisation(imported / "mine.toml")
    assert [team.en for team in spec.teams] == ["Desk", "Network", "Payments"]
    assert sum(journey.share for journey in spec.journeys) == pytest.approx(1)


def test_the_file_says_everything_that_was_assumed_in_the_language_asked_for(imported):
    words = (imported / "mine.toml").read_text(encoding="utf-8")
    said = " ".join(line.lstrip("# ") for line in words.splitlines() if line.startswith("#"))
    for part in ("Aangenomen", "Een zaak hebben is niet eraan werken", "--load", "--headcount", "Datums in",
                 "Het logboek zag alle nieuwe zaken van 2024-01-08", "log.csv.gz"):
        assert part in said
    assert not re.search(r"logs\.|{|}", said)


def test_the_page_is_whole_and_asks_the_network_for_nothing(imported):
    words = (imported / "mine.html").read_text(encoding="utf-8")
    page = Page(words)
    assert not page.open
    assert len(page.ids) == len(set(page.ids))
    assert dict(page.tags[0][1])["lang"] == "nl"
    names = [tag for tag, _ in page.tags]
    assert "script" not in names
    assert names.count("h1") == 1
    assert not re.search(r"(src|href|srcset)=\"(?!#|data:image/svg)", words)
    assert "default-src 'none'" in words
    for tag, attrs in page.tags:
        if tag == "img":
            assert attrs["alt"]
        if tag == "a":
            assert attrs["href"].removeprefix("#") in page.ids
        if tag == "th":
            assert attrs["scope"] in ("row", "col")
        if tag == "table":
            assert attrs["aria-labelledby"] in page.ids
    assert names.count("figure") == 5


def test_what_is_on_the_page_is_told_in_its_language(imported):
    text = " ".join(Page((imported / "mine.html").read_text(encoding="utf-8")).text)
    assert "0,55 keer overgedragen" in text
    assert "undefined" not in text
    assert "onbepaald" not in text
    assert "nan" not in text.split()


def test_nobody_is_named_anywhere(imported, silosim):
    log = imported / "log.csv.gz"
    said = [(imported / "mine.toml").read_text(encoding="utf-8"), (imported / "mine.html").read_text(encoding="utf-8"),
            silosim("import-log", log, "--dry-run"), silosim("import-log", log, "--dry-run", "--json")]
    assert not [name for name in NAMES if any(name in words for words in said)]


def test_a_dry_run_names_nobody_in_a_column_of_teams(silosim, tmp_path):
    rows = [{**row, "team": row["person"] or "Desk"} for row in made.events(2)]
    made.save(tmp_path / "log.csv", made.plain(rows).replace("case,time,team", "case,time,squad", 1))
    out = silosim("import-log", "log.csv", "--dry-run", "--column", "team=squad")
    assert not [name for name in NAMES if name in out]
    assert "team 6" in json.dumps(json.loads(silosim("import-log", "log.csv", "--dry-run", "--column", "team=squad",
                                                     "--json"))["organisation"])


def test_a_dry_run_shows_what_it_understood_and_writes_nothing(silosim, tmp_path):
    made.save(tmp_path / "log.csv", made.topdesk(), "cp1252")
    out = silosim("import-log", "log.csv", "--dry-run")
    for part in ("Meldingnummer", "Behandelaarsgroep", "Wacht op aanmelder", "Assumed", "Found in", "6 different"):
        assert part in out
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]


def test_flags_and_a_mapping_file_say_the_same(silosim, tmp_path):
    words = made.plain().replace("case,time,team,person,state,type", "a,b,c,d,e,f")
    made.save(tmp_path / "log.csv", words)
    made.save(tmp_path / "map.toml", """
        front = ["Network"]
        zone = "Europe/Amsterdam"
        [columns]
        case = "a"
        time = "b"
        team = "c"
        person = "d"
        state = "e"
        type = "f"
        [states]
        waiting = ["Active", "Awaiting User Info"]
        [headcount]
        Desk = 9
        """)
    flags = [word for k, name in enumerate(("case", "time", "team", "person", "state", "type"))
             for word in ("--column", f"{name}={'abcdef'[k]}")]
    flags += ["--state", "waiting=Active", "--state", "waiting=awaiting user info", "--headcount", "Desk=9",
              "--front", "network", "--zone", "Europe/Amsterdam"]
    one = json.loads(silosim("import-log", "log.csv", "--json", "--dry-run", "--mapping", "map.toml"))
    two = json.loads(silosim("import-log", "log.csv", "--json", "--dry-run", *flags))
    assert one == two
    assert one["states"]["waiting"] == ["Active", "Awaiting User Info"]
    desk, network, _ = one["organisation"]["team"]
    assert (desk["headcount"], desk["meets_customer"], network["meets_customer"]) == (9, False, True)


def test_a_column_can_be_left_out(silosim, tmp_path):
    made.save(tmp_path / "log.csv", made.plain())
    document = json.loads(silosim("import-log", "log.csv", "--json", "--dry-run", "--column", "person="))
    assert "person" not in document["columns"]
    assert any(note["key"] == "people_guessed" for note in document["notes"])


def test_the_name_in_commands_comes_from_the_file_or_is_given(silosim, tmp_path):
    made.save(tmp_path / "2024 Q1 Tickets (final).csv", made.plain(made.events(4)))
    silosim("import-log", "2024 Q1 Tickets (final).csv", "--no-page")
    assert load_organisation(tmp_path / "results/logs/log_2024_q1_tickets_final.toml")
    silosim("import-log", "2024 Q1 Tickets (final).csv", "--no-page", "--name", "Our Desk")
    assert load_organisation(tmp_path / "results/logs/our_desk.toml").name == "our_desk"
    assert not list(tmp_path.rglob("*.html"))


def test_brackets_in_names_are_brackets(silosim, tmp_path):
    rows = [{**row, "team": f"[red]{row['team']}[/]"} for row in made.events(2)]
    made.save(tmp_path / "[bold]log.csv", made.plain(rows))
    out = silosim("import-log", "[bold]log.csv", "--dry-run")
    assert "What [bold]log.csv says" in out
    assert "[red]Desk[/]" in out
    assert "columns, states and headcount" in " ".join(re.sub("[│╭╰─]", " ", silosim("import-log", "--help")).split())


def test_what_show_makes_of_it(silosim, imported):
    out = silosim("show", imported / "mine.toml")
    assert "Desk → Network" in out


def test_the_organisation_runs(silosim, imported):
    out = silosim("compare", "customer_time", "--organisation", imported / "mine.toml", "--runs", 1, "--weeks", 2,
                  "--burn-in", 4, "--no-figures", "--json")
    policies = json.loads(out)
    assert "customer_time" in json.dumps(policies)


def test_columns_above_rows_and_excels_first_line(silosim, tmp_path):
    words = "sep=;\nTickets of the first quarter\n\nMade on;2024-03-31\n" + made.plain(made.events(3)).replace(",", ";")
    made.save(tmp_path / "log.csv", words)
    document = json.loads(silosim("import-log", "log.csv", "--json", "--dry-run"))
    assert document["facts"]["cases"] == 300
    assert any(note["key"] == "above_heading" for note in document["notes"])


def test_rows_that_are_empty_doubled_short_or_bad(silosim, tmp_path):
    lines = made.plain(made.events(3)).splitlines(keepends=True)
    more = [",,,,,\n", "\n", lines[1], lines[2], "C00001,2024-01-08 10:00,Desk\n", "?,2024-01-08,Desk,,,\n",
            "C00001,2024-01-08,Desk,a,b,c,d,e\n"]
    made.save(tmp_path / "log.csv", "".join([*lines, *more]))
    document = json.loads(silosim("import-log", "log.csv", "--json", "--dry-run", "--skip-bad-rows"))
    words = {note["key"]: note["words"] for note in document["notes"]}
    assert words["repeated"].endswith("left out: 2.")
    assert "heading: 1;" in words["short_rows"]
    assert words["bad_rows"].endswith("left out: 1.")
    assert "left out: 1 (" in words["no_case_rows"]
    assert document["facts"]["cases"] == 300


def test_the_toml_is_as_it_was_checked(imported):
    data = tomllib.loads((imported / "mine.toml").read_text(encoding="utf-8"))
    assert set(data) == {"name", "arrivals", "customers", "team", "journey"}


def test_the_mapping_file_of_the_readme_is_one(tmp_path):
    words = (Path(logs.__file__).parent / "README.md").read_text(encoding="utf-8")
    path = made.save(tmp_path / "map.toml", re.search("```toml\n(.*?)```", words, re.DOTALL)[1])
    asks = read_mapping(str(path))
    assert asks.columns == {"team": "Squad", "priority": ""}
    assert asks.headcount == {"Service desk": 12}
    check(asks)
