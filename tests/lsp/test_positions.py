"""Places in a client's units: any text, any encoding, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from losslint.lsp.positions import Positions, characters, replaced, units, within
from losslint.model import Span

CODECS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
SIZES = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
encodings = st.sampled_from(sorted(CODECS))
texts = st.text(alphabet=st.sampled_from("ab é€𝛼👍\u0301\t\x0c\u2028\r\n"), max_size=30)


def position(line: int, character: int) -> types.Position:
    return types.Position(line, character)


@given(texts, encodings)
def test_units_are_those_of_the_codec(text: str, encoding: str) -> None:
    assert units(text, encoding) == len(text.encode(CODECS[encoding])) // SIZES[encoding]
    assert characters(text, units(text, encoding), encoding) == len(text)


@given(texts, encodings, st.data())
def test_a_place_comes_back(text: str, encoding: str, data: st.DataObject) -> None:
    positions = Positions(text, encoding)
    if not positions.lines:
        return
    line = data.draw(st.integers(1, len(positions.lines)))
    column = data.draw(st.integers(1, len(positions.lines[line - 1].rstrip("\r\n")) + 1))
    assert positions.place(positions.position(line, column)) == (line, column)


@given(texts, texts, encodings, st.data())
def test_a_change_is_a_slice(text: str, new: str, encoding: str, data: st.DataObject) -> None:
    """What a client replaces is what its units name; lines end as in the protocol, at no form feed."""
    positions = Positions(text, encoding)
    places = [
        (row, column)
        for row, line in enumerate(positions.lines)
        for column in range(len(line.rstrip("\r\n")) + 1)
    ] or [(0, 0)]
    first, last = sorted(data.draw(st.tuples(st.sampled_from(places), st.sampled_from(places))))
    lines = positions.lines or ("",)

    def at(place: tuple[int, int]) -> tuple[int, types.Position]:
        row, column = place
        where = position(row, units(lines[row][:column], encoding))
        return sum(len(line) for line in lines[:row]) + column, where

    (start, one), (end, other) = at(first), at(last)
    assert replaced(text, types.Range(one, other), new, encoding) == text[:start] + new + text[end:]


def test_a_bom_is_no_column() -> None:
    positions = Positions("\ufeffx = 1\ny = 2\n")
    assert positions.position(1, 1) == position(0, 1)
    assert positions.place(position(0, 1)) == (1, 1)
    assert positions.place(position(0, 0)) == (1, 1)
    assert positions.position(2, 1) == position(1, 0)


@pytest.mark.parametrize(
    ("where", "offset"),
    [(position(0, 99), 1), (position(9, 0), 4), (position(1, 99), 4), (position(2, 0), 4)],
)
def test_places_beyond_the_text_are_at_its_ends(where: types.Position, offset: int) -> None:
    assert Positions("a\r\nb").offset(where) == offset


def test_a_span_beyond_the_text_is_kept_inside() -> None:
    positions = Positions("a\nb\n")
    assert positions.range(Span(2, 1, 9, 9)) == types.Range(position(1, 0), position(2, 0))
    assert positions.whole == types.Range(position(0, 0), position(2, 0))
    assert Positions("").whole == types.Range(position(0, 0), position(0, 0))


def test_half_a_pair_is_before_its_character() -> None:
    assert Positions("👍x").place(position(0, 1)) == (1, 1)
    assert Positions("👍x").place(position(0, 2)) == (1, 2)


def test_within() -> None:
    span = Span(1, 5, 2, 3)
    assert within((1, 5), span) and within((2, 3), span) and within((1, 99), span)
    assert not within((1, 4), span) and not within((2, 4), span)
