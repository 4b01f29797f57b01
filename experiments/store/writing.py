"""Writing runs: finished ones in atomic batches, and failures.

A sweep stores many small runs, so a run must cost no more than tens of microseconds here: what is the same for all
runs of a setting is worked out once, numbers of runs are given out by the one writer, and every table gets one
`executemany` a batch.
"""

from __future__ import annotations

import platform
import traceback
from collections.abc import Iterable, Sequence

from silosim.experiments.runkey import organisation_hash
from silosim.experiments.store import checksums, rows
from silosim.experiments.store.batch import UNDEFINED, Batch, Run, Stored, run_row
from silosim.experiments.store.content import named_parts, run_digest
from silosim.experiments.store.errors import StoreError
from silosim.experiments.store.keep import Kept, kept_text
from silosim.experiments.store.schema import add_columns
from silosim.experiments.store.sweeping import now
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS

MOST_SETTINGS = 20_000  # whose rows are remembered, about 2 KB each
MOST_DIGESTS = 100_000  # about 150 bytes each
LOST, LOST_JSON = "(lost)", "{}"  # stand for an organisation that a damaged database had, until it comes again
_STORE_ORGANISATION = ("INSERT INTO organisation (hash, name, json) VALUES (?, ?, ?) ON CONFLICT (hash) DO UPDATE "
                       f"SET name = excluded.name, json = excluded.json WHERE json = '{LOST_JSON}'")


class Writing:
    """The part of Store that writes runs. Needs `db`, `path` and `_transaction` of Store."""

    def write(self, batch: Sequence[tuple], sweep: int | None = None) -> int:
        """Stores finished runs, all or none of them; returns how many were new.

        batch   (Planned, Kept) each
        A run that is stored already keeps its first outcome, and gets what series and details it lacked; one that
        failed is replaced. Raises StoreError, after storing all others, when a run is stored with another outcome:
        the same settings then gave two outcomes, which must never be.
        """
        finished = now()
        return self.write_runs([Run(planned, kept, sweep, finished) for planned, kept in batch])

    def write_runs(self, runs: Sequence[Run]) -> int:
        """The same for runs with all that is known of them, also failed ones (which replace nothing that succeeded)."""
        if not runs:
            return 0
        with self._transaction() as db:
            stored = self._stored_runs(db, [run.planned.key for run in runs])
            batch = Batch(runs, stored, self._next_number(db), self.path)
            self._insert(db, batch)
            db.conn.executemany("UPDATE run SET kept = ? WHERE id = ?", batch.kept)
            self._note_contradictions(db, batch.contradictions)
        self._remember(batch)
        if batch.contradictions:
            stored, run = batch.contradictions[0]
            raise StoreError(
                f"{self.path}: the same run gave another outcome: {run.planned.key[:12]} is stored with outcome "
                f"{stored.outcome_hash} and now gave {run.kept.outcome_hash} on {run.kept.host} "
                f"({len(batch.contradictions)} of {len(runs)} runs; the first outcome is kept, the others of "
                "the batch are stored): one of the two machines or installations is not to be trusted")
        return sum(run.status == "ok" for run in batch.new)

    def record_failure(self, planned, problem: BaseException | str, status: str = "failed", sweep: int | None = None,
                       trace: str = "") -> None:
        """Notes that a run did not finish ('failed' or 'crashed'), with its error; a later success replaces this.

        trace   where it happened, when `problem` does not know it itself (it came from another process)
        """
        if isinstance(problem, BaseException):
            trace = trace or "".join(traceback.format_exception(problem))
            problem = f"{type(problem).__name__}: {problem}"
        nothing = Kept(UNDEFINED, UNDEFINED, {}, {}, None, None, (), platform.node())
        self.write_runs([Run(planned, nothing, sweep, now(), status, error=" ".join(problem.split()), trace=trace)])

    # The steps of a batch

    def _stored_runs(self, db, keys: Sequence[str]) -> dict[str, Stored]:
        found = self._rows_by_key(
            "SELECT key, id, status, attempts, outcome_hash, kept FROM run WHERE key IN ({})", keys)
        return {row[0]: Stored(*row[1:]) for row in found}

    def write_organisations(self, organisations: Iterable[tuple[str, str, str]]) -> None:
        """Stores (hash, name, JSON) of organisations as another database has them."""
        with self._transaction() as db:
            db.conn.executemany(_STORE_ORGANISATION, organisations)
            self._organisations.update(row[0] for row in db.execute("SELECT hash FROM organisation"))

    def _store_organisations(self, db, settings: Iterable) -> None:
        for setting in settings:
            name = setting.canonical["organisation"]
            if name not in self._organisations:
                spec = setting.template.spec
                db.execute(_STORE_ORGANISATION, (organisation_hash(spec), spec.name, rows.compact(spec.canonical())))
                self._organisations.add(name)

    def _remember(self, batch: Batch) -> None:
        """What the content hash needs of new runs, so that it need not read all of them again."""
        for run, outcome in zip(batch.new, batch.defined, strict=True):
            if run.status == "ok" and len(self._digests) < MOST_DIGESTS:
                kept = run.kept
                self._digests[run.planned.key] = (
                    kept_text(tuple(kept.series), tuple(kept.details)),
                    run_digest(outcome, named_parts(kept.series, kept.details, run.layouts)))

    def _next_number(self, db) -> int:
        return db.execute("SELECT coalesce(max(id), 0) + 1 FROM run").fetchone()[0]

    def _insert(self, db, batch: Batch) -> None:
        if batch.new:
            self._insert_runs(db, batch)
            self._insert_outcomes(db, batch)
        self._insert_parts(db, batch.parts)

    def _insert_runs(self, db, batch: Batch) -> None:
        new = batch.new
        settings = dict.fromkeys(run.planned.setting for run in new)
        self._store_organisations(db, settings)
        columns = self._setting_columns(db, settings)
        constants = [self._constants[run.planned.setting] for run in new]
        sums = checksums.of_runs([checksum for _, checksum in constants], batch.defined, [run.own for run in new])
        db.conn.executemany("DELETE FROM run WHERE id = ?", [(run.number,) for run in new if run.attempts > 1])
        sql = f"INSERT INTO run ({rows.quoted((*rows.EACH_RUN, *columns))}) " \
              f"VALUES ({rows.marks(len(rows.EACH_RUN) + len(columns))})"
        db.conn.executemany(sql, [(*run_row(run, checksum), *values)
                                  for run, checksum, (values, _) in zip(new, sums, constants, strict=True)])

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
                row = rows.setting_row(setting, names)
                self._constants[setting] = (row, checksums.of_values(row[:len(rows.EACH_SETTING)]))
        return [*rows.EACH_SETTING, *self._columns]

    def _parameter_columns(self, db, settings: Sequence) -> list[str]:
        """Names of the parameters that have a column in `run`, after adding those these settings vary first."""
        varied, rulebooks = set(), set()
        for setting in settings:
            varied.update(setting.canonical["levers"], setting.canonical["world"])
            rulebooks.add(setting.canonical["rulebook"])
        wanted = sorted(varied.intersection(PARAMETERS))  # older rules may have had others
        added = add_columns(db, "run", {name: rows.column_type(name) for name in wanted})
        for name in added:  # under the same rules, runs made before did not vary it
            for rulebook in rulebooks:
                db.execute(f'UPDATE run SET "{name}" = ? WHERE rulebook = ?', (PARAMETERS[name].default, rulebook))
        there = {row[1] for row in db.execute("PRAGMA table_info(run)")}
        return [name for name in PARAMETERS if name in there]

    def _insert_outcomes(self, db, batch: Batch) -> None:
        add_columns(db, "outcome", dict.fromkeys(MEASURES, "REAL"))
        new, outcomes = batch.new, batch.outcomes
        made = [k for k, run in enumerate(new) if run.status == "ok"]
        for p, period in enumerate(rows.PERIODS):
            db.conn.executemany(
                f"INSERT INTO outcome (run, period, {rows.quoted(MEASURES)}) "
                f"VALUES (?, '{period}', {rows.marks(len(MEASURES))})",
                [(new[k].number, *values) for k, values in zip(made, outcomes[made, p].tolist(), strict=True)])

    def _insert_parts(self, db, parts: Sequence[tuple]) -> None:
        """Stores series and details: (run, {measure: numbers}, {level: numbers}, {level: names} or None) each."""
        # In the order of the table's own key, so that each leaf page is touched once a batch.
        series = sorted([(name, run, numbers) for run, some, _, _ in parts for name, numbers in some.items()])
        db.conn.executemany("INSERT INTO series (measure, run, numbers, checksum) VALUES (?, ?, ?, ?)",
                            [(*row, checksums.of_part(*row)) for row in series])
        layouts: dict[tuple, int] = {}
        details = []
        for run, _, some, named in parts:
            for level, numbers in some.items():
                meaning = (level, named[level] if named else None)
                if meaning not in layouts:
                    layouts[meaning] = self._layout(db, *meaning)
                details.append((run, layouts[meaning], numbers))
        db.conn.executemany("INSERT INTO detail (run, layout, numbers, checksum) VALUES (?, ?, ?, ?)",
                            [(*row, checksums.of_part(row[1], row[0], row[2])) for row in details])

    def _layout(self, db, level: str, names: str | None) -> int:
        """The number of what a detail means; by default what it means in this silosim."""
        meaning = (level, names or rows.compact(rows.level_names(level)))
        db.execute("INSERT OR IGNORE INTO layout (level, names) VALUES (?, ?)", meaning)
        return db.execute("SELECT id FROM layout WHERE level = ? AND names = ?", meaning).fetchone()[0]

    def _note_contradictions(self, db, contradictions: Sequence[tuple]) -> None:
        """Leaves a warning with the run, for who reads the database later."""
        for stored, run in contradictions:
            words = f"made again on {run.kept.host} ({run.finished}) it gave another outcome: {run.kept.outcome_hash}"
            db.execute("UPDATE run SET warnings = json_insert(warnings, '$[#]', ?) WHERE id = ?", [words, stored.id])
