"""Writing runs: finished ones in atomic batches, and failures; also what checks found and what measures pay.

A sweep stores many small runs, so a run must cost no more than tens of microseconds here: what is the same for all
runs of a setting is worked out once, numbers of runs are given out by the one writer, and every table gets one
`executemany` a batch.
"""

from __future__ import annotations

import platform
import traceback
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from silosim.experiments.runkey import current_rulebook, organisation_hash
from silosim.experiments.store import rows
from silosim.experiments.store.batch import Batch, Stored, each_run
from silosim.experiments.store.errors import StoreError
from silosim.experiments.store.keep import Kept
from silosim.experiments.store.schema import add_columns
from silosim.experiments.store.sweeping import now
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS

MOST_SETTINGS = 20_000  # whose rows are remembered, about 2 KB each


class Writing:
    """The part of Store that writes runs. Needs `db`, `path` and `_transaction` of Store."""

    def write(self, batch: Sequence[tuple], sweep: int | None = None) -> int:
        """Stores finished runs, all or none of them; returns how many were new.

        batch   (Planned, Kept) each
        A run that is stored already keeps its first outcome, and gets what series and details it lacked; one that
        failed is replaced. Raises StoreError, after storing all others, when a run is stored with another outcome:
        the same settings then gave two outcomes, which must never be.
        """
        if not batch:
            return 0
        with self._transaction() as db:
            sorted_out = Batch(batch, self._stored_runs(db, [planned.key for planned, _ in batch]),
                               db.execute("SELECT coalesce(max(id), 0) + 1 FROM run").fetchone()[0], self.path)
            self._insert_runs(db, sorted_out.new, sweep)
            self._insert_outcomes(db, sorted_out.new)
            self._insert_parts(db, sorted_out.parts)
            db.conn.executemany("UPDATE run SET kept = ? WHERE id = ?", sorted_out.kept)
            self._note_contradictions(db, sorted_out.contradictions)
        if sorted_out.contradictions:
            stored, planned, kept = sorted_out.contradictions[0]
            raise StoreError(
                f"{self.path}: the same run gave another outcome: {planned.key[:12]} is stored with outcome "
                f"{stored.outcome_hash} and now gave {kept.outcome_hash} on {kept.host} "
                f"({len(sorted_out.contradictions)} of {len(batch)} runs; the first outcome is kept, the others of "
                "the batch are stored): one of the two machines or installations is not to be trusted")
        return len(sorted_out.new)

    def record_failure(self, planned, problem: BaseException | str, status: str = "failed", sweep: int | None = None,
                       trace: str = "") -> None:
        """Notes that a run did not finish ('failed' or 'crashed'), with its error; a later success replaces this.

        trace   where it happened, when `problem` does not know it itself (it came from another process)
        """
        if isinstance(problem, BaseException):
            trace = trace or "".join(traceback.format_exception(problem))
            problem = f"{type(problem).__name__}: {problem}"
        with self._transaction() as db:
            [stored] = self._stored_runs(db, [planned.key]).values() or [None]
            if stored and stored.status == "ok":
                return
            number = stored.id if stored else db.execute("SELECT coalesce(max(id), 0) + 1 FROM run").fetchone()[0]
            nothing = Kept(b"", b"", {}, {}, "", 0.0, (), platform.node())
            self._insert_runs(db, [(number, stored.attempts + 1 if stored else 1, planned, nothing)], sweep)
            db.execute("UPDATE run SET status = ?, error = ?, traceback = ?, seconds = NULL, outcome_hash = NULL, "
                       "kept = NULL WHERE id = ?", [status, " ".join(problem.split()), trace, number])

    def write_checks(self, outcomes: Iterable[Mapping], sweep: int | None = None, rulebook: str | None = None) -> None:
        """Stores what checks found: name, kind, status, value, low, high (numbers or None) and detail each."""
        rulebook = rulebook or current_rulebook()
        with self._transaction() as db:
            db.conn.executemany(
                "INSERT INTO check_outcome (sweep, name, kind, status, value, low, high, detail, rulebook, finished) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(sweep, c["name"], c["kind"], c["status"], c.get("value"), c.get("low"), c.get("high"),
                  c.get("detail", ""), rulebook, now()) for c in outcomes])

    def write_pay_vector(self, key: str, organisation: str, vectors: Mapping) -> None:
        """Stores what pooled measures pay on an organisation (its hash), under a key of the caller's."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO pay_vector (key, organisation, json) VALUES (?, ?, ?)",
                       (key, organisation, rows.compact(vectors)))

    # The steps of a batch

    def _stored_runs(self, db, keys: Sequence[str]) -> dict[str, Stored]:
        found = self._rows_by_key(
            "SELECT key, id, status, attempts, outcome_hash, kept FROM run WHERE key IN ({})", keys)
        return {row[0]: Stored(*row[1:]) for row in found}

    def _store_organisations(self, db, settings: Iterable) -> None:
        for setting in settings:
            name = setting.canonical["organisation"]
            if name not in self._organisations:
                spec = setting.template.spec
                db.execute("INSERT OR IGNORE INTO organisation (hash, name, json) VALUES (?, ?, ?)",
                           (organisation_hash(spec), spec.name, rows.compact(spec.canonical())))
                self._organisations.add(name)

    def _insert_runs(self, db, new: Sequence[tuple], sweep: int | None) -> None:
        if not new:
            return
        settings = dict.fromkeys(planned.setting for _, _, planned, _ in new)
        self._store_organisations(db, settings)
        columns = self._setting_columns(db, settings)
        again = [(number,) for number, attempts, _, _ in new if attempts > 1]
        db.conn.executemany("DELETE FROM run WHERE id = ?", again)
        finished, constants = now(), self._constants
        sql = f"INSERT INTO run ({rows.quoted((*rows.EACH_RUN, *columns))}) " \
              f"VALUES ({rows.marks(len(rows.EACH_RUN) + len(columns))})"
        db.conn.executemany(sql, [
            (*each_run(number, attempts, planned, kept, sweep, finished), *constants[planned.setting])
            for number, attempts, planned, kept in new])

    def _setting_columns(self, db, settings: Iterable) -> list[str]:
        """Names of the columns of `run` that a setting determines, after working them out for new settings."""
        new = [setting for setting in settings if setting not in self._constants]
        if new or self._columns is None:
            names = self._parameter_columns(db, new)
            if names != self._columns or len(self._constants) + len(new) > MOST_SETTINGS:
                self._columns = names
                self._constants.clear()
                new = settings
            for setting in new:
                self._constants[setting] = rows.setting_row(setting, names)
        return [*rows.EACH_SETTING, *self._columns]

    def _parameter_columns(self, db, settings: Sequence) -> list[str]:
        """Names of the parameters that have a column in `run`, after adding those these settings vary first."""
        varied, rulebooks = set(), set()
        for setting in settings:
            varied.update(setting.template.levers, setting.template.world)
            rulebooks.add(setting.canonical["rulebook"])
        added = add_columns(db, "run", {name: rows.column_type(name) for name in sorted(varied)})
        for name in added:  # under the same rules, runs made before did not vary it
            for rulebook in rulebooks:
                db.execute(f'UPDATE run SET "{name}" = ? WHERE rulebook = ?', (PARAMETERS[name].default, rulebook))
        there = {row[1] for row in db.execute("PRAGMA table_info(run)")}
        return [name for name in PARAMETERS if name in there]

    def _insert_outcomes(self, db, new: Sequence[tuple]) -> None:
        if not new:
            return
        add_columns(db, "outcome", dict.fromkeys(MEASURES, "REAL"))
        for period, part in zip(rows.PERIODS, ("summary", "path"), strict=True):
            numbers = np.frombuffer(b"".join([getattr(kept, part) for _, _, _, kept in new]))
            db.conn.executemany(
                f"INSERT INTO outcome (run, period, {rows.quoted(MEASURES)}) "
                f"VALUES (?, '{period}', {rows.marks(len(MEASURES))})",
                [(run[0], *values) for run, values in zip(new, numbers.reshape(len(new), -1).tolist(), strict=True)])

    def _insert_parts(self, db, parts: Sequence[tuple]) -> None:
        """Stores series and details: (run, {measure: numbers}, {level: numbers}) each."""
        # In the order of the table's own key, so that each leaf page is touched once a batch.
        series = sorted((name, run, numbers) for run, some, _ in parts for name, numbers in some.items())
        db.conn.executemany("INSERT INTO series (measure, run, numbers) VALUES (?, ?, ?)", series)
        layouts = {level: self._layout(db, level) for level in {level for _, _, some in parts for level in some}}
        db.conn.executemany("INSERT INTO detail (run, layout, numbers) VALUES (?, ?, ?)",
                            [(run, layouts[level], numbers) for run, _, some in parts
                             for level, numbers in some.items()])

    def _layout(self, db, level: str) -> int:
        names = rows.compact(rows.level_names(level))
        db.execute("INSERT OR IGNORE INTO layout (level, names) VALUES (?, ?)", (level, names))
        return db.execute("SELECT id FROM layout WHERE level = ? AND names = ?", (level, names)).fetchone()[0]

    def _note_contradictions(self, db, contradictions: Sequence[tuple]) -> None:
        """Leaves a warning with the run, for who reads the database later."""
        for stored, _, kept in contradictions:
            words = f"made again on {kept.host} ({now()}) it gave another outcome: {kept.outcome_hash}"
            db.execute("UPDATE run SET warnings = json_insert(warnings, '$[#]', ?) WHERE id = ?", [words, stored.id])
