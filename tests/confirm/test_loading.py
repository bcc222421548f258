"""Losses come from their real module, as the package it is part of."""

from __future__ import annotations

import textwrap

import pytest

from losslint.confirm import ConfirmOptions, LossRequest, Static, confirm_losses

pytestmark = pytest.mark.tensorflow


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text))
    return str(path)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    root = tmp_path_factory.mktemp("projects")
    requests = {}

    def ask(name, path, qualname, **more):
        requests[name] = LossRequest(path, qualname, **more)

    for project, power in (("one", 1), ("two", 2)):
        write(root / project / "pkg" / "__init__.py", "")
        write(root / project / "pkg" / "settings.py", f"POWER = {power}\n")
        path = write(
            root / project / "pkg" / "losses.py",
            """
            import tensorflow as tf
            from .settings import POWER
            def power_loss(y_true, y_pred):
                return tf.reduce_sum(tf.abs(y_true - y_pred)) ** POWER
            """,
        )
        ask(project, path, "power_loss")
    path = write(
        root / "alone" / "losses.py",
        """
        import functools
        import tensorflow as tf
        import a_module_that_nobody_has
        SCALE = 2.0
        def scaled(y_true, y_pred, alpha):
            return alpha * SCALE * tf.reduce_sum((y_true - y_pred) ** 2)
        bound = functools.partial(scaled, alpha=3.0)
        # losslint: inputs y_true=(N,2,2):real y_pred=(N,2,2):real
        def commented(y_true, y_pred):
            return tf.reduce_sum(tf.einsum('nij,nij->n', y_true, y_pred ** 2))
        """,
    )
    ask("scaled", path, "scaled")
    ask("partial", path, "bound")
    ask("comment", path, "commented")
    ask("override", path, "commented", inputs="y_true=(N,3,3):real y_pred=(N,3,3):real")
    path = write(
        root / "classes" / "losses.py",
        """
        import keras, tensorflow as tf
        class Weighted(keras.losses.Loss):
            def __init__(self, alpha, name="weighted"):
                super().__init__(name=name)
                self.alpha = alpha
            def call(self, y_true, y_pred):
                return self.alpha * tf.reduce_sum((y_true - y_pred) ** 2)
        class Agent:
            def __init__(self, model, environment):
                raise RuntimeError
            def td_loss(self, y_true, y_pred):
                return self.gamma * tf.reduce_sum((y_true - y_pred) ** 2)
            @staticmethod
            def static_loss(y_true, y_pred):
                return tf.reduce_sum((y_true - y_pred) ** 2)
        def vectors(y_true, y_pred):
            return tf.reduce_mean((y_true - y_pred) ** 2, axis=-1)
        def nothing(y_true, y_pred):
            tf.reduce_sum(y_pred)
        """,
    )
    ask("constructed", path, "Weighted.call")
    ask("argument", path, "Weighted.call", arguments={"alpha": 0.0})
    ask("bare", path, "Agent.td_loss")
    ask("static", path, "Agent.static_loss")
    ask("vectors", path, "vectors", static=Static("0", False, "invariant"))
    ask("mistaken", path, "vectors", static=Static("1", False, "grows"))
    ask("no claim", path, "vectors", static=Static("unknown", None, "unknown"))
    ask("nothing", path, "nothing")
    ask("missing", path, "not_there")
    found = confirm_losses(list(requests.values()), ConfirmOptions())
    return dict(zip(requests, found, strict=True))


def test_two_packages_of_one_name_do_not_meet(results):
    assert [(results[p].degree, results[p].loaded_from) for p in ("one", "two")] == [
        ("1", "module"),
        ("2", "module"),
    ]


@pytest.mark.parametrize("name", ["scaled", "partial", "comment", "override"])
def test_a_module_that_wants_a_package_nobody_has_is_imported_without_it(results, name):
    one = results[name]
    assert (one.status, one.degree, one.loaded_from) == ("measured", "1", "module, with stand-ins")
    assert one.notes == ("imported without a_module_that_nobody_has, which is not installed",)


def test_declared_inputs_are_fed(results):
    assert [fed.shape for fed in results["comment"].inputs] == [("N", 2, 2)] * 2
    assert [fed.shape for fed in results["override"].inputs] == [("N", 3, 3)] * 2


def test_a_loss_object_is_constructed_with_guesses_or_what_is_given(results):
    assert (results["constructed"].degree, results["constructed"].loaded_from) == ("1", "module")
    assert results["argument"].degree == "unknown"  # alpha = 0: it is zero on everything


def test_an_object_that_cannot_be_constructed_lends_its_methods(results):
    assert (results["bare"].degree, results["bare"].loaded_from) == ("1", "module, bare")
    assert (results["static"].degree, results["static"].loaded_from) == ("1", "module")


def test_agreement_with_the_analysis_is_noted(results):
    assert [results[n].agrees for n in ("vectors", "mistaken", "no claim")] == [True, False, None]


def test_what_is_no_loss_is_said(results):
    assert (results["nothing"].status, results["nothing"].reason) == ("unsupported", "it returns nothing")
    assert results["missing"].status == "unsupported"
    assert "not_there is not in" in (results["missing"].reason or "")


def test_everything_that_was_measured_is_told(results):
    one = results["one"]
    assert one.measurements[0].n == 4 and one.drift is not None and one.graph_mode == "ok"
    assert one.drift.ratio == pytest.approx(8.0, rel=0.2)
    assert (one.split_gap or 0) > 0.8 and (one.seconds or 0) > 0
