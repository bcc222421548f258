"""The linter says of every bad example exactly its code, and of every good one nothing."""

from __future__ import annotations

import pytest
from catalogue import named

from losslint.config import Configuration, command_line
from losslint.rules._rule import Example, Rule
from losslint.run import Task, check_file

BAD, GOOD = named("bad"), named("good")


@pytest.mark.parametrize(("rule", "example"), BAD.values(), ids=BAD.keys())
def test_a_bad_example_is_found_once(rule: Rule, example: Example) -> None:
    assert codes_found(rule, example) == [rule.code]


@pytest.mark.parametrize(("rule", "example"), GOOD.values(), ids=GOOD.keys())
def test_a_good_example_is_silent(rule: Rule, example: Example) -> None:
    assert codes_found(rule, example) == []


def codes_found(rule: Rule, example: Example) -> list[str]:
    """What a whole run finds, comments honoured, with the default rules and this one."""
    settings = Configuration(command_line({"extend-select": [rule.code]}), isolated=True).without_files()
    checked = check_file(Task("example.py", settings, example.code.encode()))
    assert checked.result.error is None, checked.traceback
    assert not checked.warnings
    return [finding.code for finding in checked.result.findings]
