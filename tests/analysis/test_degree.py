"""The arithmetic of batch degrees."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losslint.analysis.degree import MIXED, UNKNOWN, Degree, minus, plus, power_of_n, same, spell, times

degrees = st.one_of(st.fractions(-4, 4, max_denominator=4), st.sampled_from([MIXED, UNKNOWN]))
exact = st.fractions(-4, 4, max_denominator=4)


@given(exact, exact)
def test_a_product_adds_degrees_and_a_quotient_takes_them_back(left: Fraction, right: Fraction) -> None:
    assert plus(left, right) == left + right
    assert minus(plus(left, right), right) == left


@given(degrees, degrees)
def test_a_product_commutes(left: Degree, right: Degree) -> None:
    assert plus(left, right) == plus(right, left)


@given(degrees)
def test_what_is_unknown_stays_unknown_before_anything_is_mixed(degree: Degree) -> None:
    assert plus(UNKNOWN, degree) is UNKNOWN
    if degree is not UNKNOWN:
        assert plus(MIXED, degree) is MIXED


@given(exact, exact)
def test_powers_of_powers_multiply(degree: Fraction, exponent: Fraction) -> None:
    assert times(times(degree, exponent), Fraction(2)) == times(degree, 2 * exponent)


def test_the_zeroth_power_of_anything_is_a_constant() -> None:
    assert times(MIXED, Fraction(0)) == 0
    assert times(UNKNOWN, Fraction(0)) == 0


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [
        ([Fraction(1), Fraction(1)], Fraction(1)),
        ([Fraction(1), Fraction(0)], MIXED),
        ([MIXED, MIXED], MIXED),
        ([Fraction(1), UNKNOWN], UNKNOWN),
        ([MIXED, UNKNOWN], UNKNOWN),
    ],
)
def test_a_sum_demands_equal_degrees(degrees: list[Degree], expected: Degree) -> None:
    assert same(degrees) == expected


@pytest.mark.parametrize(
    ("degree", "interface", "message"),
    [
        (Fraction(0), "0", "N^0"),
        (Fraction(-1), "-1", "N^-1"),
        (Fraction(1, 2), "1/2", "N^(1/2)"),
        (MIXED, "mixed", "no single power of N"),
        (UNKNOWN, "unknown", "an unknown power of N"),
    ],
)
def test_spelling(degree: Degree, interface: str, message: str) -> None:
    assert spell(degree) == interface
    assert power_of_n(degree) == message
