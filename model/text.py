"""All text by key, in English and Dutch, and numbers the way each language writes them.

The words stand in `strings/en.toml` and `strings/nl.toml` and, for other parts of the program, in files whose
name ends in the language (`cli_en.toml`), nested by dots: the key `param.bonus.label` is the entry `label` under
`[param.bonus]`. The files are read once, when their language is first asked for.
Neither NumPy nor a formatting library is imported, so that listing things starts at once.
"""

from __future__ import annotations

import math
import re
import string
import tomllib
from functools import cache
from numbers import Integral, Real
from pathlib import Path

from silosim.model.parameters.registry import InvalidInput, nearest

LANGUAGES = ("en", "nl")
FOLDER = Path(__file__).parent / "strings"
_SWAP = str.maketrans(".,", ",.")


def text(key: str, lang: str = "en", **fields) -> str:
    """The text of `key` in `lang`, its {fields} filled in.

    A number in a field is written as the language writes it: `{grade:.1f}` gives 7.1 or 7,1 and `{part:share}`
    a percentage; a float without a format gets up to six significant digits.
    Raises KeyError for an unknown key (with the nearest one) or a field that was not given,
    InvalidInput for an unknown language.
    """
    strings = catalogue(lang)
    if key not in strings:
        near = nearest(key, strings)
        raise KeyError(f"no text {key!r}" + (f"; did you mean {near!r}?" if near else ""))
    try:
        return _Formatter(lang).format(strings[key], **fields)
    except KeyError as missing:
        raise KeyError(f"text {key!r} needs the field {missing}") from None


def number(value: float | None, fmt: str, lang: str = "en", signed: bool = False) -> str:
    """`value` as `lang` writes it: 1,234.5 in English and 1.234,5 in Dutch.

    fmt     a Python format ('.2f', ',.0f', '.0%'), or 'share': a fraction as a percentage with one decimal
    signed  with a + when positive (a value that rounds to zero has no sign)
    NaN and None give 'undefined' / 'onbepaald'.
    """
    spec = ".1%" if fmt == "share" else fmt
    undefined = text("number.undefined", lang)
    if value is None or math.isnan(value):
        return undefined
    plain = format(value, spec)
    if not re.search("[1-9a-z]", plain):
        plain = plain.lstrip("-+")
    elif signed and value > 0 and not plain.startswith("+"):
        plain = "+" + plain
    return plain if lang == "en" else plain.translate(_SWAP)


def difference(value: float | None, fmt: str, lang: str = "en") -> str:
    """A difference between two values with format `fmt`, always signed; of two shares in percentage points."""
    percentage = "share" if fmt == "share" else fmt if fmt.endswith("%") else ""
    if not percentage or value is None or math.isnan(value):
        return number(value, fmt, lang, signed=True)
    return number(value, percentage, lang, signed=True).rstrip("%") + " " + text("number.points", lang)


def slug(words: str) -> str:
    """The key of a unit in plain English: lower case, everything but letters and digits an underscore."""
    return re.sub("[^a-z0-9]+", "_", words.lower()).strip("_")


def unit(words: str, lang: str = "en") -> str:
    """The unit that a registry declares in English as `words`, in `lang`."""
    return text(f"unit.{slug(words)}", lang)


def group(name: str, lang: str = "en") -> str:
    """The heading of a group of parameters or measures."""
    return text(f"group.{name.replace(' ', '_')}", lang)


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Every text of a language by its dotted key. Raises InvalidInput for an unknown language."""
    if lang not in LANGUAGES:
        raise InvalidInput(f"unknown language {lang!r}; known: {', '.join(LANGUAGES)}")
    strings: dict[str, str] = {}
    for path in string_files(lang):
        strings.update(_flat(tomllib.loads(path.read_text(encoding="utf-8")), ""))
    return strings


def string_files(lang: str) -> list[Path]:
    """The files that together hold the texts of a language: no key stands in two of them."""
    return [FOLDER / f"{lang}.toml", *sorted(FOLDER.glob(f"*_{lang}.toml"))]


def _flat(table: dict, path: str):
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield path + name, value


class _Formatter(string.Formatter):
    """str.format, except that numbers follow the language."""

    def __init__(self, lang: str):
        self.lang = lang

    def format_field(self, value, spec: str) -> str:
        if isinstance(value, bool) or not isinstance(value, Real):
            return format(value, spec)
        if not spec and isinstance(value, Integral):
            return str(value)
        return number(value, spec or "g", self.lang)
