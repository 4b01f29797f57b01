"""ODD.md names every rule, state variable, decision and parameter, and nothing that does not exist."""

import ast
import re
from pathlib import Path

import pytest

from silosim.model import layout
from silosim.model.parameters import PARAMETERS

MODEL = Path(layout.__file__).parent
PAGE = (MODEL / "ODD.md").read_text(encoding="utf-8")
BY_HAND = re.sub(r"<!-- generated: \w+ -->.*?<!-- end -->", "", PAGE, flags=re.DOTALL)
RULES = [*sorted((MODEL / "rules").glob("*.py")), MODEL / "schedule.py"]
LINKED = re.compile(r"\[([\w/]+\.py):\s+([\w,\s]+)\]\(([\w/]+\.py)\)")


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def top_level(path: Path) -> set[str]:
    """Everything a module defines by name."""
    found = functions(path)
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
        for target in node.targets if isinstance(node, ast.Assign) else ():
            found |= {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
    return found


def mentions() -> set[tuple[str, str]]:
    """(file, name) of everything the page links to."""
    return {(file, name) for file, names, _ in LINKED.findall(PAGE) for name in re.split(r",\s*", names)}


def section(heading: str) -> str:
    """The text below a heading of the third level."""
    return re.search(rf"\n### {re.escape(heading)}.*?(?=\n##)", PAGE, re.DOTALL)[0]


@pytest.mark.parametrize("path", [p for p in RULES if functions(p)], ids=lambda p: p.name)
def test_every_rule_is_named_with_its_file(path):
    file = path.relative_to(MODEL).as_posix()
    missing = functions(path) - {name for at, name in mentions() if at == file}
    assert not missing, f"link [{file}: ...]({file}) in ODD.md: {sorted(missing)}"


def test_every_name_that_is_linked_exists():
    assert len(mentions()) > 100
    for file, name in sorted(mentions()):
        assert name in top_level(MODEL / file), f"{file}: {name}"


def test_every_link_leads_to_a_file():
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (MODEL / target).exists(), target
    for file, _, target in LINKED.findall(PAGE):
        assert file == target


def test_every_parameter_is_named_in_the_text():
    assert not [name for name in PARAMETERS if not re.search(rf"\b{name}\b", BY_HAND)]


@pytest.mark.parametrize(("heading", "fields"), [
    ("2.2", layout.world_dtype(layout.CLASSES[0])["emp"].base.names),
    ("2.3", layout.world_dtype(layout.CLASSES[0])["team"].base.names),
    ("2.4", (*layout.CASE.names, "waiting_since")),
    ("2.5", (*layout.JOURNEY_TABLE.names, *layout.CUSTOMER_TABLE.names)),
    ("2.6", layout.world_dtype(layout.CLASSES[0]).names),
], ids=("employee", "team", "case", "journey and customer", "organisation"))
def test_every_state_variable_is_named(heading, fields):
    elsewhere = {"emp", "team", "case", "journey", "customer", "waiting_since"} if heading == "2.6" else set()
    named = set(re.findall(r"`(\w+)`", section(heading)))
    missing = set(fields) - named - elsewhere - {"filler"}
    assert not missing, f"describe in ODD.md, section {heading}: {sorted(missing)}"


def test_every_decision_is_named():
    tree = ast.parse((MODEL / "chance.py").read_text(encoding="utf-8"))
    decisions = [name.id for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
                 and getattr(node.value.func, "id", "") == "range" for name in ast.walk(node.targets[0])
                 if isinstance(name, ast.Name)]
    assert len(decisions) > 25
    assert not set(decisions) - set(re.findall(r"`(\w+)`", section("4.9")))


def test_the_search_for_links_finds_names_over_two_lines():
    assert LINKED.findall("[rules/a.py: b,\nc](rules/a.py)") == [("rules/a.py", "b,\nc", "rules/a.py")]
