"""One sentence in English and Dutch: what changed, and for whom it got worse. Directions as in `silosim compare`."""

from __future__ import annotations

from silosim.experiments.comparison import Difference
from silosim.model.measures.declared import MEASURES
from silosim.model.text import LANGUAGES, difference, text

OF_ALL = ("lead_time", "contacts", "strain", "conviction", "turnover", "cost_per_solved")
OF_TEAMS = ("strain", "attainment")  # of `losers`: what a team is said to be worse off in
MOST = 3  # groups that one sentence names
NO_DIRECTION = ("unclear", "equal", "undefined")


def sentence(differences: dict[str, Difference], worse_teams: dict[str, list[str]], teams, same: bool) -> dict:
    """{language: {headline, change}} from the paired differences.

    worse_teams  measure -> names of teams that are clearly worse off in it
    teams        TeamSpecs, for their labels
    same         whether the scenario is today itself
    """
    return {lang: {"headline": _headline(differences, lang),
                   "change": text("workshop.sentence.same", lang) if same else
                   _change(differences, worse_teams, teams, lang)} for lang in LANGUAGES}


def _headline(differences: dict[str, Difference], lang: str) -> str:
    return text("workshop.headline", lang, green=differences["share_green"].value.mean,
                grade=differences["grade"].value.mean)


def _change(differences: dict[str, Difference], worse_teams, teams, lang: str) -> str:
    grade, green = (_clause(differences[name], lang) for name in ("grade", "share_green"))
    groups = _groups(differences, worse_teams, teams, lang)
    worse = text("workshop.sentence.worse" if groups else "workshop.sentence.nobody", lang,
                 **({"who": _listed(groups, lang)} if groups else {}))
    words = text("workshop.sentence.whole", lang, grade=grade, green=green, worse=worse)
    return words[:1].upper() + words[1:]


def _clause(of: Difference, lang: str) -> str:
    """What became of one measure; without a direction, that there is no clear difference."""
    word = "unclear" if of.verdict in NO_DIRECTION else of.verdict
    today = of.value.mean - of.change.mean
    return text(f"workshop.sentence.{of.measure}.{word}", lang, now=of.value.mean, today=today)


def _groups(differences: dict[str, Difference], worse_teams, teams, lang: str) -> list[str]:
    """Who is clearly worse off, by at least what matters: everybody in a measure first, then single teams."""
    found = [text(f"workshop.sentence.who.{name}", lang, by=_size(differences[name], lang))
             for name in OF_ALL if differences[name].verdict == "worse"]
    label = {team.name: getattr(team, lang) for team in teams}
    for name in OF_TEAMS:
        if differences[name].verdict != "worse" or name not in OF_ALL:
            names = [label[team] for team in worse_teams.get(name, ())]
            if names:
                who = text("workshop.sentence.all", lang) if len(names) == len(label) else _listed(names, lang)
                found.append(text(f"workshop.sentence.teams.{name}", lang, teams=who))
    if len(found) > MOST:
        found = [*found[:MOST - 1], text("workshop.sentence.more", lang, count=len(found) - MOST + 1)]
    return found


def _size(of: Difference, lang: str) -> str:
    return difference(of.change.mean, MEASURES[of.measure].format, lang).replace("-", "−")


def _listed(words: list[str], lang: str) -> str:
    if len(words) == 1:
        return words[0]
    return text("workshop.sentence.and", lang, first=", ".join(words[:-1]), last=words[-1])
