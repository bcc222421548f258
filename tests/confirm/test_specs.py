"""The language of ``# losslint: inputs``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losslint.confirm.specs import DTYPES, KINDS, InputSpec, SpecError, parse_input, parse_inputs


def test_the_documented_line():
    target, prediction, alpha = parse_inputs("y_true=(N,4):int[0..9] y_pred=(N,4,10):prob alpha=0.25")
    assert (target.shape, target.kind, target.low, target.high) == (("N", 4), "int", 0, 9)
    assert (prediction.shape, prediction.kind, prediction.role) == (("N", 4, 10), "prob", "prediction")
    assert (alpha.kind, alpha.value) == ("literal", 0.25)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("(N)", ("N",)),
        ("(N,)", ("N",)),
        ("(2N, 3)", ("2N", 3)),
        ("(N,N)", ("N", "N")),
        ("()", ()),
        ("(3,5)", (3, 5)),
    ],
)
def test_shapes(text, shape):
    assert parse_input("x", text).shape == shape


def test_nested_inputs_and_literals_of_several_kinds():
    specs = parse_inputs(
        "y_pred.mu=(N,4):real, y_pred.0=(N):real weights=[1.0, 2.0] reduction='sum' training=True"
    )
    assert [s.name for s in specs] == ["y_pred.mu", "y_pred.0", "weights", "reduction", "training"]
    assert [s.value for s in specs[2:]] == [[1.0, 2.0], "sum", True]


def test_a_dtype_is_forced_behind_a_slash():
    assert parse_input("x", "(N,4):real/float32").dtype == "float32"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("y=(N,4):reel", "unknown kind 'reel'"),
        ("y=(N,four):real", "dimension 'four'"),
        ("y=(N,4):real/float31", "unknown dtype"),
        ("(N,4):real", "cannot read inputs"),
        ("", "no inputs"),
        ("y=(N,4", "cannot read"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(text, says):
    with pytest.raises(SpecError, match=says) as caught:
        parse_inputs(text)
    assert "\n" not in str(caught.value)


specs = st.builds(
    InputSpec,
    name=st.sampled_from(["y_true", "y_pred", "y_pred.mu"]),
    shape=st.lists(st.one_of(st.integers(1, 64), st.sampled_from(["N", "2N"])), max_size=4).map(tuple),
    kind=st.sampled_from(sorted(KINDS)),
    dtype=st.one_of(st.none(), st.sampled_from(sorted(DTYPES))),
)


@given(specs)
def test_a_spec_reads_back_what_it_writes(spec):
    again = parse_inputs(str(spec))[0]
    assert (again.name, again.shape, again.kind, again.dtype) == (
        spec.name,
        spec.shape,
        spec.kind,
        spec.dtype,
    )


def test_there_is_always_something_to_differentiate_by():
    assert [s.role for s in parse_inputs("labels=(N):int[0..2] targets=(N,3):real")] == [
        "target",
        "prediction",
    ]
    assert [s.role for s in parse_inputs("y_true=(N,3):real y_pred=(N,3):real")] == ["target", "prediction"]
