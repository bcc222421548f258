"""From a static finding and the loss's measurement to ``confirmed``, ``refuted`` or ``unconfirmed``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from losslint.confirm.model import ConfirmOptions, LossRequest, Measured
from losslint.confirm.process import NoFramework
from losslint.model import Confirmation, Finding

Confirm = Callable[[Sequence[LossRequest], ConfirmOptions], Iterable[Measured]]

CONFIRMED, REFUTED, UNCONFIRMED = "confirmed", "refuted", "unconfirmed"
NO_QUESTION = "this is no question of the batch size; running cannot tell"
NOWHERE = "it is in no function that could be run"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a rule says of the whole loss, as a test of the measurement, and in words.

    ``shown`` is what of the measurement speaks for or against it.
    """

    holds: Callable[[Measured], bool]
    words: str
    shown: Callable[[Measured], str]


def confirm_findings(
    findings: Sequence[Finding], options: ConfirmOptions, confirm: Confirm | None = None
) -> tuple[Finding, ...]:
    """The findings, each with its confirmation; every loss is run once. Executes the code of those losses.

    A loss is run if running it can tell something of a finding in it. Without a framework all findings stay,
    ``unconfirmed`` for that reason. ``confirm`` stands in for ``confirm_losses``.
    """
    run = confirm or _confirm_losses
    places = {
        _place(f): LossRequest(f.path, f.function, f.function_line)
        for f in findings
        if f.function and f.code in CLAIMS
    }
    try:
        results = dict(zip(places, run(tuple(places.values()), options), strict=True)) if places else {}
    except NoFramework as error:
        missing = Measured("", "", None, "not run", reason=error.problem)
        results = dict.fromkeys(places, missing)
    return tuple(replace(f, confirmation=_confirmation(f, results.get(_place(f)))) for f in findings)


def _confirmation(finding: Finding, measured: Measured | None) -> Confirmation:
    if finding.code not in CLAIMS:
        return Confirmation(UNCONFIRMED, reason=NO_QUESTION)
    return judge_finding(finding, measured) if measured else Confirmation(UNCONFIRMED, reason=NOWHERE)


def _confirm_losses(requests: Sequence[LossRequest], options: ConfirmOptions) -> Iterable[Measured]:
    from losslint.confirm.session import confirm_losses

    return confirm_losses(requests, options)


def _place(finding: Finding) -> tuple[str, str | None, int | None]:
    return finding.path, finding.function, finding.function_line


def judge_finding(finding: Finding, measured: Measured) -> Confirmation:
    """What running the loss says of a finding in it. The reason is one sentence."""
    if measured.status != "measured":
        return Confirmation(UNCONFIRMED, reason=f"{measured.status}: {measured.reason}")
    degree = measured.degree
    claim = CLAIMS.get(finding.code)
    if claim is None:
        return Confirmation(UNCONFIRMED, degree, NO_QUESTION)
    if degree == "unknown":
        return Confirmation(UNCONFIRMED, degree, "the loss is zero on everything it was fed")
    if claim.holds(measured):
        return Confirmation(CONFIRMED, degree, f"measured {claim.shown(measured)}")
    return Confirmation(REFUTED, degree, f"{claim.words} was claimed, but measured {claim.shown(measured)}")


def _exponent(measured: Measured) -> Fraction | None:
    return None if measured.degree in {"mixed", "unknown"} else Fraction(measured.degree)


def _grows(measured: Measured) -> bool:
    exponent = _exponent(measured)
    return exponent is not None and exponent > 0


def _shrinks(measured: Measured) -> bool:
    exponent = _exponent(measured)
    return exponent is not None and exponent < 0


def _mixed(measured: Measured) -> bool:
    return measured.degree == "mixed"


def _coupled(measured: Measured) -> bool:
    return bool(measured.coupled)


def _not_traceable(measured: Measured) -> bool:
    return measured.graph_mode not in {None, "ok"}


def _summary(measured: Measured) -> str:
    """``degree 1``, ``no single power of N``…, what the gradient does if it differs, and coupling."""
    value = "no single power of N" if measured.degree == "mixed" else f"degree {measured.degree}"
    words = [value]
    if measured.gradient_degree == "0" and measured.degree != "0":
        words.append("while the gradient is unharmed (degree 0)")
    elif measured.gradient_degree not in {measured.degree, "unknown"}:
        words.append(f"and a gradient of degree {measured.gradient_degree}")
    if measured.verdict in {"invariant", "coupled"}:
        words.append("with coupled samples" if measured.coupled else "with independent samples")
    return " ".join(words)


def _in_a_graph(measured: Measured) -> str:
    """What tracing it with an unknown batch size came to: ``failed: …``, or that it went well."""
    return f"in a graph: {measured.graph_mode or 'nothing'}"


_GROWTH = Claim(lambda m: _grows(m) or _mixed(m), "growth with the batch", _summary)
_MIX = Claim(_mixed, "no single power of N", _summary)
_COUPLING = Claim(_coupled, "coupling between samples", _summary)

CLAIMS: Mapping[str, Claim] = {
    "LL101": _GROWTH,
    "LL102": _MIX,
    "LL103": _MIX,
    "LL104": Claim(lambda m: _shrinks(m) or _mixed(m), "shrinking with the batch", _summary),
    "LL105": _GROWTH,
    "LL106": _GROWTH,
    "LL107": Claim(_not_traceable, "failure with an unknown batch size", _in_a_graph),
    "LL108": _GROWTH,
    "LL109": Claim(lambda m: m.returns == "per-sample" or _grows(m), "a sum over samples", _summary),
    "LL201": _COUPLING,
    "LL202": _COUPLING,
    "LL203": _COUPLING,
    "LL204": _COUPLING,
    "LL205": _COUPLING,
    "LL206": _COUPLING,
    "LL301": Claim(lambda m: m.returns == "scalar", "a scalar result", _summary),
    "LL303": Claim(lambda m: m.degree != "0", "a degree other than 0", _summary),
}
