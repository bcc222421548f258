"""The losses of a module that are handed over instead of returned, one outcome for every such use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from losslint.analysis import uses
from losslint.analysis.budget import OutOfBudget
from losslint.analysis.interpreter import Interpreter, batch
from losslint.analysis.operations import flatten
from losslint.analysis.outcome import Outcome, settle
from losslint.analysis.uses import Use
from losslint.analysis.values import Const, Either, Function, Tensor, Value
from losslint.entering import arguments
from losslint.source.sinks import replicated
from losslint.source.slices import parts_of

if TYPE_CHECKING:
    from losslint.analysis.scope import Closure
    from losslint.source.entries import Entry
    from losslint.source.index import ModuleIndex

FRAMEWORKS = {"tensorflow", "keras"}
"""Frameworks that trace a loss into a graph."""
_SCALED = re.compile(r"num_replicas|in_sync|replica_context|all_reduce|compute_average_loss", re.IGNORECASE)


class Handed:
    """What one module hands over."""

    def __init__(self, index: ModuleIndex) -> None:
        self.index = index

    @cached_property
    def _replicated(self) -> frozenset[str]:
        return replicated(self.index)

    def first(self, run: Interpreter, sink: str) -> Value:
        """The loss of a training step or layer: what is differentiated, or what it adds."""
        found = [use for use in self._seen(run) if (use.sink == uses.ADD_LOSS) is (sink == uses.ADD_LOSS)]
        found.sort(key=lambda use: use.weights is not True)
        return uses.minimised(found[0]) if found else Const(None)

    def outcomes(self, run: Interpreter, entry: Entry | None) -> Iterator[Outcome]:
        """Every use that a run has seen, as the rules judge it. ``entry`` is None for a script."""
        for use in self._seen(run):
            if use.sink == uses.COMPILE:
                yield Outcome((), use=self._compiled(run, use))
                continue
            value = uses.minimised(use)
            if entry is not None and self._on_replicas(entry) and not _by_keras(run, value):
                use = replace(use, distributed=True)
            outcome = settle(value)
            if outcome.options:
                yield replace(outcome, use=use, traced=entry is not None and traced(run, entry))

    def inline(self, run: Interpreter) -> Iterator[tuple[Closure, ast.Lambda, Value]]:
        """The lambdas that a run has seen written where a model is compiled, and what each returns for a batch."""
        for use in list(self._seen(run)):
            for leaf in flatten(use.value) if use.sink == uses.COMPILE else ():
                if not isinstance(leaf, Function) or not _written_in(use.site.node, leaf.closure.node):
                    continue
                closure = leaf.closure
                code = cst.Module([]).code_for_node(closure.node)
                node = ast.parse(f"({code})", mode="eval").body
                if not isinstance(node, ast.Lambda):
                    continue
                values = arguments(run, closure, found_by="compile", node=node)
                run.watched = closure.node
                run.bound.clear()
                with suppress(OutOfBudget):
                    yield closure, node, run.call_function(leaf, list(values.values()), {})

    def _seen(self, run: Interpreter) -> Iterator[Use]:
        """The uses of losses in this file; a gradient in data is none."""
        for use in run.uses.seen:
            if use.weights is not False and use.site.slice.lines is self.index.lines:
                yield use

    def only_of_data(self, run: Interpreter) -> bool:
        """Whether a run has differentiated, and only ever with respect to data: an attack, a saliency map."""
        own = [use for use in run.uses.seen if use.sink in uses.TAPES]
        return bool(own) and all(use.weights is False for use in own)

    def _compiled(self, run: Interpreter, use: Use) -> Use:
        if not use.distributed:
            return use
        try:
            return replace(use, returned=uses.compiled(run, use, [batch(2), batch(2)]))
        except OutOfBudget:
            return use

    def _on_replicas(self, entry: Entry) -> bool:
        """Whether a step runs on every replica, and says nothing of replicas itself."""
        if entry.qualname.rpartition(".")[2] not in self._replicated:
            return False
        end = entry.node.end_lineno or entry.node.lineno
        return not _SCALED.search("".join(self.index.lines[entry.node.lineno - 1 : end]))


def traced(run: Interpreter, entry: Entry) -> bool:
    """Whether a loss is traced into a graph: Keras does that, a loop of one's own only where it says so."""
    if not FRAMEWORKS & run.frameworks:
        return False
    if entry.found_by not in ("gradient", "use"):
        return True
    decorators = getattr(entry.node, "decorator_list", ())
    return any("function" in ast.unparse(decorator) for decorator in decorators)


def _written_in(call: cst.CSTNode, node: cst.CSTNode) -> bool:
    """Whether a lambda stands in a call itself, and not where a name was bound."""
    if not isinstance(node, cst.Lambda):
        return False
    waiting = [call]
    while waiting:
        one = waiting.pop()
        if one is node:
            return True
        waiting += parts_of(one)
    return False


def _by_keras(run: Interpreter, value: Value) -> bool:
    """Whether a loss object made the average: Keras divides it by the number of replicas."""
    leaves = [option for _, option in value.options] if isinstance(value, Either) else [value]
    return any(
        step.site.node in run.uses.scaled
        for leaf in leaves
        if isinstance(leaf, Tensor)
        for step in leaf.reduced
    )
