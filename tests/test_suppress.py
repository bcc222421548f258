"""Comments against findings, and LL002 for those that silence nothing."""

from __future__ import annotations

import pytest
from losslint.rules._registry import codes

from losslint.model import Finding, Severity, Span
from losslint.source.comments import read_pragmas
from losslint.source.text import SourceText
from losslint.suppress import apply_suppressions, unknown_codes


def found(
    line: int, code: str = "LL101", *, function_line: int | None = None, end_line: int | None = None
) -> Finding:
    span = Span(line, 5, end_line or line, 10)
    return Finding(code, "a-name", Severity.ERROR, "a message", "a.py", span, function_line=function_line)


def left(text: str, *findings: Finding, off: tuple[str, ...] = ()) -> list[tuple[int, str]]:
    """The (line, code) of what is still reported."""
    pragmas = read_pragmas(SourceText("a.py", text))
    loud = apply_suppressions(findings, pragmas, path="a.py", is_on=lambda code: code not in off)
    return sorted((finding.span.line, finding.code) for finding in loud)


@pytest.mark.parametrize(
    "comment",
    ["# noqa", "# noqa: LL101", "# noqa: E501,LL1", "# losslint: ignore", "# losslint: ignore[LL101] why"],
)
def test_silenced_on_its_line(comment: str) -> None:
    assert left(f"x = 1  {comment}\ny = 2\n", found(1), found(2)) == [(2, "LL101")]


def test_silenced_for_the_whole_loss() -> None:
    text = "@jit\ndef loss(a,\n         b):  # noqa: LL101\n    return a\n\ndef other(a):\n    return a\n"
    assert left(text, found(4, function_line=2), found(7, function_line=6)) == [(7, "LL101")]


def test_another_code_is_not_silenced() -> None:
    assert left("x = 1  # noqa: LL102\n", found(1)) == [(1, "LL002"), (1, "LL101")]


UNUSED = {
    "one-code": (
        "x = 1  # noqa: LL101\n",
        ["unused suppression: no LL101 is found here; remove the comment"],
    ),
    "one-of-two": (
        "x = 1  # losslint: ignore[LL101, LL102]\n",
        [
            "unused suppression: no LL101 is found here; remove LL101 from the comment",
            "unused suppression: no LL102 is found here; remove LL102 from the comment",
        ],
    ),
    "prefix": (
        "x = 1  # losslint: ignore[LL3]\n",
        ["unused suppression: no LL3 is found here; remove the comment"],
    ),
    "any": ("x = 1  # losslint: ignore\n", ["unused suppression: nothing is found here; remove the comment"]),
    "bare-noqa-may-be-anothers": ("x = 1  # noqa\n", []),
    "anothers-code": ("x = 1  # noqa: E501\n", []),
    "no-such-rule": ("x = 1  # noqa: LL999\n", []),
    "itself": ("x = 1  # noqa: LL002\n", ["unused suppression: no LL002 is found here; remove the comment"]),
    "silenced": ("x = 1  # noqa: LL101, LL002\n", []),
}


@pytest.mark.parametrize(("text", "messages"), UNUSED.values(), ids=UNUSED.keys())
def test_unused(text: str, messages: list[str]) -> None:
    pragmas = read_pragmas(SourceText("a.py", text))
    loud = apply_suppressions([], pragmas, path="a.py", is_on=lambda code: True)
    assert [finding.message for finding in loud] == messages
    assert {finding.code for finding in loud} <= {"LL002"}


def test_used_codes_are_not_called_unused() -> None:
    assert left("x = 1  # noqa: LL101, LL1, LL\n", found(1)) == []


def test_both_comments_that_silence_a_finding_are_used() -> None:
    text = "def f(a):  # noqa: LL101\n    return a  # noqa: LL101\n"
    assert left(text, found(2, function_line=1)) == []


def test_a_rule_that_is_off_is_not_missed() -> None:
    text = "x = 1  # losslint: ignore[LL205] it is contrastive\n"
    assert left(text, off=("LL205",)) == []
    assert left(text) == [(1, "LL002")]
    assert left(text, off=("LL002",)) == []


def test_unknown_codes_are_named_with_the_closest() -> None:
    pragmas = read_pragmas(SourceText("a.py", "x = 1  # noqa: LL1010, LL101, E99\n"))
    assert [problem.message for problem in unknown_codes(pragmas)] == [
        "unknown rule code 'LL1010'; did you mean 'LL101'?"
    ]
    assert "LL1010" not in codes()
