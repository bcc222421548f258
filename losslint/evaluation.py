"""From a loss to what it returns for a batch: run inside the functions and classes that make it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import libcst as cst

from losslint import entering
from losslint.analysis import classes
from losslint.analysis.alternatives import either
from losslint.analysis.budget import OUTER_STEPS, Overdrawn
from losslint.analysis.concrete import concrete_subclasses
from losslint.analysis.names import function_at, lookup
from losslint.analysis.outcome import settle
from losslint.analysis.scope import ClassRef, Closure, Scope
from losslint.analysis.values import Dict, Function, Partial, Unknown, Value
from losslint.frozen import dataclass
from losslint.model import Verdict

if TYPE_CHECKING:
    from losslint.analysis.interpreter import Interpreter
    from losslint.handed import Handed
    from losslint.source.comments import Pragmas
    from losslint.source.entries import Entry
    from losslint.source.index import ModuleIndex

RETURNING = ("parameters", "class", "name", "configuration", "comment")
"""How losses are found that return what is minimised."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The losses of one file on the batches that they would meet."""

    index: ModuleIndex
    pragmas: Pragmas
    handed: Handed
    updating: Mapping[str, ast.AST]
    """The losses of the file that update weights, by qualified name."""

    def of(self, run: Interpreter, entry: Entry) -> Value:
        """What the loss returns for a batch: its parameters as their names, defaults and declared shapes say."""
        function = self._function(run, entry)
        given: dict[str, Value] = {}
        if isinstance(function, Partial) and isinstance(function.fn, Function):
            given = entering.given_by(function)
            function = function.fn
        if not isinstance(function, Function):
            return Unknown(entry.qualname)
        run.entry = self.index
        run.uses.seen.clear()
        if entry.found_by == "use":
            run.budget.hurry()
        value = self._enter(run, entry, function, given)
        if entry.found_by in RETURNING and settle(value).verdict is Verdict.UNKNOWN:
            if settle(value).options and entering.can_lack_targets(run, function.closure):
                run.uses.seen.clear()
                run.bound.clear()
                value = self._enter(run, entry, function, given, compared=True)
            if entry.owner is not None and settle(value).verdict is Verdict.UNKNOWN:
                value = self._of_subclasses(run, entry, function) or value
        return self.handed.first(run, entry.found_by) if entry.found_by in ("gradient", "add_loss") else value

    def _of_subclasses(self, run: Interpreter, entry: Entry, function: Function) -> Value | None:
        """What a method of an abstract class returns in the classes that make it concrete, one option for each."""
        ref, name = function.closure.owner, entry.qualname.rpartition(".")[2]
        subclasses = [
            each
            for each in (concrete_subclasses(run, ref) if ref is not None else ())
            if (found := classes.method(run, each, name)) is not None and found.closure == function.closure
        ]
        seen = list(run.bound)
        options = [
            (frozenset({(f"self is a {each.qualname}", True)}), self._enter(run, entry, function, {}, each))
            for each in subclasses
        ]
        run.bound[:] = seen
        return either(options) if options else None

    def _enter(
        self,
        run: Interpreter,
        entry: Entry,
        function: Function,
        given: Mapping[str, Value],
        cls: ClassRef | None = None,
        *,
        compared: bool = False,
    ) -> Value:
        """Run a loss on what its parameters say; behind a decorator that takes anything, on what its own say."""
        own = run.defined.get(entry.qualname)
        wrapper = function.closure if isinstance(function.closure.node.params.star_arg, cst.Param) else None
        wrapped = wrapper is not None and own is not None and own.closure.node is not wrapper.node
        closure = own.closure if wrapped and own is not None else function.closure
        values = entering.arguments(
            run,
            closure,
            found_by=entry.found_by,
            node=entry.node,
            specs=self.pragmas.inputs_of(entry.line),
            given=given,
            callers=[node for name, node in self.updating.items() if name in entry.callers],
            compared=compared,
        )
        run.watched = closure.node
        if wrapped:
            keywords = {one.name.value for one in closure.node.params.kwonly_params}
            positional = [value for name, value in values.items() if name not in keywords]
            return run.call_function(function, positional, {name: values[name] for name in keywords})
        around = closure.scope
        scope = run.opened(Scope(around.module, around.slice, closure.qualname, around, owner=closure.owner))
        if len(entering.own_parameters(closure)) < len(entering.all_parameters(closure)):
            owner = cls or closure.owner
            scope.this = classes.typical_instance(run, owner) if owner is not None else None
            scope.names[entering.all_parameters(closure)[0].name.value] = scope.this or Unknown("self")
        for name, value in values.items():
            scope.names[name] = value
        star = closure.node.params.star_arg
        if isinstance(star, cst.Param):
            scope.names[star.name.value] = Unknown(f"*{star.name.value}")
        if closure.node.params.star_kwarg is not None:
            scope.names[closure.node.params.star_kwarg.name.value] = Dict({}, Unknown("a keyword argument"))
        return run.run_body(closure, scope)

    def _function(self, run: Interpreter, entry: Entry) -> Value:
        """The function value of an entry, in the scope that it closes over."""
        if entry.outer is not None:
            outermost = entry.outer
            while outermost.outer is not None:
                outermost = outermost.outer
            with suppress(Overdrawn), run.budget.part(OUTER_STEPS):
                self._run_outer(run, outermost.qualname, entry)
            return run.defined.get(entry.qualname, Unknown(f"{entry.qualname} is never made"))
        if isinstance(entry.node, (ast.Lambda, ast.Call)):
            return lookup(run, run.program.scope_of(self.index), entry.qualname)
        if entry.owner is not None:
            qualname = entry.qualname.rpartition(".")[0]
            found = classes.own_method(run, ClassRef(self.index, qualname, entry.owner), entry.node.name)
            return found if found is not None else Unknown(entry.qualname)
        return function_at(run, self.index, entry.node, entry.qualname)

    def _run_outer(self, run: Interpreter, qualname: str, entry: Entry) -> None:
        """Run the functions around an entry, on what their parameters' names say, so that it is made."""
        unit = self.index.by_qualname[qualname]
        if unit.owner is not None:
            function: Value | None = classes.own_method(
                run, ClassRef(self.index, qualname.rpartition(".")[0], unit.owner), unit.node.name
            )
            if (
                isinstance(function, Function)
                and function.closure.owner is not None
                and function.closure.kind != "staticmethod"
            ):
                function = classes.bound(function, classes.typical_instance(run, function.closure.owner))
        else:
            function = function_at(run, self.index, unit.node, qualname)
        chain = [unit.qualname]
        outer = entry.outer
        while outer is not None and outer.qualname != qualname:
            chain.insert(1, outer.qualname)
            outer = outer.outer
        for name in chain:
            made = function if name == qualname else run.defined.get(name)
            if isinstance(made, Function):
                run.call_function(made, *self._factory_arguments(run, made.closure))

    def _factory_arguments(self, run: Interpreter, closure: Closure) -> tuple[list[Value], dict[str, Value]]:
        keywords = {
            parameter.name.value: closure.defaults.get(
                parameter.name.value, run.parameter(parameter.name.value, loss=False)
            )
            for parameter in closure.node.params.kwonly_params
        }
        return classes.unknown_arguments(run, closure, loss=False), keywords
