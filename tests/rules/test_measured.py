"""TensorFlow measures what the examples declare and what the pages say in numbers."""

from __future__ import annotations

import pytest
from catalogue import RULES, measurable
from losslint.rules._rule import Example, Rule

from losslint.confirm.measure import measure_callable

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize("example", measurable().values(), ids=measurable().keys())
def test_an_example_measures_what_it_declares(example: Example) -> None:
    reading = measure_callable(example.code, example.loss, example.inputs)

    said = (example.degree, example.gradient_degree, example.coupled)
    assert (reading.degree, reading.gradient_degree, reading.coupled) == said


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_numbers_of_a_page_are_the_ones_measured(rule: Rule) -> None:
    from facts import FACTS

    tf = pytest.importorskip("tensorflow")
    tf.get_logger().setLevel("ERROR")
    measure = FACTS.get(rule.code)
    if measure is None:
        assert "| N |" not in rule.page, "a table of numbers needs its measurement in facts.py"
        return
    missing = [line for line in measure() if line not in rule.page]
    assert not missing, "measured, but not what the page says:\n" + "\n".join(missing)
