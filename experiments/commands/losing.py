"""The table of who loses under which policy, as people read it."""

from collections.abc import Mapping, Sequence

from silosim.experiments.commands.session import Session, inline
from silosim.experiments.commands.tables import change_words
from silosim.model.measures.declared import MEASURES


def print_losers(session: Session, found: Sequence, labels: Mapping[str, str], spec) -> None:
    """A row a policy: people and teams that are worse off, and how uneven it is; then the teams by name."""
    from silosim.experiments.losers import OF_PEOPLE, OF_TEAMS, UNEQUAL

    say = session.words
    names = [say(f"measure.{name}.label") for name in (*OF_PEOPLE, *OF_TEAMS)]
    ginis = [say("losers.gini", measure=inline(say(f"measure.{name}.label"))) for name in UNEQUAL]
    table = session.table(session.say("column.policy"), *names, *ginis, title=say("losers.title"),
                          right=len(names) + len(ginis))
    for one in found:
        table.add_row(labels[one.policy], *(_worse(session, one, name) for name in (*OF_PEOPLE, *OF_TEAMS)),
                      *(_gini(session, one.gini[name]) for name in UNEQUAL))
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


def _worse(session: Session, one, measure: str) -> str:
    """'12% ▼ 3% ▲ 2/6': people worse off, people better off, teams clearly worse off."""
    words = []
    if measure in one.people:
        people = one.people[measure]
        words += [f"{session.number(people.worse.mean, '.0%')} ▼", f"{session.number(people.better.mean, '.0%')} ▲"]
    known = [team for team in one.teams[measure].values() if team.verdict != "undefined"]
    words.append(f"{len(one.worse_teams(measure))}/{len(known)}" if known else session.number(float("nan"), ".0%"))
    return " ".join(words)


def _gini(session: Session, one) -> str:
    if one.change.mean != one.change.mean:
        return session.number(one.change.mean, ".3f")
    return f"{session.number(one.value.mean, '.3f')} ({session.difference(one.change.mean, '.3f')})"
