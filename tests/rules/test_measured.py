"""TensorFlow measures what the examples declare and what the pages say in numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import log2

import pytest
from catalogue import RULES, losses, programs
from losslint.rules._rule import Example, Rule

from losslint.confirm.measure import measure_callable

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize(("rule", "example"), losses().values(), ids=losses().keys())
def test_a_loss_measures_what_it_declares(rule: Rule, example: Example) -> None:
    reading = measure_callable(example.code, example.loss, example.inputs)

    said = (example.degree, example.gradient_degree, example.coupled)
    assert (reading.degree, reading.gradient_degree, reading.coupled) == said


@pytest.mark.parametrize(("rule", "example"), programs().values(), ids=programs().keys())
def test_a_program_steps_as_it_declares(rule: Rule, example: Example) -> None:
    from programs import gradient

    steps = [gradient(example, copies) for copies in (1, 2, 4)]

    slopes = [log2(after / before) for before, after in pairwise(steps)]
    assert slopes == pytest.approx([float(Fraction(example.gradient_degree or ""))] * 2, abs=1e-3)


def test_a_static_batch_dimension_does_not_trace() -> None:
    for name, (rule, example) in losses().items():
        if rule.code == "LL107":
            reading = measure_callable(example.code, example.loss, example.inputs)
            assert (reading.graph_mode == "ok") is name.startswith("good"), reading.graph_mode


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_numbers_of_a_page_are_the_ones_measured(rule: Rule) -> None:
    from facts import FACTS

    if rule.code not in FACTS:
        assert "\n| " not in rule.page, "a table of numbers needs its measurement in facts.py"
        return
    missing = [line for line in FACTS[rule.code]() if line not in rule.page]
    assert not missing, "measured, but not what the page says:\n" + "\n".join(missing)
