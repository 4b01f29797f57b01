"""What is published about the claims: which verdicts, the files written from them, and what `silosim publish` says."""

import csv
import re
from types import SimpleNamespace

import pytest
from stored_verdicts import CLAIMS, ENSEMBLE, document, found_in, stored

from silosim.experiments.claims.prove import KINDS
from silosim.experiments.claims.rule import AS_IS
from silosim.experiments.publish import front, pieces, records
from silosim.experiments.store import Store
from silosim.model.text import LANGUAGES


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
        prose = re.sub(r"`[^`]*`", "", path.read_text(encoding="utf-8")).split("## Zelf overdoen")[0]
        assert not re.search(r"\d\.\d(?!\d\d)", prose), path  # 2.000 is two thousand
        assert re.search(r"\d,\d", prose)


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
