"""From curves to degrees: what each kind of dependence on N looks like, and what it is called."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losslint.confirm.verdict import Curve, degree_of, judge, power_of
from losslint.model import Verdict

TOLERANCE = 2e-6
SIZES = [4 * 2**i for i in range(5)]
LONGER = [4 * 2**i for i in range(8)]


def curves(*functions, sizes=LONGER):
    return [Curve("unit", tuple(f(n) for n in sizes)) for f in functions]


@given(
    power=st.sampled_from(
        [Fraction(p) for p in ("-2", "-1", "-1/2", "0", "1/3", "1/2", "1", "3/2", "2", "3")]
    ),
    factors=st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=4),
    sign=st.sampled_from([-1.0, 1.0]),
)
def test_a_pure_power_is_recognised_exactly(power, factors, sign):
    degree = degree_of([*curves(*(lambda n, c=c: sign * c * n ** float(power) for c in factors))], TOLERANCE)
    assert (degree.text, degree.exact) == (str(power), True)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        pytest.param(lambda n: n / (n - 1), "0", id="a variance with Bessel's factor"),
        pytest.param(lambda n: (n - 1) / n, "0", id="self-pairs left out"),
        pytest.param(lambda n: 1 - (2 * n + 1) / (5 * n + 1), "0", id="a smoothed Dice"),
        pytest.param(lambda n: 1 / (n - 1), "-1", id="variance over N - 1"),
        pytest.param(lambda n: n - 1, "1", id="a sum over the others"),
        pytest.param(lambda n: math.sqrt(n + 1e-3), "1/2", id="an epsilon under a root"),
        pytest.param(lambda n: math.log(n), "mixed", id="log N"),
        pytest.param(lambda n: math.log(1 + 0.1 * n), "mixed", id="log of one and a sum"),
        pytest.param(lambda n: 1 + 1 / math.sqrt(n), "mixed", id="terms of degree 0 and -1/2"),
        pytest.param(lambda n: 2.0 + 1e-4 * n, "mixed", id="a small sum beside a mean"),
        pytest.param(lambda n: math.exp(-n / 50), "mixed", id="an exponential of a sum"),
    ],
)
def test_one_curve(function, expected):
    assert degree_of(curves(function), TOLERANCE).text == expected


def test_a_mean_and_a_sum_tend_to_degree_one_but_how_fast_depends_on_the_data():
    assert degree_of(curves(lambda n: 1 + 0.1 * n, lambda n: 1 + 0.4 * n), TOLERANCE).text == "mixed"


def test_terms_that_dominate_by_turns_are_mixed():
    near_the_minimum = Curve("fit", tuple(0.3 / n for n in LONGER))
    elsewhere = curves(lambda n: 1 + 0.3 / n)
    assert degree_of(elsewhere, TOLERANCE).text == "0"
    assert degree_of([*elsewhere, near_the_minimum], TOLERANCE).text == "mixed"


def test_an_epsilon_that_shows_only_where_all_else_is_tiny_is_no_evidence():
    ordinary = curves(lambda n: math.sqrt(n + 1e-3), lambda n: math.sqrt(3 * n + 1e-3))
    tiny = Curve("fit", tuple(math.sqrt(1e-10 * n + 1e-3) for n in LONGER))
    assert degree_of([*ordinary, tiny], TOLERANCE).text == "1/2"


def test_a_curve_of_zeros_says_nothing():
    assert power_of([0.0] * 5, TOLERANCE) is None
    assert degree_of(curves(lambda n: 0.0), TOLERANCE).text == "unknown"


def test_rounding_is_no_curve():
    noise = Curve("fit", (1e-13, -2e-13, 3e-13, 1e-13, 5e-13))
    assert degree_of([*curves(lambda n: 2.0), noise], TOLERANCE).text == "0"


def verdict(values, gradients=None, *, interaction=0.0, pairs=((1.0, 1.0),)):
    return judge(values, gradients or values, interaction, pairs, parts=8, tolerance=TOLERANCE)


def test_saturation_is_told_by_the_gradient():
    flat = [Curve("unit", (0.5, 0.9, 0.999, 1.0, 1.0, 1.0))]
    collapsing = [Curve("unit", (1.0, 0.4, 0.02, 1e-5, 1e-12, 0.0))]
    judged = verdict(flat, collapsing, interaction=0.3)
    assert (judged.degree, judged.verdict) == ("mixed", Verdict.MIXED)


def test_log_growth_is_mixed_though_its_gradient_is_unharmed():
    judged = verdict(curves(lambda n: math.log(3 * n)), curves(lambda n: 0.7), interaction=0.2)
    assert (judged.degree, judged.gradient_degree, judged.coupled) == ("mixed", "0", True)


def test_parts_that_add_up_are_no_coupling_whatever_the_degree():
    judged = verdict(curves(lambda n: 3.0 * n), pairs=[(16.0, 2.0), (24.0, 3.0)])
    assert (judged.verdict, judged.coupled) == (Verdict.GROWS, False)
    assert judged.split_gap == pytest.approx(7 / 8)


def test_parts_that_do_not_add_up_are_coupling():
    judged = verdict(curves(lambda n: 3.0), pairs=[(1.0, 0.98)])
    assert (judged.verdict, judged.coupled) == (Verdict.COUPLED, True)


def test_interaction_alone_is_coupling():
    assert verdict(curves(lambda n: 3.0), interaction=1e-3).verdict is Verdict.COUPLED
    assert verdict(curves(lambda n: 3.0), interaction=1e-9).verdict is Verdict.INVARIANT
