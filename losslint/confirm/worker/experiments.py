"""What is done with a loss: inputs are found for it, it is traced, and then asked how N moves it."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from .errors import Failed, NotDeterministic, one_line
from .inputs import batch_axes, can_fit, draw, graft, half_of, part, replicate
from .minimised import minimised
from .objects import find
from .running import Run, adapter, norm, shown, tolerance, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .framework import TensorFlow
    from .importing import Importer
    from .wire import Batch, Json, Step

COPIES = (1, 2, 4, 8, 16)
FOLLOWED = (
    2  # draws that are followed over all sizes: the one that is shown, and a large one, which saturates
)
EXACT = 3  # sizes after which another draw that follows a power exactly has nothing new to say
ONLY_SINGLE = "ok in float32"  # in float64 only its constants were of the wrong precision
PATIENCE = 4  # families of inputs on which a loss may give two values before it counts as random
LARGEST_BATCH = 4e6  # entries; a curve is not followed further than this
SMALL, LARGE, GROUPS = 8, 64, 3
# what the other half of a batch is exchanged from and to: more of the same, and across whatever kink there is
EXCHANGES = (("unit", "unit"), ("up", "down"), ("large", "small"), ("unit", "up"), ("down", "unit"))


def warm_up(framework: TensorFlow) -> None:
    """Runs something small, so that the first loss does not pay for what every one needs."""
    framework.eager(lambda inputs: inputs[0] * 2.0, [0])([np.ones((2, 2))])


def runnable(
    framework: TensorFlow, importer: Importer, request: Json, reasons: list[str]
) -> Iterator[tuple[Run, Batch, float]]:
    """The plans of inputs on which the loss is finite, each with a batch and its value.

    Those on which its gradient is not zero come first. ``reasons`` collects what was wrong with the others.
    """
    flat = []
    for specs in request["plans"]:
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


def replication(run: Run, n: int, copies_of: list[int]) -> list[Json]:
    """Value and tied gradient norm at N, 2N, 4N, …; several draws. A curve that bends is followed further.

    Of the draws that only show whether the power depends on the data, a few sizes do while it is exact.
    """
    variants = ["unit", "unit", "small", "large"] + (["fit"] if can_fit(run.specs) else [])
    further = [copies_of[-1] * 2**i for i in (1, 2, 3)]
    curves = []
    for seed, variant in enumerate(variants, 1):
        batch = draw(run.specs, n, seed, variant, run.dtype)
        curve = _Curve(run, batch, n, variant)
        followed = seed == 1 or variant == "large"  # the one that is shown, and the one that saturates
        curve.follow(copies_of if followed else copies_of[:EXACT])
        if curve.bends():
            curve.follow(copies_of[len(curve.n) :])
            curve.follow([copies for copies in further if copies * curve.size <= LARGEST_BATCH])
        curves.append(curve.told())
    return curves


class _Curve:
    """One draw, repeated. It also notes the shapes of results: they tell whether a loss still has its batch axis."""

    def __init__(self, run: Run, batch: Batch, base: int, variant: str) -> None:
        self.run, self.batch, self.base, self.variant = run, batch, base, variant
        self.size = sum(getattr(array, "size", 0) for array in batch)
        self.n: list[int] = []
        self.shapes: list[list[int]] = []
        self.values: list[float] = []
        self.gradients: list[float] = []

    def follow(self, sizes: list[int]) -> None:
        for copies in sizes:
            value, gradients = self.run(replicate(self.run.specs, self.batch, copies))
            self.n.append(self.base * copies)
            self.shapes.append(self.run.shape)
            self.values.append(value)
            self.gradients.append(norm(self.run.tied(gradients, copies)))

    def bends(self) -> bool:
        return _bends(self.values) or _bends(self.gradients)

    def told(self) -> Json:
        return {
            "variant": self.variant,
            "n": self.n,
            "value": self.values,
            "gradient": self.gradients,
            "shape": self.shapes,
        }


def _bends(values: list[float]) -> bool:
    """Whether the curve is no pure power (its steps in log-log differ)."""
    if any(v == 0.0 or not math.isfinite(v) or v * values[0] < 0 for v in values):
        return any(v != 0.0 for v in values)
    slopes = [math.log(b / a) for a, b in zip(values, values[1:])]
    return max(slopes) - min(slopes) > 1e-6


def interaction(run: Run, n: int = 8) -> dict[str, float]:
    """How much one half of the batch feels that the other half is exchanged, at fixed N.

    ``gradient`` is the largest change of the gradient at samples that stay while the others are exchanged;
    ``value`` the mixed second difference L(a,b) - L(a',b) - L(a,b') + L(a',b'). Both vanish for every
    additive loss, whatever its degree, and are relative to the size of the gradient or value.
    """
    specs, single = run.specs, all("value" in s or len(batch_axes(s)) < 2 for s in run.specs)
    worst = {"gradient": 0.0, "value": 0.0}
    for seed, (one, other) in enumerate(EXCHANGES, 11):
        kept, kept_too = (draw(specs, n, s, "unit", run.dtype) for s in (seed, seed + 100))
        b, c = (draw(specs, n, s, v, run.dtype) for s, v in ((seed + 200, one), (seed + 300, other)))
        v_ab, g_ab = run(graft(specs, kept, b, n))
        v_ac, g_ac = run(graft(specs, kept, c, n))
        for i, g_b, g_c in zip(run.watched, g_ab, g_ac):
            axes = batch_axes(specs[i])
            size = max(abs(g_b).max(), abs(g_c).max())
            if axes and size > 0 and math.isfinite(size):
                index = half_of(g_b, axes, n)
                worst["gradient"] = max(worst["gradient"], float(abs(g_b[index] - g_c[index]).max() / size))
        if single:
            values = [v_ab, v_ac, run(graft(specs, kept_too, b, n))[0], run(graft(specs, kept_too, c, n))[0]]
            top = max(abs(v) for v in values)
            if top > 0 and math.isfinite(top):
                gap = abs(values[0] - values[1] - values[2] + values[3]) / top
                worst["value"] = max(worst["value"], gap)
        if max(worst.values()) > 1e3 * tolerance(run):
            break
    return worst


def whole_and_parts(run: Run, batch: Batch) -> list[float]:
    """L of a large batch, and the mean of L over its micro-batches."""
    parts = [run(part(run.specs, batch, i, i + SMALL, LARGE))[0] for i in range(0, LARGE, SMALL)]
    return [run(batch)[0], sum(parts) / len(parts)]


def resampling(run: Run, coupled: bool) -> Json:
    """Fresh batches, whole and in parts (``pairs``); and one whose halves lie on both sides of a kink."""
    pairs, across = [], []
    if not coupled:  # else it is known already that the parts need not add up
        up, down = (draw(run.specs, LARGE, seed, v, run.dtype) for seed, v in ((998, "up"), (999, "down")))
        across.append(whole_and_parts(run, graft(run.specs, up, down, LARGE)))
    for group in range(GROUPS):
        pairs.append(whole_and_parts(run, draw(run.specs, LARGE, 1000 + group, "unit", run.dtype)))
        crossed = pairs[0][0] * pairs[-1][1], pairs[-1][0] * pairs[0][1]
        if group == 1 and abs(crossed[0] - crossed[1]) <= 1e-9 * abs(crossed[0]):
            break  # the parts add up exactly, whatever the degree: further draws can only say the same
    return {"small": SMALL, "large": LARGE, "pairs": pairs, "across": across}


def measure(framework: TensorFlow, importer: Importer, request: Json, loaded: Callable[[], None]) -> Json:
    """Everything about one loss; calls ``loaded`` once it is imported. Raises what the loss raises.

    Inputs that fit one batch size by accident fail at the next; then the next plan is tried.
    """
    framework.float_type("float64")
    found = find(importer, request)
    request.update(loaded_from=found.origin, notes=found.notes)
    loaded()
    reasons: list[str] = []
    random_on: list[NotDeterministic] = []
    for run, batch, value in runnable(framework, importer, request, reasons):
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
    raise Failed("; ".join([_failure(reasons), *([found.bare] if found.bare else [])]))


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


def _experiments(framework: TensorFlow, request: Json, run: Run, batch: Batch, value: float) -> Json:
    graph = into_graph(framework, run, batch, value)
    again = run(batch)[0]
    if abs(value - again) > tolerance(run) * abs(value):
        raise NotDeterministic(f"not deterministic: the same batch gave {value:.6g} and {again:.6g}")
    felt = interaction(run)
    curves = replication(run, request["base"], request.get("copies") or list(COPIES))
    shapes = curves[0]["shape"]
    return {
        "status": "measured",
        "loaded_from": run.found.origin,
        "notes": run.found.notes,
        "inputs": run.specs,
        "dtype": run.dtype,
        "tolerance": tolerance(run),
        "graph_mode": "ok" if graph == ONLY_SINGLE else graph,
        "returns": "per-sample" if shapes[0] != shapes[1] else "scalar",
        "curves": curves,
        "interaction": felt,
        "resample": resampling(run, max(felt.values()) > tolerance(run)),
        "evaluations": run.evaluations,
    }
