"""The data dictionary: every table and column is described, in both languages, and nothing else is."""

import pytest
from fake_engine import FakeJob, batch

from silosim.experiments.store import Store, dictionary
from silosim.model.measures.declared import MEASURES
from silosim.model.text import LANGUAGES, catalogue

EXPORT = "data.column.export."


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "silosim.db") as opened:
        opened.write(batch([FakeJob(levers={"bonus": 0.2}, world={"demand": 1.1})]))
        yield opened


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_is_described(store, lang):
    found = {(c.table, c.name): c for c in dictionary.columns(store.db.conn, lang)}
    objects = store.frame("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
                          "AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'")["name"]
    assert set(objects) == set(dictionary.TABLES)
    for table in objects:
        for name in store.frame(f"SELECT name FROM pragma_table_info('{table}')")["name"]:
            assert found[table, name].meaning.endswith("."), (table, name)
    assert all(dictionary.about(table, lang).endswith(".") for table in dictionary.TABLES)
    for name in MEASURES:
        for table in ("outcome", "sweep_outcome"):
            assert found[table, name].label == catalogue(lang)[f"measure.{name}.label"]
            assert found[table, name].unit
    assert found["run", "bonus"].label == catalogue(lang)["param.bonus.label"]
    assert found["run", "demand"].unit
    assert found["run", "bonus"].type == "REAL"


def test_no_description_is_left_over():
    described = {key for key in catalogue("en") if key.startswith("data.column.") and not key.startswith(EXPORT)}
    used = set()
    for c in dictionary.usual_columns():
        places = [key for key in described if key in (f"data.column.{c.table}.{c.name}", f"data.column.every.{c.name}",
                                                      f"data.column.outcome.{c.name}")]
        assert places, (c.table, c.name)
        used.update(places)
    assert described == used
    assert {key for key in catalogue("en") if key.startswith("data.table.")} == {
        f"data.table.{table}" for table in dictionary.TABLES}


def test_a_column_that_nobody_described_is_noticed():
    with pytest.raises(KeyError, match="no text"):
        dictionary.column("run", "colour")
