"""With ``--confirm`` a fix is not only analysed but run: the loss as it is, and as the fix would leave it.

Executes the code of the losses. One worker serves all of them; the fixed text is run without being written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from losslint.confirm.model import ConfirmOptions, LossRequest, Measured
from losslint.confirm.process import NoFramework
from losslint.confirm.session import confirm_losses
from losslint.model import Finding
from losslint.source.text import SourceText

from .rounds import Reading

INVARIANT = "0"
OF_DEGREE = ("LL101", "LL102", "LL103", "LL104", "LL105", "LL106", "LL108", "LL109", "LL303")
"""The findings that say that a loss has another degree than 0; a fix of any other may find it at 0."""
FAILS_WHEN_TRACED = "LL107"
"""The finding whose loss need not run as it is."""
ANNOUNCEMENT = "losslint: about to import and run the losses that can be fixed, as they are and as fixed"


class Measurer:
    """Measures fixes one by one. ``prepare`` completes a request, ``announce`` hears once that code is run."""

    def __init__(
        self,
        options: ConfirmOptions,
        prepare: Callable[[LossRequest], LossRequest],
        announce: Callable[[str], None],
    ) -> None:
        self._prepare, self._announce = prepare, announce
        self._next: LossRequest | None = None
        self._before: dict[tuple[str, str], Measured] = {}
        self._results = confirm_losses(self._requests(), options)
        self._missing = ""

    def close(self) -> None:
        """End the worker."""
        self._results.close()

    def __call__(self, finding: Finding, source: SourceText, fixed: SourceText) -> Reading:
        """Measure a loss before and after a fix. Never raises: what cannot be run is a reason."""
        if finding.function is None:
            return Reading(reason="it is in no function that could be run")
        place = source.path, finding.function
        if place not in self._before:
            self._before[place] = self._measure(finding, None)
        before = self._before[place]
        if before.status != "measured" and finding.code != FAILS_WHEN_TRACED:
            return Reading(reason=f"not measured: {before.status}: {before.reason}")
        if (before.degree, before.gradient_degree) == (INVARIANT, INVARIANT) and finding.code in OF_DEGREE:
            return Reading(reason="the loss was measured and has degree 0 as it is")
        after = self._measure(finding, fixed.text)
        if after.status != "measured":
            return Reading(reason=f"not measured after the fix: {after.status}: {after.reason}")
        if (after.degree, after.gradient_degree) != (INVARIANT, INVARIANT):
            return Reading(
                reason=f"measured degree {after.degree}, gradient {after.gradient_degree} after the fix"
            )
        if finding.code == FAILS_WHEN_TRACED and after.graph_mode != "ok":
            return Reading(reason=f"traced into a graph after the fix: {after.graph_mode}")
        return Reading(after.degree)

    def _measure(self, finding: Finding, text: str | None) -> Measured:
        assert finding.function is not None
        # Lines move with an edit; the name alone finds the loss in another text.
        line = finding.function_line if text is None else None
        request = LossRequest(finding.path, finding.function, line, text=text)
        blank = Measured(finding.path, finding.function, line, "not run", reason=self._missing)
        if self._missing:
            return blank
        if not self._before:
            self._announce(ANNOUNCEMENT)
        self._next = self._prepare(request)
        try:
            return next(self._results)
        except NoFramework as error:
            self._missing = error.problem
            return Measured(finding.path, finding.function, line, "not run", reason=self._missing)

    def _requests(self) -> Iterator[LossRequest]:
        """Whatever is asked next, for as long as somebody asks."""
        while self._next is not None:
            yield self._next
