"""What a loss is fed: the language of ``# losslint: inputs`` comments, and who plays which role.

    y_true=(N,4):int[0..9] y_pred=(N,4,10):prob alpha=0.25

A name, its shape (integers, ``N``, multiples such as ``2N``), after a colon the kind of its entries,
optionally ``/float32`` to force a dtype. A literal instead of a shape is passed as it is.
``y_pred.mu=…`` is the entry ``mu`` of a dict, ``y_pred.0=…`` the first of a list.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from losslint.source.inputs import ARRAY, InputsError, split_inputs

Dim = int | str

KINDS: Mapping[str, str] = {
    "real": "normal, any sign",
    "positive": "greater than zero",
    "prob": "rows that sum to one over the last axis (a single column: between 0 and 1)",
    "unit-interval": "between 0 and 1, independent",
    "binary": "0.0 or 1.0",
    "sign": "-1.0 or 1.0",
    "onehot": "rows with a single 1.0",
    "int": "integers, int[low..high] (default 0..3)",
    "index": "integers below the first dimension",
    "size": "the batch size itself, an integer",
    "bool": "true or false",
    "mask": "0.0 or 1.0, no row empty",
    "box": "corners, the first half of the last axis below the second",
    "unit": "rows of length one",
    "image": "smooth, between 0 and 1",
    "zeros": "0.0",
    "ones": "1.0",
}
ALIASES: Mapping[str, str] = {
    "pos": "positive",
    "probability": "prob",
    "probs": "prob",
    "probabilities": "prob",
    "p01": "unit-interval",
    "unit_interval": "unit-interval",
    "sigmoid": "unit-interval",
    "bin": "binary",
    "pm1": "sign",
    "one-hot": "onehot",
    "one_hot": "onehot",
    "float": "real",
    "logits": "real",
    "normal": "real",
    "boxes": "box",
    "img": "image",
    "emb": "unit",
    "normalized": "unit",
    "normalised": "unit",
}
# ``float`` is whatever the predictions are
DTYPES = frozenset(
    {"float", "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"}
)
TARGET_WORDS = re.compile(
    r"^(y|t|gt|labels?|targets?|truth|real|x_?true|mask|masks|weights?|sample_weights?|class_weights?)$"
    r"|true|label|target|ground|truth|_gt$|^gt_|mask|weight|onehot|one_hot|rewards?|returns?|advantages?|actions?",
    re.IGNORECASE,
)


class SpecError(ValueError):
    """An input spec that cannot be read; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One input. ``shape`` holds integers and ``"N"``/``"2N"``; a literal has kind ``literal``."""

    name: str
    shape: tuple[Dim, ...] = ()
    kind: str = "real"
    low: int | None = None
    high: int | None = None
    dtype: str | None = None
    role: str = "prediction"
    value: object = None
    keyword: bool = False

    def to_wire(self) -> dict[str, object]:
        """The spec as the worker reads it."""
        wire: dict[str, object] = {"name": self.name, "role": self.role, "keyword": self.keyword}
        if self.kind == "literal":
            return {**wire, "value": self.value}
        wire |= {"shape": list(self.shape), "kind": self.kind}
        optional = {"low": self.low, "high": self.high, "dtype": self.dtype}
        return wire | {key: value for key, value in optional.items() if value is not None}

    def __str__(self) -> str:
        if self.kind == "literal":
            return f"{self.name}={self.value!r}"
        shape = ",".join(str(dim) for dim in self.shape)
        bounds = f"[{self.low}..{self.high}]" if self.kind == "int" and self.high is not None else ""
        return f"{self.name}=({shape}):{self.kind}{bounds}" + (f"/{self.dtype}" if self.dtype else "")


_DIM = re.compile(r"^(?:\d+|\d*\s*\*?\s*N|N\s*\*\s*\d+)$")


def role_of(name: str, kind: str) -> str:
    """``target`` or ``prediction``, by the name of the parameter and by what it holds."""
    if kind in {"int", "index", "size", "bool", "onehot", "mask", "literal", "sign"}:
        return "target"
    return "target" if TARGET_WORDS.search(name) and not name.lower().startswith("pred") else "prediction"


@functools.lru_cache(maxsize=4096)
def parse_input(name: str, text: str) -> InputSpec:
    """One spec from its text, e.g. ``"(N,4):int[0..9]"`` or a literal such as ``0.25``."""
    match = ARRAY.fullmatch(text.strip())
    if match is None:
        try:
            value = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError):
            raise SpecError(
                f"input {name}: cannot read {text.strip()!r}; write e.g. {name}=(N,4):real"
            ) from None
        return InputSpec(name, kind="literal", value=value, role="target")
    kind = (match["kind"] or "real").lower()
    kind = ALIASES.get(kind, kind)
    if kind not in KINDS:
        raise SpecError(f"input {name}: unknown kind {kind!r}; known are {', '.join(KINDS)}")
    if match["dtype"] and match["dtype"] not in DTYPES:
        raise SpecError(f"input {name}: unknown dtype {match['dtype']!r}")
    low, high = (None if match[bound] is None else int(match[bound]) for bound in ("low", "high"))
    shape = tuple(_dim(name, part) for part in match["shape"].split(",") if part.strip())
    return InputSpec(name, shape, kind, low, high, match["dtype"], role_of(name, kind))


def _dim(name: str, text: str) -> Dim:
    text = text.strip()
    if not _DIM.match(text):
        raise SpecError(f"input {name}: dimension {text!r} is neither a number nor N")
    return int(text) if text.isdigit() else text.replace(" ", "")


def parse_inputs(text: str) -> tuple[InputSpec, ...]:
    """All specs of a ``# losslint: inputs`` comment, in their order."""
    try:
        pairs = split_inputs(text)
    except InputsError as error:
        raise SpecError(str(error)) from None
    return with_predictions(parse_input(name, spec) for name, spec in pairs)


def parse_arguments(text: str) -> dict[str, str]:
    """Arguments by name as Python text: ``alpha=0.5, encoder=build(4)``. Raises SpecError."""
    try:
        call = ast.parse(f"f({text})", mode="eval").body
    except (SyntaxError, ValueError):
        call = None
    if not isinstance(call, ast.Call) or call.args or any(k.arg is None for k in call.keywords):
        raise SpecError(f"cannot read the arguments {text!r}; write name=value, name=value")
    return {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg}


def with_predictions(specs: Iterable[InputSpec]) -> tuple[InputSpec, ...]:
    """The specs with at least one prediction: if every name sounds like a target, the last real one is it."""
    specs = tuple(specs)
    if any(spec.role == "prediction" for spec in specs):
        return specs
    for i in range(len(specs) - 1, -1, -1):
        if specs[i].kind not in {"int", "index", "size", "bool", "literal"}:
            return (*specs[:i], replace(specs[i], role="prediction"), *specs[i + 1 :])
    return specs
