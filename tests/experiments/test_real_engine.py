"""The commands on the real engine: pairing is exact, a stored run is not repeated, a replay gives the same."""

import json

import numpy as np
import pytest
from fake_engine import FakeJob, batch

from silosim.experiments.replay import stored_job
from silosim.experiments.runkey import run_key
from silosim.experiments.store import Store
from silosim.model.ensemble import run_job
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import InvalidInput

WORDS = ("compare", "customer_time", "today+bonus=0.7", "--organisation", "clinic", "--runs", 3, "--weeks", 16,
         "--burn-in", 4, "--no-figures", "--json")


def test_compare(silosim, tmp_path):
    status, out, wrong = silosim(*WORDS)
    assert (status, wrong) == (0, "")
    document = json.loads(out)
    found = [d for d in document["arms"]["as_is"]["last_year"] if d["policy"] != "customer_time"]
    assert len(found) == 2 * len(MEASURES)
    for one in found:  # settings that are identical differ by exactly nothing, in every run
        change = one["change"]
        assert one["verdict"] in ("equal", "undefined")
        assert change["n"] == 0 or (change["mean"], change["p10"], change["p90"], change["half_width"]) == (0, 0, 0, 0)
    changed = [d for d in document["arms"]["as_is"]["last_year"] if d["policy"] == "customer_time"]
    assert any(d["verdict"] != "equal" for d in changed)

    again = json.loads(silosim(*WORDS)[1])
    assert again["arms"] == document["arms"]
    with Store(tmp_path / "results" / "silosim.db", write=False) as store:
        runs = store.runs()
        assert len(runs) == 6  # today and today+bonus=0.7 are one
        assert set(runs["sweep"]) == {1}  # nothing was made by the second call
        assert len(store.members(2)) == 9
        replay(store, runs.index[-1])


def replay(store, key):
    """A stored run made again from the database alone has the same key and the same outcome."""
    found, job = stored_job(store, key[:10])
    assert found == key == run_key(job)
    outcome = run_job(job)
    assert outcome.outcome_hash == store.settings(key)["outcome_hash"]
    np.testing.assert_array_equal(store.outcome_array([key])[0], outcome.summary)


def test_a_run_under_other_rules_is_not_replayed(tmp_path):
    with Store(tmp_path / "silosim.db") as store:
        store.write(batch([FakeJob()]))
        with pytest.raises(InvalidInput, match="under other rules"):
            stored_job(store, store.runs().index[0])
