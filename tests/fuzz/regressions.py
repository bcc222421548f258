"""Programs that the fuzzer found and that are mended: each with the truth beside it.

A file of ``regressions/`` starts with two comments, what the loss is fed and what TensorFlow measures, and
holds a module that defines ``loss``::

    # inputs: y_true=(N,4):real y_pred=(N,4):real
    # truth: degree=1 gradient=1 coupled=false returns=scalar

``gradient=none`` says that no gradient flows. Where the analysis may only say that it does not know, the
truth is followed by ``may-be-unknown``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .programs import Program

FOLDER = Path(__file__).with_name("regressions")


@dataclass(frozen=True, slots=True)
class Regression:
    """One program and its truth."""

    name: str
    program: Program
    truth: Mapping[str, str]
    may_be_unknown: bool


def regressions() -> Iterator[Regression]:
    """All programs of the folder, by name."""
    for path in sorted(FOLDER.glob("*.py")):
        source = path.read_text(encoding="utf-8")
        inputs, truth = (line.partition(": ")[2] for line in source.splitlines()[:2])
        *words, last = truth.split()
        unknown = last == "may-be-unknown"
        facts = dict(word.split("=") for word in (words if unknown else [*words, last]))
        yield Regression(path.stem, Program(source, "loss", "loss", inputs), facts, unknown)
