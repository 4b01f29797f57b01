"""The log that a model is held against, and its two periods: the one it is fitted on and the one it is tested on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from silosim.experiments.logs.assumptions import Notes
from silosim.experiments.logs.log import EventLog
from silosim.experiments.logs.mapping import Asks
from silosim.model.organisation_spec import OrganisationSpec
from silosim.model.parameters.registry import InvalidInput

FEWEST_CASES = 50
DAY = dt.timedelta(days=1)
GIVEN, HALVES, MAIN, AFTER, BEFORE = "given", "halves", "main", "after", "before"

Days = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Parts:
    """The cases opened in the fit period (None without one) and those to test on.

    how   how the periods came about: 'given'; 'halves' of the days in which the log saw all arrivals; 'main', all
          those days; 'after' the fit period or 'before' the test period, as far as those days go
    outside   cases of the log opened outside those days, that none of the periods has
    """

    fit: EventLog | None
    test: EventLog
    how: str
    outside: int


def period(words: str, option: str) -> Days:
    """(first day, last day) of 'YYYY-MM-DD:YYYY-MM-DD'. Raises InvalidInput."""
    first, colon, last = words.partition(":")
    try:
        days = dt.date.fromisoformat(first.strip()), dt.date.fromisoformat(last.strip())
    except ValueError:
        days = None
    if not colon or days is None or days[0] > days[1]:
        raise InvalidInput(f"{option} {words!r} must be two dates, first and last day: 2016-03-01:2016-04-30")
    return days


def periods(fit: str | None, test: str | None) -> tuple[Days | None, Days | None]:
    """The two periods that were asked for. Raises InvalidInput when they overlap."""
    first, second = (period(said, option) if said else None for said, option in ((fit, "--fit"), (test, "--test")))
    if first and second and not (first[1] < second[0] or second[1] < first[0]):
        raise InvalidInput(f"--fit {fit} and --test {test} overlap: what was fitted cannot be tested on itself")
    return first, second


def read(path: str, asks: Asks, notes: Notes, skip_bad: bool = False, keep_repeated: bool = False) -> EventLog:
    """The log of a file, read and cleaned as `silosim import-log` does it. Raises InvalidInput."""
    from silosim.experiments.logs.cleaning import cleaned
    from silosim.experiments.logs.importing import understood
    from silosim.experiments.logs.mapping import check_needed

    source, found = understood(path, asks, notes)
    check_needed(source, found)
    return cleaned(source, found, asks, notes, skip_bad=skip_bad, keep_repeated=keep_repeated).log


def parts(log: EventLog, fit: Days | None, test: Days | None, organisation: bool) -> Parts:
    """The cases of the periods that were asked for, and of what follows from the log where none was.

    organisation  whether one was given, so that none needs to be made of a fit period
    Raises InvalidInput when a period has no case.
    """
    from silosim.experiments.logs.period import main_period

    seen = main_period(log, None, None, Notes())
    first, last = seen.first.astype(object), seen.last.astype(object)
    opened = log.local(log.cases["opened"])
    how = GIVEN
    if fit is None and test is None and not organisation:
        if (last - first).days < 1:
            raise InvalidInput(f"the log saw all arrivals on one day only ({first}), which cannot be split into a "
                               "period to fit on and one to test on; give --organisation FILE, or --fit and --test")
        how, middle = HALVES, _middle(first, last)
        fit, test = (first, middle - DAY), (middle, last)
    elif fit is None and test is None:
        how, test = MAIN, (first, last)
    elif test is None:
        end = last if last > fit[1] else max(opened.max().date(), fit[1] + DAY)
        how, test = AFTER, (fit[1] + DAY, end)
    elif fit is None and not organisation:
        how, fit = BEFORE, (min(first, test[0] - DAY), test[0] - DAY)
    chosen = [log.cohort(*days) if days else None for days in (fit, test)]
    for found, option, days in zip(chosen, ("--fit", "--test"), (fit, test), strict=True):
        if found is not None and not len(found):
            asked = (f"after {fit[1]}" if option == "--test" and how == AFTER else
                     f"before {test[0]}" if option == "--fit" and how == BEFORE else f"from {days[0]} to {days[1]}")
            raise InvalidInput(f"{option}: no case was opened {asked}; the log has cases from {opened.min().date()} to "
                               f"{opened.max().date()}")
    return Parts(chosen[0], chosen[1], how, len(log) - len(log.cohort(first, last)))


def _middle(first: dt.date, last: dt.date) -> dt.date:
    """The first day of the second half: the nearest Monday where there are weeks enough."""
    middle = first + ((last - first).days + 1) // 2 * DAY
    if (last - first).days >= 27:
        middle += 3 * DAY
        middle -= middle.weekday() * DAY
    return max(middle, first + DAY)


def enough(log: EventLog, which: str) -> None:
    """Refuses a period with too few cases to say anything."""
    if len(log) < FEWEST_CASES:
        days = days_of(log)
        raise InvalidInput(f"the {which} period, {days['first']} to {days['last']}, has {len(log)} cases; at least "
                           f"{FEWEST_CASES} are needed (--fit and --test set the periods; with --organisation FILE no "
                           "period to fit on is needed)")


def organisation(given: str | None, fit: EventLog | None, path: str, notes: Notes) -> OrganisationSpec:
    """The organisation of a name or file; without one, made of the cases of the fit period and nothing else."""
    from silosim.model.organisation_file import load_organisation

    if given is not None or fit is None:
        return load_organisation(given)
    from silosim.experiments.logs.facts import facts_of
    from silosim.experiments.logs.organisation import Choices, build, organisation_name
    from silosim.experiments.logs.period import main_period

    enough(fit, "fit")
    seen = main_period(fit, None, None, notes)
    arrivals = facts_of(fit, fit, seen).arrivals_a_week
    name = organisation_name(Path(path).name.split(".")[0])
    return build(fit, fit, seen, arrivals, Choices(name), notes).spec


def days_of(log: EventLog) -> dict:
    """Cases of a period and the days on which the first and the last were opened."""
    opened = log.local(log.cases["opened"])
    return {"cases": len(log), "first": str(opened.min().date()), "last": str(opened.max().date())}
