"""Which comments speak to losslint, and of what."""

from __future__ import annotations

import pytest

from losslint.confirm.specs import parse_input, parse_inputs, with_predictions
from losslint.model import Span
from losslint.source.comments import Pragmas, read_pragmas
from losslint.source.prefilter import mentions_losslint
from losslint.source.text import SourceText


def pragmas(text: str) -> Pragmas:
    return read_pragmas(SourceText("a.py", text))


def codes(text: str) -> list[tuple[str, ...] | None]:
    return [suppression.codes for suppression in pragmas(text).suppressions]


SILENT = {
    "no-comment": "x = 1\n",
    "in-a-string": "x = '# noqa'\n",
    "in-a-docstring": '"""\n# losslint: skip-file\n"""\n',
    "in-an-f-string": "x = f'{y} # noqa: LL101'\n",
    "other-word": "x = 1  # noqanything\n",
    "file-level-of-flake8": "# flake8: noqa\n",
    "file-level-of-ruff": "# ruff: noqa: LL101\n",
    "in-prose": "x = 1  # see the noqa comment, or losslint\n",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_what_only_looks_like_a_comment_of_ours(text: str) -> None:
    assert pragmas(text) == Pragmas()


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# noqa", None),
        ("#noqa", None),
        ("# NOQA", None),
        ("# noqa: LL101", ("LL101",)),
        ("# noqa:LL101,LL102", ("LL101", "LL102")),
        ("# noqa : ll101 LL102", ("LL101", "LL102")),
        ("# noqa: LL101, E501 because", ("LL101", "E501")),
        ("# type: ignore  # noqa: LL101", ("LL101",)),
        ("# noqa: it is fine", None),
        ("# losslint: ignore", None),
        ("# losslint: ignore the sum is meant", None),
        ("# losslint:ignore[LL101]", ("LL101",)),
        ("# losslint: ignore[LL101, ll2] the sum is meant", ("LL101", "LL2")),
        ("# losslint: ignore[ALL] everything", None),
        ("# pylint: disable=x  # losslint: ignore[LL101]  # more", ("LL101",)),
        ("# losslint: ignore LLama pools are fine", None),
    ],
)
def test_suppressions(comment: str, expected: tuple[str, ...] | None) -> None:
    assert codes(f"x = 1  {comment}\n") == [expected]
    assert not pragmas(f"x = 1  {comment}\n").problems


@pytest.mark.parametrize(
    ("comment", "says"),
    [
        ("# losslint: ignroe[LL101]", "unknown losslint comment 'ignroe'; did you mean 'ignore'?"),
        ("# losslint: skipfile", "did you mean 'skip-file'?"),
        ("# losslint:", "it is one of ignore, skip-file, loss, not-a-loss, inputs"),
        ("# losslint: ignore LL101", "write the codes in brackets: losslint: ignore[LL101]"),
        ("# losslint: ignore[LL101", "write the codes in brackets"),
        ("# losslint: ignore[]", "ignore[] names no code"),
        ("# losslint: ignore[E501]", "ignore[E501] names no code"),
        ("# losslint: inputs", "no inputs given; write name=(N,4):real"),
        ("# losslint: inputs y_true (N,4)", "cannot read inputs at 'y_true (N,4)'; write name=(N,4):real"),
    ],
)
def test_a_comment_that_is_not_understood_has_no_effect_and_says_so(comment: str, says: str) -> None:
    found = pragmas(f"x = 1  {comment}\n")
    assert not found.suppressions
    assert not found.inputs
    [problem] = found.problems
    assert says in problem.message
    assert (problem.line, problem.column) == (1, 8)


STATEMENTS = """\
@tf.function  # on the decorator
def loss(
    y_true,  # on a parameter
    y_pred,
):  # at the end of the header
    # above the statement
    total = (
        tf.reduce_sum(y_true)  # inside
        - 1
    )  # at its end
    return total
"""


@pytest.mark.parametrize(
    ("place", "whole_loss", "on_the_sum", "on_the_return"),
    [
        ("on the decorator", True, True, True),
        ("on a parameter", True, True, True),
        ("at the end of the header", True, True, True),
        ("above the statement", False, True, False),
        ("inside", False, True, False),
        ("at its end", False, True, False),
    ],
)
def test_reach(place: str, whole_loss: bool, on_the_sum: bool, on_the_return: bool) -> None:
    text = STATEMENTS.replace(f"# {place}", "# losslint: ignore[LL101]")
    [suppression] = pragmas(text).suppressions
    assert suppression.is_header_of(2) is whole_loss
    assert suppression.covers(Span(8, 9, 8, 30), 2) is on_the_sum
    assert suppression.covers(Span(11, 12, 11, 17), 2) is on_the_return


def test_a_noqa_alone_on_its_line_silences_nothing_else() -> None:
    [suppression] = pragmas("# noqa\nx = tf.reduce_sum(y)\n").suppressions
    assert not suppression.covers(Span(2, 5, 2, 10), None)


def test_a_finding_of_several_lines_is_reached_from_each() -> None:
    [suppression] = pragmas("x = f(\n    a,  # noqa\n    b,\n)\n").suppressions
    assert suppression.covers(Span(1, 5, 4, 2), None)
    assert not suppression.covers(Span(3, 5, 3, 6), None)


def test_lambdas_and_one_line_functions_are_their_own_header() -> None:
    for text in (
        "loss = lambda t, p: tf.reduce_sum(t)  # noqa\n",
        "def loss(t, p): return tf.reduce_sum(t)  # noqa\n",
    ):
        [suppression] = pragmas(text).suppressions
        assert suppression.is_header_of(1)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("# losslint: loss\ndef f(a, b):\n    pass\n", 2, True),
        ("def f(a, b):  # losslint: loss\n    pass\n", 1, True),
        ("# losslint: not-a-loss\n\n# why\n@jit\ndef loss(a, b):\n    pass\n", 5, False),
        ("class A:\n    # losslint: loss\n    def call(self, a):\n        pass\n", 3, True),
        ("# losslint: loss\nf = lambda a, b: a\n", 2, True),
        ("def f(a):\n    pass\n\n\ndef g(a):  # losslint: loss\n    pass\n", 1, None),
    ],
)
def test_marks(text: str, line: int, expected: bool | None) -> None:
    assert pragmas(text).is_loss(line) is expected


def test_inputs_are_kept_by_parameter() -> None:
    text = (
        "# losslint: inputs y_true=(N, 4):int[0..9] y_pred=(N,4,10):prob\ndef f(y_true, y_pred):\n    pass\n"
    )
    assert pragmas(text).inputs_of(2) == (("y_true", "(N,4):int[0..9]"), ("y_pred", "(N,4,10):prob"))
    assert pragmas(text).inputs_of(3) == ()


@pytest.mark.parametrize(
    ("written", "specs"),
    [
        (
            "y_pred.mu=(N, 4):real, y_pred.0=(N,):prob",
            (("y_pred.mu", "(N,4):real"), ("y_pred.0", "(N,):prob")),
        ),
        ("y=( 2N , 3 ) : int[ 0 .. 9 ]/int64", (("y", "(2N,3):int[0..9]/int64"),)),
        ("w=[1.0, 2.0] mode='a, b' p=0.25", (("w", "[1.0, 2.0]"), ("mode", "'a, b'"), ("p", "0.25"))),
    ],
)
def test_inputs_have_one_grammar_wherever_they_are_written(
    written: str, specs: tuple[tuple[str, str], ...]
) -> None:
    """A comment and ``--inputs`` read the same text alike."""
    read = pragmas(f"# losslint: inputs {written}  # as measured\ndef f(y): ...\n")
    assert (read.inputs_of(2), read.problems) == (specs, ())
    assert with_predictions(parse_input(*spec) for spec in specs) == parse_inputs(written)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_positions_hold_for_every_line_end(newline: str) -> None:
    text = newline.join(["x = 'é'", "x = 1 # noqa: LL101", "y = '\x0c\u2028' # losslint: ignore[LL102]", ""])
    assert [(found.span.line, found.span.column) for found in pragmas(text).suppressions] == [(2, 7), (3, 10)]


def test_a_broken_file_gives_the_comments_before_the_break() -> None:
    assert pragmas("# losslint: skip-file\nx = (\n").skip_file
    assert pragmas("# losslint: skip-file\nif 1:\n        x\n    y\n").skip_file


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"x = 1  # noqa", False),
        (b"x = 1  # noqa: E501", False),
        (b"x = 1  # noqa: LL101", True),
        (b"x = 1  # NOQA: LL101", True),
        (b"# losslint: loss", True),
    ],
)
def test_only_comments_for_losslint_alone_matter_without_findings(data: bytes, expected: bool) -> None:
    assert mentions_losslint(data) is expected
