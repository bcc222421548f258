"""How often each rule found something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from losslint.run import Run


def render_statistics(finished: Run) -> Iterator[str]:
    """One line per code, the most frequent first."""
    names = {finding.code: finding.name for finding in finished.findings}
    counts = count(finished)
    width = max((len(str(number)) for number in counts.values()), default=0)
    for code, number in counts.items():
        yield f"{number:>{width}}  {code}  {names[code]}\n"


def count(finished: Run) -> dict[str, int]:
    """Findings by code, the most frequent first, then by code."""
    counts = Counter(finding.code for finding in finished.findings)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
