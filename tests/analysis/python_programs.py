"""A loss for each construct of the Python that real losses are written in, and its truth by theory."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

HEADER = "import functools\nimport numpy as np\nimport tensorflow as tf\nfrom tensorflow.keras import backend as K\n\n"
SUM, MEAN, PER_SAMPLE = ("1", False, "scalar"), ("0", False, "scalar"), ("0", False, "per-sample")


@dataclass(frozen=True, slots=True)
class Program:
    """A loss called ``loss``, its degree, whether it couples samples, and what it returns."""

    code: str
    truth: tuple[str, bool, str]

    @property
    def source(self) -> str:
        return HEADER + textwrap.dedent(self.code)


PROGRAMS = {
    "augmented assignment": Program(
        """
        def loss(y_true, y_pred):
            total = tf.square(y_true - y_pred)
            total *= 0.5
            total = tf.reduce_sum(total)
            total /= tf.cast(tf.shape(y_pred)[0], total.dtype)
            return total
        """,
        MEAN,
    ),
    "tuple unpacking": Program(
        """
        def loss(y_true, y_pred):
            a, (b, c) = y_true, (y_pred, 2.0)
            return c * tf.reduce_sum(tf.square(a - b))
        """,
        SUM,
    ),
    "a shape unpacked": Program(
        """
        def loss(y_true, y_pred):
            n, width = tf.unstack(tf.shape(y_pred))
            return tf.reduce_sum(tf.square(y_true - y_pred)) / tf.cast(n * width, y_pred.dtype)
        """,
        MEAN,
    ),
    "which branch runs hangs on the whole batch": Program(
        """
        def loss(y_true, y_pred):
            error = y_true - y_pred
            if tf.reduce_max(y_pred) > 0.5:
                error = 2.0 * error
            else:
                error = tf.abs(error)
            return tf.reduce_sum(tf.square(error))
        """,
        ("1", True, "scalar"),
    ),
    "a gradient in a list": Program(
        """
        def loss(y_true, y_pred):
            with tf.GradientTape() as tape:
                tape.watch(y_pred)
                scores = tf.reduce_sum(tf.pow(y_pred, 3), axis=1)
            slopes = tape.gradient(scores, [y_pred, y_true])[0]
            return tf.reduce_mean(tf.square(tf.reduce_sum(slopes, axis=1) - 1.0))
        """,
        MEAN,
    ),
    "a gradient of a batch sum": Program(
        """
        def loss(y_true, y_pred):
            with tf.GradientTape() as tape:
                tape.watch(y_pred)
                total = tf.reduce_sum(tf.pow(y_pred, 3))
            return tf.reduce_mean(tf.square(tape.gradient(total, y_pred)))
        """,
        MEAN,
    ),
    "a gradient of a batch mean": Program(
        """
        def loss(y_true, y_pred):
            with tf.GradientTape() as tape:
                tape.watch(y_pred)
                total = tf.reduce_mean(tf.pow(y_pred, 3))
            return tf.reduce_mean(tf.square(tape.gradient(total, y_pred)))
        """,
        ("-2", False, "scalar"),
    ),
    "a gradient of a squared batch mean": Program(
        """
        def loss(y_true, y_pred):
            with tf.GradientTape() as tape:
                tape.watch(y_pred)
                total = tf.square(tf.reduce_mean(tf.pow(y_pred, 3)))
            return tf.reduce_mean(tf.abs(tape.gradient(total, y_pred)))
        """,
        ("-1", True, "scalar"),
    ),
    "a function chosen by the whole batch": Program(
        """
        def loss(y_true, y_pred):
            error = y_true - y_pred
            return tf.cond(
                tf.reduce_max(y_pred) > 0.5,
                lambda: tf.reduce_mean(tf.square(error)),
                lambda: tf.reduce_mean(tf.abs(error)),
            )
        """,
        ("0", True, "scalar"),
    ),
    "an expression chosen by the whole batch": Program(
        """
        def loss(y_true, y_pred):
            error = y_true - y_pred
            return tf.reduce_mean(tf.square(error) if tf.reduce_max(y_pred) > 0.5 else tf.abs(error))
        """,
        ("0", True, "scalar"),
    ),
    "a default chooses the branch": Program(
        """
        def loss(y_true, y_pred, reduction="mean"):
            error = tf.square(y_true - y_pred)
            if reduction == "sum":
                return tf.reduce_sum(error)
            elif reduction == "mean":
                return tf.reduce_mean(error)
            raise ValueError(reduction)
        """,
        MEAN,
    ),
    "an argument that is None": Program(
        """
        def loss(y_true, y_pred, mask=None):
            error = tf.square(y_true - y_pred)
            if mask is not None:
                return tf.reduce_sum(error * mask) / tf.reduce_sum(mask)
            return tf.reduce_mean(error, axis=-1)
        """,
        PER_SAMPLE,
    ),
    "an early return of zero": Program(
        """
        def loss(y_true, y_pred):
            if tf.size(y_pred) == 0:
                return 0.0
            return tf.reduce_mean(tf.abs(y_true - y_pred))
        """,
        MEAN,
    ),
    "a loop over a list": Program(
        """
        def loss(y_true, y_pred):
            total = 0.0
            for weight, power in zip([0.5, 0.25], (1, 2)):
                total += weight * tf.reduce_sum(tf.abs(y_true - y_pred) ** power)
            return total
        """,
        SUM,
    ),
    "a list appended to, then averaged": Program(
        """
        def loss(y_true, y_pred):
            parts = []
            for k in range(3):
                parts.append(tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1) * (k + 1.0))
            return tf.add_n(parts) / len(parts)
        """,
        PER_SAMPLE,
    ),
    "a while loop that only counts": Program(
        """
        def loss(y_true, y_pred):
            k = 0
            while k < 3:
                k += 1
            return tf.reduce_sum(tf.square(y_true - y_pred))
        """,
        SUM,
    ),
    "a comprehension": Program(
        """
        def loss(y_true, y_pred):
            return sum([tf.reduce_mean(tf.abs(y_true - y_pred) ** p) for p in (1, 2, 3) if p != 2])
        """,
        MEAN,
    ),
    "a dictionary of terms": Program(
        """
        def loss(y_true, y_pred):
            terms = {"data": tf.reduce_sum(tf.square(y_true - y_pred))}
            terms["size"] = 0.1 * tf.reduce_sum(tf.abs(y_pred))
            return sum(terms.values())
        """,
        SUM,
    ),
    "a helper with a default": Program(
        """
        def total(x, axis=None):
            return tf.reduce_sum(x, axis=axis)

        def loss(y_true, y_pred):
            return tf.reduce_mean(total(tf.square(y_true - y_pred), axis=-1))
        """,
        MEAN,
    ),
    "a helper defined below": Program(
        """
        def loss(y_true, y_pred):
            return _sum(tf.abs(y_true - y_pred))

        def _sum(x):
            return K.sum(x)
        """,
        SUM,
    ),
    "keyword and starred arguments": Program(
        """
        def combine(*terms, weight=1.0, **options):
            return weight * tf.add_n(list(terms))

        def loss(y_true, y_pred):
            terms = [tf.reduce_mean(tf.abs(y_true - y_pred)), tf.reduce_mean(tf.square(y_pred))]
            return combine(*terms, weight=0.5, name="x")
        """,
        MEAN,
    ),
    "a lambda": Program("loss = lambda y_true, y_pred: K.sum(K.square(y_true - y_pred))\n", SUM),
    "a partial": Program(
        """
        def powered(y_true, y_pred, power, reduce=tf.reduce_mean):
            return reduce(tf.abs(y_true - y_pred) ** power)

        loss = functools.partial(powered, power=3, reduce=tf.reduce_sum)
        """,
        SUM,
    ),
    "a closure from a factory": Program(
        """
        def make(weight=2.0):
            def weighted(x):
                return weight * x

            def inner(y_true, y_pred):
                return tf.reduce_sum(weighted(tf.square(y_true - y_pred)), axis=-1)

            return inner

        loss = make()

        def entry(y_true, y_pred):
            return loss(y_true, y_pred)
        """,
        PER_SAMPLE,
    ),
    "a decorator of the program": Program(
        """
        def averaged(function):
            @functools.wraps(function)
            def wrapper(y_true, y_pred):
                return tf.reduce_mean(function(y_true, y_pred))
            return wrapper

        @averaged
        def loss(y_true, y_pred):
            return tf.reduce_sum(tf.square(y_true - y_pred), axis=-1)
        """,
        MEAN,
    ),
    "a decorator of the framework": Program(
        """
        @tf.function
        def loss(y_true, y_pred):
            return tf.reduce_sum(tf.square(y_true - y_pred))
        """,
        SUM,
    ),
    "a generator": Program(
        """
        def terms(y_true, y_pred):
            yield tf.reduce_mean(tf.abs(y_true - y_pred))
            yield tf.reduce_mean(tf.square(y_pred))

        def loss(y_true, y_pred):
            return sum(terms(y_true, y_pred))
        """,
        MEAN,
    ),
    "an object with a method and a property": Program(
        """
        class Scaler:
            def __init__(self, factor=3.0):
                self.factor = factor

            @property
            def doubled(self):
                return 2.0 * self.factor

            def __call__(self, x):
                return self.doubled * x

        def loss(y_true, y_pred):
            return tf.reduce_sum(Scaler()(tf.abs(y_true - y_pred)))
        """,
        SUM,
    ),
    "an inherited method and super": Program(
        """
        class Base:
            def error(self, a, b):
                return tf.square(a - b)

            def reduce(self, x):
                return tf.reduce_sum(x)

        class Averaged(Base):
            def reduce(self, x):
                return super().reduce(x) / tf.cast(tf.size(x), x.dtype)

        def loss(y_true, y_pred):
            averaged = Averaged()
            return averaged.reduce(averaged.error(y_true, y_pred))
        """,
        MEAN,
    ),
    "functools.reduce": Program(
        """
        def loss(y_true, y_pred):
            return functools.reduce(tf.add, [tf.reduce_mean(tf.abs(y_true - y_pred)), tf.reduce_mean(y_pred ** 2)])
        """,
        MEAN,
    ),
    "a conditional expression and a walrus": Program(
        """
        def loss(y_true, y_pred, squared=True):
            error = (d := y_true - y_pred) ** 2 if squared else tf.abs(d)
            return tf.reduce_sum(error)
        """,
        SUM,
    ),
    "a match statement": Program(
        """
        def loss(y_true, y_pred, kind="abs"):
            match kind:
                case "abs":
                    error = tf.abs(y_true - y_pred)
                case _:
                    error = tf.square(y_true - y_pred)
            return tf.reduce_sum(error)
        """,
        SUM,
    ),
    "try, with and assert": Program(
        """
        def loss(y_true, y_pred):
            assert y_pred is not None
            with tf.name_scope("loss"):
                try:
                    error = tf.abs(y_true - y_pred)
                except ValueError:
                    raise
                finally:
                    pass
            return tf.reduce_mean(error)
        """,
        MEAN,
    ),
    "a global constant and a name imported under another": Program(
        """
        from tensorflow import reduce_sum as add_up

        AXES = (-1,)

        def loss(y_true, y_pred):
            return add_up(tf.abs(y_true - y_pred), axis=AXES)
        """,
        PER_SAMPLE,
    ),
    "axes computed by numpy": Program(
        """
        def loss(y_true, y_pred):
            return tf.reduce_sum(tf.abs(y_true - y_pred), axis=np.arange(1, len(y_pred.shape)))
        """,
        PER_SAMPLE,
    ),
    "recursion that ends": Program(
        """
        def halve(x, times=2):
            return x if times == 0 else halve(0.5 * x, times - 1)

        def loss(y_true, y_pred):
            return tf.reduce_sum(halve(tf.abs(y_true - y_pred)))
        """,
        SUM,
    ),
    "a loss that returns its parts beside it": Program(
        """
        def parts(y_true, y_pred):
            data = tf.reduce_mean(tf.abs(y_true - y_pred))
            return data, {"data": data}

        def loss(y_true, y_pred):
            value, _ = parts(y_true, y_pred)
            return value
        """,
        MEAN,
    ),
    "a list that two branches fill differently": Program(
        """
        def axes_of(per_image):
            axes = [1]
            if not per_image:
                axes.insert(0, 0)
            return axes

        def loss(y_true, y_pred, per_image=False):
            return tf.reduce_sum(tf.abs(y_true - y_pred), axis=axes_of(per_image))
        """,
        SUM,
    ),
}
