"""Exports say exactly what the database says, in both formats, and describe every column of every file."""

import json

import numpy as np
import pandas as pd
import pytest
from fake_engine import sweep_runs, write_sweep

from silosim.experiments.store import StoreError, rows
from silosim.experiments.store.exporting import export
from silosim.experiments.store.keep import EVERYTHING, SUMMARY, Keep
from silosim.model.measures.declared import MEASURES
from silosim.model.text import text

SOME = Keep(("grade", "contacts"), ("team", "employee", "silo_map"))
LEVERS = [{}, {"bonus": 0.1 + 0.2, "kpi": "within_norm"}, {"bonus": 0.2, "okr_count": 2, "coordination": 0.05}]
FILES = {"points", "outcomes", "outcomes_whole_path", "bands", "team", "employee", "silo_map"}


def filled(store, levers=LEVERS, keep=SOME, missing=0):
    points, runs = sweep_runs(levers, keep=keep)
    points = [(*point[:5], dict(levers[point[0]])) for point in points]
    sweep = write_sweep(store, points, runs[:len(runs) - missing], keep=keep)
    store.plan(sweep, [one for one, _ in runs])
    return sweep


def read(folder, name, fmt):
    if fmt == "parquet":
        return pd.read_parquet(folder / f"{name}.parquet")
    found = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
    return found.apply(lambda column: number(column) if column.str.strip("-+.0123456789einf").eq("").all() else column)


def number(column):
    """Exactly what the text says; empty is undefined."""
    return column.map(lambda cell: float(cell) if cell else np.nan).astype(float)


@pytest.mark.parametrize("fmt", ["csv", "parquet"])
def test_round_trip(store, tmp_path, fmt):
    sweep = filled(store, missing=2)
    folder = tmp_path / "out" / "deep"
    paths = export(store, sweep, folder, fmt)
    series = {"series_grade", "series_contacts"} if fmt == "csv" else {"series"}
    assert {path.stem for path in paths if path.suffix == f".{fmt}"} == FILES | series | (
        {"dictionary"} if fmt == "csv" else set())
    assert sorted(paths) == sorted(folder.iterdir())
    points = read(folder, "points", fmt)
    assert list(points.columns) == ["point", "policy", "arm", "world_name", "organisation", "bonus", "kpi",
                                    "coordination_factor", "okr_count"]
    np.testing.assert_array_equal(points["bonus"], [np.nan, 0.1 + 0.2, 0.2])
    assert list(points["kpi"].fillna("")) == ["", "within_norm", ""]
    for name, period in (("outcomes", "last_year"), ("outcomes_whole_path", "whole_path")):
        found = read(folder, name, fmt)
        assert list(found["status"].fillna("")) == ["ok"] * 7 + ["", "ok", "ok", "ok", ""]
        numbers = found[found["status"] == "ok"].set_index(["point", "replicate"])[list(MEASURES)].astype(float)
        np.testing.assert_array_equal(numbers, store.sweep_outcomes(sweep, period))
        assert found[found["status"] != "ok"][list(MEASURES)].isna().all().all()
        assert list(found["bonus"].fillna(-1)) == [-1] * 4 + [0.1 + 0.2] * 4 + [0.2] * 4
    bands = read(folder, "bands", fmt)
    expected = pd.concat([store.sweep_band(sweep, name) for name in ("grade", "contacts")])
    some = ["mean", "p05", "p95", "n"]
    np.testing.assert_array_equal(bands[some].astype(float), expected[some])


@pytest.mark.parametrize("fmt", ["csv", "parquet"])
def test_series_and_details_round_trip(store, tmp_path, fmt):
    sweep = filled(store)
    export(store, sweep, tmp_path / "out", fmt)
    for name in ("grade", "contacts"):
        who, weeks = store.sweep_series(sweep, name)
        if fmt == "csv":
            found = read(tmp_path / "out", f"series_{name}", fmt)
            assert list(found["policy"]) == list(who["policy"])
            numbers = found[[f"week_{k}" for k in range(weeks.shape[1])]].to_numpy(dtype="f4")
        else:
            found = read(tmp_path / "out", "series", fmt)
            assert list(found["week"][:20]) == list(range(20))
            numbers = found[name].to_numpy().reshape(weeks.shape)
        np.testing.assert_array_equal(numbers, weeks.astype("f4"))
    members = store.members(sweep)
    for level in ("team", "employee"):
        found = read(tmp_path / "out", level, fmt)
        numbers = found[rows.level_names(level)].to_numpy(dtype="f4")
        np.testing.assert_array_equal(numbers, np.concatenate(
            [store.detail(key, level).to_numpy(dtype="f4") for key in members["key"]]))
    assert list(read(tmp_path / "out", "team", fmt)["team"][:3]) == ["front", "back", "front"]
    found = read(tmp_path / "out", "silo_map", fmt)
    np.testing.assert_array_equal(found[list(rows.SILO_MAP)].to_numpy(dtype="f4").reshape(-1, 2, 2, 5),
                                  [store.silo_map(key).astype("f4") for key in members["key"]])
    assert list(found["from_team"][:4]) == ["front", "front", "back", "back"]
    assert list(found["to_team"][:4]) == ["front", "back", "front", "back"]


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("fmt", ["csv", "parquet"])
def test_every_column_is_in_the_dictionary(store, tmp_path, fmt, lang):
    sweep = filled(store)
    paths = export(store, sweep, tmp_path, fmt, lang)
    described = json.loads((tmp_path / "dictionary.json").read_text(encoding="utf-8"))
    files = {path.stem for path in paths if path.suffix == f".{fmt}"} - {"dictionary"}
    assert set(described) == files
    for name in files:
        assert list(described[name]) == list(read(tmp_path, name, fmt).columns)
        assert all(column["meaning"] for column in described[name].values()), name
    grade = described["outcomes"]["grade"]
    assert grade == {"type": "number", "label": text("measure.grade.label", lang), "unit": text("unit.1_10", lang),
                     "meaning": text("measure.grade.help", lang)}
    assert described["outcomes"]["bonus"]["label"] == text("param.bonus.label", lang)
    assert described["outcomes"]["coordination_factor"]["unit"]
    table = read(tmp_path, "dictionary", "csv").fillna("")
    assert {(row.table, row.column): row.meaning for row in table.itertuples()} == {
        (file, column): about["meaning"] for file, columns in described.items() for column, about in columns.items()}
    if fmt == "parquet":
        from pyarrow import parquet

        field = parquet.read_schema(tmp_path / "outcomes.parquet").field("grade")
        assert field.metadata[b"label"].decode() == grade["label"]


def test_the_sweep_comes_along(store, tmp_path):
    sweep = filled(store)
    export(store, sweep, tmp_path)
    about = json.loads((tmp_path / "sweep.json").read_text(encoding="utf-8"))
    assert about["content"] == store.content_hash(sweep)
    assert about["settings"]["keep"] == {"levels": ["team", "employee", "silo_map"], "series": ["grade", "contacts"]}
    assert about["versions"] == {}


def test_what_is_not_there_is_left_out(store, tmp_path):
    sweep = filled(store, [{}], SUMMARY)
    names = {path.stem for path in export(store, sweep, tmp_path / "summary")}
    assert names == {"points", "outcomes", "outcomes_whole_path", "dictionary", "sweep"}
    points, runs = sweep_runs(keep=SUMMARY)
    mixed = write_sweep(store, points, runs, design="another", keep=SUMMARY)
    store.write(sweep_runs(runs=1, keep=EVERYTHING)[1])  # other commands may keep more of the same runs
    export(store, mixed, tmp_path / "mixed", "parquet")
    found = read(tmp_path / "mixed", "series", "parquet")
    assert len(found) == 12 * 20
    assert found["grade"].notna().sum() == 3 * 20
    nothing = store.begin_sweep("run", {}, 1, rulebook="rules")
    export(store, nothing, tmp_path / "nothing", "parquet")
    assert len(read(tmp_path / "nothing", "outcomes", "parquet")) == 0


def test_an_export_replaces_an_earlier_one(store, tmp_path):
    sweep = filled(store)
    first = export(store, sweep, tmp_path / "out")
    before = {path: path.read_bytes() for path in first}
    assert export(store, sweep, tmp_path / "out") == first
    assert {path: path.read_bytes() for path in first} == before


def test_what_cannot_be_exported(store, tmp_path, monkeypatch):
    sweep = filled(store)
    with pytest.raises(ValueError, match="did you mean 'parquet'"):
        export(store, sweep, tmp_path, "parket")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="file"):
        export(store, sweep, tmp_path / "file")
    with pytest.raises(StoreError, match="there is no sweep 9"):
        export(store, 9, tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ValueError, match=r"pyarrow.*silosim\[analysis\]"):
        export(store, sweep, tmp_path / "out", "parquet")
    assert not list((tmp_path / "out").iterdir())
