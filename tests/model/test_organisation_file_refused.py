"""Organisation files that cannot be used: each kind gives one line naming the file, the place and what is valid."""

from __future__ import annotations

import os

import pytest

from silosim.model.organisation_file import bundled_path, load_organisation, parse_organisation
from silosim.model.parameters import InvalidInput

GOOD = """\
name = "desk"
en = "Desk"
arrivals = 20
patience = 10
customers = 500
[[team]]
name = "front"
headcount = 3
meets_customer = true
[[team]]
name = "back"
headcount = 2
[[journey]]
name = "question"
share = 0.6
stages = [{ team = "front", hours = 1.5 }, { team = "back", hours = 1 }]
[[journey]]
name = "complaint"
share = 0.4
stages = [{ team = "front", hours = 2 }]
"""

# What is changed in the good file, into what, and words of the message that must follow the file's name.
CHANGED = {
    "unknown key": ('en = "Desk"', 'labell = "x"', "unknown key 'labell'"),
    "misspelt key": ("patience", "patiense", "did you mean 'patience'?"),
    "misspelt team key": ("headcount = 3", "headcont = 3", "team 1 (front): unknown key 'headcont'; did you mean"),
    "misspelt journey key": ("share = 0.6", "shares = 0.6", "journey 1 (question): unknown key 'shares'; did you mean"),
    "misspelt stage key": ("hours = 2 ", "hour = 2 ", "journey 2 (complaint): stage 1: unknown key 'hour'; did"),
    "key with a line break": ("patience", '"pa\\ntience"', "unknown key 'pa\\ntience'; did you mean 'patience'?"),
    "no name": ('name = "desk"', "", "name is missing"),
    "empty name": ('name = "desk"', 'name = ""', "name = '' must be 1 to 40 small letters"),
    "name with capitals": ('name = "front"', 'name = "Front"', "team 1: name = 'Front' must be"),
    "name with a space": ('name = "question"', 'name = "a question"', "journey 1: name = 'a question' must be"),
    "name too long": ('name = "desk"', f'name = "{"x" * 41}"', "must be 1 to 40 small letters"),
    "number as name": ('name = "desk"', "name = 5", "name = 5 must be"),
    "team without name": ('name = "back"', "", "team 2: name is missing"),
    "label of another type": ('en = "Desk"', "en = 5", "en = 5 must be a text of 1 to 80 characters"),
    "empty label": ('en = "Desk"', 'en = "  "', "en = '  ' must be a text"),
    "label too long": ('en = "Desk"', f'en = "{"x" * 81}"', "must be a text of 1 to 80 characters"),
    "label with an escape code": ('en = "Desk"', 'en = "a\\u001b[31m"', "must be one line without control characters"),
    "label of two lines": ('en = "Desk"', 'en = "a\\nb"', "en = 'a\\nb' must be one line"),
    "label with a line separator": ('en = "Desk"', 'en = "a\\u2028b"', "must be one line"),
    "label that reverses text": ('en = "Desk"', 'en = "a\\u202eb"', "must be one line"),
    "no demand": ("arrivals = 20", "", "give arrivals (cases a week) or load (a share of the paid hours); neither"),
    "demand twice": ("arrivals = 20", "arrivals = 20\nload = 0.5", "give arrivals (cases a week) or load"),
    "negative arrivals": ("arrivals = 20", "arrivals = -20", "arrivals = -20 must be a number from 0 to 1e+06"),
    "arrivals not a number": ("arrivals = 20", "arrivals = nan", "arrivals = nan must be a number from 0 to"),
    "infinite arrivals": ("arrivals = 20", "arrivals = inf", "arrivals = inf must be a number"),
    "arrivals in quotes": ("arrivals = 20", 'arrivals = "20"', "arrivals = '20' must be a number"),
    "true arrivals": ("arrivals = 20", "arrivals = true", "arrivals = True must be a number"),
    "more arrivals than people": ("arrivals = 20", "arrivals = 2000", "at most 2 times, that is 173.913 a week"),
    "negative load": ("arrivals = 20", "load = -0.1", "load = -0.1 must be a number from 0 to 2"),
    "load in percent": ("arrivals = 20", "load = 56", "load = 56 must be a number from 0 to 2"),
    "no patience": ("patience = 10", "patience = 0", "patience = 0 must be a number from 0.5 to 250"),
    "patience of a date": ("patience = 10", "patience = 2024-01-01", "patience = datetime.date(2024, 1, 1) must be"),
    "no customers": ("customers = 500", "customers = 0", "customers = 0 must be a whole number from 1 to 100000"),
    "half a customer": ("customers = 500", "customers = 0.5", "customers = 0.5 must be a whole number"),
    "negative headcount": ("headcount = 3", "headcount = -3", "team 1 (front): headcount = -3 must be a whole number"),
    "empty team": ("headcount = 3", "headcount = 0", "headcount = 0 must be a whole number from 1 to 4096"),
    "half a person": ("headcount = 3", "headcount = 2.5", "headcount = 2.5 must be a whole number from 1 to 4096"),
    "headcount not a number": ("headcount = 3", "headcount = nan", "headcount = nan must be a whole number"),
    "infinite headcount": ("headcount = 3", "headcount = inf", "headcount = inf must be a whole number"),
    "true headcount": ("headcount = 3", "headcount = true", "headcount = True must be a whole number"),
    "headcount of 30 digits": ("headcount = 3", f"headcount = {'9' * 30}", "must be a whole number from 1 to 4096"),
    "headcount of 5,000 digits": ("headcount = 3", f"headcount = {'9' * 5000}", "not valid TOML"),
    "headcount of 9,000 hex digits": ("headcount = 3", f"headcount = 0x{'f' * 9000}", "a number of thousands of"),
    "no headcount": ("headcount = 2", "", "team 2 (back): headcount is missing"),
    "too many people": ("headcount = 3", "headcount = 4095", "the teams have 4097 people together; at most 4096"),
    "meets_customer as text": ("= true", '= "yes"', "team 1 (front): meets_customer = 'yes' must be true or false"),
    "team twice": ('name = "back"', 'name = "front"', "team 2 has the name of team 1, 'front'"),
    "journey twice": ('name = "complaint"', 'name = "question"', "journey 2 has the name of journey 1"),
    "team without work": ('"back", hours', '"front", hours', "team 'back' does no stage of any journey"),
    "shares below 1": ("share = 0.4", "share = 0.3", "the shares of the journeys add up to 0.9; they must add up to 1"),
    "shares in percent": ("share = 0.4", "share = 40", "share = 40 must be a number from 0 to 1"),
    "share of nobody": ("share = 0.4", "share = 0", "share = 0 means that nobody comes for it; leave the journey out"),
    "negative share": ("share = 0.4", "share = -0.4", "share = -0.4 must be a number from 0 to 1"),
    "share not a number": ("share = 0.4", "share = nan", "share = nan must be a number"),
    "no share": ("share = 0.4", "", "journey 2 (complaint): share is missing"),
    "no stages": ("stages = [{ team = \"front\", hours = 2 }]", "", "journey 2 (complaint): stages is missing; write"),
    "empty stages": ('[{ team = "front", hours = 2 }]', "[]", "0 stages; there must be from 1 to 8"),
    "nine stages": ('{ team = "front", hours = 2 }', ", ".join(['{ team = "front", hours = 2 }'] * 9), "9 stages;"),
    "stages as text": ('[{ team = "front", hours = 2 }]', '"front"', "stages must be a list of tables; write"),
    "stages as names": ('[{ team = "front", hours = 2 }]', '["front"]', "stages must be a list of tables"),
    "unknown team in a journey": ('"back", hours', '"bck", hours', "stage 2: unknown team 'bck'; did you mean"),
    "team by number": ('team = "back"', "team = 2", "stage 2: team = 2 must be the name of a team, in quotes"),
    "stage without team": ('team = "back", ', "", "journey 1 (question): stage 2: team is missing"),
    "stage without hours": (', hours = 1.5', "", "journey 1 (question): stage 1: hours is missing"),
    "no hours": ("hours = 1.5", "hours = 0", "stage 1: hours = 0 must be a number from 0.01 to 200"),
    "negative hours": ("hours = 1.5", "hours = -1.5", "stage 1: hours = -1.5 must be a number from 0.01 to 200"),
    "endless hours": ("hours = 1.5", "hours = inf", "stage 1: hours = inf must be a number from 0.01 to 200"),
    "hours in minutes": ("hours = 1.5", "hours = 900", "stage 1: hours = 900 must be a number from 0.01 to 200"),
    "hours as clock time": ("hours = 1.5", "hours = 01:30:00", "hours = datetime.time(1, 30) must be a number"),
    "key twice": ("patience = 10", "patience = 10\npatience = 5", "not valid TOML"),
    "quote not closed": ('en = "Desk"', 'en = "Desk', "not valid TOML: Illegal character '\\n' (at line 2"),
    "not TOML": (GOOD, "hello, this is a letter", "not valid TOML"),
    "JSON": (GOOD, '{"name": "desk"}', "not valid TOML"),
    "no teams": (GOOD, 'name = "desk"\narrivals = 1', "team is missing; write [[team]]"),
    "no journeys": (GOOD[GOOD.index("[[journey]]"):], "", "journey is missing; write [[journey]]"),
    "team as one table": (GOOD, 'name = "desk"\n[team]\nname = "a"', "team must be a list of tables; write"),
    "empty list of teams": (GOOD, 'name = "desk"\nteam = []', "0 teams; there must be from 1 to 64"),
    "65 teams": (GOOD, 'name = "desk"\n' + '[[team]]\nname = "a"\n' * 65, "65 teams; there must be from 1 to 64"),
    "65 journeys": ("share = 0.4", "share = 0.4\nstages = []\n" + '[[journey]]\nname = "a"\n' * 63, "65 journeys;"),
}  # fmt: skip

CONTENTS = {
    "empty file": (b"", "the file is empty; it must give name, arrivals or load, [[team]] and [[journey]]"),
    "only comments": (b"# later\n\n", "the file is empty"),
    "binary file": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is a binary file"),
    "zeros": (b"\0" * 100, "is a binary file"),
    "UTF-16": (GOOD.encode("utf-16"), "the text is saved as UTF-16; save it as UTF-8"),
    "Latin-1": (GOOD.replace("Desk", "Dé").encode("latin-1"), "line 2 is not UTF-8 text; save the file as UTF-8"),
    "control character": (GOOD.replace("Desk", "De\bsk").encode(), "not valid TOML"),
    "too large": (GOOD.encode() + b"#" * 1_000_000, "larger than 1,000,000 bytes"),
    "nested without end": (b"team = " + b"[" * 100_000, "not valid TOML: nested too deeply"),
}


def refusal(name_or_path) -> str:
    """The message with which an organisation is refused: always one line that names what was given."""
    with pytest.raises(InvalidInput) as caught:
        load_organisation(name_or_path)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert len(message) < 600
    return message


def test_the_file_that_the_others_are_made_from_is_good(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(GOOD, encoding="utf-8")
    assert load_organisation(file).headcount == 5


@pytest.mark.parametrize("kind", CHANGED)
def test_one_thing_wrong_in_a_good_file(kind, tmp_path):
    old, new, words = CHANGED[kind]
    assert GOOD.count(old) >= 1
    file = tmp_path / "mine.toml"
    file.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    message = refusal(file)
    assert message.startswith(f"{file}: ")
    assert words in message


@pytest.mark.parametrize("kind", CONTENTS)
def test_contents_that_are_no_organisation(kind, tmp_path):
    raw, words = CONTENTS[kind]
    file = tmp_path / "mine.toml"
    file.write_bytes(raw)
    message = refusal(file)
    assert message.startswith(f"{file}: ")
    assert words in message


def test_a_file_that_is_not_there(tmp_path):
    message = refusal(tmp_path / "none.toml")
    assert message.startswith(f"{tmp_path / 'none.toml'}: no such file; give the path of a .toml file or one of ")


def test_a_folder(tmp_path):
    assert refusal(tmp_path) == f"{tmp_path}: is a folder; give the path of a .toml file"


def test_a_path_through_a_file():
    assert "cannot be read: Not a directory" in refusal(bundled_path("insurer") / "mine.toml")


def test_a_path_of_endless_length(tmp_path):
    assert "cannot be read: File name too long" in refusal(tmp_path / ("x" * 300))


def test_a_path_with_a_null_character():
    assert "cannot be read" in refusal("./mine\0.toml")


def test_a_path_with_a_line_break(tmp_path):
    assert "ne\\n.toml: no such file" in refusal(tmp_path / "ne\n.toml")


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    assert "is not a regular file" in refusal(tmp_path / "pipe.toml")


def test_a_device_is_refused():
    assert "is not a regular file" in refusal("/dev/null")


@pytest.mark.parametrize("name", ["insuror", "insurer ", "Insurer", "nothing-like-it", "", "é"])
def test_a_name_that_does_not_exist(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = refusal(name)
    assert "insurer" in message
    assert repr(name) in message or name in message


@pytest.mark.parametrize("value", [None, 5, b"insurer", ["insurer"], True])
def test_something_that_is_neither_name_nor_path(value):
    assert refusal(value) == f"organisation {value!r} must be a name or the path of a .toml file"


def test_plain_values_are_refused_by_the_place_the_caller_gives():
    with pytest.raises(InvalidInput, match=r"^stored run 12: name is missing$"):
        parse_organisation({}, "stored run 12")


def test_an_unknown_bundled_name_has_no_path():
    with pytest.raises(InvalidInput, match="did you mean 'clinic'"):
        bundled_path("clinc")
