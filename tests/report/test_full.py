"""The report for a person: the frame around a finding, in eighty columns and in narrow ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from test_formats import FULL, SOURCE, rendered

from losslint.model import Finding, Severity, Span, TrailStep
from losslint.report import Style, render
from losslint.report.frame import Mark, frame
from losslint.run import Run
from losslint.source.text import split_lines


def full(finding: Finding, source: str, **style: int) -> str:
    lines = split_lines(source)
    return "".join(render("full", Run(1, (finding,)), lambda path: lines, Style(**style)))


def test_a_finding_with_a_trail() -> None:
    assert (
        full(FULL, SOURCE)
        == """\
error[LL102] batch-sum-into-nonlinearity
log is applied to a sum over the batch, so no later division can undo it: divide
the sum by the batch size.
 --> src/losses.py:6:12 in complex_loss
  |
2 |     total = tf.reduce_sum(tf.abs(y_true - y_pred), name="合計")  # 100%, of…
  |             ---------------------------------------------------
  |             1: sum over the batch: N^1
3 |     scaled = 2.0 * total
  |              ----------- 2: scaled: N^1
  | ...
6 |     return tf.math.log(
  |            ^^^^^^^^^^^^ 3: log of N^1: no single power of N
7 |         1.0 + scaled
8 |     )
  |
  = help: divide by the batch size
  = confirmed: measured degree mixed

Read more: losslint rule LL102
"""
    )


def test_a_finding_without_a_trail() -> None:
    finding = replace(FULL, trail=(), fix=None, confirmation=None, function=None, span=Span(3, 2, 3, 8))
    assert full(finding, SOURCE).splitlines()[3:] == [
        " --> src/losses.py:3:2",
        "  |",
        "3 |     scaled = 2.0 * total",
        "  |     ^^^^^^",
        "  |",
        "",
        "Read more: losslint rule LL102",
    ]


def test_two_steps_on_one_line_get_a_row_each() -> None:
    source = "return tf.math.log(1 + tf.reduce_sum(e))\n"
    trail = (
        TrailStep(Span(1, 24, 1, 40), "sum over the batch: N^1"),
        TrailStep(Span(1, 8, 1, 41), "log of N^1: no single power of N"),
    )
    finding = replace(FULL, span=Span(1, 8, 1, 41), trail=trail)
    assert full(finding, source).splitlines()[5:8] == [
        "1 | return tf.math.log(1 + tf.reduce_sum(e))",
        "  |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 2: log of N^1: no single power of N",
        "  |                        ---------------- 1: sum over the batch: N^1",
    ]


def test_a_line_of_megabytes_is_shown_around_the_finding() -> None:
    source = "x = '" + "a" * 2_000_000 + "'; loss = tf.reduce_sum(x); y = '" + "b" * 3_000_000 + "'\n"
    start = source.index("tf.reduce_sum") + 1
    text = full(replace(FULL, span=Span(1, start, 1, start + 16), trail=()), source)
    assert "loss = tf.reduce_sum(x); y = 'bbb" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "^" * 16 in text


def test_a_file_that_is_gone_has_no_frame() -> None:
    assert "|" not in full(FULL, "")


def test_colors_only_add_escapes() -> None:
    import re

    plain, colored = rendered("full"), rendered("full", color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain
    assert "\x1b[1;31merror[LL102]\x1b[0m" in colored
    assert "\x1b[1;33mwarning[LL001]\x1b[0m" in colored


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_source_rows_keep_within_the_width(width: int) -> None:
    for row in full(FULL, SOURCE, width=width).splitlines():
        if "|" in row:
            assert cell_len(row) <= width


@given(
    st.lists(st.text(alphabet="ab \t合é\x1b\u2028", max_size=120), min_size=1, max_size=6),
    st.lists(
        st.tuples(
            st.integers(1, 8),
            st.integers(1, 140),
            st.integers(0, 3),
            st.integers(1, 140),
            st.text("xy z", max_size=90),
        ),
        min_size=1,
        max_size=5,
    ),
    st.integers(20, 100),
)
def test_any_marks_on_any_lines_fit(
    lines: list[str], places: list[tuple[int, int, int, int, str]], width: int
) -> None:
    marks = [
        Mark(Span(line, column, line + more, column + length), label, primary=not number)
        for number, (line, column, more, length, label) in enumerate(places)
    ]
    for row in frame(marks, [line + "\n" for line in lines], width):
        assert cell_len(row.text) <= width
        assert row.text.isprintable()


def test_underlines_are_under_what_they_mark() -> None:
    line = "\t合計 = f(合計)  # x"
    start = line.index("f(") + 1
    source, mark = frame([Mark(Span(1, start, 1, start + 5), "", primary=True)], [line], 80)
    assert source.text == "    合計 = f(合計)  # x"
    before = source.text[: source.text.index("f(")]
    assert mark.text == " " * cell_len(before) + "^" * cell_len("f(合計)")


def test_severities_are_named() -> None:
    for severity in Severity:
        assert full(replace(FULL, severity=severity), SOURCE).startswith(f"{severity.value}[LL102] ")


def test_marks_that_fit_into_one_part_of_a_long_line_share_it() -> None:
    line = "    return 1 - 2 * tf.reduce_sum(y_true * y_pred) / tf.reduce_sum(y_true + y_pred, name='denominator')\n"
    one, two = Mark(Span(1, 16, 1, 50), "numerator", True), Mark(Span(1, 20, 1, 50), "sum", False)
    far = Mark(Span(1, 84, 1, 102), "far", False)
    rows = list(frame([one, two, far], (line,), 60))
    assert [row.number for row in rows if row.kind == "source"] == [1, 1]
    assert rows[0].text == line[:59] + "…"
    assert rows[-2].text.startswith("…")
