"""What a loss is given when nobody is seen to call it: a value for each of its parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from losslint.analysis import classes
from losslint.analysis.axes import FEATURES, WILD
from losslint.analysis.declared import axes_of_annotation, axes_of_spec
from losslint.analysis.degree import ZERO
from losslint.analysis.values import NONE, Const, Function, Partial, Spread, Tensor, Value, constant
from losslint.source.index import walk

if TYPE_CHECKING:
    import libcst as cst

    from losslint.analysis.interpreter import Interpreter
    from losslint.analysis.scope import Closure

PAIRED = ("parameters", "class", "compile", "comment")
"""How losses are found of which every parameter is data, unless its name says otherwise."""


def arguments(
    run: Interpreter,
    closure: Closure,
    *,
    found_by: str,
    node: ast.AST,
    specs: Iterable[tuple[str, str]] = (),
    given: Mapping[str, Value] | None = None,
    callers: Iterable[ast.AST] = (),
    compared: bool = False,
) -> dict[str, Value]:
    """A value for every parameter but ``self``: what is ``given``, its default, else what its name and shape say.

    ``node`` is the function as ``ast`` has it, ``specs`` are the shapes that a comment states, ``callers`` those
    losses of the module that call it and update weights. ``compared``: targets and outputs are not left out.
    """
    words = run.vocabulary
    parameters = own_parameters(closure)
    beside_data = found_by in PAIRED or any(words.is_batched(one.name.value) for one in parameters)
    names = {one.name.value for one in parameters}
    called = {
        each.func.id
        for each in walk(node)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in names
    }
    shapes = {name: axes_of_spec(spec) for name, spec in specs}
    by_keras = found_by == "compile" or (
        found_by == "class" and closure.owner is not None and classes.is_loss_class(run, closure.owner)
    )
    values: dict[str, Value] = {}
    updated = updated_weights(node, names)
    for caller in callers:
        updated |= passed_weights(caller, getattr(node, "name", ""), [one.name.value for one in parameters])
    elsewhere = batch_elsewhere(node, names)
    needed = computed_with(node, names)
    for place, parameter in enumerate((*parameters, *closure.node.params.kwonly_params)):
        name = parameter.name.value
        if given is not None and name in given:
            values[name] = given[name]
            continue
        axes = shapes.get(name) or axes_of_annotation(getattr(parameter.annotation, "annotation", None))
        default = closure.defaults.get(name)
        if default == NONE and (name in needed or (compared and words.is_compared(name))):
            default = None
        stands_in = words.is_normaliser(name) and default in (Const(1), Const(1.0))
        if default is not None and axes is None and not stands_in:  # else it stands for what callers count
            values[name] = default
            continue
        if name in elsewhere and axes is None:
            values[name] = Tensor(WILD, ZERO, ZERO, Spread.SAMPLE, opaque=True)
            continue
        if name in updated:
            values[name] = constant(axes=FEATURES, weights=True)
            continue
        by_place = by_keras and place < 2 and not words.is_batched(name)  # Keras passes no names
        value = run.parameter(
            ("y_true", "y_pred")[place] if by_place else name,
            loss=True,
            annotation=classes.annotation_of(parameter),
            beside_data=beside_data,
            called=name in called,
            by_keras=by_keras,
        )
        if axes is not None:
            slope = None if words.is_given(name) else ZERO
            value = Tensor(axes, ZERO, slope, Spread.SAMPLE) if axes.batches else Tensor(axes)
        elif isinstance(value, Tensor) and value.data:
            run.raw[id(value)] = name
            run.keep(value)
        values[name] = value
    run.arrays |= names if by_keras else used_as_arrays(node, names)
    return values


def all_parameters(closure: Closure) -> list[cst.Param]:
    """The positional parameters of a function."""
    return [*closure.node.params.posonly_params, *closure.node.params.params]


def can_lack_targets(run: Interpreter, closure: Closure) -> bool:
    """Whether a target or what is compared with it defaults to None."""
    return any(
        default == NONE and run.vocabulary.is_compared(name) for name, default in closure.defaults.items()
    )


def own_parameters(closure: Closure) -> list[cst.Param]:
    """The same without the object it is called on."""
    parameters = all_parameters(closure)
    return parameters[1:] if closure.owner is not None and closure.kind != "staticmethod" else parameters


def given_by(partial: Partial) -> dict[str, Value]:
    """The parameters that a ``partial`` has filled."""
    assert isinstance(partial.fn, Function)
    names = [parameter.name.value for parameter in all_parameters(partial.fn.closure)]
    return {**dict(zip(names, partial.args, strict=False)), **dict(partial.kwargs)}


_STATED = re.compile(
    r"^\s*:?(?:param\s+)?`*(?P<name>\w+)`*\s*(?:\([^()]*\))?\s*:.*?[(\[](?P<dims>[\w\s,.*+-]+)[)\]]"
)
_SAMPLES = {
    "n",
    "b",
    "bs",
    "batch",
    "batch_size",
    "batchsize",
    "n_samples",
    "num_samples",
    "nbatch",
    "n_batch",
}


def batch_elsewhere(function: ast.AST, names: set[str]) -> set[str]:
    """The parameters whose batch axis is not the first, as the docstring says: ``scores: tensor, shape (eta, n)``.

    What a docstring says of shapes may be old. So it accuses nobody: it only takes a doubtful accusation back.
    """
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return set()
    found: set[str] = set()
    for line in (ast.get_docstring(function) or "").splitlines():
        stated = _STATED.match(line)
        if stated is None or stated["name"] not in names:
            continue
        dims = [dim.strip().lower() for dim in stated["dims"].split(",")]
        if len(dims) > 1 and dims[0] not in _SAMPLES and not _SAMPLES.isdisjoint(dims[1:]):
            found.add(stated["name"])
    return found


UPDATES = ("assign", "assign_add", "assign_sub")


def updated_weights(function: ast.AST, names: set[str] | None = None) -> set[str]:
    """The parameters that a step updates: by ``apply_gradients``, or by themselves."""
    found: set[str] = set()
    for node in walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner, method = node.func.value, node.func.attr
        if method in UPDATES and isinstance(owner, ast.Name):
            found.add(owner.id)
        elif method == "apply_gradients" and node.args:
            found.update(_paired_with_gradients(node.args[0]))
    return found if names is None else found & names


def passed_weights(caller: ast.AST, function: str, parameters: Sequence[str]) -> set[str]:
    """The parameters of a function that a step hands what it updates."""
    weights = updated_weights(caller)
    found: set[str] = set()
    for node in walk(caller) if weights and function else ():
        called = node.func if isinstance(node, ast.Call) else None
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if not isinstance(node, ast.Call) or name != function:
            continue
        pairs = [*zip(parameters, node.args, strict=False), *((one.arg, one.value) for one in node.keywords)]
        found.update(
            parameter
            for parameter, value in pairs
            if parameter is not None and isinstance(value, ast.Name) and value.id in weights
        )
    return found & set(parameters)


def _paired_with_gradients(given: ast.expr) -> Iterator[str]:
    """The names in the second places of ``[(gradient, weight), …]`` or ``zip(gradients, weights)``."""
    seconds: list[ast.expr] = []
    if isinstance(given, (ast.List, ast.Tuple)):
        seconds = [pair.elts[1] for pair in given.elts if isinstance(pair, ast.Tuple) and len(pair.elts) == 2]
    elif isinstance(given, ast.Call) and len(given.args) == 2 and getattr(given.func, "id", "") == "zip":
        seconds = [given.args[1]]
    for second in seconds:
        parts = second.elts if isinstance(second, (ast.List, ast.Tuple)) else [second]
        yield from (part.id for part in parts if isinstance(part, ast.Name))


ASKS_SHAPE = {"shape", "rank", "size", "ndim", "int_shape", "cast"}
"""Functions that take one tensor, and no list of them."""
ASKED = ("shape", "dtype", "get_shape", "ndim")
"""Attributes that one tensor has, and no list of them."""


def used_as_arrays(function: ast.AST, names: set[str]) -> set[str]:
    """The parameters that are certainly one tensor each: computed with, indexed by several axes, asked for a shape."""
    found: set[str] = set()
    for node in walk(function):
        operands: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and not isinstance(node.op, (ast.Add, ast.Mult)):
            operands = [node.left, node.right]  # lists can be added and repeated
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            operands = [node.operand]
        elif isinstance(node, ast.Attribute):
            operands = [node.value] if node.attr in ASKED else []
        elif isinstance(node, ast.Subscript):
            operands = [node.value] if isinstance(node.slice, ast.Tuple) else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            operands = [node.args[0]] if node.func.attr in ASKS_SHAPE else []
        found.update(each.id for each in operands if isinstance(each, ast.Name) and each.id in names)
    return found


def computed_with(function: ast.AST, names: set[str]) -> set[str]:
    """The parameters that cannot be None, whatever their default: computed with, and neither tested nor set before."""
    found: set[str] = set()
    spared: set[str] = set()
    for node in walk(function):
        if isinstance(node, ast.BinOp):
            found |= _named((node.left, node.right))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            found |= _named((node.operand,))
        elif isinstance(node, (ast.If, ast.IfExp, ast.While, ast.Assert)):
            spared |= _within(node.test)
        elif isinstance(node, (ast.BoolOp, ast.Compare)):
            spared |= _within(node)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            spared.add(node.id)
        elif isinstance(node, (ast.Try, ast.Match)):
            spared |= _within(node)
    return (found & names) - spared


def _named(nodes: Iterable[ast.expr]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _within(node: ast.AST) -> set[str]:
    return {each.id for each in walk(node) if isinstance(each, ast.Name)}
