"""From a file to a log, its numbers and an organisation, with everything that was assumed: the way in for others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.cleaning import Cleaned, cleaned
from silosim.experiments.logs.facts import Facts, facts_of
from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.mapping import Asks, check, check_needed, map_columns
from silosim.experiments.logs.organisation import Built, Choices, build
from silosim.experiments.logs.period import Period, look_for_bias, main_period
from silosim.experiments.logs.reading import Source, look_at


@dataclass(frozen=True)
class Imported:
    """A log that was read: the file, its columns, the log, the cohort of its main period, numbers and remarks."""

    source: Source
    mapping: dict[str, str]
    cleaned: Cleaned
    cohort: EventLog
    period: Period
    facts: Facts
    notes: Notes

    @property
    def log(self) -> EventLog:
        """All of the log."""
        return self.cleaned.log

    def organisation(self, choices: Choices) -> Built:
        """The organisation that the log shows. Raises InvalidInput when none can be made with these choices."""
        return build(self.log, self.cohort, self.period, self.facts.arrivals_a_week, choices, self.notes)


def understood(path: str | Path, asks: Asks, notes: Notes) -> tuple[Source, dict[str, str]]:
    """The file and field -> column, as far as it is known. Raises InvalidInput when the file cannot be read."""
    check(asks)
    source = look_at(path, notes, asks.encoding, asks.delimiter)
    return source, map_columns(source, asks, notes)


def read_log(source: Source, mapping: dict[str, str], asks: Asks, notes: Notes, *, first: str | None = None,
             last: str | None = None, skip_bad: bool = False, keep_repeated: bool = False) -> Imported:
    """Reads everything and computes the numbers of its main period, or of the days `first` to `last`.

    Raises InvalidInput, with one line, when there is no case, time or team in it.
    """
    check_needed(source, mapping)
    found = cleaned(source, mapping, asks, notes, skip_bad=skip_bad, keep_repeated=keep_repeated)
    period = main_period(found.log, first, last, notes)
    cohort = found.log.cohort(period.first, period.last)
    look_for_bias(found.log, cohort, notes)
    return Imported(source, mapping, found, cohort, period, facts_of(found.log, cohort, period), notes)


def import_log(path: str | Path, asks: Asks | None = None, **options) -> Imported:
    """Reads a CSV or XES log, packed or not, guessing what `asks` does not say; options as of `read_log`."""
    asks, notes = asks or Asks(), Notes()
    source, mapping = understood(path, asks, notes)
    return read_log(source, mapping, asks, notes, **options)
