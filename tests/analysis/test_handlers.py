"""Every variant that the operation tables name is written, and no other passes for one that is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from losslint.analysis import handlers
from losslint.analysis.handlers import HOWS, handled, handler_of
from losslint.analysis.mappers import MAPPERS
from losslint.analysis.operations import HANDLERS, VARIANTS
from losslint.analysis.operations_shape import SHAPES
from losslint.analysis.optable import Operation, Signature, builtin_table
from losslint.config import AnalysisSettings
from losslint.engine import check_source
from losslint.source.text import SourceText

REVIEWED: dict[tuple[str, str], str] = {}
"""Variants of the tables that are left without a handler, and why."""

UNUSED = {"squeeze_or_expand"}
"""Variants for tables of one's own: the README names them, no entry of ours does."""

OPERATIONS = {(op.kind, op.how, op.get("order")): op for op in builtin_table().operations.values()}


def test_the_tables_are_walked() -> None:
    assert len(OPERATIONS) > 100
    assert {"block", "distribution", "reduce", "mapper"} <= {kind for kind, _, _ in OPERATIONS}


IDS = [" ".join(filter(None, key)) for key in OPERATIONS]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=IDS)
def test_every_variant_of_the_tables_has_a_handler(operation: Operation) -> None:
    assert handled(operation) is ((operation.kind, operation.how) not in REVIEWED)


@pytest.mark.parametrize("kind", sorted({*HANDLERS, *(kind for kind, _ in VARIANTS), "mapper"}))
def test_an_unknown_variant_has_none(kind: str) -> None:
    assert not handled(Operation(kind, "no such thing", Signature(()), {}, "custom"))


def test_every_handler_is_reached_by_some_entry() -> None:
    named = {(kind, how) for kind, how, _ in OPERATIONS}
    mappers = {" ".join(filter(None, (how, order))) for kind, how, order in OPERATIONS if kind == "mapper"}
    assert set(VARIANTS) - named == set()
    assert {how for how in SHAPES if ("shape", how) not in named} == UNUSED
    assert set(MAPPERS) - mappers == set()


def test_a_variant_goes_before_the_handler_of_its_kind() -> None:
    median = OPERATIONS["reduce", "median", None]
    assert handler_of(median) is VARIANTS["reduce", "median"]
    assert handler_of(replace(median, how="sum")) is HANDLERS["reduce"]
    assert not set(VARIANTS) & {(kind, how) for kind, hows in HOWS.items() for how in hows}
    assert handlers.handled is handled


def test_an_unknown_variant_of_a_custom_table_is_unknown_to_the_analysis(tmp_path: Path) -> None:
    table = tmp_path / "ops.toml"
    table.write_text(
        'framework = "tensorflow"\n[[ops]]\nkind = "reduce"\nhow = "trimean"\n'
        'signature = "x"\nnames = ["mine.trimean"]\n'
    )
    source = "import mine\ndef loss(y_true, y_pred):\n    return mine.trimean(y_true - y_pred)\n"
    _, (loss,) = check_source(SourceText("program.py", source), AnalysisSettings(ops=(table,)))
    assert (loss.verdict.value, loss.degree) == ("unknown", "unknown")
