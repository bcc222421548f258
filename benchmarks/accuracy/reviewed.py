"""Findings on large code bases, each read by hand: ``python -m benchmarks.accuracy.reviewed``.

Runs the default rules over the packages of ``reviewed.toml`` (or ``--reviews``) and prints the share of findings
judged right, the findings that nobody has judged yet (``--new`` prints them as entries to fill in), and the judgements
whose finding is gone. Exits with 1 if the share is under the target or a finding is unjudged.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .labels import tomllib
from .packages import NotThere, default_cache, sources

REVIEWED = Path(__file__).with_name("reviewed.toml")
LEAST_RIGHT = 0.90
JUDGEMENTS = ("right", "wrong")


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: what identifies it, and what it says."""

    package: str
    path: str
    line: int
    code: str
    message: str

    @property
    def key(self) -> tuple[str, str, int, str]:
        return self.package, self.path, self.line, self.code


def findings(package: str, folder: Path) -> list[Found]:
    """What ``losslint check`` says of a package with the default rules."""
    command = [sys.executable, "-m", "losslint", "check", "--isolated", "--output-format", "json", "."]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    rows: Sequence[Mapping[str, Any]] = json.loads(run.stdout)["findings"]
    return [Found(package, row["path"], row["line"], row["code"], row["message"]) for row in rows]


def read_reviews(
    file: Path = REVIEWED,
) -> tuple[list[str], dict[tuple[str, str, int, str], Mapping[str, Any]]]:
    """The packages, and the judgements by finding. Raises ValueError for one that is none."""
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    judged = {}
    for row in table.get("finding", []):
        if row["judgement"] not in JUDGEMENTS or not row["why"]:
            raise ValueError(
                f"{file.name}: {row['path']}:{row['line']}: a judgement is right or wrong, and says why"
            )
        judged[row["package"], row["path"], row["line"], row["code"]] = row
    return table["packages"], judged


def entry(found: Found) -> str:
    """A finding as an entry to fill in."""
    return (
        f'[[finding]]\npackage = "{found.package}"\npath = "{found.path}"\nline = {found.line}\n'
        f'code = "{found.code}"\njudgement = ""\nwhy = ""  # {found.message}\n'
    )


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.reviewed", description=__doc__)
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where downloads are kept")
    parser.add_argument("--new", action="store_true", help="print unjudged findings as entries to fill in")
    parser.add_argument("--reviews", type=Path, default=REVIEWED, help="packages and judgements")
    options = parser.parse_args()
    packages, judged = read_reviews(options.reviews)
    try:
        found = [each for name in packages for each in findings(name, sources(name, options.cache))]
    except NotThere as error:
        print(f"accuracy: {error}", file=sys.stderr)
        return 2
    unjudged = [each for each in found if each.key not in judged]
    if options.new:
        print("\n".join(map(entry, unjudged)))
        return 0
    counts = Counter((each.package, judged[each.key]["judgement"]) for each in found if each.key in judged)
    for name in packages:
        new = sum(each.package == name for each in unjudged)
        print(f"{name:<32}{counts[name, 'right']:>4} right{counts[name, 'wrong']:>4} wrong{new:>4} unjudged")
    for each in found:
        if each.key in judged and judged[each.key]["judgement"] == "wrong":
            print(f"WRONG {each.package} {each.path}:{each.line} {each.code}: {judged[each.key]['why']}")
    for each in unjudged:
        print(f"unjudged {each.package} {each.path}:{each.line} {each.code}: {each.message}")
    for key in judged.keys() - {each.key for each in found}:
        print("no longer found:", *key)
    right = sum(count for (_, judgement), count in counts.items() if judgement == "right")
    share = right / max(counts.total(), 1)
    print(f"right findings: {right}/{counts.total()} {share:.1%} (≥ {LEAST_RIGHT:.0%})")
    return 0 if share >= LEAST_RIGHT and not unjudged else 1


if __name__ == "__main__":
    sys.exit(main())
