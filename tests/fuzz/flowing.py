"""Control flow, helpers, ready losses: what stands between the operations."""

# The spellings of an operation are a table: one row, one line.
# ruff: noqa: E501

from __future__ import annotations

import textwrap
from dataclasses import replace

from .draft import OPS, Draft, N, Var, broadcast, op
from .elementwise import partner
from .reducing import reduction

INDENT = "    "


def indented(lines: list[str]) -> list[str]:
    return textwrap.indent("\n".join(lines), INDENT).splitlines()


def steps(draft: Draft, count: int) -> None:
    """Add ``count`` random operations."""
    weights = [weight for weight, _ in OPS]
    done = tries = 0
    while done < count and tries < 8 * count:
        tries += 1
        (_, operation), *_ = draft.rng.choices(OPS, weights)
        made = operation(draft)
        done += made is not None
        if made is not None and (made.rank > 4 or made.batches > 2):
            draft.variables.remove(made)


# --- ready losses -------------------------------------------------------------------------------------------

READY: list[tuple[str, str, str]] = [  # (range of both, shape of the result: last / same / scalar, text)
    ("real", "last", "keras.losses.mean_squared_error({0}, {1})"),
    ("real", "last", "tf.keras.losses.MeanAbsoluteError(reduction=None)({0}, {1})"),
    ("real", "last", "keras.losses.mean_squared_error({0}, {1})"),
    ("real", "last", "K.mean(K.square({0} - {1}), axis=-1)"),
    ("real", "scalar", "tf.keras.losses.MeanSquaredError()({0}, {1})"),
    ("real", "scalar", "tf.keras.losses.MeanAbsoluteError(reduction='sum')({0}, {1})"),
    ("real", "last", "tf.keras.losses.MeanSquaredError(reduction='none')({0}, {1})"),
    ("real", "scalar", "keras.losses.Huber()({0}, {1})"),
    ("real", "last", "tf.keras.losses.huber({0}, {1})"),
    ("real", "last", "tf.keras.losses.logcosh({0}, {1})"),
    ("real", "last", "tf.keras.losses.cosine_similarity({0}, {1}, axis=-1)"),
    ("real", "same", "tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.sigmoid({0}), logits={1})"),
    ("real", "last", "tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax({0}), logits={1})"),
    ("unit", "last", "tf.keras.losses.binary_crossentropy({0}, {1})"),
    ("unit", "same", "K.binary_crossentropy({0}, {1})"),
    ("unit", "last", "tf.keras.losses.kl_divergence({0}, {1})"),
    ("unit", "last", "tf.keras.losses.categorical_crossentropy({0}, {1})"),
    ("unit", "scalar", "tf.keras.losses.BinaryCrossentropy()({0}, {1})"),
    ("unit", "last", "keras.losses.poisson({0}, {1})"),
]


@op(1.2)
def ready(draft: Draft) -> Var | None:
    takes, gives, text = draft.pick(READY)
    var = draft.array(lambda v: v.rank > 1 and v.shape[0][1] > 0 and (takes == "real" or v.range == "unit"))
    if var is None:
        return None
    other = draft.array(
        lambda v: v.shape == var.shape and (takes == "real" or v.range == "unit") and v.text != var.text
    )
    if other is None:
        return None
    shape = {"last": var.shape[:-1], "same": var.shape, "scalar": ()}[gives]
    range_ = "real" if any(word in text for word in OF_ANY_SIGN) else "nonnegative"
    return draft.bind(text.format(var.text, other.text), shape, range_, heavy=var.heavy or other.heavy)


OF_ANY_SIGN = ("cosine", "kl_divergence", "poisson")


# --- model weights ------------------------------------------------------------------------------------------

WEIGHTS = "KERNEL = tf.Variable(tf.reshape(tf.linspace(tf.constant(0.1, tf.float64), 1.0, 12), (4, 3)))"


@op(0.4)
def weights(draft: Draft) -> Var | None:
    """A penalty on weights, or a projection by them."""
    if WEIGHTS not in draft.module.definitions:
        draft.module.definitions.insert(0, WEIGHTS)
    var = draft.array(lambda v: v.rank == 2 and v.shape[-1] == (4, 0))
    if var is not None and draft.chance(0.5):
        form = draft.pick(("({} @ KERNEL)", "tf.matmul({}, KERNEL)"))
        return draft.bind(form.format(var.text), (var.shape[0], (3, 0)), "real", heavy=var.heavy)
    scalar = draft.variable(lambda v: v.rank == 0)
    if scalar is None:
        return None
    form = draft.pick(
        (
            "0.01 * tf.reduce_sum(tf.square(KERNEL))",
            "0.01 * tf.nn.l2_loss(KERNEL)",
            "tf.reduce_mean(tf.abs(KERNEL))",
        )
    )
    return draft.bind(f"({scalar.text} + {form})", (), scalar.range, heavy=scalar.heavy)


# --- flags --------------------------------------------------------------------------------------------------


@op(0.8)
def switched(draft: Draft) -> Var | None:
    """A branch that a default decides."""
    var = draft.array()
    if var is None or draft.inline:
        return None
    flag = f"option{len(draft.parameters) + 1}"
    name = draft.name()
    x = var.text
    kind = draft.pick(("reduction", "bool", "none", "number", "ternary"))
    if kind == "reduction":
        default = draft.pick(("mean", "sum", "none"))
        draft.parameters.append(f"{flag}={default!r}")
        lines = [
            f"if {flag} == 'mean':",
            f"    {name} = tf.reduce_mean({x})",
            f"elif {flag} == 'sum':",
            f"    {name} = tf.reduce_sum({x})",
            "else:",
            f"    {name} = {x}",
        ]
        return draft.rename(Var(x, var.shape if default == "none" else (), var.range, var.heavy), lines, name)
    if kind == "bool":
        default = draft.pick((True, False))
        draft.parameters.append(f"{flag}={default}")
        lines = [
            f"if {flag}:",
            f"    {name} = tf.reduce_sum({x}, axis=-1)",
            "else:",
            f"    {name} = tf.reduce_mean({x}, axis=-1)",
        ]
        return draft.rename(Var(x, var.shape[:-1], var.range, var.heavy), lines, name)
    if kind == "none":
        draft.parameters.append(f"{flag}=None")
        lines = [f"{name} = {x}", f"if {flag} is not None:", f"    {name} = {name} * {flag}"]
        return draft.rename(var, lines, name)
    if kind == "number":
        default = draft.pick(("0", "1", "2.0"))
        draft.parameters.append(f"{flag}={default}")
        lines = [f"{name} = {x}", f"if {flag} > 0:", f"    {name} = {flag} * {name}"]
        return draft.rename(
            Var(x, var.shape, "nonnegative" if var.range != "real" else "real", var.heavy), lines, name
        )
    default = draft.pick((True, False))
    draft.parameters.append(f"{flag}={default}")
    how = "tf.reduce_sum" if default else "tf.reduce_mean"
    del how
    return draft.rename(
        Var(x, (), var.range, var.heavy),
        [f"{name} = tf.reduce_sum({x}) if {flag} else tf.reduce_mean({x})"],
        name,
    )


# --- loops --------------------------------------------------------------------------------------------------


def _part(draft: Draft, item: Var) -> Var | None:
    """What one turn of a loop adds: a value made of its item by an operation or two."""
    inner = Draft(
        draft.rng, draft.module, [item], inline=True, depth=draft.depth + 1, dialects=draft.dialects
    )
    steps(inner, draft.rng.randint(0, 1))
    if inner.variables[-1].rank and draft.chance(0.7):
        reduction(inner)
    made = inner.variables[-1]
    return made if made.batches <= 2 and made.rank <= 3 else None


@op(1.5)
def loop(draft: Draft) -> Var | None:
    """A value accumulated over features, over constants, over a list of tensors."""
    var = draft.array()
    if var is None or draft.inline:
        return None
    kind = draft.pick(("features", "constants", "tensors", "zip", "unstacked"))
    last = var.shape[-1]
    narrow = last[1] == 0 and 1 < last[0] <= 5 and var.rank > 1
    item, head = Var("item", var.shape, var.range, var.heavy), ""
    if kind == "features" and narrow:
        head = f"for k in range({last[0]}):"
        item = Var(f"{var.text}[..., k]", var.shape[:-1], var.range, var.heavy)
    elif kind == "unstacked" and narrow:
        head = f"for item in tf.unstack({var.text}, axis=-1):"
        item = Var("item", var.shape[:-1], var.range, var.heavy)
    elif kind == "constants":
        head = draft.pick(
            (
                "for k in [0.5, 1.0, 2.0]:",
                "for k in (1, 2):",
                "for k in range(1, 4):",
                "for _, k in enumerate([1.0, 2.0]):",
            )
        )
        item = Var(
            f"({var.text} * k)", var.shape, "positive" if var.range == "unit" else var.range, var.heavy
        )
    else:
        other = draft.array(lambda v: v.shape == var.shape)
        assert other is not None
        range_ = var.range if var.range == other.range else "real"
        item = Var("item", var.shape, range_, var.heavy or other.heavy)
        head = f"for item in [{var.text}, {other.text}]:"
        if kind == "zip":
            head = f"for w, item in zip([0.5, 2.0], [{var.text}, {other.text}]):"
            item = Var("(w * item)", var.shape, "positive" if range_ == "unit" else range_, item.heavy)
    with draft.guarded():
        part = _part(draft, item)
    if part is None:
        return None
    total = draft.name()
    positive = "positive" if part.range == "unit" else part.range
    grown = Var(total, part.shape, positive if part.range != "real" else "real", part.heavy)
    style = draft.pick(("+=", "total = total +", "append", "comprehension", "generator"))
    if style in ("comprehension", "generator"):
        items = f"{part.text} {head.removesuffix(':')}"
        text = (
            f"sum({items})"
            if style == "generator"
            else draft.pick(
                (
                    f"tf.add_n([{items}])",
                    f"sum([{items}])",
                    f"tf.reduce_sum(tf.stack([{items}]), axis=0)",
                    f"tf.reduce_mean(tf.stack([{items}]), axis=0)",
                )
            )
        )
        return draft.bind(text, part.shape, grown.range, heavy=part.heavy)
    if style == "append":
        items_name = draft.name()
        lines = [
            f"{items_name} = []",
            head,
            f"    {items_name}.append({part.text})",
            f"{total} = {draft.pick(('tf.add_n({})', 'sum({})', 'tf.reduce_mean({}, axis=0)', 'tf.reduce_sum({}, axis=0)')).format(items_name)}",
        ]
        return draft.rename(grown, lines, total)
    turn = f"    {total} += {part.text}" if style == "+=" else f"    {total} = {total} + {part.text}"
    return draft.rename(grown, [f"{total} = {draft.pick(('0.0', '0'))}", head, turn], total)


@op(0.5)
def loop_over_batch(draft: Draft) -> Var | None:
    """One turn per sample."""
    var = draft.array(lambda v: v.shape[0] == N and v.batches == 1 and v.text.isidentifier())
    if var is None or draft.inline:
        return None
    x = var.text
    kind = draft.pick(("range len", "rows", "map_fn", "vectorized_map", "comprehension", "list"))
    item = Var("row" if kind != "range len" else f"{x}[i]", var.shape[1:], var.range, var.heavy)
    with draft.guarded():
        part = _part(draft, item) if item.rank else item
    if part is None or part.rank > 1:
        return None
    name = draft.name()
    range_ = "positive" if part.range == "unit" else part.range
    if kind in ("map_fn", "vectorized_map"):
        return draft.bind(
            f"tf.{kind}(lambda row: {part.text}, {x})", (N, *part.shape), part.range, heavy=part.heavy
        )
    if kind == "comprehension":
        form = draft.pick(("tf.add_n([{}])", "sum([{}])", "sum({})"))
        return draft.bind(
            form.format(f"{part.text} for row in tf.unstack({x})"), part.shape, range_, heavy=part.heavy
        )
    if kind == "list":
        made = Var(name, (N, *part.shape), part.range, part.heavy)
        items = draft.name()
        return draft.rename(
            made,
            [
                f"{items} = []",
                f"for row in {x}:",
                f"    {items}.append({part.text})",
                f"{name} = tf.stack({items})",
            ],
            name,
        )
    head = (
        f"for i in range({draft.pick((f'len({x})', f'{x}.shape[0]', f'tf.shape({x})[0]'))}):"
        if kind == "range len"
        else f"for row in {x}:"
    )
    return draft.rename(
        Var(name, part.shape, range_, part.heavy), [f"{name} = 0.0", head, f"    {name} += {part.text}"], name
    )


# --- helpers ------------------------------------------------------------------------------------------------

SCALE = ("scale=0.5", "scale=2.0", "weight=0.1")


@op(2.2)
def helper(draft: Draft) -> Var | None:
    """A function of the program: at the top, local, a lambda, partial, a method; called with its arguments."""
    if draft.inline or draft.depth > 1:
        return None
    first = draft.variable()
    assert first is not None
    other = partner(draft, first)
    given = [first] if other is None or other == first or draft.chance(0.4) else [first, other]
    kind = draft.pick(("top", "top", "local", "lambda", "partial", "class", "tuple", "closure"))
    names = [draft.pick(("a", "u", "x")), draft.pick(("b", "w", "y"))][: len(given)]
    variables = [replace(var, text=name) for name, var in zip(names, given, strict=True)]
    sub = Draft(
        draft.rng,
        draft.module,
        variables,
        inline=kind == "lambda",
        depth=draft.depth + 1,
        dialects=draft.dialects,
    )
    if kind == "local":
        sub.variables[:0] = [var for var in draft.variables if var.text.isidentifier()][-2:]
        sub.counter = draft.counter + 20
    steps(sub, 2 if kind == "lambda" else draft.rng.randint(1, 3))
    result = sub.variables[-1]
    if result.text in names:
        return None
    arguments = ", ".join(var.text for var in given)
    if draft.chance(0.15) and len(given) == 2:
        arguments = f"{names[1]}={given[1].text}, {names[0]}={given[0].text}"
    parameters = [*names, *sub.parameters]
    if kind == "lambda":
        name = draft.name()
        draft.write([name], [f"{name} = lambda {', '.join(parameters)}: {result.text}"])
        return draft.bind(f"{name}({arguments})", result.shape, result.range, heavy=result.heavy)
    positive = "positive" if result.range == "unit" else result.range
    if kind == "class":
        name = draft.module.fresh("Part")
        method = draft.pick(("__call__", "forward"))
        lines = [f"class {name}:", "    def __init__(self, scale=0.5):", "        self.scale = scale", "",
                 f"    def {method}(self, {', '.join(parameters)}):", *indented(indented(sub.body(f"(self.scale * {result.text})")))]  # fmt: skip
        draft.module.definitions.append("\n".join(lines))
        call = f"{name}(){'' if method == '__call__' else '.forward'}({arguments})"
        return draft.bind(call, result.shape, positive, heavy=result.heavy)
    if kind == "tuple":
        beside = sub.variables[-2]
        name = draft.module.fresh("pair")
        lines = [
            f"def {name}({', '.join(parameters)}):",
            *indented(sub.body(f"{result.text}, {beside.text}")),
        ]
        draft.module.definitions.append("\n".join(lines))
        one, two = draft.name(), draft.name()
        draft.write([one, two], [f"{one}, {two} = {name}({arguments})"])
        made = [
            Var(one, result.shape, result.range, result.heavy),
            Var(two, beside.shape, beside.range, beside.heavy),
        ]
        draft.variables += made
        return made[0]
    scale = draft.pick(SCALE) if draft.chance(0.4) or kind == "partial" else ""
    text = f"({scale.partition('=')[0]} * {result.text})" if scale else result.text
    range_ = positive if scale else result.range
    if kind == "local":
        name = draft.name()
        lines = [
            f"def {name}({', '.join(parameters + ([scale] if scale else []))}):",
            *indented(sub.body(text)),
        ]
        draft.write([name], lines)
        return draft.bind(f"{name}({arguments})", result.shape, range_, heavy=result.heavy)
    name = draft.module.fresh("helper")
    header = f"def {name}({', '.join(parameters + ([scale] if scale else []))}):"
    if kind == "closure":
        inside = [f"def inner({', '.join(parameters)}):", *indented(sub.body(text)), "return inner"]
        lines = [f"def {name}({scale}):", *indented(inside)]
        draft.module.definitions.append("\n".join(lines))
        return draft.bind(f"{name}()({arguments})", result.shape, range_, heavy=result.heavy)
    lines = [header, *indented(sub.body(text))]
    if draft.chance(0.15):
        lines.insert(0, "@tf.function")
    draft.module.definitions.append("\n".join(lines))
    if kind == "partial":
        name = f"partial({name}, {scale.partition('=')[0]}=3.0)"
    return draft.bind(f"{name}({arguments})", result.shape, range_, heavy=result.heavy)


__all__ = ["broadcast", "steps"]
