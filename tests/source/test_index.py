"""The index of a module: what binds a name, and which words stand where before any node is walked."""

from __future__ import annotations

import ast
import textwrap

import pytest

from losslint.source.index import Assigned, ModuleIndex, own_nodes
from losslint.source.sinks import compiles, compiling_matters
from losslint.source.text import split_lines


def index_of(code: str) -> ModuleIndex:
    text = textwrap.dedent(code)
    return ModuleIndex("module.py", split_lines(text), ast.parse(text))


@pytest.mark.parametrize(
    "later",
    ["Loss.__doc__ = Loss.__doc__.replace('a', 'b')", "Loss.registry[0] = 1", "Loss.a, Loss.b = 1, 2"],
)
def test_a_thing_that_is_changed_is_not_bound_again(later: str) -> None:
    """Keras completes the docstrings of its classes below them; they are classes all the same."""
    index = index_of(f"class Loss:\n    pass\n\n\n{later}\n")
    assert isinstance(index.names["Loss"], ast.ClassDef)


def test_a_name_that_is_assigned_is_bound_again() -> None:
    index = index_of("class Loss:\n    pass\n\n\nLoss, other = wrap(Loss), 1\n")
    assert isinstance(index.names["Loss"], Assigned)
    assert isinstance(index.names["other"], Assigned)


MODULE = """\
import tensorflow as tf

class Trainer:
    def fit(self, x):
        return self.model.compile(x)

    def other(self, x):
        return x

def step(x):
    return add_losses(x)
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_words_are_found_in_the_lines_of_a_statement(newline: str) -> None:
    text = MODULE.replace("\n", newline)
    index = ModuleIndex("module.py", split_lines(text), ast.parse(text))
    found = {
        unit.qualname: (
            index.mentions(unit.node, ("compile",)),
            index.mentions(unit.node, ("gradient", "add_loss")),
        )
        for unit in index.units
    }
    assert found == {"Trainer.fit": (True, False), "Trainer.other": (False, False), "step": (False, True)}


def test_nodes_near_a_word_are_all_nodes_of_the_statements_that_hold_it() -> None:
    index = index_of(MODULE)
    near = [node for node in index.nodes_near(("compile",)) if isinstance(node, ast.FunctionDef)]
    assert [node.name for node in near] == ["fit"]
    assert any(
        isinstance(node, ast.Attribute) and node.attr == "compile" for node in index.nodes_near(("compile",))
    )


def test_own_nodes_leave_out_what_inner_functions_hold() -> None:
    (outer,) = index_of(
        """
        def outer(x):
            def inner(y):
                return hidden(y)

            return seen(lambda z: hidden(z))
        """
    ).tree.body
    assert {node.id for node in own_nodes(outer) if isinstance(node, ast.Name)} == {"seen"}


@pytest.mark.parametrize(
    ("code", "matters"),
    [
        ("model.compile('adam', loss='mse')", False),
        ("model.compile('adam', ['mse', 'mae'])", False),
        ("model.compile('adam', loss={'head': 'mse'})", False),
        ("model.compile('adam')", False),
        ("re.compile(pattern, flags)", False),
        ("model.compile('adam', loss=my_loss)", True),
        ("model.compile('adam', MeanSquaredError(reduction='sum'))", True),
        ("model.compile('adam', loss={'head': my_loss, 'tail': 'mse'})", True),
    ],
)
def test_the_name_of_a_ready_loss_is_not_worth_running_code_for(code: str, matters: bool) -> None:
    (call,) = (
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and "compile" in ast.unparse(node.func)
    )
    assert compiles(call) is matters


@pytest.mark.parametrize(
    ("code", "matters"),
    [
        ("loss = MeanSquaredError(reduction='sum')", True),
        ("loss = MeanSquaredError(reduction=tf.keras.losses.Reduction.SUM)", True),
        ("with strategy.scope():\n    pass", True),
        ("with tf.distribute.MirroredStrategy().scope():\n    pass", True),
        ("loss = MeanSquaredError(reduction='mean')\ntotal = sum(x)", False),
        ("with tf.name_scope('a'):\n    pass", False),
    ],
)
def test_compiled_losses_matter_where_one_may_sum_or_run_on_replicas(code: str, matters: bool) -> None:
    assert compiling_matters(index_of(code)) is matters
