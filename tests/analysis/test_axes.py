"""Where the batch axis is, for shapes whose rank may be open."""

from __future__ import annotations

import pytest

from losslint.analysis.axes import (
    ADDED,
    BATCH,
    FEATURES,
    PLAIN,
    SCALAR,
    SINGLE,
    UNSURE,
    WILD,
    Axes,
    Axis,
    Contradiction,
    batch_first,
    closed,
    hidden,
)
from losslint.analysis.broadcasting import broadcast, crossed
from losslint.analysis.degree import ONE, UNKNOWN, ZERO

VECTOR = closed([BATCH])
MATRIX = closed([BATCH, PLAIN])
COLUMN = closed([BATCH, SINGLE])
PAIRS = closed([BATCH, BATCH])


@pytest.mark.parametrize(
    ("axes", "index", "expected"),
    [
        (MATRIX, 0, BATCH),
        (MATRIX, -1, PLAIN),
        (MATRIX, 2, None),
        (VECTOR, -1, BATCH),
        (batch_first(2), 0, BATCH),
        (batch_first(2), -1, PLAIN),
        (batch_first(2), 3, PLAIN),
        (batch_first(1), -1, UNSURE),  # (N, …): the ellipsis may be empty
        (batch_first(2), -2, UNSURE),  # (N, …, F): of a matrix that is the batch
        (WILD, 0, UNSURE),
        (FEATURES, -3, PLAIN),
    ],
)
def test_the_axis_at_an_index(axes: Axes, index: int, expected: Axis | None) -> None:
    assert axes.at(index) == expected


@pytest.mark.parametrize(
    ("axes", "index", "expected"),
    [
        (MATRIX, 0, closed([PLAIN])),
        (MATRIX, -1, VECTOR),
        (batch_first(2), -1, Axes((BATCH,), ZERO, ())),
        (batch_first(2), 1, Axes((BATCH,), ZERO, ())),  # some feature axis goes: one fewer at least
        (batch_first(2), 0, Axes((), ZERO, (PLAIN,))),
        (batch_first(1), -1, WILD),
    ],
)
def test_removing_an_axis(axes: Axes, index: int, expected: Axes) -> None:
    assert axes.without(index) == expected


def test_a_new_axis_stands_where_expand_dims_puts_it() -> None:
    assert VECTOR.insert(-1, ADDED) == closed([BATCH, ADDED])
    assert VECTOR.insert(0, ADDED) == closed([ADDED, BATCH])
    assert batch_first(2).insert(-1, ADDED) == Axes((BATCH,), ZERO, (PLAIN, ADDED))
    assert batch_first(2).insert(1, ADDED) == Axes((BATCH, ADDED), ZERO, (PLAIN,))


@pytest.mark.parametrize(
    ("axes", "total"),
    [(SCALAR, ZERO), (VECTOR, ONE), (PAIRS, 2), (batch_first(2), ONE), (WILD, UNKNOWN), (hidden(ONE), ONE)],
)
def test_the_number_of_entries_has_a_degree(axes: Axes, total: object) -> None:
    assert axes.total == total


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (MATRIX, SCALAR, MATRIX),
        (MATRIX, COLUMN, MATRIX),
        (MATRIX, closed([PLAIN]), MATRIX),
        (closed([BATCH, ADDED]), closed([ADDED, BATCH]), PAIRS),
        (batch_first(2), batch_first(2), batch_first(2)),
        (batch_first(2), FEATURES, batch_first(2)),
        (batch_first(2), WILD, batch_first(2)),  # a weight or mask of unknown shape is put onto the batch
        (MATRIX, batch_first(2), MATRIX),
    ],
)
def test_broadcasting(left: Axes, right: Axes, expected: Axes) -> None:
    assert broadcast(left, right) == expected
    assert broadcast(right, left) == expected


def test_a_vector_meets_a_column() -> None:
    assert crossed(VECTOR, COLUMN)
    assert broadcast(VECTOR, COLUMN) == PAIRS


@pytest.mark.parametrize(
    "column",
    [
        closed([BATCH, ADDED]),  # asked for: x[:, None]
        closed([BATCH, PLAIN]),  # features: would not run beside (N,)
        Axes((BATCH,), ZERO, (PLAIN,), loose=True),  # whose rank is its own
    ],
)
def test_a_vector_meets_something_that_is_no_kept_column(column: Axes) -> None:
    assert not crossed(VECTOR, column)


def test_kept_and_dropped_axes_of_one_rank_cross() -> None:
    dropped, kept = batch_first(2).without(-1), batch_first(2).without(-1, SINGLE)
    assert crossed(dropped, kept)


def test_shapes_that_no_run_brings_together() -> None:
    with pytest.raises(Contradiction):
        broadcast(PAIRS, Axes((BATCH,), ZERO, (PLAIN, PLAIN)))


@pytest.mark.parametrize(
    ("axes", "shown"),
    [
        (SCALAR, "()"),
        (VECTOR, "(N,)"),
        (closed([BATCH, Axis(size=4)]), "(N, 4)"),
        (batch_first(2), "(N, …, ·)"),
    ],
)
def test_spelling(axes: Axes, shown: str) -> None:
    assert axes.spell() == shown
