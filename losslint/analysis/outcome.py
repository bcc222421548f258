"""What the analysis of one loss came to: its degree, its verdict, and what rules look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import chain

from losslint.frozen import dataclass
from losslint.model import Returns, Verdict

from . import lineage, signs
from .alternatives import RANK_TEST
from .degree import MIXED, UNKNOWN, ZERO, Degree, power_of_n, same
from .joining import gradient_unsure, nothing_sure, uncertain
from .scope import Site
from .stacking import blend
from .uses import Use
from .values import (
    Class,
    Const,
    Dict,
    Either,
    Flaw,
    Function,
    Kind,
    Partial,
    Seq,
    Spread,
    Step,
    Tensor,
    Value,
    merge,
    tensor,
)

LOSS_KEYS = ("loss", "total_loss", "total", "cost")


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule has to say: where, in one sentence, and by which path. ``of`` is the value it speaks of."""

    site: Site
    message: str
    trail: tuple[Step, ...] = ()
    of: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One way the loss can come out, and under which tests."""

    conditions: frozenset[tuple[str, bool]]
    value: Tensor
    normaliser: bool = False
    """A count is returned beside it: whoever calls divides."""


@dataclass(frozen=True)
class Outcome:
    """The returned value of one loss, alternatives included."""

    options: tuple[Option, ...]
    unknowns: tuple[str, ...] = ()
    distributed: bool = False
    """The module trains under a ``tf.distribute`` strategy."""
    found_by: str = ""
    """How the loss was found (see ``source.entries``)."""
    traced: bool = False
    """A framework runs it as a graph, so that static shapes may be unknown."""
    use: Use | None = None
    """What becomes of the value, if it is handed over and not returned."""

    @cached_property
    def degree(self) -> Degree:
        """Degree of the scalar that is minimised."""
        return _agreed([option.value.degree for option in self.options])

    @cached_property
    def gradient_degree(self) -> Degree:
        """Degree of its gradient."""
        return _agreed(
            [ZERO if option.value.slope is None else option.value.slope for option in self.options]
        )

    @cached_property
    def coupled(self) -> bool | None:
        """Whether samples interact; None if that is not known."""
        found = {_coupled(option.value) for option in self.options}
        return found.pop() if len(found) == 1 else None

    @cached_property
    def returns(self) -> Returns:
        """Whether the batch axis is still there."""
        found = {_returns(option.value) for option in self.options}
        return found.pop() if len(found) == 1 else Returns.UNKNOWN

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict, where all alternatives agree."""
        found = {verdict_of(option.value) for option in self.options}
        return found.pop() if len(found) == 1 else Verdict.UNKNOWN

    @property
    def hangs_on_rank(self) -> bool:
        """Whether the verdict depends on a rank that nothing in sight states: then nobody is accused."""
        return self.verdict is Verdict.UNKNOWN and any(
            test.startswith(RANK_TEST) for option in self.options for test, _ in option.conditions
        )

    @property
    def why(self) -> str:
        """One sentence for the verdict."""
        if not self.options:
            return "nothing is returned"
        if len({verdict_of(option.value) for option in self.options}) > 1:
            tests = dict.fromkeys(test for option in self.options for test, _ in sorted(option.conditions))
            return f"depends on {', '.join(f'`{test}`' for test in tests) or 'the path taken'}"
        value = self.options[0].value
        verdict = self.verdict
        if verdict is Verdict.UNKNOWN:
            nowhere = "what it does" if value.data or not value.opaque else "where a batch comes in"
            reasons = self.unknowns or (nowhere,)
            return f"the analysis cannot follow {', '.join(reasons[:3])}"
        if verdict is Verdict.INVARIANT:
            return "one value per sample" if self.returns is Returns.PER_SAMPLE else "a mean over the batch"
        flaw = first_flaw(value, {Verdict.MIXED: MIXING, Verdict.COUPLED: COUPLING}.get(verdict, ()))
        if flaw is not None:
            return f"{flaw.step.message} (line {flaw.step.site.span.line})"
        if value.raised:
            line = value.raised[0].site.span.line
            return f"{value.raised[0].message} (line {line}), and no division by the batch size undoes it"
        return f"scales as {power_of_n(value.degree)}"


MIXING = (Kind.NONLINEAR, Kind.UNEQUAL)
COUPLING = (Kind.STATISTIC, Kind.VARIANCE, Kind.RATIO, Kind.ORDER, Kind.PAIRWISE, Kind.NONLINEAR)


def first_flaw(value: Tensor, kinds: Iterable[Kind]) -> Flaw | None:
    """The first flaw of one of these kinds."""
    wanted = set(kinds)
    return next((flaw for flaw in value.flaws if flaw.kind in wanted), None)


def _agreed(degrees: Sequence[Degree]) -> Degree:
    distinct = set(degrees)
    return distinct.pop() if len(distinct) == 1 else UNKNOWN


def _coupled(value: Tensor) -> bool | None:
    if value.spread is Spread.UNKNOWN:
        return None
    if value.degree is UNKNOWN and value.spread is not Spread.COUPLED:
        return None
    if any(axis.data for axis in value.axes.listed):
        return True  # averaged by the framework, over as many entries as the data says
    if value.data and value.axes.batches > 1 and value.spread is Spread.SAMPLE:
        return not (value.separable or value.diagonal)
    return value.spread is Spread.COUPLED


def _returns(value: Tensor) -> Returns:
    if value.axes.batches:
        return Returns.PER_SAMPLE
    return Returns.UNKNOWN if value.axes.unsure or value.axes.total != ZERO else Returns.SCALAR


def verdict_of(value: Tensor) -> Verdict:
    """The verdict on one value."""
    if value.degree is MIXED:
        return Verdict.MIXED
    if not isinstance(value.degree, Fraction):
        return Verdict.UNKNOWN
    if value.degree > 0:
        return Verdict.GROWS
    if value.degree < 0:
        return Verdict.SHRINKS
    coupled = _coupled(value)
    if coupled:
        return Verdict.COUPLED
    if coupled is None or (not value.data and value.number is None and value.opaque):
        return Verdict.UNKNOWN
    return Verdict.INVARIANT


def settle(value: Value) -> Outcome:
    """The outcome of a function's returned value."""
    pairs = value.options if isinstance(value, Either) else ((frozenset[tuple[str, bool]](), value),)
    options: list[Option] = []
    for conditions, leaf in pairs:
        option = _option(conditions, leaf)
        if option is not None:
            options.append(option)
    zero = [option for option in options if option.value.number == 0 and not option.value.data]
    if len(zero) < len(options):  # an early `return 0.0` takes any degree
        options = [option for option in options if option not in zero]
    else:  # what is zero by default only, or until a subclass says more, is still to be seen
        options = [replace(option, value=_unseen(option.value)) for option in options]
    reasons: dict[str, str] = {}
    for reason in chain.from_iterable(option.value.reasons for option in options):
        what = reason if isinstance(reason, str) else reason.message
        where = "" if isinstance(reason, str) else f" (line {reason.site.span.line})"
        reasons.setdefault(what, what + where)
    return Outcome(tuple(options), tuple(reasons.values()))


def _unseen(zero: Tensor) -> Tensor:
    return replace(nothing_sure(zero), slope=UNKNOWN, number=None, reasons=("what is zero as it stands",))


def _option(conditions: frozenset[tuple[str, bool]], leaf: Value) -> Option | None:
    if leaf == Const(None) or isinstance(leaf, (Class, Function, Partial)):  # it hands a loss out
        return None
    if isinstance(leaf, Dict):
        return Option(conditions, _among(leaf)) if leaf.items else None
    if isinstance(leaf, Seq) and leaf.items:
        first, *others = leaf.items
        beside = [tensor(item) for item in others if not isinstance(item, (Dict, Seq))]
        counts = any(isinstance(other.degree, Fraction) and other.degree > 0 for other in beside)
        value = _among(first)
        if signs.flat(value.parts) and any(other.slope is not None for other in beside):
            value = gradient_unsure(value)
        return Option(conditions, value, counts)
    value = _averaged(tensor(leaf))
    if isinstance(leaf, Const) and not isinstance(leaf.value, (int, float)):
        return None
    return Option(conditions, value)


def _among(value: Value) -> Tensor:
    """The loss among several values: what is called so, or what they have in common."""
    if isinstance(value, Dict):
        chosen = next((value.items[key] for key in LOSS_KEYS if key in value.items), None)
        if chosen is not None:
            return tensor(chosen)
        value = Seq(tuple(value.items.values()))
    if not isinstance(value, Seq):
        return tensor(value)
    parts = [_among(item) for item in value.items] or [tensor(value)]
    return parts[0] if len(parts) == 1 else _alike(parts)


def _averaged(value: Tensor) -> Tensor:
    """A value of which the framework takes the mean: that may leave less of it than its entries show."""
    if not value.axes.batches:
        return value
    if lineage.in_shares(value.parts):
        doubted = gradient_unsure(value)
        if doubted != value:
            value = replace(doubted, reasons=merge(value.reasons, ("terms that may cancel in the mean",)))
    if not lineage.cancels(value.parts):
        return value
    if lineage.vanishes(value.parts):
        return nothing_sure(value)
    return uncertain(value) if value.degree is MIXED else value


def _alike(parts: Sequence[Tensor]) -> Tensor:
    """Several losses by name: one value only if they scale alike."""
    whole = blend(parts)
    return replace(
        whole,
        degree=same([part.degree for part in parts])
        if len({part.degree for part in parts}) == 1
        else UNKNOWN,
    )
