"""The patterns as data: which runs, which figures, and what the prototype showed.

The prototype's figures come from the proposed specification (24 paired runs of its refit). Where it does not say
exactly which levers it used, the text `patterns.<name>.about` says what was chosen here.
"""

from __future__ import annotations

from dataclasses import dataclass

from silosim.experiments.patterns.figures import LOAD, Arm, Change, Combination, Figure, Optimum, ShareWorse, Value, arm

TODAY = arm()
TIMES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4)
STRUCTURE = {"customer_time": 0.2, "okr": 0.5, "okr_count": 1}
OKR = {"okr": 0.5, "okr_count": 1}
LONG = 390  # weeks: 7.5 years
PEAK_WEEKS, AFTER = 8, 182  # the peak, and 3.5 years
LESS_CONNECTING = {"value_connect": 0.72}  # worth as much as care: then about half as much of the day goes to it


@dataclass(frozen=True)
class Pattern:
    """A pattern; its title, what was run and what explains differences are texts below `patterns.<name>`."""

    name: str
    figures: tuple[Figure, ...]


def one(x: float) -> tuple[float, float]:
    """A single figure of the prototype."""
    return (x, x)


def _bonus() -> tuple[Figure, ...]:
    grades = {0.0: 7.11, 0.4: 7.46, 0.7: 7.02, 1.0: 6.02}
    attained = {0.0: 0.91, 0.4: 1.01, 0.7: 1.05, 1.0: 1.19}
    cuts = {"bonus": 1.0, "capacity_cut": 0.1}
    return (
        *(Value("grade_at_bonus", {"x": b}, one(g), of=arm(bonus=b)) for b, g in grades.items()),
        *(Value("attainment_at_bonus", {"x": b}, one(g), measure="attainment", of=arm(bonus=b))
          for b, g in attained.items()),
        Change("first_closures_change", {"x": 1.0}, one(0.0), measure="attainment_first", of=arm(bonus=1.0)),
        Value("grade_cuts_closures", {}, one(5.6), of=arm(**cuts)),
        Value("grade_cuts_first", {}, one(6.3), of=arm(kpi="first_closures", **cuts)),
        Change("check_bonus_no_gaming", {"x": 1.0}, None, of=arm(bonus=1.0, world={"gaming_belief": 0.0})),
        Change("check_bonus_less_connecting", {"x": 0.4}, None, of=arm(bonus=0.4, world=LESS_CONNECTING)),
        Value("check_within_norm", {"x": 0.0}, None, ".0%", measure="within_norm", of=arm(bonus=0.0)),
    )


def _time() -> tuple[Figure, ...]:
    tops = {0.54: (0.32, 0.32), 0.56: (0.28, 0.28), 0.58: (0.25, 0.25), 0.60: (0.15, 0.20)}
    gains = {0.54: 0.09, 0.56: 0.16, 0.58: 0.25, 0.60: 0.50}
    unconvinced = {"conviction_start": 0.1}

    def taking(load, share):
        return arm(load=load, customer_time=share) if share else arm(load=load)

    return (
        *(Optimum("time_optimum", {"load": x}, top, ".0%", TIMES, tuple(taking(x, t) for t in TIMES))
          for x, top in tops.items()),
        *(Change("time_gain", {"x": 0.2, "load": x}, one(g), of=taking(x, 0.2)) for x, g in gains.items()),
        *(Change("time_gain", {"x": 0.4, "load": x}, (-2.4, -1.0), of=taking(x, 0.4)) for x in gains),
        *(Change("time_gain_bonus", {"x": 0.2, "bonus": b}, one(g), of=arm(customer_time=0.2, bonus=b),
                 against=arm(bonus=b)) for b, g in ((0.4, 0.0), (1.0, 1.0))),
        *(Change("time_gain_conviction", {"x": t, "theta": 0.1}, one(g),
                 of=arm(world=unconvinced, customer_time=t, recruit_orientation=0.1),
                 against=arm(world=unconvinced, recruit_orientation=0.1)) for t, g in ((0.2, 0.66), (0.35, -0.39))),
        Change("check_time_less_connecting", {"x": 0.2, "load": 0.6}, None,
               of=arm(load=0.6, customer_time=0.2, world=LESS_CONNECTING)),
        Value("check_gaming_unconvinced", {"theta": 0.1}, None, ".0%", measure="gaming",
              of=arm(world=unconvinced, recruit_orientation=0.1)),
    )


def peak(load: float, world=None, **levers) -> Arm:
    """A peak of 30% for eight weeks under a policy, and 3.5 years after it."""
    demand = load / LOAD
    switches = ((0, {"demand": 1.3 * demand}), (PEAK_WEEKS, {"demand": demand}))
    return arm(PEAK_WEEKS + AFTER, load, world, switches, **levers)


def _tipping() -> tuple[Figure, ...]:
    known = {0.585: 0.0, 0.605: 10 / 12}
    loads = (0.56, 0.585, 0.605, 0.625, 0.645, 0.665)
    looser = {"familiarity_gain": 0.0, "coordination": 0.03, **LESS_CONNECTING}

    def stuck(load, label, prototype, **levers):
        calm = arm(PEAK_WEEKS + AFTER, load, **levers)
        return ShareWorse(label, {"load": load}, prototype, ".0%", peak(load, **levers), calm)

    return (
        *(stuck(x, "stuck", one(known[x]) if x in known else None) for x in loads),
        *(Value("grade_at_load", {"load": x}, None, of=arm(PEAK_WEEKS + AFTER, x)) for x in loads),
        *(Change("scar", {"load": x}, None, of=peak(x), against=arm(PEAK_WEEKS + AFTER, x)) for x in loads[3:]),
        *(stuck(x, "stuck_yielding", None, customer_time=0.2, time_yields=1.0) for x in (0.625, 0.645)),
        *(stuck(x, "stuck_rigid", None, customer_time=0.2, time_yields=0.0) for x in (0.625, 0.645)),
        Change("check_scar_looser", {"load": 0.605}, None, of=peak(0.605, looser),
               against=arm(PEAK_WEEKS + AFTER, 0.605, looser)),
    )


def _okrs() -> tuple[Figure, ...]:
    several = {1: 0.11, 2: 0.02, 3: -0.09, 4: -0.22, 6: -0.64}
    return (
        Change("okr_gain", {"x": 0.5}, (0.10, 0.12), of=arm(**OKR)),
        *(Change("okr_count", {"n": n}, one(g), of=arm(okr=0.5, okr_count=n)) for n, g in several.items()),
        Change("okr_teams", {"n": 6}, None, of=arm(okr_teams=6, **OKR)),
        Change("sponsor_alone", {}, one(0.0), of=arm(sponsorship=0.5)),
        Change("sponsor_okr", {}, None, of=arm(sponsorship=0.5, **OKR), against=arm(**OKR)),
        Value("check_connect", {}, None, ".1%", measure="day_connect", of=TODAY),
        Value("check_care_okr", {}, None, ".1%", measure="day_care", of=arm(**OKR)),
        Value("check_connect_less", {}, None, ".1%", measure="day_connect", of=arm(world=LESS_CONNECTING)),
        Change("check_okr_less_connecting", {"x": 0.5}, None, of=arm(world=LESS_CONNECTING, **OKR)),
    )


def _culture() -> tuple[Figure, ...]:
    pulse = arm(culture=1.0, switches=((26, {"culture": 0.0}),))
    adapting = {"adaptation": 0.6}
    return (
        Change("pulse_first_year", {}, one(0.08), of=pulse, year=0),
        Change("pulse_last_year", {}, one(-0.01), of=pulse, year=2),
        Change("sustained", {}, one(0.17), of=arm(culture=1.0)),
        Change("structure", {}, one(0.20), of=arm(**STRUCTURE)),
        Combination("together", {}, one(-0.07), together=arm(culture=1.0, **STRUCTURE), first=arm(culture=1.0),
                    second=arm(**STRUCTURE)),
        Change("structure_first_adapting", {"a": 0.6}, one(0.21), of=arm(world=adapting, **STRUCTURE), year=0),
        Change("structure_last_adapting", {"a": 0.6}, one(0.14), of=arm(world=adapting, **STRUCTURE), year=2),
        Change("check_time_only", {"x": 0.2}, None, of=arm(customer_time=0.2)),
        Change("check_culture_free", {}, None, of=arm(world={"culture_hours": 0.0}, culture=1.0)),
        Change("check_culture_less_connecting", {}, None, of=arm(world=LESS_CONNECTING, culture=1.0)),
        Value("check_conviction_culture", {}, None, measure="conviction", of=arm(culture=1.0)),
    )


def _structures() -> tuple[Figure, ...]:
    unfamiliar = {"familiarity_gain": 0.0}
    slow = (0.0, 0.1, 0.2, 0.3, 0.5)
    own = {"ownership": 1.0}
    return (
        Value("pool_no_owner", {}, (2.6, 2.8), of=arm(structure="pool")),
        Value("journey_no_owner", {}, one(6.9), of=arm(structure="journey")),
        Value("journey_unfamiliar", {}, one(5.7), of=arm(structure="journey", world=unfamiliar)),
        Value("pool_owner", {}, None, of=arm(structure="pool", **own)),
        Value("journey_owner", {}, None, of=arm(structure="journey", **own)),
        *(Change("pool_against_journey", {"x": x}, None, of=arm(structure="pool", world={"learning_slow": x}, **own),
                 against=arm(structure="journey", world={"learning_slow": x}, **own)) for x in slow),
        Value("check_pool_at", {"load": 0.62}, None, of=arm(structure="pool", load=0.62)),
        Value("check_pool_at", {"load": 0.64}, None, of=arm(structure="pool", load=0.64)),
        Value("check_today_at", {"load": 0.64}, None, of=arm(load=0.64)),
        Value("check_lost", {}, None, ".1%", measure="context_lost", of=TODAY),
        Value("check_lost_pool", {}, None, ".1%", measure="context_lost", of=arm(structure="pool")),
        Value("check_journey_unfamiliar_less", {}, None,
              of=arm(structure="journey", world={**unfamiliar, **LESS_CONNECTING})),
    )


def _rules() -> tuple[Figure, ...]:
    known = {0.2: {0.0: 0.15, 0.6: -0.09, 1.0: -0.11}, 0.6: {0.0: 0.09, 0.6: -0.02, 1.0: 0.03}}
    fearless = {"fear_spread": 0.0}
    return (
        *(Change("strict", {"x": x, "rho": rho}, one(g), of=arm(world={"rules_prevent": rho}, strictness=x))
          for rho, gains in known.items() for x, g in gains.items()),
        *(Change("strict_fearless", {"x": 1.0, "rho": rho}, (0.02, 0.07),
                 of=arm(world={"rules_prevent": rho, **fearless}, strictness=1.0)) for rho in known),
        *(Change("check_strict_no_brake", {"x": x}, None, of=arm(world={"fear_weight": 0.0}, strictness=x))
          for x in (0.0, 1.0)),
        Change("check_strict_no_audits", {"x": 1.0}, None,
               of=arm(world={"strict_detect": 0.0, **fearless}, strictness=1.0)),
        Value("check_connect_strict", {"x": 1.0}, None, ".1%", measure="day_connect", of=arm(strictness=1.0)),
        Change("check_gaming_strict", {"x": 0.0}, None, ".1%", measure="gaming", of=arm(strictness=0.0)),
    )


def _customer_pay() -> tuple[Figure, ...]:
    added, instead, cut = ({"customer_weight": 0.2, "customer_pay_mode": m} for m in ("added", "instead", "cut_only"))
    full = {"dilution": 1.0}
    return (
        Change("pay_cut_only", {}, one(0.41), of=arm(**cut)),
        Change("pay_instead_team", {}, one(0.55), of=arm(customer_scope="team", **instead)),
        Change("pay_instead_organisation", {"psi": 0.5}, one(0.48), of=arm(**instead)),
        Change("pay_instead_organisation", {"psi": 1.0}, one(0.41), of=arm(world=full, **instead)),
        Change("pay_added_team", {}, one(0.16), of=arm(customer_scope="team", **added)),
        Change("pay_added_organisation", {"psi": 0.5}, one(0.05), of=arm(**added)),
        Change("pay_added_organisation", {"psi": 1.0}, one(0.01), of=arm(world=full, **added)),
        Change("check_cut_less_connecting", {}, None, of=arm(world=LESS_CONNECTING, **cut)),
        Change("check_cut_dilution", {"psi": 1.0}, None, of=arm(world=full, **cut)),
        Value("check_grade_dilution", {"psi": 1.0}, None, of=arm(world=full)),
    )


def _ratchet() -> tuple[Figure, ...]:
    cut, both = {"capacity_cut": 0.1}, {"capacity_cut": 0.1, "capacity_return": 0.1}

    def at(**levers):
        return arm(weeks=LONG, load=0.58, **levers)

    return (
        Change("cuts_only", {}, one(-1.47), of=at(**cut)),
        ShareWorse("cuts_only_below", {"mark": 6.0}, one(23 / 24), ".0%", at(**cut), None, 6.0),
        Change("cuts_returned", {}, one(-0.23), of=at(**both)),
        ShareWorse("cuts_returned_below", {"mark": 6.0}, one(0.0), ".0%", at(**both), None, 6.0),
        Value("capacity_left", {}, None, measure="capacity", of=at(**cut)),
        Change("cuts_only_time", {"x": 0.2}, (-0.08, -0.02), of=at(customer_time=0.2, **cut)),
        Change("cuts_returned_time", {"x": 0.2}, (-0.08, -0.02), of=at(customer_time=0.2, **both)),
        *(Change("check_cuts", {"x": x}, None, of=at(capacity_cut=x)) for x in (0.05, 0.2)),
        *(Change("check_cuts_returned", {"x": x}, None, of=at(capacity_cut=x, capacity_return=x)) for x in (0.05, 0.2)),
    )


def _platform() -> tuple[Figure, ...]:
    bare = {"routine_notes": 0.0}
    alone, both = arm(world=bare, platform=1.0), arm(world=bare, platform=1.0, **OKR)
    return (
        Change("platform_alone", {"notes": 0.0}, (-0.07, 0.03), of=alone),
        Value("adoption_alone", {"notes": 0.0}, one(0.11), measure="platform_adoption", of=alone),
        Change("platform_structure", {"notes": 0.0}, (0.02, 0.14), of=both, against=arm(world=bare, **OKR)),
        Value("adoption_structure", {"notes": 0.0}, one(0.73), measure="platform_adoption", of=both),
        Change("platform_alone", {"notes": 0.03}, one(0.23), of=arm(platform=1.0)),
        Value("adoption_alone", {"notes": 0.03}, None, measure="platform_adoption", of=arm(platform=1.0)),
        Value("check_connect_notes", {"notes": 0.0}, None, ".1%", measure="day_connect", of=arm(world=bare)),
    )


PATTERNS = {p.name: p for p in (
    Pattern("P1", (
        Value("attainment", {}, one(1.05), measure="attainment", of=TODAY),
        Value("green", {}, one(1.0), ".0%", measure="share_green", of=TODAY),
        Value("graded", {"mark": 7.5}, one(0.48), ".0%", measure="share_seven_half", of=TODAY),
        Value("graded", {"mark": 9}, one(0.08), ".0%", measure="share_nine", of=TODAY),
    )),
    Pattern("P2", _bonus()),
    Pattern("P3", _time()),
    Pattern("P4", _tipping()),
    Pattern("P5", _okrs()),
    Pattern("P6", _culture()),
    Pattern("P7", _structures()),
    Pattern("P8", _rules()),
    Pattern("P9", ()),
    Pattern("P10", _customer_pay()),
    Pattern("P11", _ratchet()),
    Pattern("P12", _platform()),
)}
