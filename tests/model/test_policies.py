"""The presets are valid, come in their order and differ from today; what cannot run yet is refused."""

import tomllib

import pytest

from silosim.model import policies as policies_module
from silosim.model import text as text_module
from silosim.model.parameters import PARAMETERS, InvalidInput
from silosim.model.policies import load_policies, load_policy, missing_policies
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


def test_every_file_in_the_folder_has_a_place_in_the_order():
    files = policies_module.FOLDER.glob("*.toml")
    orders = [tomllib.loads(path.read_text(encoding="utf-8"))["default_order"] for path in files]
    assert len(set(orders)) == len(orders)
