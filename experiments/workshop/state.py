"""What one server holds while it runs: the engine, the door, the organisations that were loaded. Nothing on disk."""

from __future__ import annotations

import queue
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import version

from silosim.experiments.workshop.ensembles import Ensembles, Request
from silosim.experiments.workshop.links import link_code
from silosim.experiments.workshop.paths import path
from silosim.experiments.workshop.pictures import teams_of
from silosim.experiments.workshop.security import FACILITATOR, Door
from silosim.experiments.workshop.shorts import Kept
from silosim.model.organisation_file import bundled_organisations, load_organisation
from silosim.model.rulebook import rulebook_hash

PATH_BYTES, BYTES_A_MOVE = 50_000_000, 200
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
        self.paths = ThreadPoolExecutor(1, "workshop-path")
        self._paths = Kept(PATH_BYTES)

    def add_organisation(self, spec) -> str:
        """Keep an organisation in memory; the name under which scenarios can use it from now on."""
        from silosim.experiments.runkey import organisation_hash

        name = f"own-{organisation_hash(spec)[:12]}"
        self.organisations[name] = spec
        own = [n for n in self.organisations if n not in self.bundled]
        for old in own[:-MOST_OWN]:
            del self.organisations[old]
        return name

    def link_code(self, scenario) -> str:
        """The code of a share link; an organisation of one's own comes along in it."""
        name = scenario.organisation
        return link_code(scenario, self.model, None if name in self.bundled else self.organisations[name])

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

    def path(self, message) -> dict:
        """Teams, moves and queues of the weeks of one run that a 'path' message asks for."""
        scenario = message.scenario if message.side == "now" else message.scenario.today()
        request = Request(None, scenario, self.organisations[scenario.organisation], 1, "guest", print)
        job = replace(request.template, replicate=message.replicate)
        key = (job.burn_in_key(), repr((sorted(job.levers.items()), job.switches)), message.first, message.weeks)
        found = self._paths.get(key)
        if found is None:
            found = {"teams": teams_of(request.spec, job), **path(job, message.first, message.weeks)}
            self._paths.put(key, found, BYTES_A_MOVE * len(found["moves"]))
        return found

    def close(self) -> None:
        """End the workers."""
        self.paths.shutdown(wait=False, cancel_futures=True)
        self.engine.close()

    @cached_property
    def model(self) -> dict[str, str]:
        """Which model answers: links carry it, since another one gives other numbers."""
        return {"version": version("silosim"), "rulebook": rulebook_hash()}
