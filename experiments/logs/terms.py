"""A term in working days: target dates for a log that has none, the same way for a real and a simulated one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.per_case import met_term


def due_after(opened: np.ndarray, days: int) -> np.ndarray:
    """The same time of the day so many working days (Monday to Friday) later, datetime64[us].

    What is opened in a weekend counts from Monday, 0 h.
    """
    opened = opened.astype("datetime64[us]")
    date = opened.astype("datetime64[D]")
    clock = np.where(np.is_busday(date), opened - date, np.timedelta64(0, "us"))
    return np.busday_offset(date, days, roll="forward").astype("datetime64[us]") + clock


def with_term(log: EventLog, days: int) -> EventLog:
    """The log with a target date where it has none, and whether it was met where that is not known."""
    cases = log.cases.copy()
    local = log.local(cases["opened"]).to_numpy()
    shift = local - cases["opened"].to_numpy()
    due = cases["due"].to_numpy()
    due = np.where(np.isnat(due), due_after(local, days) - shift, due)
    met = met_term(cases["resolved_final"].to_numpy(), due, log.events["time"].to_numpy().max())
    cases["due"] = due
    cases["in_term"] = cases["in_term"].fillna(pd.Series(met))
    return replace(log, cases=cases)
