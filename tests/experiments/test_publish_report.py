"""The published report: replaced only by one that says something else, and checked against rules and claims."""

import pytest

from silosim.experiments.publish import pieces
from silosim.experiments.report import golden
from silosim.model.parameters import InvalidInput
from silosim.model.policies import load_policies

PAGE = ('<meta name="rules" content="{rules}">said<!--made--><p>made on {made}</p><!--/made-->'
        '<!--made-->\n<table>{made}</table><!--/made--> {words}')


def command(made="today", words="a", rules="bee5", status=0, pdf=True, asked=None):
    """A stand-in for `silosim compare --report` that writes a report with these words."""
    def run(given):
        if asked is not None:
            asked.append(given)
        folder = golden.Path(given[-1]).parent / "report"
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        for name in golden.FILES:
            if name.endswith(".html"):
                (folder / name).write_text(PAGE.format(made=made, words=words, rules=rules))
            elif pdf:
                (folder / name).write_text(made)
        rows = "".join(f"{name},1\n" for name in load_policies())
        (folder / "tables" / "compare.csv").write_text("row,x\n" + rows)
        (folder / "tables" / "facts.json").write_text("{}")
        return status
    return run


@pytest.fixture
def there(tmp_path, monkeypatch):
    """Publishes a first report; publish(**how) publishes another, and gives whether anything was new."""
    folder = tmp_path / "results" / "reference" / "report"

    def publish(db=None, **how):
        monkeypatch.setattr(golden, "silosim", command(**how))
        return golden.publish(db, folder)

    assert publish() is True
    return folder, publish


def test_what_is_kept_is_what_a_reader_needs(there):
    folder, _ = there
    assert {str(file.relative_to(folder)) for file in folder.rglob("*.*")} == {*golden.FILES, "tables/compare.csv"}


def test_a_report_that_says_the_same_leaves_every_byte_as_it_was(there):
    folder, publish = there
    before = {file: file.read_bytes() for file in folder.rglob("*.*")}
    assert publish(made="another day, another machine") is False
    assert {file: file.read_bytes() for file in folder.rglob("*.*")} == before
    assert publish(made="another day", words="b") is True
    assert "another day" in (folder / "report-en.pdf").read_text()


def test_a_table_that_changed_or_an_edition_that_is_gone_is_enough(there):
    folder, publish = there
    (folder / "tables" / "compare.csv").write_text("row,x\ntoday,2\n")
    assert publish() is True
    (folder / "report-nl.pdf").unlink()
    assert publish() is True


def test_a_command_that_fails_or_no_print_edition_leaves_what_was(there):
    folder, publish = there
    with pytest.raises(SystemExit):
        publish(words="b", status=1)
    with pytest.raises(InvalidInput, match=r"report-en\.pdf was not made"):
        publish(words="b", pdf=False)
    assert "b" not in (folder / "report-en.html").read_text()[-2:]


@pytest.fixture
def root(tmp_path):
    """A checkout with a README to fill in."""
    (tmp_path / "README.md").write_text("# x\n")
    return tmp_path


def test_the_check_names_what_is_stale(there, root, monkeypatch):
    folder, _ = there
    monkeypatch.setattr(pieces, "current_rulebook", lambda: "bee5")
    assert list(pieces.problems("report", root)) == []
    (root / "results" / "claims").mkdir()
    (root / "results" / "claims" / "claims.csv").write_text("# rules=bee5\nclaim,verdict\nC1,supported\n")
    assert list(pieces.problems("report", root)) == ["its verdicts on claims are not those of results/claims"]
    (folder / "tables" / "claims.csv").write_text("row,verdict\nC1,supported\n")
    assert list(pieces.problems("report", root)) == []
    monkeypatch.setattr(pieces, "current_rulebook", lambda: "c0de")
    assert set(pieces.problems("report", root)) == {"made under rules bee5, while these are c0de"}
    (folder / "tables" / "compare.csv").write_text("row,x\ntoday,1\n")
    assert "its policies are not those there are now" in pieces.problems("report", root)
    (folder / "report-nl.html").unlink()
    assert list(pieces.problems("report", root)) == ["report-nl.html missing"]


def test_the_command_publishes_and_checks_it(there, root, monkeypatch, silosim):
    _, asked = there, []
    monkeypatch.setattr(pieces, "ROOT", root)
    monkeypatch.setattr(pieces, "current_rulebook", lambda: "bee5")
    monkeypatch.setattr(golden, "silosim", command(words="new", asked=asked))
    for says in ("Written: results/reference/report.", "Unchanged: results/reference/report says the same already."):
        status, out, err = silosim("publish", "report", "--db", root / "r.db", "--workers", 1)
        assert (status, out.strip(), err) == (0, says, "")
    assert asked[0] == ["compare", "--report", "--no-figures", "--workers", "1", "--db", str(root / "r.db")]
    assert silosim("publish", "report", "--check")[:2] == (0, "report: belongs to these rules.\n")
