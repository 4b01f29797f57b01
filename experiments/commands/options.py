"""Options that several commands share, each declared once."""

from typing import Annotated

import typer

from silosim.experiments.commands.session import Session

DATABASE = "results/silosim.db"
MOST_RUNS = 100_000
LONGEST = 5200  # weeks
MOST_WORKERS = 256


class Options:
    """Types of shared options, with help in the language of the session; use as annotations."""

    def __init__(self, session: Session):
        def option(kind, *names, **more):
            key = names[0].removeprefix("--").split("/")[0].replace("-", "_")
            return Annotated[kind, typer.Option(*names, help=session.say(f"option.{key}"), **more)]

        self.organisation = option(str, "--organisation", "-o", metavar="NAME|FILE")
        self.settings = option(list[str] | None, "--set", "-s", metavar="NAME=VALUE")
        self.switches = option(list[str] | None, "--at", metavar="WEEK:NAME=VALUE")
        self.runs = option(int, "--runs", "-n", min=1, max=MOST_RUNS)
        self.weeks = option(int, "--weeks", min=1, max=LONGEST)
        self.burn_in = option(int, "--burn-in", min=0, max=LONGEST)
        self.steady = option(bool, "--steady")
        self.seed = option(int, "--seed", min=0)
        self.workers = option(int | None, "--workers", min=1, max=MOST_WORKERS)
        self.json = option(bool, "--json")
        self.db = option(str, "--db", metavar="FILE")
        self.equal_cost = option(bool, "--equal-cost")
        self.measures = option(list[str] | None, "--measure", "-m", metavar="MEASURE")
        self.figures = option(bool, "--figures/--no-figures")


class ReadingOptions:
    """Types of the options about reading a log of somebody else's system."""

    def __init__(self, session: Session):
        def option(kind, name: str, **more):
            key = name.removeprefix("--").replace("-", "_")
            return Annotated[kind, typer.Option(name, help=session.words(f"logs.option.{key}"), **more)]

        self.system = option(list[str] | None, "--system", metavar="ACTOR")
        self.zone = option(str | None, "--zone", metavar="ZONE")
        self.dates = option(str | None, "--dates", metavar="dmy|mdy")
        self.encoding = option(str | None, "--encoding", metavar="ENCODING")
        self.delimiter = option(str | None, "--delimiter", metavar="CHARACTER")
        self.decimal = option(str | None, "--decimal", metavar="comma|point")
        self.skip_bad = option(bool, "--skip-bad-rows")
        self.keep_repeated = option(bool, "--keep-repeated")
