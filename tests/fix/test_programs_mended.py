"""Random programs, mended: they parse and run, stay mended, lose their scale findings, and TensorFlow agrees.

The programs are those that the analysis is fuzzed with (``tests/fuzz``). ``programs.py`` has the claims, and runs as a
command over as many as there is time for.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fix.programs import mended


def _hold(seed: int, programs: int, capsys: pytest.CaptureFixture[str], *, unsafe: bool = False) -> None:
    *_, tally = mended(seed, range(programs), unsafe=unsafe)
    with capsys.disabled():
        print(f"\n{dict(tally.counts)}")
    assert tally.counts["measured"] > programs // 4
    assert not tally.wrong, "\n\n".join(tally.wrong)


@pytest.mark.tensorflow
def test_random_programs_have_degree_zero_after_the_fix(capsys: pytest.CaptureFixture[str]) -> None:
    _hold(1, 250, capsys)


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_more_random_programs(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    _hold(seed, 1000, capsys)


@pytest.mark.tensorflow
@pytest.mark.slow
def test_unsafe_fixes_of_random_programs(capsys: pytest.CaptureFixture[str]) -> None:
    _hold(5, 1000, capsys, unsafe=True)
