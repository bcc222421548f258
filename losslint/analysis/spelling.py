"""Syntax as text: what names a test, a callee or a target."""

from __future__ import annotations

from functools import lru_cache

import libcst as cst


def _dotted(node: cst.CSTNode) -> str:
    """A plain dotted name, which most calls have; empty for anything else."""
    if type(node) is cst.Name and not node.lpar:
        return node.value
    if type(node) is cst.Attribute and not node.lpar:
        dot, owner = node.dot, _dotted(node.value)
        plain = dot.whitespace_before.empty and dot.whitespace_after.empty
        return f"{owner}.{node.attr.value}" if owner and plain else ""
    return ""


@lru_cache(maxsize=4_096)
def spelled(node: cst.CSTNode) -> str:
    """An expression as source text, on one line and not too long."""
    text = _dotted(node) or " ".join(cst.Module([]).code_for_node(node).split())
    return text if len(text) <= 60 else text[:57] + "…"
