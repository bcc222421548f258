"""What a name stands for: local scopes, module globals, imports across the project, built-ins."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

import libcst as cst

from losslint.source.index import Assigned, Import, ModuleIndex

from .budget import OutOfBudget
from .degree import ZERO
from .program import class_value
from .scope import ModuleRef, Scope
from .values import Const, External, Module, Tensor, Unknown, Value, finite

if TYPE_CHECKING:
    from .interpreter import Interpreter

LONGEST_GLOBAL = 60
"""Lines of a module-level assignment beyond which it is data, not code."""


LITERALS: dict[str, Value] = {
    "__name__": Const("__main__"),
    "True": Const(True),
    "False": Const(False),
    "None": Const(None),
    "Ellipsis": Const(...),
}


def lookup(run: Interpreter, scope: Scope, name: str) -> Value:
    """The value of a name seen from a scope."""
    here: Scope | None = scope
    while here is not None:
        if name in here.names:
            return here.names[name]
        here = here.outer
    return global_name(run, scope.module, name)


def global_name(run: Interpreter, index: ModuleIndex, name: str) -> Value:
    """The value of a module-level name, evaluated once."""
    scope = run.program.scope_of(index)
    if name in scope.names:
        return scope.names[name]
    definition = index.names.get(name)
    starred = _starred(run, index, name, after=index.bound_at.get(name, 0))
    if starred is not None:
        return starred
    if definition is None:
        known = LITERALS.get(name)
        if known is None:
            known = External(f"builtins.{name}") if hasattr(builtins, name) else Unknown(name)
        scope.names[name] = known
        return known
    scope.names[name] = Unknown(name)  # a cycle ends here
    try:
        with run.summaries.defining():
            value = _define(run, index, scope, definition, name)
    except OutOfBudget:
        del scope.names[name]
        raise
    scope.names[name] = value
    return value


def _define(
    run: Interpreter, index: ModuleIndex, scope: Scope, definition: Import | ast.stmt | Assigned, name: str
) -> Value:
    if isinstance(definition, Import):
        return imported(run, index, definition)
    if isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return function_at(run, index, definition, name)
    if isinstance(definition, ast.ClassDef):
        return class_value(index, definition, name)
    if isinstance(definition, Assigned):
        statement = definition.statement
        if (statement.end_lineno or statement.lineno) - statement.lineno > LONGEST_GLOBAL:
            return Unknown(name)
        here = run.opened(Scope(index, index.slice_of(statement), outer=scope))
        run.execute_statement(statement, here)
        value = here.names.get(name, Unknown(name))
        if isinstance(value, Unknown) and name.isupper():
            value = External(f"{index.name}.{name}")  # what it holds is not known, but it is no data
        return named_constant(run, name, value)
    return Unknown(name)


def named_constant(run: Interpreter, name: str, value: Value) -> Value:
    """A constant whose name says batch size is a nominal one, whatever number it is today."""
    if isinstance(value, Const):
        if isinstance(value.value, (int, float)) and run.vocabulary.is_batch_size(name):
            return Tensor(number=finite(value.value), nominal=name)
        return value
    if isinstance(value, External) and name.isupper() and run.vocabulary.is_batch_size(name):
        of_framework = run.program.table.canonical(value.name).startswith(("tensorflow.", "keras."))
        return value if of_framework else run.parameter(name, loss=False)  # no Reduction.SUM_OVER_BATCH_SIZE
    unseen = isinstance(value, Tensor) and value.nominal and value.number is None and value.degree == ZERO
    if unseen and run.vocabulary.is_batch_size(name):  # so many per replica: nobody sees how many replicas
        return run.parameter(name, loss=False)
    return value


def function_at(
    run: Interpreter, index: ModuleIndex, node: ast.FunctionDef | ast.AsyncFunctionDef, qualname: str
) -> Value:
    """A module-level function as a value, from its own slice."""
    from .statements import Flow, decorated

    piece = index.slice_of(node)
    root = next((item for item in piece.body if isinstance(item, cst.FunctionDef)), None)
    if root is None:
        return Unknown(qualname)
    scope = Scope(index, piece, outer=run.program.scope_of(index))
    return decorated(run, root, run.make_function(root, scope, qualname), scope, Flow())


def imported(run: Interpreter, index: ModuleIndex, definition: Import) -> Value:
    """What an import binds: a tabled name of a framework, a module of the project or something in it."""
    module = index.absolute(definition)
    if definition.attribute is None:
        return module_value(run, module)
    return member(run, module, definition.attribute)


def module_value(run: Interpreter, name: str) -> Value:
    """A module by its dotted name."""
    if not run.program.tabled(name):
        found = run.program.find(name)
        if found is not None:
            return Module(ModuleRef(found))
    return External(name)


def member(run: Interpreter, module: str, name: str) -> Value:
    """``module.name``: the tables go first, then the project's sources."""
    dotted = f"{module}.{name}" if module else name
    if run.program.tabled(dotted) or run.knows(dotted):
        return External(dotted)
    found = run.program.find(module) if module else None
    if found is not None and (name in found.names or found.stars):
        value = global_name(run, found, name)
        if not isinstance(value, Unknown):
            return value
    sub = run.program.find(dotted)
    if sub is not None:
        return Module(ModuleRef(sub))
    if found is None:
        return named_constant(run, name, External(dotted))
    if isinstance(found.names.get(name), (Import, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return Unknown(dotted)  # the index knows all there is to know of it
    return inferred(run, found, name) or Unknown(dotted)


def inferred(run: Interpreter, index: ModuleIndex, name: str) -> Value | None:
    """A name of another module that its index does not hold, as astroid infers it."""
    from losslint.source.inference import Constant, infer

    answer = infer(index, name)
    if answer is None:
        return None
    if isinstance(answer, Constant):
        return named_constant(run, name, Const(answer.value))
    return global_name(run, index, answer.name) if answer.name in index.names else None


def _starred(run: Interpreter, index: ModuleIndex, name: str, *, after: int) -> Value | None:
    """What a ``from m import *`` below line ``after`` binds the name to."""
    for line, star in index.stars:
        if line < after or name.startswith("_"):
            continue
        module = index.absolute(star)
        if run.program.tabled(f"{module}.{name}"):
            return External(f"{module}.{name}")
        found = run.program.find(module)
        if found is not None and name in found.names:
            return global_name(run, found, name)
    return None
