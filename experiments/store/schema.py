"""Tables of the results database and how they came about: one migration after another.

Measures and parameters are declared in the model and nowhere else: their columns are added when a value
is first written, so a new measure or lever needs no migration. Migrations are for everything else.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from silosim.experiments.store import checksums
from silosim.experiments.store.errors import StoreError
from silosim.experiments.store.files import APPLICATION_ID

MIGRATIONS = Migrations("silosim")

TABLES = """
-- One call of a command that needs runs: what was asked, with which program, on which machine.
CREATE TABLE sweep (
    id INTEGER PRIMARY KEY, command TEXT NOT NULL, started TEXT NOT NULL, finished TEXT, status TEXT NOT NULL,
    settings TEXT NOT NULL, rulebook TEXT NOT NULL, versions TEXT NOT NULL, git TEXT, machine TEXT NOT NULL,
    seed INTEGER NOT NULL
) STRICT;

-- The whole organisation of a run, as canonical JSON.
CREATE TABLE organisation (
    hash TEXT PRIMARY KEY, name TEXT NOT NULL, json TEXT NOT NULL
) STRICT;

-- One row a run. levers, world and switches hold what differs from the defaults; the columns added for
-- parameters hold the value itself (NULL: older rules, under which nothing varied it).
CREATE TABLE run (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, sweep INTEGER REFERENCES sweep (id),
    organisation TEXT NOT NULL REFERENCES organisation (hash), policy TEXT, levers TEXT NOT NULL,
    world TEXT NOT NULL, switches TEXT NOT NULL, burn_in INTEGER NOT NULL, start TEXT NOT NULL,
    weeks INTEGER NOT NULL, replicate INTEGER NOT NULL, seed INTEGER NOT NULL, rulebook TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('ok', 'failed', 'crashed')), attempts INTEGER NOT NULL,
    error TEXT, traceback TEXT, seconds REAL, host TEXT NOT NULL, outcome_hash TEXT,
    warnings TEXT NOT NULL, finished TEXT NOT NULL
) STRICT;

-- Which runs a sweep is about, also those that an earlier sweep had made (and those not made yet).
CREATE TABLE member (
    sweep INTEGER NOT NULL REFERENCES sweep (id), policy TEXT NOT NULL, arm TEXT NOT NULL,
    replicate INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (sweep, policy, arm, replicate)
) STRICT, WITHOUT ROWID;

-- Measures of a run over a period: 'last_year' (last 52 weeks) or 'whole_path'. One column a measure.
CREATE TABLE outcome (
    run INTEGER NOT NULL REFERENCES run (id), period TEXT NOT NULL, PRIMARY KEY (run, period)
) STRICT, WITHOUT ROWID;

-- The weeks of one measure in one run: float32, little-endian, one number a week, NaN where undefined.
CREATE TABLE series (
    measure TEXT NOT NULL, run INTEGER NOT NULL REFERENCES run (id), numbers BLOB NOT NULL,
    PRIMARY KEY (measure, run)
) STRICT, WITHOUT ROWID;

-- What the numbers in a detail mean: level ('team', 'employee', 'silo_map') and the names along its last axis.
CREATE TABLE layout (
    id INTEGER PRIMARY KEY, level TEXT NOT NULL, names TEXT NOT NULL, UNIQUE (level, names)
) STRICT;

-- Outcomes of every team, every employee and every pair of teams over the last 52 weeks: float32,
-- little-endian, row by row; shape [teams, names], [employees, names] or [teams, teams, names].
CREATE TABLE detail (
    run INTEGER NOT NULL REFERENCES run (id), layout INTEGER NOT NULL REFERENCES layout (id),
    numbers BLOB NOT NULL, PRIMARY KEY (run, layout)
) STRICT;

-- The spread over runs, week by week, for those who read the database with other tools.
CREATE TABLE band (
    sweep INTEGER NOT NULL REFERENCES sweep (id), policy TEXT NOT NULL, arm TEXT NOT NULL, measure TEXT NOT NULL,
    week INTEGER NOT NULL, mean REAL, p05 REAL, p10 REAL, p50 REAL, p90 REAL, p95 REAL, n INTEGER NOT NULL,
    PRIMARY KEY (sweep, policy, arm, measure, week)
) STRICT, WITHOUT ROWID;

-- What `silosim check` found: oracles, extreme settings, patterns.
CREATE TABLE check_outcome (
    id INTEGER PRIMARY KEY, sweep INTEGER REFERENCES sweep (id), name TEXT NOT NULL, kind TEXT NOT NULL,
    status TEXT NOT NULL, -- passed, failed, shown, not applicable or error
    value REAL, low REAL, high REAL, detail TEXT NOT NULL, rulebook TEXT NOT NULL, finished TEXT NOT NULL
) STRICT;

-- What a pooled measure pays per activity, as measured on an organisation.
CREATE TABLE pay_vector (
    key TEXT PRIMARY KEY, organisation TEXT NOT NULL, json TEXT NOT NULL
) STRICT;

CREATE INDEX run_by_setting ON run (organisation, policy, replicate);
"""


# Measures come by themselves: `*` is read anew whenever the database is opened.
SWEEPS = """
-- One setting of a sweep: everything about its runs but the replicate. `factors` is what the design varied;
-- levers and world hold what differs from the defaults (NULL: planned by an older silosim and never made).
CREATE TABLE point (
    sweep INTEGER NOT NULL REFERENCES sweep (id), point INTEGER NOT NULL, policy TEXT NOT NULL, arm TEXT NOT NULL,
    organisation TEXT REFERENCES organisation (hash), world_name TEXT NOT NULL, factors TEXT NOT NULL,
    levers TEXT, world TEXT, PRIMARY KEY (sweep, point)
) STRICT, WITHOUT ROWID;

-- Which runs a sweep is about, also those that an earlier sweep had made (and those not made yet).
CREATE TABLE planned (
    sweep INTEGER NOT NULL, point INTEGER NOT NULL, replicate INTEGER NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (sweep, point, replicate), FOREIGN KEY (sweep, point) REFERENCES point (sweep, point)
) STRICT, WITHOUT ROWID;

-- Numbers the old members' settings within each sweep: as they were, today first.
INSERT INTO point (sweep, point, policy, arm, organisation, world_name, factors, levers, world)
SELECT old.sweep, row_number() OVER (PARTITION BY old.sweep ORDER BY arm != 'as_is', arm, old.policy != 'today',
    old.policy) - 1, old.policy, arm, run.organisation, '', '{}', run.levers, run.world
FROM (SELECT sweep, policy, arm,
      (SELECT min(run.id) FROM member AS other JOIN run ON run.key = other.key
       WHERE (other.sweep, other.policy, other.arm) = (member.sweep, member.policy, member.arm)) AS made
      FROM member GROUP BY sweep, policy, arm) AS old
LEFT JOIN run ON run.id = old.made;

INSERT INTO planned (sweep, point, replicate, key)
SELECT member.sweep, point.point, member.replicate, member.key
FROM member JOIN point ON (point.sweep, point.policy, point.arm) = (member.sweep, member.policy, member.arm);

DROP TABLE member;

ALTER TABLE planned RENAME TO member;

ALTER TABLE sweep ADD COLUMN name TEXT;

ALTER TABLE sweep ADD COLUMN command_line TEXT;

ALTER TABLE sweep ADD COLUMN design TEXT;

ALTER TABLE sweep ADD COLUMN content TEXT;

-- Which series and levels of detail a run has.
ALTER TABLE run ADD COLUMN kept TEXT;

WITH RECURSIVE name (measure) AS ( -- each once, without reading all series
    SELECT min(measure) FROM series
    UNION ALL SELECT (SELECT min(series.measure) FROM series WHERE series.measure > name.measure)
    FROM name WHERE name.measure IS NOT NULL)
UPDATE run SET kept = json_object(
    'levels', (SELECT json_group_array(level) FROM detail JOIN layout ON layout.id = layout WHERE run = run.id),
    'series', (SELECT json_group_array(name.measure) FROM name JOIN series
               ON series.measure = name.measure AND series.run = run.id))
WHERE status = 'ok';

-- What the rows' numbers add up to: see checksums.py, which fills them.
ALTER TABLE run ADD COLUMN checksum INTEGER;

ALTER TABLE series ADD COLUMN checksum INTEGER;

ALTER TABLE detail ADD COLUMN checksum INTEGER;

-- Nothing read it, and it took a fifth of the time of storing a run.
DROP INDEX run_by_setting;

CREATE INDEX sweep_by_design ON sweep (design);

-- Every run of every sweep with its measures over the last 52 weeks, for those who look with other tools.
CREATE VIEW sweep_outcome AS
SELECT member.sweep, member.point, point.policy, point.arm, point.world_name, member.replicate, member.key,
    run.status, outcome.*
FROM member JOIN point ON (point.sweep, point.point) = (member.sweep, member.point)
LEFT JOIN run ON run.key = member.key
LEFT JOIN outcome ON outcome.run = run.id AND outcome.period = 'last_year';
"""


CLAIM = """
-- The verdict of `silosim claims` on one claim: the rule, the effects and the conditions stand in the document.
CREATE TABLE claim (
    sweep INTEGER NOT NULL REFERENCES sweep (id), claim TEXT NOT NULL, file TEXT NOT NULL, ensemble TEXT NOT NULL,
    seed INTEGER NOT NULL, verdict TEXT NOT NULL, fragile INTEGER NOT NULL, document TEXT NOT NULL,
    rulebook TEXT NOT NULL, finished TEXT NOT NULL, PRIMARY KEY (sweep, claim)
) STRICT, WITHOUT ROWID;
"""


@MIGRATIONS(name="001_tables")
def tables(db: Database) -> None:
    """The tables of the first version."""
    _execute(db, TABLES)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


@MIGRATIONS(name="002_sweeps")
def sweeps(db: Database) -> None:
    """Sweeps have points, and a run may be kept in part."""
    _execute(db, SWEEPS)
    checksums.fill(db.conn)


@MIGRATIONS(name="003_claims")
def claims(db: Database) -> None:
    """Verdicts on the articles' claims."""
    _execute(db, CLAIM)


def _execute(db: Database, statements: str) -> None:
    """One by one, within the migration's transaction (`executescript` would end it)."""
    for statement in statements.split(";\n"):
        if statement.strip():
            db.execute(statement)


def known() -> list[str]:
    """Names of the migrations this program has, oldest first."""
    nothing = Database(memory=True)
    try:
        return [migration.name for migration in MIGRATIONS.pending(nothing)]
    finally:
        nothing.close()


def applied(db: Database) -> list[str]:
    """Names of the migrations the database has had, oldest first."""
    return [migration.name for migration in MIGRATIONS.applied(db)]


def check_version(db: Database, path: Path) -> None:
    """StoreError when the database is another program's, or was written by a later silosim."""
    if db.table_names() and db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreError(f"{path}: an SQLite database of another program; name another with --db")
    later = [name for name in applied(db) if name not in known()]
    if later:
        raise StoreError(f"{path}: written by a newer silosim (it has {later[-1]}, this one knows {known()[-1]}); "
                         "update silosim, or name another database with --db")


def migrate(db: Database, path: Path) -> Path | None:
    """Brings the database up to date; an existing one is first copied. Returns the copy's path, if any."""
    check_version(db, path)
    before = applied(db)
    if len(before) == len(known()):
        return None
    backup = _back_up(db, path, before[-1]) if before else None
    MIGRATIONS.apply(db)
    return backup


def _back_up(db: Database, path: Path, version: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    backup = path.with_name(f"{path.name}.before-{stamp}-{version}")
    copy = sqlite3.connect(backup)
    try:
        db.conn.backup(copy)
    finally:
        copy.close()
    return backup


def add_columns(db: Database, table: str, columns: dict[str, str]) -> list[str]:
    """Adds the columns (name -> SQL type) that `table` lacks; returns their names."""
    there = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
    missing = [name for name in columns if name not in there]
    for name in missing:
        db.execute(f'ALTER TABLE {table} ADD COLUMN "{name}" {columns[name]}')
    return missing
