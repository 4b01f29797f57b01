"""Which fields of the state a lever reaches in one step, found in the sources of the rules.

Rules are small functions over the record `w` that read levers as `w.par.NAME` (or `p.NAME`, p = w.par). This follows,
through local variables, arguments and return values of every rule:

* value    a lever is part of the number that is written: `t.pay_own = p.bonus * ...`
* whether  a lever decides whether it is written, or which of two numbers: `if draw < w.par.audit: redo(...)`. It is
           told with the rule in which the decision stands.

It stops at the state: what is computed from a field that a lever wrote earlier is not that lever's doing but what
follows from it. Elements of an array are not told apart, both branches are taken, and names are never reset: it may
report too much, not too little.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

Tokens = frozenset  # of ('value', lever), ('whether', lever, rule) and ('argument', name)
NOTHING: Tokens = frozenset()


class Write(NamedTuple):
    """One statement that writes a field; `path` such as w.team.pay_own or w.sums.grade."""

    path: str
    tokens: Tokens
    rule: str


class Worth(NamedTuple):
    """What is known of an expression: fields it may stand for, and the levers in it."""

    paths: frozenset = frozenset()
    tokens: Tokens = NOTHING


@dataclass
class Summary:
    """What calling a rule does, in terms of its arguments."""

    writes: set = field(default_factory=set)
    back: Worth = field(default_factory=Worth)


class Sources:
    """The rules of some source files, by 'module.name'.

    texts   what each file says, by the name of its module
    levers  names of the levers
    """

    def __init__(self, texts: Mapping[str, str], levers: Iterable[str]):
        self.levers = frozenset(levers)
        self.rules: dict[str, ast.FunctionDef] = {}
        self._named: dict[str, dict[str, str]] = {}
        for module, text in texts.items():
            known = self._named[module] = {}
            for node in ast.parse(text).body:
                if isinstance(node, ast.FunctionDef):
                    self.rules[f"{module}.{node.name}"] = node
                    known[node.name] = f"{module}.{node.name}"
                elif isinstance(node, ast.ImportFrom):
                    known |= {a.asname or a.name: f"{node.module.split('.')[-1]}.{a.name}" for a in node.names}
        self._summaries: dict[str, Summary] = {}

    def called(self, module: str, name: str) -> str | None:
        """The rule that a module means by a name; None for what is no rule (NumPy, mathematics)."""
        full = self._named[module].get(name, "")
        return full if full in self.rules else None

    def summary(self, name: str) -> Summary:
        """What calling this rule does."""
        if name not in self._summaries:
            self._summaries[name] = Summary()  # a rule never calls itself: compiled code could not
            self._summaries[name] = Reading(self, name).summary()
        return self._summaries[name]

    @cached_property
    def all_writes(self) -> set[Write]:
        """Every write of every rule that takes a whole world, with what its callees write."""
        found = set()
        for name, node in self.rules.items():
            if node.args.args and node.args.args[0].arg == "w":
                found |= {Write(one.path.replace("@w", "w", 1), one.tokens, one.rule)
                          for one in self.summary(name).writes if one.path.startswith("@w")}
        return found

    def readers(self) -> set[tuple[str, str]]:
        """(rule, lever) of the rules that read a lever themselves, not through another rule."""
        return {(name, lever) for name in self.rules for lever in Reading(self, name).levers_read()}


class Reading:
    """One rule, read from top to bottom."""

    def __init__(self, sources: Sources, name: str):
        self.sources, self.name, self.node = sources, name, sources.rules[name]
        node = self.node
        self.names: dict[str, Worth] = {
            a.arg: Worth(frozenset({f"@{a.arg}"}), frozenset({("argument", a.arg)})) for a in node.args.args}
        self.names["w"] = Worth(frozenset({"@w"}))  # a world by itself is no lever
        self.guards: list[Tokens] = []
        self.after: Tokens = NOTHING  # decided by an earlier return
        self.result = Summary()

    def summary(self) -> Summary:
        for _ in range(2):  # twice: what a loop carries into its next turn
            self.after = NOTHING
            self.block(self.node.body)
        return self.result

    def levers_read(self) -> set[str]:
        self.summary()
        return {token[1] for x in ast.walk(self.node) if isinstance(x, ast.Attribute)
                for token in self.attribute(x).tokens}

    # -- statements ----------------------------------------------------------------------------------------------------

    def block(self, statements) -> None:
        for statement in statements:
            getattr(self, f"do_{type(statement).__name__.lower()}", self.do_other)(statement)

    def do_assign(self, node) -> None:
        worth = self.worth(node.value)
        for target in node.targets:
            if isinstance(target, ast.Tuple):
                parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value] * len(target.elts)
                for one, part in zip(target.elts, parts, strict=True):
                    self.store(one, self.worth(part))
            else:
                self.store(target, worth)

    def do_augassign(self, node) -> None:
        self.store(node.target, Worth(frozenset(), self.worth(node.value).tokens))

    def do_annassign(self, node) -> None:
        if node.value is not None:
            self.store(node.target, self.worth(node.value))

    def do_expr(self, node) -> None:
        self.worth(node.value)

    def do_return(self, node) -> None:
        back = self.worth(node.value) if node.value is not None else Worth()
        self.result.back = Worth(self.result.back.paths | back.paths,
                                 self.result.back.tokens | back.tokens | self.guard())

    def do_if(self, node) -> None:
        self.guards.append(decided(self.worth(node.test).tokens, self.name))
        self.block(node.body)
        self.block(node.orelse)
        tokens = self.guards.pop()
        if any(isinstance(x, (ast.Return, ast.Break, ast.Continue)) for x in ast.walk(node)):
            self.after |= tokens

    def do_while(self, node) -> None:
        self.loop(node, self.worth(node.test).tokens)

    def do_for(self, node) -> None:
        over = self.worth(node.iter)
        self.store(node.target, over)
        self.loop(node, over.tokens)

    def loop(self, node, tokens: Tokens) -> None:
        self.guards.append(decided(tokens, self.name))
        for _ in range(2):
            self.block(node.body)
        self.guards.pop()

    def do_other(self, node) -> None:
        if not isinstance(node, (ast.Pass, ast.Break, ast.Continue, ast.Raise)):
            raise TypeError(f"{self.name}: a rule with {type(node).__name__} is not understood; teach lever_flow")

    def guard(self) -> Tokens:
        return NOTHING.union(self.after, *self.guards)

    def store(self, target, worth: Worth) -> None:
        """A name takes one more meaning; a field is written; an array without a field stands for its elements."""
        tokens = worth.tokens | self.guard()
        if isinstance(target, ast.Name):
            known = self.names.get(target.id, Worth())
            self.names[target.id] = Worth(known.paths | worth.paths, known.tokens | tokens)
            return
        place = self.worth(target)
        index = self.worth(target.slice).tokens if isinstance(target, ast.Subscript) else NOTHING
        self.result.writes |= {Write(path, tokens | decided(index, self.name), self.name)
                               for path in place.paths}
        root = target
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        if not place.paths and isinstance(root, ast.Name):
            self.store(root, Worth(frozenset(), tokens))

    # -- expressions ---------------------------------------------------------------------------------------------------

    def worth(self, node) -> Worth:
        if isinstance(node, ast.Name):
            return self.names.get(node.id, Worth())
        if isinstance(node, ast.Attribute):
            return self.attribute(node)
        if isinstance(node, ast.Subscript):
            return self.element(node)
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.IfExp):
            test = decided(self.worth(node.test).tokens, self.name)
            one, other = self.worth(node.body), self.worth(node.orelse)
            return Worth(one.paths | other.paths, one.tokens | other.tokens | test)
        parts = [self.worth(part) for part in ast.iter_child_nodes(node) if isinstance(part, (ast.expr, ast.slice))]
        return Worth(frozenset(), NOTHING.union(*(part.tokens for part in parts)))

    def attribute(self, node) -> Worth:
        base = self.worth(node.value)
        paths = frozenset(f"{path}.{node.attr}" for path in base.paths)
        if any(path.endswith(".par") for path in base.paths):  # a parameter: of levers, the name
            return Worth(frozenset(), frozenset({("value", node.attr)} if node.attr in self.sources.levers else ()))
        return Worth(paths, NOTHING)  # a field is where following ends

    def element(self, node) -> Worth:
        base, index = self.worth(node.value), self.worth(node.slice)
        named = [x.attr for x in ast.walk(node.slice) if isinstance(x, ast.Attribute) and isinstance(x.value, ast.Name)
                 and x.value.id == "F"]
        paths = base.paths if len(named) != 1 else frozenset(f"{path}.{named[0]}" for path in base.paths)
        local = base.tokens if not base.paths else NOTHING
        return Worth(paths, local | decided(index.tokens, self.name))

    def call(self, node) -> Worth:
        given = [self.worth(x) for x in node.args]
        name = isinstance(node.func, ast.Name) and self.sources.called(self.name.split(".")[0], node.func.id)
        if any(path.endswith(".par") for x in given for path in x.paths):
            raise TypeError(f"{self.name} hands the row of parameters to another rule: levers cannot be followed there")
        if not name:
            below = self.worth(node.func.value) if isinstance(node.func, ast.Attribute) else Worth()
            return Worth(frozenset(), below.tokens.union(*(x.tokens for x in given)))
        called = self.sources.summary(name)
        bound = dict(zip((a.arg for a in self.sources.rules[name].args.args), given, strict=True))
        for one in called.writes:
            tokens = filled(one.tokens, bound) | self.guard()
            self.result.writes |= {Write(path, tokens, one.rule) for path in placed(one.path, bound)}
        return Worth(frozenset().union(*(placed(path, bound) for path in called.back.paths)),
                     filled(called.back.tokens, bound))


def decided(tokens: Tokens, rule: str) -> Tokens:
    """What a decision in `rule`, on something with these tokens, hands on; earlier decisions keep their place."""
    kinds = {"value": "whether", "argument": "decides"}
    return frozenset((kinds[token[0]], token[1], rule) if token[0] in kinds else token for token in tokens)


def filled(tokens: Tokens, bound: Mapping[str, Worth]) -> Tokens:
    """Tokens of a callee with what it was given in the place of its arguments."""
    found = set()
    for t in tokens:
        if t[0] == "argument":
            found |= bound[t[1]].tokens
        elif t[0] == "decides":
            found |= decided(bound[t[1]].tokens, t[2]) if t[1] in bound else {t}
        else:
            found.add(t)
    return frozenset(found)


def placed(path: str, bound: Mapping[str, Worth]) -> set[str]:
    """A path of a callee as paths of the caller; of arguments that are no fields, none."""
    root, _, rest = path[1:].partition(".")
    return {f"{base}.{rest}" if rest else base for base in bound[root].paths}
