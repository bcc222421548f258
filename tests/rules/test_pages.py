"""Every page has its sections, speaks of its own rule, and shows exactly the examples that the tests run."""

from __future__ import annotations

import ast
import re

import pytest
from catalogue import RULES
from losslint.rules._page import with_examples
from losslint.rules._rule import Rule

SECTIONS = ["What it finds", "Why it matters", "Bad", "Good", "How to fix", "When to ignore it"]
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


@every_rule
def test_the_title_is_code_and_name(rule: Rule) -> None:
    assert rule.page.splitlines()[0] == f"# {rule.code}: {rule.name}"


@every_rule
def test_the_sections_stand_in_their_order(rule: Rule) -> None:
    assert re.findall(r"^## (.*)$", rule.page, re.MULTILINE) == SECTIONS


@every_rule
def test_no_section_is_empty(rule: Rule) -> None:
    assert all(len(text.strip()) > 80 for text in re.split(r"^## .*$", rule.page, flags=re.MULTILINE)[1:])


@every_rule
def test_the_fenced_blocks_are_the_examples(rule: Rule) -> None:
    shown = [block.strip() for block in FENCE.findall(rule.page)]

    assert shown == [example.code.strip() for example in (*rule.bad, *rule.good)]


@every_rule
def test_there_are_two_examples_of_each_and_they_are_modules(rule: Rule) -> None:
    assert len(rule.bad) >= 2
    assert len(rule.good) >= 2
    runs = [example for example in (*rule.bad, *rule.good) if rule.code != "LL001" or example.loss]
    for example in runs:
        module = ast.parse(example.code)
        assert any(isinstance(node, ast.Import | ast.ImportFrom) for node in module.body)


@every_rule
def test_the_examples_come_in_tensorflow_and_in_keras(rule: Rule) -> None:
    text = "".join(example.code for example in (*rule.bad, *rule.good))

    assert "tf." in text
    assert re.search(r"\b(ops|K|keras)\.", text)


@every_rule
def test_rules_name_only_rules_that_exist(rule: Rule) -> None:
    codes = {other.code for other in RULES}

    assert set(rule.related) <= codes - {rule.code}
    assert set(re.findall(r"\bLL\d{3}\b", rule.page)) <= codes


@every_rule
def test_lines_fit_a_page(rule: Rule) -> None:
    assert max(map(len, rule.page.splitlines())) <= 120
    assert rule.page.endswith("\n")
    assert "…" not in re.sub(r"`[^`]*`", "", rule.page), "a number was left open"


def test_a_page_must_place_its_examples() -> None:
    with pytest.raises(ValueError, match=r"places \{good\} exactly once, this one 0 times"):
        with_examples("# LL000: x\n{bad}", bad=(), good=())
