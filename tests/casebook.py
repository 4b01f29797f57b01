"""Where every case is, counted in four ways: accounts, case table, queues with the calendar, and people's hands."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from worlds import Simulation, total

from silosim.model.jit import rule
from silosim.model.layout import AWAY, DAYS_AHEAD, ESCALATED, FREE, GONE, HELD, IN_HAND, QUEUED


@rule
def _books(worlds, row, by_status, chained, held, parked):
    w = worlds[row]
    for c in range(w.high):
        by_status[w.case[c].status] += 1
    for team in range(w.teams):
        for lane in range(2):
            c = w.team[team].head[lane]
            while c >= 0:
                if w.case[c].status == QUEUED and w.case[c].team == team:
                    chained[team] += 1
                elif w.case[c].status != GONE:
                    chained[team] -= 1_000_000  # a case that does not belong there
                c = w.case[c].next
    for i in range(w.employees):
        c = w.emp[i].hand
        if c >= 0:
            held[0] += 1
            held[1] += 1 if w.case[c].status == IN_HAND else 0
    for day in range(DAYS_AHEAD):
        c = w.calendar[day]
        while c >= 0:
            status = w.case[c].status
            if status in (ESCALATED, AWAY, HELD):
                parked[0] += 1
            c = w.case[c].next


def books(sim: Simulation) -> SimpleNamespace:
    """Where every case is, counted from the case table, the queues, the hands and the calendar."""
    by_status = np.zeros(7, np.int64)
    chained = np.zeros(int(sim.record["teams"]), np.int64)
    held, parked = np.zeros(2, np.int64), np.zeros(1, np.int64)
    _books(sim.worlds, 0, by_status, chained, held, parked)
    free, queued, in_hand, escalated, away, gone, on_hold = (
        int(by_status[k]) for k in (FREE, QUEUED, IN_HAND, ESCALATED, AWAY, GONE, HELD)
    )
    return SimpleNamespace(
        free=free,
        queued=queued,
        in_hand=in_hand,
        parked=escalated + away + on_hold,
        gone=gone,
        live=queued + in_hand + escalated + away + on_hold,
        chained=chained,
        hands=int(held[0]),
        hands_with_case=int(held[1]),
        on_calendar=int(parked[0]),
    )


def check_books(sim: Simulation, closed: bool = False) -> None:
    """Every case is in exactly one place, and the accounts know of it. (Those turned away count as withdrawn.)"""
    b, w = books(sim), sim.record
    ended = sum(total(sim, field, closed) for field in ("solved", "gave_up", "withdrawn"))
    assert total(sim, "arrived", closed) == ended + w["in_system"]
    assert w["in_system"] == b.live
    waiting = w["team"]["waiting"][: int(w["teams"])]
    assert (waiting == b.chained).all()
    assert waiting.sum() == b.queued
    assert b.hands == b.hands_with_case == b.in_hand
    assert b.on_calendar == b.parked
    assert w["free"] == b.free
    assert w["high"] == b.free + b.live + b.gone
