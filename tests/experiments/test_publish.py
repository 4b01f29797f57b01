"""What is published about the claims: pages, figures and tables that follow from stored verdicts and nothing else."""

import csv
import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from silosim.experiments.claims.declared import load_claims
from silosim.experiments.claims.prove import KINDS
from silosim.experiments.claims.rule import AS_IS, EQUAL
from silosim.experiments.claims.statistics import STATISTICS
from silosim.experiments.publish import evidence, figure, front, pages, pieces, records, said
from silosim.experiments.publish.said import Words
from silosim.experiments.store import Store
from silosim.model.text import LANGUAGES, catalogue

RULE = {"share": 0.75, "confidence": 0.95, "resamples": 2000, "discoveries": 0.05, "fragile": 0.1, "density": 0.75}
ENSEMBLE = {"name": "full", "narrow": 4, "wide": 2, "runs": 3, "burn_in": 104, "rows": 4}
CLAIMS = {name: claim for name, claim in load_claims().items() if not claim.needs}


def arm(mean, reading="unclear", hold=0.5, oppose=0.25):
    wide = {"replicates": 0.1, "worlds": 0.5, "choices": 2}
    return {"worlds": 4, "mean": mean, "low": mean - 0.5, "high": mean + 0.5, "hold": hold, "oppose": oppose,
            "reading": reading, "intervals": {name: [mean - half, mean + half] for name, half in wide.items()}}


def part_of(one, weakest):
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
    with Store(path) as store:
        sweep = store.begin_sweep("claims", {}, seed, {"silosim": "9.8.7"})
        store.write_claims([(one["claim"], one["file"], ensemble, seed, one["verdict"], one["fragile"], one)
                            for one in documents], sweep, rulebook)
        store.end_sweep(sweep, "done")


def found_in(path, **which):
    with Store(path, write=False) as store:
        return records.find(store, **which)


@pytest.fixture
def root(tmp_path):
    """A checkout with nothing published in it."""
    (tmp_path / "results").mkdir()
    (tmp_path / "README.md").write_text("# x\n\n<!-- claims -->\nold\n<!-- end -->\n\nrest\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def record(root):
    verdicts = ("supported", "contradicted", "supported_when", "no_clear_difference", "follows_from_assumption")
    stored(root / "s.db", [document(claim, verdicts[k % 5]) for k, claim in enumerate(CLAIMS.values())])
    return found_in(root / "s.db")


def test_everything_about_the_claims_is_written_and_the_same_again(record, root):
    paths = pieces.write_claims(record, root)
    assert len(paths) == 2 + len(LANGUAGES) * (1 + 2 * len(CLAIMS)) + 1
    assert sum(path.stat().st_size for path in paths) < 1_500_000
    before = {path: path.read_bytes() for path in paths}
    pieces.write_claims(found_in(root / "s.db"), root)
    assert {path: path.read_bytes() for path in paths} == before


def test_links_and_pictures_lead_somewhere_and_nothing_is_left_to_fill_in(record, root):
    (root / "experiments" / "claims").mkdir(parents=True)
    (root / "experiments" / "claims" / "README.md").touch()
    for path in pieces.write_claims(record, root):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\{\w+\}|\bnan\b|\bNone\b(?! is fragile| of our)", text), path
        if path.suffix == ".md":
            for target in re.findall(r"\]\(([^)]+)\)", text):
                assert (path.parent / target).exists(), (path, target)


def test_dutch_pages_write_numbers_the_dutch_way(record, root):
    pieces.write_claims(record, root)
    for path in (root / "results/claims/nl").iterdir():
        prose = re.sub(r"`[^`]*`", "", path.read_text(encoding="utf-8")).split("## Doe het over")[0]
        assert not re.search(r"\d\.\d(?!\d\d)", prose), path  # 2.000 is two thousand
        assert re.search(r"\d,\d", prose)


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
    assert plain.startswith("**No clear difference.** By at least what matters")
    assert "in 50% of 4 tested worlds" in plain
    assert "customer grade" in plain
    assert "fragile" not in plain
    yes = page_of(verdict="supported", reading="for", fragile=True, changes=0.31).split("\n\n")[3]
    assert yes.startswith("**Supported (fragile).** In 50% of 4 tested worlds it goes the way of the claim")
    assert "31% of resamples" in yes
    no = page_of("C11", verdict="contradicted", reading="against").split("\n\n")[3]
    assert "the opposite of what is claimed happens" in no
    assert "at equal cost" not in no  # nothing is paid for there
    when = page_of(verdict="supported_when", condition="equal_cost", lang="nl").split("\n\n")[3]
    assert when.startswith("**Alleen gesteund mits …** Het geldt alleen als de betaalde uren worden aangepast")
    small = page_of(small=True).split("\n\n")[3]
    assert "an answer, not a lack of data" in small
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


def test_which_call_is_published(tmp_path):
    path, every = tmp_path / "s.db", [document(claim) for claim in CLAIMS.values()]
    stored(path, every, rulebook="older")
    with Store(path, write=False) as store:
        assert records.find(store) is None
    stored(path, every, {**ENSEMBLE, "name": "quick"})
    stored(path, every[:3])
    assert found_in(path).ensemble["name"] == "quick"  # complete
    assert found_in(path, size="full").missing == [one["claim"] for one in every[3:]]
    stored(path, every, seed=7)
    assert found_in(path).seed == 7
    assert found_in(path, seed=1).ensemble["name"] == "quick"
    stored(path, [{**one, "file": "changed"} for one in every], seed=9)
    assert found_in(path, seed=9) is None


def test_proofs_are_run_once_and_kept(tmp_path, monkeypatch):
    claim = CLAIMS["C11"]
    seen = []

    def prove(store, claims, orders, progress):
        seen.extend(one.id for one in claims)
        first = SimpleNamespace(mean=-1.0, low=-2.0, high=0.5, hold=0.0, oppose=1.0, u=[1, 2, 3])
        return [SimpleNamespace(claim=one, kind=kind, wanted=KINDS[kind], holds=True,
                                judged=SimpleNamespace(evidence={AS_IS: first}, verdict=KINDS[kind]))
                for one in claims for kind in KINDS if getattr(one, kind) is not None]

    monkeypatch.setattr(records, "prove", prove)
    with Store(tmp_path / "s.db") as store:
        records.make_proofs(store, None, None)
        assert seen == list(CLAIMS)
        found = records.stored_proofs(store)[claim.id]
        records.make_proofs(store, None, None)
        assert seen == list(CLAIMS)
    assert found["counter"]["verdict"] == "contradicted"
    assert set(found) == {kind for kind in KINDS if getattr(claim, kind) is not None}


def test_the_small_tables(record):
    rows = list(csv.DictReader(front.claims_csv(record).splitlines()[1:]))
    assert [row["claim"] for row in rows] == list(CLAIMS)
    assert rows[0]["as_is_hold"] == "0.5"
    parts = list(csv.DictReader(front.parts_csv(record).splitlines()[1:]))
    assert {row["claimed"] for row in parts if row["part"] == "token"} == {"below 0.1"}
    assert front.claims_csv(record).startswith("# ensemble=full narrow=4 wide=2 replicates=3 seed=1 runs=0 rules=")


def test_the_readme_gets_its_table_and_keeps_the_rest(record, root):
    pieces.write_claims(record, root)
    page = (root / "README.md").read_text(encoding="utf-8")
    assert "| [C5](results/claims/en/c05.md) A customer KPI in pay |" in page
    assert "old" not in page
    assert page.endswith("\nrest\n")


def test_the_readme_here_is_that_of_the_numbers_kept():
    page = (pieces.ROOT / "README.md").read_text(encoding="utf-8")
    assert front.MARKED.search(page)
    assert front.filled(page, pieces.folder_of(pieces.ROOT)) == page, "run: silosim publish claims --stored"


def test_what_is_stale_is_told(record, root, monkeypatch):
    assert list(pieces.problems("claims", root)) == ["nothing is published yet"]
    pieces.write_claims(record, root)
    assert list(pieces.problems("claims", root)) == []
    (root / "results/claims/en/c05.md").unlink()
    (root / "README.md").write_text("<!-- claims -->\nsomething else\n<!-- end -->\n", encoding="utf-8")
    table = root / "results/claims" / front.CLAIMS
    table.write_text(table.read_text(encoding="utf-8").replace(CLAIMS["C7"].digest, "0"), encoding="utf-8")
    told = " ".join(pieces.problems("claims", root))
    for words in ("en/c05.md is missing", "the file of C7 was changed", "the table in README.md"):
        assert words in told
    monkeypatch.setattr(pieces, "current_rulebook", lambda: "bee5")
    assert "while these are bee5" in " ".join(pieces.problems("claims", root))
    assert list(pieces.problems("reference", root)) == ["compare.csv is missing"]
    (root / "results/reference").mkdir()
    (root / "results/reference/compare.csv").write_text("# rules bee5\npolicy,measure\ntoday,grade\n")
    assert list(pieces.problems("reference", root)) == ["its policies are not those there are now"]


def test_the_command(record, root, monkeypatch, silosim):
    monkeypatch.setattr(pieces, "ROOT", root)
    assert silosim("publish", "claims", "--check")[0] == 1
    status, out, err = silosim("publish", "claims", "--stored", "--db", root / "s.db")
    assert (status, err) == (0, "")
    assert f"{len(CLAIMS)} claims" in out
    assert silosim("publish", "claims", "--check")[:2] == (0, "claims: belongs to these rules.\n")
    gone = root / "results/claims/nl/c99.md"
    gone.touch()
    assert silosim("--lang", "nl", "publish", "claims", "--stored", "--db", root / "s.db")[0] == 0
    assert not gone.exists()  # of a claim that is no more


def test_what_is_missing_is_run_first_and_nothing_else(root, monkeypatch, silosim):
    every, path, asked = [document(claim) for claim in CLAIMS.values()], root / "s.db", []
    monkeypatch.setattr(pieces, "ROOT", root)
    monkeypatch.setattr(records, "make_proofs", lambda store, orders, tell: asked.append("proofs"))
    stored(path, every[:2], {**ENSEMBLE, "name": "quick"}, seed=3)

    def make(store, size, seed, orders, tell, about):
        asked.append((size, seed))
        store.write_claims([(one["claim"], one["file"], {**ENSEMBLE, "name": size}, seed, one["verdict"], False, one)
                            for one in every], store.begin_sweep("claims", {}, seed))

    monkeypatch.setattr(records, "make", make)
    assert silosim("publish", "claims", "--db", path)[0] == 0
    assert silosim("publish", "claims", "--db", path)[0] == 0
    assert asked == [("quick", 3), "proofs", "proofs"]  # what was begun is finished, once
    assert silosim("publish", "claims", "--full", "--seed", 5, "--db", path)[0] == 0
    assert asked[3:] == [("full", 5), "proofs"]


@pytest.mark.parametrize(("words", "told"), [
    (["claims", "--stored"], "no results database here yet"), (["nothing"], "unknown piece 'nothing'"),
    (["--quick", "--full"], "exclude each other"),
])
def test_what_cannot_be_published_is_told_in_a_line(words, told, root, monkeypatch, silosim):
    monkeypatch.setattr(pieces, "ROOT", root)
    status, _, err = silosim("publish", *words)
    assert status == 2
    assert told in err
    assert err.count("\n") == 1


def test_an_installation_without_a_checkout_is_refused(tmp_path, monkeypatch, silosim):
    monkeypatch.setattr(pieces, "ROOT", tmp_path / "nowhere")
    status, _, err = silosim("publish", "--check")
    assert status == 2
    assert "no checkout" in err


def test_every_other_piece_is_written_by_what_exists(root, monkeypatch, silosim):
    monkeypatch.setattr(pieces, "ROOT", root)
    called = []
    for name in ("reference", "patterns", "docs"):
        monkeypatch.setattr(pieces, f"write_{name}", lambda name=name: called.append(name))
    assert silosim("publish", "docs", "reference", "patterns")[0] == 0
    assert called == ["reference", "patterns", "docs"]


@pytest.mark.parametrize(("mean", "small", "leans"), [
    (3.0, False, "for"), (0.6, True, "for_small"), (-3.0, False, "against"), (-0.6, True, "against_small"),
    (0.4, False, "neither"), (-0.4, True, "neither")])
def test_no_clear_difference_still_says_where_the_mean_lies(mean, small, leans):
    one = document(CLAIMS["C5"], mean=mean, small=small)
    assert said.lean(one) == leans
    for lang in LANGUAGES:
        assert Words(lang)(f"lean.sentence.{leans}") in " ".join(said.summary(Words(lang), CLAIMS["C5"], one))


def test_arms_that_disagree_lean_nowhere():
    one = document(CLAIMS["C5"], mean=3.0)
    one["arms"][EQUAL] = arm(-3.0)
    assert said.lean(one) == "neither"
