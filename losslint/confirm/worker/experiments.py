"""What a loss is asked once it runs: how N moves it, whether samples feel each other, whether parts add up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from .inputs import batch_axes, can_fit, draw, graft, half_of, part, replicate
from .running import Run, norm, tolerance

if TYPE_CHECKING:
    from .wire import Batch, Json

COPIES = (1, 2, 4, 8, 16)
EXACT = 3  # sizes after which another draw that follows a power exactly has nothing new to say
GROUPS = 3
# what the other half of a batch is exchanged from and to: more of the same, and across whatever kink there is
EXCHANGES = (("unit", "unit"), ("up", "down"), ("large", "small"), ("unit", "up"), ("down", "unit"))
EVALUATIONS = 300  # of the smallest batch: what all experiments together cost, about
SHARE = 0.5  # of the time limit that they may take


class Effort(NamedTuple):
    """How much is done. ``largest`` is in entries of a batch; ``note`` tells what a slow loss was spared."""

    small: int
    large: int
    exchanges: int
    largest: float
    all_sizes: bool
    note: str

    def sizes(self, number: int, variant: str) -> int | None:
        """How many sizes a draw goes through at once: all, if it is the one shown or the one that saturates."""
        if self.all_sizes and (number == 1 or variant == "large"):
            return None
        return EXACT + (number == 1)


FULL = Effort(8, 64, len(EXCHANGES), 4e6, True, "")
SPARING = Effort(
    4, 16, 3, 1e6, False, "it is slow, so that sizes beyond those that a clear power needs were left out"
)


def effort_for(seconds: float, limit: float | None) -> Effort:
    """What fits into the time limit, where one evaluation of the smallest batch takes ``seconds``."""
    return FULL if limit is None or seconds * EVALUATIONS <= limit * SHARE else SPARING


def replication(run: Run, n: int, copies_of: list[int], effort: Effort) -> list[Json]:
    """Value and tied gradient norm at N, 2N, 4N, …; several draws. A curve that bends is followed further.

    Of the draws that only show whether the power depends on the data, a few sizes do while it is exact.
    """
    variants = ["unit", "unit", "small", "large"] + (["fit"] if can_fit(run.specs) else [])
    further = [copies_of[-1] * 2**i for i in (1, 2, 3)]
    curves = []
    for seed, variant in enumerate(variants, 1):
        batch = draw(run.specs, n, seed, variant, run.dtype)
        curve = _Curve(run, batch, n, variant)
        curve.follow(copies_of[: effort.sizes(seed, variant)])
        if curve.bends():
            curve.follow(copies_of[len(curve.n) :])
            curve.follow([copies for copies in further if copies * curve.size <= effort.largest])
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


def interaction(run: Run, effort: Effort) -> dict[str, float]:
    """How much one half of the batch feels that the other half is exchanged, at fixed N.

    ``gradient`` is the largest change of the gradient at samples that stay while the others are exchanged;
    ``value`` the mixed second difference L(a,b) - L(a',b) - L(a,b') + L(a',b'). Both vanish for every
    additive loss, whatever its degree, and are relative to the size of the gradient or value.
    """
    n = effort.small
    specs, single = run.specs, all("value" in s or len(batch_axes(s)) < 2 for s in run.specs)
    worst = {"gradient": 0.0, "value": 0.0}
    for seed, (one, other) in enumerate(EXCHANGES[: effort.exchanges], 11):
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


def whole_and_parts(run: Run, batch: Batch, effort: Effort) -> list[float]:
    """L of a large batch, and the mean of L over its micro-batches."""
    starts = range(0, effort.large, effort.small)
    parts = [run(part(run.specs, batch, i, i + effort.small, effort.large))[0] for i in starts]
    return [run(batch)[0], sum(parts) / len(parts)]


def resampling(run: Run, coupled: bool, effort: Effort) -> Json:
    """Fresh batches, whole and in parts (``pairs``); and one whose halves lie on both sides of a kink."""
    pairs, across, n = [], [], effort.large
    if not coupled:  # else it is known already that the parts need not add up
        up, down = (draw(run.specs, n, seed, v, run.dtype) for seed, v in ((998, "up"), (999, "down")))
        across.append(whole_and_parts(run, graft(run.specs, up, down, n), effort))
    for group in range(GROUPS):
        pairs.append(whole_and_parts(run, draw(run.specs, n, 1000 + group, "unit", run.dtype), effort))
        crossed = pairs[0][0] * pairs[-1][1], pairs[-1][0] * pairs[0][1]
        if group == 1 and abs(crossed[0] - crossed[1]) <= 1e-9 * abs(crossed[0]):
            break  # the parts add up exactly, whatever the degree: further draws can only say the same
    return {"small": effort.small, "large": n, "pairs": pairs, "across": across}
