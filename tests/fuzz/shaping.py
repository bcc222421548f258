"""Operations that move axes, and contractions."""

from __future__ import annotations

from .draft import ONE, Draft, N, Shape, Var, broadcast, entries, op
from .elementwise import condition


def product(dims: Shape) -> str:
    """The number of features as text."""
    k = 1
    for dim in dims:
        k *= dim[0]
    return str(k)


@op(2)
def reshaped(draft: Draft) -> Var | None:
    var = draft.array()
    if var is None:
        return None
    shape, x = var.shape, var.text
    whole = entries(shape)
    forms: list[tuple[str, Shape]] = [
        (f"tf.reshape({x}, [-1])", (whole,)),
        (f"K.flatten({x})", (whole,)),
        (f"ops.reshape({x}, (-1,))", (whole,)),
        (f"tf.reshape({x}, (-1, 1))", (whole, ONE)),
    ]
    if shape[0] == N and var.rank > 1 and all(dim[1] == 0 for dim in shape[1:]):
        inner = product(shape[1:])
        flat: Shape = (N, (int(inner), 0))
        forms += [
            (f"tf.reshape({x}, [tf.shape({x})[0], -1])", flat),
            (f"K.batch_flatten({x})", flat),
            (f"tf.reshape({x}, (-1, {inner}))", flat),
            (f"ops.reshape({x}, (ops.shape({x})[0], -1))", flat),
            (f"tf.reshape({x}, [len({x}), {inner}])", flat),
            (f"tf.keras.layers.Flatten()({x})", flat),
        ]
        if var.rank == 3:
            a, b = shape[1][0], shape[2][0]
            forms += [
                (f"tf.reshape({x}, [-1, {b}])", ((a, 1), (b, 0))),
                (f"tf.reshape({x}, (-1, {a * b}, 1))", (N, (a * b, 0), ONE)),
            ]
    text, after = draft.pick(forms)
    return draft.bind(text, after, var.range, heavy=var.heavy)


@op(1.2)
def transposed(draft: Draft) -> Var | None:
    var = draft.array(lambda v: v.rank > 1)
    if var is None:
        return None
    if draft.chance(0.4):
        form = draft.pick(
            ("tf.transpose({})", "K.transpose({})", "ops.transpose({})", "tf.transpose({}, perm=None)")
        )
        return draft.bind(form.format(var.text), var.shape[::-1], var.range, heavy=var.heavy)
    perm = list(range(var.rank))
    draft.rng.shuffle(perm)
    form = draft.pick(
        (
            "tf.transpose({}, {})",
            "tf.transpose({}, perm={})",
            "K.permute_dimensions({}, {})",
            "ops.transpose({}, {})",
        )
    )
    return draft.bind(
        form.format(var.text, perm), tuple(var.shape[at] for at in perm), var.range, heavy=var.heavy
    )


@op(1.5)
def expanded(draft: Draft) -> Var | None:
    var = draft.array(lambda v: v.rank < 3)
    if var is None:
        return None
    at = draft.rng.randint(0, var.rank)
    shape = (*var.shape[:at], ONE, *var.shape[at:])
    colons = ", ".join([":"] * at + [draft.pick(("None", "tf.newaxis"))] + [":"] * (var.rank - at))
    index = at - var.rank - 1 if draft.chance(0.4) else at
    forms = [
        f"tf.expand_dims({var.text}, {index})",
        f"tf.expand_dims({var.text}, axis={index})",
        f"K.expand_dims({var.text}, axis={index})",
        f"ops.expand_dims({var.text}, {index})",
        f"{var.text}[{colons}]",
    ]
    if at == var.rank:
        forms.append(f"{var.text}[..., tf.newaxis]")
    if at == 0:
        forms.append(f"{var.text}[tf.newaxis]")
    return draft.bind(draft.pick(forms), shape, var.range, heavy=var.heavy)


@op(1)
def squeezed(draft: Draft) -> Var | None:
    var = draft.array(lambda v: ONE in v.shape)
    if var is None:
        return None
    at = draft.pick([k for k, dim in enumerate(var.shape) if dim == ONE])
    index = at - var.rank if draft.chance(0.4) else at
    form = draft.pick(
        (
            "tf.squeeze({}, {})",
            "tf.squeeze({}, axis={})",
            "tf.squeeze({}, [{}])",
            "ops.squeeze({}, axis={})",
            "K.squeeze({}, {})",
        )
    )
    return draft.bind(
        form.format(var.text, index),
        var.shape[:at] + var.shape[at + 1 :],
        var.range,
        heavy=var.heavy,
    )


@op(2.5)
def indexed(draft: Draft) -> Var | None:
    var = draft.array(lambda v: v.shape[-1][1] == 0 and v.shape[-1][0] >= 3 and v.rank > 1)
    if var is None:
        return None
    lead = draft.pick(("...", ", ".join([":"] * (var.rank - 1))))
    last = var.shape[-1][0]
    choices: list[tuple[str, Shape]] = [
        ("0", ()),
        ("-1", ()),
        ("1", ()),
        (":2", ((2, 0),)),
        ("1:", ((last - 1, 0),)),
        (":-1", ((last - 1, 0),)),
        ("1:3", ((2, 0),)),
        ("0:1", (ONE,)),
        ("::-1", ((last, 0),)),
    ]
    text, end = draft.pick(choices)
    shape = (*var.shape[:-1], *end)
    return draft.bind(f"{var.text}[{lead}, {text}]", shape, var.range, heavy=var.heavy)


@op(0.4)
def along_batch_indexed(draft: Draft) -> Var | None:
    """Slices and reversals of the first axis."""
    var = draft.array(lambda v: v.shape[0] == N)
    if var is None:
        return None
    form = draft.pick(
        (
            "{}[::-1]",
            "tf.reverse({}, axis=[0])",
            "tf.roll({}, shift=1, axis=0)",
            "tf.roll({}, 1, 0)",
            "ops.flip({}, axis=0)",
        )
    )
    return draft.bind(form.format(var.text), var.shape, var.range, heavy=var.heavy)


@op(1.5)
def joined(draft: Draft) -> Var | None:
    """concat, stack and add_n of two values of one shape."""
    var = draft.variable()
    if var is None:
        return None
    other = draft.variable(lambda v: v.shape == var.shape)
    if other is None:
        return None
    pair = draft.pick((f"[{var.text}, {other.text}]", f"({var.text}, {other.text})"))
    range_ = var.range if var.range == other.range else "real"
    heavy = var.heavy or other.heavy
    if var.rank and draft.chance(0.4):
        at = draft.rng.randrange(var.rank)
        k, p = var.shape[at]
        shape = (*var.shape[:at], (2 * k, p), *var.shape[at + 1 :])
        index = at - var.rank if draft.chance(0.4) else at
        form = draft.pick(
            (
                "tf.concat({}, {})",
                "tf.concat({}, axis={})",
                "K.concatenate({}, axis={})",
                "ops.concatenate({}, axis={})",
            )
        )
        return draft.bind(form.format(pair, index), shape, range_, heavy=heavy)
    if var.rank < 3 and draft.chance(0.6):
        at = draft.rng.randint(0, var.rank)
        shape = (*var.shape[:at], (2, 0), *var.shape[at:])
        form = draft.pick(
            ("tf.stack({}, axis={})", "tf.stack({}, {})", "K.stack({}, axis={})", "ops.stack({}, axis={})")
        )
        return draft.bind(form.format(pair, at), shape, range_, heavy=heavy)
    form = draft.pick(
        ("tf.add_n({})", "sum({})", "tf.reduce_sum(tf.stack({}, axis=0), axis=0)", "tf.math.add_n({})")
    )
    range_ = "positive" if range_ == "unit" else range_
    return draft.bind(form.format(pair), var.shape, range_, heavy=heavy)


@op(0.7)
def repeated(draft: Draft) -> Var | None:
    var = draft.array()
    if var is None:
        return None
    at = draft.rng.randrange(var.rank)
    k, p = var.shape[at]
    shape = (*var.shape[:at], (2 * k, p), *var.shape[at + 1 :])
    counts = [2 if axis == at else 1 for axis in range(var.rank)]
    form = draft.pick(
        (
            "tf.tile({}, {1})",
            "tf.repeat({}, 2, axis={2})",
            "ops.repeat({}, 2, axis={2})",
            "K.repeat_elements({}, 2, axis={2})",
            "ops.tile({}, {1})",
        )
    )
    return draft.bind(
        form.replace("{}", var.text).replace("{1}", str(counts)).replace("{2}", str(at)),
        shape,
        var.range,
        heavy=var.heavy,
    )


@op(0.8)
def selected(draft: Draft) -> Var | None:
    """boolean_mask, gather over features, one_hot, split, unstack, pad."""
    var = draft.array(lambda v: v.shape[0][1] > 0)
    if var is None:
        return None
    x, last = var.text, var.shape[-1]
    forms: list[tuple[str, Shape, str]] = []
    if last[1] == 0 and var.rank > 1 and last[0] >= 2:
        head = var.shape[:-1]
        forms += [
            (f"tf.gather({x}, [0, 1], axis=-1)", (*head, (2, 0)), var.range),
            (f"tf.gather({x}, 0, axis={var.rank - 1})", head, var.range),
            (f"tf.unstack({x}, axis=-1)[0]", head, var.range),
            (
                f"({x} * tf.one_hot(tf.argmax({x}, axis=-1), {last[0]}, dtype=tf.float64))",
                var.shape,
                var.range if var.range == "real" else "nonnegative",
            ),
            (
                f"tf.pad({x}, {[[0, 0]] * (var.rank - 1) + [[1, 1]]})",
                (*head, (last[0] + 2, 0)),
                "nonnegative" if var.range != "real" else "real",
            ),
        ]
        if last[0] % 2 == 0:
            half = (*head, (last[0] // 2, 0))
            forms += [
                (f"tf.split({x}, 2, axis=-1)[0]", half, var.range),
                (f"tf.split({x}, num_or_size_splits=2, axis={var.rank - 1})[1]", half, var.range),
                (f"ops.split({x}, 2, axis=-1)[0]", half, var.range),
            ]
    if not draft.inline:
        forms += [
            (f"tf.boolean_mask({x}, {condition(draft, var)})", (), "masked"),
        ]
    text, shape, range_ = draft.pick(forms) if forms else ("", (), "")
    if not text:
        return None
    if range_ == "masked":  # its length depends on the data: reduced at once
        how = draft.pick(("tf.reduce_sum", "tf.reduce_mean"))
        return draft.bind(f"{how}({text})", (), var.range, heavy=var.heavy)
    return draft.bind(text, shape, range_, heavy=var.heavy)


@op(0.5)
def diagonal(draft: Draft) -> Var | None:
    """What is done to an N×N matrix."""
    var = draft.array(lambda v: v.rank == 2 and v.shape == (N, N))
    if var is None:
        return None
    x = var.text
    text, shape = draft.pick(
        (
            (f"tf.linalg.diag_part({x})", (N,)),
            (f"tf.linalg.trace({x})", ()),
            (f"tf.linalg.band_part({x}, 0, -1)", (N, N)),
            (f"({x} - tf.linalg.diag(tf.linalg.diag_part({x})))", (N, N)),
            (f"({x} * (1.0 - tf.eye(tf.shape({x})[0], dtype=tf.float64)))", (N, N)),
            (f"({x} * tf.eye(tf.shape({x})[0], dtype=tf.float64))", (N, N)),
            (f"tf.linalg.set_diag({x}, tf.zeros(tf.shape({x})[0], dtype=tf.float64))", (N, N)),
        )
    )
    return draft.bind(text, shape, "nonnegative" if var.range != "real" else "real", heavy=var.heavy)


# --- contractions -------------------------------------------------------------------------------------------


@op(2)
def einsum(draft: Draft) -> Var | None:
    """Any product of one or two operands, summed over the letters that the result lacks."""
    left = draft.array(lambda v: v.rank <= 3)
    if left is None:
        return None
    right = draft.array(lambda v: v.rank <= 3) if draft.chance(0.75) else None
    letters: dict[str, tuple[int, int]] = {}
    terms = []
    for operand in [left, *([right] if right else [])]:
        term = ""
        for dim in operand.shape:
            free = [letter for letter, size in letters.items() if size == dim and letter not in term]
            new = next(letter for letter in "ijklmnopq" if letter not in letters)
            letter = draft.pick(free) if free and draft.chance(0.85) else new
            letters[letter] = dim
            term += letter
        terms.append(term)
    kept = [letter for letter in letters if draft.chance(0.4)]
    draft.rng.shuffle(kept)
    shape = tuple(letters[letter] for letter in kept)
    if (
        sum(dim[1] for dim in shape) > 2
        or len(shape) > 3
        or len(letters) > 5
        or sum(d[1] for d in letters.values()) > 2
    ):
        return None
    equation = f"{','.join(terms)}->{''.join(kept)}"
    arguments = ", ".join(var.text for var in (left, right) if var is not None)
    name = draft.pick(("tf.einsum", "tf.einsum", "ops.einsum"))
    ranges = {left.range, right.range if right else left.range}
    range_ = "real" if "real" in ranges else "nonnegative" if "nonnegative" in ranges else "positive"
    if right is not None and left.text == right.text:  # a sum of squares, or close to one
        range_ = "nonnegative"
    heavy = left.heavy or bool(right and right.heavy)
    return draft.bind(f"{name}('{equation}', {arguments})", shape, range_, heavy=heavy)


@op(2)
def matmul(draft: Draft) -> Var | None:
    """Matrix products with every combination of transposes that fits."""
    left = draft.array(lambda v: v.rank == 2)
    right = draft.array(lambda v: v.rank == 2)
    if left is None or right is None:
        return None
    options = []
    for ta in (False, True):
        for tb in (False, True):
            a, b = left.shape[::-1] if ta else left.shape, right.shape[::-1] if tb else right.shape
            if a[1] == b[0]:
                options.append((ta, tb, (a[0], b[1])))
    if not options:
        return None
    ta, tb, shape = draft.pick(options)
    if entries(shape)[1] > 2:
        return None
    a = f"tf.transpose({left.text})" if ta else left.text
    b = f"tf.transpose({right.text})" if tb else right.text
    flags = (", transpose_a=True" if ta else "") + (", transpose_b=True" if tb else "")
    text = draft.pick(
        (
            f"({a} @ {b})",
            f"tf.matmul({a}, {b})",
            f"tf.linalg.matmul({left.text}, {right.text}{flags})",
            f"tf.matmul({left.text}, {right.text}{flags})",
            f"ops.matmul({a}, {b})",
            f"K.dot({a}, {b})",
            f"tf.tensordot({a}, {b}, axes=1)",
            f"tf.tensordot({a}, {b}, axes=[[1], [0]])",
        )
    )
    ranges = {left.range, right.range}
    range_ = "real" if "real" in ranges else "nonnegative" if "nonnegative" in ranges else "positive"
    return draft.bind(text, shape, range_, heavy=left.heavy or right.heavy)


@op(0.7)
def inner(draft: Draft) -> Var | None:
    """Contractions over whole axes of two values of one shape."""
    var = draft.array(lambda v: v.rank <= 2)
    if var is None:
        return None
    other = draft.array(lambda v: v.shape == var.shape)
    assert other is not None
    a, b = var.text, other.text
    forms: list[tuple[str, Shape]] = [(f"tf.tensordot({a}, {b}, axes={var.rank})", ())]
    if var.rank == 1:
        forms += [(f"tf.tensordot({a}, {b}, 1)", ()), (f"ops.dot({a}, {b})", ()), (f"ops.vdot({a}, {b})", ())]
    if var.rank == 2 and var.shape[0] == N:
        forms += [
            (f"tf.reduce_sum({a} * {b}, axis=-1)", var.shape[:1]),
            (f"tf.tensordot({a}, {b}, axes=[[0], [0]])", (var.shape[1], var.shape[1])),
            (f"tf.tensordot({a}, {b}, axes=[[0, 1], [0, 1]])", ()),
        ]
        if var.shape[1][1] == 0:
            forms.append((f"tf.tensordot({a}, {b}, axes=[[1], [1]])", (N, N)))
    text, shape = draft.pick(forms)
    return draft.bind(text, shape, "nonnegative" if a == b else "real", heavy=var.heavy or other.heavy)


@op(0.8)
def pairwise(draft: Draft) -> Var | None:
    """Differences of all pairs of samples."""
    var = draft.array(lambda v: v.shape[0] == N and v.rank <= 2 and v.batches == 1)
    if var is None or draft.inline:
        return None
    x = var.text
    if var.rank == 1:
        one, two = draft.pick(
            (
                (f"{x}[:, None]", f"{x}[None, :]"),
                (f"tf.expand_dims({x}, 1)", f"tf.expand_dims({x}, 0)"),
                (f"{x}[:, tf.newaxis]", f"{x}[tf.newaxis, :]"),
            )
        )
    else:
        one, two = draft.pick(
            (
                (f"{x}[:, None, :]", f"{x}[None, :, :]"),
                (f"tf.expand_dims({x}, 1)", f"tf.expand_dims({x}, 0)"),
                (f"{x}[:, None]", f"{x}[None]"),
            )
        )
    form = draft.pick(
        (
            "({0} * {1})",
            "tf.square({0} - {1})",
            "tf.abs({0} - {1})",
            "tf.math.squared_difference({0}, {1})",
            "tf.nn.relu({0} - {1})",
        )
    )
    return draft.bind(
        form.format(one, two),
        (N, N, *var.shape[1:]),
        "real" if "*" in form else "nonnegative",
        heavy=var.heavy,
    )


__all__ = ["broadcast"]
