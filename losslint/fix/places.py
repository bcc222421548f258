"""Where text can be put: what binds how tightly, and edits that insert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from losslint.model import Edit, Span

from .tree import Tree, code_of


@dataclass(frozen=True, slots=True)
class Phrase:
    """Code to put in, and the edits elsewhere that it needs: an import, a name."""

    text: str
    needs: tuple[Edit, ...] = ()


def is_atom(node: cst.CSTNode) -> bool:
    """Whether a node needs no parentheses beside any operator."""
    return bool(getattr(node, "lpar", ())) or isinstance(
        node, (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.Integer, cst.Float, cst.List, cst.Dict)
    )


def is_product(node: cst.CSTNode) -> bool:
    """Binds at least as tightly as a division: ``a * b``, ``-a``, ``a ** 2``."""
    if isinstance(node, cst.UnaryOperation):
        return isinstance(node.operator, (cst.Minus, cst.Plus))
    return isinstance(node, cst.BinaryOperation) and isinstance(
        node.operator, (cst.Multiply, cst.Divide, cst.Power, cst.MatrixMultiply)
    )


def atom(node: cst.BaseExpression) -> str:
    """The text of an expression, in parentheses unless it needs none beside any operator."""
    code = code_of(node)
    return code if is_atom(node) else f"({code})"


def divisible(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether ``node / n`` can stand where ``node`` stands without parentheses."""
    parent = tree.parent(node)
    if isinstance(parent, cst.BinaryOperation):
        if isinstance(parent.operator, (cst.Add, cst.Subtract)):
            return True
        if isinstance(parent.operator, cst.Multiply):
            return True
        return isinstance(parent.operator, cst.Divide) and parent.left is node
    if isinstance(parent, cst.UnaryOperation):
        return isinstance(parent.operator, (cst.Minus, cst.Plus))
    return isinstance(
        parent,
        (
            cst.Return,
            cst.Assign,
            cst.AnnAssign,
            cst.AugAssign,
            cst.Arg,
            cst.Element,
            cst.DictElement,
            cst.Lambda,
            cst.Expr,
            cst.IfExp,
            cst.NamedExpr,
            cst.Index,
        ),
    ) and (not isinstance(parent, cst.Arg) or not parent.star)


def before(span: Span, text: str) -> Edit:
    """An edit that puts text in front of a stretch."""
    return Edit(Span(span.line, span.column, span.line, span.column), text)


def behind(span: Span, text: str) -> Edit:
    """An edit that puts text behind a stretch."""
    return Edit(Span(span.end_line, span.end_column, span.end_line, span.end_column), text)


def quotient(tree: Tree, node: cst.CSTNode, divisor: str) -> tuple[Edit, ...]:
    """Edits that divide an expression where it stands, with the parentheses that takes."""
    return factored(tree, node, f" / {divisor}")


def factored(tree: Tree, node: cst.CSTNode, factors: str) -> tuple[Edit, ...]:
    """Edits that put `` * a / b`` behind an expression, with the parentheses that takes."""
    fits, tight = divisible(tree, node), is_atom(node) or is_product(node)
    left = "(" * (not fits) + "(" * (not tight)
    right = ")" * (not tight) + factors + ")" * (not fits)
    span = tree.span(node)
    return ((before(span, left),) if left else ()) + (behind(span, right),)


def around(tree: Tree, node: cst.CSTNode, template: str) -> tuple[Edit, ...]:
    """Edits that put an expression in a call: ``tf.reduce_mean({x})``."""
    left, right = template.split("{x}")
    span = tree.span(node)
    return before(span, left), behind(span, right)


def line_end(lines: Sequence[str], line: int) -> str:
    """How a line of the file ends, so that a new one beside it can end alike."""
    for number in (line, line - 1, 1):
        text = lines[number - 1] if 1 <= number <= len(lines) else ""
        for end in ("\r\n", "\n", "\r"):
            if text.endswith(end):
                return end
    return "\n"


def alone(tree: Tree, whole: cst.BinaryOperation, kept: cst.BaseExpression) -> tuple[Edit, ...] | None:
    """Edits that leave one side of an operation where the whole stands, comments between the two included.

    None where the operator cannot be told from a comment.
    """
    left, right = tree.span(whole.left), tree.span(whole.right)
    if kept is whole.right:
        gone = Span(left.line, left.column, right.line, right.column)
        return None if "#" in text_of(tree, gone) else (Edit(gone, ""),)
    between = text_of(tree, Span(left.end_line, left.end_column, right.line, right.column))
    if "#" not in between:
        return (Edit(Span(left.end_line, left.end_column, right.end_line, right.end_column), ""),)
    sign = OPERATORS.get(type(whole.operator))
    line = tree.slice.lines[right.line - 1]
    last = line[: right.column - 1].rstrip()
    if sign is None or not last.endswith(sign) or "#" in last:
        return None
    alone_there = (
        not last[: -len(sign)].strip()
        and not tree.slice.lines[right.end_line - 1][right.end_column - 1 :].strip()
    )
    if alone_there:  # what is divided by has lines of its own
        return (Edit(Span(right.line, 1, right.end_line + 1, 1), ""),)
    return (Edit(Span(right.line, len(last) - len(sign) + 1, right.end_line, right.end_column), ""),)


OPERATORS: dict[type[cst.CSTNode], str] = {cst.Divide: "/", cst.Multiply: "*"}


def text_of(tree: Tree, span: Span) -> str:
    """The text of a stretch of the file."""
    lines = list(tree.slice.lines[span.line - 1 : span.end_line])
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "".join(lines)
