"""The generated tables of the documentation say what the registries say."""

import pytest

from silosim.experiments import docs
from silosim.experiments.patterns import PATTERNS, Row, page
from silosim.model.measures import MEASURES
from silosim.model.parameters import PARAMETERS
from silosim.model.text import text


@pytest.mark.parametrize("path", docs.FILES, ids=lambda p: p.name)
def test_tables_are_current(path):
    page = path.read_text(encoding="utf-8")
    assert docs.MARKED.search(page)
    assert docs.filled(page) == page, "run: python -m silosim.experiments.docs"


def test_every_parameter_and_measure_has_a_row():
    for names, table in ((PARAMETERS, docs.parameters()), (MEASURES, docs.measures())):
        rows = [line.split("|")[1].strip(" `") for line in table.splitlines() if line.startswith("| `")]
        assert rows == [*dict.fromkeys(rows)]
        assert set(rows) == set(names)


def test_the_page_of_the_patterns_has_every_pattern_with_its_words_and_figures():
    written = page.PAGE.read_text(encoding="utf-8")
    for name, pattern in PATTERNS.items():
        here = written.split(f"## {name} ")[1].split("\n## ")[0]
        for part in ("title", "about", "why"):
            assert text(f"patterns.{name}.{part}") in here, "run: python -m silosim.experiments.patterns.page"
        labels = [text(f"patterns.label.{figure.label}", **figure.fields) for figure in pattern.figures]
        rows = [line.split(" | ")[0].removeprefix("| ") for line in here.splitlines() if line.startswith("| ")]
        assert rows[2:] == labels


def test_a_row_of_the_page():
    row = Row("P1", "title", "A grade", 7.126, 7.1, 7.15, 24, ".2f", (7.0, 7.1), True)
    assert "| A grade | 7.13 (7.10 to 7.15) | 7.00 to 7.10 | agrees |" in page.render([row], "0123")


def test_formulas_read_as_ratios_of_sums():
    rows = {line.split("`")[1]: line.split("`")[3] for line in docs.measures().splitlines() if line.startswith("| `")}
    assert rows["grade"] == "grade / ended"
    assert rows["nps"] == "100.0 * ((promoters - detractors) / answers)"
    assert rows["watermelon"] == "share_green - share_seven_half"


def test_a_change_in_a_generated_part_is_undone_and_the_rest_left_alone():
    page = "before\n<!-- generated: measures -->\nold\n<!-- end -->\nafter\n"
    written = docs.filled(page)
    assert written.startswith("before\n<!-- generated: measures -->\n\n| name |")
    assert written.endswith("\n<!-- end -->\nafter\n")
    assert "old" not in written
