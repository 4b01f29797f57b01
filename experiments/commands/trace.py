"""`silosim trace`: one case or one person of a stored run, relived."""

from typing import Annotated

import typer

from silosim.experiments.commands.options import DATABASE, LONGEST, Options
from silosim.experiments.commands.session import Session
from silosim.model.parameters.registry import InvalidInput


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)

    def option(kind, name: str, **more):
        return Annotated[kind, typer.Option(f"--{name}", help=session.words(f"trace.option.{name}"), **more)]

    @app.command("trace", help=session.words("trace.help"))
    def trace(
        run: Annotated[str, typer.Argument(help=session.words("trace.run"), metavar="RUN")],
        case: option(int | None, "case", min=1) = None,
        employee: option(int | None, "employee", min=0) = None,
        week: option(int, "week", min=0, max=LONGEST) = 0,
        weeks: option(int, "weeks", min=1, max=LONGEST) = 13,
        as_json: use.json = False,
        db: use.db = DATABASE,
    ) -> int:
        if (case is None) == (employee is None):
            raise InvalidInput(session.words("trace.one_of"))
        from silosim.experiments.replay import stored_job
        from silosim.experiments.store import Store
        from silosim.experiments.trace import case as cases
        from silosim.experiments.trace import employee as people
        from silosim.experiments.trace.words import Words, document

        with Store(db, write=False) as store:
            key, job = stored_job(store, run)
            stored_hash = store.settings(key)["outcome_hash"]
        found = cases.trace_case(job, case) if case else people.trace_employee(job, employee, week, weeks)
        if as_json:
            session.json({"run": key, "same_as_stored": found.outcome_hash == stored_hash, **document(found)})
        else:
            words = Words(with_labels(job.spec), session.lang)
            for line in words.case(found) if case else words.employee(found):
                session.print(line)
        if found.outcome_hash != stored_hash:
            session.note(session.words("trace.differs", run=key[:12]))
            return 1
        if not as_json:
            session.print("", session.words("trace.same", run=key[:12]))
        return 0


def with_labels(spec):
    """The same organisation with the names people know it by, where it is a bundled one: runs are stored without."""
    from silosim.experiments.runkey import organisation_hash
    from silosim.model.organisation_file import bundled_organisations, load_organisation

    if spec.name in bundled_organisations():
        bundled = load_organisation(spec.name)
        if organisation_hash(bundled) == organisation_hash(spec):
            return bundled
    return spec
