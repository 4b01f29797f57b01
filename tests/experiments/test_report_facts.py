"""The rules of the report: which policy is first, when it shows, the dip, badges, and who loses."""

import numpy as np
import pytest
from report_database import Planted, make

from silosim.experiments.comparison import difference
from silosim.experiments.report.facts import badges, course
from silosim.experiments.report.facts.facts import compute
from silosim.experiments.report.facts.source import opened, read
from silosim.experiments.report.facts.tables import CHANGE, Cell, Column, Table
from silosim.experiments.report.facts.worlds import read_worlds
from silosim.model.parameters import InvalidInput


def facts_of(tmp_path, policies, **how):
    with opened(make(tmp_path / "r.db", policies, **how)) as store:
        return compute(read(store))


def choice(tmp_path, policies, **how):
    found = facts_of(tmp_path, policies, **how).choice
    return found.kind, found.policy, found.tied, found.more


BETTER, BIG_HARM = {"grade": 0.3}, {"grade": 0.5, "lead_time": 2.0}


@pytest.mark.parametrize(("policies", "wanted"), [
    ({"better": Planted(BETTER), "worse": Planted({"grade": -0.3})}, ("first", "better", (), ())),
    ({"better": Planted(BETTER), "mixed": Planted(BIG_HARM)}, ("first", "better", (), ("mixed",))),
    ({"mixed": Planted(BIG_HARM), "worse": Planted({"grade": 0.4, "lead_time": 2.0, "strain": 0.2})},
     ("price", "mixed", (), ())),
    ({"better": Planted({"grade": 0.05})}, ("slight", "better", (), ())),
    ({"worse": Planted({"grade": -0.3})}, ("none", "", (), ())),
    ({"better": Planted({"grade": 0.3}, noise=1.0)}, ("none", "", (), ())),
    ({"same": Planted({})}, ("none", "", (), ())),
    ({"better": Planted(BETTER), "same": Planted({"grade": 0.3, "nps": 9.0})}, None),
    ({}, ("alone", "", (), ())),
])
def test_which_policy_is_first(tmp_path, policies, wanted):
    found = choice(tmp_path, policies)
    if wanted is None:  # the same gain: whichever is first, the other shares its place
        assert found[0] == "first"
        assert {found[1], *found[2]} == {"better", "same"}
    else:
        assert found == wanted


def test_without_a_grade_nothing_is_first(tmp_path):
    assert choice(tmp_path, {"better": Planted(BETTER)}, undefined=("grade",))[0] == "undefined"


def test_a_direction_needs_the_runs_to_agree_and_not_only_the_mean(tmp_path):
    facts = facts_of(tmp_path, {"better": Planted({"grade": 0.3}, noise=1.0)})
    d = facts.found["better", "grade"]
    assert d.verdict == "unclear"
    assert d.change.mean > 0.1  # more than matters
    assert facts.badge is None


@pytest.mark.parametrize(("verdict", "worlds", "evidence", "support", "confidence"), [
    ("better", 0.95, "published", "strong", "high"),
    ("better", 0.95, "plausible", "strong", "medium"),
    ("better", 1.0, "free", "strong", "medium"),
    ("better", 0.70, "published", "partial", "medium"),
    ("slightly_worse", 0.70, "free", "partial", "low"),
    ("better", float("nan"), "published", "partial", "medium"),
    ("better", 0.65, "published", "weak", "low"),
    ("unclear", 1.0, "published", "none", "none"),
    ("equal", 1.0, "published", "none", "none"),
])
def test_badges(verdict, worlds, evidence, support, confidence):
    found = badges.badge(verdict, worlds, evidence)
    assert (found.support, found.confidence) == (support, confidence)


def test_an_assumption_alone_never_gives_high_confidence():
    assert all(badges.badge("better", share, "free").confidence != "high" for share in (0.0, 0.7, 1.0, float("nan")))


def quarters(*means):
    """Differences of quarters with these means, clear where the mean is not 0."""
    sway = 0.001 * np.array([-1, 1, -1, 1, -1, 1])
    return [difference("p", "grade", 7 + m + (sway if m else 100 * sway), np.full(6, 7.0)) for m in means]


@pytest.mark.parametrize(("means", "first"), [
    ((0.2, 0.2, 0.2), 1), ((0.0, 0.2, 0.2), 2), ((-0.2, 0.2, 0.2), 2), ((0.2, 0.0, 0.2), 3), ((0.2, 0.2, 0.0), 0),
    ((), 0)])
def test_it_shows_from_the_quarter_after_which_it_stays(means, first):
    assert course.shows_in(quarters(*means)) == first


def test_the_deepest_point_counts_only_what_is_clearly_worse():
    assert course.deepest(quarters(0.2, -0.1, -0.3, 0.2)) == 3
    assert course.deepest(quarters(0.2, 0.0, 0.1)) == 0


def test_the_dip_is_found_where_it_was_planted(tmp_path):
    facts = facts_of(tmp_path, {"better": Planted(BETTER, dip=0.5)})
    assert facts.cell("course", "better", "dip_week").value == 4
    assert facts.cell("course", "better", "dip").value == pytest.approx(-0.5 + 0.3 * 2.5 / 20, abs=0.03)
    assert facts.cell("course", "better", "quarter").value == 2


def test_the_early_sign_is_one_that_moves(tmp_path):
    facts = facts_of(tmp_path, {"better": Planted({**BETTER, "contacts": -0.3, "bounced": -0.02})})
    assert (facts.way.watch, facts.way.by) == ("contacts", "size")
    many = {f"p{k}": Planted({"grade": 0.1 * k, "contacts": -0.05 * k, "strain": 0.2 * (-1) ** k}) for k in range(5)}
    facts = facts_of(tmp_path / "many", {**many, "better": Planted({"grade": 0.6, "contacts": -0.3})})
    assert (facts.choice.policy, facts.way.watch, facts.way.by) == ("better", "contacts", "correlation")


def test_rank_correlation():
    x = np.array([1.0, 2.0, 3.0, np.nan, 4.0])
    assert course.spearman(x, x**3) == pytest.approx(1.0)
    assert course.spearman(x, -x) == pytest.approx(-1.0)
    assert np.isnan(course.spearman(x, np.ones(5)))
    assert course.spearman(np.array([1, 2, 2, 3.0]), np.array([1, 2, 2, 3.0])) == pytest.approx(1.0)


def test_teams_that_lose_are_counted_and_others_are_not(tmp_path):
    facts = facts_of(tmp_path, {"better": Planted(BETTER), "worse": Planted({"grade": -0.3, "strain": 0.3})})
    assert facts.cell("sides", "worse", "losing").value == 2
    assert facts.cell("sides", "better", "losing").value == 0
    assert facts.cell("sides", "better", "winning").value == 2


def test_failed_runs_are_left_out_of_their_pairs_only(tmp_path):
    facts = facts_of(tmp_path, {"better": Planted(BETTER, fails=(1, 3)), "worse": Planted({"grade": -0.3})})
    assert facts.found["better", "grade"].change.n == 4
    assert facts.found["worse", "grade"].change.n == 6
    assert facts.cell("lost", "better", "lost").value == 2
    assert facts.choice.policy == "better"


WORLDS = {"better": {f"w{k:02}": 0.02 * k for k in range(50)}, "worse": {f"w{k:02}": -0.2 for k in range(50)}}


def test_worlds_give_shares_regret_and_where_it_fails(tmp_path):
    facts = facts_of(tmp_path, {"better": Planted({"grade": 0.5}), "worse": Planted({"grade": -0.2})}, worlds=WORLDS)
    robust = {row.key: row.values for row in facts.tables["robust"]}
    assert robust["better"]["missed"] == pytest.approx(np.mean([0.02 * k < 0.1 for k in range(50)]), abs=0.03)
    assert robust["better"]["regret_max"] == pytest.approx(0.0, abs=1e-9)
    assert robust["worse"]["worse"] == 1.0
    assert robust["worse"]["rank_mean"] == 3
    assert next(iter(facts.tables["drivers"].rows)) == "duty"
    assert facts.cell("drivers", "duty", "rank").value == pytest.approx(1.0)


def test_a_region_in_which_it_fails_has_its_limits_in_a_table(tmp_path):
    shift = {f"w{k:02}": 0.0 if k < 25 else 0.4 for k in range(50)}
    facts = facts_of(tmp_path, {"better": Planted({"grade": 0.5})}, worlds={"better": shift})
    assert facts.cell("region", "duty", "high").value == pytest.approx(0.545, abs=0.02)
    assert facts.cell("fails", "1", "density").value > 0.9


def test_worlds_of_other_rules_are_not_used(tmp_path):
    path = make(tmp_path / "r.db", {"better": Planted(BETTER)}, worlds={"better": WORLDS["better"]})
    with opened(path) as store:
        source = read(store)
        assert read_worlds(source) is not None
        source.row["rulebook"] = "others"
        assert read_worlds(source) is None


def test_the_last_comparison_is_taken_and_another_can_be_named(tmp_path):
    path = make(tmp_path / "r.db", {"better": Planted(BETTER)})
    make(path, {"worse": Planted({"grade": -0.3})}, runs=5)
    with opened(path) as store:
        assert read(store).others == ("worse",)
        assert read(store, "1").others == ("better",)
        with pytest.raises(InvalidInput, match="there is no sweep '9'"):
            read(store, "9")


def test_a_table_names_its_cells_and_writes_what_spreadsheets_take_for_text():
    table = Table("t", [Column("a b", ".2f", CHANGE), Column("word", kind="word")])
    table.add("=1+1", {"a b": 0.5, "word": "+cmd"})
    table.add("= 1+1", {"a b": float("nan")})
    assert len({table.id_of(key, "a b") for key in table.rows}) == 2
    assert table.csv().splitlines()[1] == "'=1+1,0.5,'+cmd"
    assert table.csv().splitlines()[2] == "'= 1+1,,"
    assert not Cell("x", float("nan"), "", CHANGE)
    with pytest.raises(ValueError, match="twice"):
        table.add("=1+1", {})
