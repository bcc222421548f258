"""Notebooks on the command line: found, checked, told by cell and line, and fixed in place."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from commanding import Command
from jsonschema import Draft202012Validator
from notebooks import code, notebook, text

from losslint.config_keys import OUTPUT_FORMATS

nbformat = pytest.importorskip("nbformat", reason="comes with the test extra")

IMPORT = "%matplotlib inline\nimport tensorflow as tf\n"
TOTAL = "%%time\ndef total(x):\n    return tf.reduce_sum(x)\n"
LOSSES = '''\
def mse_loss(y_true, y_pred):
    """Größe 😀."""
    return tf.reduce_sum(tf.square(y_true - y_pred))


def log_loss(y_true, y_pred):
    return tf.math.log(1.0 + total(tf.abs(y_true - y_pred)))'''
BAD = notebook(text("# Losses\n\nloss: y_true"), IMPORT, TOTAL, code("%%bash\nls"), LOSSES)
MSE, LOG = ("cell 5", 3), ("cell 5", 7)


@pytest.fixture
def bad(command: Command) -> Path:
    """A notebook with two findings, in the working directory of the command."""
    path = Path("bad.ipynb")
    path.write_text(BAD, encoding="utf-8")
    return path


def test_every_format_names_cell_and_line(command: Command, bad: Path) -> None:
    for name in OUTPUT_FORMATS:
        outcome = command("bad.ipynb", "--isolated", "--output-format", name)
        assert outcome.status == 1, name
        said = outcome.out.replace("\\n", "\n")
        for cell, line in (MSE, LOG):
            as_words, as_place = f"{cell}, line {line}", f"{cell}:{line}"
            as_keys = f'"cell": 5,\n      "line": {line},', f'"cell":5,"line":{line},'
            assert any(words in said for words in (as_words, as_place, *as_keys)), (name, cell, line)
        assert "cell 3, line 3" in said, name  # the message of LL102 leads to the sum


def test_concise_names_path_cell_line_and_column(command: Command, bad: Path) -> None:
    lines = command("bad.ipynb", "--isolated").out.splitlines()
    assert [line.partition(" LL")[0] for line in lines] == [
        "bad.ipynb:cell 5:3:12:",
        "bad.ipynb:cell 5:7:12:",
    ]


def test_full_shows_each_cell_that_the_trail_leads_through(command: Command, bad: Path) -> None:
    shown = command("bad.ipynb", "--isolated", "--output-format", "full").out
    frame = shown[shown.index(" --> bad.ipynb:cell 5:7:12 in log_loss") :].splitlines()
    assert frame[2] == "   | cell 3"
    assert frame[3] == " 3 |     return tf.reduce_sum(x)"
    assert frame[5] == "   | cell 5"
    assert frame[6] == " 7 |     return tf.math.log(1.0 + total(tf.abs(y_true - y_pred)))"


def test_json_counts_lines_in_cells_and_keeps_its_schema(command: Command, bad: Path) -> None:
    schema = json.loads(Path(sys.modules["losslint.report"].__path__[0], "check.schema.json").read_text())
    document = json.loads(command("bad.ipynb", "--isolated", "--output-format", "json").out)
    Draft202012Validator(schema).validate(document)
    mse, log = document["findings"]
    assert (mse["cell"], mse["line"], mse["function_cell"], mse["function_line"]) == (5, 3, 5, 1)
    assert [(step["cell"], step["line"]) for step in log["trail"]] == [(3, 3), (5, 7)]
    cells = json.loads(BAD)["cells"]
    for finding in document["findings"]:
        for edit in finding["fix"]["edits"]:
            source = "".join(cells[edit["cell"] - 1]["source"]).splitlines()
            assert source[edit["line"] - 1][edit["column"] - 1 :].startswith(")")


def test_formats_for_files_give_the_place_in_the_json(command: Command, bad: Path) -> None:
    annotation = command("bad.ipynb", "--isolated", "--output-format", "github").out.splitlines()[0]
    line = int(annotation.partition(",line=")[2].partition(",")[0])
    column = int(annotation.partition(",col=")[2].partition(",")[0])
    assert BAD.splitlines()[line - 1][column - 1 :].startswith("tf.reduce_sum(tf.square(y_true - y_pred))")


def test_inspect_lists_the_losses_by_cell(command: Command, bad: Path) -> None:
    text_form = command("inspect", "bad.ipynb::mse_loss", "--isolated").out
    assert text_form.startswith("bad.ipynb:cell 5:1 mse_loss: grows\n")
    assert "(line 3)" in text_form
    losses = json.loads(command("inspect", "bad.ipynb", "--isolated", "--output-format", "json").out)[
        "losses"
    ]
    assert [(loss["cell"], loss["line"]) for loss in losses] == [(5, 1), (5, 6)]


# -- fixing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [1, 4, None, "\t"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_fix_touches_the_lines_it_changes_and_no_other_byte(
    command: Command, indent: int | str | None, ascii_only: bool
) -> None:
    content = json.loads(BAD)
    content["metadata"] = {
        "zeta": 1,
        "alpha": [1.50, "é"],
        **content["metadata"],
    }  # not sorted, and not to be
    before = json.dumps(content, indent=indent, ensure_ascii=ascii_only)  # without a line end
    path = Path("bad.ipynb")
    path.write_text(before, encoding="utf-8")
    assert command("check", "--isolated", "--fix", "bad.ipynb").status == 0
    after = path.read_text(encoding="utf-8")
    inserted = ", axis=list(range(1, len(y_pred.shape)))", ", axis=list(range(1, len(x.shape)))"
    assert after.replace(inserted[0], "").replace(inserted[1], "") == before
    nbformat.validate(nbformat.reads(after, as_version=4))
    assert command("check", "--isolated", "--fix", "bad.ipynb").status == 0
    assert path.read_text(encoding="utf-8") == after


def test_what_is_found_after_a_fix_is_placed_in_the_fixed_cells(command: Command) -> None:
    rest = (
        "def dice_loss(y_true, y_pred):\n"
        "    return 1 - tf.reduce_sum(y_true * y_pred) / tf.reduce_sum(y_true + y_pred)"
    )
    Path("bad.ipynb").write_text(notebook(IMPORT, LOSSES.partition("\n\n\n")[0], rest), encoding="utf-8")
    outcome = command("check", "--isolated", "--fix", "--select", "LL101,LL203", "bad.ipynb")
    assert outcome.status == 1
    assert outcome.out.startswith("bad.ipynb:cell 3:2:16: LL203")


def test_a_diff_is_of_cells(command: Command, bad: Path) -> None:
    diff = command("check", "--isolated", "--diff", "bad.ipynb").out
    assert diff.startswith("--- bad.ipynb:cell 3\n+++ bad.ipynb:cell 3\n@@ -1,3 +1,3 @@\n %%time\n")
    assert "--- bad.ipynb:cell 5\n" in diff
    assert '"' not in diff.replace('"""', "")
    assert bad.read_text(encoding="utf-8") == BAD


def test_standard_input_may_be_a_notebook(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def give(document: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(document.encode()), encoding="utf-8"))

    give(BAD)
    assert command("--stdin-filename", "x.ipynb", "--isolated").out.startswith("x.ipynb:cell 5:3:12: LL101")
    give(BAD)
    fixed = command("check", "--fix", "--stdin-filename", "x.ipynb", "--isolated").out
    nbformat.validate(nbformat.reads(fixed, as_version=4))
    give(fixed)
    assert command("--stdin-filename", "x.ipynb", "--isolated").status == 0


# -- what is read, and what is not -----------------------------------------------------------------------------


def test_a_walk_finds_notebooks_and_leaves_out_what_is_excluded(command: Command) -> None:
    for path in ("a.ipynb", ".ipynb_checkpoints/a-checkpoint.ipynb", "old/b.ipynb"):
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_text(BAD, encoding="utf-8")
    out = command(".", "--exclude", "old,.ipynb_checkpoints", "--isolated").out
    assert {line.partition(":")[0] for line in out.splitlines()} == {"a.ipynb"}
    out = command(".", "--isolated").out
    assert {line.partition(":")[0] for line in out.splitlines()} == {"a.ipynb", str(Path("old/b.ipynb"))}


def test_suppressions_hold_in_their_cell_and_no_further(command: Command) -> None:
    loss = "def loss(y_true, y_pred):{}\n    return tf.reduce_sum(y_true - y_pred){}"
    quiet = notebook(
        IMPORT, loss.format("", "  # noqa: LL101"), loss.format("  # losslint: ignore[LL101] so", "")
    )
    Path("quiet.ipynb").write_text(quiet, encoding="utf-8")
    assert command("quiet.ipynb", "--isolated").status == 0
    Path("loud.ipynb").write_text(
        notebook(IMPORT, "x = 1\n# losslint: ignore[LL101]", loss.format("", "")), encoding="utf-8"
    )
    found = [line.partition(" ")[2][:17] for line in command("loud.ipynb", "--isolated").out.splitlines()]
    assert found == ["2:2:1: LL002 unus", "3:2:12: LL101 thi"]


def test_pragmas_hold_in_notebooks(command: Command) -> None:
    body = "    return tf.reduce_sum(a - b)"
    Path("a.ipynb").write_text(notebook(IMPORT, f"# losslint: loss\ndef f(a, b):\n{body}"), encoding="utf-8")
    assert "cell 2:3:12: LL101" in command("a.ipynb", "--isolated").out
    Path("a.ipynb").write_text(notebook("# losslint: skip-file", IMPORT, TOTAL, LOSSES), encoding="utf-8")
    assert command("a.ipynb", "--isolated").status == 0
    Path("a.ipynb").write_text(notebook("x = 1", "y = 2  # losslint: ignroe"), encoding="utf-8")
    assert command("a.ipynb").err.startswith("warning: a.ipynb:cell 2:1:8: unknown losslint comment")


def test_a_cell_that_does_not_parse_is_told_with_its_line(command: Command) -> None:
    Path("a.ipynb").write_text(notebook("x = 1", text("words"), "x = 2\nif x:\n"), encoding="utf-8")
    outcome = command("a.ipynb")
    assert outcome.status == 1
    assert outcome.out == (
        "a.ipynb:cell 3:2:6: LL001 does not parse: expected an indented block after 'if' statement on line 2\n"
    )
    assert "a.ipynb:cell 3:2:6" in command("inspect", "a.ipynb").err


def test_the_other_cells_are_checked_and_mended(command: Command) -> None:
    broken = notebook(IMPORT, "for batch in", TOTAL, LOSSES, "y = (")
    Path("a.ipynb").write_text(broken, encoding="utf-8")
    places = [line.split(" ")[:3] for line in command("a.ipynb", "--isolated").out.splitlines()]
    assert [(place[1].partition(":")[0], place[2]) for place in places] == [
        ("2", "LL001"),
        ("4", "LL101"),
        ("4", "LL102"),
        ("5", "LL001"),
    ]
    assert "mse_loss" in command("inspect", "a.ipynb", "--isolated").out
    outcome = command("a.ipynb", "--isolated", "--fix")
    assert (outcome.status, outcome.out.count("LL001"), outcome.out.count("LL1")) == (1, 2, 0)
    mended = Path("a.ipynb").read_text(encoding="utf-8")
    assert mended != broken
    assert [cell["source"] for cell in json.loads(mended)["cells"]][1] == ["for batch in"]
    assert "LL001" in command("a.ipynb", "--isolated", "--add-noqa").out
    assert Path("a.ipynb").read_text(encoding="utf-8") == mended


def test_what_is_no_notebook_is_one_finding_at_its_place_in_the_file(command: Command) -> None:
    Path("a.ipynb").write_text('{"cells": [\n<<<<<<< HEAD\n', encoding="utf-8")
    outcome = command("a.ipynb")
    assert (outcome.status, outcome.out) == (
        1,
        "a.ipynb:2:1: LL001 does not parse: not a notebook: not valid JSON: Expecting value\n",
    )
    for name in OUTPUT_FORMATS:
        assert command("a.ipynb", "--output-format", name).status == 1


def test_other_languages_are_left_out_and_verbose_says_so(command: Command) -> None:
    metadata = {"kernelspec": {"name": "julia-1.9", "language": "julia"}}
    Path("a.ipynb").write_text(notebook("loss(y_true, y_pred) = 1", metadata=metadata), encoding="utf-8")
    outcome = command("a.ipynb", "--verbose")
    assert outcome.status == 0
    assert "1 file not analysed: a notebook in julia" in outcome.err


def test_words_in_outputs_do_not_make_a_notebook_worth_analysing(command: Command) -> None:
    Path("a.ipynb").write_text(notebook("x = 1"), encoding="utf-8")  # its output says "loss: 0.5"
    assert "1 file not analysed: no words of a loss" in command("a.ipynb", "--verbose").err


def test_known_findings_are_known_in_notebooks(command: Command, bad: Path) -> None:
    assert command("check", "--write-baseline", "known.json", "bad.ipynb").status == 0
    bad.write_text(notebook("x = 1", IMPORT, TOTAL, LOSSES), encoding="utf-8")  # in other cells now
    assert command("check", "--baseline", "known.json", "bad.ipynb").status == 0
    bad.write_text(notebook(IMPORT, TOTAL, LOSSES, LOSSES.replace("square", "abs")), encoding="utf-8")
    new = command("check", "--baseline", "known.json", "bad.ipynb").out
    assert "bad.ipynb:cell 4:3:12: LL101" in new
    assert "cell 3:" not in new


def test_noqa_comments_are_added_to_cells(command: Command, bad: Path) -> None:
    assert command("check", "--isolated", "--add-noqa", "bad.ipynb").status == 0
    now = bad.read_text(encoding="utf-8")
    assert now.replace("  # noqa: LL101", "").replace("  # noqa: LL102", "") == BAD
    nbformat.validate(nbformat.reads(now, as_version=4))
    assert command("bad.ipynb", "--isolated").status == 0


def test_results_that_are_kept_are_told_alike(command: Command, bad: Path) -> None:
    first, second = (command("bad.ipynb", "--cache-dir", "kept", "--output-format", "json") for _ in range(2))
    assert first == second
    assert command("bad.ipynb", "--isolated", "--no-cache", "--output-format", "json").out == first.out


def test_a_notebook_that_is_gone_or_emptied_before_the_report_does_no_harm(
    command: Command, bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from losslint.run import Run, sources_of

    def late(finished: Run) -> object:
        bad.write_text(notebook(), encoding="utf-8")
        return sources_of(finished)

    monkeypatch.setattr("losslint.output.sources_of", late)
    for name in OUTPUT_FORMATS:
        bad.write_text(BAD, encoding="utf-8")
        outcome = command("bad.ipynb", "--isolated", "--output-format", name)
        assert outcome.status == 1
        assert "Traceback" not in outcome.err


@pytest.mark.tensorflow
def test_a_loss_of_a_notebook_is_run_without_running_its_cells(command: Command) -> None:
    trap = "open('ran', 'w')"
    Path("a.ipynb").write_text(notebook(IMPORT, trap, TOTAL, LOSSES), encoding="utf-8")
    document = json.loads(command("confirm", "a.ipynb", "--output-format", "json").out)
    mse, log = document["losses"]
    assert [(each["cell"], each["line"]) for each in (mse, log)] == [(4, 1), (4, 6)]
    assert (mse["degree"], log["degree"]) == ("1", "mixed")
    assert mse["agrees"] and log["agrees"]
    checked = command("check", "--confirm", "a.ipynb")
    assert checked.out.count("[confirmed: measured") == 2
    fixed = command("check", "--confirm", "--fix", "a.ipynb", "--output-format", "full")
    assert fixed.status == 0
    assert not Path("ran").exists()


@pytest.mark.tensorflow
def test_a_loss_that_needs_a_magic_is_unsupported_with_the_reason(command: Command) -> None:
    needs = "scale = %env SCALE\n"
    loss = "def loss(y_true, y_pred):\n    return scale * tf.reduce_sum(y_true - y_pred)"
    Path("a.ipynb").write_text(notebook(IMPORT, needs, loss), encoding="utf-8")
    (measured,) = json.loads(command("confirm", "a.ipynb", "--output-format", "json").out)["losses"]
    assert measured["status"] == "unsupported"
    assert measured["reason"].startswith(
        "a notebook is no module; without its module: NameError: name 'get_ipython'"
    )
