"""Which functions of a module are losses: by parameters, class, name, use, or comment."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property, lru_cache

from losslint.frozen import dataclass

from .index import Import, ModuleIndex, Unit, flat, own_nodes, walk
from .sinks import HANDING_OVER, adds, compiled_loss, compiles, compiling_matters, differentiates


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A loss to analyse. ``node`` is a function, a lambda or a call of ``partial``; ``outer`` the function around it.

    ``callers``: the losses of the module that call something of its name, perhaps itself among them; what it returns is
    judged where it ends up. ``metric``: its name says that it measures and is not minimised.
    """

    qualname: str
    line: int
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.Call
    found_by: str
    owner: ast.ClassDef | None = None
    outer: Unit | None = None
    statement: ast.stmt | None = None
    callers: frozenset[str] = frozenset()
    metric: bool = False

    @property
    def is_helper(self) -> bool:
        """Whether another loss calls it."""
        return len(self.callers) > (self.qualname in self.callers)


@dataclass(frozen=True, eq=False)
class Words:
    """What names say, as far as finding losses needs it (``analysis.vocabulary`` fills it in)."""

    is_target: Callable[[str], bool]
    is_output: Callable[[str], bool]
    is_loss: Callable[[str], bool]
    is_metric: Callable[[str], bool]
    is_data: Callable[[str], bool]
    not_a_loss: Callable[[str], bool]
    chosen: Callable[[str], bool]


COMPILERS = ("numba", "pythran", "cython")
"""Packages that make machine code of a function: what it returns is a number and has no gradient."""
LOSS_METHODS = ("call", "__call__", "forward", "loss")


def find_entries(
    index: ModuleIndex,
    words: Words,
    mark: Callable[[int], bool | None],
    is_loss_class: Callable[[ast.ClassDef], bool],
) -> list[Entry]:
    """Every loss of a module, in order of line. ``mark`` is what a comment says of a line."""
    return Finder(index, words, mark, is_loss_class).entries()


@dataclass(frozen=True, eq=False)
class Finder:
    """One search through one module."""

    index: ModuleIndex
    words: Words
    mark: Callable[[int], bool | None]
    is_loss_class: Callable[[ast.ClassDef], bool]

    def entries(self) -> list[Entry]:
        """All losses of the module."""
        found = [entry for unit in self.index.units if (entry := self._function(unit)) is not None]
        found += self._named()
        return sorted(self._with_helpers(found), key=lambda entry: (entry.line, entry.qualname))

    def _function(self, unit: Unit) -> Entry | None:
        said = self.mark(unit.node.lineno)
        name = unit.node.name
        if said is False or (said is None and (self.words.not_a_loss(name) or self._machine_code(unit.node))):
            return None
        reason = "comment" if said else self._reason(unit)
        if reason is None:
            return None
        metric = (
            said is None
            and reason != "class"
            and (
                self.words.is_metric(name)
                or (unit.owner is not None and self.words.is_metric(unit.owner.name))
            )
        )
        return Entry(
            unit.qualname, unit.node.lineno, unit.node, reason, unit.owner, unit.outer, metric=metric
        )

    def _machine_code(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        """Whether a decorator compiles a function so that no framework can differentiate it."""
        for decorator in node.decorator_list:
            root: ast.expr = decorator.func if isinstance(decorator, ast.Call) else decorator
            while isinstance(root, ast.Attribute):
                root = root.value
            imported = self.index.names.get(root.id) if isinstance(root, ast.Name) else None
            if isinstance(imported, Import) and imported.module.partition(".")[0] in COMPILERS:
                return True
        return False

    def _reason(self, unit: Unit) -> str | None:
        reason = self._returned(unit)
        if reason is None or _is_property(unit.node) or not _returns(unit.node):
            return self._hands_over(unit)
        return reason

    def _returned(self, unit: Unit) -> str | None:
        """Why a function is a loss if it returns anything, from what is cheap to ask."""
        node = unit.node
        names = parameter_names(node)
        if self.words.chosen(node.name):
            return "configuration"
        if unit.owner is not None and node.name in LOSS_METHODS and self.is_loss_class(unit.owner):
            return "class"
        if unit.qualname in self._compiled or node.name in self._compiled:
            return "compile"
        if any(map(self.words.is_target, names)) and any(map(self.words.is_output, names)):
            return "parameters"
        if self._of_inputs(node, names):
            return None
        # get_loss(name) hands a loss out, get_center_loss(features, labels) computes one
        fetches = node.name.lstrip("_").startswith("get_") and sum(map(self.words.is_data, names)) < 2
        if self.words.is_loss(node.name) and names and not fetches and not _makes_function(node):
            return "name"
        return None

    def _of_inputs(self, node: ast.FunctionDef | ast.AsyncFunctionDef, names: list[str]) -> bool:
        """Whether JAX differentiates a function with respect to data: by its first parameter, unless told otherwise."""
        if not names or not self.words.is_data(names[0]) or node.name not in self._differentiated:
            return False
        return not any(map(self.words.is_target, names))

    @cached_property
    def _differentiated(self) -> frozenset[str]:
        """The functions that are handed to ``jax.grad`` or ``value_and_grad`` as they are."""
        return frozenset(
            node.args[0].id
            for node in self.index.nodes_near(("grad",))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("grad", "value_and_grad")
            and node.args
            and isinstance(node.args[0], ast.Name)
            and all(keyword.arg != "argnums" for keyword in node.keywords)
        )

    def _hands_over(self, unit: Unit) -> str | None:
        """Gives a loss away instead of returning it; ``use``: no loss of its own, but it says what becomes of one."""
        if not self.index.mentions(unit.node, HANDING_OVER):
            return None
        if self._differentiates(unit):
            return "gradient"
        nodes = _nodes_of(unit.node)
        if any(map(adds, nodes)):
            return "add_loss"
        return "use" if self._compiling_matters and any(map(compiles, nodes)) else None

    @cached_property
    def _compiling_matters(self) -> bool:
        return compiling_matters(self.index)

    def _differentiates(self, unit: Unit) -> bool:
        """A training step: differentiates a loss that it computes itself."""
        nodes = _nodes_of(unit.node)
        return any(map(differentiates, nodes)) and any(
            isinstance(node, (ast.With, ast.AsyncWith)) or _minimizes(node) for node in nodes
        )

    @cached_property
    def _compiled(self) -> frozenset[str]:
        """Names of functions that are passed to ``compile(loss=…)``."""
        found: set[str] = set()
        for node in self.index.nodes_near(("compile",)):
            given = compiled_loss(node)
            if given is not None:
                found.update(item.id for item in _compiled_values(given) if isinstance(item, ast.Name))
        return frozenset(found)

    def _named(self) -> Iterator[Entry]:
        """Lambdas and partials that are bound to a name."""
        for body, prefix, outer in self._scopes():
            for statement in body:
                if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
                    continue
                value, name = statement.value, statement.targets[0].id
                names = self._parameters_of(value)
                if names is None or not isinstance(value, (ast.Lambda, ast.Call)):
                    continue
                said = self.mark(statement.lineno)
                paired = any(map(self.words.is_target, names)) and any(map(self.words.is_output, names))
                if said is False or not (said or paired or (self.words.is_loss(name) and names)):
                    continue
                reason = "comment" if said else "parameters" if paired else "name"
                yield Entry(
                    prefix + name,
                    statement.lineno,
                    value,
                    reason,
                    outer=outer,
                    statement=statement,
                    metric=self.words.is_metric(name),
                )

    def _parameters_of(self, value: ast.expr) -> list[str] | None:
        """The parameters of a lambda, or of the function that a ``partial`` of this module wraps."""
        if isinstance(value, ast.Lambda):
            return parameter_names(value)
        if not isinstance(value, ast.Call) or not value.args or not isinstance(value.args[0], ast.Name):
            return None
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        wrapped = self.index.names.get(value.args[0].id)
        if called != "partial" or not isinstance(wrapped, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        given = {keyword.arg for keyword in value.keywords}
        return [name for name in parameter_names(wrapped)[len(value.args) - 1 :] if name not in given]

    def _scopes(self) -> Iterator[tuple[list[ast.stmt], str, Unit | None]]:
        yield list(flat(self.index.tree.body)), "", None
        for unit in self.index.units:
            if self.index.mentions(unit.node, ("lambda", "partial")):
                yield list(flat(unit.node.body)), f"{unit.qualname}.<locals>.", unit

    def _with_helpers(self, found: list[Entry]) -> list[Entry]:
        """Mark the losses that other losses of the module call."""
        called: dict[str, set[str]] = {}
        for entry in found:
            for node in walk(entry.node):
                if isinstance(node, ast.Call):
                    name = (
                        node.func.id
                        if isinstance(node.func, ast.Name)
                        else node.func.attr
                        if isinstance(node.func, ast.Attribute)
                        else ""
                    )
                    called.setdefault(name, set()).add(entry.qualname)
        callers = {name: frozenset(callers) for name, callers in called.items()}
        return [
            entry
            if entry.found_by in ("compile", "comment")
            else replace(entry, callers=callers.get(entry.qualname.rpartition(".")[2], frozenset()))
            for entry in found
        ]


def parameter_names(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[str]:
    """The names of a function's parameters, ``self`` and ``cls`` left out."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        (isinstance(item, ast.Name) and item.id in ("property", "abstractmethod"))
        or (isinstance(item, ast.Attribute) and item.attr in ("setter", "abstractmethod", "getter"))
        for item in node.decorator_list
    )


@lru_cache(maxsize=8)
def _nodes_of(node: ast.AST) -> tuple[ast.AST, ...]:
    """``own_nodes``, gathered once: several questions are asked of a function."""
    return tuple(own_nodes(node))


def _returns(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Returns a value (a generator does not count)."""
    return any(isinstance(item, ast.Return) and item.value is not None for item in _nodes_of(node))


def _makes_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A factory: returns a function that it defines."""
    inner = {
        item.name
        for item in walk(node)
        if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item is not node
    }
    return any(
        isinstance(item, ast.Return)
        and (
            isinstance(item.value, ast.Lambda)
            or (isinstance(item.value, ast.Name) and item.value.id in inner)
        )
        for item in _nodes_of(node)
    )


def _minimizes(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("minimize", "compute_gradients")
    )


def _compiled_values(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Dict):
        for value in node.values:
            yield from _compiled_values(value)
    elif isinstance(node, (ast.List, ast.Tuple)):
        for element in node.elts:
            yield from _compiled_values(element)
    elif isinstance(node, ast.Call):  # a factory, or an instance of a class
        yield node.func
    else:
        yield node
