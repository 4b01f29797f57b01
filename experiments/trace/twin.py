"""Twins of the rules: the same source, run as plain Python, that tell a recorder what they do.

Every rule is compiled by Numba from a Python function. Its twin is made from that function's source: each
assignment, sum, comparison and answer is wrapped so that the recorder hears of it, and each rule it calls is replaced
by that rule's twin. Nothing is written again here, so a rule that changes changes its trace; and `replay` checks that
a twin leaves the same state behind as the compiled rule, to the last bit.
"""

from __future__ import annotations

import ast
import functools
import inspect
import operator
import sys
import textwrap
from types import FunctionType

import numpy as np

from silosim.experiments.trace.recorder import Recorder
from silosim.model.layout import ACTIVITIES

COMPARISONS = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}
LEFT_COMPILED = ("silosim.model.maths", "silosim.model.measures.")  # formulas without draws or decisions
CHANCE = "silosim.model.chance"


class Twins:
    """The twins of all rules that are asked for, telling one recorder."""

    def __init__(self, recorder: Recorder):
        self.recorder = recorder
        self._twins: dict = {}
        self._spaces: dict[str, dict] = {}

    def of(self, rule):
        """The twin of a compiled rule; anything else as it is."""
        python = getattr(rule, "py_func", None)
        if python is None or python.__module__.startswith(LEFT_COMPILED):
            return rule
        if python not in self._twins:
            make = self._of_chance if python.__module__ == CHANCE else self._of_rule
            self._twins[python] = make(python)
        return self._twins[python]

    def run(self, rule, *arguments):
        """Run the twin of a rule. Keys wrap around, as they do in compiled code."""
        with np.errstate(all="ignore"):
            return self.of(rule)(*arguments)

    def _of_rule(self, python: FunctionType):
        made: dict = {}
        exec(_telling_code(python), self._space(python), made)
        names = list(inspect.signature(python).parameters)
        about = (inspect.getdoc(python) or "").partition("\n")[0]
        recorder, name, twin = self.recorder, python.__name__, made[python.__name__]

        @functools.wraps(python)
        def telling(*arguments):
            recorder.enter(name, about, dict(zip(names, arguments, strict=True)))
            try:
                return twin(*arguments)
            finally:
                recorder.leave()

        return telling

    def _of_chance(self, python: FunctionType):
        """Draws: what is said of them is the decision they are for, from the first function that knows it."""
        inner = FunctionType(python.__code__, self._space(python), python.__name__, python.__defaults__)
        names = list(inspect.signature(python).parameters)
        recorder = self.recorder

        def drawing(*arguments):
            given = dict(zip(names, arguments, strict=True))
            value = inner(*arguments)
            if "decision" in given and isinstance(value, np.uint64):
                recorder.bits(_decision(given["decision"]), value)
            elif "bits" in given and isinstance(value, float):
                decision = recorder.decision_of(given["bits"])
                return recorder.drew(decision, value) if decision else value
            elif "decision" in given and isinstance(value, float) and not hasattr(value, "entry"):
                return recorder.drew(_decision(given["decision"]), value)
            return value

        return drawing

    def _space(self, python: FunctionType) -> dict:
        """The names a rule's module gives it, with a twin for every rule among them."""
        module = python.__module__
        if module not in self._spaces:
            names = dict(vars(sys.modules[module]))
            names.update({name: self._later(value) for name, value in names.items() if hasattr(value, "py_func")})
            names.update(__at__=_at, __note__=self.recorder.note, __total__=self.recorder.total,
                         __compare__=self.recorder.compare)
            names.update({f"__{kind.__name__}__": holds for kind, holds in COMPARISONS.items()})
            self._spaces[module] = names
        return self._spaces[module]

    def _later(self, rule):
        """Stands for a rule's twin, which is made when it is first called."""
        return lambda *arguments: self.of(rule)(*arguments)


@functools.lru_cache(maxsize=1)
def _decisions() -> dict[int, str]:
    """Numbers of decisions and their names, from the constants of `chance`."""
    from silosim.model import chance

    found = {}
    for name, value in vars(chance).items():
        if name.isupper() and type(value) is int and 0 < value < 128:
            found.setdefault(value, name.lower())
    return found


def _decision(number) -> str:
    return _decisions().get(int(number), f"decision {int(number)}")


@functools.cache
def _telling_code(python: FunctionType):
    """Code that defines the function anew, with everything it works out wrapped."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(python)))
    tree.body[0].decorator_list = []
    _Telling().visit(tree)
    ast.fix_missing_locations(tree)
    ast.increment_lineno(tree, python.__code__.co_firstlineno - 1)
    return compile(tree, inspect.getsourcefile(python), "exec")


class _Telling(ast.NodeTransformer):
    """Wraps what a function works out. The order and the kind of every operation stay as they are."""

    def visit_FunctionDef(self, node):
        first = node.body[0]
        skip = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        node.body = ([first] if skip else []) + [self.visit(x) for x in node.body[skip:]]
        return node

    def visit_Assign(self, node):
        if len(node.targets) == 1 and not isinstance(node.targets[0], ast.Tuple):
            node.value = self._told(_name_of(node.targets[0]), node.value)
        else:
            self.generic_visit(node)
        return node

    def visit_AugAssign(self, node):
        sign = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/="}.get(type(node.op))
        if sign:
            node.value = self._told(_name_of(node.target, sign), node.value)
        return node

    def visit_Return(self, node):
        if node.value is not None and not isinstance(node.value, (ast.Tuple, ast.Constant)):
            node.value = self._told(ast.Constant("return"), node.value)
        return node

    def visit_Compare(self, node):
        test = ast.unparse(node)
        self.generic_visit(node)
        if len(node.ops) != 1 or type(node.ops[0]) not in COMPARISONS:
            return node
        holds = ast.Name(f"__{type(node.ops[0]).__name__}__", ast.Load())
        return _call("__compare__", ast.Constant(test), node.left, holds, node.comparators[0])

    def _told(self, target: ast.expr, value: ast.expr) -> ast.expr:
        expression = ast.unparse(value)
        signs, parts = _terms(value)
        if len(parts) < 2:
            return _call("__note__", target, ast.Constant(expression), self.visit(value))
        pairs = [ast.Tuple([ast.Constant(ast.unparse(part)), self.visit(part)], ast.Load()) for part in parts]
        return _call("__total__", target, ast.Constant(expression), ast.Constant(signs), ast.List(pairs, ast.Load()))


def _name_of(target: ast.expr, sign: str = "") -> ast.expr:
    """What a value is for, as code that says so when it runs: e.effort[care] where the rule has e.effort[a]."""
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Name):
        index = ast.Name(target.slice.id, ast.Load())
        return _call("__at__", ast.Constant(ast.unparse(target.value)), ast.Constant(target.slice.id), index,
                     ast.Constant(sign))
    return ast.Constant(f"{ast.unparse(target)} {sign}".rstrip())


def _at(what: str, name: str, index, sign: str) -> str:
    """Activities by name, what else is counted by number, named constants as they are called."""
    if name == "a":
        return f"{what}[{ACTIVITIES[index]}] {sign}".rstrip()
    return f"{what}[{name.lower() if name.isupper() else index}] {sign}".rstrip()


def _terms(node: ast.expr) -> tuple[str, list[ast.expr]]:
    """a + b - c, as Python adds it up from the left: ('+-', [a, b, c])."""
    signs, parts = "", []
    while isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        signs = ("+" if isinstance(node.op, ast.Add) else "-") + signs
        parts.insert(0, node.right)
        node = node.left
    return signs, [node, *parts]


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
