"""Running a loss in its framework: plan, worker, experiments, verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losslint.confirm.model import ConfirmOptions, LossRequest, Measured, Static
from losslint.confirm.process import NoFramework

if TYPE_CHECKING:
    from losslint.confirm.session import confirm_losses

__all__ = ["ConfirmOptions", "LossRequest", "Measured", "NoFramework", "Static", "confirm_losses"]


def __getattr__(name: str) -> Any:
    """``confirm_losses`` comes late: measuring alone needs neither the planner nor the source stage."""
    if name == "confirm_losses":
        from losslint.confirm.session import confirm_losses

        return confirm_losses
    raise AttributeError(name)
