"""A loss cut out of its module runs alone, without what the module does besides."""

from __future__ import annotations

import ast
import textwrap

import pytest

from losslint.confirm.locate import candidates
from losslint.confirm.slicing import slice_of

SCRIPT = textwrap.dedent(
    """
    import math
    import a_module_that_nobody_has
    from .siblings import helper_of_the_package

    SCALE = 2.0
    raise SystemExit("this is a script")

    def half(x):
        return x / SCALE

    @registry.register("loss")
    def loss(y, p):
        return half(y - p)

    def unrelated():
        return a_module_that_nobody_has.x

    def train(epochs, weight=3.0):
        print("training")
        offset = 1.0
        def inner_loss(y, p):
            return weight * half(y - p) + offset
        for _ in range(epochs):
            raise RuntimeError("the training loop was run")

    class Weighted:
        factor = 5.0
        def call(self, y, p):
            return self.factor * half(y - p)

    named = lambda y, p: half(y) - half(p)
    """
)


def run_slice(qualname, package=""):
    tree = ast.parse(SCRIPT)
    candidate = next(c for c in candidates(tree) if c.qualname == qualname)
    text = slice_of(tree, candidate, package)
    namespace: dict[str, object] = {"__absent__": lambda names, name, _: names.setdefault(name, None)}
    exec(compile(text, "slice", "exec"), namespace)
    return text, namespace


def test_a_function_brings_what_it_needs_and_nothing_else():
    text, namespace = run_slice("loss")
    assert namespace["loss"](6.0, 2.0) == 2.0
    assert "unrelated" not in text and "SystemExit" not in text and "registry" not in text


def test_a_closure_inside_a_training_function_comes_without_the_training():
    text, namespace = run_slice("train.<locals>.inner_loss")
    assert namespace["train"]()(6.0, 2.0) == 7.0
    assert "epochs" not in text and "print" not in text


def test_a_method_comes_with_its_class():
    _, namespace = run_slice("Weighted.call")
    assert namespace["Weighted"]().call(6.0, 2.0) == 10.0


def test_a_lambda_keeps_its_name():
    _, namespace = run_slice("named")
    assert namespace["named"](6.0, 2.0) == 2.0


def test_relative_imports_become_absolute():
    text, _ = run_slice("loss", package="project.losses")
    assert "from project.losses.siblings import helper_of_the_package" in text


@pytest.mark.parametrize("name", ["loss", "half", "train.<locals>.inner_loss", "Weighted.call", "named"])
def test_every_slice_defines_what_it_was_cut_for(name):
    _, namespace = run_slice(name)
    assert name.split(".")[0] in namespace
