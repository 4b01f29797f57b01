"""What one server holds while it runs: the engine, the door, the organisations that were loaded. Nothing on disk."""

from __future__ import annotations

import queue
from collections import OrderedDict
from dataclasses import dataclass, field
from importlib.metadata import version

from silosim.experiments.workshop.ensembles import Ensembles, Request
from silosim.experiments.workshop.security import FACILITATOR, Door
from silosim.model.organisation_file import bundled_organisations, load_organisation
from silosim.model.rulebook import rulebook_hash

MOST_OWN = 40  # organisations that people made or uploaded, kept until the server ends; then the oldest goes


@dataclass
class Workshop:
    """Everything the parts of the server share.

    door           who may come in (security.Door): token, room code, roles
    engine         makes runs (ensembles.Ensembles)
    organisations  name -> OrganisationSpec, the bundled ones first; `add_organisation` adds one
    address        where phones come in, such as http://192.168.1.20:8000, or the loopback address
    """

    door: Door
    engine: Ensembles
    address: str
    lang: str = "en"
    organisations: OrderedDict = field(default_factory=OrderedDict)

    def __post_init__(self):
        for name in bundled_organisations():
            self.organisations[name] = load_organisation(name)
        self.bundled = frozenset(self.organisations)

    def add_organisation(self, spec) -> str:
        """Keep an organisation in memory; the name under which scenarios can use it from now on."""
        from silosim.experiments.runkey import organisation_hash

        name = f"own-{organisation_hash(spec)[:12]}"
        self.organisations[name] = spec
        own = [n for n in self.organisations if n not in self.bundled]
        for old in own[:-MOST_OWN]:
            del self.organisations[old]
        return name

    @property
    def ensembles(self) -> Ensembles:
        """The engine, by its other name."""
        return self.engine

    def facilitator(self, request) -> bool:
        """Whether an HTTP request comes from the facilitator: its header X-Token holds the token (or nobody else can
        reach the server)."""
        return self.door.role(request.headers.get("x-token", ""), "") == FACILITATOR

    def paired_runs(self, scenario, runs: int, timeout: float = 120.0) -> tuple[Request, list]:
        """(request, [(now, today), ...]) of a scenario's paired runs, behind what the screen asks for; blocks, so call
        it in a thread. Raises what went wrong, TimeoutError after `timeout` seconds."""
        answers: queue.Queue = queue.Queue()
        request = Request(object(), scenario, self.organisations[scenario.organisation], runs, "guest",
                          lambda request, stage, found: answers.put((stage, found)))
        self.engine.ask(request)
        try:
            while True:
                stage, found = answers.get(timeout=timeout)
                if stage is None:
                    raise found
                if stage + 1 == len(request.stages):
                    return request, found
        except queue.Empty:
            self.engine.forget(request.key)
            raise TimeoutError(f"{runs} runs took longer than {timeout:g} seconds") from None

    @property
    def model(self) -> dict[str, str]:
        """Which model answers: links carry it, since another one gives other numbers."""
        return {"version": version("silosim"), "rulebook": rulebook_hash()}
