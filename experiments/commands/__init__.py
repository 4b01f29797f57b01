"""The commands of `silosim`, one module each. Every module has add(app, session); what is heavy is imported inside."""

from silosim.experiments.commands import (
    analyse,
    bench,
    check,
    claims,
    compare,
    data,
    export_log,
    fit,
    import_log,
    lists,
    publish,
    report,
    run,
    science,
    show,
    solara,
    sweep,
    tipping,
    trace,
    validate,
    warmup,
    workshop,
)
from silosim.experiments.commands.session import Session

COMMANDS = (run.add, compare.add, report.add, sweep.add, analyse.add, data.add, lists.add, show.add, trace.add,
            import_log.add, export_log.add, validate.add, check.add, claims.add, publish.add, science.add, fit.add,
            tipping.add, bench.add, solara.add, warmup.add, workshop.add)

__all__ = ["COMMANDS", "Session"]
