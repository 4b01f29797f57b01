"""The two string files: complete, in step with each other, and numbers as each language writes them."""

import math
import re
import string
import subprocess
import sys
import tomllib

import numpy as np
import pytest

from silosim.model import text as text_module
from silosim.model.measures.declared import BETTER, MEASURES
from silosim.model.parameters import DIALS, PARAMETERS, InvalidInput
from silosim.model.parameters.registry import EVIDENCE, ROLES
from silosim.model.policies import load_policies
from silosim.model.text import LANGUAGES, catalogue, difference, group, number, slug, string_files, text, unit

# Words that are the same in both languages, by decision and not because somebody forgot to translate.
SAME_IN_BOTH = {
    "{name}", "{n:,.1f} MB", "{n:,.1f} GB", "{runs:,d} runs",
    "{measure:inline} ({change})", "{policy} ({change})", "{policy}.",  # of the report
    "team", "NPS", "Platform", "KPI / plan", "1-10", "-100..100", "1-7", "0-1",
    "Team", "Teams", "Week", "Runs", "p10 … p90", "pp", "{low} … {high}", "{rate:,.0f} runs/s",
    "{x}%", "{x}", "Scenario", "Link", "A", "week", "{now} (was {today})", "{week} · {intact}", "week 0",
}
THINGS = [
    *(f"param.{name}" for name in PARAMETERS),
    *(f"measure.{name}" for name in MEASURES),
    *(f"policy.{name}" for name in load_policies()),
    *(f"dial.{name}" for name in DIALS),
    *(f"role.{role}" for role in ROLES),
    *(f"evidence.{grade}" for grade in EVIDENCE),
]
UNITS = dict.fromkeys(x.unit for registry in (PARAMETERS, MEASURES, DIALS) for x in registry.values())


def registered_keys() -> set[str]:
    """Every key that follows from something declared in a registry."""
    keys = {f"{thing}.{kind}" for thing in THINGS for kind in ("label", "help")}
    keys |= {f"param.{p.name}.choice.{choice}" for p in PARAMETERS.values() for choice in p.choices}
    keys |= {f"dial.{d.name}.{part}" for d in DIALS.values() for part in d.parts}
    keys |= {f"group.{x.group.replace(' ', '_')}" for x in [*PARAMETERS.values(), *MEASURES.values()]}
    keys |= {f"better.{way}" for way in BETTER}
    keys |= {f"level.{level}" for m in MEASURES.values() for level in m.levels}
    return keys | {f"unit.{slug(words)}" for words in UNITS}


def flat(table: dict, path: str) -> list[str]:
    return [key for name, value in table.items()
            for key in (flat(value, f"{path}{name}.") if isinstance(value, dict) else [path + name])]


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_registered_has_its_text(lang):
    missing = sorted(registered_keys() - set(catalogue(lang)))
    assert not missing, f"add to model/strings/{lang}.toml: {', '.join(missing)}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_left_of_something_that_no_longer_exists(lang):
    kinds = ("param.", "measure.", "policy.", "dial.", "role.", "evidence.", "group.", "better.", "level.", "unit.")
    stale = sorted(k for k in catalogue(lang) if k.startswith(kinds) and k not in registered_keys())
    assert not stale, f"remove from model/strings/{lang}.toml: {', '.join(stale)}"


def test_both_languages_have_the_same_keys():
    en, nl = set(catalogue("en")), set(catalogue("nl"))
    assert not en - nl, f"missing in nl.toml: {', '.join(sorted(en - nl))}"
    assert not nl - en, f"missing in en.toml: {', '.join(sorted(nl - en))}"


def test_both_languages_fill_in_the_same_fields():
    en, nl = catalogue("en"), catalogue("nl")
    assert not [key for key in en if fields(en[key]) != fields(nl[key])]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_are_text_on_one_line_and_not_empty(lang):
    for key, words in catalogue(lang).items():
        assert isinstance(words, str), key
        assert words, key
        if not key.startswith(("cli.", "check.")):
            assert words == " ".join(words.split()), f"{key}: white space"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_is_a_sentence_or_two(lang):
    for thing in THINGS:
        words = text(f"{thing}.help", lang)
        assert words[0].isupper() or words[0].isdigit(), thing
        assert words.endswith("."), thing
        assert 20 <= len(words) <= 220, f"{thing}: {len(words)} characters"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_labels_fit_a_table(lang):
    long = [f"{thing} ({lang})" for thing in THINGS if len(text(f"{thing}.label", lang)) > 42]
    assert not long


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["param", "measure", "policy"])
def test_labels_of_one_kind_differ(lang, kind):
    labels = [text(f"{thing}.label", lang) for thing in THINGS if thing.startswith(f"{kind}.")]
    assert len(set(labels)) == len(labels), sorted(x for x in labels if labels.count(x) > 1)


def test_dutch_is_not_english_left_standing():
    en, nl = catalogue("en"), catalogue("nl")
    same = sorted(key for key in en if en[key] == nl[key] and en[key] not in SAME_IN_BOTH)
    assert not same, f"the same in both languages: {', '.join(same)}"


def test_dutch_helps_hold_no_english_words():
    english = re.compile(r"\b(the|of the|and|is a|how|share|with|from|each|handoff|target|backlog|feedback)\b")
    held = [k for k, words in catalogue("nl").items() if k.endswith((".help", ".label")) and english.search(words)]
    assert not held


def test_dutch_addresses_people_informally():
    assert not [k for k, words in catalogue("nl").items() if re.search(r"\b(u|uw|Uw)\b", words)]


def test_english_units_are_what_the_registries_declare():
    assert {words: unit(words, "en") for words in UNITS} == {words: words for words in UNITS}


def test_units_have_different_keys():
    assert len({slug(words) for words in UNITS}) == len(UNITS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_is_stated_twice(lang):
    """Not within a file, which TOML itself refuses, and not in two files."""
    stated = [key for path in string_files(lang) for key in flat(tomllib.loads(path.read_text(encoding="utf-8")), "")]
    assert sorted(stated) == sorted(catalogue(lang))


def test_both_languages_have_the_same_files():
    en, nl = ([path.name.replace(lang, "") for path in string_files(lang)] for lang in LANGUAGES)
    assert en == nl
    assert len(en) > 1


def test_group_heading():
    assert group("rules and room", "nl") == "Regels en speelruimte"
    assert group("KPI") == "KPI and capacity"


# ---------------------------------------------------------------- looking things up


def test_an_unknown_key_names_the_nearest():
    with pytest.raises(KeyError, match=r"param\.bonus\.label"):
        text("param.bonsu.label")


def test_an_unknown_language_is_bad_input():
    with pytest.raises(InvalidInput, match="unknown language 'fr'; known: en, nl"):
        text("param.bonus.label", "fr")


@pytest.fixture
def two_strings(monkeypatch):
    """A catalogue with one text that takes fields."""
    words = {
        "en": {"headline": "{part:share} green, grade {grade:.1f}, {people} people, {name}", "number.undefined": "?"},
        "nl": {"headline": "{part:share} groen, cijfer {grade:.1f}, {people} mensen, {name}", "number.undefined": "?"},
    }
    monkeypatch.setattr(text_module, "catalogue", words.__getitem__)


def test_fields_are_written_as_the_language_does(two_strings):
    given = {"part": 0.944, "grade": 6.84, "people": 1200, "name": "a.b,c"}
    assert text("headline", "en", **given) == "94.4% green, grade 6.8, 1200 people, a.b,c"
    assert text("headline", "nl", **given) == "94,4% groen, cijfer 6,8, 1200 mensen, a.b,c"


def test_numpy_numbers_are_numbers(two_strings):
    given = {"part": np.float32(0.5), "grade": np.float64(6.84), "people": np.int64(1200), "name": "x"}
    assert text("headline", "nl", **given) == "50,0% groen, cijfer 6,8, 1200 mensen, x"


def test_an_undefined_field_says_so(two_strings):
    assert text("headline", "en", part=math.nan, grade=7.0, people=1, name="") == "? green, grade 7.0, 1 people, "


def test_a_field_that_is_not_given_is_named(two_strings):
    with pytest.raises(KeyError, match="needs the field 'grade'"):
        text("headline", "nl", part=0.1)


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("value", "fmt", "english", "dutch"),
    [
        (7.02, ".2f", "7.02", "7,02"),
        (-0.5, ".1f", "-0.5", "-0,5"),
        (1234567.8, ",.1f", "1,234,567.8", "1.234.567,8"),
        (1234.4, ",.0f", "1,234", "1.234"),
        (1234.4, ".0f", "1234", "1234"),
        (0.1234, "share", "12.3%", "12,3%"),
        (0.1234, ".0%", "12%", "12%"),
        (1.0, "share", "100.0%", "100,0%"),
        (3, ",d", "3", "3"),
        (12000, ",d", "12,000", "12.000"),
        (0.0, ".2f", "0.00", "0,00"),
        (-0.001, ".2f", "0.00", "0,00"),
        (-0.0001, "share", "0.0%", "0,0%"),
        (math.nan, ".2f", "undefined", "onbepaald"),
        (math.nan, "share", "undefined", "onbepaald"),
        (None, ",.0f", "undefined", "onbepaald"),
    ],
)
def test_numbers(value, fmt, english, dutch):
    assert number(value, fmt, "en") == english
    assert number(value, fmt, "nl") == dutch


@pytest.mark.parametrize(
    ("value", "fmt", "english", "dutch"),
    [
        (0.25, ".2f", "+0.25", "+0,25"),
        (-0.25, ".2f", "-0.25", "-0,25"),
        (0.001, ".2f", "0.00", "0,00"),
        (-0.001, ".2f", "0.00", "0,00"),
        (0.0, ".2f", "0.00", "0,00"),
        (1500.0, ",.0f", "+1,500", "+1.500"),
        (0.0234, "share", "+2.3 pp", "+2,3 procentpunt"),
        (-0.0234, ".0%", "-2 pp", "-2 procentpunt"),
        (math.nan, "share", "undefined", "onbepaald"),
        (None, ".2f", "undefined", "onbepaald"),
    ],
)
def test_differences_are_signed(value, fmt, english, dutch):
    assert difference(value, fmt, "en") == english
    assert difference(value, fmt, "nl") == dutch


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda m: m.name)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_measure_can_be_written(measure, lang):
    for value in (0.0, 0.5, -3.25, 12345.678):
        assert re.fullmatch(r"-?[\d.,]+%?", number(value, measure.format, lang))


def test_text_imports_nothing_heavy():
    code = (
        "import sys, silosim.model.text, silosim.model.policies; silosim.model.text.text('param.bonus.label', 'nl');"
        "print(sorted({'numpy', 'numba', 'pandas', 'mesa', 'matplotlib', 'rich', 'typer'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
