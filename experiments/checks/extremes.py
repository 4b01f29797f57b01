"""Extreme settings: whatever is set, no case and no hour is lost, and every measure stays within its bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from silosim.experiments.checks.run import Compared
from silosim.experiments.checks.worlds import in_system, laboratory, total
from silosim.model.layout import AWAY, ESCALATED, HELD, IN_HAND, QUEUED
from silosim.model.measures import INDEX, MEASURES
from silosim.model.organisation_file import load_organisation
from silosim.model.simulation import Simulation

WEEKS = 104
# Shares only by name: a week's leavers and lost customers as shares a year; gaps, negative for those who do more than
# intended
UNBOUNDED = ("turnover", "churn", "value_action_gap", "gap_from_time", "gap_from_incentives")
BOUNDS = {"share": (0.0, 1.0), "1-10": (1.0, 10.0), "0-1": (0.0, 1.0), "-100..100": (-100.0, 100.0), "1-7": (1.0, 7.0)}


def insurer():
    """The default organisation."""
    return load_organisation("insurer")


def high_load() -> list[Compared]:
    """First-pass load .7, which the organisation cannot do."""
    spec = insurer()
    return kept(Simulation(replace(spec, arrivals=spec.arrivals * 0.7 / spec.load), 1))


def strong_bonus() -> list[Compared]:
    """The strongest bonus, with capacity cut on what it seems to achieve."""
    return kept(Simulation(insurer(), 1, bonus=1.5, capacity_cut=0.3, target_ratchet=1.0))


def no_demand() -> list[Compared]:
    """Nobody asks anything: nothing arrives, nobody works, and measures per case are undefined."""
    sim = Simulation(insurer(), 1, demand=0.0)
    compared = kept(sim)
    compared.append(Compared("arrived", total(sim, "arrived"), 0.0, 0.0))
    compared.append(Compared("hours worked", total(sim, "hours_worked"), 0.0, 0.0))
    return [*compared, Compared("grade undefined", float(np.isnan(sim.measures()[INDEX["grade"]])), 1.0, 0.0)]


def demand_peak() -> list[Compared]:
    """Twice the demand for eight weeks, with impatient customers."""
    sim = Simulation(insurer(), 1, patience=0.3, withdraw_rate=0.1)
    return kept(sim.at(26, demand=2.0).at(34, demand=1.0))


def nobody_knows_where() -> list[Compared]:
    """Every case points everywhere, nobody learns, and nobody finds out in less than hours."""
    doubt = {"routing_doubt": 10.0, "routing_spread": 2.0, "routing_hours": 1.0, "routing_learning": 0.0,
             "routing_sharing": 0.0, "routing_forgetting": 0.2}
    return kept(Simulation(insurer(), 1, **doubt))


def clocks_stand_still() -> list[Compared]:
    """A term that nobody can meet, pay for nothing else, and a status that stops the clock for months."""
    term = {"kpi": "within_norm", "term_days": 1, "order_choice": 5.0, "hold_days": 60.0, "hold_norm": 2.0}
    return kept(Simulation(insurer(), 1, bonus=1.5, audit=0.0, demand=1.2, **term))


def one_employee() -> list[Compared]:
    """One person who does everything."""
    return kept(Simulation(laboratory((1,), (((0, 2.0), (0, 1.0)),), a_day=1.5), 1))


def one_team() -> list[Compared]:
    """One team: no boundary to lose anything at, so the silo index is undefined."""
    sim = Simulation(laboratory((8,), (((0, 2.0), (0, 1.0)),), a_day=12.0), 1)
    compared = kept(sim)
    return [*compared, Compared("silo index undefined", float(np.isnan(sim.measures()[INDEX["silo_index"]])), 1.0, 0.0)]


def kept(sim: Simulation) -> list[Compared]:
    """Two years, week by week: cases in = ended + in the system, as the table has them; hours; bounds of measures."""
    compared = []
    for week in range(WEEKS):
        measures = sim.run(1)[0]
        ended = total(sim, "solved") + total(sim, "gave_up") + total(sim, "withdrawn")
        compared.append(Compared(f"week {week}: cases", ended + in_system(sim), total(sim, "arrived"), 0.0))
        compared.append(Compared(f"week {week}: case table", live_cases(sim), in_system(sim), 0.0))
        extra = total(sim, "hours_worked") - total(sim, "hours_offered")
        compared.append(Compared(f"week {week}: hours beyond those offered", max(0.0, extra), 0.0, 1e-6))
        compared.append(Compared(f"week {week}: measures out of bounds", out_of_bounds(measures), 0.0, 0.0))
    return compared


def live_cases(sim: Simulation) -> int:
    """Cases that are somewhere, by the case table."""
    status = sim.record["case"]["status"][: int(sim.record["high"])]
    return int(np.isin(status, (QUEUED, IN_HAND, ESCALATED, AWAY, HELD)).sum())


def out_of_bounds(measures: np.ndarray) -> int:
    """How many measures are infinite or outside the scale their unit names; undefined ones are not."""
    count = int(np.isinf(measures).sum())
    for name, m in MEASURES.items():
        value = measures[INDEX[name]]
        scale = None if name in UNBOUNDED else BOUNDS.get(m.unit.split()[0])
        if scale and not np.isnan(value) and not scale[0] - 1e-9 <= value <= scale[1] + 1e-9:
            count += 1
    return count
