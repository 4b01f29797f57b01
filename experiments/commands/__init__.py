"""The commands of `silosim`, a module each with add(app, session); what is heavy is imported inside.

Other modules are what commands share: session, options, tables, making (of runs), losing (who is worse off).
"""

from silosim.experiments.commands import (
    analyse,
    bench,
    calibrate,
    check,
    claims,
    compare,
    data,
    export_log,
    fit,
    import_log,
    lists,
    patterns,
    pay,
    publish,
    report,
    run,
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
            import_log.add, export_log.add, validate.add, check.add, claims.add, publish.add, patterns.add,
            calibrate.add, pay.add, fit.add, tipping.add, bench.add, solara.add, warmup.add, workshop.add)

__all__ = ["COMMANDS", "Session"]
