"""What the room shows comes from real runs: a role play, packages, worlds; and the guide says what the model shows."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="pip install -e '.[workshop]' brings starlette")

from silosim.experiments.comparison import difference
from silosim.experiments.workshop.ensembles import Ensembles
from silosim.experiments.workshop.messages import Scenario
from silosim.experiments.workshop.room import playing, words
from silosim.experiments.workshop.room.declared import CHOICES, MINUTES, WORLDS
from silosim.experiments.workshop.room.figures import END, GUIDE, START, label, renewed, scenes, table
from silosim.experiments.workshop.room.packages import settings, sum_of
from silosim.experiments.workshop.room.playing import Player, asker, compared, direction, teams_of, word
from silosim.experiments.workshop.room.room import Room
from silosim.experiments.workshop.room.views import host_view, phone_view
from silosim.experiments.workshop.room.words import for_phones, guide_page
from silosim.model.ensemble import Job, run_job
from silosim.model.measures.declared import INDEX
from silosim.model.organisation_file import load_organisation
from silosim.model.parameters import InvalidInput
from silosim.model.rulebook import rulebook_hash
from silosim.model.text import LANGUAGES, catalogue, text

ORGANISATIONS = {"insurer": load_organisation("insurer"), "clinic": load_organisation("clinic")}
RUNS = 8


@pytest.fixture(scope="module")
def engine():
    made = Ensembles()
    yield made
    made.close()


@pytest.fixture
def player(engine):
    """A player whose reveals rest on few runs (`player.few`), so that tests are fast."""
    ask = asker(engine, ORGANISATIONS)
    room = Room("CODE", teams_of(ORGANISATIONS["insurer"]))
    made = Player(room, lambda scenario, runs: ask(scenario, min(runs, made.few)), ORGANISATIONS)
    made.few = RUNS
    made.use({"weeks": 52})
    return made


def test_the_sum_of_a_role_play_is_the_same_scenario_run_by_hand(player):
    player.few = 2
    room = player.room
    room.go("roles:kpi")
    for department in room.departments[:3]:
        room.hands(department, {"push": 2})
    room.set_phase("shown")
    asyncio.run(player.play(player.room.now))
    levers = host_view(room)["sums"]["roles:kpi"]
    assert levers == {"bonus": pytest.approx(0.88)}
    spec = ORGANISATIONS["insurer"]
    grade = [[run_job(Job(spec, levers=given, weeks=52, replicate=r)).summary[INDEX["grade"]] for r in range(2)]
             for given in (levers, {})]
    shown = asyncio.run(player.pairs(**{"levers": levers}))
    assert [now.summary[INDEX["grade"]] for now, _ in shown[:2]] == grade[0]
    assert [today.summary[INDEX["grade"]] for _, today in shown[:2]] == grade[1]
    assert set(room.results["roles:kpi"]["departments"]) == set(room.departments)


def test_what_the_guide_says_of_the_role_play_holds(player):
    all_push = compared(asyncio.run(player.pairs(levers=dict(CHOICES["push"].levers))))
    one_push = compared(asyncio.run(player.pairs(levers=sum_of({"a": {"push": 1.0}, **{k: {} for k in "bcde"}}))))
    assert all_push["attainment_closures"]["direction"] == "up"
    assert one_push["grade"]["direction"] == "down"
    assert all_push["grade"]["difference"] < 2 * one_push["grade"]["difference"]


def test_offers_to_phones_are_about_output_only(player):
    asyncio.run(player.offer())
    player.room.go("roles:kpi")
    offers = phone_view(player.room, player.room.join())["offers"]
    assert set(offers) == {name for name, choice in CHOICES.items() if choice.levers}
    assert max(offers, key=offers.get) == "push"


def test_packages_and_worlds_are_run_one_by_one(player):
    player.few = 2
    room = player.room
    room.go("package")
    room.build(2, {"pressure": 2, "platform": 4})
    room.set_phase("shown")
    asyncio.run(player.play(player.room.now))
    by_hand = compared(asyncio.run(player.pairs(**settings({"pressure": 2, "platform": 4}))))
    assert room.results["package"]["groups"] == {"2": by_hand}
    room.go("worlds")
    asyncio.run(player.play("worlds", plan=2))
    found = room.results["worlds"]["worlds"]
    assert list(found) == list(WORLDS)
    assert found["as_it_is"]["grade"] == by_hand["grade"]
    assert found["busier"]["grade"]["today"] < by_hand["grade"]["today"]


def test_the_plan_on_the_screen_can_be_broken_as_well(player):
    player.room.go("worlds")
    plan = {"policy": "customer_time", "weeks": 52}
    assert player._plan(None, plan)["policy"] == "customer_time"
    with pytest.raises(InvalidInput, match="shows today"):
        player._plan(None, {"world": {"demand": 1.1}})
    with pytest.raises(InvalidInput, match="no package"):
        player._plan(5, None)


def test_the_mirror_shows_both_ways_of_looking(player):
    player.few = 2
    player.room.go("mirror")
    asyncio.run(player.play(player.room.now))
    result = player.room.results["mirror"]
    assert result["model"]["more_than_colleagues"] < 0.5 < result["by_intention"]["more_than_colleagues"]


def test_another_world_or_organisation_asks_the_model_again(player):
    player.room.put("choices", {"choices": {}, "runs": 1})
    player.use({"weeks": 52, "policy": "customer_time"})
    assert "choices" in player.room.results
    player.use({"weeks": 52, "world": {"demand": 1.1}})
    assert "choices" not in player.room.results
    player.use({"organisation": "clinic"})
    assert player.room.teams == teams_of(ORGANISATIONS["clinic"])
    with pytest.raises(InvalidInput):
        player.use({"organisation": "../../etc/passwd"})


def test_words_follow_the_rule_of_every_comparison():
    assert direction("slightly_worse", -0.01) == "same"
    assert direction("worse", -1.0) == "down"
    assert direction("lower", -1.0) == "down"
    assert [word(v, 1.0) for v in ("better", "worse", "slightly_better", "unclear", "equal", "undefined")] == [
        "up", "up", "small", "unclear", "same", "unclear"]


def test_a_result_is_what_compare_says(player):
    pairs = asyncio.run(player.pairs(policy="purple_crocodile"))
    now, today = ([run.summary[INDEX["contacts"]] for run in side] for side in zip(*pairs, strict=True))
    said = difference("x", "contacts", now, today)
    row = compared(pairs)["contacts"]
    assert row["difference"] == playing.short(said.change.mean)
    assert row["verdict"] == said.verdict == "worse"


# ---------------------------------------------------------------- the guide


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_guide_has_every_step_with_its_minutes_and_buttons_that_exist(lang):
    guide = (GUIDE / f"{lang}.md").read_text(encoding="utf-8")
    minutes = "minuten" if lang == "nl" else "minutes"
    headings = [f"## {k}. {text('room.step.' + step.replace(':', '_') + '.label', lang)} ({n} {minutes})"
                for k, (step, n) in enumerate(MINUTES.items(), start=1)]
    assert [line for line in guide.splitlines() if re.match(r"## \d", line)] == headings
    for button in ("show", "show_model", "show_sum", "show_groups", "show_join", "run_worlds", "hands", "hands_set",
                   "hands_table", "take_home", "again", "plan", "on_screen", "larger", "close"):
        assert f"**{text('room.panel.' + button, lang).rstrip('?')}" in " ".join(guide.split()), button
    for key in ("bar.room", "bar.more", "bar.replay", "bar.pin", "controls.world", "cases.play"):
        assert f"**{text('screen.' + key, lang)}**" in " ".join(guide.split()), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_in_the_guide_belongs_to_these_rules(lang):
    block = (GUIDE / f"{lang}.md").read_text(encoding="utf-8").split(START)[1].split(END)[0]
    assert f" {Scenario().weeks} " in block.splitlines()[1]
    assert rulebook_hash() in block, "python -m silosim.experiments.workshop.room.figures"
    rows = [line for line in block.splitlines() if line.startswith("| ")][2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [label(lang, *scene[:2]) for scene in scenes()]


def test_a_table_is_made_and_put_between_its_markers(player):
    today = compared(asyncio.run(player.pairs()))
    block = table("nl", today, [("push", {"n": 1}, today)])
    assert renewed(f"a {START} old {END} b", block).count(START) == 1
    assert "0,00, gelijk" in block


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_guide_is_a_page_that_obeys_no_html(lang):
    page = guide_page(lang)
    assert "<h2>" in page
    assert "<table>" in page
    assert "<script" not in page
    assert "style=" not in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_for_phones_are_few_and_enough(lang):
    served = for_phones(lang)
    assert len(served.encode()) < 12_000
    assert all(f'"room.choice.{name}.label"' in served for name in CHOICES)
    assert "room.panel" not in served


def test_every_step_has_its_notes():
    for step in MINUTES:
        for part in ("label", "say", "click", "expect", "ask"):
            assert f"room.step.{step.replace(':', '_')}.{part}" in catalogue("nl")



@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_that_the_pages_name_exists(lang):
    """Texts named in full; those that are put together from a name are covered by the test of every step."""
    web = Path(words.__file__).parents[1] / "web"
    named = {key for folder in ("js/room", "phone") for file in (web / folder).glob("*.js")
             for key in re.findall(r"""\b(?:r|t)\("([a-z_.]+)\"""", file.read_text(encoding="utf-8"))}
    assert len(named) > 60
    assert not [key for key in named if f"room.{key}" not in catalogue(lang) and key not in catalogue(lang)]
