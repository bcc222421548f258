"""What is known of a value or a loss, in words and in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from losslint.confirm.model import Measured
from losslint.model import Binding, Finding, Loss
from losslint.report.reveal import NO_TENSOR, degree_text, revealed

SPREADS = {
    "const": "the same whatever the data",
    "sample": "each entry belongs to one sample",
    "linear": "micro-batches add up",
    "coupled": "samples are coupled: micro-batches do not add up",
}
VERDICTS = {
    "invariant": "does not depend on the batch size",
    "grows": "grows with the batch size",
    "shrinks": "shrinks with the batch size",
    "mixed": "follows no single power of the batch size",
    "coupled": "has the right scale, but couples samples",
    "unknown": "could not be followed",
}


def degree_of(binding: Binding) -> str:
    """The degree of what a statement binds, as shown beside it; empty for what is no tensor."""
    if binding.degree == NO_TENSOR:
        return ""
    return " | ".join(degree_text(part) for part in binding.degree.split(" | "))


def binding_text(binding: Binding) -> str:
    """One value."""
    told = [SPREADS[part] for part in binding.spread.split(" | ") if part in SPREADS]
    axes = f", axes `{binding.axes}`" if binding.degree != NO_TENSOR and binding.axes else ""
    degree = degree_of(binding)
    if not degree:
        return f"`{binding.target}`: {revealed(binding)}"
    return f"`{binding.target}`: **{degree}**{axes}" + "".join(f"; {words}" for words in dict.fromkeys(told))


def loss_text(loss: Loss, measured: tuple[Measured, bool] | None) -> str:
    """A loss: verdict, degree, why, and what was measured."""
    return "\n\n".join(_loss_lines(loss, measured))


def _loss_lines(loss: Loss, measured: tuple[Measured, bool] | None) -> Iterator[str]:
    yield f"`{loss.qualname}`: **{loss.verdict.value}**: {VERDICTS[loss.verdict.value]}"
    coupled = {True: "samples are coupled", False: "samples are independent", None: "coupling unknown"}
    yield (
        f"degree {degree_text(loss.degree)}, gradient {degree_text(loss.gradient_degree)},"
        f" {coupled[loss.coupled]}, returns {loss.returns.value}"
    )
    if loss.why:
        yield loss.why
    for unknown in loss.unknowns:
        yield f"unknown: {unknown}"
    if measured is not None:
        yield f"measured: {measured_text(*measured)}"


def measured_text(measured: Measured, is_current: bool = True) -> str:
    """What running a loss showed, in one line."""
    earlier = "" if is_current else ", on an earlier text"
    if measured.status != "measured":
        return f"{measured.status}: {measured.reason}{earlier}"
    agreement = {True: ", as inferred", False: ", not as inferred", None: ""}[measured.agrees]
    gradient = ""
    if measured.gradient_degree != measured.degree:
        gradient = f", gradient {degree_text(measured.gradient_degree)}"
    return f"{verdict_and_degree(measured.verdict, measured.degree)}{gradient}{agreement}{earlier}"


def verdict_and_degree(verdict: str, degree: str) -> str:
    """Both, or one where the other says the same."""
    return verdict if degree == verdict else f"{verdict}, {degree_text(degree)}"


def finding_text(finding: Finding, page: str) -> str:
    """A finding with its rule's page."""
    help_line = f"\n\nhelp: {finding.fix.title}" if finding.fix is not None else ""
    confirmation = finding.confirmation
    seen = f"\n\n{confirmation.status}: {confirmation.reason}" if confirmation is not None else ""
    return f"**{finding.code}** {finding.message}{help_line}{seen}\n\n---\n\n{page.strip()}"
