"""``PATH::NAME``: a file or directory, and which of its losses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from losslint.frozen import dataclass
from losslint.model import FileError
from losslint.run import Run
from losslint.suggest import did_you_mean

SEPARATOR = "::"


class Named(Protocol):
    """Something with a place: a loss, or a request to run one."""

    @property
    def path(self) -> str: ...
    @property
    def qualname(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Target:
    """``name is None`` means every loss of the path."""

    path: str
    name: str | None = None

    def means(self, loss: Named) -> bool:
        """Whether this is (one of) the losses asked for: by (a part of) its qualified name.

        A class or a factory stands for every loss in it.
        """
        return self.holds(loss.path) and (self.name is None or f".{self.name}." in f".{loss.qualname}.")

    def holds(self, path: str) -> bool:
        """Whether a shown path is this target or lies below it."""
        mine = os.path.normpath(self.path)
        return (
            self.path == "-" or path == mine or mine == os.curdir or path.startswith(os.path.join(mine, ""))
        )


def parse_target(text: str) -> Target:
    """Split at the last ``::``; a file whose own name holds one is still found."""
    path, separator, name = text.rpartition(SEPARATOR)
    return Target(path, name) if separator and path and name and not os.path.exists(text) else Target(text)


def select_losses(finished: Run, targets: Sequence[Target]) -> Run:
    """The run with only the losses asked for. A name that no loss has is an error that names the closest."""
    errors = list(finished.errors)
    broken = {error.path for error in errors}
    for target in targets:
        if (
            target.name is None
            or target.path in broken
            or any(target.means(loss) for loss in finished.losses)
        ):
            continue
        names = [loss.qualname for loss in finished.losses if target.holds(loss.path)]
        errors.append(
            FileError(target.path, f"has no loss {target.name!r}{did_you_mean(target.name, names)}")
        )
    losses = tuple(loss for loss in finished.losses if any(target.means(loss) for target in targets))
    return replace(finished, losses=losses, errors=tuple(errors))
