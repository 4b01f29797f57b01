"""The examples of design files, in their folder and in the explanation, are designs that can be run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from silosim.experiments.sweeps import design, factors, replication, sampling
from silosim.experiments.sweeps.design import Design

FOLDER = Path(design.__file__).parent
EXAMPLES = sorted((FOLDER / "examples").glob("*.toml"))
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def made(one: Design) -> list:
    """Its points, each of which the engine takes."""
    points = one.points()
    assert len(points) == one.size()[0]
    for point in {0, len(points) // 2, len(points) - 1}:
        points[point].setting()
    return points


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_a_design(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # it must not depend on where it is run
    one = Design.from_toml(path)
    assert one.name == path.stem
    assert made(one)
    assert one.size()[1] <= 10_000, "an example takes minutes, not days"
    assert path.read_text(encoding="utf-8").startswith("# "), "an example begins with its question"


def test_the_examples_show_every_method_and_rule():
    found = [Design.from_toml(path) for path in EXAMPLES]
    assert {one.method for one in found} == set(sampling.METHODS)
    assert {one.rounds.plain()["rule"] for one in found} == set(replication.RULES)


@pytest.mark.parametrize("text", blocks("toml"), ids=lambda text: text.split("\n")[0])
def test_every_example_in_the_explanation_is_a_design(text, tmp_path):
    (points,) = blocks("csv")
    (tmp_path / "points.csv").write_text(points, encoding="utf-8")
    made(Design.parse(tomllib.loads(text), folder=tmp_path))


def test_the_explanation_shows_python_that_works():
    (code,) = blocks("python")
    known = {}
    exec(code, known)
    assert str(known["design"].points()[0].factors) in code
    assert known["design"] == Design.parse({**tomllib.loads(blocks("toml")[0]), "name": known["design"].name})


def test_the_explanation_names_every_key():
    keys = {*factors.KEYS, *(key for keys in (*sampling.KEYS.values(), *replication.RULES.values()) for key in keys)}
    for key in (*keys, *sampling.METHODS, *replication.RULES, "series", "levels", "prior", "count", "folder", "list"):
        assert re.search(rf"\b{key}\b", README), key
    table = README.split("## Keys of the file")[1].split("\n## ")[0]
    assert re.findall(r"^\| `\[*(\w+)\]*` ", table, re.MULTILINE) == list(design.KEYS)
