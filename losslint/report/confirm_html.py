"""What was measured, as one self-contained page: code with its trail, curve, table and verdict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from losslint import __version__
from losslint.confirm.model import Measured
from losslint.model import TrailStep
from losslint.report.confirm_curves import (
    VERDICT_WORDS,
    Row,
    degrees_in_words,
    facts_in_words,
    number,
    rows_of,
)
from losslint.report.confirm_plot import plot, small_plot
from losslint.report.confirm_text import render_summary

MOST_LINES = 60
STYLE = Path(__file__).with_name("confirm.css")


def render(results: Iterable[Measured], lines: Mapping[str, Sequence[str]]) -> str:
    """The page. ``lines`` are the source lines of each file (or cell of a notebook)."""
    results = tuple(results)
    sections = "".join(_section(i, m, lines.get(m.file, ())) for i, m in enumerate(results))
    where = ", ".join(dict.fromkeys(m.framework for m in results if m.framework))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>losslint confirm</title><style>{STYLE.read_text(encoding='utf-8')}</style></head><body><main>"
        f"<header><h1>How these losses depend on the batch size</h1>"
        f'<p class="soft">{escape(render_summary(results))}.</p></header>'
        f"{_contents(results)}{sections}"
        f"<footer>Measured by losslint {escape(__version__)}"
        f"{escape(f' in {where}') if where else ''}. Every sample of a batch is repeated, so that nothing but N "
        "changes from row to row.</footer></main></body></html>\n"
    )


def _contents(results: Sequence[Measured]) -> str:
    rows = "".join(
        f'<tr><td><a href="#loss-{i}">{escape(m.qualname)}</a></td><td>{_badge(m)}</td>'
        f"<td>{small_plot(rows_of(m)) if m.status == 'measured' else ''}</td>"
        f'<td class="soft">{escape(m.place)}</td></tr>'
        for i, m in enumerate(results)
    )
    return (
        '<nav class="scroll"><table><thead><tr><th>loss</th><th>measured</th><th>value, gradient</th>'
        f"<th>where</th></tr></thead><tbody>{rows}</tbody></table></nav>"
    )


def _text(words: str) -> str:
    """Words in which powers are set as such: ``N^(1/2)``."""
    return _POWER.sub(r"N<sup>\1</sup>", escape(words))


_POWER = re.compile(r"\bN\^\(?(-?\d+(?:/\d+)?)\)?")


def _badge(measured: Measured) -> str:
    word = measured.verdict if measured.status == "measured" else measured.status
    return f'<span class="verdict {escape(word)}">{escape(word)}</span>'


def _section(number_: int, measured: Measured, lines: Sequence[str]) -> str:
    head = (
        f'<section id="loss-{number_}"><h2>{escape(measured.qualname)} {_badge(measured)}</h2>'
        f'<p class="soft">{escape(measured.place)}</p>'
    )
    if measured.status != "measured":
        return f'{head}<p class="says">{escape(measured.reason or "")}</p>{_code(measured, lines)}</section>'
    rows = rows_of(measured)
    facts = "".join(
        f"<dt>{escape(about)}</dt><dd>{escape(fact)}</dd>" for about, fact in facts_in_words(measured)
    )
    fed = " ".join(map(str, measured.inputs))
    return (
        f'{head}<p class="says">It {VERDICT_WORDS[measured.verdict]} '
        f"({_text(degrees_in_words(measured))}).</p>"
        f'<div class="pair"><figure>{plot(rows)}</figure><div class="scroll">{_table(rows)}</div></div>'
        f"<dl>{facts}<dt>fed</dt><dd><code>{escape(fed)}</code></dd></dl>{_code(measured, lines)}</section>"
    )


def _table(rows: Sequence[Row]) -> str:
    cells = "".join(
        f"<tr><td>{r.n}</td><td>{number(r.value)}</td><td>{_ratio(r.value_ratio)}</td>"
        f"<td>{number(r.gradient_norm)}</td><td>{_ratio(r.gradient_ratio)}</td></tr>"
        for r in rows
    )
    return (
        "<table><thead><tr><th>N</th><th>value</th><th>ratio</th><th>gradient</th><th>ratio</th></tr></thead>"
        f"<tbody>{cells}</tbody></table>"
    )


def _ratio(x: float | None) -> str:
    return "" if x is None else f"{x:.3f}"


def _code(measured: Measured, lines: Sequence[str]) -> str:
    """The lines of the loss, up to the last of its trail or body; the trail marked with its messages."""
    if not lines or not measured.line or measured.line > len(lines):
        return ""
    first = measured.line
    steps = [(i, step) for i, step in enumerate(measured.trail, 1) if step.span.line <= len(lines)]
    starts = [step.span.line for _, step in steps]
    last = max(_end_of_body(lines, first), first, *(step.span.end_line for _, step in steps))
    stop = min(last, first + MOST_LINES - 1, len(lines))
    shown = (_line(n, lines[n - 1].rstrip("\r\n"), steps) for n in range(min([first, *starts]), stop + 1))
    return f"<pre>{''.join(shown)}</pre>"


def _line(n: int, text: str, steps: Sequence[tuple[int, TrailStep]]) -> str:
    here = [(i, step) for i, step in steps if step.span.line <= n <= step.span.end_line]
    if not here:
        return f'<span><span class="n">{n}</span>{escape(text)}</span>'
    notes = "".join(
        f'<span class="why"><b class="step">{i}</b>{_text(step.message)}</span>'
        for i, step in here
        if step.span.end_line == n
    )
    marked = "".join(_marked(n, text, [step for _, step in here]))
    return f'<span class="on"><span class="n">{n}</span>{marked}</span>{notes}'


def _marked(n: int, text: str, steps: Sequence[TrailStep]) -> Iterator[str]:
    """The line, with what its steps cover in ``mark``; spans may hold or overlap each other."""
    covered = [False] * len(text)
    for step in steps:
        span = step.span
        start = span.column - 1 if span.line == n else len(text) - len(text.lstrip())
        end = span.end_column - 1 if span.end_line == n else len(text)
        covered[start:end] = [True] * len(covered[start:end])
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or covered[i] != covered[start]:
            piece = escape(text[start:i])
            yield f"<mark>{piece}</mark>" if covered[start] else piece
            start = i


def _end_of_body(lines: Sequence[str], first: int) -> int:
    """The last line that is indented deeper than the one the loss starts on (or blank before such a line)."""
    indent = _indent(lines[first - 1])
    last, opened = first, lines[first - 1].count("(") - lines[first - 1].count(")")
    for n in range(first + 1, len(lines) + 1):
        text = lines[n - 1]
        if text.strip() and _indent(text) <= indent and opened <= 0:
            break
        opened += text.count("(") - text.count(")")
        if text.strip():
            last = n
    return last


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
