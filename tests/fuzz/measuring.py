"""What TensorFlow says of many programs, fast: two draws first, more only where in doubt.

"No single power" and "samples interact" say that *some* batch shows it: a witness settles them, and the look for
one goes on, over data of every scale and sign, before such an answer counts as wrong. A power, and samples that
do not interact, are claims about *all* batches: whatever draw speaks against them refutes them.

The definitions are those of ``losslint.confirm``, on a narrower field than it has to serve: every input leads
with N, all is done eagerly and in double precision. Loading TensorFlow and judging curves are its own.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import linecache
import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any

import pytest

from losslint.confirm.specs import InputSpec, parse_inputs
from losslint.confirm.verdict import Curve, degree_of
from losslint.confirm.worker.errors import one_line
from losslint.confirm.worker.framework import TensorFlow
from losslint.confirm.worker.importing import Importer

from .powers import COPIES, TOLERANCE, degrees_of
from .programs import Program

np = pytest.importorskip("numpy")  # comes with TensorFlow

BASE = 4
Array = Any


@dataclass(frozen=True, slots=True)
class Draw:
    """A seed, the scale of the data, and a shift of what has any sign."""

    seed: int
    scale: float
    shift: float = 0.0
    noise: float = 1.0
    """How far the data lie about the shift."""
    uneven: bool = False
    """Every sample, and each of the inputs, has a scale of its own."""
    signed: bool = False
    """What is declared positive or a share may be anything: the program does not say that it is not."""
    whole: bool = False
    """Whole numbers, as labels are: some of them are alike, and some are zero."""


FEW: Sequence[Draw] = (Draw(1, 1.0), Draw(2, 10.0))
MANY: Sequence[Draw] = tuple(
    Draw(seed, scale, shift)
    for seed, shift in ((3, 0.0), (4, 0.0), (5, 1.5), (6, -1.5))
    for scale in (1.0, 0.1, 10.0)
)
WIDE: Sequence[Draw] = tuple(
    Draw(20 + k, scale, shift, noise, uneven=k % 4 > 1, signed=k % 2 == 0)
    for k, (scale, (shift, noise)) in enumerate(
        itertools.product(
            (1.0, 0.3, 3.0, 0.03, 30.0, 1e-3, 300.0, 0.1),
            ((0.0, 1.0), (0.0, 1.0), (1.0, 1.0), (-1.0, 1.0), (1.7, 0.1), (-1.7, 0.1)),
        )
    )
) + tuple(Draw(70 + k, scale, signed=True, whole=True) for k, scale in enumerate((0.5, 1.0, 2.0)))
"""Where a witness is looked for."""
SHARES = (1.0, -0.6)
"""How much of the shift goes to ``y_true`` and ``y_pred``: their difference is shifted as well."""
FURTHER, FAR = 8, 32
"""Batch sizes from here on are tried only if the first ones follow no pure power; and only with many draws."""
GUARDS = re.compile(r"\de-\d|epsilon|crossentropy|divergence|poisson")
GUARD = 1e-6
"""What a negligible literal (``+ 1e-6``) may do to a sum whose degree passes for exact."""
BARE, VISIBLE = 1e-3, 2.5e-4
"""Where a guard stands in the program: what is smaller, beside data of scale one or more, may be the guard alone, what
bends by less may be its doing."""
BURST = 0.1 / GUARD
"""What is larger may have been divided by a guard alone."""
GUARDED = 0.1
"""The least scale at which the squares of the data stand clear of a guard."""
SMALLEST, LARGEST = 1e-9, 1e12
"""Values outside of these bounds say more of rounding than of the batch."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What was measured; ``discarded`` says why a program tells nothing.

    ``degrees`` and ``gradients`` hold every right answer. There is one where all curves are pure powers. A
    curve that only tends to a power is ``mixed`` by the letter of the definition and that power by its trend:
    both are right. ``gradients`` is empty where no gradient flows. ``coupled`` holds both answers if samples
    do not feel each other and the degree is not exact, so that micro-batches cannot be compared.
    """

    degrees: frozenset[str] = frozenset()
    gradients: frozenset[str] = frozenset()
    coupled: frozenset[bool] = frozenset()
    returns: str = ""
    discarded: str = ""

    @property
    def verdicts(self) -> frozenset[str]:
        """The verdicts that follow."""
        return frozenset(verdict_of(degree, coupled) for degree in self.degrees for coupled in self.coupled)


def verdict_of(degree: str, coupled: bool) -> str:
    """The verdict that a degree and coupling amount to."""
    if degree == "mixed":
        return "mixed"
    if degree == "0":
        return "coupled" if coupled else "invariant"
    return "shrinks" if degree.startswith("-") else "grows"


class Discarded(Exception):
    """The program tells nothing."""


@functools.cache
def framework() -> TensorFlow:
    """TensorFlow, loaded once."""
    return TensorFlow(threads=1)


@contextlib.contextmanager
def measuring() -> Iterator[None]:
    """Double precision, and functions run op by op: a trace for every shape costs more than all the rest."""
    loaded = framework()

    def switch(dtype: str, eagerly: bool) -> None:
        loaded.float_type(dtype)
        loaded.tf.keras.config.set_dtype_policy(dtype)  # a layer asks this, and it remembers what it was once
        loaded.tf.config.run_functions_eagerly(eagerly)

    switch("float64", True)
    try:
        yield
    finally:
        switch("float32", False)


IMPORTER = Importer()


def quick(program: Program) -> Truth:
    """Two draws: enough where the analysis agrees."""
    return _guarded(program, FEW)


def careful(program: Program) -> Truth:
    """Many draws, at several scales and signs: what holds on some of them by saturation is found out."""
    return _guarded(program, MANY)


def searching(program: Program, truth: Truth) -> Truth:
    """What ``careful`` found, and whatever a witness among ever wider draws adds to it."""
    return _guarded(program, WIDE, truth)


def _guarded(program: Program, draws: Sequence[Draw], known: Truth | None = None) -> Truth:
    before = set(sys.modules)
    try:
        with measuring():
            return _look(program, draws) if known is None else _witnessed(program, draws, known)
    except Discarded as reason:
        return Truth(discarded=str(reason))
    except Exception as error:
        return Truth(discarded=f"raises {type(error).__name__}: {one_line(error, 110)}")
    finally:
        for name in set(sys.modules) - before:
            if name.startswith("losslint_source_"):
                linecache.cache.pop(sys.modules.pop(name).__file__ or "", None)


# --- running ------------------------------------------------------------------------------------------------

Loss = Callable[[list[Array]], tuple[float, Array, tuple[int, ...]]]
"""From ``[y_true, y_pred]`` to the value, the gradient by ``y_pred`` and the shape of the result."""


def _loaded(program: Program) -> Loss:
    tf = framework().tf
    tf.random.set_seed(0)
    function = eval(program.via, IMPORTER.execute(program.source, None))

    def run(arrays: list[Array]) -> tuple[float, Array, tuple[int, ...]]:
        y_true, y_pred = (tf.constant(array) for array in arrays)
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            result = tf.convert_to_tensor(function(y_true, y_pred))
            value = tf.reduce_mean(tf.cast(result, tf.float64))
        gradient = tape.gradient(value, y_pred, unconnected_gradients="zero").numpy()
        number = float(value)
        _plausible(number, float(np.abs(gradient).max()))
        return number, gradient, tuple(result.shape)

    return run


def _plausible(value: float, gradient: float) -> None:
    if not math.isfinite(value):
        raise Discarded("the value is not finite")
    if not math.isfinite(gradient):
        raise Discarded("the gradient is not finite")
    if max(abs(value), gradient) > LARGEST:
        raise Discarded("too large")
    if 0 < abs(value) < SMALLEST:
        raise Discarded("too small")


def _batch(specs: Sequence[InputSpec], n: int, draw: Draw) -> list[Array]:
    arrays = []
    for position, spec in enumerate(specs):
        shape = tuple(n if dim == "N" else int(dim) for dim in spec.shape)
        random = np.random.default_rng([draw.seed, position])
        normal = draw.noise * random.normal(size=shape) + SHARES[position] * draw.shift
        scale = np.full([n] + [1] * (len(shape) - 1), draw.scale)
        if draw.uneven:
            scale = scale * np.exp(random.normal() + random.normal(size=scale.shape))
        kind = "real" if draw.signed else spec.kind
        arrays.append(
            {
                "real": lambda x, by=scale: x * by,
                "positive": lambda x, by=scale: (0.1 + np.abs(x)) * by,
                "unit-interval": lambda x, by=scale: 1 / (1 + np.exp(-x * np.minimum(by, 2.0))),
            }[kind](normal)
        )
    return [np.round(array) for array in arrays] if draw.whole else arrays


def _look(program: Program, draws: Sequence[Draw]) -> Truth:
    specs, loss, guarded = parse_inputs(program.inputs), _loaded(program), has_guards(program)
    values, gradients = [], []
    shapes: list[tuple[int, ...]] = []
    for draw in draws:
        copies = COPIES if draws is MANY else [k for k in COPIES if k < FAR]
        value, gradient = _replicated(loss, _batch(specs, BASE, draw), copies, shapes)
        # what a guard adds to something tiny shows only there
        variant = "small" if draw.scale < 1 and guarded else "unit"
        values.append(Curve(variant, value))
        gradients.append(Curve(variant, gradient))
    if guarded:
        scales = [draw.scale for draw in draws]
        values, gradients = _without_guards(values, scales), _without_guards(gradients, scales)
    firsts = [value.values[0] for value in values]
    if max(firsts) - min(firsts) <= TOLERANCE * max(map(abs, firsts)):
        raise Discarded("the same for all data")
    degrees = degrees_of(values)
    if not degrees:
        raise Discarded("constantly zero")
    halves = (*draws, *TINY) if draws is MANY else draws[:1]
    return Truth(
        degrees,
        degrees_of(gradients),
        _coupled(loss, specs, halves, degrees, guarded),
        "per-sample" if len(set(shapes)) > 1 else "scalar",
    )


def has_guards(program: Program) -> bool:
    """Whether a small constant stands in the program, or in a ready loss that it calls."""
    return bool(GUARDS.search(program.source))


def _witnessed(program: Program, draws: Sequence[Draw], known: Truth) -> Truth:
    """``known`` with the witnesses among these draws; a draw that the program is not made for is none."""
    specs, loss, guarded = parse_inputs(program.inputs), _loaded(program), has_guards(program)
    coupled = known.coupled
    exact = _exact(known.degrees)
    curves: list[list[Curve]] = [[], []]  # of values and of gradients
    scales = []
    for draw in draws:
        if guarded and draw.scale < GUARDED:
            continue
        with contextlib.suppress(Discarded):
            pair = _replicated(loss, _batch(specs, BASE, draw), COPIES, [])
            scales.append(draw.scale)
            for those, curve in zip(curves, pair, strict=True):
                those.append(Curve("unit", curve))
            one = replace(draw, seed=draw.seed + 100)
            for scale in (draw.scale, 1.0 if draw.scale != 1 else 10.0):
                other = replace(draw, seed=draw.seed + 200, scale=scale)
                if _interact(loss, specs, one, other, exact, guarded=guarded):
                    coupled = frozenset({True})
    powers: list[set[str]] = [set(), set()]
    if guarded:
        curves = [_without_guards(those, scales) for those in curves]
    for scale, *pair in zip(scales, *curves, strict=True):
        tops = [max(map(abs, curve.values)) / max(1.0, scale) for curve in pair]
        if guarded and any(top and not BARE <= top <= BURST for top in tops):
            continue
        for seen, curve in zip(powers, pair, strict=True):
            judged = degree_of([curve], VISIBLE if guarded else TOLERANCE)
            seen.add(judged.text if judged.exact or judged.text == "unknown" else "mixed")
    degrees, gradients = (
        _with_witness(before, seen - {"unknown"})
        for before, seen in zip((known.degrees, known.gradients), powers, strict=True)
    )
    return replace(known, degrees=degrees, gradients=gradients, coupled=coupled)


def _with_witness(degrees: frozenset[str], seen: set[str]) -> frozenset[str]:
    """No single power if a draw follows none, or another than the rest; a power by its trend stays one."""
    if "mixed" not in seen and len(seen | degrees - {"mixed"}) < 2:
        return degrees
    return frozenset({"mixed"}) if len(degrees) == 1 else degrees | {"mixed"}


def _without_guards(curves: list[Curve], scales: Sequence[float]) -> list[Curve]:
    """Zero in place of what a guard makes of a draw: the ``+ 1e-6`` of a mask that happens to keep nothing.

    Alone it is next to nothing, and what is divided by it bursts.
    """
    tops = [max(map(abs, curve.values)) for curve in curves]
    usual = {
        scale: median(top for top, s in zip(tops, scales, strict=True) if s <= scale) for scale in scales
    }
    return [
        Curve(curve.variant, (0.0,) * len(curve.values))
        if top <= 10 * GUARD * usual[scale] or top * 10 * GUARD >= usual[scale] > 0
        else curve
        for curve, top, scale in zip(curves, tops, scales, strict=True)
    ]


def _replicated(
    loss: Loss, batch: list[Array], copies_of: Sequence[int], shapes: list[tuple[int, ...]]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The value, and a random projection of the gradient with the copies of a sample tied, at N, 2N, 4N, …

    A norm would hide a term of another degree that stands orthogonal to the rest.
    """
    probe = np.random.default_rng(7).uniform(0.5, 1.5, size=batch[1].shape)
    values: list[float] = []
    gradients: list[float] = []
    for copies in copies_of:
        if copies == FURTHER and not (_bends(values) or _bends(gradients)):
            break
        arrays = [np.tile(array, [copies] + [1] * (array.ndim - 1)) for array in batch]
        value, gradient, shape = loss(arrays)
        tied = gradient.reshape(copies, *batch[1].shape).sum(axis=0)
        values.append(value)
        gradients.append(float((tied * probe).sum()))
        shapes.append(shape)
    return tuple(values), tuple(gradients)


def _bends(values: list[float]) -> bool:
    """Whether the values are no pure power."""
    if not values[-1]:
        return any(values)
    if min(values) <= 0 <= max(values):
        return True
    slopes = [math.log2(b / a) for a, b in pairwise(values)]
    return max(slopes) - min(slopes) > 1e-6


def _exact(degrees: frozenset[str]) -> Fraction | None:
    """The degree, where it is exactly one."""
    return Fraction(*degrees) if len(degrees) == 1 and "mixed" not in degrees else None


def _coupled(
    loss: Loss, specs: Sequence[InputSpec], draws: Sequence[Draw], degrees: frozenset[str], guarded: bool
) -> frozenset[bool]:
    """Whether samples interact or, where they do not, whether micro-batches fail to add up."""
    exact = _exact(degrees)
    for draw in draws:
        # Halves of unlike samples as well: a sum of like ones may never change its sign.
        turned = replace(draw, scale=OTHER[draw.scale], shift=-draw.shift)
        one, other = replace(draw, seed=draw.seed + 10), draw if draw.seed % 2 else turned
        other = replace(other, seed=draw.seed + 110)
        with contextlib.suppress(Discarded):
            if _interact(loss, specs, one, other, exact, guarded=guarded):
                return frozenset({True})
    return frozenset({False}) if exact is not None else frozenset({True, False})


OTHER = {0.01: 1.0, 0.1: 10.0, 1.0: 0.1, 10.0: 0.1}
TINY: Sequence[Draw] = (Draw(7, 0.01), Draw(8, 0.01))
"""Where what grows with a power of the data is smaller than the data, and not only larger."""


def _interact(
    loss: Loss,
    specs: Sequence[InputSpec],
    one: Draw,
    other: Draw,
    degree: Fraction | None,
    *,
    guarded: bool,
    n: int = 6,
) -> bool:
    """Whether the first half of a batch feels that the second is exchanged, in gradient or value.

    With a ``degree``, also whether the whole is not the mean of its halves, scaled by the degree.
    """
    half = n // 2
    first, second = _batch(specs, n, one), _batch(specs, n, other)
    first = _halves(first, second, half) if (one.scale, one.shift) != (other.scale, other.shift) else first
    v_ab, g_ab, _ = loss(first)
    v_ac, g_ac, _ = loss(_halves(first, second, half))
    size = max(np.abs(g_ab).max(), np.abs(g_ac).max())
    felt = float(np.abs(g_ab[:half] - g_ac[:half]).max() / size) if size else 0.0
    if felt > TOLERANCE:
        return True
    v_bc, _, _ = loss(second)
    v_bb, _, _ = loss(_halves(second, first, half))
    size = max(abs(v) for v in (v_ab, v_ac, v_bb, v_bc))
    felt = abs(v_ab - v_ac - v_bb + v_bc) / size if size else 0.0
    if felt > TOLERANCE or degree is None:
        return felt > TOLERANCE
    halves = [[array[:half] for array in first], [array[half:] for array in first]]
    parts = [loss(arrays)[0] for arrays in halves]
    factor = 2.0 ** float(degree)
    tolerance = GUARD if guarded else TOLERANCE
    if _close(v_ab, factor * sum(parts) / 2, tolerance):
        return False
    # Where samples are felt by nothing else, it may be the degree that does not hold here.
    known = [(first, v_ab), *zip(halves, parts, strict=True)]
    return all(_close(loss(_twice(arrays))[0], factor * value, tolerance) for arrays, value in known)


def _close(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) <= tolerance * max(abs(one), abs(other), 1e-12)


def _twice(arrays: list[Array]) -> list[Array]:
    return [np.tile(array, [2] + [1] * (array.ndim - 1)) for array in arrays]


def _halves(first: list[Array], second: list[Array], half: int) -> list[Array]:
    """The first samples of one batch and the last of another."""
    return [np.concatenate([a[:half], b[half:]]) for a, b in zip(first, second, strict=True)]


# --- judging ------------------------------------------------------------------------------------------------
