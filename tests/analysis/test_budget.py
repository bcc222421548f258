"""How much work a loss is worth: counted in steps, so that the answers do not depend on the machine."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from losslint.analysis import budget
from losslint.analysis.budget import Budget, OutOfBudget, Overdrawn
from losslint.config import AnalysisSettings
from losslint.engine import check_source
from losslint.model import Loss
from losslint.source.text import SourceText, read_source


@dataclass
class Counting:
    """Counts what the budgets of all runs spend."""

    budgets: list[Budget] = field(default_factory=list)

    @property
    def steps(self) -> int:
        return sum(each.spent for each in self.budgets)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counted = Counting()
    plain = Budget.__init__

    def counted_init(self: Budget, *args: int, **kwargs: int) -> None:
        plain(self, *args, **kwargs)
        counted.budgets.append(self)

    monkeypatch.setattr(Budget, "__init__", counted_init)
    return counted


def losses_of(source: SourceText) -> dict[str, Loss]:
    _, losses = check_source(source, AnalysisSettings())
    return {loss.qualname: loss for loss in losses}


def spend(purse: Budget, steps: int) -> None:
    for _ in range(steps):
        purse.tick()


class TestBudget:
    def test_the_whole_runs_out(self) -> None:
        purse = Budget(whole=3, limit=3)
        spend(purse, 3)
        with pytest.raises(OutOfBudget) as caught:
            purse.tick()
        assert not isinstance(caught.value, Overdrawn)

    def test_a_part_is_overdrawn_and_the_rest_goes_on(self) -> None:
        purse = Budget(whole=100, limit=100)
        with pytest.raises(Overdrawn), purse.part(5):
            spend(purse, 6)
        spend(purse, 94)
        assert purse.spent == 100

    def test_a_part_within_a_part_is_worth_no_more_than_it(self) -> None:
        purse = Budget(whole=100, limit=100)
        with pytest.raises(Overdrawn), purse.part(5), purse.part(50):
            spend(purse, 6)
        assert purse.spent == 6

    def test_a_part_that_takes_all_there_is_ends_the_whole(self) -> None:
        purse = Budget(whole=10, limit=10)
        with pytest.raises(OutOfBudget) as caught, purse.part(50):
            spend(purse, 11)
        assert not isinstance(caught.value, Overdrawn)

    def test_hurry_never_gives_more(self) -> None:
        purse = Budget(whole=10, limit=10)
        purse.hurry()
        assert purse.whole == purse.limit == 10


def program(folder: Path, **modules: str) -> SourceText:
    """A project of several modules; the one called ``losses`` is read."""
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text))
    return read_source(folder / "losses.py")


ENDLESS = """
    def settled(depth):
        total = 0
        for k in range(2):
            total = total + settled(depth - 1) + settled(depth - 2)
        return total


    def configure(config):
        rows = [[settled(k) for k in range(12)] for j in range(12)]
        return [[rows for k in range(12)] for j in range(12)]


    def scaled(x, config):
        configure(config)
        return 2.0 * x
"""


def test_settings_of_another_module_do_not_use_up_the_loss(tmp_path: Path, counting: Counting) -> None:
    """What a call without data makes cannot be followed for ever, and need not be: the loss is judged all the same."""
    source = program(
        tmp_path,
        helpers=ENDLESS,
        losses="""
            import tensorflow as tf
            import helpers


            def loss(y_true, y_pred):
                helpers.configure({"a": 1})
                return tf.reduce_sum(tf.square(y_true - y_pred))
        """,
    )
    (loss,) = losses_of(source).values()
    assert loss.degree == "1"
    assert counting.steps < 3 * budget.SETTING_STEPS


def test_a_setting_that_is_too_large_is_unknown_and_says_so(tmp_path: Path) -> None:
    source = program(
        tmp_path,
        helpers=ENDLESS,
        losses="""
            import tensorflow as tf
            import helpers


            def loss(y_true, y_pred):
                return helpers.configure(3) * tf.reduce_sum(tf.square(y_true - y_pred))
        """,
    )
    (loss,) = losses_of(source).values()
    assert (loss.degree, loss.unknowns) == ("unknown", ("configure (too large) (line 7)",))


def test_a_helper_of_another_module_that_is_given_data_is_followed_at_length(tmp_path: Path) -> None:
    lines = "\n".join(f"    x = x + {k}.0 * x" for k in range(2_000))
    source = program(
        tmp_path,
        helpers=f"import tensorflow as tf\n\n\ndef total(x):\n{lines}\n    return tf.reduce_sum(x)\n",
        losses="""
            import tensorflow as tf
            import helpers


            def loss(y_true, y_pred):
                return helpers.total(tf.square(y_true - y_pred))
        """,
    )
    (loss,) = losses_of(source).values()
    assert loss.degree == "1"


def test_a_global_that_was_cut_short_is_looked_up_again(tmp_path: Path) -> None:
    """A name whose value took too much where it was asked for first is not unknown from then on."""
    source = program(
        tmp_path,
        tables="WEIGHT = [[[0.5 for k in range(12)] for j in range(12)] for i in range(12)][0][0][0]\n",
        helpers="import tables\n\n\ndef configure(config):\n    return tables.WEIGHT\n",
        losses="""
            import tensorflow as tf
            import helpers
            from tables import WEIGHT


            def loss(y_true, y_pred):
                helpers.configure(1)
                return WEIGHT * tf.reduce_mean(tf.square(y_true - y_pred))
        """,
    )
    (loss,) = losses_of(source).values()
    assert loss.verdict.value == "invariant"


def test_what_stands_around_a_loss_does_not_use_it_up(tmp_path: Path) -> None:
    source = program(
        tmp_path,
        losses=ENDLESS
        + """

    import tensorflow as tf


    def experiment():
        def loss(y_true, y_pred):
            return tf.reduce_sum(tf.square(y_true - y_pred))

        configure(loss)
        return loss
        """,
    )
    assert losses_of(source)["experiment.<locals>.loss"].degree == "1"


def test_bindings_are_those_of_the_loss(tmp_path: Path) -> None:
    """A global that the loss makes somebody evaluate is bound elsewhere."""
    source = program(
        tmp_path,
        helpers="SCALE = 2.0\n",
        losses="""
            import tensorflow as tf
            from helpers import SCALE

            OTHER = 3.0


            def loss(y_true, y_pred):
                error = SCALE * OTHER * tf.square(y_true - y_pred)
                return tf.reduce_mean(error)
        """,
    )
    (loss,) = losses_of(source).values()
    assert [bound.target for bound in loss.bindings] == ["error"]


def test_alternatives_are_named_by_place(tmp_path: Path) -> None:
    """Not by an address in memory, which differs from run to run."""
    source = program(
        tmp_path,
        losses="""
            import tensorflow as tf


            def loss(y_true, y_pred, flag):
                error = tf.square(y_true - y_pred)
                return tf.cond(flag, lambda: tf.reduce_sum(error), lambda: tf.reduce_mean(error))
        """,
    )
    (loss,) = losses_of(source).values()
    assert "tf.cond at 7:12" in loss.why
