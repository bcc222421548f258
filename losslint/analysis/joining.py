"""What every operation does with its operands: histories joined, the spread of two together, flaws and doubts.

The calculus proper is in ``algebra`` (arithmetic) and ``functions``; both say here what becomes of everything but the
degree.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from losslint.frozen import dataclass

from . import lineage, signs
from .axes import WILD, Axes
from .broadcasting import apart, broadcast, crossed
from .degree import MIXED, UNKNOWN, Degree, plus, power_of_n, same
from .values import Flaw, Kind, Offset, Spread, Step, Tensor, merge

if TYPE_CHECKING:
    from .scope import Site


@dataclass(frozen=True, slots=True)
class At:
    """Where an operation stands and what the source calls it."""

    site: Site
    name: str

    def step(self, message: str) -> Step:
        """A trail step at this place."""
        return Step(self.site, message)

    @property
    def fresh(self) -> int:
        """A name for the arrangement of samples that this operation makes (see ``Axis.order``)."""
        return id(self.site.node)


def joined(left: Tensor, right: Tensor, **changes: Any) -> Tensor:
    """A tensor with the histories of both operands and the given facts."""
    return Tensor(
        raised=merge(left.raised, right.raised),
        reduced=merge(left.reduced, right.reduced),
        trail=merge(left.trail, right.trail),
        flaws=merge(left.flaws, right.flaws),
        reasons=merge(left.reasons, right.reasons),
        opaque=left.opaque or right.opaque,
        weights=left.weights or right.weights,
        nominal=left.nominal or right.nominal,
        static=left.static or right.static,
        compared=left.compared or right.compared,
        half=_common_half(left, right),
        **{"unlike": left.unlike or right.unlike, **changes},
    )


def _common_half(left: Tensor, right: Tensor) -> str:
    """The half precision of a result: of both operands, or of one beside a constant."""
    if left.data and right.data:
        return left.half and right.half
    return left.half if left.data else right.half


def spread_out(at: At, left: Tensor, right: Tensor, result: Tensor) -> Tensor:
    """``result`` with a BROADCAST flaw where a vector over the batch met a column and made a matrix of it."""
    if not (left.data and right.data and crossed(left.axes, right.axes)):
        return result
    return flawed(at, Kind.BROADCAST, result, "(N,) meets (N, 1) and becomes N×N")


def flawed(at: At, kind: Kind, value: Tensor, message: str, *, subject: str = "") -> Tensor:
    """``value`` with a flaw at this place, and a trail step that says so."""
    step = at.step(message)
    flaw = Flaw(kind, step, at.name, value.raised or value.reduced, subject)
    return replace(value, flaws=merge(value.flaws, (flaw,)), trail=merge(value.trail, (step,)))


def aligned(left: Tensor, right: Tensor) -> bool:
    """Whether entry i of both belongs to the same sample."""
    orders = {axis.order for value in (left, right) if value.data for axis in value.axes.listed if axis.batch}
    return len(orders) <= 1


def _loses_pairs(left: Tensor, right: Tensor) -> bool:
    """Whether it is unknown how many axes of the result are the batch: pairs meet something, or come of it."""
    if apart(left.axes, right.axes):
        return True
    if left.axes.unsure and right.axes.unsure and lineage.rearranged(left.parts, right.parts):
        return True
    if max(left.axes.batches, right.axes.batches) < 2:
        both = bool(left.axes.batches and right.axes.batches)
        if not both or (left.axes == right.axes and left.axes.base == right.axes.base):
            return False
        together = broadcast(left.axes, right.axes)
        sure = left.axes.middle is right.axes.middle is None and not (left.axes.unsure or right.axes.unsure)
        return together.batches < 1 or (sure and together.unsure)  # samples meet a feature axis
    return broadcast(left.axes, right.axes).batches < 2


def interaction(left: Tensor, right: Tensor) -> Spread:
    """Spread of a non-linear function of two operands."""
    spread = max(left.spread, right.spread)
    if spread is Spread.CONST or spread is Spread.UNKNOWN or _loses_pairs(left, right):
        return spread if spread is Spread.CONST else Spread.UNKNOWN
    if not (left.data and right.data):
        return spread
    if spread is Spread.ADDITIVE:
        return Spread.UNKNOWN
    if spread is Spread.SAMPLE:
        return (
            spread if aligned(left, right) else Spread.UNKNOWN
        )  # rearranged: which samples meet is not known
    if spread is Spread.LINEAR and any(value.opaque and value.axes == WILD for value in (left, right)):
        return Spread.UNKNOWN  # perhaps a mere number
    return Spread.COUPLED


def choice(value: Tensor, chooser: Tensor) -> Spread:
    """Spread of entries of ``value`` that class ids or indices choose: those meet no axis of it."""
    return interaction(value, replace(chooser, axes=value.axes) if chooser.axes.batches == 1 else chooser)


def superposition(left: Tensor, right: Tensor) -> Spread:
    """Spread of a sum of two operands: what adds up over micro-batches still does."""
    spread = max(left.spread, right.spread)
    if spread is not Spread.CONST and _loses_pairs(left, right):
        return Spread.UNKNOWN
    if spread in (Spread.LINEAR, Spread.ADDITIVE) and (_of_pairs(left) or _of_pairs(right)):
        return Spread.COUPLED
    if spread is not Spread.SAMPLE or aligned(left, right):
        return spread
    if _of_pairs(left) or _of_pairs(right):
        return Spread.UNKNOWN
    # What two masks leave may well belong together: they are two names of one choice, or look at one target.
    masked = all(any(axis.data for axis in value.axes.listed) for value in (left, right))
    return Spread.UNKNOWN if masked else Spread.LINEAR


def _of_pairs(value: Tensor) -> bool:
    """Whether entries depend on two samples each, and not on a part of the one plus a part of the other."""
    pairs = value.spread is Spread.SAMPLE and value.axes.batches > 1
    return pairs and not (value.separable or value.diagonal)


def by_order_alone(value: Tensor) -> bool:
    """Whether nothing but sorts, softmaxes and normalisations along the batch stand behind it: they are the cause."""
    along = {flaw.step for flaw in value.flaws if flaw.kind is Kind.ORDER}
    return bool(along) and along.issuperset(value.reduced)


def coupling(at: At, before: tuple[Tensor, ...], after: Tensor) -> Tensor:
    """``after`` with a STATISTIC flaw if this operation is what made batch statistics interact."""
    if after.spread is not Spread.COUPLED or any(value.spread is Spread.COUPLED for value in before):
        return after
    if all(by_order_alone(value) or not value.reduced for value in before) and by_order_alone(after):
        return after
    return flawed(
        at, Kind.STATISTIC, after, f"{at.name} of a statistic of the batch: micro-batches no longer add up"
    )


def bent(value: Tensor, **changes: Any) -> Tensor:
    """``value`` after a non-linear function: without what only sums and scalings leave true."""
    facts = {
        "spread": value.spread.bent,
        "number": None,
        "shift": None,
        "separable": False,
        "squared": None,
        "permutation": False,
        "parts": lineage.made(lineage.Atom(source=value.parts)),
    }
    return replace(value, **{**facts, **changes})


def separable(axes: Axes, *values: Tensor) -> bool:
    """Whether a sum of these, or the product of one with constants, is a part per row plus a part per column."""
    return axes.batches > 1 and all(
        value.separable or value.axes.batches < 2 for value in values if value.data
    )


def slopes(*terms: tuple[Degree | None, Degree]) -> Degree | None:
    """Degree of a gradient that is a sum of products (slope of one factor) × (degree of the rest)."""
    degrees = [plus(slope, rest) for slope, rest in terms if slope is not None]
    return same(degrees) if degrees else None


def together(left: Tensor, right: Tensor) -> Degree | None:
    """Degree of the sum of their gradients. One at a bound, or of shares that add up to one, adds nothing."""
    flowing = [value for value in (left, right) if value.slope is not None]
    if not flowing:
        return None
    both = same([value.slope for value in flowing if value.slope is not None])
    idle = len(flowing) > 1 and any(
        signs.flat(value.parts) or lineage.in_shares(value.parts) for value in flowing
    )
    return UNKNOWN if both is MIXED and idle else both


def uncertain(value: Tensor, reason: str = "terms that may cancel") -> Tensor:
    """``value`` where it is not known how it scales."""
    slope = None if value.slope is None else UNKNOWN
    return replace(value, degree=UNKNOWN, slope=slope, shift=None, reasons=merge(value.reasons, (reason,)))


def gradient_unsure(value: Tensor) -> Tensor:
    """``value`` where a part that interacts, or has a gradient, may be the same for all data."""
    slope = None if value.slope is None else UNKNOWN
    return replace(value, slope=slope, spread=value.spread.doubtful)


def nothing_sure(value: Tensor) -> Tensor:
    """``value`` where all of it may have cancelled."""
    return replace(uncertain(value), spread=Spread.UNKNOWN)


MIXING = {Kind.NONLINEAR, Kind.UNEQUAL, Kind.ORDER}
"""What makes every entry mixed, and does not merely put entries of different degree side by side."""


def of_unlike_entries(value: Tensor) -> bool:
    """Whether entries of unlike degree stand side by side, so that one of them may always be the largest."""
    made_mixed = value.shift is not None or any(flaw.kind in MIXING for flaw in value.flaws)
    return value.degree is MIXED and not made_mixed


def some_features(value: Tensor, *, several: bool = False) -> Tensor:
    """Some entries of each sample, nobody knows which (see ``signs.drawn``): of unlike ones perhaps like ones."""
    value = replace(value, parts=signs.drawn(value.parts, several=several))
    reason = "which entries are taken"
    if value.unlike:
        value = replace(gradient_unsure(value), reasons=merge(value.reasons, (reason,)))
    return uncertain(value, reason) if of_unlike_entries(value) else value


def astray(value: Tensor) -> Tensor:
    """``value`` where nothing is known of its axes any more: what holds pairs of samples may not pass for samples."""
    spread = Spread.UNKNOWN if value.spread is Spread.SAMPLE and value.axes.batches > 1 else value.spread
    return replace(value, axes=WILD, spread=spread)


def nonhomogeneous(at: At, value: Tensor, after: Tensor) -> Tensor:
    """``after``, where a function without a degree of its own was given what scales with the batch."""
    # What shrinks ends where the function is all but linear, or flat.
    shrinks = isinstance(value.degree, Fraction) and value.degree < 0
    slope: Degree | None = UNKNOWN if shrinks else MIXED
    mixed = replace(
        after, degree=MIXED, slope=None if after.slope is None else slope, spread=value.spread.bent
    )
    if not value.data:
        return mixed
    if value.offset is Offset.TARGET and value.compared is not None:
        flaw = Flaw(Kind.UNEQUAL, value.compared, at.name, value.raised or value.reduced)
        return replace(mixed, flaws=merge(mixed.flaws, (flaw,)), trail=merge(mixed.trail, (value.compared,)))
    return flawed(at, Kind.NONLINEAR, mixed, f"{at.name} of {power_of_n(value.degree)}: no single power of N")
