"""What can be seen from one place of a file: values, names that hold a batch, how to say its size."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial

import libcst as cst

from losslint.analysis.degree import ONE
from losslint.analysis.scope import Scope, Site
from losslint.analysis.values import Either, External, Method, Step, Tensor, Value
from losslint.analysis.vocabulary import OUTPUTS
from losslint.engine import Suspect
from losslint.source.index import ModuleIndex
from losslint.source.slices import Slice

from .dialect import Called, Dialect, Speech
from .imports import imported
from .places import Phrase
from .sums import Sum, method_sum_of, sum_of
from .tree import Tree, code_of, nodes_of

_ASKS = re.compile(r"""['"]sum['"]|\bSUM\b""", re.IGNORECASE)
ARITHMETIC = (cst.Add, cst.Subtract, cst.Multiply, cst.Divide)
SHORT = 40
"""An expression longer than that is not written a second time."""


@dataclass(frozen=True, eq=False)
class Sight:
    """The view on one file from the run that found one suspect."""

    suspect: Suspect
    index: ModuleIndex
    _trees: dict[Slice, Tree] = field(default_factory=dict)

    def tree(self, site: Site) -> Tree:
        """The surroundings of a place."""
        return self._trees.setdefault(site.slice, Tree(site.slice))

    def here(self, site: Site) -> bool:
        """Whether a place is in this file."""
        return site.slice.lines is self.index.lines

    def local(self, step: Step) -> Site:
        """Where a reduction happens as this file sees it: if elsewhere, at the call that leads there."""
        if self.here(step.site):
            return step.site
        around = self.suspect.problem.site.slice
        calls = [
            node
            for node in nodes_of(around.module)
            if isinstance(node, cst.Call)
            and (value := self.tensor(node)) is not None
            and step in value.raised
        ]
        inner = [
            call for call in calls if not any(other in calls for other in nodes_of(call) if other is not call)
        ]
        return Site(around, inner[0]) if inner else step.site

    def value(self, node: cst.CSTNode) -> Value | None:
        """What an expression was, the last time it was evaluated."""
        value = self.suspect.recording.values.get(node)
        return value.options[0][1] if isinstance(value, Either) else value

    def tensor(self, node: cst.CSTNode) -> Tensor | None:
        """What an expression was, if it was a tensor."""
        value = self.value(node)
        return value if isinstance(value, Tensor) else None

    def sum(self, site: Site) -> Sum | None:
        """The sum at a place of this file, if there is one."""
        if not self.here(site) or not isinstance(site.node, cst.Call):
            return None
        callee = self.value(site.node.func)
        return method_sum_of(site.node) if isinstance(callee, Method) else sum_of(site.node)

    # -- the size of the batch ----------------------------------------------------------------------

    def count(self, site: Site) -> Phrase | None:
        """The batch size as an expression of the file, at this place, as a number of the loss's dtype."""
        known = [(name, self.made(site, name)) for name, _ in self.visible(site, self._is_count)]
        named = next((name for name, made in known if made is not None and _is_float(made)), None)
        if named is not None:
            return Phrase(named)
        speech = next(self.families(site), None)
        like = self.like(site)
        if speech is None or like is None:
            return None
        whole = next((name for name, made in known if made is not None), None)
        text = speech.count(like) if whole is None else speech.number(whole, like)
        return Phrase(text, speech.needs)

    def like(self, site: Site) -> str | None:
        """What has the batch axis and the dtype of the loss, as far as can be seen."""
        operand = self.operand(site)
        names = [operand, *self.names(site)] if operand is not None else self.names(site)
        used = _in_arithmetic(self.tree(site), site.node)
        return next((name for name, value in names if value.slope is not None or name in used), None)

    def asked_for(self, steps: Iterable[Step]) -> bool:
        """Whether a reduction stands in the branch of an option that asks for it: ``if reduction == "sum":``."""
        return any(
            isinstance(outer, (cst.If, cst.IfExp)) and _ASKS.search(code_of(outer.test))
            for step in steps
            if self.here(step.site)
            for outer in self.tree(step.site).around(step.site.node)
        )

    def binds(self, site: Site, name: str) -> bool:
        """Whether the statement at a place does nothing but give a value to that name."""
        parent = self.tree(site).parent(site.node)
        return isinstance(parent, cst.Assign) and any(
            code_of(target.target) == name for target in parent.targets
        )

    def operand(self, site: Site) -> tuple[str, Tensor] | None:
        """What is summed, if it is short enough to be named twice."""
        total = self.sum(site)
        if total is None:
            return None
        value = self.tensor(total.operand)
        code = code_of(total.operand)
        if value is None or not has_batch_first(value) or "\n" in code or len(code) > SHORT:
            return None
        simple = all(
            isinstance(node, (cst.Name, cst.Attribute, cst.Dot, cst.SimpleWhitespace))
            for node in nodes_of(total.operand)
        )
        named = isinstance(total.operand, cst.Name) and dict(self.names(site)).get(code) is not None
        return (code, value) if simple and (named or isinstance(total.operand, cst.Attribute)) else None

    @staticmethod
    def _is_count(value: Value) -> bool:
        return (
            isinstance(value, Tensor)
            and value.count
            and value.degree == ONE
            and not value.nominal
            and not value.static
            and value.axes.rank == 0
        )

    def made(self, site: Site, name: str) -> str | None:
        """The text that a local name is bound to, last if it is more than once."""
        for function in self.tree(site).functions(site.node):
            found = [
                code_of(node.value)
                for node in nodes_of(function.body)
                if isinstance(node, cst.Assign)
                and any(
                    isinstance(target.target, cst.Name) and target.target.value == name
                    for target in node.targets
                )
            ]
            if found:
                return found[-1]
        return None

    def names(self, site: Site) -> list[tuple[str, Tensor]]:
        """The names in sight that hold a batch: those used here first, then predictions, then what is computed."""
        found = [
            (name, value)
            for name, value in self.visible(
                site, lambda value: isinstance(value, Tensor) and has_batch_first(value)
            )
            if isinstance(value, Tensor)
        ]
        used = {node.value for node in nodes_of(site.node) if isinstance(node, cst.Name)}
        numbers = _in_arithmetic(self.tree(site), site.node)

        def rank(pair: tuple[str, Tensor]) -> tuple[int, bool, bool]:
            name, value = pair
            # What has no gradient (class ids) may not have the loss's dtype; what is calculated with has it.
            trained, output = value.slope is not None, name.strip("_").lower() in OUTPUTS
            reasons = (trained and name in used, name in numbers, trained and output, trained)
            best = reasons.index(True) if True in reasons else len(reasons)
            return best, not output, self.made(site, name) is None

        return sorted(found, key=rank)

    def visible(self, site: Site, wanted: Callable[[Value], bool]) -> Iterator[tuple[str, Value]]:
        """The local names that are certainly bound at a place, and to what."""
        tree = self.tree(site)
        seen: set[str] = set()
        for function in tree.functions(site.node):
            scope: Scope | None = self.suspect.recording.scopes.get(function)
            for name, value in (scope.names if scope is not None else {}).items():
                if name in seen:
                    continue
                seen.add(name)
                one = value.options[0][1] if isinstance(value, Either) else value
                if wanted(one) and tree.sees(site.node, name, function) and not _is_list(function, name):
                    yield name, one

    # -- spelling ----------------------------------------------------------------------

    def dialect(self, site: Site) -> Dialect:
        """The aliases that imports and calls around a place show, without those that mean something else here."""
        dialect = self._imports.without(self._shadowed(site))
        for node in nodes_of(site.slice.module):
            if isinstance(node, cst.Call):
                callee = self.value(node.func)
                if isinstance(callee, External):
                    dialect = dialect.having(code_of(node.func), callee.name)
        return dialect

    def _shadowed(self, site: Site) -> set[str]:
        """The names that a function around a place binds to something that is no module."""
        scopes = [self.suspect.recording.scopes.get(each) for each in self.tree(site).functions(site.node)]
        return {
            name
            for scope in scopes
            for name, value in (scope.names.items() if scope is not None else ())
            if not isinstance(value, External)
        }

    @cached_property
    def _imports(self) -> Dialect:
        return Dialect.of(self.index)

    def families(self, site: Site) -> Iterator[Speech]:
        """The families that can be used here, the one in use at this place first."""
        around = self.tree(site).functions(site.node)
        nodes = [site.node, *(nodes_of(around[0]) if around else ())]
        calls = [
            Called(code_of(node.func), callee.name)
            for node in nodes
            if isinstance(node, cst.Call) and isinstance(callee := self.value(node.func), External)
        ]
        yield from self.dialect(site).families(calls, partial(imported, self.index))


def _is_float(made: str) -> bool:
    """Whether an expression for a size makes a number of it that divides a loss."""
    return any(word in made for word in ("cast(", "to_float(")) and "int" not in made


def _in_arithmetic(tree: Tree, node: cst.CSTNode) -> set[str]:
    """The names in an expression that are added, multiplied or divided, so that they have the dtype of the result."""
    return {
        each.value
        for each in nodes_of(node)
        if isinstance(each, cst.Name)
        and (
            (
                isinstance(outer := tree.parent(each), cst.BinaryOperation)
                and isinstance(outer.operator, ARITHMETIC)
            )
            or (isinstance(outer, cst.UnaryOperation) and isinstance(outer.operator, cst.Minus))
        )
    }


def _is_list(function: cst.FunctionDef | cst.Lambda, name: str) -> bool:
    """Whether a function goes through the items of what it calls ``name``: a list of batches, not a batch."""
    for node in nodes_of(function.body):
        if isinstance(node, (cst.For, cst.CompFor)):
            through = node.iter
            items = (
                [argument.value for argument in through.args] if isinstance(through, cst.Call) else [through]
            )
            if any(isinstance(item, cst.Name) and item.value == name for item in items):
                return True
    return False


def has_batch_first(value: Tensor) -> bool:
    """Whether the first axis, and no other, is the batch."""
    first = value.axes.at(0)
    return (
        value.data
        and first is not None
        and first.extent == ONE
        and not first.data
        and value.axes.batches == 1
    )
