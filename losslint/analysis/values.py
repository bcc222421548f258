"""Abstract values: what the interpreter knows of each object a loss handles.

``Tensor`` is the one that matters; the others carry tensors about (sequences, mappings), are called (functions,
classes, instances) or steer the program (constants).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import Enum, IntEnum
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from losslint.frozen import dataclass

from .axes import FEATURES, SCALAR, WILD, Axes, Axis
from .degree import ONE, UNKNOWN, ZERO, Degree
from .lineage import Parts, fresh

if TYPE_CHECKING:
    from .scope import ClassRef, Closure, ModuleRef, Site


class Spread(IntEnum):
    """How the entries of a tensor depend on the samples (DESIGN, section 2)."""

    CONST = 0
    """No data in it."""
    SAMPLE = 1
    """Entry i depends on sample i alone."""
    ADDITIVE = 2
    """Per sample or linear: a mean over an axis that may be the batch. It adds up over micro-batches either way."""
    LINEAR = 3
    """Adds up over micro-batches: N^(p-1) · Σ f(xᵢ), perhaps plus a per-sample part."""
    COUPLED = 4
    """Samples interact."""
    UNKNOWN = 5

    @property
    def bent(self) -> Spread:
        """The spread after a non-linear function: what added up over micro-batches no longer does."""
        return {Spread.LINEAR: Spread.COUPLED, Spread.ADDITIVE: Spread.UNKNOWN}.get(self, self)

    @property
    def doubtful(self) -> Spread:
        """The spread where it is not known whether samples that could interact do."""
        return self if self < Spread.ADDITIVE else Spread.UNKNOWN


class Offset(IntEnum):
    """Whether a constant of another degree was added to the value, and how that reads."""

    NONE = 0
    SMOOTH = 1
    """A positive constant: negligible as N grows, harmless in ratios and powers."""
    TARGET = 2
    """Compared with a constant (``x - 1``): only the sum itself keeps its degree, no function of it does."""


class Kind(Enum):
    """The flaws a value can carry to the place where it is returned."""

    NONLINEAR = "a value of degree ≠ 0 into a non-homogeneous operation"
    UNEQUAL = "terms of different degree added"
    STATISTIC = "a batch statistic into a non-linear operation"
    VARIANCE = "a variance over the batch"
    RATIO = "divided by a data-dependent batch sum"
    ORDER = "an order statistic or normalisation along the batch"
    PAIRWISE = "a pairwise matrix of the batch reduced"
    BROADCAST = "(N,) broadcast against (N, 1)"
    NOMINAL = "divided by a nominal batch size"
    LITERAL = "divided by a constant instead of the batch size"
    MEAN_OF_SUM = "a mean of a batch sum"
    SUNK = "divided below degree 0"
    OPTION = "a ready loss told to sum"
    VECTOR = "a vector summed by whoever it was handed to"
    STATIC = "the batch size read from the static shape"
    LOG_SUM_EXP = "log of a sum of exponentials"
    HALF = "a batch sum in half precision"
    EMPTY = "divided by a batch sum that can be zero"


@dataclass(frozen=True, slots=True)
class Step:
    """One operation on the way: where it stands and what it did."""

    site: Site
    message: str


Reason: TypeAlias = "str | Step"
"""What could not be told: a word for it until the operation is over, then with its place."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that happened to a value. ``sources`` are the batch reductions that led to it."""

    kind: Kind
    step: Step
    operation: str
    sources: tuple[Step, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Tensor:
    """An array: axes, degree, spread, and the history that explains them.

    ``slope`` is the degree of its gradient with respect to the data (``None``: no gradient flows). ``raised`` are the
    batch sums that no division has undone yet, ``reduced`` all batch reductions behind the value.
    """

    axes: Axes = SCALAR
    degree: Degree = ZERO
    slope: Degree | None = None
    spread: Spread = Spread.CONST
    offset: Offset = Offset.NONE
    compared: Step | None = None
    """Where a constant was set against it (``Offset.TARGET``)."""
    raised: tuple[Step, ...] = ()
    reduced: tuple[Step, ...] = ()
    trail: tuple[Step, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    reasons: tuple[Reason, ...] = ()
    """What could not be told, if something of it is unknown."""
    count: bool = False
    """An exact number of samples or entries (``tf.shape(x)[0]``)."""
    freedom: bool = False
    """Holds a count less one as a factor or divisor: ``N - 1``, ``N / (N - 1)``, ``x / (N - 1)``."""
    nominal: str = ""
    """A batch size by name only: the name."""
    static: bool = False
    """Read from the static shape, which may be ``None`` when traced."""
    opaque: bool = False
    """A parameter or attribute of which nothing is known: data, weight or count."""
    inverse: bool = False
    """One over something opaque: what is multiplied by it may have been divided by what somebody counted."""
    weights: bool = False
    """Made of model weights: no batch in it, but not a mere constant either."""
    diagonal: bool = False
    """Zero off the diagonal of its two batch axes."""
    permutation: bool = False
    """The number of every sample once: of ``range(N)``, or as an ``argsort`` puts them. Its axis names the order."""
    half: str = ""
    """The dtype it was cast to, if that has half precision."""
    number: float | None = None
    """The constant it is, if known."""
    shift: Fraction | None = None
    """Every entry gains ``shift · log k`` when each sample is repeated k times (a log of a batch sum); read where
    the degree is mixed."""
    separable: bool = False
    """Over pairs of samples: a part per row plus a part per column."""
    squared: Spread | None = None
    """The spread of its square, where it is the root of a sum over the batch."""
    unlike: bool = False
    """Entries of which not all couple the samples, or not all have a gradient, stand side by side."""
    parts: Parts = field(default_factory=fresh, compare=False, repr=False)
    """The values that it is a sum or multiple of (see ``lineage``)."""

    @property
    def gain(self) -> Fraction | None:
        """What the entries gain with log k: nothing at degree 0; ``None`` if they do something else."""
        return ZERO if self.degree == ZERO else self.shift

    @property
    def data(self) -> bool:
        """Depends on the samples."""
        return self.spread is not Spread.CONST


@dataclass(frozen=True, slots=True)
class Const:
    """A Python constant: number, string, bool, None, Ellipsis."""

    value: Any

    def __eq__(self, other: object) -> bool:  # 1, 1.0 and True are different constants
        return (
            isinstance(other, Const) and type(self.value) is type(other.value) and self.value == other.value
        )

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Seq:
    """A list or tuple whose items are known."""

    items: tuple[Value, ...]
    mutable: bool = False


@dataclass(frozen=True, slots=True)
class Many:
    """A list (or generator) of an unknown number of alike items; ``axis`` describes its length."""

    item: Value
    axis: Axis


@dataclass(frozen=True, slots=True)
class Dict:
    """A mapping with known keys; ``rest`` stands for any other key."""

    items: Mapping[Any, Value]
    rest: Value | None = None

    def __hash__(self) -> int:
        return hash(tuple(self.items))


@dataclass(frozen=True, slots=True)
class ShapeOf:
    """The shape of a tensor, as ``tf.shape`` (``static=False``) or ``.shape`` gives it."""

    axes: Axes
    static: bool = False


@dataclass(frozen=True, slots=True)
class Rank:
    """The number of axes of a tensor, where it is not a known constant; ``beyond`` is what was added to it."""

    axes: Axes
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Slice:
    """``start:stop:step`` with the values that are known."""

    start: Value | None
    stop: Value | None
    step: Value | None


@dataclass(frozen=True, slots=True)
class Range:
    """``range(start, limit)`` whose bounds are not both known: a list of axes, or of sample numbers."""

    start: Value
    limit: Value


@dataclass(frozen=True, slots=True)
class External:
    """Something outside the program, known by its dotted name (a framework's module, function or class)."""

    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function or lambda of the program with the environment it was made in."""

    closure: Closure
    bound: Value | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """``functools.partial(fn, …)``; also ``bound`` methods of external objects."""

    fn: Value
    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the program."""

    ref: ClassRef


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An object: its class (of the program or external) and the attributes that are known."""

    cls: Class | External
    attributes: dict[str, Value] = field(default_factory=dict)
    made: Site | None = None
    """The call that made it, if it was seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Super:
    """``super()`` in a method of ``after``: attributes of ``this`` from the classes behind it."""

    after: ClassRef
    this: Instance | Class


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a value that the program did not define, e.g. ``x.sum``."""

    owner: Value
    name: str


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the project."""

    ref: ModuleRef


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything. ``reason`` says why, e.g. the callee that could not be followed, and ``site`` where."""

    reason: str
    site: Site | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Either:
    """One of several values, each under its conditions: pairs of (test, outcome)."""

    options: tuple[tuple[frozenset[tuple[str, bool]], Value], ...]


Value: TypeAlias = (
    Tensor
    | Const
    | Seq
    | Many
    | Dict
    | ShapeOf
    | Rank
    | Slice
    | Range
    | External
    | Function
    | Partial
    | Class
    | Instance
    | Super
    | Method
    | Module
    | Unknown
    | Either
)

NONE = Const(None)
MAX_HISTORY = 10


def merge(*histories: tuple[Any, ...]) -> tuple[Any, ...]:
    """Several histories as one, in order, each entry once, bounded."""
    first, *others = [h for h in histories if h] or [()]
    if not others or all(h == first for h in others):
        return first[:MAX_HISTORY]
    return tuple(dict.fromkeys(item for history in (first, *others) for item in history))[:MAX_HISTORY]


def unknown_tensor(*reasons: Reason, axes: Axes = WILD) -> Tensor:
    """A tensor of which nothing is known, and why."""
    return Tensor(axes, UNKNOWN, UNKNOWN, Spread.UNKNOWN, reasons=reasons)


def constant(number: float | None = None, axes: Axes = SCALAR, **traits: Any) -> Tensor:
    """A tensor without data."""
    return Tensor(axes, number=number, **traits)


def finite(number: float) -> float | None:
    """A number that can be reckoned with: infinities, NaN and what no float holds are constants like any other."""
    try:
        return float(number) if isfinite(number) else None
    except OverflowError:
        return None


def tensor(value: Value) -> Tensor:
    """Any value as an operation on tensors sees it."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Const):
        if isinstance(value.value, (bool, int, float)):
            return constant(finite(value.value))
        if value.value is None or isinstance(value.value, (str, bytes)):
            return unknown_tensor(f"{value.value!r} used as a tensor")
        return constant()
    if isinstance(value, Unknown):
        return unknown_tensor(value.reason if value.site is None else Step(value.site, value.reason))
    if isinstance(value, Rank):
        return constant()
    if (
        isinstance(value, External) and value.name.rpartition(".")[2].isupper()
    ):  # NAMES_LIKE_THIS hold no data
        return constant(axes=FEATURES, opaque=True)
    if isinstance(value, Range):
        limit = tensor(value.limit)
        numbers = (
            value.start == Const(0) and limit.count and limit.degree == ONE and limit.offset is Offset.NONE
        )
        return constant(axes=Axes((Axis(limit.degree),)), permutation=numbers)
    if isinstance(value, (Seq, Many, ShapeOf)):
        from .stacking import stacked  # a list becomes a tensor by stacking

        return stacked(value)
    return unknown_tensor(f"{type(value).__name__.lower()} used as a tensor")


def holds_data(value: Value, depth: int = 3) -> bool:
    """Whether a batch, a number of samples or a function that may know of one is within reach of a value."""
    if isinstance(value, Tensor):
        return value.data or value.degree != ZERO or value.axes.batches > 0 or bool(value.nominal)
    if isinstance(value, (ShapeOf, Rank, Range)):
        return True
    if isinstance(value, Function):
        made_inside = value.closure.scope.outer is not None and "<locals>" in value.closure.qualname
        return made_inside or (value.bound is not None and holds_data(value.bound, depth))
    return depth > 0 and any(holds_data(part, depth - 1) for part in parts(value))


def parts(value: Value) -> Sequence[Value]:
    """The values that a value is made of."""
    if isinstance(value, Seq):
        return value.items
    if isinstance(value, Many):
        return (value.item,)
    if isinstance(value, Dict):
        return (*value.items.values(), *(() if value.rest is None else (value.rest,)))
    if isinstance(value, Either):
        return [option for _, option in value.options]
    if isinstance(value, Instance):
        return list(value.attributes.values())
    if isinstance(value, Partial):
        return (value.fn, *value.args, *(given for _, given in value.kwargs))
    if isinstance(value, Method):
        return (value.owner,)
    return ()
