"""What was once wrong is right, and stays true."""

from __future__ import annotations

import pytest

from .comparing import inferred
from .measuring import careful
from .regressions import Regression, regressions

CASES = [pytest.param(regression, id=regression.name) for regression in regressions()]


@pytest.mark.parametrize("case", CASES)
def test_infers_the_truth(case: Regression) -> None:
    loss = inferred(case.program)
    assert loss is not None
    said = {
        "degree": loss.degree,
        "gradient": loss.gradient_degree,
        "coupled": str(loss.coupled).lower(),
        "returns": loss.returns.value,
    }
    for key, value in case.truth.items():
        if value != "none" and not (case.may_be_unknown and said[key] in ("unknown", "none")):
            assert said[key] == value, (key, loss.why, loss.unknowns)


@pytest.mark.tensorflow
@pytest.mark.parametrize("case", CASES)
def test_the_truth_is_what_tensorflow_measures(case: Regression) -> None:
    truth = careful(case.program)
    assert not truth.discarded
    assert case.truth["degree"] in truth.degrees
    assert case.truth["gradient"] in (truth.gradients or {"none"})
    assert case.truth["coupled"] in {str(coupled).lower() for coupled in truth.coupled}
    assert case.truth["returns"] == truth.returns
