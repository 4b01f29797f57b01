"""The results database: what is written comes back, once, labelled, and several readers may look."""

import itertools
import re
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from fake_engine import (
    RULEBOOK,
    FakeJob,
    FakeOrganisation,
    FakeTeam,
    batch,
    outcome_of,
    planned,
    sweep_runs,
    write_sweep,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from silosim.experiments import store as store_package
from silosim.experiments.store import Store, StoreError
from silosim.experiments.store.keep import EVERYTHING, SUMMARY, Keep
from silosim.experiments.store.rows import WEEKLY, level_names
from silosim.model.measures.declared import INDEX, MEASURES
from silosim.model.parameters import PARAMETERS

M = len(MEASURES)
EXAMPLE = itertools.count()
NUMBER = st.floats(allow_nan=True, allow_infinity=False, width=32)


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "results" / "silosim.db") as opened:
        yield opened


def keys_of(rows):
    return [planned.key for planned, _ in rows]


def same(one, other):
    np.testing.assert_array_equal(one, other)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(summary=arrays(float, M, elements=st.floats(allow_nan=True, allow_infinity=False)),
       weekly=arrays(float, (9, M), elements=NUMBER), team=arrays(float, (2, M), elements=NUMBER),
       replicate=st.integers(0, 2**62))
def test_round_trip(store, summary, weekly, team, replicate):
    job = FakeJob(weeks=9, replicate=replicate)
    outcome = outcome_of(FakeJob(weeks=9))
    outcome.summary, outcome.weekly, outcome.team = summary, weekly, team
    one = planned(job, rulebook=f"example {next(EXAMPLE)}")
    key = one.key
    assert store.write([(one, EVERYTHING.reduce(outcome))]) == 1
    same(store.outcome_array([key])[0], summary)
    same(store.outcome_array([key], "whole_path")[0], outcome.path)
    same(store.series([key], "grade")[0], weekly[:, INDEX["grade"]])
    same(store.series_frame(key).to_numpy(), weekly[:, [INDEX[name] for name in WEEKLY]])
    same(store.detail(key, "team").to_numpy(), team[:, [INDEX[name] for name in level_names("team")]])


def test_levels_and_labels(store):
    rows = batch([FakeJob(replicate=r) for r in range(3)])
    store.write(rows)
    keys = keys_of(rows)
    frame = store.outcomes(keys[::-1])
    assert list(frame.index) == keys[::-1]
    assert list(frame.columns) == list(MEASURES)
    key, outcome = keys[1], outcome_of(FakeJob(replicate=1))
    teams, people = store.detail(key, "team"), store.detail(key, "employee")
    assert list(teams.index) == ["front", "back"]
    assert people.shape == (5, len(level_names("employee")))
    same(people["grade"], outcome.employee[:, INDEX["grade"]].astype("f4").astype(float))
    same(store.silo_map(key), outcome.silo_map.astype("f4").astype(float))
    assert store.series(keys, "grade").shape == (3, 60)
    with pytest.raises(StoreError, match="not stored"):
        store.outcome_array([*keys, "f" * 32])
    with pytest.raises(ValueError, match="did you mean 'grade'"):
        store.series(keys, "grad")
    with pytest.raises(ValueError, match="team"):
        store.detail(key, "teams")


def test_undefined_is_null(store):
    rows = batch([FakeJob()])
    store.write(rows)
    last = list(MEASURES)[-1]
    assert store.frame(f"SELECT {last} FROM outcome WHERE period = 'last_year'")[last].isna().all()
    assert np.isnan(store.outcome_array([rows[0][0].key])[0, -1])


def test_a_stored_run_keeps_its_first_outcome(store):
    [(one, kept)] = batch([FakeJob()])
    others = batch([FakeJob(replicate=r) for r in (1, 2)])
    assert store.write([(one, kept), (one, kept)]) == 1
    contradiction = batch([FakeJob(replicate=7)])[0][1]
    with pytest.raises(StoreError, match=f"the same run gave another outcome: {one.key[:12]}.*1 of 3 runs"):
        store.write([others[0], (one, contradiction), others[1]])
    same(store.outcome_array([one.key])[0], np.frombuffer(kept.summary))
    assert store.finished([one.key, "0" * 32, *keys_of(others)]) == {one.key, *keys_of(others)}
    assert contradiction.outcome_hash in store.runs().loc[one.key, "warnings"]
    with pytest.raises(StoreError, match="another outcome"):  # also when both come in one batch
        store.write([(planned(FakeJob(replicate=9)), kept), (planned(FakeJob(replicate=9)), contradiction)])


def test_more_is_kept_of_a_stored_run(store):
    some = Keep(("grade",), ("team",))
    job = FakeJob()
    [(one, _)] = summary = batch([job], SUMMARY)
    assert store.write(summary) == 1
    assert store.finished([one.key]) == store.finished([one.key], SUMMARY) == {one.key}
    assert store.finished([one.key], some) == set()
    assert store.write(batch([job], some)) == 0
    assert store.finished([one.key], some) == {one.key}
    assert store.finished([one.key], EVERYTHING) == set()
    assert store.runs()["kept"].item() == '{"levels":["team"],"series":["grade"]}'
    assert store.write(batch([job], Keep(("contacts",), ()))) == store.write(batch([job])) == 0
    assert store.finished([one.key], EVERYTHING) == {one.key}
    outcome = outcome_of(job)
    for name in WEEKLY:
        same(store.series([one.key], name)[0], outcome.weekly[:, INDEX[name]].astype("f4"))
    assert store.detail(one.key, "team").shape == (2, len(level_names("team")))
    assert store.runs()["kept"].item() == EVERYTHING.text


def test_failures_are_kept_and_retried(store):
    [(one, kept)] = batch([FakeJob()])
    for _ in range(2):
        store.record_failure(one, ZeroDivisionError("by\nzero"))
    row = store.runs([one.key]).iloc[0]
    assert (row["status"], row["attempts"], row["error"]) == ("failed", 2, "ZeroDivisionError: by zero")
    assert store.finished([one.key]) == set()
    store.record_failure(one, "the worker was killed", "crashed", trace="somewhere")
    assert store.failed([one.key, "0" * 32]) == {one.key: "crashed"}
    assert store.runs()["traceback"].item() == "somewhere"
    assert store.write([(one, kept)]) == 1
    row = store.runs([one.key]).iloc[0]
    assert (row["status"], row["attempts"], row["error"], row["traceback"]) == ("ok", 4, None, None)
    same(store.outcome_array([one.key])[0], np.frombuffer(kept.summary))
    store.record_failure(one, ValueError("too late"))
    assert store.runs([one.key]).iloc[0]["status"] == "ok"
    assert store.failed([one.key]) == {}


def test_what_varies_gets_a_typed_column(store):
    today, policy = batch([FakeJob(), FakeJob(levers={"bonus": 1, "kpi": "within_norm", "okr_count": 2})])
    store.write([today])
    assert "bonus" not in store.runs().columns
    store.write([policy])
    store.write(batch([FakeJob(replicate=1)]))
    runs = store.runs()
    assert list(runs["bonus"]) == [0.7, 1.0, 0.7]
    assert list(runs["kpi"]) == ["closures", "within_norm", "closures"]
    assert list(runs["okr_count"]) == [0, 2, 0]
    assert runs["levers"].iloc[1] == '{"bonus":1.0,"kpi":"within_norm","okr_count":2}'


def test_parameters_and_run_columns_never_share_a_name(store):
    assert not set(store.runs().columns) & set(PARAMETERS)
    assert not set(MEASURES) & {"run", "period"}


def test_settings_make_the_run_again(store):
    rows = batch([FakeJob(levers={"bonus": 1.2}, world={"demand": 1.1}, switches=((5, {"bonus": 0.3}),), seed=r)
                  for r in range(40)], policy="mine")
    store.write(rows)
    key = rows[0][0].key
    found = store.settings(key[:12])
    assert (found["key"], found["policy"], found["seed"]) == (key, "mine", 0)
    assert found["switches"] == [[5, {"bonus": 0.3}]]
    assert found["organisation"]["team"][0] == {"name": "front", "headcount": 3}
    with pytest.raises(StoreError, match="no stored run"):
        store.settings("zz")
    with pytest.raises(StoreError, match="40 stored runs start with ''"):
        store.settings("")


def test_sweeps_name_their_runs(store):
    rows = batch([FakeJob(replicate=r) for r in range(2)])
    sweep = store.begin_sweep("compare", {"runs": 2}, seed=1, versions={"numpy": "2"}, git="abc", rulebook=RULEBOOK)
    store.plan(sweep, [one for one, _ in rows])
    store.write(rows[:1], sweep=sweep)
    members = store.members(sweep)
    assert list(members["status"].fillna("")) == ["ok", ""]
    store.end_sweep(sweep, "stopped")
    assert store.frame("SELECT status FROM sweep")["status"].item() == "stopped"


def test_bands_checks_and_pay(store):
    sweep = store.begin_sweep("compare", {}, seed=1, rulebook=RULEBOOK)
    band = {name: [1.0, float("nan")] for name in ("mean", "p05", "p10", "p50", "p90", "p95")} | {"n": [2, 0]}
    store.write_band(sweep, "today", "as is", "grade", band)
    assert store.frame("SELECT * FROM band")["n"].tolist() == [2, 0]
    store.write_checks([{"name": "Little", "kind": "oracle", "status": "passed", "value": 1.0}], sweep, RULEBOOK)
    assert store.frame("SELECT * FROM check_outcome")["status"].item() == "passed"
    store.write_pay_vector("k", "org", {"grade": [1, 2]})
    assert store.pay_vectors("org") == {"k": {"grade": [1, 2]}}
    assert store.pay_vectors("another") == {}


def test_a_batch_is_all_or_nothing(store):
    rows = batch([FakeJob(replicate=r) for r in range(3)])
    rows[2] = (rows[2][0], rows[2][1]._replace(host=None))
    with pytest.raises(StoreError):
        store.write(rows)
    assert len(store.runs()) == 0
    rows[2] = (rows[2][0], rows[2][1]._replace(host="here", summary=rows[2][1].summary[:-8]))
    with pytest.raises(StoreError, match="another version"):
        store.write(rows)
    assert len(store.runs()) == 0
    assert store.write(rows[:2]) == 2


def test_closing_leaves_one_plain_file(tmp_path):
    path = tmp_path / "silosim.db"
    with Store(path) as store:
        store.write(batch([FakeJob()]))
        assert store.db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        with Store(path, write=False) as reader:
            assert len(reader.runs()) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["silosim.db"]
    with sqlite3.connect(path) as plain:
        assert plain.execute("SELECT count(*) FROM run").fetchone()[0] == 1
        assert plain.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    plain.close()


def test_reading_only_refuses_to_write(tmp_path):
    path = tmp_path / "silosim.db"
    with pytest.raises(StoreError, match="no results database here yet"):
        Store(path, write=False)
    Store(path).close()
    with Store(path, write=False) as reader, pytest.raises(StoreError, match="for reading only"):
        reader.write(batch([FakeJob()]))


def test_several_organisations(store):
    other = FakeOrganisation(name="other", teams=(FakeTeam("only", 4),))
    rows = batch([FakeJob(), FakeJob(spec=other)])
    store.write(rows)
    assert list(store.detail(rows[1][0].key, "team").index) == ["only"]
    assert store.silo_map(rows[1][0].key).shape == (1, 1, 5)
    assert store.organisation(rows[1][0].key)["name"] == "other"


def test_another_commands_columns(store):
    """A measure that a stored run did not have is undefined for it, not an error."""
    rows = batch([FakeJob()])
    store.write(rows)
    store.db.execute("ALTER TABLE outcome DROP COLUMN nps")
    store.db.conn.commit()
    assert np.isnan(store.outcomes([rows[0][0].key])["nps"].item())
    more = batch([FakeJob(replicate=1)])
    store.write(more)
    assert store.outcomes([more[0][0].key])["nps"].item() == outcome_of(FakeJob(replicate=1)).summary[INDEX["nps"]]


def test_the_examples_of_the_readme(tmp_path, monkeypatch):
    """All of them run as they stand, and the table of tables is complete."""
    monkeypatch.chdir(tmp_path)
    text = (Path(store_package.__file__).parent / "README.md").read_text(encoding="utf-8")
    with Store("results/silosim.db") as store:
        points, rows = sweep_runs([{}, {"customer_time": 0.2}], runs=3, weeks=60)
        points = [(*point[:4], "", point[5]) for point in points]
        rows = [(one._replace(policy="customer_time" if one.point else "today"), kept) for one, kept in rows]
        points[1] = (1, "customer_time", *points[1][2:])
        write_sweep(store, points, rows)
        found = store.frame(text.split("```sql")[1].split("```")[0])
        assert len(found) == 3
        assert np.allclose(found["difference"], 0.2)
        tables = {name for name in store.db.table_names() if not name.startswith(("_", "sqlite_"))}
        listed = text.split("<!-- generated: tables -->")[1].split("<!-- end -->")[0]
        assert tables | {"sweep_outcome"} == set(re.findall(r"^\| `(\w+)` \|", listed, re.MULTILINE))
    names = {}
    for code in text.split("```python")[1:]:
        exec(code.split("```")[0], names)
    assert names["weeks"].shape == (6, 60)
    assert names["between"].shape == (2, 2, 5)
    assert names["outcomes"].shape == (6, M)
    assert len(names["band"]) == 120
    assert len(names["who"]) == 6
