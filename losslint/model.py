"""The words that every stage shares: spans, trails, findings, and what is known of a loss.

Lines and columns count from 1, columns in characters; ``end_column`` is exclusive.
All types are immutable; stages pass them on and never change them.
"""

from __future__ import annotations

from enum import Enum

from losslint.frozen import dataclass
from losslint.result import FileError as FileError
from losslint.result import FileResult as FileResult


class Severity(str, Enum):
    """How loud a finding is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(str, Enum):
    """How the loss behaves when the batch grows (DESIGN: replicate and split tests)."""

    INVARIANT = "invariant"
    GROWS = "grows"
    SHRINKS = "shrinks"
    MIXED = "mixed"
    COUPLED = "coupled"
    UNKNOWN = "unknown"


class Returns(str, Enum):
    """Whether the loss still has its batch axis when it is returned."""

    SCALAR = "scalar"
    PER_SAMPLE = "per-sample"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one source file; of one ``cell`` of a notebook where it is shown to somebody."""

    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None

    @property
    def place(self) -> str:
        """Where it starts: ``line:column``, in a notebook ``cell N:line:column``."""
        return (
            f"{self.line}:{self.column}"
            if self.cell is None
            else f"cell {self.cell}:{self.line}:{self.column}"
        )


@dataclass(frozen=True, slots=True)
class TrailStep:
    """One operation on the way from a batch reduction to the value that is returned."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement of one span by new text."""

    span: Span
    replacement: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A cure. ``applicability`` is ``safe``, ``suggested``, ``unsafe`` or ``manual`` (advice, no edits)."""

    title: str
    applicability: str
    edits: tuple[Edit, ...] = ()
    reanalysed: bool = False
    measured: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What running the loss said about a finding: ``confirmed``, ``refuted`` or ``unconfirmed``."""

    status: str
    degree: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem at one place. ``degree`` and ``gradient_degree`` are spelled ``"0"``, ``"1/2"``, ``"mixed"``…"""

    code: str
    name: str
    severity: Severity
    message: str
    path: str
    span: Span
    function: str | None = None
    function_line: int | None = None
    framework: str | None = None
    degree: str | None = None
    gradient_degree: str | None = None
    coupled: bool | None = None
    trail: tuple[TrailStep, ...] = ()
    fix: Fix | None = None
    confirmation: Confirmation | None = None
    function_cell: int | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """A statement of a loss and the degree of what it binds (the text form of ``inspect``)."""

    span: Span
    target: str
    degree: str
    spread: str
    axes: str


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss found in a file and what the analysis infers of it."""

    path: str
    qualname: str
    line: int
    framework: str
    found_by: str
    returns: Returns
    degree: str
    gradient_degree: str
    coupled: bool | None
    verdict: Verdict
    why: str
    unknowns: tuple[str, ...] = ()
    bindings: tuple[Binding, ...] = ()
    cell: int | None = None

    @property
    def place(self) -> str:
        """The line of its definition, in a notebook with the cell."""
        return f"{self.line}" if self.cell is None else f"cell {self.cell}:{self.line}"
