"""Verdicts on all claims as the database keeps them, made by hand: everything a page may show, nothing run."""

from silosim.experiments.claims.declared import load_claims
from silosim.experiments.claims.rule import AS_IS, EQUAL
from silosim.experiments.publish import evidence, records
from silosim.experiments.store import Store

RULE = {"share": 0.75, "confidence": 0.95, "resamples": 2000, "discoveries": 0.05, "fragile": 0.1, "density": 0.75}
ENSEMBLE = {"name": "full", "narrow": 4, "wide": 2, "runs": 3, "burn_in": 104, "rows": 4}
CLAIMS = {name: claim for name, claim in load_claims().items() if not claim.needs}


def arm(mean, reading="unclear", hold=0.5, oppose=0.25):
    """A cost arm of a verdict, scores in units of what matters."""
    wide = {"replicates": 0.1, "worlds": 0.5, "choices": 2}
    return {"worlds": 4, "mean": mean, "low": mean - 0.5, "high": mean + 0.5, "hold": hold, "oppose": oppose,
            "reading": reading, "intervals": {name: [mean - half, mean + half] for name, half in wide.items()}}


def part_of(one, weakest):
    """A part of a claim that moves by half more than matters."""
    mean = one.matters * 1.5
    return {"name": one.name, "measure": one.measure, "judged": one.judged, "mean": mean, "low": mean / 2,
            "high": mean * 2, "hold": 0.5, "oppose": 0.25, "u": 1.5, "matters": one.matters, "sign": one.sign,
            "limit": one.limit, "weakest": weakest if one.judged else None,
            "intervals": {name: [mean / 2, mean * 2] for name in evidence.NESTED}}


def document(claim, verdict="no_clear_difference", mean=0.4, reading="unclear", **more):
    """A stored verdict with everything that a page may show."""
    costs = [AS_IS, EQUAL] if claim.equal_cost else [AS_IS]
    curve = {"structure_over_culture": {"group": ["structure", "between", "culture"], "shapley": [0.7, 0.2, 0.1],
                                        "grade": [0.7, 0.2, 0.1]},
             "optimum": {"share": [0.0, 0.1, 0.2], "grade": [7.0, 7.3, 7.2],
                         "by": {"time_yields": {"0.3": [7, 7.1, 7]}}},
             }.get(claim.statistic, {})
    region = {"limits": [], "density": 0.9, "coverage": 0.6, "base": 0.4, "worlds": 10, "p": 0.01,
              "words": {"en": "It holds where it rains.", "nl": "Het geldt waar het regent."}}
    found = {
        "claim": claim.id, "articles": list(claim.articles), "file": claim.digest, "verdict": verdict,
        "fragile": False, "changes": 0.02, "p": 0.0123, "passes": reading != "unclear", "condition": "", "small": False,
        "arms": {cost: arm(mean, reading) for cost in costs}, "wide": {cost: arm(mean) for cost in costs},
        "parts": {cost: [part_of(one, 0.25 * (k + 1)) for k, one in enumerate(claim.parts)] for cost in costs},
        "sensitivity": {"dose": {"0.5": {"mean": 0.1, "hold": 0.2, "worlds": 2}, "2.0": {"mean": 1, "hold": 0.6,
                                                                                      "worlds": 2}},
                        "kpi": {"closures": {"mean": 0.1, "hold": 0.4, "worlds": 4}}},
        "holds": region if verdict == "supported_when" else None, "fails": None, "why_no_region": "none",
        "remaining_cost": {"added": 0.0012}, "grade_per_percent_hours": 0.051, "curve": curve,
        "worlds": [{"name": f"narrow {k}", "prior": "narrow", "choices": {}, "u": dict.fromkeys(costs, mean + u)}
                   for k, u in enumerate((-40.0, -0.2, 0.2, 8.0))], "rule": RULE}
    return {**found, **more}


def stored(path, documents, ensemble=ENSEMBLE, seed=1, rulebook=None):
    """Writes verdicts into a database, as one call of `silosim claims` does."""
    with Store(path) as store:
        sweep = store.begin_sweep("claims", {}, seed, {"silosim": "9.8.7"})
        store.write_claims([(one["claim"], one["file"], ensemble, seed, one["verdict"], one["fragile"], one)
                            for one in documents], sweep, rulebook)
        store.end_sweep(sweep, "done")


def found_in(path, **which):
    """The record that would be published from this database; None without one."""
    with Store(path, write=False) as store:
        return records.find(store, **which)
