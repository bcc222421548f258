"""Values that hardly fit where they are: the batch axis of one operand against an axis of the other that is longer than
1 and no batch, or one value per sample where a single number is wanted.

The calculus lets such shapes pass, since it guesses many ranks; a fix must not make new ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst

from losslint.analysis.axes import Axes
from losslint.analysis.recording import Recording
from losslint.analysis.values import Either, External, Tensor, Value

ELEMENTWISE = {
    "add",
    "subtract",
    "multiply",
    "divide",
    "truediv",
    "maximum",
    "minimum",
    "squared_difference",
    "divide_no_nan",
}
SCALAR_WANTED = {
    "builtins.bool",
    "builtins.float",
    "builtins.int",
    "tensorflow.cond",
    "tensorflow.compat.v1.summary.scalar",
    "tensorflow.summary.scalar",
}


def clashes(recordings: Iterable[Recording]) -> int:
    """How many operations have such operands, of all that were seen."""
    return len({node for recording in recordings for node in recording.values if _clash(recording, node)})


def _clash(recording: Recording, node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Call) and _wants_scalar(recording.values.get(node.func)):
        given = [_axes(recording.values.get(argument.value)) for argument in node.args]
        return any(axes is not None and axes.batches > 0 for axes in given)
    sides = [_axes(recording.values.get(operand)) for operand in _operands(recording, node)]
    known = [axes for axes in sides if axes is not None]
    return len(known) == 2 and _meet_badly(*known)


def _wants_scalar(callee: Value | None) -> bool:
    return isinstance(callee, External) and callee.name in SCALAR_WANTED


def _operands(recording: Recording, node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    if isinstance(node, cst.BinaryOperation) and not isinstance(node.operator, cst.MatrixMultiply):
        return node.left, node.right
    if isinstance(node, cst.Call) and len(node.args) == 2:
        callee = recording.values.get(node.func)
        if isinstance(callee, External) and callee.name.rpartition(".")[2] in ELEMENTWISE:
            return node.args[0].value, node.args[1].value
    return ()


def _axes(value: Value | None) -> Axes | None:
    one = value.options[0][1] if isinstance(value, Either) else value
    return one.axes if isinstance(one, Tensor) else None


def _meet_badly(left: Axes, right: Axes) -> bool:
    if left.rank is None and right.rank is None and left.batches and right.batches:
        return (
            left.least_rank != right.least_rank
        )  # both may have more axes, but hardly the one more than the other
    for at in range(1, min(left.least_rank, right.least_rank) + 1):
        one, other = left.at(-at), right.at(-at)
        if one is None or other is None or one.batch is other.batch:
            if one is not None and other is not None and one.batch and one.order != other.order:
                return True  # other samples, and perhaps not as many
            continue
        plain = other if one.batch else one
        if plain.plain and plain.size != 1:
            return True
    return False
