"""Losses that no function returns: what is added to a layer, what a training step differentiates."""

from __future__ import annotations

import textwrap

import pytest

from losslint.confirm import ConfirmOptions, LossRequest, confirm_losses

pytestmark = pytest.mark.tensorflow

SOURCE = '''
import keras
import tensorflow as tf


class Divergence(keras.layers.Layer):
    def call(self, inputs):
        mean, log_var = inputs
        self.add_loss(-0.5 * tf.reduce_sum(1 + log_var - tf.square(mean) - tf.exp(log_var)))
        return mean


class Activity(keras.layers.Layer):
    """Its sublayer has weights: Keras calls it symbolically first, to build it."""

    def __init__(self, rate=0.01, **more):
        super().__init__(**more)
        self.rate, self.dense = rate, keras.layers.Dense(4)

    def call(self, inputs):
        self.add_loss(self.rate * tf.reduce_mean(tf.square(inputs)))
        return self.dense(inputs)


class Vectors(keras.layers.Layer):
    """The trainer sums what is added."""

    def call(self, inputs):
        self.add_loss(tf.reduce_mean(tf.square(inputs), axis=-1))
        return inputs


class Regressor(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)

    def call(self, x):
        return self.dense(x)


class Summed(Regressor):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(y - self(x, training=True)))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}


class PerSample(Regressor):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y - self(x, training=True)), axis=-1)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": tf.reduce_mean(loss)}


class Averaged(Regressor):
    def train_step(self, data):
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y - self(x, training=True)))
        self.optimizer.apply_gradients(
            zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        )


class Autoencoder(keras.Model):
    def __init__(self, encoder, decoder, **more):
        super().__init__(**more)
        self.encoder, self.decoder = encoder, decoder

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(data - self.decoder(self.encoder(data))))
        self.optimizer.apply_gradients(
            zip(tape.gradient(loss, self.trainable_weights), self.trainable_weights)
        )


class Untaped(keras.Model):
    def train_step(self, data):
        self.calls = 1


def dense(units):
    return keras.layers.Dense(units)


model = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])
optimizer = keras.optimizers.Adam()


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        with tf.GradientTape() as inner:
            inner.watch(x)
            score = model(x, training=True)
        penalty = tf.reduce_mean(tf.square(inner.gradient(score, x)))
        loss = tf.reduce_sum(tf.square(y - score)) + penalty * tf.cast(tf.shape(x)[0], penalty.dtype)
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
    return tf.reduce_mean(score)


def penalised(y_true, y_pred):
    """A loss, though it asks a tape and knows an optimizer."""
    with tf.GradientTape() as tape:
        tape.watch(y_pred)
        score = tf.reduce_mean(tf.pow(y_pred, 3))
    penalty = tf.reduce_mean(tf.square(tape.gradient(score, y_pred)))
    return tf.reduce_sum(tf.square(y_true - y_pred)) + 0.0 * penalty * optimizer.learning_rate.numpy()


def two_heads(y_true, y_pred):
    kind, place = y_true
    kind_pred, place_pred = y_pred
    return tf.reduce_mean(tf.abs(kind - kind_pred)) + tf.reduce_sum(tf.square(place - place_pred))


def by_key(y_true, y_pred):
    return tf.reduce_sum(y_pred["log_var"]) + tf.reduce_sum(tf.square(y_true - y_pred["mean"]))


def as_dict(y_true, y_pred):
    return {"loss": tf.reduce_sum(tf.square(y_true - y_pred)), "mae": tf.reduce_mean(y_pred)}


class SummedByKeras(keras.losses.Loss):
    def __init__(self):
        super().__init__(reduction="sum")

    def call(self, y_true, y_pred):
        return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


def from_a_backend(gt, pr, **parts):
    backend = parts["backend"]
    return backend.sum(backend.square(gt - pr))
'''
# name -> degree (or status), arguments
EXPECTED = {
    "Divergence.call": "1",
    "Activity.call": "0",
    "Vectors.call": "1",
    "Summed.train_step": "1",
    "PerSample.train_step": "1",
    "Averaged.train_step": "0",
    "step": "1",
    "penalised": "1",
    "two_heads": "mixed",
    "by_key": "1",
    "as_dict": "1",
    "SummedByKeras.call": "1",
    "from_a_backend": "1",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    path = tmp_path_factory.mktemp("steps") / "steps.py"
    path.write_text(textwrap.dedent(SOURCE))
    requests = [LossRequest(str(path), name) for name in EXPECTED]
    requests += [
        LossRequest(str(path), "Autoencoder.train_step"),
        LossRequest(str(path), "Untaped.train_step"),
    ]
    requests.append(
        LossRequest(
            str(path),
            "Autoencoder.train_step",
            inputs="data=(N,5):real",
            expressions="encoder=dense(3), decoder=dense(5)",
        )
    )
    return list(confirm_losses(requests, ConfirmOptions()))


@pytest.mark.parametrize("number", range(len(EXPECTED)), ids=list(EXPECTED))
def test_what_is_minimised_is_measured(results, number):
    one = results[number]
    assert (one.status, one.degree) == ("measured", list(EXPECTED.values())[number]), one.reason


def test_a_model_that_needs_other_models_says_which_and_takes_them(results):
    without, untaped, given = results[len(EXPECTED) :]
    assert (without.status, given.status, given.degree) == ("unsupported", "measured", "1"), given.reason
    assert (
        'Autoencoder needs an argument encoder, which no default gives; give it with --arguments "encoder=…"'
        in (without.reason or "")
    )
    assert untaped.status == "unsupported" and "asks no gradient tape" in (untaped.reason or "")


def test_parts_of_an_input_are_fed_as_such(results):
    by_key = results[list(EXPECTED).index("by_key")]
    assert [fed.name for fed in by_key.inputs] == ["y_true", "y_pred.log_var", "y_pred.mean"]
