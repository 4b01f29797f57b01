"""The guide names what a facilitator clicks exactly as the screen has it, in both languages."""

from __future__ import annotations

import re

import pytest

from silosim.experiments.workshop.room.words import GUIDE
from silosim.model.text import LANGUAGES, catalogue

# Bold words that are no buttons: what a paragraph is, and sayings among what can go wrong.
ROLES = {"en": {"Do", "Say", "Say as well", "Expect", "Ask", "Good to know"},
         "nl": {"Doe", "Zeg", "Zeg ook", "Verwacht", "Vraag", "Goed om te weten"}}
ON_THE_SCREEN = ("screen.", "room.panel.", "room.phone.", "room.step.")


def named(lang: str) -> list[str]:
    """What stands in bold within a sentence, without the table, the names of paragraphs and headings of lists."""
    page = (GUIDE / f"{lang}.md").read_text(encoding="utf-8")
    words = re.sub(r"\s+", " ", re.sub("<!-- figures.*?<!-- end -->", "", page, flags=re.DOTALL))
    found = re.findall(r"\*\*([^*]+)\*\*(:?)", words)
    return [bold for bold, colon in found if not colon and not bold.endswith((".", "\"")) and bold not in ROLES[lang]]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_button_in_the_guide_is_on_the_screen_under_that_name(lang):
    there = {words for key, words in catalogue(lang).items() if key.startswith(ON_THE_SCREEN)}
    there |= {f"{catalogue(lang)['room.panel.on_screen']}: {catalogue(lang)['room.phone.table'].format(n=1)}"}
    assert len(named(lang)) > 40
    assert sorted(set(named(lang)) - there) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_scenarios_and_pictures_in_the_guide_have_their_own_names(lang):
    page = " ".join((GUIDE / f"{lang}.md").read_text(encoding="utf-8").split())
    words = catalogue(lang)
    for key in ("policy.customer_time.label", "screen.scissors.title", "screen.map.title", "screen.bar.to_baseline",
                "room.choice.push.label", "room.choice.connect.label", "room.panel.sum", "room.panel.notes",
                "param.demand.label", "room.title"):
        assert f"*{words[key]}*" in page, key
