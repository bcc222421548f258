"""Names that a fix gives, so that a long expression is written once, and names that it leaves without a use."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import libcst as cst

from losslint.model import Edit, Span

from .places import line_end
from .tree import FUNCTIONS, Tree, code_of, nodes_of


def common_statement(tree: Tree, nodes: Sequence[cst.CSTNode]) -> cst.BaseStatement | None:
    """The first statement with one of the nodes in it, in the innermost block of their function that holds them all.

    None where there is no such block: in a lambda, a one-line body, or several functions.
    """
    chains = [_statements(tree, node) for node in nodes]
    shared = next((block for block in chains[0] if all(block in chain for chain in chains)), None)
    if shared is None:
        return None
    return min((chain[shared] for chain in chains), key=lambda each: tree.span(each).line)


def _statements(tree: Tree, node: cst.CSTNode) -> dict[cst.CSTNode, cst.BaseStatement]:
    """The blocks around a node up to its function, innermost first, each with its statement that holds the node."""
    found: dict[cst.CSTNode, cst.BaseStatement] = {}
    for inner in (node, *tree.around(node)):
        if isinstance(inner, FUNCTIONS) and inner is not node:
            break
        outer = tree.parent(inner)
        if isinstance(outer, cst.IndentedBlock) and isinstance(
            inner, (cst.SimpleStatementLine, cst.BaseCompoundStatement)
        ):
            found[outer] = inner
    return found


def bound(tree: Tree, statement: cst.BaseStatement, name: str, text: str) -> Edit | None:
    """An edit that binds a name before a statement and before the comments that speak of it."""
    span = tree.span(statement)
    indent = tree.slice.lines[span.line - 1][: span.column - 1]
    if indent.strip():
        return None
    leading: Sequence[cst.EmptyLine] = getattr(statement, "leading_lines", ())
    comments = 0
    while comments < len(leading) and leading[-1 - comments].comment is not None:
        comments += 1
    line = span.line - comments
    ending = line_end(tree.slice.lines, line)
    return Edit(Span(line, 1, line, 1), f"{indent}{name} = {text}{ending}")


def free_name(tree: Tree, names: Collection[str], taken: Collection[str]) -> str | None:
    """The first of the ``names`` that means nothing yet where a slice stands."""
    used = {
        node.value
        for node in nodes_of(tree.slice.module)
        if isinstance(node, cst.Name)
        and not (isinstance(outer := tree.parent(node), cst.Attribute) and outer.attr is node)
    }
    return next((name for name in names if name not in used and name not in taken), None)


def unbound(tree: Tree, use: cst.BaseExpression) -> tuple[Edit, ...]:
    """Edits that take away the assignment of a local name whose only use goes, if nothing else goes with it."""
    if not isinstance(use, cst.Name) or not (functions := tree.functions(use)):
        return ()
    mentions = [
        node for node in nodes_of(functions[-1]) if isinstance(node, cst.Name) and node.value == use.value
    ]
    if len(mentions) != 2:
        return ()
    target = tree.parent(next(node for node in mentions if node is not use))
    assign = tree.parent(target) if isinstance(target, cst.AssignTarget) else None
    if not isinstance(assign, cst.Assign) or len(assign.targets) != 1 or not _idle(assign.value):
        return ()
    return removed(tree, assign) or ()


def removed(tree: Tree, statement: cst.BaseSmallStatement) -> tuple[Edit, ...] | None:
    """Edits that take a statement away; None where a comment, or a block without any other, would go with it."""
    line = tree.parent(statement)
    if not isinstance(line, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        return None
    if len(line.body) > 1:
        at = line.body.index(statement)
        if at + 1 == len(line.body):
            return None
        begin, end = tree.span(statement), tree.span(line.body[at + 1])
        return (Edit(Span(begin.line, begin.column, end.line, end.column), ""),)
    block = tree.parent(line)
    if not isinstance(block, cst.IndentedBlock) or len(block.body) < 2 or _comments(line):
        return None
    whole = tree.span(line)
    return (Edit(Span(whole.line, 1, whole.end_line + 1, 1), ""),)


def _comments(line: cst.CSTNode) -> bool:
    """Whether a comment speaks of a statement: on its lines, or right above."""
    return any(isinstance(node, cst.Comment) for node in nodes_of(line))


def _idle(value: cst.BaseExpression) -> bool:
    """Whether nobody misses that an expression is evaluated: sizes and casts."""
    return all(_is_known(call) for call in nodes_of(value) if isinstance(call, cst.Call)) and not any(
        isinstance(node, (cst.NamedExpr, cst.Await, cst.Yield)) for node in nodes_of(value)
    )


def _is_known(call: cst.Call) -> bool:
    return code_of(call.func).rpartition(".")[2] in IDLE


IDLE = (
    "cast",
    "shape",
    "size",
    "float",
    "int",
    "len",
    "to_float",
    "dtype",
    "floatx",
    "int_shape",
    "get_shape",
    "as_list",
    "convert_to_tensor",
)
"""Functions that are called for their result alone."""
