"""Random programs, mended: they parse and run, stay mended, lose their scale findings, and TensorFlow agrees.

The programs are those that the analysis is fuzzed with (``tests/fuzz``).
"""

from __future__ import annotations

import ast
import collections
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from losslint.config import AnalysisSettings
from losslint.engine import check_source
from losslint.fix.rounds import Mender
from losslint.model import Finding
from losslint.source.text import SourceText
from tests.fuzz.measuring import careful, quick
from tests.fuzz.programs import Program, numbered

SETTINGS = AnalysisSettings()
PROGRAMS = int(os.environ.get("LOSSLINT_MENDED_PROGRAMS", "250"))


def is_on(code: str) -> bool:
    return code not in ("LL205", "LL301")


def judge(source: SourceText, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if is_on(finding.code))


@dataclass(frozen=True, slots=True)
class Cure:
    """One program before and after ``--fix``. ``hopeless``: it has scale findings without a fix."""

    program: Program
    fixed: int
    hopeless: bool


def cured(program: Program) -> Cure:
    """Mend a program, and assert everything that needs no TensorFlow."""
    mender = Mender(SETTINGS, is_on, judge)
    source = SourceText("program.py", program.source)
    found, losses = check_source(source, SETTINGS, lambda name: None)
    offered, _ = mender.offered(source, judge(source, found))
    mended = mender.mended(source, offered, losses)
    ast.parse(mended.source.text)
    again = Mender(SETTINGS, is_on, judge)
    repeated = again.mended(mended.source, again.offered(mended.source, mended.findings)[0], mended.losses)
    assert (repeated.fixed, repeated.source.text) == (0, mended.source.text)
    left = [finding for finding in mended.findings if finding.code.startswith("LL1")]
    assert all(finding.fix is None or not finding.fix.edits for finding in left), mended.source.text
    return Cure(replace(program, source=mended.source.text), mended.fixed, bool(left))


def complaint(before: Program, cure: Cure) -> str:
    """What TensorFlow has against a mended program; empty if nothing, or if it says nothing of the original."""
    truth = quick(cure.program)
    if truth.discarded:
        runs = not quick(before).discarded
        return truth.discarded if runs and truth.discarded.startswith("raises") else ""
    if "0" not in truth.degrees or (truth.gradients and "0" not in truth.gradients):
        truth = careful(cure.program)
        if not truth.discarded and "0" not in truth.degrees:
            return f"degree {'/'.join(sorted(truth.degrees))}"
        if truth.gradients and "0" not in truth.gradients:
            return f"gradient {'/'.join(sorted(truth.gradients))}"
    return ""


@pytest.mark.tensorflow
def test_random_programs_have_degree_zero_after_the_fix(capsys: pytest.CaptureFixture[str]) -> None:
    counts: collections.Counter[str] = collections.Counter()
    wrong = []
    for serial in range(PROGRAMS):
        program = numbered(1, serial)
        cure = cured(program)
        counts["fixed" if cure.fixed else "nothing to fix"] += 1
        counts["left with a scale finding"] += cure.hopeless
        if cure.fixed and not cure.hopeless:
            counts["measured"] += 1
            said = complaint(program, cure)
            if said:
                wrong.append(f"#{serial} {said}\n{program.source[230:]}\n-->\n{cure.program.source[230:]}")
    with capsys.disabled():
        print(f"\n{dict(counts)}")
    assert not wrong, "\n\n".join(wrong)
