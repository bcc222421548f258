"""What was measured, as one self-contained page: code with its trail, curve, table and verdict."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from losslint import __version__
from losslint.confirm.model import Measured
from losslint.report.confirm_curves import (
    VERDICT_WORDS,
    Row,
    degrees_in_words,
    doublings,
    facts_in_words,
    number,
    rows_of,
    spec_in_words,
)
from losslint.report.confirm_text import render_summary

WIDTH, PLOT_HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 460, 250, 56, 14, 14, 34
MOST_LINES = 60

STYLE = """\
:root{color-scheme:light dark;--ink:#1d2430;--soft:#5d6878;--line:#d9dee6;--page:#f6f7f9;--card:#fff;
--value:#1f6feb;--gradient:#c2571a;--ok:#1a7f37;--warn:#9a6700;--bad:#cf222e;--mark:#fff3c4}
@media(prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#98a3b3;--line:#343c48;--page:#12161c;
--card:#1a2029;--value:#6cb0ff;--gradient:#f0a066;--ok:#56d364;--warn:#e3b341;--bad:#ff7b72;
--mark:#4a3f14}}*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1040px;margin:0 auto;padding:24px 16px 64px}h1{font-size:22px;margin:0 0 4px}
h2{font-size:17px;margin:0;overflow-wrap:anywhere}p{margin:4px 0}.soft{color:var(--soft)}
nav{margin:16px 0 24px;overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:2px 10px;border-bottom:1px solid var(--line);white-space:nowrap}
th{color:var(--soft);font-weight:500}nav th,nav td{text-align:left}
section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:16px 18px;
margin:0 0 18px}.pair{display:flex;flex-wrap:wrap;gap:18px;align-items:flex-start;margin:12px 0}
.pair>*{flex:1 1 380px;min-width:0}.scroll{overflow-x:auto}svg{max-width:100%;height:auto;display:block}
.verdict{font-weight:600;border-radius:99px;padding:1px 10px;border:1px solid currentColor;
white-space:nowrap}.invariant{color:var(--ok)}
.coupled,.unknown,.failed,.timeout,.crashed,.unsupported{color:var(--warn)}
.grows,.shrinks,.mixed{color:var(--bad)}
pre{margin:12px 0 0;overflow-x:auto;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace;
tab-size:4}a{color:var(--value)}pre span{display:block;padding:0 8px;min-width:max-content}
pre .n{display:inline-block;min-width:4ch;padding:0 12px 0 0;color:var(--soft);text-align:right;
user-select:none}pre .on{background:var(--mark)}
pre .why{color:var(--soft);font-style:italic;padding:0 0 0 7ch;white-space:pre-wrap;min-width:0}
ul{margin:8px 0;padding-left:20px}
code{font:13px ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
text{fill:var(--soft);font:11px system-ui,sans-serif}polyline{fill:none}
circle.v,tspan.v{fill:var(--value)}polyline.v{stroke:var(--value);stroke-width:2}
circle.g,tspan.g{fill:var(--gradient)}polyline.g{stroke:var(--gradient);stroke-width:5;opacity:.5}
.i{stroke:var(--soft)}.a{stroke:var(--line)}
"""


def render(results: Iterable[Measured], lines: Mapping[str, Sequence[str]]) -> str:
    """The page. ``lines`` are those of each ``Measured.file``."""
    results = tuple(results)
    body = "".join(
        [_contents(results), *(_section(i, m, lines.get(m.file, ())) for i, m in enumerate(results))]
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>losslint confirm</title><style>{STYLE}</style></head><body><main>"
        f"<h1>How these losses depend on the batch size</h1>"
        f'<p class="soft">{escape(render_summary(results))}. '
        f"Measured by losslint {escape(__version__)}.</p>{body}</main></body></html>\n"
    )


def _contents(results: Sequence[Measured]) -> str:
    rows = "".join(
        f'<tr><td><a href="#loss-{i}">{escape(m.qualname)}</a></td><td class="soft">{escape(m.place)}</td>'
        f"<td>{_badge(m)}</td></tr>"
        for i, m in enumerate(results)
    )
    return f"<nav><table><tr><th>loss</th><th>where</th><th>measured</th></tr>{rows}</table></nav>"


def _badge(measured: Measured) -> str:
    word = measured.verdict if measured.status == "measured" else measured.status
    return f'<span class="verdict {escape(word)}">{escape(word)}</span>'


def _section(number_: int, measured: Measured, lines: Sequence[str]) -> str:
    head = (
        f'<section id="loss-{number_}"><h2>{escape(measured.qualname)} {_badge(measured)}</h2>'
        f'<p class="soft">{escape(measured.place)}</p>'
    )
    if measured.status != "measured":
        return f"{head}<p>{escape(measured.reason or '')}</p>{_code(measured, lines)}</section>"
    rows = rows_of(measured)
    fed = " ".join(spec_in_words(f) for f in measured.inputs)
    return (
        f"{head}<p>It {VERDICT_WORDS[measured.verdict]} ({escape(degrees_in_words(measured))}).</p>"
        f'<div class="pair"><div>{plot(rows)}</div><div class="scroll">{_table(rows)}</div></div>'
        f"<ul>{''.join(f'<li>{escape(fact)}</li>' for fact in facts_in_words(measured))}</ul>"
        f'<p class="soft">fed <code>{escape(fed)}</code></p>{_code(measured, lines)}</section>'
    )


def _table(rows: Sequence[Row]) -> str:
    cells = "".join(
        f"<tr><td>{r.n}</td><td>{number(r.value)}</td><td>{_ratio(r.value_ratio)}</td>"
        f"<td>{number(r.gradient_norm)}</td><td>{_ratio(r.gradient_ratio)}</td></tr>"
        for r in rows
    )
    return (
        "<table><tr><th>N</th><th>value</th><th>ratio</th><th>gradient</th><th>ratio</th></tr>"
        f"{cells}</table>"
    )


def _ratio(x: float | None) -> str:
    return "" if x is None else f"{x:.3f}"


def plot(rows: Sequence[Row]) -> str:
    """Value and gradient norm over N, both axes in doublings, over the smallest N; dashed: no growth."""
    curves = (
        ("g", doublings([r.gradient_norm for r in rows])),
        ("v", doublings([r.value for r in rows])),
    )
    known = [y for _, curve in curves for y in curve if y is not None]
    low, high = math.floor(min([-1.0, *known])), math.ceil(max([1.0, *known]))
    width, height = WIDTH - LEFT - RIGHT, PLOT_HEIGHT - TOP - BOTTOM
    xs = [LEFT + width * i / max(1, len(rows) - 1) for i in range(len(rows))]

    def y_of(y: float) -> float:
        return TOP + height * (high - y) / (high - low)

    label = 'role="img" aria-label="value and gradient against batch size"'
    parts = [f'<svg viewBox="0 0 {WIDTH} {PLOT_HEIGHT}" {label}>']
    step = max(1, math.ceil((high - low) / 6))
    for tick in range(low, high + 1, step):
        y = y_of(tick)
        parts.append(f'<line class="a" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        times = f"×{number(2.0**tick)}"
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{times}</text>')
    for x, row in zip(xs, rows, strict=True):
        parts.append(f'<text x="{x:.1f}" y="{PLOT_HEIGHT - 16}" text-anchor="middle">{row.n}</text>')
    across = f'x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y_of(0):.1f}" y2="{y_of(0):.1f}"'
    parts.append(f'<line class="i" stroke-dasharray="5 4" {across}/>')
    for name, curve in curves:
        points = [(x, y_of(y)) for x, y in zip(xs, curve, strict=True) if y is not None]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline class="{name}" points="{path}"/>')
        radius = 3.5 if name == "v" else 5
        parts += [f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>' for x, y in points]
    parts.append(
        f'<text x="{LEFT}" y="{PLOT_HEIGHT - 2}"><tspan class="v">● value</tspan>  '
        '<tspan class="g" dx="8">● gradient</tspan>  <tspan dx="8">┄ ideal</tspan></text>'
        f'<text x="{WIDTH - RIGHT}" y="{PLOT_HEIGHT - 2}" text-anchor="end">N</text></svg>'
    )
    return "".join(parts)


def _code(measured: Measured, lines: Sequence[str]) -> str:
    """The lines of the loss, up to the last of its trail or body; the trail marked with its messages."""
    if not lines or not measured.line or measured.line > len(lines):
        return ""
    first = measured.line
    why: dict[int, list[str]] = {}
    for step in measured.trail:
        why.setdefault(step.span.line, []).append(step.message)
    last = max(_end_of_body(lines, first), *why, first)
    shown = [
        _line(n, lines[n - 1].rstrip("\r\n"), why.get(n))
        for n in range(min([first, *why]), min(last, first + MOST_LINES - 1, len(lines)) + 1)
    ]
    return f"<pre>{''.join(shown)}</pre>"


def _line(n: int, text: str, why: Sequence[str] | None) -> str:
    note = f'<span class="why">{escape("; ".join(why))}</span>' if why else ""
    return f'<span{" class=on" if why else ""}><span class="n">{n}</span>{escape(text)}{note}</span>'


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
