"""The sliders of the screen, each declared once: positions that people set, and the levers that they move.

Four come from `silosim.model.parameters.DIALS`; the others are one lever, or a few, with a range that a room can talk
about. A slider that nobody has touched sets nothing, so a preset keeps exactly the levers of its policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from silosim.model.parameters import DIALS, PARAMETERS, InvalidInput, unknown
from silosim.model.parameters.dials import TODAY_BONUS, Dial

PROCESS = {"process_teams": 3, "process_people": 0.25, "process_pay": 0.2, "board_customer": 0.7}
LAYERS = 3  # layers of managers that meet customers
WEEKS = 52


def _kpi_quality(x: float) -> dict[str, float]:
    """0 closures only (today), 100 the KPI runs end to end."""
    return {"kpi_sight": x / 100}


def _customer_time(x: float) -> dict[str, float]:
    return {"customer_time": x / 100}


def _platform(x: float) -> dict[str, float]:
    return {"platform": x / 100}


def _leaders(x: float) -> dict[str, float]:
    """Meetings with customers a year of every manager; none is today, where managers are left out."""
    if x == 0:
        return {"management_layers": 0, "leader_contact": 0}
    return {"management_layers": LAYERS, "leader_contact": max(1, round(WEEKS / x))}


def _process_team(x: float) -> dict[str, float]:
    """On or off: as in the policy customer_process_team, but the shared platform has a slider of its own."""
    today = {name: PARAMETERS[name].default for name in PROCESS}
    return dict(PROCESS) if x else today


@dataclass(frozen=True, slots=True)
class Slider:
    """A dial as the screen shows it: positions are rounded to `step`, so that answers can be kept."""

    dial: Dial
    step: float
    toggle: bool = False

    @property
    def name(self) -> str:
        return self.dial.name

    def checked(self, positions) -> tuple[float, ...]:
        """Positions on the grid. InvalidInput, in one line, when they are no numbers, out of range or do not add up."""
        if isinstance(positions, (int, float)) and not isinstance(positions, bool):
            positions = [positions]
        if not isinstance(positions, (list, tuple)) or not all(_is_number(x) for x in positions):
            raise InvalidInput(f"dial {self.name} takes numbers: {', '.join(self.dial.parts)}")
        grid = tuple(round(round(x / self.step) * self.step, 6) for x in positions)
        self.dial.levers(*grid)
        return grid


def _is_number(x) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool) and abs(x) < 1e9


SLIDERS = {s.name: s for s in (
    Slider(DIALS["reward_mix"], 5),
    Slider(Dial("kpi_quality", ("sight",), (0,), 0, 100, "% end to end", ("kpi_sight",), _kpi_quality), 5),
    Slider(DIALS["pressure"], 5),
    Slider(DIALS["workload"], 0.5),
    Slider(Dial("customer_time", ("share",), (0,), 0, 30, "% of the day", ("customer_time",), _customer_time), 1),
    Slider(Dial("platform", ("share",), (0,), 0, 100, "% rolled out", ("platform",), _platform), 5),
    Slider(DIALS["rules"], 5),
    Slider(Dial("leaders", ("meetings",), (0,), 0, 26, "meetings with customers a year",
                ("management_layers", "leader_contact"), _leaders), 1),
    Slider(Dial("process_team", ("on",), (0,), 0, 1, "0 no, 1 yes", tuple(PROCESS), _process_team), 1, toggle=True),
)}

# The drawer 'assumptions about the world': parameter -> (least, most, step) that the screen offers. Any other
# parameter of the world, and any value within its declared range, may come in a message as well.
WORLD = {
    "demand": (0.7, 1.4, 0.05),
    "conviction_start": (0.3, 0.95, 0.05),
    "survey_noise": (0.0, 2.0, 0.1),
    "context_loss": (0.1, 0.9, 0.05),
    "impact_sight": (0.0, 1.0, 0.05),
}


def dial_levers(dials: Mapping[str, object]) -> dict[str, float | str]:
    """The levers that the touched sliders set. InvalidInput for an unknown slider or a position out of range."""
    levers: dict[str, float | str] = {}
    for name, positions in dials.items():
        if name not in SLIDERS:
            raise unknown("dial", name, SLIDERS)
        slider = SLIDERS[name]
        levers.update(slider.dial.levers(*slider.checked(positions)))
    return levers


def positions_of(levers: Mapping[str, float | str]) -> dict[str, dict]:
    """Where the sliders stand for a policy's levers: {name: {at: positions, exact: whether it is just these levers}}.

    A policy may set what no slider can; then the nearest position is shown and `exact` is false.
    """
    values = {**PARAMETERS.defaults(), **levers}
    guesses = {
        "reward_mix": _mix_of(values), "kpi_quality": (100 * values["kpi_sight"],),
        "pressure": (50 * values["bonus"] / TODAY_BONUS,), "workload": (values["work_in_progress"],),
        "customer_time": (100 * values["customer_time"],), "platform": (100 * values["platform"],),
        "rules": (100 * values["strictness"],),
        "leaders": (WEEKS / values["leader_contact"] if values["leader_contact"] else 0,),
        "process_team": (1 if values["process_teams"] else 0,),
    }
    found = {}
    for name, guess in guesses.items():
        slider = SLIDERS[name]
        at = slider.checked([min(max(x, slider.dial.low), slider.dial.high) for x in guess])
        sets = slider.dial.levers(*at)
        found[name] = {"at": list(at), "exact": all(_same(sets[lever], values[lever]) for lever in sets)}
    return found


def _mix_of(values: Mapping) -> tuple[float, ...]:
    """The shares of pay of four kinds, brought to a whole of 100 in steps of the slider."""
    output = 100 * values["output_share"]
    okr = 100 * values["okr"] / TODAY_BONUS if values["okr_count"] else 0.0
    parts = [output * (1 - values["team_share"]), output * values["team_share"], 100 * values["customer_weight"], okr]
    step, total = SLIDERS["reward_mix"].step, fsum(parts)
    rounded = [step * round(100 * part / total / step) if total else 25.0 for part in parts]
    rounded[rounded.index(max(rounded))] += 100 - fsum(rounded)
    return tuple(rounded)


def _same(a, b) -> bool:
    return a == b if isinstance(a, str) or isinstance(b, str) else abs(a - b) < 1e-9
