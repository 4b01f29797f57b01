"""Reading sweeps back: their points, outcomes, weekly series and bands, labelled by what the design varied."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import numpy as np

from silosim.experiments.comparison import band
from silosim.experiments.store import content, rows
from silosim.experiments.store.errors import StoreError, in_plain_words
from silosim.model.measures.declared import MEASURES, measure
from silosim.model.parameters import unknown

POINT = ("policy", "arm", "organisation", "world_name")
BAND = ("mean", "p05", "p10", "p50", "p90", "p95", "n")
_MADE = ("FROM member JOIN point ON (point.sweep, point.point) = (member.sweep, member.point) "
         "JOIN run ON run.key = member.key AND run.status = 'ok' ")


class SweepReading:
    """The part of Store that reads sweeps. Needs `db`, `path`, `frame`, `fetch` and `_transaction` of Store."""

    def sweeps(self):
        """A frame of one row a sweep (index: its number): what it was, how it ended, and what became of its runs.

        Columns: name, command, status, points, runs, ok, failed (or crashed), missing, rulebook, seed, started,
        finished, content, design, git, machine, command_line, versions (JSON).
        """
        frame = self.frame(
            "SELECT sweep.id AS sweep, name, command, sweep.status, "
            "(SELECT count(*) FROM point WHERE point.sweep = sweep.id) AS points, count(member.key) AS runs, "
            "count(CASE WHEN run.status = 'ok' THEN 1 END) AS ok, count(CASE WHEN run.status != 'ok' THEN 1 END) "
            "AS failed, count(member.key) - count(run.key) AS missing, sweep.rulebook, sweep.seed, started, "
            "sweep.finished, content, design, git, machine, command_line, versions "
            "FROM sweep LEFT JOIN member ON member.sweep = sweep.id LEFT JOIN run ON run.key = member.key "
            "GROUP BY sweep.id ORDER BY sweep.id")
        return frame.set_index("sweep")

    def sweep_named(self, name: str) -> int:
        """The number of a sweep by its number or name; of several with one name the last. StoreError for none."""
        found = self.fetch("SELECT max(id) FROM sweep WHERE name = ?", [name])[0][0]
        if re.fullmatch(r"[0-9]{1,18}", name):
            found = next(iter(self.fetch("SELECT id FROM sweep WHERE id = ?", [int(name)])), (found,))[0]
        if found is None:
            raise StoreError(f"{self.path}: there is no sweep {name!r} (silosim data sweeps lists them)")
        return found

    def sweep_settings(self, sweep: int) -> dict:
        """What was asked of a sweep: for a design its canonical document."""
        return json.loads(self._sweep_row(sweep, "settings"))

    def _sweep_row(self, sweep: int, column: str):
        found = self.fetch(f"SELECT {column} FROM sweep WHERE id = ?", [sweep])
        if not found:
            raise StoreError(f"{self.path}: there is no sweep {sweep} (silosim data sweeps lists them)")
        return found[0][0]

    def points(self, sweep: int):
        """A frame of one row a point (index: point): policy, arm, organisation (hash), world_name, and every factor."""
        import pandas as pd

        self._sweep_row(sweep, "id")
        found = self.fetch(f"SELECT point, factors, {', '.join(POINT)} FROM point WHERE sweep = ? ORDER BY point",
                           [sweep])
        index = pd.Index([row[0] for row in found], name="point", dtype="int64")
        named = pd.DataFrame([row[2:] for row in found], index=index, columns=list(POINT))
        factors = pd.DataFrame([json.loads(row[1]) for row in found], index=index)
        return named.join(factors)

    def sweep_outcomes(self, sweep: int, period: str = "last_year"):
        """A frame of one row a run that succeeded (index: point, replicate) and one column a measure; NaN: undefined.

        `points(sweep)` says what a point is, `members(sweep)` which runs are missing or failed.
        """
        import pandas as pd

        if period not in rows.PERIODS:
            raise unknown("period", period, rows.PERIODS)
        self._sweep_row(sweep, "id")
        found = self.fetch(
            f"SELECT member.point, member.replicate, {self._measure_columns()} {_MADE} "
            "JOIN outcome ON outcome.run = run.id AND outcome.period = ? WHERE member.sweep = ? "
            "ORDER BY member.point, member.replicate", [period, sweep])
        numbers = np.array(found, dtype=float).reshape(len(found), 2 + len(MEASURES))
        index = pd.MultiIndex.from_arrays(numbers[:, :2].astype("int64").T, names=["point", "replicate"])
        return pd.DataFrame(numbers[:, 2:], index=index, columns=list(MEASURES))

    def sweep_series(self, sweep: int, name: str):
        """(frame of point, replicate, policy, arm and key; float64 [runs, weeks]) of one measure, row by row.

        Runs that succeeded and keep this series; shorter ones are filled with NaN at the end. StoreError when
        there are none: a design says under [keep] which series it wants.
        """
        import pandas as pd

        measure(name)
        self._sweep_row(sweep, "id")
        found = self.fetch(
            f"SELECT member.point, member.replicate, point.policy, point.arm, member.key, numbers {_MADE} "
            "JOIN series ON series.measure = ? AND series.run = run.id WHERE member.sweep = ? "
            "ORDER BY member.point, member.replicate", [name, sweep])
        if not found:
            raise StoreError(f"{self.path}: sweep {sweep} keeps no weekly series of {name}: "
                             f"a design asks for it with series = [\"{name}\"] under [keep]")
        index = pd.DataFrame([row[:5] for row in found], columns=["point", "replicate", "policy", "arm", "key"])
        return index, rows.week_array([row[5] for row in found])

    def sweep_band(self, sweep: int, name: str):
        """The spread of a measure over all runs of a policy, week by week, whatever their point's factors and world.

        A frame of policy, arm, week, mean, p05, p10, p50, p90, p95 and n (runs where it is defined).
        """
        import pandas as pd

        return pd.concat([
            pd.DataFrame({"policy": policy, "arm": arm, "week": np.arange(len(numbers["n"]))} |
                         {part: numbers[part] for part in BAND})
            for policy, arm, numbers in self._bands(sweep, name)], ignore_index=True)

    def _bands(self, sweep: int, name: str) -> list[tuple]:
        """(policy, arm, band) in order of points."""
        index, weeks = self.sweep_series(sweep, name)
        return [(policy, arm, band(weeks[some.index.to_numpy()]))
                for (policy, arm), some in index.groupby(["policy", "arm"], sort=False)]

    def write_bands(self, sweep: int, measures: Sequence[str]) -> None:
        """Fills the table `band` with the spread of these measures, for those who read it with other tools."""
        for name in measures:
            for policy, arm, numbers in self._bands(sweep, name):
                self.write_band(sweep, policy, arm, name, numbers)

    def content_hash(self, sweep: int, as_written: bool = False) -> str:
        """32 hexadecimal digits for all that a sweep's design determines, as it is stored (see content.py).

        as_written  of what this Store wrote itself, trust what it wrote, instead of reading it again
        """
        kept = self.sweep_settings(sweep).get("keep", {"series": "all", "levels": "all"})
        with in_plain_words(self.path):
            return content.content_hash(self.db.conn, sweep, kept, self._digests if as_written else {})
