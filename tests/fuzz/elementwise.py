"""Elementwise operations: of one operand, of two, with constants."""

# The spellings of an operation are a table: one row, one line.
# ruff: noqa: E501

from __future__ import annotations

from .draft import Draft, N, Var, broadcast, entries, narrower, op

Row = tuple[str, str, bool, dict[str, tuple[str, ...]]]

# (what it takes, what it gives, whether it grows fast, spellings by dialect)
UNARY: list[Row] = [
    ("real", "nonnegative", False, {"tf": ("tf.abs({})", "tf.math.abs({})", "abs({})"), "K": ("K.abs({})",), "ops": ("ops.abs({})", "ops.absolute({})")}),
    ("real", "nonnegative", False, {"tf": ("tf.square({})", "tf.math.square({})", "({} ** 2)", "tf.pow({}, 2)"), "K": ("K.square({})", "K.pow({}, 2)"), "ops": ("ops.square({})", "ops.power({}, 2)")}),
    ("positive", "positive", False, {"tf": ("tf.sqrt({})", "tf.math.sqrt({})", "({} ** 0.5)", "tf.pow({}, 0.5)"), "K": ("K.sqrt({})",), "ops": ("ops.sqrt({})",)}),
    ("positive", "real", False, {"tf": ("tf.math.log({})",), "K": ("K.log({})",), "ops": ("ops.log({})",)}),
    ("nonnegative", "nonnegative", False, {"tf": ("tf.math.log1p({})", "tf.math.log({} + 1.0)"), "ops": ("ops.log1p({})",)}),
    ("real", "positive", True, {"tf": ("tf.exp(0.3 * {})", "tf.math.exp(-{})"), "K": ("K.exp(0.3 * {})",), "ops": ("ops.exp(-{})",)}),
    ("real", "unit", False, {"tf": ("tf.sigmoid({})", "tf.nn.sigmoid({})", "tf.math.sigmoid({})"), "K": ("K.sigmoid({})",), "ops": ("ops.sigmoid({})",)}),
    ("real", "real", False, {"tf": ("tf.tanh({})", "tf.math.tanh({})"), "K": ("K.tanh({})",), "ops": ("ops.tanh({})",)}),
    ("real", "nonnegative", False, {"tf": ("tf.nn.relu({})", "tf.maximum({}, 0.0)", "tf.maximum(0.0, {})"), "K": ("K.relu({})", "K.maximum({}, 0.0)"), "ops": ("ops.relu({})", "ops.maximum({}, 0.0)")}),
    ("real", "positive", False, {"tf": ("tf.nn.softplus({})", "tf.math.softplus({})"), "K": ("K.softplus({})",), "ops": ("ops.softplus({})",)}),
    ("positive", "positive", False, {"tf": ("tf.math.reciprocal({})", "(1.0 / {})", "tf.math.rsqrt({})", "tf.math.reciprocal_no_nan({})", "({} ** -1)"), "ops": ("ops.reciprocal({})", "ops.rsqrt({})", "(1.0 / {})"), "K": ("(1.0 / {})",)}),
    ("real", "real", False, {"tf": ("(-{})", "tf.negative({})"), "K": ("(-{})",), "ops": ("ops.negative({})", "(-{})")}),
    ("real", "real", False, {"tf": ("tf.identity({})", "tf.cast({}, tf.float64)"), "K": ("K.cast({}, 'float64')",), "ops": ("ops.cast({}, 'float64')",)}),
    ("real", "real", False, {"tf": ("tf.sin({})", "tf.math.cos({})", "tf.math.erf({})", "tf.nn.elu({})"), "ops": ("ops.sin({})", "ops.elu({})", "ops.erf({})"), "K": ("K.sin({})", "K.elu({})")}),
    ("real", "real", False, {"tf": ("tf.nn.leaky_relu({})", "tf.nn.leaky_relu({}, alpha=0.1)"), "ops": ("ops.leaky_relu({})",), "K": ("K.relu({}, alpha=0.1)",)}),
    ("real", "real", False, {"tf": ("tf.clip_by_value({}, -1.0, 1.0)", "tf.clip_by_value({}, clip_value_min=-2.0, clip_value_max=0.5)"), "K": ("K.clip({}, -1.0, 1.0)",), "ops": ("ops.clip({}, -1.0, 1.0)",)}),
    ("real", "positive", False, {"tf": ("tf.clip_by_value({}, 1e-7, 1.0)",), "K": ("K.clip({}, K.epsilon(), 1 - K.epsilon())",), "ops": ("ops.clip({}, 1e-7, 1.0)",)}),
    ("real", "positive", False, {"tf": ("tf.maximum({}, 1e-7)", "tf.maximum({}, 0.1)", "tf.maximum(1e-6, {})"), "K": ("K.maximum({}, K.epsilon())",), "ops": ("ops.maximum({}, 1e-7)",)}),
    ("real", "real", False, {"tf": ("tf.sign({})", "tf.math.sign({})"), "K": ("K.sign({})",), "ops": ("ops.sign({})",)}),
    ("real", "real", False, {"tf": ("tf.stop_gradient({})", "tf.round({})"), "K": ("K.stop_gradient({})",), "ops": ("ops.stop_gradient({})",)}),
    ("nonnegative", "positive", False, {"tf": ("({} + 1e-6)", "({} + 1e-3)", "({} + 1.0)", "({} + tf.keras.backend.epsilon())"), "K": ("({} + K.epsilon())", "({} + 1e-4)"), "ops": ("({} + 1e-7)", "(1.0 + {})")}),
    ("unit", "unit", False, {"tf": ("(1.0 - {})", "(1 - {})"), "K": ("(1.0 - {})",), "ops": ("(1.0 - {})",)}),
    ("unit", "nonnegative", False, {"tf": ("(-tf.math.log({} + 1e-7))", "(-{} * tf.math.log({}))", "tf.pow(1.0 - {}, 2.0)"), "K": ("(-K.log({} + K.epsilon()))", "K.binary_crossentropy({}, {})"), "ops": ("(-ops.log({} + 1e-7))",)}),
]  # fmt: skip


def spelled(draft: Draft, spellings: dict[str, tuple[str, ...]]) -> str:
    """One spelling, in a dialect of the program if there is one."""
    return draft.pick(spellings.get(draft.dialect()) or spellings["tf"])


def accepts(takes: str, var: Var) -> bool:
    """Whether a function is defined on a value."""
    return narrower(var.range, takes)


# To the last bit the same for all data where the argument is a large sum, as sums of positive numbers are.
SATURATING = ("sigmoid", "tanh", "erf", "exp(-")
IN_OTHER_FORM = ("cast", "identity", "stop_gradient")


@op(6)
def unary(draft: Draft) -> Var | None:
    var = draft.variable()
    if var is None:
        return None
    fitting = [row for row in UNARY if accepts(row[0], var) and not (row[2] and var.heavy)]
    _, gives, fast, spellings = draft.pick(fitting)
    text = spelled(draft, spellings)
    sure = not var.batches and narrower(var.range, "nonnegative") and any(w in text for w in SATURATING)
    text = text.replace("{}", f"(0.02 * {var.text})" if sure else var.text)
    if "binary_crossentropy" in text and var.rank == 0:
        return None
    same = any(word in text for word in IN_OTHER_FORM)
    if "tanh" in text:
        gives = var.range
    return draft.bind(text, var.shape, var.range if same else gives, heavy=var.heavy or fast)


# (range, spellings): ranges of a result that hold for any operands of at least "takes"
BINARY: list[tuple[str, dict[str, tuple[str, ...]]]] = [
    ("sum", {"tf": ("({0} + {1})", "tf.add({0}, {1})", "tf.math.add({0}, {1})"), "K": ("({0} + {1})",), "ops": ("({0} + {1})", "ops.add({0}, {1})")}),
    ("difference", {"tf": ("({0} - {1})", "tf.subtract({0}, {1})"), "K": ("({0} - {1})",), "ops": ("({0} - {1})", "ops.subtract({0}, {1})")}),
    ("product", {"tf": ("({0} * {1})", "tf.multiply({0}, {1})", "tf.math.multiply({0}, {1})"), "K": ("({0} * {1})",), "ops": ("({0} * {1})", "ops.multiply({0}, {1})")}),
    ("quotient", {"tf": ("({0} / {1})", "tf.divide({0}, {1})", "tf.math.divide_no_nan({0}, {1})", "tf.truediv({0}, {1})"), "K": ("({0} / {1})",), "ops": ("({0} / {1})", "ops.divide({0}, {1})")}),
    ("square", {"tf": ("tf.math.squared_difference({0}, {1})", "tf.square({0} - {1})", "({0} - {1}) ** 2"), "K": ("K.square({0} - {1})",), "ops": ("ops.square({0} - {1})",)}),
    ("extreme", {"tf": ("tf.maximum({0}, {1})", "tf.minimum({0}, {1})", "tf.math.maximum({0}, {1})"), "K": ("K.maximum({0}, {1})", "K.minimum({0}, {1})"), "ops": ("ops.maximum({0}, {1})", "ops.minimum({0}, {1})")}),
    ("distance", {"tf": ("tf.abs({0} - {1})",), "K": ("K.abs({0} - {1})",), "ops": ("ops.abs({0} - {1})",)}),
]  # fmt: skip


def range_of(how: str, left: Var, right: Var) -> str:
    """The range of a binary operation's result."""
    ranges = {left.range, right.range}
    if how in ("square", "distance"):
        return "nonnegative"
    if how == "difference" or "real" in ranges:
        return "real"
    if how in ("product", "extreme") and ranges == {"unit"}:
        return "unit"
    if "nonnegative" in ranges:
        return "positive" if how == "sum" and len(ranges) > 1 else "nonnegative"
    return "positive"


def partner(draft: Draft, var: Var, fits: str = "real") -> Var | None:
    """Another variable that broadcasts with ``var`` without becoming too large."""

    def suits(other: Var) -> bool:
        shape = broadcast(var.shape, other.shape)
        return (
            narrower(other.range, fits) and shape is not None and len(shape) <= 4 and entries(shape)[1] <= 2
        )

    return draft.variable(suits)


@op(7)
def binary(draft: Draft) -> Var | None:
    var = draft.variable()
    how, spellings = draft.pick(BINARY)
    other = var and partner(draft, var, "positive" if how == "quotient" else "real")
    if var is None or other is None or (how != "product" and var.text == other.text):
        return None
    shape = broadcast(var.shape, other.shape)
    assert shape is not None
    text = spelled(draft, spellings).format(var.text, other.text)
    if text.endswith("** 2"):
        text = f"({text})"
    return draft.bind(text, shape, range_of(how, var, other), heavy=var.heavy or other.heavy)


@op(2)
def scaled(draft: Draft) -> Var | None:
    var = draft.variable()
    if var is None:
        return None
    number = draft.number()
    form = draft.pick(
        ("({1} * {0})", "({0} * {1})", "({0} / {1})", "({0} + {1})", "({0} - {1})", "({1} - {0})")
    )
    kept = "{0} -" not in form and "- {0}" not in form
    range_ = ("positive" if var.range == "unit" else var.range) if kept else "real"
    return draft.bind(form.format(var.text, number), var.shape, range_, heavy=var.heavy)


@op(1)
def class_weights(draft: Draft) -> Var | None:
    """A list of constants over the last axis."""
    var = draft.array(lambda v: v.shape[-1][1] == 0 and 1 < v.shape[-1][0] <= 5)
    if var is None:
        return None
    numbers = ", ".join(draft.number() for _ in range(var.shape[-1][0]))
    form = draft.pick(("tf.constant([{}], dtype=tf.float64)", "[{}]"))
    return draft.bind(
        f"({var.text} * {form.format(numbers)})",
        var.shape,
        "positive" if var.range == "unit" else var.range,
        heavy=var.heavy,
    )


COMPARED = ("{0} > {1}", "{0} < {1}", "tf.greater({0}, {1})", "tf.less({0}, {1})", "{0} >= {1}")


def condition(draft: Draft, var: Var) -> str:
    """A mask over the entries of ``var``."""
    form = draft.pick(COMPARED)
    bound = draft.pick(("0.0", "0.5", "0.2") if var.range == "real" else ("0.5", "0.2"))
    other = partner(draft, var)
    if (
        other is not None
        and other.text != var.text
        and draft.chance(0.4)
        and broadcast(var.shape, other.shape) == var.shape
    ):
        bound = other.text
    return "(" + form.format(var.text, bound) + ")" if "tf." not in form else form.format(var.text, bound)


@op(1.5)
def masked(draft: Draft) -> Var | None:
    """Entries chosen or weighed by a mask."""
    var = draft.array(lambda v: v.batches > 0)
    if var is None:
        return None
    mask = draft.array(lambda v: v.shape == var.shape)
    if mask is None:
        return None
    test = condition(draft, mask)
    cast = draft.pick(("tf.cast({}, tf.float64)", "tf.cast({}, dtype=tf.float64)"))
    if draft.dialect() == "K":
        cast = "K.cast({}, 'float64')"
    other = partner(draft, var)
    forms = [
        f"({var.text} * {cast.format(test)})",
        f"tf.where({test}, {var.text}, 0.0)",
        f"tf.where({test}, {var.text}, tf.zeros_like({var.text}))",
        f"tf.where({test}, {var.text}, {draft.number()} * {var.text})",
        cast.format(test),
    ]
    if other is not None and other.shape == var.shape:
        forms.append(f"tf.where({test}, {var.text}, {other.text})")
    if draft.dialect() == "ops":
        forms = [form.replace("tf.where", "ops.where") for form in forms]
    text = draft.pick(forms)
    range_ = "real" if other is not None and text == forms[-1] else var.range
    return draft.bind(text, var.shape, "real" if range_ == "real" else "nonnegative", heavy=var.heavy)


__all__ = ["N", "condition", "partner", "spelled"]
