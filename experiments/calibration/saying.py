"""A fit in words, as plain JSON, and as text to paste: what a reader must know before using its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

from silosim.experiments.calibration.fitting import NOISY, VAGUE, Figure, Fit
from silosim.experiments.runkey import canonical_json, digest
from silosim.model.measures.declared import MEASURES
from silosim.model.parameters import PARAMETERS
from silosim.model.text import number, text

FEWEST_EFFECTIVE = 200  # draws, below which interval ends are coarse


def say(key: str, lang: str, **fields) -> str:
    """Words of a fit."""
    return text(f"fit.{key}", lang, **fields)


def figure_number(name: str, value: float, lang: str, half: bool = False) -> str:
    """A value of a measure as people read it; `half` of a width: two digits that count."""
    fmt = MEASURES[name].format
    if half and fmt != "share" and abs(value) < 100:
        fmt = ".2g"
    return number(value, fmt, lang)


def conclusions(fit: Fit, lang: str = "en") -> list[str]:
    """Sentences, the most important first."""
    if fit.status == "poor":
        return [*_poor(fit, lang), *_emulators(fit, lang)]
    if fit.status == "impossible":
        return [*_impossible(fit, lang), *_emulators(fit, lang), *_notes(fit, lang)]
    return [*_parameters(fit, lang), *_checked(fit, lang), *_emulators(fit, lang), *_notes(fit, lang)]


def _label(figure: Figure, lang: str) -> str:
    return text(f"measure.{figure.measure}.label", lang)


def _poor(fit: Fit, lang: str) -> Iterator[str]:
    yield say("poor", lang, names=", ".join(_label(f, lang) for f in fit.figures if not f.trusted))
    for f in fit.figures:
        if abs(f.surprise) > 4 and not f.trusted:
            yield say("surprised", lang, measure=_label(f, lang), got=figure_number(f.measure, f.got, lang),
                      emulated=figure_number(f.measure, f.emulated, lang))


def _impossible(fit: Fit, lang: str) -> Iterator[str]:
    yield say("impossible", lang)
    out = [f for f in fit.figures if f.alone > 3]
    for f in out:
        yield say("out_of_reach", lang, measure=_label(f, lang), nearest=figure_number(f.measure, f.nearest, lang),
                  value=figure_number(f.measure, f.value, lang))
    missed = [f for f in fit.figures if not f.possible]
    if not out:
        yield say("contradict", lang)
    for f in missed:
        yield say("compromise", lang, measure=_label(f, lang), got=figure_number(f.measure, f.got, lang),
                  value=figure_number(f.measure, f.value, lang), z=abs(f.z))


def _parameters(fit: Fit, lang: str) -> Iterator[str]:
    tied = {name for group in fit.together for name in group.names}
    unknown = [one.name for one in fit.known if not one.identified and one.name not in tied]
    if unknown:
        yield say("unidentified", lang, names=", ".join(unknown), count=len(unknown))
    for group in fit.together:
        *most, last = group.names
        what = say("only" if group.only else "better_together", lang, names=", ".join(most), last=last)
        way = "many" if not group.correlation or len(group.names) > 2 else "more" if group.correlation > 0 else "less"
        yield say(f"together_{way}", lang, what=what, narrower=group.narrower, correlation=group.correlation)
    for one in fit.known:
        if one.edge:
            yield say(f"edge_{one.edge}", lang, name=one.name)


def _checked(fit: Fit, lang: str) -> Iterator[str]:
    missed = [_label(f, lang) for f in fit.figures if not f.met]
    if missed:
        yield say("not_quite", lang, runs=fit.asked.check, names=", ".join(missed))
    else:
        yield say("checked", lang, runs=fit.asked.check)


def _emulators(fit: Fit, lang: str) -> Iterator[str]:
    for f in fit.figures:
        q = f.quality
        yield say("emulator", lang, measure=_label(f, lang), points=q.n, r2=q.r2,
                  rmse=figure_number(f.measure, q.rmse, lang, half=True), coverage=q.coverage)


def _notes(fit: Fit, lang: str) -> Iterator[str]:
    for f in fit.figures:
        noise = f.one_run / math.sqrt(fit.asked.runs)
        fields = {"measure": _label(f, lang), "tolerance": figure_number(f.measure, f.tolerance, lang, half=True)}
        if noise > NOISY * f.tolerance:
            needed = math.ceil((f.one_run / (NOISY * f.tolerance)) ** 2)
            yield say("noisy", lang, runs=fit.asked.runs, needed=needed,
                      noise=figure_number(f.measure, noise, lang, half=True), **fields)
        if f.one_run > f.tolerance:
            yield say("luck", lang, luck=figure_number(f.measure, f.one_run, lang, half=True), **fields)
        if f.vague > VAGUE:
            yield say("vague", lang, **fields)
    if fit.sample.effective < FEWEST_EFFECTIVE:
        yield say("coarse", lang, draws=fit.sample.effective)


def name_of(fit: Fit) -> str:
    """A name for files: the organisation and six digits of everything that was asked."""
    from pathlib import Path

    return f"{Path(fit.asked.organisation).stem}-{digest(canonical_json(fit.asked.document()))[:6]}"


def settings(fit: Fit) -> str:
    """Words for a command line."""
    return " ".join(f"--set {name}={value!r}" for name, value in {**dict(fit.asked.set), **fit.world}.items())


def as_toml(fit: Fit, lang: str = "en") -> str:
    """The best world, and worlds drawn from the posterior, as tables for a design file."""
    held = {name: value for name, value in fit.asked.set.items() if PARAMETERS[name].role != "lever"}
    lines = [f"# {say(f'toml_{fit.status}', lang)}", f"# {settings(fit)}", "", "[world]"]
    lines += [f"{name} = {_toml(value)}" for name, value in {**held, **fit.world}.items()]
    if fit.status == "fitted":
        lines += ["", f"# {say('toml_worlds', lang)}"]
        for k, world in enumerate([fit.world, *fit.worlds()]):
            inside = ", ".join(f"{name} = {_toml(value)}" for name, value in {**held, **world}.items())
            name = f"fit {k}" if k else "best fit"
            lines += ["", "[[worlds.list]]", f'name = "{name}"', f"values = {{ {inside} }}"]
    return "\n".join(lines) + "\n"


def _toml(value) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def document(fit: Fit) -> dict:
    """Everything as plain JSON; what is undefined is None. Only a fit has parameters' intervals and worlds."""
    fitted = fit.status == "fitted"
    found = {"status": fit.status, "asked": fit.asked.document(), "waves": fit.waves, "points": fit.points,
             "plausible": list(fit.left), "targets": [_figure(f) for f in fit.figures],
             "world": None if fit.status == "poor" else dict(fit.world)}
    if fitted:
        found["parameters"] = [_known(fit, one) for one in fit.known]
        found["together"] = [{"names": list(g.names), "correlation": g.correlation or None, "keeps": g.keeps,
                              "narrower": g.narrower, "only": g.only} for g in fit.together]
        found["effective_draws"] = fit.sample.effective
        found["worlds"] = fit.worlds()
        found["settings"] = settings(fit)
    return _plain(found)


def _figure(f: Figure) -> dict:
    return {"measure": f.measure, "value": f.value, "tolerance": f.tolerance, "got": f.got,
            "low": f.got - f.half_width, "high": f.got + f.half_width, "z": f.z, "met": f.met, "possible": f.possible,
            "implausible_alone": f.alone, "nearest": f.nearest, "one_run_sd": f.one_run,
            "emulator": {"said": f.emulated, "surprise": f.surprise, "r2": f.quality.r2, "rmse": f.quality.rmse,
                         "coverage": f.quality.coverage, "points": f.quality.n, "trusted": f.trusted}}


def _known(fit: Fit, one) -> dict:
    low, median, high = fit.interval(one)
    unknown = fit.asked.unknowns[fit.asked.names.index(one.name)]
    return {"name": one.name, "best": fit.world[one.name], "low": low, "median": median, "high": high,
            "prior": [unknown.low, unknown.high], "scale": "log" if unknown.log else "linear", "keeps": one.keeps,
            "identified": one.identified, "edge": one.edge or None}


def _plain(thing):
    if isinstance(thing, dict):
        return {name: _plain(value) for name, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [_plain(value) for value in thing]
    return None if isinstance(thing, float) and not math.isfinite(thing) else thing
