"""Every rule's own bad examples: mended where the rule has edits for them, and measured; advised where it has none."""

from __future__ import annotations

from pathlib import Path

import pytest
from losslint.rules._registry import all_rules
from losslint.rules._rule import Example, Rule
from mending import fixable, mend, mended_source

EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in all_rules()
    if rule.fix is not None and rule.default
    for number, example in enumerate(rule.bad, 1)
]
MEASURABLE = ("LL101", "LL102", "LL103", "LL104", "LL105", "LL107", "LL108")
"""The scale rules whose examples are losses; those of the others compile models or train them."""


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_a_bad_example_is_mended_or_advised(rule: Rule, example: Example, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(example.code, encoding="utf-8")
    mended = mend(tmp_path, ["program.py"])
    found = [finding for finding in mended.before.findings if finding.code == rule.code]
    assert found
    for finding in found:
        assert finding.fix is not None, finding.message
        assert finding.fix.title
        assert fixable(finding) is (finding.fix.applicability != "manual")
    left = [finding for finding in mended.after.findings if finding.code == rule.code]
    assert len(left) == sum(not fixable(finding) for finding in found)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("rule", "example"), [each for each in EXAMPLES if each.values[0].code in MEASURABLE]
)
def test_a_mended_example_has_degree_0(rule: Rule, example: Example, tmp_path: Path) -> None:
    from losslint.confirm.measure import measure_callable

    source, findings = mended_source(example.code, tmp_path)
    if not example.loss or any(finding.code.startswith("LL1") for finding in findings):
        pytest.skip("nothing to run, or nothing mended")
    reading = measure_callable(source, example.loss, example.inputs)
    assert (reading.degree, reading.gradient_degree) == ("0", "0")
