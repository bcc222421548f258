"""The evidence as a person reads it, and as a machine does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import click
import jsonschema
import pytest

from losslint.confirm.model import Drift, Fed, Measured, Measurement, Static
from losslint.confirm.options import ladder
from losslint.model import Span, TrailStep
from losslint.report import confirm_html, confirm_json, confirm_text
from losslint.report.confirm_curves import doublings, rows_of

SCHEMA = json.loads((Path(confirm_json.__file__).parent / "confirm.schema.json").read_text())
SIZES = (4, 8, 16, 32, 64)


def measured(power=1.0, **changes):
    curve = tuple(Measurement("replicate", 1, "unit", n, 0.5 * n**power, 0.25 * n**power) for n in SIZES)
    other = tuple(Measurement("replicate", 2, "small", n, 99.0, 99.0) for n in SIZES)
    facts = {
        "degree": f"{power:g}", "gradient_degree": f"{power:g}", "coupled": False, "verdict": "grows",
        "static": Static("1", False, "grows"), "agrees": True, "measurements": curve + other,
        "inputs": (Fed("y_true", ("N", 4), "float64", "real"), Fed("alpha", (), "float", "literal 0.25")),
        "split_gap": 0.875, "drift": Drift(8, 64, 8.0, 7.9, 8.1), "graph_mode": "ok", "seconds": 0.04,
        "returns": "scalar", "loaded_from": "module", "exact": True,
        "trail": (TrailStep(Span(3, 12, 3, 30), "sum over the batch: <N^1>"),),
    }  # fmt: skip
    return Measured("src/losses.py", "summed", 2, "measured", **{**facts, **changes})


FAILED = Measured("src/losses.py", "broken", 9, "failed", reason="KeyError: '<weights>' & more")
LINES = {
    "src/losses.py": (
        "import tensorflow as tf\n",
        "def summed(y_true, y_pred):\n",
        "    return tf.reduce_sum((y_true - y_pred) < 1)\n",
        "\n",
        "x = 1\n",
    )
}


def plain(one):
    return click.unstyle(confirm_text.render(one))


def test_the_table_shows_the_first_draw_with_ratios():
    text = plain(measured())
    assert re.search(r"^ +4 +2 +1\b", text, re.M)
    assert re.search(r"^ +8 +4 +2\.000 +2 +2\.000", text, re.M)
    assert "99" not in text


def test_the_head_says_what_and_the_facts_say_why():
    text = plain(measured())
    assert text.startswith(
        "src/losses.py:2 summed: grows (value and gradient: N^1)\n  it grows with the batch\n"
    )
    assert "fed y_true=(N,4):real alpha=0.25" in text
    assert "micro-batches differ by 88 %" in text
    assert "×8 from N=8 to N=64 (95 %: 7.9 … 8.1)" in text
    assert "the analysis inferred grows, degree 1: the same" in text


def test_a_gradient_that_differs_and_a_trend_are_told():
    assert "(value: no single power of N, gradient: N^0)" in plain(
        measured(degree="mixed", gradient_degree="0", verdict="mixed")
    )
    assert "(value: tends to N^0, gradient: N^0)" in plain(measured(0.0, exact=False, verdict="coupled"))
    assert "N^(-1/2)" in plain(measured(degree="-1/2", gradient_degree="-1/2", verdict="shrinks"))


def test_what_failed_is_one_line():
    assert plain(FAILED) == "src/losses.py:9 broken: failed: KeyError: '<weights>' & more\n"


def test_the_sketch_rises_with_the_power_beside_the_ideal():
    rows = list(confirm_text.sketch(rows_of(measured(1.0))))
    height = {row.index("*") if "*" in row else None: i for i, row in enumerate(rows[:-1])}
    columns = sorted(column for column in height if column is not None)
    assert len(columns) == 5  # value and gradient on the same marks, one per batch size
    assert [height[c] for c in columns] == sorted((height[c] for c in columns), reverse=True)
    assert any("····" in row for row in rows)
    assert max(len(click.unstyle(row)) for row in rows) < 60


def test_flat_and_odd_curves_are_drawn_too():
    assert doublings([0.0, 2.0, 4.0, -1.0, float("inf")]) == (None, 0.0, 1.0, None, None)
    for values in ([0.0] * 5, [1.0] * 5, [1.0, -1.0, 1e300, float("nan"), 0.0]):
        strange = tuple(
            Measurement("replicate", 1, "unit", n, v, v) for n, v in zip(SIZES, values, strict=True)
        )
        odd = measured(measurements=strange)
        assert plain(odd)
        assert "<svg" in confirm_html.render([odd], LINES)
        jsonschema.validate(confirm_json.to_json([odd]), SCHEMA)


def test_the_summary_counts():
    results = [measured(), measured(agrees=False), FAILED]
    assert confirm_text.render_summary(results) == "2 of 3 losses measured: 2 grows; 1 not as inferred"


def test_json_follows_the_published_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    document = json.loads(confirm_json.render([measured(), FAILED]))
    jsonschema.validate(document, SCHEMA)
    first = document["losses"][0]
    assert first["inputs"][0] == {"name": "y_true", "shape": ["N", 4], "dtype": "float64", "kind": "real"}
    assert first["static"] == {"degree": "1", "coupled": False, "verdict": "grows"}
    assert first["measurements"][0]["gradient_norm"] == 1.0
    assert first["drift"] == {"from_n": 8, "to_n": 64, "ratio": 8.0, "low": 7.9, "high": 8.1}


@pytest.mark.parametrize(
    "change", [{"verdict": "fine"}, {"degree": "one"}, {"status": "done"}, {"reason": None}]
)
def test_the_schema_refuses_what_is_not_promised(change):
    document = confirm_json.to_json([FAILED])
    document["losses"][0].update(change)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


class Page(HTMLParser):
    """Tags in order, and whether they nest."""

    VOID = frozenset({"meta", "line", "circle", "polyline", "br"})

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.links = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.links += [value for name, value in attrs if name in {"src", "href", "action", "data"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_needs_no_network():
    text = confirm_html.render([measured(), FAILED], LINES)
    page = Page(text)
    assert page.open == []
    assert page.links == ["#loss-0", "#loss-1"]
    assert "script" not in page.seen and "@import" not in text and "url(" not in text


def test_the_page_shows_code_with_its_trail_escaped():
    text = confirm_html.render([measured(), FAILED], LINES)
    assert '<span class=on><span class="n">3</span>' in text
    assert "(y_true - y_pred) &lt; 1)" in text
    assert "sum over the batch: &lt;N^1&gt;" in text
    assert "KeyError: &#x27;&lt;weights&gt;&#x27; &amp; more" in text
    assert ">5</span>x = 1" not in text


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium on this machine")
def test_a_browser_lays_the_page_out(tmp_path):
    page = tmp_path / "report.html"
    page.write_text(confirm_html.render([measured(), FAILED], LINES), encoding="utf-8")
    command = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}/profile",
    ]
    dumped = subprocess.run(
        [*command, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120, check=True
    ).stdout
    assert dumped.count("<section") == 2 and dumped.count("<circle") == 10
    shot = tmp_path / "report.png"
    subprocess.run(
        [*command, f"--screenshot={shot}", "--window-size=400,900", page.as_uri()],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    assert shot.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("asked", "measured_at"),
    [
        ((4, 64), (4, 8, 16, 32, 64)),
        ((8, 16), (8, 16, 32, 64, 128)),
        ((2, 100), (2, 4, 8, 16, 32, 64, 128)),
        ((64, 4), (4, 8, 16, 32, 64)),
    ],
)
def test_batch_sizes_are_doubled_from_the_smallest_to_the_largest(asked, measured_at):
    assert ladder(asked) == measured_at
