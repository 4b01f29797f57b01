"""What an import found, took for granted and doubts: kept as keys and numbers, told in words at the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from silosim.model.text import text

FOUND, ASSUMED, DOUBT = "found", "assumed", "doubt"
LEVELS = (DOUBT, ASSUMED, FOUND)


@dataclass(frozen=True)
class Note:
    """One remark: its level, the key of its text under `logs.note`, and what the text names."""

    level: str
    key: str
    fields: dict

    def words(self, lang: str) -> str:
        """The remark in a language. Names in it are as the log has them: escape them where it is shown."""
        return text(f"logs.note.{self.key}", lang, **self.fields)


@dataclass
class Notes:
    """The remarks of one import, in the order they were made; the same one is made once."""

    made: list[Note] = field(default_factory=list)

    def found(self, key: str, **fields) -> None:
        """What the data say."""
        self._add(FOUND, key, fields)

    def assumed(self, key: str, **fields) -> None:
        """What was taken for granted."""
        self._add(ASSUMED, key, fields)

    def doubt(self, key: str, **fields) -> None:
        """What may well be wrong, or what the data cannot tell."""
        self._add(DOUBT, key, fields)

    def of(self, level: str) -> list[Note]:
        """The remarks of one level."""
        return [note for note in self.made if note.level == level]

    def _add(self, level: str, key: str, fields: dict) -> None:
        note = Note(level, key, fields)
        if note not in self.made:
            self.made.append(note)


def listed(names, most: int = 8) -> str:
    """Some names for a sentence, and how many more there are."""
    names = [str(name) for name in names]
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} … (+{len(names) - most})"
