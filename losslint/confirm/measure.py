"""The measuring instrument: one source text, one loss in it, its inputs; out comes what the framework shows.

    measured = measure_callable(source, "my_loss", {"y_true": "(N,4):real", "y_pred": "(N,4):real"})
    measured.degree, measured.gradient_degree, measured.coupled, measured.verdict, measured.returns

A worker stays warm between calls; it starts on the first one and ends with the interpreter.
"""

from __future__ import annotations

import atexit
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from losslint.confirm.process import Worker, WorkerDied, WorkerSettings, WorkerTimeout
from losslint.confirm.specs import InputSpec, parse_input, parse_inputs, with_predictions
from losslint.confirm.verdict import Curve, Judgement, judge

Inputs = str | Sequence[str] | Mapping[str, str]


class MeasureError(Exception):
    """The loss could not be measured; the text says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured. ``raw`` is the worker's full answer: every curve, every pair."""

    degree: str
    gradient_degree: str
    coupled: bool
    verdict: str
    returns: str
    graph_mode: str
    split_gap: float
    interaction: float
    seconds: float
    raw: Mapping[str, Any]


def measure_callable(
    source: str,
    name: str,
    inputs: Inputs = ("(N,4):real", "(N,4):real"),
    *,
    base: int = 4,
    seconds: float = 60.0,
    worker: Worker | None = None,
) -> Reading:
    """Measures the loss ``name`` (a qualified name) of a module's source text.

    ``inputs``: the text of a ``# losslint: inputs`` comment, or specs by name, or in the order of the
    parameters (the first of two or more is then taken for the target). ``base`` is the smallest batch size.
    Raises MeasureError when the loss cannot be run.
    """
    request = {
        "source": source,
        "qualname": name,
        "base": base,
        "plans": [[s.to_wire() for s in _specs(inputs)]],
    }
    try:
        answer = (worker or _warm()).ask(request, seconds)
    except WorkerTimeout:
        raise MeasureError(f"{name}: no result after {seconds:g} s") from None
    except WorkerDied as error:
        raise MeasureError(f"{name}: the worker died: {error}") from None
    if answer["status"] != "measured":
        raise MeasureError(f"{name}: {answer['reason']}")
    judgement = judgement_of(answer)
    return Reading(
        degree=judgement.degree,
        gradient_degree=judgement.gradient_degree,
        coupled=judgement.coupled,
        verdict=judgement.verdict.value,
        returns=answer["returns"],
        graph_mode=answer["graph_mode"],
        split_gap=judgement.split_gap,
        interaction=judgement.interaction,
        seconds=answer["seconds"],
        raw=answer,
    )


def judgement_of(answer: Mapping[str, Any]) -> Judgement:
    """Judges the worker's raw answer."""
    resample = answer["resample"]
    return judge(
        values=[Curve(curve["variant"], tuple(curve["value"])) for curve in answer["curves"]],
        gradients=[Curve(curve["variant"], tuple(curve["gradient"])) for curve in answer["curves"]],
        interaction=max(answer["interaction"].values()),
        pairs=[(whole, parts) for whole, parts in (*resample["pairs"], *resample["across"])],
        parts=resample["large"] // resample["small"],
        tolerance=answer["tolerance"],
    )


def _specs(inputs: Inputs) -> tuple[InputSpec, ...]:
    if isinstance(inputs, str):
        return parse_inputs(inputs)
    if isinstance(inputs, Mapping):
        return with_predictions(parse_input(name, text) for name, text in inputs.items())
    names = (
        ["y_pred"] if len(inputs) == 1 else ["y_true", *(f"y_pred{i or ''}" for i in range(len(inputs) - 1))]
    )
    return with_predictions(parse_input(name, text) for name, text in zip(names, inputs, strict=True))


@functools.cache
def _warm() -> Worker:
    worker = Worker(WorkerSettings())
    atexit.register(worker.close)
    return worker
