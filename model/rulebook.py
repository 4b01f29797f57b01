"""The rulebook's identity: a hash of what the rules say, not of how their comments read.

Canonical syntax trees (no docstrings, no positions) of every file that becomes machine code, plus every
default. Two results with the same hash came from the same model.
"""

from __future__ import annotations

import ast
import hashlib
import json
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
FILES = ("maths.py", "chance.py", "layout.py", "schedule.py", "doors.py", "founding.py", "pay_vectors.py")
FOLDERS = ("rules", "measures")


def rulebook_files() -> list[Path]:
    """The files whose content decides what a run gives."""
    return [HERE / name for name in FILES] + [p for folder in FOLDERS for p in sorted((HERE / folder).glob("*.py"))]


class _NoDocstrings(ast.NodeTransformer):
    """Drops docstrings, so that better words do not make a new model."""

    def _strip(self, node):
        self.generic_visit(node)
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            node.body = node.body[1:] or [ast.Pass()]
        return node

    visit_Module = visit_FunctionDef = visit_ClassDef = visit_AsyncFunctionDef = _strip


def canonical_tree(source: str) -> str:
    """A text that is the same for sources that differ only in comments, layout and docstrings."""
    return _dump(_NoDocstrings().visit(ast.parse(source)))


def _dump(node) -> str:
    """ast.dump differs between Python versions in which empty fields it shows; this does not."""
    if isinstance(node, ast.AST):
        parts = []
        for name, value in ast.iter_fields(node):
            if value is None or value == [] or name in ("type_params", "type_comment", "kind", "ctx"):
                continue
            parts.append(f"{name}={_dump(value)}")
        return f"{type(node).__name__}({','.join(parts)})"
    if isinstance(node, list):
        return "[" + ",".join(_dump(x) for x in node) + "]"
    return repr(node)


@lru_cache(maxsize=1)
def rulebook_hash() -> str:
    """16 hex digits naming the rules, the schedule, chance, the measures and every default."""
    from silosim.model.parameters import PARAMETERS

    digest = hashlib.blake2b(digest_size=8)
    for path in rulebook_files():
        digest.update(path.name.encode())
        digest.update(canonical_tree(path.read_text(encoding="utf-8")).encode())
    digest.update(json.dumps(PARAMETERS.codes({}), sort_keys=True).encode())
    return digest.hexdigest()
