"""What no known heading tells: columns recognised by a word in their heading, together with what they hold.

Every system names things its own way ('Ticket group', 'Update - Timestamp', 'Datum laatste wijziging'). A word alone
is weak evidence, so the values must agree: times look like times, cases come back on many rows, and the time of an
event differs within a case. A guess of this kind is always told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from silosim.experiments.logs import dates
from silosim.experiments.logs.guesses import is_nothing, plain

LOOKED_AT = 400  # values of a column that are tried as times
TIMES_AT_LEAST = 0.9
VARIES = 1.2  # different times per case, from which a column has the times of events
ROWS_PER_CASE = 50  # a column with fewer different values than that is no number of cases


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TEAM = _set("team group queue department squad unit tribe desk groep wachtrij afdeling gruppe abteilung")
_TEAM_ENDS = ("groep", "group", "team", "gruppe", "afdeling", "abteilung", "queue")
_PERSON = _set("assignee agent user resource employee technician engineer analyst handler medewerker behandelaar "
               "operator bearbeiter mitarbeiter")
_CASE = _set("case ticket incident issue request call melding zaak aanvraag dossier order notification claim complaint "
             "klacht vorgang sr")
_NUMBER = _set("id number nummer nr no key")
_EVENT = _set("event eventtime timestamp stamp update updated change changed modified edit edited history log "
              "transition wijziging gewijzigd mutatie tijdstip zeitpunkt geandert")
_OTHER_TIME = _set("due plan planned target streef open opened created creation resolved closed closure birth end "
                   "finished deadline reopen")
_OTHERS = _set("customer caller requester requested melder aanmelder klant kunde kunden reporter submitter country "
               "land type category count aantal previous old from end parent prior number")


def is_time(value: str) -> bool:
    """Whether a value can be read as a time, whichever of day and month comes first."""
    value = value.strip()
    return dates.EPOCH.fullmatch(value) is None and any(dates.readable(value, order) for order in ("dmy", "mdy"))


def holds_times(values: Sequence[str], epochs: bool = True) -> bool:
    """Whether nearly all of the first different values that say something are times; True when none says anything."""
    said = [v for v in dict.fromkeys(values) if not is_nothing(v)][:LOOKED_AT]
    times = sum(is_time(v) or (epochs and dates.EPOCH.fullmatch(v.strip()) is not None) for v in said)
    return times >= TIMES_AT_LEAST * len(said)


def guess_by_words(columns: Sequence[str], sample: Mapping[str, Sequence[str]], found: Mapping[str, str],
                   left_out: set[str]) -> dict[str, str]:
    """Field -> column for those of case, team, person and time that are not in `found` or `left_out`."""
    guessed: dict[str, str] = {}

    def free() -> list[str]:
        used = {*found.values(), *guessed.values()}
        return [column for column in columns if column not in used and _different(sample[column])]

    def best(field: str, score: Callable[[str], float]) -> None:
        if field in found or field in left_out:
            return
        scores = {column: score(column) for column in free()}
        column = max(scores, key=scores.__getitem__, default=None)
        if column is not None and scores[column] > 0:
            guessed[field] = column

    best("case", lambda column: _case(column, sample[column]))
    cases = sample.get(found.get("case", guessed.get("case", "")))
    best("time", lambda column: _time(column, sample[column], cases))
    best("team", lambda column: _words(column, _TEAM, _TEAM_ENDS) * (not holds_times(sample[column])))
    best("person", lambda column: _words(column, _PERSON, ()) * (not holds_times(sample[column])))
    return guessed


def _different(values: Sequence[str]) -> bool:
    """Whether a column says two things or more; of a short sample one will do."""
    return len({v for v in values if not is_nothing(v)}) > (len(values) >= ROWS_PER_CASE)


def _words(column: str, wanted: frozenset, ends: tuple[str, ...]) -> float:
    """How much a heading speaks of what is wanted: 0 for one that speaks of somebody else, or of something about it."""
    words = plain(column).split("_")
    if _OTHERS & set(words) or words[-1] in _NUMBER:
        return 0.0
    says = [word for word in words if word in wanted or (ends and word.endswith(ends))]
    return (1 + 0.5 / len(words)) if says else 0.0


def _case(column: str, values: Sequence[str]) -> float:
    words = set(plain(column).split("_"))
    different = len({v for v in values if not is_nothing(v)})
    if different < 2 or different * ROWS_PER_CASE < len(values) or not words & _NUMBER:
        return 0.0
    return (2.0 if words & _CASE else 1.0) * (different < len(values) or bool(words & _CASE))


def _time(column: str, values: Sequence[str], cases: Sequence[str] | None) -> float:
    if not holds_times(values, epochs=False):
        return 0.0
    words = set(plain(column).split("_"))
    varies = cases is not None and len(set(zip(cases, values, strict=True))) >= VARIES * len(set(cases))
    return 2.0 * varies + bool(words & _EVENT) - 0.5 * bool(words & _OTHER_TIME)
