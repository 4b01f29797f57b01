"""The table of who loses under which policy, as people read it."""

from collections.abc import Mapping, Sequence

from silosim.experiments.commands.session import Session, inline
from silosim.experiments.commands.tables import change_words
from silosim.model.measures.declared import MEASURES


def print_losers(session: Session, found: Sequence, labels: Mapping[str, str], spec) -> None:
    """A row a policy: people and teams that are worse off, and how uneven strain is; then the teams by name."""
    say = session.words
    columns = ("strain", "strain_teams", "conviction", "conviction_teams", "attainment_teams", "gini_strain",
               "gini_attainment")
    table = session.table(session.say("column.policy"), *(say(f"losers.column.{c}") for c in columns),
                          title=say("losers.title"), right=len(columns))
    for one in found:
        table.add_row(labels[one.policy], _people(session, one.people["strain"]), _teams(session, one, "strain"),
                      _people(session, one.people["conviction"]), _teams(session, one, "conviction"),
                      _teams(session, one, "attainment"), _gini(session, one.gini["strain"]),
                      _gini(session, one.gini["attainment"]))
    session.print(table)
    names = {team.name: getattr(team, session.lang) for team in spec.teams}
    for one in found:
        lost = _lost(session, one, names)
        if lost:
            session.print(say("losers.teams", policy=labels[one.policy], lost="; ".join(lost)))
    session.print(say("losers.rule"))


def _lost(session: Session, one, names: Mapping[str, str]) -> list[str]:
    """What each losing team loses: 'Claims (strain +0.05, conviction -0.03)'."""
    by_team: dict[str, list[str]] = {}
    for measure, teams in one.teams.items():
        for team in one.worse_teams(measure):
            change = change_words(session, teams[team].change.mean, MEASURES[measure].format)
            by_team.setdefault(team, []).append(f"{inline(session.words(f'measure.{measure}.label'))} {change}")
    return [f"{names[team]} ({', '.join(lost)})" for team, lost in by_team.items()]


def _people(session: Session, one) -> str:
    return session.words("losers.worse_and_better", worse=session.number(one.worse.mean, ".0%"),
                         better=session.number(one.better.mean, ".0%"))


def _teams(session: Session, one, measure: str) -> str:
    known = [team for team in one.teams[measure].values() if team.verdict != "undefined"]
    if not known:
        return session.number(float("nan"), ".0%")
    return session.words("losers.of", worse=len(one.worse_teams(measure)), teams=len(known))


def _gini(session: Session, one) -> str:
    if one.change.mean != one.change.mean:
        return session.number(one.change.mean, ".3f")
    return f"{session.number(one.value.mean, '.3f')} ({session.difference(one.change.mean, '.3f')})"
