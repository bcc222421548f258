"""The linter says of every bad example exactly its code, and of every good one nothing."""

from __future__ import annotations

import pytest
from catalogue import named
from losslint.rules._rule import Example, Rule, nothing

from losslint.checking import check_file
from losslint.config import Configuration, command_line
from losslint.run import Task

BAD, GOOD = named("bad"), named("good")
OUTSIDE_THE_CALCULUS = {"LL001", "LL002"}


def unwritten(rule: Rule) -> bool:
    """Whether the rule has a page but no predicate yet: then its examples fail, and say so when they stop."""
    return rule.find is nothing and rule.code not in OUTSIDE_THE_CALCULUS


@pytest.mark.parametrize(("rule", "example"), BAD.values(), ids=BAD.keys())
def test_a_bad_example_is_found_once(rule: Rule, example: Example, request: pytest.FixtureRequest) -> None:
    if unwritten(rule):
        request.applymarker(pytest.mark.xfail(reason=f"{rule.code} has no predicate yet", strict=True))
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
