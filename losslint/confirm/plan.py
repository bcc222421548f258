"""What to feed a loss whose inputs nobody declared: families of inputs, the likeliest first.

The worker tries them in this order until the loss is finite and its gradient is not zero. A family is a pair
of specs for target and prediction; which are likely is read from names and from a few telling expressions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from losslint.confirm.families import (
    CANNOT_FEED,
    DATA,
    FAMILIES,
    GENERIC,
    LITERALS,
    PREDICTION,
    ROW_LIKE,
    TARGET,
)
from losslint.confirm.locate import Candidate, Function
from losslint.confirm.specs import Dim, InputSpec, SpecError, parse_input, with_predictions

Plan = tuple[InputSpec, ...]
MOST_PLANS = 60


class CannotPlan(Exception):
    """The loss needs something that cannot be made up; one line that says what."""


def plans_for(
    candidate: Candidate, declared: tuple[InputSpec, ...] = (), context: str = ""
) -> tuple[Plan, ...]:
    """The plans to try, in order. ``declared`` specs win over guesses; hints are read from ``context`` too.

    Raises CannotPlan if a required parameter is no data that could be made up.
    """
    arguments = candidate.arguments
    parameters = _required(candidate)
    known = {spec.name.split(".")[0] for spec in declared}
    annotated = {a.arg: spec for a in _every(arguments) if (spec := from_annotation(a.arg, a.annotation))}
    open_parameters = [p for p in parameters if p not in known]
    if not open_parameters:
        return tuple(_with_sizes(_ordered(declared, arguments)))
    target, prediction, others = _roles(open_parameters)
    fixed = {name: annotated.get(name) or _other(name) for name in others}
    plans: list[Plan] = []
    for first, second in _families(candidate, context):
        pair: dict[str, InputSpec] = {}
        for name, text, role in ((target, first, "target"), (prediction, second, "prediction")):
            if name is not None:
                pair[name] = annotated.get(name) or replace(parse_input(name, text), role=role)
        rests = _shapes(fixed, pair[prediction].shape, annotated) if prediction else [list(fixed.values())]
        plans.extend(_ordered([*declared, *pair.values(), *rest], arguments) for rest in rests)
    for shape in ("(N,5)", "(N)", "(N,1)", "(N,8,8,3)"):
        alike = [annotated.get(name) or _reshaped(fixed.get(name), name, shape) for name in open_parameters]
        plans.append(_ordered([*declared, *alike], arguments))
    distinct: dict[tuple[str, ...], Plan] = {}
    for plan in plans:
        for sized in _with_sizes(plan):
            distinct.setdefault(tuple(map(str, sized)), sized)
    return tuple(distinct.values())[:MOST_PLANS]


def _with_sizes(plan: Plan) -> Iterator[Plan]:
    """A batch size that is an input may be wanted as an integer or as a float."""
    yield plan
    if any(spec.kind == "size" for spec in plan):
        yield tuple(replace(s, dtype="float64") if s.kind == "size" else s for s in plan)


def _shapes(
    fixed: Mapping[str, InputSpec], prediction: tuple[Dim, ...], annotated: Mapping[str, InputSpec]
) -> Iterator[list[InputSpec]]:
    """The parameters beside target and prediction: as tables say, then as its rows, then as it is."""
    free = {name for name, spec in fixed.items() if name not in annotated and spec.kind in ROW_LIKE}
    yield list(fixed.values())
    for shape in (prediction[:-1], prediction):
        yield [replace(spec, shape=shape) if name in free else spec for name, spec in fixed.items()]


def _reshaped(spec: InputSpec | None, name: str, shape: str) -> InputSpec:
    """The parameter as real numbers of this shape, unless tables know that it holds something else."""
    if spec is not None and spec.kind not in ROW_LIKE:
        return spec
    return parse_input(name, f"{shape}:{spec.kind if spec else 'real'}")


def _every(arguments: ast.arguments) -> list[ast.arg]:
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _required(candidate: Candidate) -> list[str]:
    """Parameters to feed: those without a default, and target and prediction even if they have one."""
    arguments = candidate.arguments
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    if candidate.is_method and positional and positional[0] in {"self", "cls"}:
        positional = positional[1:]
    count = len(positional) - min(len(arguments.defaults), len(positional))
    required = positional[: max(count, 0)]
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return required + [a.arg for a, default in pairs if default is None]


def _roles(names: list[str]) -> tuple[str | None, str | None, list[str]]:
    """Which parameter is the target, which the prediction, and the rest.

    Names decide; of two parameters whose names say nothing, the order (target first, as Keras has it).
    """
    for name in names:
        if CANNOT_FEED.match(name):
            raise CannotPlan(f"it takes a {name}, which cannot be made up; wrap it in a function of tensors")
    prediction = next((n for n in names if PREDICTION.search(n)), None)
    target = next((n for n in names if n != prediction and TARGET.search(n)), None)
    unknown = [n for n in names if n not in LITERALS and n not in {target, prediction} and not _data_kind(n)]
    if target is None and unknown and (prediction or len(unknown) > 1):
        target = unknown.pop(0)
    if prediction is None and unknown:
        prediction = unknown.pop(0)
    if prediction is None and target is not None:
        prediction = next((n for n in names if n != target and n not in LITERALS), None)
    return target, prediction, [n for n in names if n not in {target, prediction}]


def _data_kind(name: str) -> str | None:
    return next((spec for pattern, spec in DATA if re.search(pattern, name, re.I)), None)


def _other(name: str) -> InputSpec:
    """A parameter beside target and prediction: a literal, a known kind of data, or real numbers."""
    if name in LITERALS and not isinstance(LITERALS[name], list):
        return InputSpec(name, kind="literal", value=LITERALS[name], role="target")
    return parse_input(name, _data_kind(name) or "(N,4):real")


def _ordered(given: Iterable[InputSpec], arguments: ast.arguments) -> Plan:
    """In the order of the parameters; what is keyword-only, or comes after a gap, is passed by keyword."""
    specs = with_predictions(given)
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args) if a.arg not in {"self", "cls"}]
    place = {name: i for i, name in enumerate(positional)}
    names = {spec.name.split(".")[0] for spec in specs}
    gap = next((i for i, name in enumerate(positional) if name not in names), len(positional))
    extra = len(positional) + 1

    def position(spec: InputSpec) -> int:
        return place.get(spec.name.split(".")[0], extra)

    ordered = sorted(specs, key=position)
    return tuple(
        replace(s, keyword=gap <= position(s) and (position(s) < extra or not arguments.vararg))
        for s in ordered
    )


def _families(candidate: Candidate, context: str) -> Iterator[tuple[str, str]]:
    body = ast.unparse(candidate.node)
    logits = "logits" in " ".join(
        [candidate.qualname, context, *(a.arg for a in _every(candidate.arguments))]
    ).lower() or re.search(r"from_logits=True|sigmoid_cross_entropy_with|softmax_cross_entropy_with", body)
    by_name, by_context, by_body = (
        [pair for pattern, pairs in FAMILIES if re.search(pattern, words, re.I) for pair in pairs]
        for words in (candidate.qualname, context, body)
    )
    shaped = list(_by_shape(candidate.node))
    named = [*by_name, *by_context]
    first = [*_reshaped_pairs(named[:1], shaped[:1]), *named] or shaped
    for target, prediction in (*first, *shaped, *by_body[:4], *GENERIC, *by_body[4:]):
        kind = prediction.rpartition(":")[2]
        yield (
            target,
            (
                prediction.replace(kind, "real")
                if logits and kind in {"prob", "unit-interval"}
                else prediction
            ),
        )


def _reshaped_pairs(
    named: Sequence[tuple[str, str]], shaped: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Masks of the shape that the code betrays: a Dice over axes 1 to 3 may want volumes."""
    for (target, prediction), (shape, _) in zip(named, shaped, strict=False):
        if target.endswith(":binary") and prediction.endswith(":unit-interval"):
            shape = shape.rpartition(":")[0]
            yield f"{shape}:binary", f"{shape}:unit-interval"


def _by_shape(node: Function) -> Iterator[tuple[str, str]]:
    """Families for the rank and the last size that slices, ``axis=`` and ``one_hot`` betray."""
    rank, last = 0, 0
    axes = {axis for value in _axis_keywords(node) for axis in _integers(value)}
    inside = {axis for axis in axes if axis > 0}
    if inside:
        rank = max(inside) + 1 + (len(inside) > 1 and -1 in axes)
    for value in _axis_defaults(node):  # the axes of space, as a rule: the channels come after them
        rank = max([rank, *(axis + 2 for axis in _integers(value) if axis > 0)])
    for inner in ast.walk(node):
        if isinstance(inner, ast.Subscript) and isinstance(inner.slice, ast.Tuple):
            index = inner.slice.elts
            if not any(isinstance(i, ast.Constant) and i.value is Ellipsis for i in index):
                rank = max(rank, len(index))
            last = max(last, _reach(index[-1]))
        elif isinstance(inner, ast.Call) and _called(inner) == "one_hot":
            given = [*inner.args[1:2], *(k.value for k in inner.keywords if k.arg == "depth")]
            size = next((depth for value in given for depth in _integers(value)), 5)
            yield f"(N):int[0..{size - 1}]", f"(N,{size}):real"
            yield f"(N,8,8):int[0..{size - 1}]", f"(N,8,8,{size}):real"
    if rank > 2 or last > 1:
        size = last or (1 if rank >= 4 else 5)
        space = ",8" * (rank - 2)
        shape = f"(N{space},{size})" if space else f"(N,{max(size, 2)})"
        yield f"{shape}:real", f"{shape}:real"
        yield f"{shape}:binary", f"{shape}:unit-interval"


AXIS_NAMES = frozenset({"axis", "axes", "dim"})


def _axis_keywords(node: Function) -> Iterator[ast.expr]:
    """What ``axis=`` is given in calls."""
    yield from (k.value for k in ast.walk(node) if isinstance(k, ast.keyword) and k.arg in AXIS_NAMES)


def _axis_defaults(node: Function) -> Iterator[ast.expr]:
    """What a parameter called ``axis`` is by default."""
    positional = [*node.args.posonlyargs, *node.args.args]
    defaults = node.args.defaults
    with_default = zip(positional[len(positional) - len(defaults) :], defaults, strict=True)
    yield from (default for a, default in with_default if a.arg in AXIS_NAMES)


def _integers(value: ast.expr) -> list[int]:
    """The integer, or the integers of the list or tuple, that the expression is."""
    try:
        literal = ast.literal_eval(value)
    except ValueError:
        return []
    return [x for x in (literal if isinstance(literal, list | tuple) else [literal]) if type(x) is int]


def _reach(index: ast.expr) -> int:
    """The last size that an index needs: ``2`` and ``:3`` need three."""
    if isinstance(index, ast.Constant) and type(index.value) is int:
        return index.value + 1
    if isinstance(index, ast.Slice):
        ends = (b.value for b in (index.lower, index.upper) if isinstance(b, ast.Constant))
        bounds = [b for b in ends if type(b) is int]
        return max([0, *(b + (1 if index.upper is None else 0) for b in bounds if b > 0)])
    return 0


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


BATCH_DIMS = frozenset({"n", "b", "batch", "batch_size", "bs", "*batch", "..."})


def from_annotation(name: str, annotation: ast.expr | None) -> InputSpec | None:
    """The spec that a jaxtyping annotation states: ``Float[tf.Tensor, "batch 4"]``."""
    if not isinstance(annotation, ast.Subscript) or not isinstance(annotation.slice, ast.Tuple):
        return None
    kinds = {
        "Float": "real",
        "Num": "real",
        "Real": "real",
        "Int": "int[0..4]",
        "Integer": "int[0..4]",
        "Bool": "bool",
    }
    base = annotation.value
    kind = kinds.get(
        (base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")).rstrip("0123456789")
    )
    dims = annotation.slice.elts[-1]
    if kind is None or not isinstance(dims, ast.Constant) or not isinstance(dims.value, str):
        return None
    sizes = ["N" if d.lower() in BATCH_DIMS else d if d.isdigit() else "5" for d in dims.value.split()]
    try:
        return parse_input(name, f"({','.join(sizes)}):{kind}")
    except SpecError:
        return None
