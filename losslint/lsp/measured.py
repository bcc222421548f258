"""What running losses has shown in this session, and for which text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from losslint.confirm.model import Measured
from losslint.model import Finding


@dataclass
class Measurements:
    """Results by path and loss."""

    _known: dict[tuple[str, str], tuple[str, Measured]] = field(default_factory=dict)

    def keep(self, path: str, text: str, measured: Measured) -> None:
        """Remember a result for the text that was run."""
        self._known[path, measured.qualname] = text, measured

    def of(self, path: str, qualname: str, text: str) -> tuple[Measured, bool] | None:
        """The last result for a loss, and whether it is of this very text."""
        known = self._known.get((path, qualname))
        return None if known is None else (known[1], known[0] == text)

    def confirmed(self, path: str, text: str, findings: tuple[Finding, ...]) -> Iterator[Finding]:
        """The findings, with what running their losses said of them."""
        from losslint.confirm.findings import CLAIMS, judge_finding

        for finding in findings:
            known = self.of(path, finding.function or "", text)
            if known is not None and known[1] and finding.code in CLAIMS:
                yield replace(finding, confirmation=judge_finding(finding, known[0]))
            else:
                yield finding
