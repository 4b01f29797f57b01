"""Pins: what a short run of every policy gives, to the bit, on every machine and every Python.

A pin that no longer holds means that results change. If they are meant to:

    python tests/model/test_pins.py

rewrites tests/pins/state_hashes.json and says which runs changed. Commit the file together with the change, and
say **results change**, and why, in CHANGELOG.md. `measures` is the hash of everything a user sees of a run: while it
stands, results did not change. `state` also covers the inner state, so it alone changes when a field is moved.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from silosim.model.organisation_file import load_organisation
from silosim.model.policies import load_policies
from silosim.model.simulation import Simulation

PINS = Path(__file__).parents[1] / "pins" / "state_hashes.json"
BURN_IN, WEEKS, SEED = 14, 27, 1  # three quarters end
STRUCTURES = ("journey", "pool")


def runs() -> dict[str, tuple[str, dict, tuple]]:
    """name -> (organisation, levers, switches): every policy on the insurer, every other structure on the clinic."""
    pinned = {name: ("insurer", policy.levers, policy.switches) for name, policy in load_policies().items()}
    return pinned | {f"clinic, {name}": ("clinic", {"structure": name}, ()) for name in STRUCTURES}


def history(organisation: str, levers: dict, switches: tuple) -> dict[str, str]:
    """A burn-in as today, then the policy: hashes of the weekly measures and of the whole state at the end."""
    sim = Simulation(load_organisation(organisation), seed=SEED)
    sim.run(BURN_IN)
    sim.set(**levers)
    for week, values in switches:
        sim.at(BURN_IN + week, **values)
    series = sim.run(WEEKS)
    series[np.isnan(series)] = np.nan  # undefined is undefined, whatever bits the machine gives it
    return {"measures": hashlib.blake2b(series.tobytes(), digest_size=16).hexdigest(), "state": sim.state_hash()}


def histories() -> dict[str, dict[str, str]]:
    return {name: history(*run) for name, run in runs().items()}


def update() -> None:
    """Write the pins anew and say what changed."""
    before = json.loads(PINS.read_text(encoding="utf-8")) if PINS.exists() else {}
    after = histories()
    PINS.parent.mkdir(exist_ok=True)
    PINS.write_text(json.dumps(after, indent=1) + "\n", encoding="utf-8")
    for name in {**before, **after}:
        old, new = before.get(name, {}), after.get(name, {})
        if old.get("measures") != new.get("measures"):
            print(f"{name}: results change")
        elif old != new:
            print(f"{name}: same results, another layout of the state")


if __name__ == "__main__":
    update()
    raise SystemExit


@pytest.fixture(scope="module")
def pins() -> dict[str, dict[str, str]]:
    return json.loads(PINS.read_text(encoding="utf-8"))


def test_every_run_is_pinned_and_nothing_else(pins):
    assert list(pins) == list(runs())


@pytest.mark.parametrize("name", runs())
def test_results_are_what_they_were(name, pins):
    assert history(*runs()[name]) == pins[name], "results change: see the docstring of this file"
