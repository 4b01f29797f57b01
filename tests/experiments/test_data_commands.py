"""`silosim data`: what each command says and does, in both languages, and in one line when it cannot."""

import contextlib
import json
import sqlite3

import pytest
from fake_engine import FakeJob, batch, planned, sweep_runs, write_sweep

from silosim.experiments.store import Store, dictionary
from silosim.experiments.store.keep import Keep

SOME = Keep(("grade",), ("team",))


@pytest.fixture
def filled(tmp_path):
    """A database where commands look for it, with a sweep that is done and one that is not."""
    with Store(tmp_path / "results" / "silosim.db") as store:
        points, runs = sweep_runs(keep=SOME)
        write_sweep(store, points, runs, keep=SOME)
        sweep = store.begin_sweep("compare", {}, 1, rulebook="rules")
        store.plan(sweep, [planned(FakeJob(seed=2)), planned(FakeJob(seed=2, replicate=1))])
        store.record_failure(planned(FakeJob(seed=2)), "no power", sweep=sweep)
        store.end_sweep(sweep, "stopped")
    return store.path


def test_sweeps(silosim, filled):
    status, out, wrong = silosim("data", "sweeps")
    assert (status, wrong) == (0, "")
    first, second = out.splitlines()[-2:] if out.splitlines()[-1].strip() else out.splitlines()[-3:-1]
    assert first.split()[:4] == ["1", "mine", "sweep", "done"]
    assert first.split()[-3:] == ["12", "0", "0"]
    assert second.split()[:3] == ["2", "compare", "stopped"]
    assert second.split()[-3:] == ["0", "1", "1"]
    dutch = silosim("--lang", "nl", "data", "sweeps")[1]
    assert "gestopt" in dutch
    assert "Ontbreekt" in dutch
    [one, two] = json.loads(silosim("data", "sweeps", "--json")[1])
    assert (one["sweep"], one["status"], one["runs"], one["content"] is None) == (1, "done", 12, False)
    assert (two["failed"], two["missing"], two["content"], two["name"]) == (1, 1, None, None)


def test_no_sweeps_yet(silosim, tmp_path):
    status, _, wrong = silosim("data", "sweeps")
    assert (status, "there is no results database here yet" in wrong) == (2, True)
    Store(tmp_path / "results" / "silosim.db").close()
    assert silosim("data", "sweeps")[1].strip() == "There are no sweeps in results/silosim.db yet."
    assert silosim("data", "sweeps", "--json")[1].strip() == "[]"


@pytest.mark.parametrize("named", ["1", "mine"])
def test_export(silosim, filled, tmp_path, named):
    status, out, wrong = silosim("--lang", "nl", "data", "export", named, "--to", "out")
    assert (status, wrong) == (0, "")
    assert out.startswith("Er staan 9 bestanden in out")
    assert len(list((tmp_path / "out").iterdir())) == 9
    assert "Klantcijfer" in (tmp_path / "out" / "dictionary.csv").read_text(encoding="utf-8")
    assert silosim("data", "export", named, "--to", "out2", "--format", "parquet")[0] == 0
    assert (tmp_path / "out2" / "series.parquet").exists()


def test_merge_and_check(silosim, filled, tmp_path):
    with Store(tmp_path / "two.db") as store:
        store.write(batch([FakeJob(seed=3)]))
    status, out, _ = silosim("data", "merge", "all.db", filled, "two.db")
    assert status == 0
    assert out == "all.db: 13 new runs, 0 that were there already. Sweeps: 2 new, 0 united with one that was there.\n"
    status, out, _ = silosim("data", "check", "--db", "all.db")
    assert (status, out) == (0, "all.db: nothing is wrong. Runs: 14; sweeps: 2.\n")
    assert silosim("data", "merge", "all.db", "two.db")[1].startswith("all.db: 0 new runs, 1 that were there already.")
    status, _, wrong = silosim("data", "merge", "new.db", "none.db")
    assert (status, wrong.count("\n")) == (2, 1)
    assert not (tmp_path / "new.db").exists()
    with contextlib.closing(sqlite3.connect("two.db")) as other:
        other.execute("UPDATE run SET outcome_hash = 'x'")
        other.commit()
    status, _, wrong = silosim("data", "merge", "all.db", "two.db")
    assert (status, "another outcome" in wrong) == (2, True)


def test_check_says_what_is_wrong(silosim, filled):
    with contextlib.closing(sqlite3.connect(filled)) as db:
        db.execute("UPDATE series SET numbers = zeroblob(length(numbers))")
        db.commit()
    status, out, _ = silosim("data", "check")
    assert status == 1
    assert out.splitlines()[0].startswith("Weekly series that are not what was stored (12): grade ")
    assert out.splitlines()[0].endswith(", ...")
    assert "with another content" in out.splitlines()[1]
    problems = json.loads(silosim("data", "check", "--json")[1])
    assert [(problem["kind"], problem["count"]) for problem in problems] == [("series", 12), ("sweeps", 1)]
    assert "Weekreeksen" in silosim("--lang", "nl", "data", "check")[1]


def test_salvage(silosim, filled):
    filled.write_bytes(filled.read_bytes()[:-20_000])
    status, _, wrong = silosim("data", "sweeps")
    assert (status, wrong.count("\n")) == (2, 1)
    assert "`silosim data salvage` saves what can be saved" in wrong
    status, out, wrong = silosim("data", "salvage", filled, "--to", "new.db")
    assert (status, wrong) == (0, "")
    assert "silosim sweep FILE.toml --db new.db" in out
    assert silosim("data", "check", "--db", "new.db")[0] == 0
    status, _, wrong = silosim("data", "salvage", filled, "--to", "new.db")
    assert (status, "exists already" in wrong) == (2, True)
    found = json.loads(silosim("data", "salvage", filled, "--to", "again.db", "--json")[1])
    assert found["saved"]["run"] + found["lost"]["run"] == 13
    assert found["pages"]["read"] < found["pages"]["all"]


DESIGN = """
method = "grid"
organisations = ["clinic"]
policies = ["today", "customer_time"]
weeks = 6
burn_in = 2
[factors]
bonus = [0.0, 0.7]
[replications]
runs = 6
[keep]
series = ["grade"]
levels = ["team"]
"""


def test_shares_made_by_the_sweep_command_become_the_whole(silosim, fake, tmp_path):
    (tmp_path / "design.toml").write_text(DESIGN)
    whole = json.loads(silosim("sweep", "design.toml", "--db", "whole.db", "--json")[1])
    for part in (1, 2):
        assert silosim("sweep", "design.toml", "--shard", f"{part}/2", "--db", f"part{part}.db")[0] == 0
        [row] = json.loads(silosim("data", "sweeps", "--db", f"part{part}.db", "--json")[1])
        assert (row["ok"], row["content"]) == (12, None)
    assert silosim("data", "merge", "merged.db", "part2.db", "part1.db")[0] == 0
    [row] = json.loads(silosim("data", "sweeps", "--db", "merged.db", "--json")[1])
    assert (row["status"], row["ok"], row["content"]) == ("done", 24, whole["content"])
    assert silosim("data", "check", "--db", "merged.db")[0] == 0
    again = json.loads(silosim("sweep", "design.toml", "--db", "merged.db", "--json")[1])
    assert (again["new"], again["content"]) == (0, whole["content"])


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_metadata(silosim, filled, tmp_path, lang):
    status, out, _ = silosim("--lang", lang, "data", "metadata")
    assert (status, "datasette results/silosim.db -m results/metadata.json" in out) == (0, True)
    written = (tmp_path / "results" / "metadata.json").read_text(encoding="utf-8")
    assert silosim("--lang", lang, "data", "metadata", "--to", "-")[1] == written
    document = json.loads(written)
    assert set(document) == {"title", "description", "license", "license_url", "source", "databases"}
    [tables] = [database["tables"] for name, database in document["databases"].items() if name == "silosim"]
    assert set(tables) == {*dictionary.TABLES, "_sqlite_migrations"}
    with Store(filled, write=False) as store:
        for table in dictionary.TABLES:
            names = set(store.frame(f"SELECT name FROM pragma_table_info('{table}')")["name"])
            assert set(tables[table]["columns"]) == names
            assert {tables[table].get("label_column", "id"), *tables[table].get("facets", [])} - {"id"} <= names
            assert set(tables[table]) <= {"description", "columns", "facets", "label_column"}
    grade = tables["sweep_outcome"]["columns"]["grade"]
    assert grade.startswith("Customer grade (1-10): " if lang == "en" else "Klantcijfer (1-10): ")


@pytest.mark.parametrize(("words", "said"), [
    (["export", "9", "--to", "x"], "there is no sweep '9'"),
    (["export", "mine", "--to", "x", "--format", "xlsx"], "unknown format 'xlsx'"),
    (["export", "mine"], "Missing option '--to'"),
    (["export", "mine", "--to", "results/silosim.db"], "silosim.db"),
    (["merge", "all.db"], "Missing argument 'SOURCE...'"),
    (["salvage", "none.db", "--to", "x.db"], "there is no file here"),
    (["metadata", "--to", "none/metadata.json"], "none/metadata.json"),
    (["sweeps", "--db", "results"], "not a file"),
    (["nothing"], "No such command"),
])
def test_what_cannot_be_done(silosim, filled, words, said):
    status, out, wrong = silosim("data", *words)
    assert (status, out) == (2, "")
    assert said in wrong
    assert wrong.count("\n") == 1


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_help(silosim, lang):
    out = silosim("--lang", lang, "data", "--help")[1]
    assert all(name in out for name in ("sweeps", "export", "merge", "salvage", "check", "metadata"))
    assert silosim("--lang", lang, "data", "export", "--help")[0] == 0
