"""The analysis and the framework side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from losslint.config import AnalysisSettings
from losslint.engine import check_source
from losslint.model import Loss
from losslint.source.text import SourceText

from .measuring import Truth, careful, quick, searching
from .programs import Program

EVERY = 20
SETTINGS = AnalysisSettings()


def inferred(program: Program) -> Loss | None:
    """What the analysis says of the program's loss; ``None`` if it is not found."""
    _, losses = check_source(SourceText("program.py", program.source), SETTINGS, lambda name: None)
    return next((loss for loss in losses if loss.qualname == program.qualname), None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One program: ``outcome`` is right, unknown, wrong or discarded; ``details`` say what differs."""

    program: Program
    outcome: str
    details: tuple[str, ...] = ()
    reason: str = ""

    @property
    def label(self) -> str:
        """What was wrong, in a form that groups like with like."""
        return "; ".join(self.details)


def differences(loss: Loss, truth: Truth) -> tuple[str, ...]:
    """The fields in which a definite answer is not the measured one."""
    rows: list[tuple[str, str, frozenset[str]]] = [
        ("degree", loss.degree, truth.degrees),
        ("gradient_degree", loss.gradient_degree, truth.gradients),
        ("coupled", str(loss.coupled), frozenset(map(str, truth.coupled))),
        ("returns", loss.returns.value, frozenset({truth.returns})),
        ("verdict", loss.verdict.value, truth.verdicts),
    ]
    return tuple(
        f"{key}: {said} inferred, {' or '.join(sorted(right))} measured"
        for key, said, right in rows
        if said not in ("None", "unknown") and right and said not in right
    )


def compare(program: Program, loss: Loss | None, truth: Truth | None = None) -> Comparison:
    """Judge one program. What disagrees after the first look is measured again with the whole instrument.

    So is every so many-th that agrees: what a few draws did not refute, more of them might.
    """
    if loss is None:
        return Comparison(program, "wrong", ("the loss is not found",))
    truth = truth or (quick(program) if program.serial % EVERY else careful(program))
    if truth.discarded:
        return Comparison(program, "discarded", reason=truth.discarded)
    if differences(loss, truth):
        truth = careful(program)
        if truth.discarded:
            return Comparison(program, "discarded", reason=truth.discarded)
    wrong = differences(loss, truth)
    if wrong and (loss.coupled or "mixed" in (loss.degree, loss.gradient_degree)):
        wrong = differences(loss, searching(program, truth))
    if wrong:
        return Comparison(program, "wrong", wrong)
    if loss.verdict.value == "unknown":
        return Comparison(program, "unknown", reason=", ".join(loss.unknowns[:1]) or "no reason given")
    return Comparison(program, "right")


def run(programs: Sequence[Program]) -> list[Comparison]:
    """Compare each in turn."""
    return [compare(program, inferred(program)) for program in programs]
