"""What is known of a tensor's axes, and which of them extend with the batch.

``Axes`` reads like a shape with an ellipsis: ``front``, then perhaps any number of further axes, then ``back``.
A closed one (``middle is None``) has exactly the axes that are listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace
from fractions import Fraction

from losslint.frozen import dataclass

from .degree import ONE, UNKNOWN, ZERO, Degree, plus


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis. ``extent`` is the degree of its length: 0 for features, 1 for the batch, 2 for a flattened N×N.

    ``size`` is the length where it is a known constant. ``order`` names the arrangement of the samples along a batch
    axis (0: as they came in; a shuffle, a shift or a mask makes a new one), so that entries of two tensors are known
    to belong to the same sample; a plain axis has one where it lists the largest samples. ``data`` marks a length that
    depends on the data (a boolean mask), not on N alone.
    """

    extent: Degree = ZERO
    size: int | None = None
    order: int = 0
    data: bool = False
    joint: bool = False
    """Such a length of which every sample does not have its own share: the mask looks at several of them."""
    added: bool = False
    """An axis of length 1 that the program asked for (``expand_dims``, ``newaxis``): what it meets is meant."""
    copies: bool = field(default=False, compare=False)
    """The entries along it are one and the same, or come in copies, unless others were put beside them since."""
    numbered: bool = False
    """Along it lie coordinates, of which the first is the number of the sample: ``stack([range(N), ids], 1)``."""
    mask: object = field(default=None, compare=False, repr=False)
    """What the mask is made of that gave ``order`` its name: held here, so that no other one takes that name."""

    @property
    def plain(self) -> bool:
        """Does not extend with the batch."""
        return self.extent == ZERO

    @property
    def batch(self) -> bool:
        """Certainly extends with the batch."""
        return isinstance(self.extent, Fraction) and self.extent > 0


PLAIN = Axis()
SINGLE = Axis(size=1)
ADDED = Axis(size=1, added=True)
BATCH = Axis(extent=ONE)
UNSURE = Axis(extent=UNKNOWN)


FEWER = "'"
"""Ends the name of a count that lost an axis of which only the ellipsis knew."""


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes of a tensor. ``middle`` is the total extent of what the ellipsis stands for, ``None`` without one."""

    front: tuple[Axis, ...] = ()
    middle: Degree | None = None
    back: tuple[Axis, ...] = ()
    loose: bool = False
    """The ellipsis is this tensor's own: its rank says nothing about that of others."""
    base: str = field(default="", compare=False)
    """The parameters whose ellipsis it is: what is counted from one parameter certainly has one rank."""
    ones: bool = field(default=False, compare=False)
    """Whatever the ellipsis stands for has length 1 (a reduction over everything kept its axes)."""
    given: bool = field(default=False, compare=False)
    """That parameter is a target."""
    paired: bool = field(default=False, compare=False)
    """Whoever called gave it and what it is compared with one rank, as Keras does."""

    @property
    def rank(self) -> int | None:
        """The number of axes, if it is known."""
        return len(self.front) if self.middle is None else None

    @property
    def bases(self) -> frozenset[str]:
        """The parameters that the rank is counted from."""
        return frozenset(self.base.split())

    @property
    def _fewer(self) -> str:
        """A count of its own: how many axes there were at least no longer says how many there are."""
        return " ".join(name + FEWER for name in sorted(self.bases))

    @property
    def least_rank(self) -> int:
        """The number of axes there are at least."""
        return len(self.front) + len(self.back)

    @property
    def listed(self) -> tuple[Axis, ...]:
        """The axes that are known one by one."""
        return self.front + self.back

    @property
    def total(self) -> Degree:
        """Degree of the number of entries."""
        total: Degree = ZERO if self.middle is None else self.middle
        for axis in self.listed:
            total = plus(total, axis.extent)
        return total

    @property
    def batches(self) -> int:
        """How many axes certainly extend with the batch: those hidden in the ellipsis too, a flattened N×N twice."""
        extents = (
            [axis.extent for axis in self.listed]
            if self.middle is None
            else [*(axis.extent for axis in self.listed), self.middle]
        )
        return sum(max(int(extent), 1) for extent in extents if isinstance(extent, Fraction) and extent > 0)

    @property
    def largest(self) -> bool:
        """The largest so many samples stand side by side: with every sample twice, the first two are one."""
        return any(axis.plain and axis.order for axis in self.listed)

    @property
    def unsure(self) -> bool:
        """Some axis may or may not extend with the batch."""
        return self.middle is UNKNOWN or any(axis.extent is UNKNOWN for axis in self.listed)

    def at(self, index: int) -> Axis | None:
        """The axis at ``index`` (negative from the end); ``UNSURE`` if it may be one of several."""
        if self.middle is None:
            return self.front[index] if -len(self.front) <= index < len(self.front) else None
        if 0 <= index < len(self.front):
            return self.front[index]
        if index < 0 and -index <= len(self.back):
            return self.back[index]
        if index >= 0:
            beyond = self.back
        else:  # the ellipsis may be empty: then a negative index reaches the front
            deep = -index - len(self.back)
            beyond = self.front[-deep:] if deep <= len(self.front) else self.front
        return PLAIN if self.middle == ZERO and all(axis.plain for axis in beyond) else UNSURE

    def without(self, index: int, keep: Axis | None = None) -> Axes:
        """These axes with the one at ``index`` removed, or replaced by ``keep``."""
        new = () if keep is None else (keep,)
        if self.middle is None:
            if not -len(self.front) <= index < len(self.front):
                return WILD
            at = index % len(self.front)
            return Axes(self.front[:at] + new + self.front[at + 1 :])
        if 0 <= index < len(self.front):
            return replace(self, front=self.front[:index] + new + self.front[index + 1 :])
        if index < 0 and -index <= len(self.back):
            at = len(self.back) + index
            return replace(self, back=self.back[:at] + new + self.back[at + 1 :])
        if self.at(index) is UNSURE:
            return Axes((), UNKNOWN, ())
        # A feature axis somewhere behind the ellipsis: whichever it is, one feature axis fewer remains.
        if keep is not None:
            return self
        if not self.back and (index >= 0 or len(self.front) < 2):
            return replace(self, base=self._fewer)
        if index >= 0:
            return replace(self, back=self.back[1:])
        return replace(self, front=self.front[:-1])

    def at_least(self, rank: int) -> Axes:
        """These open axes with so many of them listed: features, as what stands behind a leading batch is."""
        missing = rank - self.least_rank
        if missing <= 0:
            return self
        base = " ".join(name + FEWER * missing for name in sorted(self.bases))
        return replace(self, back=(*(PLAIN,) * missing, *self.back), base=base)

    def leading(self, rank: int) -> Axes:
        """These open axes with so many of them listed in front: there are as many, and behind a batch features."""
        missing = rank - len(self.front)
        if missing <= 0 or self.middle != ZERO or not all(axis.plain for axis in self.back):
            return self
        further = max(missing - len(self.back), 0)
        base = " ".join(name + FEWER * further for name in sorted(self.bases))
        front = (*self.front, *self.back[:missing], *(PLAIN,) * further)
        return replace(self, front=front, back=self.back[missing:], base=base)

    def batch_index(self) -> int | None:
        """Where the first batch axis stands, if that is known (negative when counted from the end)."""
        for at, axis in enumerate(self.front):
            if axis.extent != ZERO:
                return at if axis.batch else None
        if self.middle is None or self.middle != ZERO:
            return None
        for at, axis in enumerate(self.back):
            if axis.extent != ZERO:
                return at - len(self.back) if axis.batch else None
        return None

    def insert(self, index: int, axis: Axis) -> Axes:
        """These axes with a new one that will stand at ``index`` (as in ``expand_dims``)."""
        if self.middle is None:
            at = index if index >= 0 else len(self.front) + 1 + index
            return Axes((*self.front[:at], axis, *self.front[at:]))
        if 0 <= index <= len(self.front):
            return replace(self, front=(*self.front[:index], axis, *self.front[index:]))
        if index < 0 and -index - 1 <= len(self.back):
            at = len(self.back) + 1 + index
            return replace(self, back=(*self.back[:at], axis, *self.back[at:]))
        if (
            self.middle == ZERO
            and axis.plain
            and all(a.plain for a in (self.back if index >= 0 else self.front))
        ):
            new = replace(PLAIN, added=axis.added)
            return replace(self, back=(*self.back, new)) if index >= 0 else replace(self, base="")
        return Axes((), plus(self.total, axis.extent), ())

    def spell(self) -> str:
        """As ``inspect`` shows it: ``(N, ·)``, ``(N, …)``, ``()``."""
        shown = [spell_axis(axis) for axis in self.front]
        if self.middle is not None:
            shown.append("…" if self.middle == ZERO else f"…{spell_axis(Axis(self.middle))}…")
        shown += [spell_axis(axis) for axis in self.back]
        return f"({', '.join(shown)}{',' if len(shown) == 1 else ''})"


def spell_axis(axis: Axis) -> str:
    """One axis: its size, ``·`` for features, ``N`` for the batch, ``?``."""
    if axis.extent is UNKNOWN:
        return "?"
    if axis.plain:
        return "·" if axis.size is None else str(axis.size)
    return "N" if axis.extent == ONE else f"N^{axis.extent}"


SCALAR = Axes()
FEATURES = Axes((), ZERO, ())
"""Any number of axes, none of them the batch."""
WILD = Axes((), UNKNOWN, ())
"""Nothing is known of the axes."""


class Contradiction(ValueError):
    """Two shapes that no run can bring together: whatever was assumed to get here does not hold."""


def closed(axes: Iterable[Axis]) -> Axes:
    """Exactly these axes."""
    return Axes(tuple(axes))


def batch_first(least_rank: int = 1) -> Axes:
    """A batch of anything: the batch axis, then any number of features, at least ``least_rank`` axes in all."""
    return Axes((BATCH,), ZERO, (PLAIN,) * (least_rank - 1), loose=least_rank == 1)


def hidden(total: Degree) -> Axes:
    """Axes in an unknown arrangement whose number of entries has degree ``total``."""
    return Axes((), total, ())


def without_known(axes: Axes, index: int) -> Axes:
    """``axes`` without the one at ``index``, of which the program knows the length: it is not the batch."""
    if axes.at(index) is not UNSURE:
        return axes.without(index)
    return axes if axes.middle == ZERO else WILD
