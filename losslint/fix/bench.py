"""The bench on which a fix is made: everything that can be done to the code of one finding."""

from __future__ import annotations

from dataclasses import dataclass

from .replicas import Replicas
from .rewriting import Rewriting
from .scaling import Scaling
from .sizes import Sizes
from .statistics import Statistics


@dataclass(frozen=True, eq=False)
class Workbench(Replicas, Scaling, Statistics, Sizes, Rewriting):
    """The bench for one suspect of one file (``losslint.rules._fix.Bench``)."""
