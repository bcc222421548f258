"""What is asked of confirmation and what it answers. ``Measured`` has the keys of the JSON interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from losslint.model import TrailStep


@dataclass(frozen=True, slots=True)
class Static:
    """What the analysis infers of a loss, to be compared with what is measured."""

    degree: str
    coupled: bool | None
    verdict: str


@dataclass(frozen=True, slots=True)
class LossRequest:
    """One loss to run. ``inputs`` is the text of a ``# losslint: inputs`` comment and wins over all guesses.

    ``arguments`` go to the constructor or the factory that makes the loss; so do ``expressions``, the text of
    keyword arguments in Python, which is evaluated in the module of the loss. ``trail`` is only shown.
    ``text`` is the module's text where that is not what the file holds: then the file is not imported.
    """

    path: str
    qualname: str
    line: int | None = None
    inputs: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    expressions: str = ""
    static: Static | None = None
    trail: tuple[TrailStep, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class ConfirmOptions:
    """How losses are run. ``timeout`` is in seconds and ``memory_mb`` in MiB, both for each loss.

    ``batch_sizes`` doubles from entry to entry. ``project`` is a further directory for imports.
    """

    python: str | None = None
    batch_sizes: tuple[int, ...] = (4, 8, 16, 32, 64)
    timeout: float = 30.0
    memory_mb: int = 4096
    gpu: bool = False
    project: Path | None = None


@dataclass(frozen=True, slots=True)
class Fed:
    """One input as it was fed. ``shape`` holds integers and multiples of ``"N"``."""

    name: str
    shape: tuple[int | str, ...]
    dtype: str
    kind: str

    def __str__(self) -> str:
        """As the ``# losslint: inputs`` comment would say it."""
        if self.kind.startswith("literal "):
            return f"{self.name}={self.kind.removeprefix('literal ')}"
        return f"{self.name}=({','.join(map(str, self.shape))}):{self.kind}"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One batch size of one draw. ``gradient_norm`` is of the gradient summed over the copies of a sample."""

    test: str
    draw: int
    variant: str
    n: int
    value: float
    gradient_norm: float


@dataclass(frozen=True, slots=True)
class Drift:
    """Expected value at ``to_n`` over that at ``from_n``, with a 95 % interval."""

    from_n: int
    to_n: int
    ratio: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """What running one loss showed. Without ``status`` ``measured`` only ``reason`` says anything.

    ``status``: ``measured``, ``failed``, ``timeout``, ``crashed`` or ``unsupported``.
    ``exact``: the degree was hit at every batch size and is no trend. ``loaded_from``: ``module``,
    ``module, with stand-ins`` (for what is not installed), ``slice`` (without its module), each with
    ``, bare`` if the constructor could not be called; ``notes`` say in sentences what that means.
    ``framework``: its name and version, and Python's.
    """

    path: str
    qualname: str
    line: int | None
    status: str
    degree: str = "unknown"
    gradient_degree: str = "unknown"
    coupled: bool | None = None
    verdict: str = "unknown"
    static: Static | None = None
    agrees: bool | None = None
    inputs: tuple[Fed, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    split_gap: float | None = None
    drift: Drift | None = None
    graph_mode: str | None = None
    seconds: float | None = None
    reason: str | None = None
    returns: str = "unknown"
    loaded_from: str | None = None
    notes: tuple[str, ...] = ()
    framework: str | None = None
    exact: bool | None = None
    trail: tuple[TrailStep, ...] = ()
    cell: int | None = None

    @property
    def file(self) -> str:
        """The path, with the cell of a notebook, in which lines are counted."""
        return self.path if self.cell is None else f"{self.path}:cell {self.cell}"

    @property
    def place(self) -> str:
        """Where it is defined, as far as that is known."""
        return f"{self.file}:{self.line}" if self.line else self.file
