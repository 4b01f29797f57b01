"""One sentence in English and Dutch: what changed, and for whom it got worse. Directions as in `silosim compare`."""

from __future__ import annotations

from silosim.model.text import LANGUAGES, text


def sentence(differences: dict, runs: int) -> dict[str, dict[str, str]]:
    """{language: {headline, change}} from the paired differences."""
    green, grade = differences["share_green"].value.mean, differences["grade"].value.mean
    return {lang: {"headline": text("workshop.headline", lang, green=green, grade=grade), "change": ""}
            for lang in LANGUAGES}
