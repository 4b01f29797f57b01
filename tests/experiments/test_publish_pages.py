"""A claim's page and figure: they say what the stored verdict allows, in both languages, and nothing else."""

import re
from xml.etree import ElementTree

import pytest
from stored_verdicts import CLAIMS, ENSEMBLE, arm, document

from silosim.experiments.claims.rule import AS_IS, EQUAL
from silosim.experiments.claims.statistics import STATISTICS
from silosim.experiments.publish import figure, pages, records, said
from silosim.experiments.publish.said import Words
from silosim.model.text import LANGUAGES, catalogue


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_figure_has_a_dot_a_world_fits_and_says_in_words_what_it_shows(lang):
    claim = CLAIMS["C5"]
    words = pages.alt(Words(lang), claim, document(claim))
    picture = figure.draw(Words(lang), claim, document(claim), words)
    assert len(picture) < 60_000
    svg = ElementTree.fromstring(picture)
    wide = float(svg.get("width"))
    assert words in [one.text for one in svg]
    dots = [one.get("d") for one in svg if one.get("stroke-linecap")]
    assert [one.count("M") for one in dots] == [4, 4]  # both cost arms
    places = [float(x) for one in dots for x in re.findall(r"M([\d.]+)", one)]
    assert min(places) > 0
    assert max(places) < wide
    texts = [one.text for one in svg if one.tag.endswith("text")]
    assert all(said.Words(lang).part(claim, part.name) in " ".join(texts) for part in claim.parts)


def page_of(claim="C5", lang="en", **more):
    claim = CLAIMS[claim]
    one = document(claim, **more)
    about = records.Record(1, ENSEMBLE, 1, "0123", 1234, 0, 2, 600.0, "Linux, 2 processors", {"silosim": "9.8.7"},
                           {claim.id: one}, more.get("proofs", {}))
    return pages.page(claim, about, lang)


def test_the_first_paragraph_says_what_the_rule_allowed():
    plain = page_of().split("\n\n")[3]
    held = "By at least what matters, the claim holds in 50% of 4 tested worlds"
    assert plain.startswith(f"**No clear difference.** {held}")
    assert "in 25% something that it needs goes the other way. At equal cost: 50% and 25%." in plain
    assert "customer grade" in plain
    assert "fragile" not in plain
    yes = page_of(verdict="supported", reading="for", fragile=True, changes=0.31).split("\n\n")[3]
    assert yes.startswith(f"**Supported (fragile).** {held}")
    assert "another one comes out in 31% of the draws" in yes
    assert "worlds of the wide prior, which are told apart, it holds in 50%" in yes
    no = page_of("C11", verdict="contradicted", reading="against").split("\n\n")[3]
    assert no.startswith("**Contradicted.** In 25% of 4 tested worlds something that it needs goes the other way")
    assert "at equal cost" not in no  # nothing is paid for there
    when = page_of(verdict="supported_when", condition="equal_cost", lang="nl").split("\n\n")[3]
    assert when.startswith("**Alleen gesteund mits …** Het geldt alleen als de betaalde uren worden aangepast")
    assert "an answer, not a lack of data" in page_of(small=True).split("\n\n")[3]
    nearly = page_of(reading="for", passes=False).split("\n\n")[3]
    assert "does not pass the control for 19 claims (p = 0.012)" in nearly


def test_the_rule_is_told_condition_by_condition():
    page = page_of(mean=0.8)
    assert "| for: the interval lies above 0 (its lower end) | yes (+0.30) | yes (+0.30) |" in page
    assert "| for: the score is at least 1 in 75% of the worlds | no (50%) | no (50%) |" in page
    assert "| so this arm reads | **unclear** | **unclear** |" in page
    assert "with our own choices drawn anew the interval is -1.20 to +2.80 and takes in 0" in page
    assert "it moves most with dose of the levers: at 0.5 it holds in 20% of the worlds, at 2 in 60%" in page


def test_a_choice_that_moves_only_the_mean_is_told():
    levels = {"0.5": {"mean": -3.5, "hold": 0.0, "worlds": 2}, "2.0": {"mean": 0.5, "hold": 0.0, "worlds": 2}}
    assert "moves most with dose of the levers: -3.50 at 0.5, +0.50 at 2." in page_of(sensitivity={"dose": levels})


def test_what_was_done_is_told_from_the_claim_file():
    page = page_of()
    assert "| `added` | customer in pay (`customer_weight`) 0.3 |" in page
    assert "`instead` − `cut_only`" in page
    assert "9.8.7, rules 0123" in page
    assert CLAIMS["C5"].digest in page
    assert "scaled in every world until it costs" in page
    assert "scaled in every world until it costs" not in page_of("C11")


def test_what_came_out_of_the_counter_world_is_shown_also_when_it_should_not_have():
    one = {"verdict": "no_clear_difference", "wanted": "contradicted", "mean": -0.4, "hold": 0.0, "oppose": 0.33,
           "worlds": 3, "runs": 2}
    told = "reads 'no clear difference' (score -0.40; for it 0%, against 33%; 3 worlds, 2 replicates): NOT as it must"
    assert told in page_of(proofs={"C5": {"counter": one}})
    assert "not run under these rules" in page_of()


def test_a_claim_of_which_nothing_is_defined_still_has_a_page():
    nothing = {**arm(0.0, hold=0.0, oppose=0.0), "worlds": 0, "mean": None, "low": None, "high": None, "intervals": {}}
    undefined = {"mean": None, "low": None, "high": None, "u": None, "weakest": None, "intervals": {}}
    one = document(CLAIMS["C5"])
    parts = {cost: [{**part, **undefined} for part in found] for cost, found in one["parts"].items()}
    more = {"arms": {AS_IS: nothing, EQUAL: nothing}, "parts": parts, "worlds": [], "sensitivity": {}, "wide": {}}
    assert "no (undefined)" in page_of(**more)
    assert "<circle" not in figure.draw(Words("en"), CLAIMS["C5"], {**one, **more}, "")


def test_the_part_that_decides():
    claim = CLAIMS["C5"]
    one = document(claim)
    assert claim.parts[said.decisive(claim, one)].name == "token"  # the last judged one, by construction
    for part in one["parts"][AS_IS]:
        part["weakest"] = None
    one["parts"][AS_IS][1]["mean"] = -5.0
    assert said.decisive(claim, one) == 1


@pytest.mark.parametrize("name", STATISTICS)
def test_every_statistic_is_explained(name):
    assert f"publish.statistic.{name}" in catalogue("en")


@pytest.mark.parametrize(("mean", "worlds", "small", "leans"), [
    (3.0, (1, 2, 3), False, "for"), (0.6, (0.5, 0.6, 0.7), True, "for_small"), (-3.0, (-1, -2, 9), False, "against"),
    (-0.6, (-0.5, -0.6, -0.7), True, "against_small"), (0.4, (1, 2, 3), False, "neither"),
    (3.0, (-1, -1, 11), False, "neither"), (-3.0, (1, 1, -11), False, "neither")])
def test_a_claim_leans_where_both_the_mean_and_most_worlds_lie(mean, worlds, small, leans):
    share = 0.1 if small else 0.4
    arms = {cost: arm(mean, hold=share, oppose=0.1) for cost in (AS_IS, EQUAL)}
    one = document(CLAIMS["C5"], arms=arms, small=small, worlds=worlds_of(worlds))
    assert said.lean(one) == leans
    for lang in LANGUAGES:
        told = "verdict.small" if small else f"lean.sentence.{leans}"
        assert Words(lang)(told) in " ".join(said.summary(Words(lang), CLAIMS["C5"], one))


def worlds_of(as_is, equal=None):
    """Worlds with these scores as it is, and at equal cost (the same when not given)."""
    return [{"name": f"narrow {k}", "prior": "narrow", "choices": {}, "u": {AS_IS: one, EQUAL: other}}
            for k, (one, other) in enumerate(zip(as_is, equal or as_is, strict=True))]


@pytest.mark.parametrize(("means", "leans"), [
    ((3.0, 0.0), "for_as_is"), ((0.0, 3.0), "for_equal_cost"), ((-3.0, 0.0), "against_as_is"),
    ((0.0, -3.0), "against_equal_cost"), ((3.0, -3.0), "neither")])
def test_cost_arms_that_differ_lean_only_where_they_lean(means, leans):
    arms = {cost: arm(mean, hold=0.4, oppose=0.1) for cost, mean in zip((AS_IS, EQUAL), means, strict=True)}
    one = document(CLAIMS["C5"], arms=arms, worlds=worlds_of(*([mean or 0.1] * 3 for mean in means)))
    assert said.lean(one) == leans
    for lang in LANGUAGES:
        assert Words(lang)(f"lean.sentence.{leans}") in " ".join(said.summary(Words(lang), CLAIMS["C5"], one))


def test_many_worlds_for_and_many_against_are_no_leaning_but_a_difference_between_worlds():
    arms = {cost: arm(0.0, hold=0.4, oppose=0.3) for cost in (AS_IS, EQUAL)}
    assert said.lean(document(CLAIMS["C5"], arms=arms)) == "differ"


def test_an_arm_that_reads_against_is_told_when_the_other_does_not():
    arms = {AS_IS: arm(0.0, hold=0.1, oppose=0.1), EQUAL: arm(-3.0, "against", 0.0, 0.8)}
    told = page_of(arms=arms).split("\n\n")[3]
    assert "Judged only when paid hours are adjusted" in told
    assert "it reads 'against'; 'contradicted' asks that at both costs" in told
    assert "Judged only" not in page_of().split("\n\n")[3]


def test_a_part_that_is_a_level_is_no_difference_and_neither_for_nor_against():
    claim = CLAIMS["C11"]
    one = document(claim)
    above = next(k for k, part in enumerate(claim.parts) if part.name == "above")
    one["parts"][AS_IS][above] |= {"mean": 0.234, "low": 0.21, "high": 0.25, "hold": 0.99, "oppose": 0.0}
    page = page_of("C11", parts=one["parts"])
    assert "23.4% (21.0% to 25.0%) |  |  |" in page
    assert "+23.4" not in page
    assert "99%" not in page
    picture = figure.draw(Words("en"), claim, one, "")
    assert picture.count("<circle") == 1  # the mean over worlds; a level has no place beside it


def test_what_must_stay_small_tells_where_it_counts_for_and_against():
    page = page_of("C5")
    assert "| stays small | below 0.10 (score 1 at 0.05, -1 at 0.15) | yes |" in page
    assert "it must stay below 0.10, and counts for the claim up to 0.05" in page


def test_no_verdict_rests_on_what_follows_by_accounting():
    judged = {claim.parts[k].measure for claim in CLAIMS.values() for k in claim.judged}
    assert not judged & {"failure_demand", "value_action_gap", "gap_from_time", "gap_from_incentives"}
    assert {claim.statistic for claim in CLAIMS.values() if not claim.judged} <= set(STATISTICS) - {"contrast"}
