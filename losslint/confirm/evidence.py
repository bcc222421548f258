"""What the code of a loss says about the shapes that it takes; read from its tree, nothing is run.

*Stated* is what the code insists on: a shape that is asserted or unpacked, the depth of ``one_hot``, an operation on
images. *Betrayed* is what it only presumes: the last column that a slice reaches, the axes that are reduced.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Sequence

from losslint.confirm.families import CALLEES
from losslint.confirm.locate import Function

Pair = tuple[str, str]  # specs of target and prediction
AXIS_NAMES = frozenset({"axis", "axes", "dim"})
RANK_CALLS = frozenset({"assert_rank", "assert_has_rank", "with_rank"})
SHAPE_CALLS = frozenset({"ensure_shape", "set_shape", "assert_is_compatible_with"})


def stated(node: Function) -> Iterator[Pair]:
    """Families for what the code insists on, the most telling first."""
    calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
    for shape in dict.fromkeys(_insisted(node, calls)):
        yield from _alike([size if size > 0 else 8 for size in shape])
    for depth in dict.fromkeys(depth for call in calls for depth in _depths(call)):
        for space in ("", ",8,8"):
            for kind in ("prob", "real"):
                yield f"(N{space}):int[0..{depth - 1}]", f"(N{space},{depth}):{kind}"
    names = " ".join(called(call) for call in calls)
    for pattern, pairs in CALLEES:
        if re.search(rf"\b(?:{pattern})\b", names):
            yield from pairs


def betrayed(node: Function) -> Iterator[Pair]:
    """Families for what the code presumes."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and called(call) == "one_hot" and not list(_depths(call)):
            yield "(N):int[0..4]", "(N,5):real"
            yield "(N,8,8):int[0..4]", "(N,8,8,5):real"
    rank, last = _axes_reached(node), 0
    bounds, is_open = {0}, False
    for inner in ast.walk(node):
        if isinstance(inner, ast.Subscript) and isinstance(inner.slice, ast.Tuple):
            index = inner.slice.elts
            if not any(isinstance(i, ast.Constant) and i.value is Ellipsis for i in index):
                rank = max(rank, len(index))
            here = _bounds(index[-1])
            bounds |= set(here)
            if isinstance(index[-1], ast.Slice):
                is_open |= index[-1].upper is None and bool(here)
            else:
                last = max([last, *(bound + 1 for bound in here)])
    *_, before, top = [0, *sorted(bounds)]
    last = max(last, top + (top - before if is_open else 0))  # what is left after the last bound is as wide
    if rank > 2 or last > 1:
        size = last or (1 if rank >= 4 else 5)
        yield from _alike((8,) * (rank - 2) + (max(size, 2) if rank <= 2 else size,))


def _alike(shape: Sequence[int]) -> Iterator[Pair]:
    """Target and prediction of one shape per sample."""
    text = ",".join(["N", *map(str, shape)])
    yield f"({text}):real", f"({text}):real"
    yield f"({text}):binary", f"({text}):unit-interval"


def _insisted(node: Function, calls: Sequence[ast.Call]) -> Iterator[tuple[int, ...]]:
    """Shapes of one sample that are compared with, declared, unpacked or reshaped to."""
    ranks: list[int] = []
    for inner in ast.walk(node):
        if (
            isinstance(inner, ast.Compare)
            and len(inner.ops) == 1
            and isinstance(inner.ops[0], ast.Eq | ast.NotEq)
        ):
            yield from _compared(inner.left, inner.comparators[0], ranks)
        elif (
            isinstance(inner, ast.Assign)
            and isinstance(inner.targets[0], ast.Tuple)
            and _is_shape(inner.value)
        ):
            ranks.append(len(inner.targets[0].elts))
    for call in calls:
        name = called(call)
        if name == "TensorSpec":
            shapes = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "shape")]
            yield from (sizes[1:] for shape in shapes if (sizes := _sizes(shape)))
        elif name in SHAPE_CALLS and call.args and (sizes := _sizes(call.args[-1])):
            yield sizes[1:]
        elif name in RANK_CALLS and call.args:
            ranks += integers(call.args[-1])
        elif name in {"reshape", "Reshape"} and call.args:
            sizes = _sizes(call.args[-1]) or ()
            if len(sizes) > 1 and all(size > 0 for size in sizes[1:]) and math.prod(sizes[1:]) > 1:
                yield (math.prod(sizes[1:]),)
                yield sizes[1:]
    for rank in ranks:
        if 1 < rank < 6:
            yield (*(8,) * (rank - 2), 5)
            yield (*(8,) * (rank - 2), 1)


def _compared(left: ast.expr, right: ast.expr, ranks: list[int]) -> Iterator[tuple[int, ...]]:
    """``y.shape[1:] == (16, 2)``, ``y.shape[-1] == 7``; a rank goes into ``ranks``."""
    text = ast.unparse(left)
    if isinstance(left, ast.Subscript) and _is_shape(left.value):
        sizes = _sizes(right)
        if text.endswith("[1:]") and sizes:
            yield sizes
        elif text.endswith(("[-1]", "[1]")):
            yield from ((size,) for size in integers(right) if size > 0)
    elif _is_shape(left) and (sizes := _sizes(right)):
        yield sizes[1:]
    elif re.search(r"^len\(.*shape.*\)$|\.rank$|\.ndims?$|ndim\(|\.rank\(", text):
        ranks += integers(right)


def _is_shape(value: ast.expr) -> bool:
    return bool(re.search(r"\bshape$|\bshape\(.*\)$|int_shape\(.*\)$|\.as_list\(\)$", ast.unparse(value)))


def _sizes(value: ast.expr) -> tuple[int, ...] | None:
    """The integers of a list or tuple; what is unknown in it counts as -1."""
    if not isinstance(value, ast.List | ast.Tuple):
        return None
    return tuple(next(iter(integers(size)), -1) for size in value.elts)


def _depths(call: ast.Call) -> Iterator[int]:
    if called(call) == "one_hot":
        given = [*call.args[1:2], *(k.value for k in call.keywords if k.arg in {"depth", "num_classes"})]
        yield from (depth for value in given for depth in integers(value) if depth > 1)


def _axes_reached(node: Function) -> int:
    """The rank that ``axis=`` in calls and as a parameter's default needs."""
    keywords = (k.value for k in ast.walk(node) if isinstance(k, ast.keyword) and k.arg in AXIS_NAMES)
    axes = {axis for value in keywords for axis in integers(value)}
    inside = {axis for axis in axes if axis > 0}
    rank = max(inside) + 1 + (len(inside) > 1 and -1 in axes) if inside else 0
    positional = [*node.args.posonlyargs, *node.args.args]
    defaults = node.args.defaults
    with_default = zip(positional[len(positional) - len(defaults) :], defaults, strict=True)
    for value in (default for a, default in with_default if a.arg in AXIS_NAMES):
        rank = max([rank, *(axis + 2 for axis in integers(value) if axis > 0)])  # channels come after space
    return rank


def _bounds(index: ast.expr) -> list[int]:
    """The positive integers of an index: ``2``, ``:3``, ``1:3``."""
    parts = [index.lower, index.upper] if isinstance(index, ast.Slice) else [index]
    values = [part.value for part in parts if isinstance(part, ast.Constant)]
    return [value for value in values if type(value) is int and value >= 0]


def integers(value: ast.expr) -> list[int]:
    """The integer, or the integers of the list or tuple, that the expression is."""
    try:
        literal = ast.literal_eval(value)
    except ValueError:
        return []
    return [x for x in (literal if isinstance(literal, list | tuple) else [literal]) if type(x) is int]


def called(call: ast.Call) -> str:
    """The last part of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
