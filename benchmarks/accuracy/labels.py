"""Labels: losses of published packages and how they measured. What the analysis says of each of them."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from losslint.config import AnalysisSettings
from losslint.engine import check_source
from losslint.model import Loss
from losslint.source.text import read_source

from .packages import NotThere, sources

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DISPUTED = Path(__file__).with_name("disputed.toml")


@dataclass(frozen=True, slots=True)
class Label:
    """One measured loss. ``disputed``: the label that this one was corrected from, and why."""

    package: str
    path: str
    qualname: str
    line: int
    verdict: str
    reliability: str
    disputed: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A label and what was inferred: a verdict, or ``not found``."""

    label: Label
    verdict: str
    file: Path
    why: str = ""

    @property
    def right(self) -> bool:
        """The verdict is the measured one."""
        return self.verdict == self.label.verdict

    @property
    def definite(self) -> bool:
        """There is a verdict, and it is not ``unknown``. A loss that is not found counts as unknown."""
        return self.verdict not in ("unknown", "not found")


def read_labels(table: Path, disputed: Path = DISPUTED) -> list[Label]:
    """The rows of the table, those proved wrong corrected."""
    corrections = {
        (row["package"], row["qualname"], row["line"]): row
        for row in tomllib.loads(disputed.read_text(encoding="utf-8")).get("disputed", [])
    }
    labels = []
    with table.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            label = Label(
                row["package"],
                row["path"],
                row["qualname"],
                int(row["line"]),
                row["verdict"],
                row["reliability"],
            )
            correction = corrections.get((label.package, label.qualname, label.line))
            if correction is not None:
                said = f"labelled {label.verdict}: {correction['evidence']}"
                label = replace(label, verdict=correction["verdict"], disputed=said)
            labels.append(label)
    return labels


def answers(labels: Sequence[Label], packages: Path) -> Iterator[Answer]:
    """What the analysis infers of every label. Raises NotThere."""
    for label in labels:
        folder = sources(label.package, packages)
        file = next((path for top in ("", "src") if (path := folder / top / label.path).is_file()), None)
        if file is None:
            raise NotThere(f"{label.package}: its wheel has no {label.path}")
        named = [loss for loss in _losses(file) if loss.qualname == label.qualname]
        loss = next((loss for loss in named if loss.line == label.line), named[0] if named else None)
        if loss is None:
            yield Answer(label, "not found", file)
        else:
            yield Answer(label, loss.verdict.value, file, loss.why)


@cache
def _losses(file: Path) -> tuple[Loss, ...]:
    return check_source(read_source(str(file)), AnalysisSettings())[1]
