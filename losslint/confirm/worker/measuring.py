"""From a request to what was measured: inputs are found on which the loss runs, then the experiments are made."""

from __future__ import annotations

import math
import time
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from .errors import Failed, NotDeterministic, Unsupported, one_line
from .experiments import COPIES, effort_for, interaction, replication, resampling
from .inputs import batch_axes, draw, replicate
from .minimised import minimised
from .objects import find
from .running import Run, adapter, norm, shown, tolerance, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .framework import TensorFlow
    from .importing import Importer
    from .wire import Batch, Json, Step

ONLY_SINGLE = "ok in float32"  # in float64 only its constants were of the wrong precision
PATIENCE = 4  # families of inputs on which a loss may give two values before it counts as random


def warm_up(framework: TensorFlow) -> None:
    """Runs something small, so that the first loss does not pay for what every one needs."""
    framework.eager(lambda inputs: inputs[0] * 2.0, [0])([np.ones((2, 2))])


def measure(framework: TensorFlow, importer: Importer, request: Json, stage: Callable[[str], None]) -> Json:
    """Everything about one loss; ``stage`` hears how far it came. Raises what the loss raises.

    Inputs that fit one batch size by accident fail at the next; then the next plan is tried.
    """
    framework.chosen = importer.policies.get(request.get("path", ""), {})
    framework.float_type("float64")
    found = find(importer, request)
    framework.chosen = framework.choices()
    if "path" in request:  # else a text that is executed anew each time
        importer.policies[request["path"]] = framework.chosen
    request.update(loaded_from=found.origin, notes=found.notes)
    stage("loaded")
    reasons: list[str] = []
    random_on: list[NotDeterministic] = []
    for run, batch, value in runnable(framework, importer, request, reasons, stage):
        try:
            return _experiments(framework, request, run, batch, value)
        except NotDeterministic as error:  # ties may be broken at random; other inputs have none
            random_on.append(error)
            if len(random_on) == PATIENCE:
                break
        except framework.whatever_the_inputs:
            raise
        except Exception as error:
            reasons.append(f"{one_line(error)} (fed {run.dtype} {shown(run.specs)})")
    if random_on:
        raise random_on[0]
    if found.bare:
        raise Unsupported(f"{found.bare}; without it: {_failure(reasons)}")
    raise Failed(_failure(reasons))


def runnable(
    framework: TensorFlow,
    importer: Importer,
    request: Json,
    reasons: list[str],
    stage: Callable[[str], None],
) -> Iterator[tuple[Run, Batch, float]]:
    """The plans of inputs on which the loss is finite, each with a batch and its value.

    Those on which its gradient is not zero come first. ``reasons`` collects what was wrong with the others.
    """
    flat = []
    for number, specs in enumerate(request["plans"]):
        if number:
            stage(f"trying {number}")
        problem = ""
        for dtype in ("float64", "float32"):
            framework.float_type(dtype)
            framework.seed()
            found = minimised(find(importer, request), framework.tf)
            step = framework.eager(adapter(found.function, specs), watched(specs))
            run = Run(found, specs, step, dtype)
            try:
                batch = draw(specs, request["base"], 1, "unit", dtype)
                value, gradients = run(batch)
                if any(len(batch_axes(spec)) > 1 for spec in specs if "value" not in spec):
                    run(replicate(specs, batch, 2))  # a square may be what it takes at one size by accident
            except framework.whatever_the_inputs:
                raise
            except Exception as error:
                problem = f"{one_line(error)} (fed {dtype} {shown(specs)})"
                continue
            if not math.isfinite(value) or not math.isfinite(norm(gradients)):
                problem = f"the value or the gradient is not finite (fed {dtype} {shown(specs)})"
                break
            if norm(gradients) > 0.0:
                yield run, batch, value
            else:
                flat.append((run, batch, value))
            problem = ""
            break
        if problem:
            reasons.append(problem)
    for run, batch, value in flat:
        framework.float_type(run.dtype)
        yield run, batch, value


def into_graph(framework: TensorFlow, run: Run, batch: Batch, value: float) -> str:
    """Traces the loss with an unknown batch size; the experiments then run there, several times faster."""
    try:
        step = _traced(framework, run, batch)
        traced = float(step(batch)[1])
    except Exception as error:
        if run.dtype == "float64" and _traces_in_single(framework, run):
            return ONLY_SINGLE
        return "failed: " + one_line(error)
    if abs(value - traced) > 10 * tolerance(run) * max(abs(value), abs(traced)):
        return f"differs: {value:.6g} eagerly, {traced:.6g} in a graph"
    run.step = step
    return "ok"


def _traced(framework: TensorFlow, run: Run, batch: Batch) -> Step:
    try:
        return framework.graph(adapter(run.function, run.specs), run.specs, batch)
    except framework.needs_autograph:
        return framework.graph(adapter(framework.tf.function(run.function), run.specs), run.specs, batch)


def _traces_in_single(framework: TensorFlow, run: Run) -> bool:
    framework.float_type("float32")
    try:
        batch = draw(run.specs, 4, 1, "unit", "float32")
        _traced(framework, run, batch)(batch)
    except Exception:
        return False
    finally:
        framework.float_type("float64")
    return True


def _experiments(framework: TensorFlow, request: Json, run: Run, batch: Batch, value: float) -> Json:
    graph = into_graph(framework, run, batch, value)
    started = time.perf_counter()
    again = run(batch)[0]
    effort = effort_for(time.perf_counter() - started, request.get("seconds"))
    if abs(value - again) > tolerance(run) * abs(value):
        raise NotDeterministic(f"not deterministic: the same batch gave {value:.6g} and {again:.6g}")
    felt = interaction(run, effort)
    curves = replication(run, request["base"], request.get("copies") or list(COPIES), effort)
    shapes = curves[0]["shape"]
    return {
        "status": "measured",
        "loaded_from": run.found.origin,
        "notes": [*run.found.notes, *([effort.note] if effort.note else [])],
        "inputs": run.specs,
        "dtype": run.dtype,
        "tolerance": tolerance(run),
        "graph_mode": "ok" if graph == ONLY_SINGLE else graph,
        "returns": "per-sample" if shapes[0] != shapes[1] else "scalar",
        "curves": curves,
        "interaction": felt,
        "resample": resampling(run, max(felt.values()) > tolerance(run), effort),
        "evaluations": run.evaluations,
    }


def _failure(reasons: list[str]) -> str:
    """What was wrong on most inputs; and that inputs can be told, if they seem to be the trouble."""
    if not reasons:
        return "no inputs could be made for it"
    errors = Counter(reason.partition(" (fed ")[0] for reason in reasons)
    usual, times = errors.most_common(1)[0]
    reason = next(reason for reason in reasons if reason.startswith(usual))
    if times > len(reasons) / 3:
        return reason
    return f"{reasons[0]}; nothing else that was tried fits either: say what it takes in a `# losslint: inputs` comment"
