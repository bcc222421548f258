"""The long run: ``python -m tests.fuzz --programs 20000 --seed 1`` from the project's root.

Prints how many programs were right, unknown, discarded and why, and every distinct wrong answer with the
smallest program that shows it. Exits with 1 if there is one.
"""

from __future__ import annotations

import argparse
import collections
import os
import sys
import time

from .comparing import Comparison
from .pool import comparisons, shrunk_apart


def main() -> int:
    """Run, print, and say by the exit status whether anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=20_000, help="how many programs (default: 20000)")
    parser.add_argument(
        "--seed", type=int, default=1, help="the same seed writes the same programs (default: 1)"
    )
    parser.add_argument("--first", type=int, default=0, help="the number of the first program (default: 0)")
    parser.add_argument(
        "--show", type=int, default=40, help="at most so many distinct wrong answers (default: 40)"
    )
    parser.add_argument(
        "--each",
        type=int,
        default=1,
        help="at most so many programs of a distinct answer, the smallest (default: 1)",
    )
    parser.add_argument(
        "--processes",
        type=int,
        default=os.cpu_count() or 1,
        help="how many processes run TensorFlow, each some 600 MB (default: one per core)",
    )
    parser.add_argument("--no-shrink", action="store_true", help="print wrong programs as they were written")
    options = parser.parse_args()
    started = time.monotonic()
    outcomes: collections.Counter[str] = collections.Counter()
    reasons: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    wrong: dict[str, list[Comparison]] = collections.defaultdict(list)
    span = range(options.first, options.first + options.programs)
    for done, each in enumerate(comparisons(options.seed, span, options.processes), 1):
        outcomes[each.outcome] += 1
        if each.reason:
            reasons[each.outcome][each.reason[:70]] += 1
        if each.outcome == "wrong":
            wrong[each.label].append(each)
        if done % 500 == 0:
            print(
                f"{done} {dict(outcomes)} {done / (time.monotonic() - started):.1f}/s",
                file=sys.stderr,
                flush=True,
            )
    _print_counts(outcomes, reasons, time.monotonic() - started)
    for label, group in wrong.items():  # at once: to make them small takes its time
        print(f"wrong: {label}: {', '.join(str(each.program.serial) for each in group)}", flush=True)
    shown = [
        each
        for group in list(wrong.values())[: options.show]
        for each in sorted(group, key=lambda c: len(c.program.source))[: options.each]
    ]
    for before, each in zip(
        shown, shown if options.no_shrink else shrunk_apart(shown, options.processes), strict=True
    ):
        print(f"\n=== {len(wrong[before.label])} × {before.label}")
        print(f"--- program {before.program.serial} of seed {options.seed}: {each.label}")
        print(f"# inputs: {each.program.inputs}\n{each.program.source.strip()}", flush=True)
    return 1 if wrong else 0


def _print_counts(
    outcomes: collections.Counter[str], reasons: dict[str, collections.Counter[str]], seconds: float
) -> None:
    compared = outcomes.total() - outcomes["discarded"]
    rate = outcomes.total() / max(seconds, 1e-9)
    print(f"{outcomes.total()} programs in {seconds:.0f} s, {rate:.1f} per second")
    for outcome in ("right", "unknown", "wrong"):
        print(f"  {outcome:<10}{outcomes[outcome]:>7}  {outcomes[outcome] / max(compared, 1):7.2%}")
    print(f"  {'discarded':<10}{outcomes['discarded']:>7}")
    for outcome in ("discarded", "unknown"):
        print(f"{outcome}, by reason:")
        for reason, count in reasons[outcome].most_common(15):
            print(f"  {count:>6}  {reason}")


if __name__ == "__main__":
    sys.exit(main())
