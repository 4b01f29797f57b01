"""The presets are valid and differ from today; a bad policy file gives one clear line."""

import tomllib

import pytest

from silosim.model import policies as policies_module
from silosim.model import text as text_module
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.policies import LARGEST_FILE, load_policies, load_policy, missing_policies
from silosim.model.text import LANGUAGES, catalogue

PRESETS = load_policies()
NAMES = (
    "today",
    "tighten_targets",
    "culture_only",
    "customer_pay",
    "customer_goals_only",
    "shared_okrs",
    "customer_time",
    "customer_time_full_plates",
    "customer_process_team",
    "keep_it_small",
    "purple_crocodile",
    "everything_together",
)
DEFAULTS = {p.name: p.default for p in PARAMETERS.of_role("lever")}


def test_the_presets_come_in_their_order():
    assert tuple(PRESETS) == NAMES


def test_today_is_the_default_of_every_lever():
    assert PRESETS["today"].levers == {}
    assert PRESETS["today"].switches == ()


@pytest.mark.parametrize("name", [n for n in NAMES if n != "today"])
def test_a_preset_differs_from_today(name):
    """At least one lever differs; customer pay's scope and mode are spelled out even where they are the default."""
    assert {lever for lever, value in PRESETS[name].levers.items() if value != DEFAULTS[lever]}


def test_no_two_presets_are_the_same():
    effective = [frozenset((DEFAULTS | p.levers).items()) for p in PRESETS.values()]
    assert len(set(effective)) == len(effective)


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_valid_and_sets_levers_only(name):
    policy = load_policy(name)
    assert policy == PRESETS[name]
    assert policy.bundled
    for levers in (policy.levers, *(levers for _, levers in policy.switches)):
        assert PARAMETERS.checked(levers) == levers
        assert {PARAMETERS[lever].role for lever in levers} <= {"lever"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_preset_says_what_it_is(name, lang):
    assert PRESETS[name].label(lang) != name
    assert PRESETS[name].help(lang).endswith(".")


def test_customer_goals_only_leaves_no_output_pay():
    levers = PRESETS["customer_goals_only"].levers
    assert levers["output_share"] == 0
    assert levers["customer_weight"] == 1


def test_the_two_kinds_of_customer_time_differ_only_in_what_is_dropped():
    with_choices, full = PRESETS["customer_time"].levers, PRESETS["customer_time_full_plates"].levers
    assert with_choices["customer_time"] == full["customer_time"] == 0.2
    assert set(with_choices) - set(full) == {"work_in_progress"}
    assert with_choices["work_in_progress"] < DEFAULTS["work_in_progress"]


def test_changing_a_loaded_policy_leaves_the_next_one_alone():
    load_policies()["customer_time"].levers["bonus"] = 0.0
    load_policy("customer_time").levers["bonus"] = 0.0
    assert load_policy("customer_time") == PRESETS["customer_time"]


def test_a_new_file_in_the_folder_is_a_new_preset(tmp_path, monkeypatch):
    (tmp_path / "second.toml").write_text("default_order = 2\n[levers]\nbonus = 0.5\n")
    (tmp_path / "first.toml").write_text("default_order = 1\n[levers]\n")
    monkeypatch.setattr(policies_module, "FOLDER", tmp_path)
    assert list(load_policies()) == ["first", "second"]


def test_everything_together_is_the_sum_of_other_presets_and_contradicts_none():
    """Each of its levers has the value of the policy that it comes from, and all of these are in it as a whole."""
    together = PRESETS["everything_together"].levers
    of = ("customer_pay", "shared_okrs", "customer_time", "customer_process_team", "keep_it_small")
    assert together == {lever: value for name in of for lever, value in PRESETS[name].levers.items()}
    assert all(PRESETS[name].levers.items() <= together.items() for name in of)


# ---------------------------------------------------------------- presets that cannot exist yet


@pytest.fixture
def missing(monkeypatch):
    """A policy whose lever does not exist."""
    words = {"policy_missing.telepathy.label": "Telepathy", "policy_missing.telepathy.why": "It needs a sixth sense."}
    known = {lang: {**catalogue(lang), **words} for lang in LANGUAGES}
    for module in (policies_module, text_module):
        monkeypatch.setattr(module, "catalogue", known.__getitem__)


def test_every_preset_can_be_run():
    assert missing_policies() == {}


def test_missing_presets_are_named_with_what_they_lack(missing):
    assert missing_policies("nl") == {"telepathy": ("Telepathy", "It needs a sixth sense.")}


def test_a_missing_preset_is_refused_and_not_approximated(missing):
    with pytest.raises(InvalidInput, match="policy 'telepathy' cannot be run in this version: It needs a sixth sense"):
        load_policy("telepathy")


# ---------------------------------------------------------------- a user's own file


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


def test_every_file_in_the_folder_has_a_place_in_the_order():
    orders = [tomllib.loads(path.read_text())["default_order"] for path in policies_module.FOLDER.glob("*.toml")]
    assert len(set(orders)) == len(orders)
