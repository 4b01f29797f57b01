"""What a phone and the facilitator get to see of a room, as plain tables for JSON; a phone's is a few hundred bytes.

Nobody sees an answer before it is shown: until then the facilitator sees how many answered, since the screen hangs on
the wall and people should predict for themselves.
"""

from __future__ import annotations

from silosim.experiments.workshop.room.declared import (
    CHOICES,
    FEWEST_TO_SHOW,
    GROUPS,
    ITEMS,
    MINUTES,
    MIRROR_IN_THE_MODEL,
    OUTCOMES,
    POINTS,
    WORLDS,
)
from silosim.experiments.workshop.room.declared import (
    SHOWN as ON_TOP,
)
from silosim.experiments.workshop.room.exercises import CLOSED, SHOWN, Exercise
from silosim.experiments.workshop.room.packages import cost, settings, spread_of, sum_of
from silosim.experiments.workshop.room.room import Room
from silosim.model.measures.declared import MEASURES

ON_A_PHONE = ("attainment_closures", "grade", "contacts", "strain")
OF_A_RESULT = ("today", "now", "difference", "direction", "word")


def phone_view(room: Room, number: str) -> dict:
    """What phone `number` shows now."""
    phone, exercise = room.phones[number], room.exercises.get(room.now)
    view: dict = {"type": "state", "boot": room.boot, "step": room.now, "lang": room.lang,
                  "phase": exercise.phase if exercise else CLOSED}
    if exercise is None:
        return view
    if exercise.name == "package":
        view.update(_table(room, phone.group), all=POINTS, tables=GROUPS,
                    items=[[i.name, i.most, i.cost] for i in ITEMS.values()])
    else:
        view.update(questions=exercise.questions, options=exercise.options, mine=exercise.answers.get(number, {}))
    if exercise.kind == "roles":
        view.update(department=phone.department, offers=_offers(room))
    if exercise.phase == SHOWN:
        view["result"] = _for_phone(room, exercise, phone.group)
    return view


def host_view(room: Room) -> dict:
    """What the facilitator sees: everything that was shown, and only numbers of answers of what was not."""
    return {
        "type": "room", "code": room.code, "step": room.now, "lang": room.lang, "notes": room.notes,
        "phones": sum(1 for phone in room.phones.values() if phone.pages),
        "departments": [{"name": name, "phones": _playing(room, name)} for name in room.departments],
        "exercises": {name: _for_host(exercise) for name, exercise in room.exercises.items()},
        "groups": {n: _at_table(room, n) for n in sorted(room.groups)},
        "spread": spread_of(room.packages()),
        "results": room.results,
        "sums": {name: sum_of({d: e.shares(d) for d in room.departments})
                 for name, e in room.exercises.items() if e.kind == "roles" and e.phase == SHOWN},
    }


def declared() -> dict:
    """What the panel draws from: the steps with their minutes, items, choices, outcomes and worlds."""
    return {
        "steps": [[name, minutes] for name, minutes in MINUTES.items()], "points": POINTS, "tables": GROUPS,
        "items": [[i.name, i.most, i.cost] for i in ITEMS.values()], "choices": list(CHOICES),
        "outcomes": list(OUTCOMES), "fewest": FEWEST_TO_SHOW, "worlds": WORLDS,
        "formats": {name: MEASURES[name].format for name in (*ON_TOP, *MIRROR_IN_THE_MODEL)},
    }


def _for_host(exercise: Exercise) -> dict:
    view = {"phase": exercise.phase, "answered": exercise.answered, "enough": exercise.enough,
            "hands": exercise.hands}
    if exercise.phase == SHOWN:
        view["result"] = exercise.result()
    return view


def _at_table(room: Room, number: int) -> dict:
    group = room.groups[number]
    return {"points": group.points, "left": POINTS - cost(group.points), "ready": group.ready,
            "sets": settings(group.points),
            "phones": sum(1 for phone in room.phones.values() if phone.group == number and phone.pages)}


def _playing(room: Room, department: str) -> int:
    return sum(1 for phone in room.phones.values() if phone.department == department and phone.pages)


def _table(room: Room, number: int | None) -> dict:
    """The package of a phone's table; which tables are taken while it sits at none."""
    if number is None:
        return {"group": None}
    group = room.group(number)
    return {"group": number, "points": group.points, "ready": group.ready}


def _offers(room: Room) -> dict:
    """What each choice does to the KPI when every department makes it; empty until the runs are there."""
    choices = room.results.get("choices", {}).get("choices", {})
    return {name: rows["attainment_closures"]["difference"] for name, rows in choices.items()
            if "attainment_closures" in rows}


def _for_phone(room: Room, exercise: Exercise, group: int | None) -> dict:
    """The outcome in short: what people said, and what the model made of it."""
    found = exercise.result() if exercise.kind != "package" else {}
    found.pop("counts" if exercise.kind in ("mirror", "roles") else "", None)
    result = room.results.get(exercise.name, {})
    model = result.get("model")
    if exercise.kind == "package":
        model = result.get("groups", {}).get(str(group), {})
    if exercise.kind == "worlds":
        found["worlds"] = {name: rows["grade"]["word"] for name, rows in result.get("worlds", {}).items()
                           if "grade" in rows}
    if model:
        found["model"] = {name: {key: model[name][key] for key in OF_A_RESULT} for name in ON_A_PHONE if name in model}
    return found
