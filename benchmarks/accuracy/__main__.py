"""Scores the analysis against labels: ``python -m benchmarks.accuracy [LABELS.tsv]`` from the project's root.

Prints the confusion table, the share of definite answers and how many of them are right, and every
disagreement with its file and line. Exits with 1 if a target is missed, with 2 if a package cannot be had.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .labels import Answer, answers, read_labels
from .packages import NotThere, default_cache

VERDICTS = ("invariant", "grows", "shrinks", "mixed", "coupled")
ANSWERS = (*VERDICTS, "unknown", "not found")
LABELS = Path("../shared/labels/tensorflow.tsv")
LEAST_RIGHT, MOST_UNKNOWN = 0.97, 0.15


def main() -> int:
    """Score and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("labels", nargs="?", type=Path, default=LABELS, help=f"a table (default: {LABELS})")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where downloads are kept")
    parser.add_argument("--package", default="", help="only packages whose name contains this")
    options = parser.parse_args()
    try:
        labels = [label for label in read_labels(options.labels) if options.package in label.package]
        found = list(answers(labels, options.cache))
    except (NotThere, OSError) as error:
        print(f"accuracy: {error}", file=sys.stderr)
        return 2
    print(confusion(found))
    print(disagreements(found))
    met = [line(name, value, good) for name, value, good in targets(found)]
    print("\n".join(met))
    return 0 if all(good for _, _, good in targets(found)) else 1


def confusion(found: Sequence[Answer]) -> str:
    """Measured verdicts down, inferred ones across."""
    counts = Counter((answer.label.verdict, answer.verdict) for answer in found)
    rows = [["measured \\ inferred", *ANSWERS]]
    rows += [[measured, *(str(counts[measured, said] or "·") for said in ANSWERS)] for measured in VERDICTS]
    return "\n".join(f"{row[0]:<22}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in rows)


def disagreements(found: Sequence[Answer]) -> str:
    """One line for every answer that is not the measured one, wrong ones first."""
    lines = []
    for answer in sorted(found, key=lambda a: (not a.definite, a.label.package, a.label.path, a.label.line)):
        if not answer.right:
            label = answer.label
            kind = "WRONG  " if answer.definite else "unknown"
            said = f"{answer.verdict} inferred, {label.verdict} measured"
            doubt = "" if label.reliability == "high" else f" [{label.reliability}]"
            lines.append(f"{kind} {answer.file}:{label.line} {label.qualname}: {said}{doubt}; {answer.why}")
    lines += [
        f"DISPUTED {a.label.package} {a.label.qualname}: {a.label.disputed}"
        for a in found
        if a.label.disputed
    ]
    return "\n".join(["", *lines, ""])


def targets(found: Sequence[Answer]) -> list[tuple[str, str, bool]]:
    """What issue and design ask for: name, value, whether it is met."""
    definite = [answer for answer in found if answer.definite]
    right = sum(answer.right for answer in definite)
    sure = [answer for answer in definite if answer.label.reliability == "high"]
    sure_right = sum(answer.right for answer in sure)
    unknown = len(found) - len(definite)
    missed = sum(answer.verdict == "invariant" and not answer.right for answer in found)
    share, hidden = right / max(len(definite), 1), unknown / max(len(found), 1)
    rightly = f"{right}/{len(definite)} {share:.1%} (≥ {LEAST_RIGHT:.0%})"
    surely = f"{sure_right}/{len(sure)} {sure_right / max(len(sure), 1):.1%}"
    unknowns = f"{unknown}/{len(found)} {hidden:.1%} (≤ {MOST_UNKNOWN:.0%})"
    return [
        ("definite answers that are right", rightly, share >= LEAST_RIGHT),
        ("  of labels of high reliability", surely, True),
        ("unknown or not found", unknowns, hidden <= MOST_UNKNOWN),
        ("invariant, but measured otherwise", f"{missed} (0)", missed == 0),
    ]


def line(name: str, value: str, good: bool) -> str:
    """A target and whether it is met."""
    return f"{name:<36}{value}{'' if good else '   MISSED'}"


if __name__ == "__main__":
    sys.exit(main())
