"""What two shapes make of each other (NumPy's broadcasting), where ranks may be open: which samples meet."""

from __future__ import annotations

from dataclasses import replace

from .axes import (
    ADDED,
    BATCH,
    FEWER,
    PLAIN,
    SCALAR,
    SINGLE,
    UNSURE,
    WILD,
    Axes,
    Axis,
    Contradiction,
    closed,
    hidden,
)
from .degree import UNKNOWN, ZERO


def _meet(left: Axis, right: Axis) -> Axis:
    """The axis that broadcasting makes of two aligned ones."""
    if left.size == 1 and left.plain:
        return right
    if right.size == 1 and right.plain:
        return left
    if left.plain and right.plain:
        return Axis(size=left.size if left.size is not None else right.size)
    if left.extent == right.extent:
        return left if left.order == right.order else replace(left, order=max(left.order, right.order))
    if left.extent is UNKNOWN or right.extent is UNKNOWN:
        known = right if left.extent is UNKNOWN else left
        return known if known.batch else UNSURE
    # A batch axis on a feature axis of unknown size: runs only if that size is 1 (or, by accident, N).
    return UNSURE


def broadcast(left: Axes, right: Axes) -> Axes:
    """The axes of an elementwise operation on ``left`` and ``right`` (NumPy's broadcasting, aligned from the end).

    Where ranks are unknown, operands with a leading batch axis are taken to have equal rank, since a batch axis would
    otherwise meet a feature axis and the program would not run.
    """
    left, right = _listed_alike(left, right)
    if left == right and left.middle is not None and left.base != right.base:
        if _further(left, right):
            return WILD
        return replace(left, base=" ".join(sorted(left.bases | right.bases)))
    if left == right or right == SCALAR:
        return left
    if left == SCALAR:
        return right
    if crossed(left, right):
        return closed((BATCH, BATCH))
    if _facing(left, right):
        row, column = (left, right) if left.front[:1] == (BATCH,) else (right, left)
        return column if (_further(column, row) or 0) > 0 else closed((BATCH, BATCH))
    if (pairs := _against_itself(left, right) or _against_fewer(left, right)) is not None:
        return pairs
    for matrix, other in ((left, right), (right, left)):
        if (
            matrix.batches > 1
            and other.batches == 1
            and other.least_rank > matrix.least_rank
            and not other.loose
        ):
            raise Contradiction("an N×N matrix meets a batch of matrices")
    if left.middle is None and right.middle is None:
        long, short = (
            (left.front, right.front) if len(left.front) >= len(right.front) else (right.front, left.front)
        )
        lead = len(long) - len(short)
        return closed((*long[:lead], *(_meet(a, b) for a, b in zip(long[lead:], short, strict=True))))
    if left.middle is None or right.middle is None:
        exact, open_ = (left, right) if left.middle is None else (right, left)
        return _broadcast_exact(exact, open_)
    if left.middle == ZERO and right.middle == ZERO and len(left.front) == len(right.front):
        front = tuple(_meet(a, b) for a, b in zip(left.front, right.front, strict=True))
        long, short = (
            (left.back, right.back) if len(left.back) >= len(right.back) else (right.back, left.back)
        )
        lead = len(long) - len(short)
        if lead and not left.bases.isdisjoint(right.bases):
            ones, other = (left, right) if long is left.back else (right, left)
            if ones.ones and all(axis.size == 1 for axis in ones.listed):
                return replace(other, front=((SINGLE,) * lead) + other.front)
        if lead and (apart(left, right) or _unlike_itself(left, right) or _kept_beside_fewer(left, right)):
            return WILD
        back = (*long[:lead], *(_meet(a, b) for a, b in zip(long[lead:], short, strict=True)))
        longer = left if len(left.back) > len(right.back) else right
        bases = (left.bases | right.bases) if not lead else (longer.bases or left.bases or right.bases)
        base, given, paired = (
            " ".join(sorted(bases)),
            left.given or right.given,
            left.paired and right.paired,
        )
        loose = left.loose or right.loose
        return Axes(front, ZERO, back, loose, base=base, given=given, paired=paired)
    if left.middle == ZERO and right.middle == ZERO:
        aligned = _behind_one_ellipsis(left, right) or _aligned_open(left, right)
        if aligned is not None:
            return aligned
    if left.middle is UNKNOWN or right.middle is UNKNOWN:
        known = left if right.middle is UNKNOWN else right
        # An operand of unknown axes (a weight, a mask, a parameter) is taken to broadcast onto a batch.
        return known if known.batches and known.middle == ZERO else WILD
    if left.total == right.total:
        return hidden(left.total)
    bigger, smaller = (left, right) if left.batches else (right, left)
    return bigger if smaller.total == ZERO else WILD


def _listed_alike(left: Axes, right: Axes) -> tuple[Axes, Axes]:
    """Two of open but equal rank with equally many of their axes listed in front."""
    rank = max(len(left.front), len(right.front))
    further = _further(left, right)
    alike = left.least_rank == right.least_rank if further is None else further == 0
    if len(left.front) == len(right.front) or left.middle != ZERO or right.middle != ZERO or not alike:
        return left, right
    long, short = left.leading(rank), right.leading(rank)
    return (long, short) if len(long.front) == len(short.front) else (left, right)


def _against_itself(left: Axes, right: Axes) -> Axes | None:
    """``x[:, None] - x`` of an x of open rank: aligned from the end, its samples meet all others."""
    long, short = (left, right) if left.least_rank > right.least_rank else (right, left)
    if left.bases.isdisjoint(right.bases) or long.least_rank - short.least_rank != 1:
        return None
    if long.middle != ZERO or short.middle != ZERO or long.back != short.back:
        return None
    if len(long.front) != 2 or len(short.front) != 1 or long.front[1].size != 1:
        return None
    return replace(long, front=(long.front[0], short.front[0])) if short.front[0].batch else None


def _against_fewer(left: Axes, right: Axes) -> Axes | None:
    """``x[..., None]`` of an x of open rank beside what has fewer axes than it: samples meet a feature axis.

    Aligned from the end, that runs only if ``(N,)`` is all that is left, and meets the axis of length 1.
    """
    long, short = (left, right) if left.least_rank > right.least_rank else (right, left)
    more = long.least_rank - short.least_rank
    if left.bases.isdisjoint(right.bases) or more < 1 or long.middle != ZERO or short.middle != ZERO:
        return None
    if not (long.front == (BATCH,) == short.front) or short.back or long.back[-1].size != 1:
        return None
    return closed((BATCH, *(PLAIN,) * (more - 1), BATCH))


def _unlike_itself(left: Axes, right: Axes) -> bool:
    """Whether one of two has certainly fewer axes than the other: its samples do not meet those of the other.

    If ``reduce_sum(x, -1) - x`` runs at all, what they meet has length 1, and all of them meet it.
    """
    return not left.bases.isdisjoint(right.bases) and not (left.loose or right.loose) and left.batches > 0


def in_place(left: Axes, right: Axes) -> bool:
    """Whether entries meet those in the same place, axes of length 1, or of copies, in front of all others aside."""
    return _behind_ones(left) == _behind_ones(right)


def perhaps_in_place(left: Axes, right: Axes) -> bool:
    """Whether they may: of an open rank the axes may be those of the other."""
    if in_place(left, right):
        return True
    one_open = (left.middle is None) is not (right.middle is None)
    return one_open and left.batches == right.batches and left.front[:1] == right.front[:1]


def _behind_ones(axes: Axes) -> Axes:
    ones = next(
        (at for at, axis in enumerate(axes.front) if axis != ADDED and not axis.copies), len(axes.front)
    )
    return replace(axes, front=axes.front[ones:]) if ones else axes


def apart(left: Axes, right: Axes) -> bool:
    """Whether a target has lost an axis that the output it meets still has, and may have had it from the start.

    ``squeeze(y_true, -1) - y_pred`` runs if y_pred has one axis fewer from the start, which is per sample, and if
    both are columns, which makes N×N of them. Nothing here tells which it is, unless they came in with one rank. The
    other way round is usual: class ids have no axis of classes.
    """
    return _grown(left, right) or (not (left.paired and right.paired) and _parted(left, right))


def _grown(left: Axes, right: Axes) -> bool:
    """Whether one of target and output was given an axis behind the batch that the other may have had all along.

    ``y_true - y_pred[:, None]`` is per sample if y_true has one axis more from the start, and N×N if it has not.
    A target that lost an axis beside an output that gained one is further off still.
    """
    short, long = (left, right) if left.least_rank < right.least_rank else (right, left)
    further = long.least_rank - short.least_rank
    return (
        short.given is not long.given
        and bool(short.base and long.base)
        and short.bases.isdisjoint(long.bases)
        and short.middle == long.middle == ZERO
        and short.front == (BATCH,) == long.front[:1]
        and (
            any(axis.added for axis in long.listed[1:])
            if short.given and further > 1
            else further == 1 and long.listed[1].added
        )
    )


def _parted(left: Axes, right: Axes) -> bool:
    """Whether a target has fewer axes than the output it meets, after what was done to them."""
    short, long = (left, right) if left.least_rank < right.least_rank else (right, left)
    return (
        short.given
        and bool(long.base)
        and FEWER not in long.base
        and not (long.given or long.loose or short.loose)
        and (short.least_rank, long.least_rank) == (1, 2)
        and short.front == long.front
        and short.middle == long.middle == ZERO
        and bool(long.back)
        and long.back[-1].size is None  # a column that was kept as one certainly makes N×N
    )


def _aligned_open(left: Axes, right: Axes) -> Axes | None:
    """Two tensors of open but equal rank of which one lists more leading axes: they meet at the batch axis."""
    shared = min(len(left.front), len(right.front))
    further = (*left.front[shared:], *right.front[shared:], *left.back, *right.back)
    if not shared or not all(axis.plain for axis in further):
        return None
    if _kept_beside_fewer(left, right):
        return WILD
    front = tuple(_meet(a, b) for a, b in zip(left.front, right.front, strict=False))
    more = max(left.least_rank, right.least_rank) - shared
    return Axes(front, ZERO, (PLAIN,) * more, left.loose or right.loose)


def _kept_beside_fewer(left: Axes, right: Axes) -> bool:
    """Whether one of two parameters kept its axes, with length 1, and the other has lost some."""
    short, long = (left, right) if left.least_rank < right.least_rank else (right, left)
    kept = any(axis.size == 1 and not axis.added for axis in long.listed[short.least_rank :])
    return (
        kept
        and bool(short.base and long.base)
        and _further(left, right) is None
        and _count(left) != _count(right)
    )


def _count(axes: Axes) -> int | None:
    """How many axes there are more than the parameter has that they are counted from, one aside."""
    return next((axes.least_rank - name.count(FEWER) for name in sorted(axes.bases)), None)


def _further(left: Axes, right: Axes) -> int | None:
    """How many axes ``left`` has more than ``right``, where both are counted from one parameter."""
    counts = [
        {name.rstrip(FEWER): axes.least_rank - name.count(FEWER) for name in axes.bases}
        for axes in (left, right)
    ]
    return next((counts[0][name] - counts[1][name] for name in sorted(counts[0]) if name in counts[1]), None)


def _behind_one_ellipsis(left: Axes, right: Axes) -> Axes | None:
    """Two counts of one parameter's axes of which one has some more in front: aligned from the end."""
    if left.bases.isdisjoint(right.bases) or len(left.back) != len(right.back):
        return None
    long, short = (left, right) if len(left.front) > len(right.front) else (right, left)
    lead = len(long.front) - len(short.front)
    front = (*long.front[:lead], *(_meet(a, b) for a, b in zip(long.front[lead:], short.front, strict=True)))
    back = tuple(_meet(a, b) for a, b in zip(left.back, right.back, strict=True))
    return replace(long, front=front, back=back, ones=left.ones and right.ones)


def _facing(left: Axes, right: Axes) -> bool:
    """Whether ``(N, …)`` meets ``(…, N)``, a batch and a transposed one: pairs of samples.

    Nobody transposes a vector, and more than two axes would bring N and a feature axis together.
    """
    row, column = (left, right) if left.front[:1] == (BATCH,) else (right, left)
    return (
        row.middle == column.middle == ZERO
        and row.front[:1] == (BATCH,)
        and column.back[-1:] == (BATCH,)
        and all(axis.plain for axis in (*row.front[1:], *row.back, *column.front, *column.back[:-1]))
    )


def crossed(left: Axes, right: Axes) -> bool:
    """Whether ``(N,)`` meets ``(N, 1)``: a vector over the batch beside a column that kept its last axis.

    Where the rank is open, both count from the same inputs: a reduction that kept its axis beside one that dropped it
    runs only if what is left of the second is ``(N,)``. So does what came in with one rank, and lost an axis since.
    """
    if left.paired and right.paired and _parted(left, right):
        return True
    long, short = (left, right) if left.least_rank > right.least_rank else (right, left)
    if long.least_rank - short.least_rank != 1 or (long.middle is None) != (short.middle is None):
        return False
    if long.middle not in (None, ZERO) or short.middle not in (None, ZERO) or long.loose or short.loose:
        return False
    column = long.listed[-1] if long.middle is None or long.back else None
    return (
        column is not None
        and column.size == 1
        and not column.added
        and len(short.listed) == 1
        and short.listed[0].batch
        and long.listed[0].batch
    )


def _broadcast_exact(exact: Axes, other: Axes) -> Axes:
    if exact.batches > 1 and other.batches == 1 and other.least_rank > len(exact.front):
        raise Contradiction("an N×N matrix meets a batch of matrices")
    if other.middle is UNKNOWN:
        return exact if exact.batches else WILD
    if exact.total == ZERO and len(exact.front) <= max(other.least_rank, 1):
        return other
    if other.total == ZERO:
        return exact
    column = len(exact.front) == 2 and exact.front[1] == SINGLE and exact.front[0].batch
    # What is counted from a parameter and has one axis at least has lost one, and may be (N,).
    if column and other.least_rank == 1 and other.base and not other.loose:
        return WILD
    if other.middle == ZERO and len(exact.front) >= other.least_rank:  # same rank: fill the ellipsis
        fill = len(exact.front) - other.least_rank
        return broadcast(exact, closed((*other.front, *(PLAIN,) * fill, *other.back)))
    if exact.total == ZERO:
        return other
    return hidden(UNKNOWN)
