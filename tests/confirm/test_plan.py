"""What a loss is fed when nobody says: read from its names and its code."""

from __future__ import annotations

import ast

import pytest

from losslint.confirm.locate import candidates
from losslint.confirm.plan import CannotPlan, plans_for
from losslint.confirm.specs import parse_inputs


def plans(source, name=None, **how):
    found = {c.qualname: c for c in candidates(ast.parse(source))}
    return plans_for(found[name] if name else next(iter(found.values())), **how)


def first(source, name=None, **how):
    return " ".join(map(str, plans(source, name, **how)[0]))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def mse(y_true, y_pred): return (y_true - y_pred) ** 2", "y_true=(N,5):real y_pred=(N,5):real"),
        (
            "def dice_loss(y_true, y_pred): ...",
            "y_true=(N,8,8,1):binary y_pred=(N,8,8,1):unit-interval",
        ),
        ("def sparse_ce(y_true, y_pred): ...", "y_true=(N):int[0..4] y_pred=(N,5):prob"),
        (
            "def ce_loss(labels, logits): return cross_entropy(labels, logits)",
            "labels=(N,5):onehot logits=(N,5):real",
        ),
        ("def giou(y_true, y_pred): ...", "y_true=(N,4):box y_pred=(N,4):box"),
        (
            "def triplet(anchor, positive, negative): ...",
            "anchor=(N,6):unit positive=(N,6):unit negative=(N,6):unit",
        ),
        ("def ce(real, pred): return sparse_ce(real, pred)", "real=(N):int[0..4] pred=(N,5):prob"),
        (
            "def actor_loss(action_probs, values): ...",
            "action_probs=(N,5):prob values=(N):real",
        ),
        ("def kl_loss(z_mean, z_log_var): ...", "z_mean=(N,5):real z_log_var=(N,5):real"),
        ("def l(y, p): return tf.reduce_sum((y - p)[:, 6])", "y=(N,7):real p=(N,7):real"),
        ("def l(y, p): return tf.reduce_sum(y - p, axis=[1, 2, 3])", "y=(N,8,8,1):real p=(N,8,8,1):real"),
        (
            "def l(y, p): return tf.reduce_mean(tf.one_hot(y, 12) * tf.math.log(p))",
            "y=(N):int[0..11] p=(N,12):prob",
        ),
        ("def l(y, p): return f(y[:, :8] - y[:, 8:16]) + f(p[:, 16:])", "y=(N,24):real p=(N,24):real"),
        (
            "def l(y, p):\n    assert p.shape[1:] == (16, 2)\n    return y - p",
            "y=(N,16,2):real p=(N,16,2):real",
        ),
        (
            "def l(y, p):\n    if p.shape[-1] != 7: raise ValueError\n    return y - p",
            "y=(N,7):real p=(N,7):real",
        ),
        ("def l(y, p):\n    n, h, w, c = p.shape\n    return y - p", "y=(N,8,8,5):real p=(N,8,8,5):real"),
        ("def l(y, p): return tf.reshape(y - p, (-1, 28, 28))", "y=(N,784):real p=(N,784):real"),
        ("def l(y, p): return tf.ensure_shape(y, [None, 3]) - p", "y=(N,3):real p=(N,3):real"),
        (
            "def l(y, p): return f(tf.nn.conv2d(y, K, 1, 'SAME') - p)",
            "y=(N,32,32,3):image p=(N,32,32,3):image",
        ),
        (
            "def l(y, p): return 1 - tf.image.ssim_multiscale(y, p, 1.0)",
            "y=(N,176,176,1):image p=(N,176,176,1):image",
        ),
        ("def style(style, combination): ...", "style=(N,32,32,3):image combination=(N,32,32,3):image"),
        (
            "def l(y_true, y_pred):\n    a, b = y_true\n    c, d = y_pred\n    return a - c + b - d",
            "y_true.0=(N,5):real y_true.1=(N,5):real y_pred.0=(N,5):real y_pred.1=(N,5):real",
        ),
        (
            "def l(y_true, y_pred): return y_pred['mean'] + y_pred['log_var'] - y_true",
            "y_true=(N,5):real y_pred.mean=(N,5):real y_pred.log_var=(N,5):real",
        ),
        ("def step(data):\n    x, y = data", "data.0=(N,5):real data.1=(N,5):real"),
        (
            "def l(labels, logits, logit_length, label_length): return tf.nn.ctc_loss(labels, logits)",
            "labels=(N,5):int[0..2] logits=(N,12,5):real logit_length=(N):int[10..12] label_length=(N):int[2..5]",
        ),
        ("def ssim_loss(y_true, y_pred): ...", "y_true=(N,32,32,3):image y_pred=(N,32,32,3):image"),
    ],
)
def test_the_likeliest_inputs_come_first(source, expected):
    assert first(source) == expected


def test_parameters_with_defaults_keep_them():
    assert first("def l(y_true, y_pred, alpha=0.3, axis=-1): ...") == "y_true=(N,5):real y_pred=(N,5):real"


def test_required_hyper_parameters_get_a_literal_and_masks_the_shape_of_a_row():
    assert "alpha=0.25" in first("def l(y_true, y_pred, alpha): ...")
    tried = plans("def l(y_true, y_pred, mask): ...")
    shapes = {str(spec) for plan in tried for spec in plan if spec.name == "mask"}
    assert {"mask=(N):mask", "mask=(N,5):mask"} <= shapes


def test_class_ids_are_tried_as_floats_and_lengths_as_columns():
    ids = {str(spec) for plan in plans("def sparse_ce(y_true, y_pred): ...") for spec in plan}
    assert {"y_true=(N):int[0..4]", "y_true=(N):int[0..4]/float"} <= ids
    lengths = {str(spec) for plan in plans("def ctc(y_true, y_pred, label_length): ...") for spec in plan}
    assert {"label_length=(N):int[2..5]", "label_length=(N,1):int[2..5]"} <= lengths
    stated = plans(
        "def l(y_true, y_pred): ...", declared=parse_inputs("y_true=(N):int[0..4] y_pred=(N,5):prob")
    )
    assert len(stated) == 1


def test_a_batch_size_that_is_a_parameter_is_the_batch_size():
    tried = {str(spec) for plan in plans("def l(y_true, y_pred, batch_size): ...") for spec in plan}
    assert {"batch_size=():size", "batch_size=():size/float64"} <= tried


def test_declared_inputs_win_and_the_rest_is_guessed():
    declared = parse_inputs("y_pred=(N,3):prob")
    assert first("def l(y_true, y_pred): ...", declared=declared).endswith("y_pred=(N,3):prob")
    assert len(plans("def l(y_pred): ...", declared=declared)) == 1


def test_jaxtyping_annotations_are_believed():
    source = 'def l(y_true: Int[tf.Tensor, "batch"], y_pred: Float[tf.Tensor, "batch 7"]): ...'
    assert first(source) == "y_true=(N):int[0..4] y_pred=(N,7):real"


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        (("'Float[tf.Tensor, \"batch c=3\"]'",) * 2, "y=(N,3):real p=(N,3):real"),
        (
            ('jt.UInt8[tf.Tensor, "b t"]', 'jt.Float32[tf.Tensor, "b t 9"]'),
            "y=(N,5):int[0..4] p=(N,5,9):real",
        ),
        (('Bool[tf.Tensor, "*batch"]', 'Float[tf.Tensor, "batch"]'), "y=(N):bool p=(N):real"),
    ],
)
def test_every_form_of_annotation(annotations, expected):
    assert first("def l(y: {}, p: {}): ...".format(*annotations)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def l(*args):\n    y, p = args\n    return y - p", "y=(N,5):real p=(N,5):real"),
        ("def l(*args): return keras.losses.mse(*args)", "y_true=(N,5):real y_pred=(N,5):real"),
        ("l = functools.partial(keras.losses.huber, delta=2.0)", "y_true=(N,5):real y_pred=(N,5):real"),
        (
            "@tf.function(input_signature=[tf.TensorSpec([None, 4]), tf.TensorSpec([None, 4])])\ndef l(y, p): ...",
            "y=(N,4):real p=(N,4):real",
        ),
    ],
)
def test_open_signatures_get_a_target_and_a_prediction(source, expected):
    plan = plans(source)[0]
    assert " ".join(map(str, plan)) == expected
    assert not any(spec.keyword for spec in plan)


def test_keyword_only_parameters_are_passed_by_keyword():
    plan = plans("def l(y_true, y_pred, *, margin): ...")[0]
    assert [(s.name, s.keyword) for s in plan] == [("y_true", False), ("y_pred", False), ("margin", True)]


def test_what_cannot_be_made_up_is_said():
    with pytest.raises(CannotPlan, match="it takes a model"):
        plans("def l(model, x): ...")


def test_partials_and_lambdas_are_fed_what_they_leave_open():
    source = (
        "def l(y_true, y_pred, alpha): ...\n"
        "bound = functools.partial(l, alpha=2.0)\n"
        "short = lambda y, p: y - p"
    )
    assert first(source, "bound") == "y_true=(N,5):real y_pred=(N,5):real"
    assert first(source, "short") == "y=(N,5):real p=(N,5):real"


def test_nothing_loses_its_batch_axis() -> None:
    for plan in plans("def loss(pred, critic_value, weights): ..."):
        assert all("N" in spec.shape for spec in plan), " ".join(map(str, plan))
