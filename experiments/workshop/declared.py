"""What the screen needs to know before anything runs: sliders, presets, levers, worlds, measures, organisations."""

from __future__ import annotations

from silosim.experiments.workshop.dials import SLIDERS, WORLD, positions_of
from silosim.experiments.workshop.messages import BURN_IN, HORIZONS, RUNS, SEED, SPAN, WEEKLY, WEEKS, policies
from silosim.experiments.workshop.pictures import BIN, DAY, LEAD, PEOPLE, SUMMARY
from silosim.experiments.workshop.security import FACILITATOR
from silosim.experiments.workshop.state import Workshop
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import DIALS, PARAMETERS
from silosim.model.text import slug


def hello(workshop: Workshop, role: str) -> dict:
    """The 'hello' message: see PROTOCOL.md. Words are not in it; they come from /texts by the names used here."""
    message = {
        "type": "hello", "role": role, "model": workshop.model,
        "defaults": {"organisation": "insurer", "policy": "today", "seed": SEED, "weeks": WEEKS, "burn_in": BURN_IN},
        "horizons": list(HORIZONS), "stages": list(RUNS), "span": SPAN, "bin": BIN, "lead": LEAD,
        "organisations": [organisation(workshop, name) for name in workshop.organisations],
        "dials": [_dial(slider) for slider in SLIDERS.values()],
        "presets": [_preset(policy) for policy in policies().values()],
        "world": [_parameter(PARAMETERS[name]) | dict(zip(("least", "most", "step"), span, strict=True))
                  for name, span in WORLD.items()],
        "parameters": [_parameter(p) for p in PARAMETERS.values() if p.role in ("lever", "world")],
        "measures": [{"name": m.name, "unit": slug(m.unit), "better": m.better, "format": m.format,
                      "matters": m.matters, "group": m.group, "weekly": m.name in WEEKLY}
                     for m in MEASURES.values() if m.name in SUMMARY or m.name in WEEKLY],
        "day": list(DAY), "people": list(PEOPLE), "address": workshop.address, "open": workshop.door.open,
    }
    if role == FACILITATOR:
        message["room"] = workshop.door.room
    return message


def organisation(workshop: Workshop, name: str) -> dict:
    """An organisation as the silo map needs it: teams in the order of journeys, people, journeys."""
    spec = workshop.organisations[name]
    return {
        "name": name, "en": spec.en, "nl": spec.nl, "own": name not in workshop.bundled,
        "people": spec.headcount,
        "teams": [{"name": t.name, "en": t.en, "nl": t.nl, "people": t.headcount, "meets_customer": t.meets_customer}
                  for t in spec.teams],
        "journeys": [{"name": j.name, "en": j.en, "nl": j.nl, "share": j.share,
                      "stages": [spec.teams[s.team].name for s in j.stages]} for j in spec.journeys],
    }


def _dial(slider) -> dict:
    dial = slider.dial
    where = "dial" if dial.name in DIALS else "workshop.dial"
    return {"name": dial.name, "text": f"{where}.{dial.name}", "parts": list(dial.parts), "today": list(dial.default),
            "low": dial.low, "high": dial.high, "step": slider.step, "total": dial.total, "toggle": slider.toggle,
            "unit": f"workshop.unit.{dial.name}", "sets": list(dial.sets)}


def _preset(policy) -> dict:
    at = positions_of(policy.levers)
    shown = {lever for name, one in at.items() if one["exact"] for lever in SLIDERS[name].dial.sets}
    return {"name": policy.name, "dials": at, "levers": dict(policy.levers),
            "beyond": [lever for lever in policy.levers if lever not in shown]}


def _parameter(p) -> dict:
    return {"name": p.name, "role": p.role, "group": p.group.replace(" ", "_"), "default": p.default, "low": p.low,
            "high": p.high, "choices": list(p.choices), "whole": p.whole, "unit": slug(p.unit)}
