"""Programs before and after ``--fix --unsafe-fixes``: what is inserted, where it goes, and what is left alone.

The right side of each was read as a reviewer would read it; TensorFlow measures fixtures and rules' examples instead.
"""

from __future__ import annotations

import ast
from pathlib import Path

import edits_of_expressions
import edits_of_names
import edits_of_replicas
import pytest
from mending import mended_source

CASES = {**edits_of_names.CASES, **edits_of_expressions.CASES, **edits_of_replicas.CASES}
"""By what they show. No right side: nothing is changed."""


@pytest.mark.parametrize("name", CASES)
def test_is_mended_as_the_author_would(name: str, tmp_path: Path) -> None:
    before, after = CASES[name]
    mended, _ = mended_source(before, tmp_path)
    assert mended == (before if after is None else after)
    compile(mended, "mended.py", "exec", dont_inherit=True)
    assert ast.parse(mended)


@pytest.mark.parametrize("name", [name for name, (_, after) in CASES.items() if after is not None])
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_new_lines_end_and_begin_as_the_others(name: str, end: str, tmp_path: Path) -> None:
    before, after = (text.replace("    ", "\t").replace("\n", end) for text in CASES[name])
    mended, _ = mended_source("\ufeff# \N{GREEK SMALL LETTER ALPHA}" + end + before, tmp_path)
    assert mended == "\ufeff# \N{GREEK SMALL LETTER ALPHA}" + end + after
