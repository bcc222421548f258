"""``losslint confirm`` from the outside."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from losslint.commands.confirm import _with_progress
from losslint.commands.confirm import command as confirm
from losslint.confirm.model import LossRequest
from losslint.report import confirm_json

SOURCE = textwrap.dedent(
    """
    import tensorflow as tf
    def summed_loss(y_true, y_pred):
        return tf.reduce_sum(tf.square(y_true - y_pred))
    def helper(y_true, y_pred):
        return tf.reduce_mean(tf.square(y_true - y_pred))
    """
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    (tmp_path / "losses.py").write_text(SOURCE)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(confirm, [*arguments], standalone_mode=False)


@pytest.mark.tensorflow
def test_text_says_first_that_code_is_run_and_then_what_was_measured(project):
    result = run("losses.py::summed_loss")
    assert result.return_value == 0, result.output
    assert result.stderr.startswith("losslint: about to import and run 1 loss from 1 file\n")
    assert result.stdout.startswith("losses.py:3 summed_loss: grows (value and gradient: N^1)\n")
    assert result.stderr.endswith("1 of 1 loss measured: 1 grows\n")


@pytest.mark.tensorflow
def test_json_and_report_and_batch_sizes(project):
    result = run("losses.py", "--output-format", "json", "--report", "page.html", "--batch-sizes", "2,32")
    document = json.loads(result.stdout)
    schema = Path(confirm_json.__file__).with_name("confirm.schema.json")
    jsonschema.validate(document, json.loads(schema.read_text()))
    summed = document["losses"][0]
    assert (summed["qualname"], summed["verdict"], summed["status"]) == ("summed_loss", "grows", "measured")
    assert [m["n"] for m in summed["measurements"] if m["draw"] == 1] == [2, 4, 8, 16, 32]
    assert (project / "page.html").read_text().startswith("<!doctype html>")


@pytest.mark.tensorflow
def test_any_function_can_be_named_and_inputs_given(project):
    result = run("losses.py::helper", "--inputs", "y_true=(N,3):real y_pred=(N,3):real", "-q")
    assert "fed y_true=(N,3):real y_pred=(N,3):real" in result.stdout
    assert result.stderr == ""


@pytest.mark.tensorflow
def test_inputs_come_from_configuration(project):
    (project / "losslint.toml").write_text(
        '[confirm.inputs]\nsummed_loss = "y_true=(N,2):real y_pred=(N,2):real"\n'
    )
    assert "y_pred=(N,2):real" in run("losses.py::summed_loss").stdout


def test_an_unknown_name_names_the_closest(project):
    result = run("losses.py::sumed_loss", "--python", sys.executable)
    assert result.return_value == 2
    assert "has no function 'sumed_loss'" in result.stderr and "summed_loss" in result.stderr


def test_a_missing_path_is_one_line(project):
    result = run("nothing.py")
    assert result.return_value == 2
    assert result.stderr == "error: nothing.py: no such file or directory\n"


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (None, "cannot start"),
        ("#!/bin/sh\nexit 1\n", "did not become ready"),
        ("#!/bin/sh\nexec '{python}' -S \"$@\"\n", "install it there with `pip install tensorflow`"),
    ],
    ids=["no interpreter", "no Python", "no TensorFlow"],
)
def test_an_interpreter_without_tensorflow_is_one_line_that_helps(project, script, says):
    python = project / "python"
    if script is not None:
        python.write_text(script.format(python=sys.executable))
        python.chmod(0o755)
    result = run("losses.py::summed_loss", "--python", str(python), "-q")
    assert result.return_value == 2
    assert says in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.parametrize("sizes", ["four", "4;8", "0,4", "-4"])
def test_batch_sizes_that_are_none(project, sizes):
    result = run("losses.py", "--batch-sizes", sizes)
    assert "is no list of batch sizes" in str(result.exception)


@pytest.mark.tensorflow
def test_a_class_stands_for_its_losses_and_takes_arguments(project):
    (project / "classes.py").write_text(
        textwrap.dedent(
            """
            import keras
            import tensorflow as tf
            class Powered(keras.losses.Loss):
                def __init__(self, exponent):
                    super().__init__()
                    self.exponent = exponent
                def call(self, y_true, y_pred):
                    return tf.reduce_sum(tf.abs(y_true - y_pred)) ** self.exponent
            """
        )
    )
    result = run("classes.py::Powered", "--arguments", "exponent=2", "-q")
    assert "Powered.call: grows (value and gradient: N^2)" in result.stdout
    (project / "losslint.toml").write_text('[confirm.arguments]\nPowered = "exponent=1 + 2"\n')
    assert "Powered.call: grows (value and gradient: N^3)" in run("classes.py", "-q").stdout
    result = run("classes.py", "--arguments", "exponent 3")
    assert "unsupported: cannot read the arguments 'exponent 3'; write name=value" in result.stdout


def test_a_report_that_cannot_be_written_is_told_before_anything_is_run(project):
    result = run("losses.py", "--report", "nowhere/page.html")
    assert "nowhere/page.html cannot be written: nowhere is no directory" in str(result.exception)
    assert "about to import" not in result.stderr


def test_a_terminal_sees_which_loss_is_running(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    requests = [LossRequest("losses.py", name) for name in ("first", "second")]
    results = list(_with_progress(iter(["a", "b"]), requests, quiet=False))
    assert results == ["a", "b"]
    shown = capsys.readouterr().err
    assert "1/2 first" in shown and "2/2 second" in shown and shown.endswith("\r\x1b[2K")
    list(_with_progress(iter(["a", "b"]), requests, quiet=True))
    assert capsys.readouterr().err == ""
