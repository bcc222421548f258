"""What checking one file gave. Most files give nothing, and then no more than this is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losslint.frozen import dataclass

if TYPE_CHECKING:
    from losslint.model import Finding, Loss


@dataclass(frozen=True, slots=True)
class FileError:
    """A file losslint could not read, and why, in one line."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class FileResult:
    """Everything that checking one file produced."""

    path: str
    findings: tuple[Finding, ...] = ()
    losses: tuple[Loss, ...] = ()
    error: FileError | None = None
