"""How losses are run: what the command line says, else configuration, else the defaults."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from losslint.config import ConfirmSettings
from losslint.confirm.model import ConfirmOptions, LossRequest

FEWEST_DOUBLINGS = 4  # a trend needs as many


def options_for(
    settings: ConfirmSettings,
    *,
    python: str | None = None,
    batch_sizes: Sequence[int] | None = None,
    timeout: float | None = None,
    memory_mb: int | None = None,
    gpu: bool = False,
) -> ConfirmOptions:
    """The options in force. The working directory counts as the project: its modules can be imported."""
    default = ConfirmOptions()
    return ConfirmOptions(
        python=python or settings.python,
        batch_sizes=ladder(batch_sizes or settings.batch_sizes or default.batch_sizes),
        timeout=timeout or settings.timeout or default.timeout,
        memory_mb=memory_mb or settings.memory_mb or default.memory_mb,
        gpu=gpu,
        project=Path.cwd(),
    )


def ladder(sizes: Sequence[int]) -> tuple[int, ...]:
    """The sizes to measure at: the smallest, doubled until the largest is reached, four times at least."""
    steps, top = [min(sizes)], max(sizes)
    while steps[-1] < top or len(steps) <= FEWEST_DOUBLINGS:
        steps.append(steps[-1] * 2)
    return tuple(steps)


def announcement(requests: Sequence[LossRequest]) -> str:
    """What is said before anything is executed."""
    files = len({request.path for request in requests})
    losses = f"{len(requests)} loss{'es' if len(requests) != 1 else ''}"
    return f"losslint: about to import and run {losses} from {files} file{'s' if files != 1 else ''}"
