"""Which rules are on: prefixes, layers, and what wins."""

from __future__ import annotations

import pytest
from losslint.rules._registry import OFF_BY_DEFAULT, codes, load

from losslint.selection import Choice, Selection, UnknownCode, checked, matches


def on(*choices: Choice) -> set[str]:
    return {code for code in codes() if Selection(choices).selects(code)}


def with_prefix(*prefixes: str) -> set[str]:
    return {code for code in codes() if code.startswith(prefixes)}


DEFAULT = {code for code in codes() if load(code).default}


def test_what_is_told_without_importing_rules_is_what_they_say() -> None:
    assert {code for code in codes() if not load(code).default} == OFF_BY_DEFAULT


def test_without_a_choice_the_rules_decide() -> None:
    assert on() == DEFAULT
    assert "LL205" not in DEFAULT
    assert {"LL001", "LL002", "LL101"} <= DEFAULT


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ([Choice(select=("LL1",))], with_prefix("LL1")),
        ([Choice(select=("LL",))], set(codes())),
        ([Choice(select=("ALL",))], set(codes())),
        ([Choice(select=())], set()),
        ([Choice(extend=("LL205",))], DEFAULT | {"LL205"}),
        ([Choice(ignore=("LL1",))], DEFAULT - with_prefix("LL1")),
        ([Choice(select=("LL1",), ignore=("LL102",))], with_prefix("LL1") - {"LL102"}),
        ([Choice(select=("LL102",), ignore=("LL1",))], {"LL102"}),
        ([Choice(select=("LL102",), ignore=("LL102",))], set()),
        ([Choice(ignore=("ALL",), extend=("LL1",))], with_prefix("LL1")),
        ([Choice(ignore=("LL1",)), Choice(extend=("LL101",))], DEFAULT - with_prefix("LL1") | {"LL101"}),
        ([Choice(ignore=("LL101",)), Choice(select=("LL1",))], with_prefix("LL1")),
        ([Choice(select=("LL2",)), Choice(ignore=("LL201",))], with_prefix("LL2") - {"LL201"}),
        ([Choice(extend=("LL205",)), Choice(ignore=("LL2",))], DEFAULT - with_prefix("LL2")),
    ],
)
def test_layers(choices: list[Choice], expected: set[str]) -> None:
    assert on(*choices) == expected


def test_selectors_are_checked_and_folded() -> None:
    assert checked(["ll1", " LL203 ", "all", "LL"]) == ("LL1", "LL203", "ALL", "LL")
    assert matches("LL101", ["LL2", "LL1"])
    assert not matches("LL101", [])


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        ("LL110", "unknown rule code 'LL110'; did you mean 'LL10"),
        ("LL1010", "did you mean 'LL101'?"),
        ("L101", "did you mean 'LL101'?"),
        ("batch-sum-returned", "did you mean 'LL101', which is batch-sum-returned?"),
        ("", "unknown rule code ''"),
        ("E501", "unknown rule code 'E501'"),
    ],
)
def test_an_unknown_selector_names_the_closest(selector: str, says: str) -> None:
    with pytest.raises(UnknownCode) as caught:
        checked([selector])
    assert says in str(caught.value)
