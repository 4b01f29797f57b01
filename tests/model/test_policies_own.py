"""A user's own policy file is read as it is meant; a bad one gives one clear line."""

import pytest

from silosim.model.parameters import InvalidInput
from silosim.model.policies import LARGEST_FILE, load_policy


def write(path, content):
    path.write_text(content, encoding="utf-8")
    return path


def test_a_users_file(tmp_path):
    path = write(
        tmp_path / "ours.toml",
        """
        label = { en = "Our plan", nl = "Ons plan" }
        help = "Both languages get this."
        [levers]
        bonus = 1
        kpi = "first_closures"
        okr_count = 2
        [[switch]]
        week = 52
        levers = { bonus = 0.7 }
        [[switch]]
        week = 26
        [switch.levers]
        customer_time = 0.2
        """,
    )
    policy = load_policy(path)
    assert policy == load_policy(str(path))
    assert policy.name == "ours"
    assert policy.levers == {"bonus": 1.0, "kpi": "first_closures", "okr_count": 2}
    assert policy.switches == ((26, {"customer_time": 0.2}), (52, {"bonus": 0.7}))
    assert policy.label("nl") == "Ons plan"
    assert policy.help("en") == policy.help("nl") == "Both languages get this."


def test_a_users_file_without_words_goes_by_its_name(tmp_path):
    policy = load_policy(write(tmp_path / "today.toml", "[levers]\nbonus = 0.1\n"))
    assert policy.label("nl") == "today"
    assert policy.help() == ""
    assert not policy.bundled


def test_a_file_is_found_by_a_bare_name_in_this_folder(tmp_path, monkeypatch):
    write(tmp_path / "plan", "[levers]\nbonus = 0.1\n")
    monkeypatch.chdir(tmp_path)
    assert load_policy("plan").levers == {"bonus": 0.1}


BAD = {
    "empty file": ("", "has no [levers] table"),
    "no levers": ('label = "x"', "has no [levers] table"),
    "broken TOML": ("[levers\nbonus = 1", "is not valid TOML"),
    "a key twice": ("[levers]\nbonus = 1\nbonus = 2", "is not valid TOML"),
    "a number of 6000 digits": ("[levers]\nbonus = " + "9" * 6000, "is not valid TOML"),
    "nested beyond measure": ("x = " + "[" * 5000, "is not valid TOML"),
    "unknown key": ("[lever]\nbonus = 1", "unknown key 'lever'; did you mean 'levers'?"),
    "unknown key, nothing near": ("zzz = 1\n[levers]", "unknown key 'zzz'; known: default_order, label"),
    "levers is a number": ("levers = 3", "must be a table"),
    "levers is a list": ("[[levers]]\nbonus = 1", "must be a table"),
    "unknown lever": ("[levers]\nbonsu = 1", "unknown lever 'bonsu'; did you mean 'bonus'?"),
    "lever above its range": ("[levers]\nbonus = 9", "bonus = 9 is out of range: a number from 0 to 1.5"),
    "lever below its range": ("[levers]\ncustomer_time = -0.1", "out of range: a number from 0 to 0.4"),
    "NaN": ("[levers]\nbonus = nan", "bonus = nan is out of range"),
    "infinite": ("[levers]\nbonus = inf", "bonus = inf is out of range"),
    "a number too large to be one": ("[levers]\nbonus = 1" + "0" * 400, "bonus"),
    "text for a number": ('[levers]\nbonus = "high"', "bonus = 'high' is not a number"),
    "a number in quotes": ('[levers]\nbonus = "1.0"', "bonus = '1.0' is not a number"),
    "yes for a number": ("[levers]\nbonus = true", "bonus = True is not a number"),
    "a list for a number": ("[levers]\nbonus = [1]", "bonus = [1] is not a number"),
    "a date for a number": ("[levers]\nbonus = 2024-01-01", "is not a number"),
    "a fraction for a whole number": ("[levers]\nokr_count = 1.5", "okr_count = 1.5 must be a whole number"),
    "unknown choice": ('[levers]\nkpi = "closure"', "did you mean closures?"),
    "a number for a choice": ("[levers]\nkpi = 1", "kpi = 1 is not one of closures"),
    "world parameter": ("[levers]\ndemand = 1.3", "demand is not a lever but a world parameter; a policy sets levers"),
    "money": ("[levers]\nwage = 50", "wage is not a lever but a constant parameter"),
    "switch is one table": ("[levers]\n[switch]\nweek = 1\nlevers = {bonus = 1}", "must be written as [[switch]]"),
    "switch holds numbers": ("switch = [1, 2]\n[levers]", "must be written as [[switch]]"),
    "switch without a week": ("[levers]\n[[switch]]\nlevers = {bonus = 1}", "switch 1 has no week"),
    "switch without levers": ("[levers]\n[[switch]]\nweek = 3", "switch 1 has no levers"),
    "switch that changes nothing": ("[levers]\n[[switch]]\nweek = 3\nlevers = {}", "switch 1 changes no lever"),
    "switch in week 0": ("[levers]\n[[switch]]\nweek = 0\nlevers = {bonus = 1}", "whole number from 1 to 5200"),
    "switch in a part of a week": ("[levers]\n[[switch]]\nweek = 1.5\nlevers = {bonus = 1}", "week = 1.5 must be"),
    "switch in week true": ("[levers]\n[[switch]]\nweek = true\nlevers = {bonus = 1}", "week = True must be"),
    "switch after the last week": ("[levers]\n[[switch]]\nweek = 9999\nlevers = {bonus = 1}", "week = 9999 must be"),
    "two switches in one week": (
        "[levers]\n[[switch]]\nweek = 3\nlevers = {bonus = 1}\n[[switch]]\nweek = 3\nlevers = {audit = 1}",
        "switch 2: week 3 has a switch already",
    ),
    "unknown key in a switch": (
        "[levers]\n[[switch]]\nweeks = 3\nlevers = {bonus = 1}",
        "switch 1: unknown key 'weeks'; did you mean 'week'?",
    ),
    "bad lever in a switch": (
        "[levers]\n[[switch]]\nweek = 3\nlevers = {bonus = 7}",
        "switch 1: bonus = 7 is out of range",
    ),
    "world parameter in a switch": (
        "[levers]\n[[switch]]\nweek = 3\nlevers = {demand = 2}",
        "switch 1: demand is not a lever",
    ),
    "label is a number": ("label = 3\n[levers]", "label must be text"),
    "label in an unknown language": ('label = {fr = "x"}\n[levers]', "label must be text"),
    "order is text": ('default_order = "first"\n[levers]', "default_order = 'first' must be a number"),
    "order is NaN": ("default_order = nan\n[levers]", "default_order = nan must be a number"),
}


def assert_one_line(error, fragment, name=""):
    message = str(error.value)
    assert fragment in message
    assert name in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(("content", "fragment"), BAD.values(), ids=BAD)
def test_a_bad_file_gives_one_line(tmp_path, content, fragment):
    path = write(tmp_path / "bad.toml", content)
    with pytest.raises(InvalidInput) as error:
        load_policy(path)
    assert_one_line(error, fragment, "bad.toml")


def test_a_file_that_is_not_there():
    with pytest.raises(InvalidInput) as error:
        load_policy("nowhere/plan.toml")
    assert_one_line(error, "cannot be read: No such file or directory", "nowhere/plan.toml")


def test_a_folder(tmp_path):
    with pytest.raises(InvalidInput) as error:
        load_policy(tmp_path)
    assert_one_line(error, "is a folder or a device, not a file")


def test_a_binary_file(tmp_path):
    (tmp_path / "bad.toml").write_bytes(bytes(range(256)))
    with pytest.raises(InvalidInput) as error:
        load_policy(tmp_path / "bad.toml")
    assert_one_line(error, "is not text in UTF-8", "bad.toml")


def test_a_file_of_null_bytes(tmp_path):
    (tmp_path / "bad.toml").write_bytes(b"\0" * 100)
    with pytest.raises(InvalidInput) as error:
        load_policy(tmp_path / "bad.toml")
    assert_one_line(error, "is not valid TOML", "bad.toml")


def test_a_huge_file(tmp_path):
    path = write(tmp_path / "bad.toml", "#" * (LARGEST_FILE + 1))
    with pytest.raises(InvalidInput) as error:
        load_policy(path)
    assert_one_line(error, "is larger than 1,000,000 bytes", "bad.toml")


def test_a_path_with_a_null_byte_or_beyond_every_limit():
    for name in ("a\0b.toml", "x" * 5000 + ".toml"):
        with pytest.raises(InvalidInput) as error:
            load_policy(name)
        assert_one_line(error, "policy file")


def test_an_unknown_name_gives_the_nearest():
    with pytest.raises(InvalidInput) as error:
        load_policy("purple_crocodil")
    assert_one_line(error, "unknown policy 'purple_crocodil'; did you mean 'purple_crocodile'?")


def test_an_unknown_name_with_nothing_near_gives_the_list():
    with pytest.raises(InvalidInput) as error:
        load_policy("qqq")
    assert_one_line(error, "known: culture_only, customer_goals_only")
