"""The Python that real losses are written in: each construct once, its truth by theory, then measured in TensorFlow.

The static test and the measuring one share the table (``python_programs``), so neither can drift.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from python_programs import HEADER, PROGRAMS, Program

from losslint.config import AnalysisSettings
from losslint.confirm.measure import measure_callable
from losslint.engine import check_source
from losslint.model import Loss
from losslint.source.text import SourceText


def inferred(source: str) -> Loss:
    """What the analysis says of ``loss``."""
    _, losses = check_source(SourceText("program.py", source), AnalysisSettings())
    named = [loss for loss in losses if loss.qualname == "loss"] or [
        loss for loss in losses if loss.qualname.endswith(("entry", "inner"))
    ]
    return named[0]


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_follows(program: Program) -> None:
    loss = inferred(program.source)
    assert (loss.degree, loss.coupled, loss.returns.value) == program.truth, loss.why


@pytest.mark.tensorflow
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_the_truth_is_measured(program: Program) -> None:
    measured = measure_callable(program.source, "loss", ("(N,4):real", "(N,4):real"))
    assert (measured.degree, measured.coupled, measured.returns) == program.truth


def test_a_test_nobody_knows_leaves_the_verdict_open() -> None:
    source = HEADER + textwrap.dedent(
        """
        import settings

        def loss(y_true, y_pred):
            error = tf.square(y_true - y_pred)
            return tf.reduce_sum(error) if settings.SUMMED else tf.reduce_mean(error)
        """
    )
    loss = inferred(source)
    assert loss.verdict.value == "unknown"
    assert "settings.SUMMED" in loss.why


def test_an_unknown_callee_is_named() -> None:
    body = "def loss(y_true, y_pred):\n    return tf.reduce_mean(blur(y_pred))\n"
    source = HEADER + "from elsewhere import blur\n\n" + body
    loss = inferred(source)
    assert loss.verdict.value == "unknown"
    assert any("blur" in reason for reason in loss.unknowns)


@pytest.mark.parametrize(
    ("returned", "named"),
    [
        ("tf.reduce_sum(y_pred * mask) / tf.reduce_sum(mask)", "whether `y_pred * mask` couples samples"),
        ("config", "where a batch comes in"),
    ],
)
def test_who_could_not_tell_is_named(returned: str, named: str) -> None:
    body = f"target, mask = tf.split(y_true, 2, axis=len(y_true.shape) - 1)\n    return {returned}"
    loss = inferred(f"{HEADER}def loss(y_true, y_pred, config):\n    {body}\n")
    assert loss.verdict.value == "unknown"
    assert named in loss.why


def test_what_could_not_be_told_says_where() -> None:
    body = """
        def loss(y_true, y_pred):
            blurred = blur(y_pred)
            error = y_true - blurred
            return tf.reduce_mean(error)
        """
    source = f"{HEADER}from elsewhere import blur\n{textwrap.dedent(body)}"
    line = 1 + source.splitlines().index("    blurred = blur(y_pred)")
    loss = inferred(source)
    assert loss.unknowns[0] == f"elsewhere.blur (line {line})"
    assert f"elsewhere.blur (line {line})" in loss.why


def test_what_a_helper_elsewhere_could_not_tell_is_told_at_its_call(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text(
        "import tensorflow as tf\n\n\n\ndef add_up(x, how):\n    return tf.reduce_sum(x, axis=how.axes)\n"
    )
    losses = tmp_path / "losses.py"
    losses.write_text(
        "from helpers import add_up\n\ndef loss(y_true, y_pred, how=object()):\n    return add_up(y_pred, how)\n"
    )
    _, found = check_source(SourceText(str(losses), losses.read_text()), AnalysisSettings())
    assert [loss.unknowns for loss in found] == [("the axes of tf.reduce_sum (line 4)",)]


@pytest.mark.parametrize(
    "returned",
    [
        "tf.reduce_mean(tf.nn.relu(tf.sort(tf.reshape(y_pred, [-1])) - tf.reshape(y_true, [-1])))",
        "tf.square(tf.math.l2_normalize(y_pred) - y_true)",
        "tf.square(tf.nn.softmax(y_pred, axis=0) - y_true)",
    ],
)
def test_what_runs_along_the_batch_is_the_one_cause(returned: str) -> None:
    source = SourceText("program.py", f"{HEADER}def loss(y_true, y_pred):\n    return {returned}\n")
    findings, _ = check_source(source, AnalysisSettings())
    assert [finding.code for finding in findings] == ["LL204"]


def test_names_cross_modules_and_packages(tmp_path: Path) -> None:
    package = tmp_path / "project"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "axes.py").write_text("FEATURES = -1\n\ndef total(x, axis):\n    return x.reduce(axis)\n")
    (package / "sums.py").write_text(
        "import tensorflow as tf\nfrom .axes import FEATURES\n\ndef add_up(x):\n    return tf.reduce_sum(x, FEATURES)\n"
    )
    losses = package / "losses.py"
    losses.write_text(
        "from . import sums\nfrom project.sums import add_up as other\n\n"
        "def loss(y_true, y_pred):\n    return sums.add_up(y_true - y_pred) + other(y_pred)\n"
    )
    _, found = check_source(SourceText(str(losses), losses.read_text()), AnalysisSettings())
    assert [(loss.degree, loss.returns.value) for loss in found] == [("0", "per-sample")]


def test_astroid_helps_where_the_index_ends(tmp_path: Path) -> None:
    (tmp_path / "setup_axes.py").write_text("def _choose():\n    global AXIS\n    AXIS = -1\n\n_choose()\n")
    losses = tmp_path / "losses.py"
    losses.write_text(
        "import tensorflow as tf\nfrom setup_axes import AXIS\n\n"
        "def loss(y_true, y_pred):\n    return tf.reduce_sum(tf.square(y_true - y_pred), axis=AXIS)\n"
    )
    _, found = check_source(SourceText(str(losses), losses.read_text()), AnalysisSettings())
    assert [(loss.degree, loss.returns.value) for loss in found] == [("0", "per-sample")]


def test_a_test_that_tips_as_the_batch_grows_leaves_the_degree_open() -> None:
    source = HEADER + textwrap.dedent(
        """
        def loss(y_true, y_pred):
            error = tf.square(y_true - y_pred)
            if tf.reduce_sum(error) > 10.0:
                return tf.reduce_mean(error)
            else:
                return tf.reduce_mean(tf.sqrt(error))
        """
    )
    assert inferred(source).degree == "unknown"


def test_a_problem_that_somebody_elses_solver_is_given_is_no_mean_over_the_batch() -> None:
    source = HEADER + textwrap.dedent(
        """
        def solve(problem):
            import solvers
            solver = solvers.Saddle()
            solver.minimize(problem)
        """
    )
    _, losses = check_source(SourceText("losses.py", source), AnalysisSettings())
    assert [(loss.qualname, loss.verdict.value) for loss in losses] == [("solve", "unknown")]


@pytest.mark.parametrize(
    ("body", "verdict", "degree"),
    [
        ("return tf.reduce_mean(tf.math.log(tf.abs(y_true - y_pred) + EPSILON))", "invariant", "0"),
        ("return tf.reduce_mean(settings.WEIGHT * tf.abs(y_true - y_pred))", "invariant", "0"),
        ("return tf.reduce_sum(settings.WEIGHT * tf.abs(y_true - y_pred))", "grows", "1"),
        ("return tf.reduce_sum(tf.abs(y_true - y_pred)) / settings.BATCH_SIZE", "invariant", "0"),
        ("return tf.reduce_mean(settings.MEAN(y_true - y_pred))", "unknown", "unknown"),
        ("return settings.BACKEND.mean(y_true - y_pred)", "unknown", "unknown"),
        ("return EPSILON(y_true, y_pred)", "unknown", "unknown"),
        ("return SSIM(y_true, y_pred)", "unknown", "unknown"),
    ],
)
def test_what_is_written_in_capitals_holds_no_data(body: str, verdict: str, degree: str) -> None:
    imports = "import settings\nfrom settings import EPSILON\n\nSSIM = settings.build()\n\n"
    loss = inferred(HEADER + imports + f"def loss(y_true, y_pred):\n    {body}\n")
    assert (loss.verdict.value, loss.degree) == (verdict, degree)
