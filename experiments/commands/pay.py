"""`silosim pay`: what customer measures pay, and where each policy's pay aims."""

from collections.abc import Mapping

import typer

from silosim.experiments.commands.options import Options
from silosim.experiments.commands.session import Session


def add(app: typer.Typer, session: Session) -> None:
    """Adds the command."""
    use = Options(session)

    @app.command("pay", help=session.say("pay.help"))
    def pay(organisation: use.organisation = "insurer", as_json: use.json = False) -> None:
        from silosim.experiments.engine import measured_pay

        vectors, aims = measured_pay(organisation)
        if as_json:
            cosines = {name: None if x != x else x for name, x in aims.items()}
            session.json({"vectors": vectors, "cos_pay_value": cosines})
        else:
            print_pay(session, vectors, aims)


def print_pay(session: Session, vectors: Mapping[str, Mapping[str, float]], aims: Mapping[str, float]) -> None:
    """Two tables: what each customer measure pays each activity, and cos(pay, value) of each policy."""
    names = next(iter(vectors.values()))
    session.print(session.say("pay.vectors"))
    table = session.table(session.say("pay.measure"), *[session.words(f"measure.day_{a}.label") for a in names],
                          right=len(names))
    for measure, row in vectors.items():
        table.add_row(session.words(f"param.customer_measure.choice.{measure}"),
                      *[session.number(x, ".2f", signed=True) for x in row.values()])
    session.print(table)
    session.print(session.say("pay.aims"))
    table = session.table(session.say("column.policy"), "cos", right=1)
    for name, cosine in aims.items():
        table.add_row(session.words(f"policy.{name}.label"), session.number(cosine, ".2f", signed=True))
    session.print(table)
