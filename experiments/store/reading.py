"""Reading back: which runs are there, and their outcomes as labelled pandas frames or as arrays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from silosim.experiments.store import rows
from silosim.experiments.store.errors import StoreError, in_plain_words
from silosim.experiments.store.keep import Keep
from silosim.model.measures.declared import MEASURES, measure
from silosim.model.parameters import unknown

_AT_ONCE = 500  # keys in one statement; SQLite's own limit is higher


class Reading:
    """The half of Store that reads. Needs `db` and `path` of Store."""

    def finished(self, keys: Iterable[str], keep: Keep | None = None) -> set[str]:
        """Those of `keys` whose run is stored and succeeded, and has at least what `keep` asks."""
        with in_plain_words(self.path):
            found = self._rows_by_key("SELECT key, kept FROM run WHERE status = 'ok' AND key IN ({})", keys)
        return {key for key, kept in found if keep is None or keep.is_kept_by(kept)}

    def failed(self, keys: Iterable[str]) -> dict[str, str]:
        """key -> 'failed' or 'crashed' of those of `keys` whose last attempt did not succeed."""
        with in_plain_words(self.path):
            return dict(self._rows_by_key("SELECT key, status FROM run WHERE status != 'ok' AND key IN ({})", keys))

    def fetch(self, sql: str, values: Sequence = ()) -> list[tuple]:
        """All rows of any query."""
        with in_plain_words(self.path):
            return self.db.execute(sql, list(values)).fetchall()

    def _rows_by_key(self, sql: str, keys: Iterable[str]) -> list[tuple]:
        keys = list(keys)
        found = []
        for first in range(0, len(keys), _AT_ONCE):
            some = keys[first:first + _AT_ONCE]
            found += self.db.execute(sql.format(", ".join("?" * len(some))), some).fetchall()
        return found

    def frame(self, sql: str, values: Sequence = ()):
        """The answer to any query, as a pandas frame with its column names."""
        import pandas as pd

        with in_plain_words(self.path):
            cursor = self.db.execute(sql, list(values))
            return pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])

    def stream(self, sql: str, values: Sequence = ()) -> Iterator[list[tuple]]:
        """The rows of any query, some hundreds at a time."""
        with in_plain_words(self.path):
            cursor = self.db.execute(sql, list(values))
            while some := cursor.fetchmany(_AT_ONCE):
                yield some

    def runs(self, keys: Iterable[str] | None = None):
        """The `run` table (all, or those of `keys` in their order), indexed by key."""
        frame = self.frame("SELECT * FROM run").set_index("key")
        return frame if keys is None else frame.loc[self._known(keys, frame.index)]

    def _known(self, keys, there) -> list[str]:
        keys = list(keys)
        missing = [key for key in keys if key not in there]
        if missing:
            raise StoreError(f"{self.path}: {len(missing)} of {len(keys)} runs are not stored, "
                             f"the first is {missing[0]}")
        return keys

    def outcomes(self, keys: Sequence[str], period: str = "last_year"):
        """A frame of one row a run (index: key, in the order given) and one column a measure; NaN is undefined."""
        import pandas as pd

        return pd.DataFrame(self.outcome_array(keys, period), index=pd.Index(keys, name="key"), columns=list(MEASURES))

    def outcome_array(self, keys: Sequence[str], period: str = "last_year") -> np.ndarray:
        """float64 [runs, measures] in the order of `keys` and of the declared measures."""
        if period not in rows.PERIODS:
            raise unknown("period", period, rows.PERIODS)
        with in_plain_words(self.path):
            found = {row[0]: row[1:] for row in self._rows_by_key(
                f"SELECT key, {self._measure_columns()} FROM outcome JOIN run ON run.id = outcome.run "
                f"WHERE period = '{period}' AND status = 'ok' AND key IN ({{}})", keys)}
        numbers = [found[key] for key in self._known(keys, found)]
        return np.array(numbers, dtype=float).reshape(len(numbers), len(MEASURES))  # NULL becomes NaN

    def _measure_columns(self) -> str:
        """A column for every measure, as SQL: NULL for one that no stored run has had."""
        with in_plain_words(self.path):
            there = {row[1] for row in self.db.execute("PRAGMA table_info(outcome)")}
        return ", ".join(f'outcome."{name}"' if name in there else "NULL" for name in MEASURES)

    def series(self, keys: Sequence[str], name: str) -> np.ndarray:
        """float64 [runs, weeks] of one measure; shorter runs are filled with NaN at the end."""
        found = self.series_by_key(keys, name)
        return rows.week_array([found[key] for key in self._known(keys, found)])

    def series_by_key(self, keys: Iterable[str], name: str) -> dict[str, bytes]:
        """key -> weeks of one measure as stored (float32), of those runs that have them."""
        measure(name)
        with in_plain_words(self.path):
            return dict(self._rows_by_key(
                f"SELECT key, numbers FROM series JOIN run ON run.id = series.run "
                f"WHERE measure = '{name}' AND status = 'ok' AND key IN ({{}})", keys))

    def series_frame(self, key: str):
        """All weekly series of one run: a frame of one row a week (index: week) and one column a measure."""
        import pandas as pd

        with in_plain_words(self.path):
            found = dict(self.db.execute("SELECT measure, numbers FROM series JOIN run ON run.id = series.run "
                                         "WHERE status = 'ok' AND key = ?", [key]).fetchall())
        self._known([key], {key} if found else ())
        frame = pd.DataFrame({name: np.frombuffer(found[name], rows.FLOAT).astype(float)
                              for name in MEASURES if name in found})
        return frame.rename_axis("week")

    def detail(self, key: str, level: str):
        """Outcomes per 'team' or 'employee' of one run over the last 52 weeks: a frame, one column a measure."""
        import pandas as pd

        if level not in ("team", "employee"):
            raise unknown("level", level, ("team", "employee"))
        names, blob = self._detail(key, level)
        numbers = rows.numbers(blob, -1, len(names))
        index = pd.RangeIndex(len(numbers), name="employee")
        if level == "team":
            index = pd.Index(self._team_names(key), name="team")
        return pd.DataFrame(numbers, index=index, columns=names)

    def silo_map(self, key: str) -> np.ndarray:
        """float64 [teams, teams, 5]: from team, to team, (handoffs, lost, bounced, helped, familiarity)."""
        names, blob = self._detail(key, "silo_map")
        teams = len(self._team_names(key))
        return rows.numbers(blob, teams, teams, len(names))

    def _detail(self, key: str, level: str) -> tuple[list[str], bytes]:
        with in_plain_words(self.path):
            found = self.db.execute(
                "SELECT names, numbers FROM detail JOIN run ON run.id = detail.run "
                "JOIN layout ON layout.id = detail.layout WHERE status = 'ok' AND key = ? AND level = ?",
                [key, level]).fetchone()
        self._known([key], {key} if found else ())
        return json.loads(found[0]), found[1]

    def _team_names(self, key: str) -> list[str]:
        found = self.fetch("SELECT organisation FROM run WHERE key = ?", [key])
        self._known([key], {key} if found else ())
        return self.team_names(found[0][0])

    def team_names(self, organisation: str) -> list[str]:
        """Names of the teams of an organisation (its hash)."""
        document = json.loads(self.fetch("SELECT json FROM organisation WHERE hash = ?", [organisation])[0][0])
        if not document:
            raise StoreError(f"{self.path}: organisation {organisation[:12]} was lost with a damaged database; "
                             "making one of its runs again brings it back")
        return [team["name"] for team in document["team"]]

    def organisation(self, key: str) -> dict:
        """The whole organisation of a stored run, as its canonical document."""
        with in_plain_words(self.path):
            found = self.db.execute("SELECT json FROM organisation JOIN run ON run.organisation = organisation.hash "
                                    "WHERE key = ?", [key]).fetchone()
        self._known([key], {key} if found else ())
        return json.loads(found[0])

    def settings(self, beginning: str) -> dict:
        """Everything that defines the one run whose key starts with `beginning`; StoreError when none or several do."""
        with in_plain_words(self.path):
            found = self.db.execute(
                "SELECT key, levers, world, switches, burn_in, start, weeks, replicate, seed, rulebook, "
                "outcome_hash, policy FROM run WHERE status = 'ok' AND substr(key, 1, ?) = ?",
                [len(beginning), beginning])
            names = [column[0] for column in found.description]
            matches = found.fetchall()
        if len(matches) != 1:
            what = f"{len(matches)} stored runs start with" if matches else "no stored run starts with"
            raise StoreError(f"{self.path}: {what} {beginning!r}; a run is named by the first digits of its key")
        result = dict(zip(names, matches[0], strict=True))
        for name in ("levers", "world", "switches"):
            result[name] = json.loads(result[name])
        return {**result, "organisation": self.organisation(result["key"])}

    def pay_vectors(self, organisation: str | None = None) -> dict[str, dict]:
        """Stored pay vectors by key, all or those of one organisation (its hash)."""
        with in_plain_words(self.path):
            found = self.db.execute("SELECT key, json FROM pay_vector WHERE organisation = coalesce(?, organisation)",
                                    [organisation]).fetchall()
        return {key: json.loads(document) for key, document in found}

    def members(self, sweep: int):
        """The runs a sweep is about: a frame of point, policy, arm, replicate, key and status (None: not made)."""
        return self.frame("SELECT member.point, point.policy, arm, member.replicate, member.key, run.status "
                          "FROM member JOIN point ON (point.sweep, point.point) = (member.sweep, member.point) "
                          "LEFT JOIN run ON run.key = member.key WHERE member.sweep = ? "
                          "ORDER BY member.point, member.replicate", [sweep])
