"""The evidence as a person reads it, and as a machine does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape
from html.parser import HTMLParser
from itertools import pairwise
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
    place = {"path": "src/losses.py", "qualname": "summed", "line": 2, "status": "measured"}
    return Measured(**{**place, **facts, **changes})


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
    height = {row.index("*") if "*" in row else None: i for i, row in enumerate(rows)}
    columns = sorted(column for column in height if column is not None)
    assert len(columns) == 5  # value and gradient on the same marks, one per batch size
    assert [height[c] for c in columns] == sorted((height[c] for c in columns), reverse=True)
    assert any("····" in row for row in rows)
    assert max(len(click.unstyle(row)) for row in rows) < 60


@pytest.mark.parametrize("sizes", [SIZES, (*SIZES, 128, 256, 512), tuple(2**i for i in range(14))])
def test_the_table_and_its_sketch_fit_a_terminal(sizes):
    curve = tuple(Measurement("replicate", 1, "unit", n, -1.234e-05 * n, 1.234e10 * n) for n in sizes)
    assert max(map(len, plain(measured(measurements=curve)).splitlines())) <= 80


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
    assert '<span class="on"><span class="n">3</span>    return <mark>tf.reduce_sum((y_t</mark>rue - ' in text
    assert "y_pred) &lt; 1)" in text
    assert '<b class="step">1</b>sum over the batch: &lt;N<sup>1</sup>&gt;' in text
    assert "KeyError: &#x27;&lt;weights&gt;&#x27; &amp; more" in text
    assert ">5</span>x = 1" not in text


def test_spans_that_overlap_or_cross_lines_are_marked_once():
    lines = ("def f(y):\n", "    return log(sum(\n", "        y))\n")
    spans = (Span(2, 16, 3, 11), Span(2, 12, 3, 12))
    trail = tuple(TrailStep(span, word) for span, word in zip(spans, ("inner", "outer"), strict=True))
    text = confirm_html.render([measured(path="f.py", line=1, trail=trail)], {"f.py": lines})
    assert "return <mark>log(sum(</mark></span>" in text
    assert "        <mark>y))</mark></span>" in text
    assert text.index("inner</span>") < text.index("outer</span>")


def test_how_it_was_had_is_told():
    text = confirm_html.render([measured(notes=("imported without gin, which is not installed",))], LINES)
    assert "<dt>loaded</dt><dd>imported without gin, which is not installed</dd>" in text
    assert "imported without gin" in plain(measured(notes=("imported without gin",)))


def test_the_names_of_curves_do_not_cover_each_other():
    text = confirm_html.render([measured(0.0)], LINES)
    names = re.findall(r'<text class="[vgi]" x="[\d.]+" y="([\d.]+)">(\w+)<', text)
    heights = [float(y) for y, _ in names]
    assert {word for _, word in names} == {"value", "gradient", "ideal"}
    assert all(b - a >= 13.9 for a, b in pairwise(heights))


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
class TestInABrowser:
    """What a browser makes of the page; the script is the test's own, the page has none."""

    WIDE = "contrastive_" * 12

    def browse(self, folder, page, *options):
        """Chromium's own view of a page: the document after it was laid out."""
        path = folder / "page.html"
        path.write_text(page, encoding="utf-8")
        command = [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
            "--disable-background-networking", f"--user-data-dir={folder}/profile", *options, path.as_uri(),
        ]  # fmt: skip
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout

    def page(self):
        many = measured(notes=(f"imported without {self.WIDE}",), qualname=self.WIDE)
        return confirm_html.render([measured(), many, FAILED], LINES)

    def test_it_is_laid_out(self, tmp_path):
        dumped = self.browse(tmp_path, self.page(), "--dump-dom")
        assert dumped.count("<section") == 3 and dumped.count("<circle") == 20

    @pytest.mark.parametrize("width", [320, 500, 1100])
    def test_nothing_is_wider_than_the_window(self, tmp_path, width):
        frame = escape(self.page(), quote=True)
        page = (
            f'<iframe width="{width}" height="900" srcdoc="{frame}"></iframe><script>onload = () => {{'
            "const inner = frames[0].document;"
            "document.title = [inner.documentElement.scrollWidth, inner.querySelectorAll('section').length]"
            "}</script>"
        )
        title = re.search(r"<title>(\d+),(\d+)</title>", self.browse(tmp_path, page, "--dump-dom"))
        assert title is not None and int(title[2]) == 3
        assert int(title[1]) <= width

    @pytest.mark.parametrize(("scheme", "bright"), [(1, True), (0, False)], ids=["light", "dark"])
    def test_it_follows_the_colours_of_the_system(self, tmp_path, scheme, bright):
        style = "const style = getComputedStyle(document.body);"
        script = f"<script>{style} document.title = style.backgroundColor + style.color</script>"
        options = ["--dump-dom", f"--blink-settings=preferredColorScheme={scheme}"]
        dumped = self.browse(tmp_path, self.page().replace("</body>", f"{script}</body>"), *options)
        title = re.search(r"<title>rgb\((\d+), .*?\)rgb\((\d+), .*?\)</title>", dumped)
        assert title is not None
        assert (int(title[1]) > int(title[2])) is bright

    def test_a_screenshot_is_not_blank(self, tmp_path):
        shot = tmp_path / "report.png"
        self.browse(tmp_path, self.page(), f"--screenshot={shot}", "--window-size=1000,900")
        assert shot.stat().st_size > 30_000


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
