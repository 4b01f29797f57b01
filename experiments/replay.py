"""From a stored run back to the job that made it."""

from __future__ import annotations

from silosim.experiments import engine
from silosim.experiments.runkey import current_rulebook
from silosim.experiments.store import Store
from silosim.model.organisation_file import parse_organisation
from silosim.model.parameters import InvalidInput


def stored_job(store: Store, beginning: str) -> tuple[str, object]:
    """(key, Job) of the one stored run whose key starts with `beginning`.

    Raises InvalidInput when there is none, when there are several, and when it was made under other rules than
    these: it cannot be made again then. The teams have their names, not their labels: those are not kept.
    """
    settings = store.settings(beginning)
    key, rulebook = settings["key"], settings["rulebook"]
    if rulebook != current_rulebook():
        raise InvalidInput(f"run {key[:12]} was made under other rules ({rulebook}) than this version's "
                           f"({current_rulebook()}): make it again with the command that made it")
    spec = parse_organisation(settings["organisation"], f"the organisation of run {key[:12]}")
    switches = tuple((week, values) for week, values in settings["switches"])
    return key, engine.job(spec=spec, switches=switches, **{
        name: settings[name] for name in ("levers", "world", "burn_in", "start", "weeks", "replicate", "seed")})
