"""What one run saw of each expression and each function: asked for only by whoever wants to mend the code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst

    from .scope import Scope
    from .values import Value


@dataclass(eq=False)
class Recording:
    """The last value of every expression, and the names of the last activation of every function."""

    values: dict[cst.CSTNode, Value] = field(default_factory=dict)
    scopes: dict[cst.CSTNode, Scope] = field(default_factory=dict)
