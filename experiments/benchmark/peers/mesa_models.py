"""A run as a Mesa model, for `mesa.batch_run`: its only step is the run, after which the model stops."""

from __future__ import annotations

import mesa


class OneRun(mesa.Model):
    """A model whose only step makes run `number` of `work`."""

    def __init__(self, work, number: int, rng=None):
        super().__init__(rng=rng)
        self.work, self.number = work, number
        self.values: list[float] = []
        self.datacollector = mesa.DataCollector(model_reporters={"values": "values"})

    def step(self) -> None:
        self.values = self.live()
        self.datacollector.collect(self)
        self.running = False

    def live(self) -> list[float]:
        """The run's numbers."""
        return self.work(self.number)


class ByDay(OneRun):
    """A run of the organisation's Mesa face: a step a day, each phase compiled, no attribute of people collected."""

    def live(self) -> list[float]:
        from silosim.model.ensemble import LAST_YEAR, burn_in  # here, so that a trivial run need not load the engine
        from silosim.model.faces import Organisation

        job = self.work.job(self.number)
        organisation = Organisation.from_snapshot(burn_in(job), collect=(), **job.levers)
        lead = max(0, job.weeks - LAST_YEAR)
        organisation.run_weeks(lead)
        organisation.open_window()
        organisation.run_weeks(job.weeks - lead)
        return organisation.measures().tolist()
