"""Where text can be put: what binds how tightly, and edits that insert."""

from __future__ import annotations

import libcst as cst

from losslint.model import Edit, Span

from .tree import Tree, code_of


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
    fits, tight = divisible(tree, node), is_atom(node) or is_product(node)
    left = "(" * (not fits) + "(" * (not tight)
    right = ")" * (not tight) + f" / {divisor}" + ")" * (not fits)
    span = tree.span(node)
    return ((before(span, left),) if left else ()) + (behind(span, right),)


def around(tree: Tree, node: cst.CSTNode, template: str) -> tuple[Edit, ...]:
    """Edits that put an expression in a call: ``tf.reduce_mean({x})``."""
    left, right = template.split("{x}")
    span = tree.span(node)
    return before(span, left), behind(span, right)
