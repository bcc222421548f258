"""``check --confirm``: the findings of a finished run meet what running their losses shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from losslint.config import Configuration
from losslint.confirm.findings import UNCONFIRMED, confirm_findings
from losslint.confirm.model import ConfirmOptions, LossRequest, Measured
from losslint.confirm.options import announcement
from losslint.confirm.process import NoFramework
from losslint.confirm.requests import configured
from losslint.model import Confirmation, Finding
from losslint.run import Run

FROM_STDIN = Confirmation(UNCONFIRMED, reason="standard input is not run; confirm the file itself")


def confirmed(
    finished: Run, configuration: Configuration, options: ConfirmOptions, announce: Callable[[str], None]
) -> Run:
    """The run with a confirmation for each finding; ``announce`` hears one line before code is executed.

    Each loss that a rule speaks of is imported and run. Without a framework there is one warning that says
    how to get to one. ``configuration`` says what losses are fed.
    """
    missing: list[str] = []

    def run_losses(requests: Sequence[LossRequest], options: ConfirmOptions) -> Iterable[Measured]:
        from losslint.confirm.session import confirm_losses

        announce(announcement(requests))
        fed = [configured(request, configuration) for request in requests]
        try:
            return list(confirm_losses(fed, options))
        except NoFramework as error:
            missing.append(f"nothing is confirmed: {error}")
            raise

    # What came through stdin need not be what lies at the path that it was given.
    stdin = finished.stdin.path if finished.stdin is not None else None
    on_disk = [finding for finding in finished.findings if finding.path != stdin]
    judged = iter(confirm_findings(on_disk, options, run_losses))
    findings: tuple[Finding, ...] = tuple(
        replace(finding, confirmation=FROM_STDIN) if finding.path == stdin else next(judged)
        for finding in finished.findings
    )
    return replace(finished, findings=findings, warnings=(*finished.warnings, *missing))
