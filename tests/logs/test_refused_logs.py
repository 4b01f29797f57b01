"""Files that are broken, hostile or not what they seem: one clear line, exit status 2, nothing written."""

import gzip
import json

import pytest
from logs import made_up_exports as made

from silosim.experiments.cli import main

GOOD = made.plain(made.events(1))
HEAD, FIRST, *_ = GOOD.splitlines(keepends=True)
XES = made.xes(made.events(1))
BOMB = '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
AMBIGUOUS = "case,time,team\n" + "".join(f"{k},{1 + k % 12}/{1 + k % 11}/2024 10:00,A\n" for k in range(40))

# name of the file, its content, a part of the line that answers
FILES = {
    "empty": ("log.csv", b"", "the file is empty"),
    "blanks": ("log.csv", b" \n \n", "the file is empty"),
    "heading only": ("log.csv", HEAD, "no rows"),
    "one column": ("log.csv", "case\nC1\nC2\n", "no delimiter"),
    "Excel": ("log.csv", b"PK\x03\x04rest", "Excel or zip"),
    "old Excel": ("log.csv", b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
    "PDF": ("log.csv", b"%PDF-1.7", "a PDF"),
    "JSON": ("log.csv", b'[{"case": 1}]', "JSON"),
    "binary": ("log.csv", b"case,time,team\n\0\0\0", "binary"),
    "broken gzip": ("log.csv.gz", gzip.compress(GOOD.encode())[:-2000], "broken or cut off"),
    "not gzip inside": ("log.csv.gz", b"\x1f\x8bnot gzip at all", "broken or cut off"),
    "wrong check sum": ("log.csv.gz", gzip.compress(GOOD.encode())[:-8] + b"\0" * 8, "broken or cut off"),
    "open quote": ("log.csv", HEAD + '"' + GOOD, "a quote is opened and never closed"),
    "quote in the middle": ("log.csv", HEAD + '"a"b,2024-01-01,T,p,New,x\n', "line 2"),
    "too many fields": ("log.csv", HEAD + FIRST + "1,2,3,4,5,6,7,8\n", "line 3 has 8 fields and the heading 6"),
    "huge field": ("log.csv", HEAD + "x" * (2 << 20) + ",2024-01-01,T,p,New,x\n", "field larger"),
    "endless line": ("log.csv", HEAD + "x" * (20 << 20), "more than 16 MiB"),
    "no time": ("log.csv", "case,team\n1,A\n2,B\n", "which column is the time?"),
    "no team": ("log.csv", "case,time\n1,2024-01-01\n", "--column team=COLUMN"),
    "unknown words": ("log.csv", "foo,bar\n1,2\n", "which column is the case and the time and the team"),
    "no times in it": ("log.csv", "case,time,team\n1,soon,A\n2,later,A\n", "should hold times"),
    "day or month": ("log.csv", AMBIGUOUS, "--dates dmy"),
    "both orders": ("log.csv", "case,time,team\n1,31/1/2024,A\n2,1/31/2024,A\n", "day first (1) and with the month"),
    "no teams in it": ("log.csv", "case,time,team\n1,2024-01-01,?\n2,2024-01-02,\n", "is empty"),
    "nothing usable": ("log.csv", "case,time,team\n?,2024-01-01,A\n1,,A\n", "no row has both a case and a time"),
    "NaN": ("log.csv", "case,time,team\nNaN,NaN,NaN\nnan,NaT,nan\n", "no row has both a case and a time"),
    "not UTF-8 as asked": ("log.csv", "case,time,team\n1,2024-01-01,caf\xe9\n".encode("cp1252"), "utf-8"),
    "truncated XES": ("log.xes", XES[:len(XES) // 2], "is the file cut off?"),
    "billion laughs": ("log.xes", made.xes(made.events(1), BOMB), "document type or entities"),
    "external entity": ("log.xes", made.xes(made.events(1), '<!DOCTYPE log SYSTEM "file:///etc/passwd">'),
                        "document type or entities"),
    "other XML": ("log.xes", "<html><body/></html>", "begins with <html>"),
    "XES without events": ("log.xes", "<log><trace/></log>", "without any event"),
    "deep XES": ("log.xes", "<log>" + "<a>" * 5000, "nested more than"),
    "mended XML": ("log.xes", "<log><trace><event></trace></log>", "mismatched tag"),
    "huge value": ("log.xes", '<log><trace><event><string key="a" value="' + "x" * (40 << 20), "larger than 32 MiB"),
}


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Runs import-log in an empty folder: (exit status, output, error output)."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        status = main(["import-log", *map(str, words)])
        out = capsys.readouterr()
        return status, out.out, out.err

    return run


def refused(answer, part: str) -> None:
    status, out, err = answer
    assert status == 2
    assert part in err
    assert err.startswith("silosim: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert not out


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(command, tmp_path, what):
    name, content, part = FILES[what]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    more = ["--encoding", "utf-8"] if "as asked" in what else []
    refused(command(path, *more), part)
    assert [p.name for p in tmp_path.iterdir()] == [name]


# flags, a part of the line that answers
FLAGS = [
    (["--column", "team"], "FIELD=COLUMN"), (["--column", "taem=team"], "did you mean 'team'"),
    (["--column", "team=taem"], "did you mean 'team'"), (["--state", "done=Resolved"], "known: resolved"),
    (["--state", "resolved=Resolvd"], "did you mean 'Resolved'"), (["--zone", "Europe/Nowhere"], "Europe/Amsterdam"),
    (["--zone", "../../etc"], "unknown"), (["--dates", "ymd"], "dmy"), (["--encoding", "klingon"], "cp1252"),
    (["--delimiter", "xx"], "one character"), (["--decimal", "x"], "comma or point"),
    (["--worked-unit", "weeks"], "hours, minutes"), (["--from", "yesterday"], "2024-03-31"),
    (["--from", "2030-01-01"], "the log has cases from"), (["--teams", "0"], "from 1"), (["--journeys", "65"], "to 64"),
    (["--load", "0"], "from 0.01"), (["--load", "nan"], "from 0.01"), (["--people", "5000"], "4096"),
    (["--headcount", "Desk"], "TEAM=PEOPLE"), (["--headcount", "Desk=0"], "from 1 to 4096"),
    (["--headcount", "Desks=3"], "did you mean 'desk'"), (["--front", "Deks"], "did you mean 'Desk'"),
    (["--customers", "0"], "from 1"), (["--out", "mine.txt"], "must end in .toml"),
    (["--mapping", "nowhere.toml"], "no such mapping file"), (["--system", "Nobody Here"], "nobody in the log"),
    (["--column", "team="], "which column is the team"),
]


@pytest.mark.parametrize(("flags", "part"), FLAGS, ids=lambda x: " ".join(x) if isinstance(x, list) else "")
def test_a_flag_that_means_nothing_is_refused(command, tmp_path, flags, part):
    path = made.save(tmp_path / "log.csv", GOOD)
    refused(command(path, *flags), part)
    assert [p.name for p in tmp_path.iterdir()] == ["log.csv"]


# a mapping file, a part of the line that answers
MAPPINGS = [
    ("columns = 3", "must be a table"), ("[columns]\ntaem = 'x'", "did you mean 'team'"),
    ("[columns]\nteam = 3", "must be a text"), ("[states]\nresolved = [3]", "list of texts"),
    ("[headcount]\nDesk = 1.5", "whole number of people"), ("zone = 3", "must be a text"),
    ("colour = 1", "unknown key"),
    ("x = ", "not valid TOML"), ("dates = 'ymd'", "dmy"), ("[headcount]\nDesk = true", "whole number of people"),
]


@pytest.mark.parametrize(("words", "part"), MAPPINGS, ids=[words for words, _ in MAPPINGS])
def test_a_mapping_file_that_means_nothing_is_refused(command, tmp_path, words, part):
    path = made.save(tmp_path / "log.csv", GOOD)
    refused(command(path, "--mapping", made.save(tmp_path / "map.toml", words)), part)


def test_places_that_are_no_logs(command, tmp_path):
    refused(command(tmp_path / "nowhere.csv"), "no such file")
    refused(command(tmp_path), "not a regular file")
    refused(command("a\0b"), "cannot be used")
    refused(command("/dev/zero"), "not a regular file")


def test_what_is_there_is_not_written_over(command, tmp_path):
    path = made.save(tmp_path / "log.csv", made.plain(made.events(4)))
    mine = tmp_path / "mine.toml"
    mine.write_text("precious", encoding="utf-8")
    refused(command(path, "--out", mine), "--force")
    assert mine.read_text(encoding="utf-8") == "precious"
    mine.unlink()
    (tmp_path / "mine.html").write_text("precious", encoding="utf-8")
    refused(command(path, "--out", mine), "mine.html")
    assert command(path, "--out", mine, "--force", "--no-page")[0] == 0


def test_names_that_want_to_be_more_than_names(command, tmp_path):
    """Formulas, markup, TOML, terminal codes, other scripts: on the page as text, in the file as a label."""
    evil = ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", 'a"]\n[[team]]\nname = "x', "\x1b[31mred",
            "$x^2$ \\frac", "客服 🐊 مرحبا", "‮txet", "[bold]x[/bold]", "A" * 3000]
    rows = [{**row, "team": evil[int(row["case"][1:]) % len(evil)], "person": "", "type": evil[0]}
            for row in made.events(4)]
    path = made.save(tmp_path / "log.csv", made.plain(rows))
    status, out, err = command(path, "--out", tmp_path / "o.toml", "--people", "40")
    assert (status, err) == (0, "")
    assert "\x1b" not in out
    page = (tmp_path / "o.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "‮" not in page
    from silosim.model.organisation_file import load_organisation

    spec = load_organisation(tmp_path / "o.toml")
    assert len(spec.teams) == len(evil)
    assert {team.en for team in spec.teams} >= {"=cmd|' /C calc'!A0", "<script>alert(1)</script>", "客服 🐊 مرحبا"}


def test_json_of_an_odd_log_is_json(command, tmp_path):
    path = made.save(tmp_path / "log.csv", "case,time,team\n1,2024-01-01,A\n2,2024-01-02,B\n")
    status, out, err = command(path, "--json", "--dry-run")
    assert (status, err) == (0, "")
    assert json.loads(out)["facts"]["cases"] == 2
