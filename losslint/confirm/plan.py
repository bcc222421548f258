"""What to feed a loss whose inputs nobody declared: families of inputs, the likeliest first.

The worker tries them in this order until the loss is finite and its gradient is not zero. A family is a pair
of specs for target and prediction; which are likely is read from names and from a few telling expressions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from losslint.confirm.evidence import betrayed, called, stated
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
MOST_PLANS = 80
PICTURES = ("(N,32,32,3):image", "(N,32,32,3):image")  # beside a parameter that is an image, the others are


class CannotPlan(Exception):
    """The loss needs something that cannot be made up; one line that says what."""


def plans_for(
    candidate: Candidate, declared: tuple[InputSpec, ...] = (), context: str = ""
) -> tuple[Plan, ...]:
    """The plans to try, in order. ``declared`` specs win over guesses; hints are read from ``context`` too.

    Raises CannotPlan if a required parameter is no data that could be made up.
    """
    arguments = candidate.arguments
    known = {spec.name.split(".")[0] for spec in declared}
    annotated = {a.arg: spec for a in _every(arguments) if (spec := from_annotation(a.arg, a.annotation))}
    open_parameters = [name for name in _required(candidate) if name not in known]
    if not open_parameters:
        return tuple(_with_sizes(_ordered(declared, arguments)))
    leaves = leaves_of(candidate.node, open_parameters)
    target, prediction, others = _roles(leaves)
    fixed = {leaf.path: annotated.get(leaf.path) or _other(leaf) for leaf in others}
    plans: list[Plan] = []
    pictures = [PICTURES] if any(spec.kind == "image" for spec in fixed.values()) else []
    for first, second in (*pictures, *_families(candidate, context)):
        pair: list[InputSpec] = []
        for those, text, role in ((target, first, "target"), (prediction, second, "prediction")):
            pair += [annotated.get(x.path) or replace(parse_input(x.path, text), role=role) for x in those]
        rests = _shapes(fixed, pair[-1].shape, annotated) if prediction else [list(fixed.values())]
        plans.extend(_ordered([*declared, *pair, *rest], arguments) for rest in rests)
    for shape in ("(N,5)", "(N)", "(N,1)", "(N,8,8,3)"):
        alike = [annotated.get(leaf.path) or _reshaped(fixed.get(leaf.path), leaf, shape) for leaf in leaves]
        plans.append(_ordered([*declared, *alike], arguments))
    distinct: dict[tuple[str, ...], Plan] = {}
    for plan in plans:
        for sized in _with_sizes(plan):
            distinct.setdefault(tuple(map(str, sized)), sized)
    tried = list(distinct.values())[: MOST_PLANS * 3 // 4]
    given = {spec.name for spec in declared} | set(annotated)
    return tuple([*tried, *_as_floats(tried, given)][:MOST_PLANS])


@dataclass(frozen=True, slots=True)
class Leaf:
    """One tensor to feed: ``path`` is ``y_pred`` or a part of it, ``y_pred.mu``; ``word`` tells what it is."""

    path: str
    word: str

    @property
    def parameter(self) -> str:
        return self.path.partition(".")[0]

    @property
    def is_literal(self) -> bool:
        """Whether it is a hyperparameter; a part of something is data, whatever it is called."""
        return self.word in LITERALS and self.path == self.word


def leaves_of(node: Function, parameters: Sequence[str]) -> list[Leaf]:
    """The tensors that parameters consist of: what is unpacked or asked for by key is fed in parts."""
    parts: dict[str, dict[str, str]] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Tuple | ast.List):
            targets, name = inner.targets[0].elts, _unpacked(inner.value)
            if name and all(isinstance(x, ast.Name) for x in targets):
                words = [x.id for x in targets if isinstance(x, ast.Name)]
                parts.setdefault(name, {str(i): word for i, word in enumerate(words)})
        elif isinstance(inner, ast.Subscript) and isinstance(inner.value, ast.Name):
            key = inner.slice.value if isinstance(inner.slice, ast.Constant) else None
            if isinstance(key, str) and key.isidentifier():
                parts.setdefault(inner.value.id, {})[key] = key
    leaves = []
    for name in parameters:
        telling = PREDICTION.search(name) or TARGET.search(name)
        for key, word in parts.get(name, {}).items():
            leaves.append(Leaf(f"{name}.{key}", word if _data_kind(word) or not telling else name))
        if name not in parts:
            leaves.append(Leaf(name, name))
    return leaves


def _unpacked(value: ast.expr) -> str | None:
    """The name that is unpacked: itself, or through a helper such as ``unpack_x_y_sample_weight``."""
    if isinstance(value, ast.Call) and called(value).startswith("unpack") and len(value.args) == 1:
        value = value.args[0]
    return value.id if isinstance(value, ast.Name) else None


def _as_floats(plans: Iterable[Plan], given: Collection[str]) -> Iterator[Plan]:
    """Class ids may be wanted as floats: Keras casts targets to the type of the predictions."""
    for plan in plans:
        free = [spec.kind == "int" and spec.dtype is None and spec.name not in given for spec in plan]
        if any(free):
            pairs = zip(plan, free, strict=True)
            yield tuple(replace(spec, dtype="float") if cast else spec for spec, cast in pairs)


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
    for shape in (prediction[:-1] or prediction, prediction) if free else ():
        yield [replace(spec, shape=shape) if name in free else spec for name, spec in fixed.items()]
    columns = {name for name, spec in fixed.items() if name not in annotated and spec.shape == ("N",)}
    if columns:
        yield [replace(s, shape=("N", 1)) if name in columns else s for name, s in fixed.items()]


def _reshaped(spec: InputSpec | None, leaf: Leaf, shape: str) -> InputSpec:
    """The parameter as real numbers of this shape, unless tables know that it holds something else."""
    if spec is not None and spec.kind not in ROW_LIKE:
        return spec
    return parse_input(leaf.path, f"{shape}:{spec.kind if spec else 'real'}")


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
    required += [a.arg for a, default in pairs if default is None]
    if not required and arguments.vararg is not None:
        return _names_for(candidate.node, arguments.vararg.arg)
    return required


def _names_for(node: Function, variadic: str) -> list[str]:
    """What ``*args`` is unpacked into; else a target and a prediction."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign) and _unpacked(inner.value) == variadic:
            targets = inner.targets[0]
            return [ast.unparse(x) for x in (targets.elts if isinstance(targets, ast.Tuple) else [targets])]
    return ["y_true", "y_pred"]


def _roles(leaves: Sequence[Leaf]) -> tuple[list[Leaf], list[Leaf], list[Leaf]]:
    """Which leaves are targets, which predictions, and the rest.

    Names decide; of two whose names say nothing, the order (target first, as Keras has it). What a target or a
    prediction is unpacked into plays its role too.
    """
    for leaf in leaves:
        if CANNOT_FEED.match(leaf.word):
            raise CannotPlan(
                f"it takes a {leaf.word}, which cannot be made up; wrap it in a function of tensors"
            )
    prediction = next((x for x in leaves if PREDICTION.search(x.word)), None)
    target = next((x for x in leaves if x != prediction and TARGET.search(x.word)), None)
    unknown = [
        x for x in leaves
        if not x.is_literal and x not in (target, prediction) and not _data_kind(x.word)
    ]  # fmt: skip
    if target is None and unknown and (prediction or len(unknown) > 1):
        target = unknown.pop(0)
    if prediction is None and unknown:
        prediction = unknown.pop(0)
    if prediction is None and target is not None:
        prediction = next((x for x in leaves if x != target and not x.is_literal), None)
    targets, predictions = _alike(target, leaves), _alike(prediction, leaves)
    return targets, predictions, [x for x in leaves if x not in targets and x not in predictions]


def _alike(one: Leaf | None, leaves: Sequence[Leaf]) -> list[Leaf]:
    return [x for x in leaves if one is not None and (x.parameter, x.word) == (one.parameter, one.word)]


def _data_kind(word: str) -> str | None:
    return next((spec for pattern, spec in DATA if re.search(pattern, word, re.I)), None)


def _other(leaf: Leaf) -> InputSpec:
    """A parameter beside target and prediction: a literal, a known kind of data, or real numbers."""
    if leaf.is_literal and not isinstance(LITERALS[leaf.word], list):
        return InputSpec(leaf.path, kind="literal", value=LITERALS[leaf.word], role="target")
    return parse_input(leaf.path, _data_kind(leaf.word) or "(N,5):real")


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

    def order(spec: InputSpec) -> tuple[int, int]:
        part = spec.name.rpartition(".")[2]
        return position(spec), int(part) if part.isdigit() else 0

    ordered = sorted(specs, key=order)
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
    shaped = list(betrayed(candidate.node))
    named = [*by_name, *by_context]
    first = [*stated(candidate.node), *_reshaped_pairs(named[:1], shaped[:1]), *named]
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


BATCH_DIMS = frozenset({"n", "b", "batch", "batch_size", "bs", "*batch", "..."})
ANNOTATED = {
    "Float": "real",
    "Num": "real",
    "Real": "real",
    "Inexact": "real",
    "Shaped": "real",
    "Int": "int[0..4]",
    "UInt": "int[0..4]",
    "Integer": "int[0..4]",
    "Bool": "bool",
}
NAMED_SIZE = "5"  # of a dimension that has a name: the same wherever it is named


def from_annotation(name: str, annotation: ast.expr | None) -> InputSpec | None:
    """The spec that a jaxtyping annotation states: ``Float[tf.Tensor, "batch 4"]``, also as a string."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    if not isinstance(annotation, ast.Subscript) or not isinstance(annotation.slice, ast.Tuple):
        return None
    base, dims = annotation.value, annotation.slice.elts[-1]
    word = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
    kind = ANNOTATED.get(word.rstrip("0123456789"))
    if kind is None or not isinstance(dims, ast.Constant) or not isinstance(dims.value, str):
        return None
    try:
        return parse_input(name, f"({','.join(map(_size_of, dims.value.split()))}):{kind}")
    except SpecError:
        return None


def _size_of(dim: str) -> str:
    """A dimension of an annotation: the batch, a number (``4``, ``c=4``), or a name."""
    dim = dim.rpartition("=")[2] if "=" in dim else dim
    if dim.lower() in BATCH_DIMS:
        return "N"
    return dim if dim.isdigit() else NAMED_SIZE
