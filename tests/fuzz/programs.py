"""Whole programs: a module with one loss in it, and the inputs that it takes."""

# The spellings of an operation are a table: one row, one line.
# ruff: noqa: E501

from __future__ import annotations

import random
from dataclasses import dataclass

from . import elementwise, reducing, shaping, tabled
from .draft import Draft, Module, N, Shape, Var
from .flowing import indented, steps
from .reducing import normalised, reduction

IMPORTS = """\
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from tensorflow.keras import backend as K
"""


@dataclass(frozen=True, slots=True)
class Program:
    """Source text, the loss's qualified name, an expression that makes it callable, and what to feed it."""

    source: str
    qualname: str
    via: str
    inputs: str
    serial: int = 0


DIALECTS = (("tf",), ("tf",), ("tf",), ("K",), ("ops",), ("tf", "K"), ("tf", "ops"))
KINDS = ("real", "real", "real", "positive", "unit-interval")
RANGES = {"real": "real", "positive": "positive", "unit-interval": "unit"}

# (shape fed, shape the program works with, how it says so; {} is the name)
DECLARED: tuple[tuple[str, Shape, tuple[str, ...]], ...] = (
    ("(N,4)", (N, (4, 0)), ("{0} = tf.reshape({0}, [-1, 4])", "{0} = tf.reshape({0}, (tf.shape({0})[0], 4))", "{0} = K.reshape({0}, (-1, 4))", "{0} = ops.reshape({0}, (-1, 4))")),
    ("(N,5,3)", (N, (5, 0), (3, 0)), ("{0} = tf.reshape({0}, [-1, 5, 3])", "{0} = tf.reshape({0}, [tf.shape({0})[0], 5, 3])")),
    ("(N,1)", (N,), ("{0} = tf.reshape({0}, [-1])", "{0} = K.flatten({0})", "{0} = ops.reshape({0}, (-1,))")),
    ("(N,4)", ((4, 1),), ("{0} = tf.reshape({0}, [-1])", "{0} = K.flatten({0})")),
)  # fmt: skip
OPEN: tuple[tuple[str, Shape], ...] = (("(N,4)", (N, (4, 0))), ("(N,5,3)", (N, (5, 0), (3, 0))))


def program(rng: random.Random, serial: int = 0) -> Program:
    """A random loss. All its names start with ``g<serial>_`` so that many fit into one file."""
    module = Module(f"g{serial}_")
    draft = Draft(rng, module, dialects=DIALECTS[rng.randrange(len(DIALECTS))])
    fed = _inputs(draft)
    steps(draft, rng.randint(1, 5))
    result = _finish(draft)
    return _assembled(draft, result, fed, serial)


def numbered(seed: int, serial: int) -> Program:
    """The program of that number in the sequence of that seed."""
    return program(random.Random(f"{seed}/{serial}"), serial)


def _inputs(draft: Draft) -> str:
    """Declare ``y_true`` and ``y_pred``; how they are fed, as an inputs comment says it."""
    kinds = (draft.pick(KINDS), draft.pick(KINDS))
    if draft.chance(0.8):
        fed, shape, forms = draft.pick(DECLARED)
        for name in ("y_true", "y_pred"):
            draft.write([name], [draft.pick(forms).format(name)])
    else:
        fed, shape = draft.pick(OPEN)
    draft.variables = [
        Var(name, shape, RANGES[kind]) for name, kind in zip(("y_true", "y_pred"), kinds, strict=True)
    ]
    if draft.chance(0.5):
        form = draft.pick(("(y_true - y_pred)", "tf.abs(y_true - y_pred)", "tf.square(y_pred - y_true)"))
        draft.bind(form, shape, "real" if form[0] == "(" else "nonnegative")
    return " ".join(f"{name}={fed}:{kind}" for name, kind in zip(("y_true", "y_pred"), kinds, strict=True))


def _finish(draft: Draft) -> Var:
    """What is returned: the last value, perhaps reduced, normalised, joined by another term."""
    result = draft.variables[-1]
    if result.rank and (result.batches != 1 or draft.chance(0.75)):
        how = draft.pick(("sum", "mean"))
        for _ in range(4):
            made = reduction(draft, result, how)
            if made is not None and (made.batches < 2 or draft.chance(0.3)):
                result = made
                break
    if draft.chance(0.35):
        draft.variables.append(result)
        result = normalised(draft) or result
    if draft.chance(0.3):
        term = draft.variable(lambda v: v.shape == result.shape and v != result)
        if term is None:
            source = draft.array()
            term = reduction(draft, source, draft.pick(("sum", "mean"))) if source else None
        if term is not None and (term.rank == 0 or term.shape == result.shape):
            result = draft.bind(f"({result.text} + {draft.number()} * {term.text})", result.shape)
    return result


def _assembled(draft: Draft, result: Var, fed: str, serial: int) -> Program:
    """The source text around the body."""
    body = draft.body(result.text)
    name = f"g{serial}_loss"
    parameters = ", ".join(["y_true", "y_pred", *draft.parameters])
    form = draft.pick(("function", "function", "function", "method", "closure"))
    if form == "method":
        owner = f"G{serial}Loss"
        lines = [
            f"class {owner}(tf.keras.losses.Loss):",
            f"    def call(self, {parameters}):",
            *indented(indented(body)),
        ]
        qualname, via = f"{owner}.call", f"{owner}().call"
    elif form == "closure":
        factory = f"g{serial}_make"
        inside = [f"def loss({parameters}):", *indented(body), "return loss"]
        lines = [f"def {factory}(alpha=0.5):", *indented(inside)]
        qualname, via = f"{factory}.<locals>.loss", f"{factory}()"
    else:
        lines = [f"def {name}({parameters}):", *indented(body)]
        qualname = via = name
    text = "\n\n\n".join([IMPORTS, *_needed(draft.module.definitions, lines), "\n".join(lines)]) + "\n"
    return Program(text, qualname, via, fed, serial)


def _needed(definitions: list[str], lines: list[str]) -> list[str]:
    """The definitions that the loss reaches."""
    text = "\n".join(lines)
    kept: list[str] = []
    for definition in reversed(definitions):
        head = definition.partition("\n")[2] if definition.startswith("@") else definition
        name = (
            head.split("(")[0].split(":")[0].split()[-1]
            if head.startswith(("def", "class"))
            else head.split()[0]
        )
        if name in text:
            kept.insert(0, definition)
            text += definition
    return kept


__all__ = ["IMPORTS", "Program", "elementwise", "numbered", "program", "reducing", "shaping", "tabled"]
