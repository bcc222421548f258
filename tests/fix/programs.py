"""Random programs mended, as a command: ``python -m tests.fix.programs --programs 2000 --seed 3``.

Prints what was fixed and measured, and every program that a fix leaves wrong; exits with 1 if there is one.
"""

from __future__ import annotations

import argparse
import ast
import collections
import difflib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from losslint.config import AnalysisSettings
from losslint.engine import check_source
from losslint.fix.rounds import Mender
from losslint.model import Finding
from losslint.source.text import SourceText
from tests.fuzz.measuring import careful, quick
from tests.fuzz.programs import Program, numbered

SETTINGS = AnalysisSettings()
SCALE = "LL1"


def is_on(code: str) -> bool:
    """Default rules."""
    return code not in ("LL205", "LL301")


def judge(source: SourceText, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Nothing is suppressed in a random program."""
    return tuple(finding for finding in findings if is_on(finding.code))


@dataclass(frozen=True, slots=True)
class Cure:
    """One program before and after ``--fix``.

    ``hopeless``: it has scale findings without a fix. ``unclear``: nothing is claimed of its degree, which hangs on
    what nobody states; what was mended is something else (LL107).
    """

    program: Program
    fixed: int
    hopeless: bool
    unclear: bool


def cured(program: Program, *, unsafe: bool = False) -> Cure:
    """Mend a program, and assert everything that needs no TensorFlow."""
    mender = Mender(SETTINGS, is_on, judge, unsafe)
    source = SourceText("program.py", program.source)
    found, losses = check_source(source, SETTINGS, lambda name: None)
    offered, _ = mender.offered(source, judge(source, found))
    mended = mender.mended(source, offered, losses)
    ast.parse(mended.source.text)
    again = Mender(SETTINGS, is_on, judge, unsafe)
    repeated = again.mended(mended.source, again.offered(mended.source, mended.findings)[0], mended.losses)
    assert (repeated.fixed, repeated.source.text) == (0, mended.source.text), "a second run changes it again"
    left = [finding for finding in mended.findings if finding.code.startswith(SCALE)]
    assert all(finding.fix is None or not finding.fix.edits for finding in left), "a fix is left over"
    assert mended.fixed or mended.source.text == program.source
    unclear = any(loss.degree == "unknown" for loss in mended.losses)
    return Cure(replace(program, source=mended.source.text), mended.fixed, bool(left), unclear)


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


@dataclass
class Tally:
    """What became of the programs so far."""

    counts: collections.Counter[str]
    wrong: list[str]


def mended(seed: int, serials: Sequence[int], *, unsafe: bool = False) -> Iterator[Tally]:
    """Mend and measure programs one by one; the tally grows."""
    tally = Tally(collections.Counter(), [])
    for serial in serials:
        program = numbered(seed, serial)
        try:
            cure = cured(program, unsafe=unsafe)
        except Exception as error:
            tally.wrong.append(f"#{seed}:{serial} {type(error).__name__}: {error}\n{program.source}")
            continue
        tally.counts["fixed" if cure.fixed else "nothing to fix"] += 1
        tally.counts["left with a scale finding"] += cure.hopeless
        tally.counts["of unknown degree"] += bool(cure.fixed) and cure.unclear
        if cure.fixed and not cure.hopeless and not cure.unclear:
            tally.counts["measured"] += 1
            said = complaint(program, cure)
            if said:
                change = difflib.unified_diff(
                    program.source.splitlines(), cure.program.source.splitlines(), n=40, lineterm=""
                )
                tally.wrong.append(f"#{seed}:{serial} {said}\n" + "\n".join(change))
        yield tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--unsafe-fixes", action="store_true")
    asked = parser.parse_args()
    serials = range(asked.start, asked.start + asked.programs)
    tally = Tally(collections.Counter(), [])
    shown = 0
    for done, tally in enumerate(mended(asked.seed, serials, unsafe=asked.unsafe_fixes), 1):
        for text in tally.wrong[shown:]:
            print(f"\n{text}", flush=True)
        shown = len(tally.wrong)
        if done % 100 == 0:
            print(f"{done} programs: {dict(tally.counts)}, {len(tally.wrong)} wrong", flush=True)
    print(f"{dict(tally.counts)}, {len(tally.wrong)} wrong")
    return int(bool(tally.wrong))


if __name__ == "__main__":
    sys.exit(main())
