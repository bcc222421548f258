"""A process that is killed while it fixes 200 files leaves each of them old or new, and the next run cleans up."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mending import LOSS, MENDED

FILES, KILLS = 200, 12
COMMAND = [sys.executable, "-m", "losslint", "check", "--isolated", "--no-cache", "--fix", "--quiet", "."]

# The window between a temporary file and its renaming is a few microseconds wide; this makes it wide enough to hit.
SLOW = """
import os, sys, time
from losslint.fix import write
real = os.replace
def slow(*names):
    time.sleep(0.004)
    real(*names)
write.os.replace = slow
from losslint.cli import run_command_line
sys.exit(run_command_line(sys.argv[1:]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_every_file_is_old_or_new(tmp_path: Path) -> None:
    rng = random.Random(5)
    paths = [tmp_path / f"package{number % 7}" / f"losses{number}.py" for number in range(FILES)]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text(LOSS, encoding="utf-8")
    left_behind = mended = 0
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", SLOW, *COMMAND[3:]], cwd=tmp_path)
        target = mended + rng.randint(3, 12)
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if sum(path.stat().st_size != len(LOSS) for path in paths) >= target:
                time.sleep(rng.random() * 0.02)
                break
        process.kill()
        process.wait()
        texts = [path.read_text(encoding="utf-8") for path in paths]
        assert set(texts) <= {LOSS, MENDED}
        mended = texts.count(MENDED)
        left_behind += any(tmp_path.rglob("*.tmp"))
    assert 0 < mended < FILES, "the process was never killed in the middle of its work"
    assert left_behind, "never killed between writing and renaming: the test shows nothing"
    subprocess.run(COMMAND, cwd=tmp_path, check=True)
    assert {path.read_text(encoding="utf-8") for path in paths} == {MENDED}
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(paths)
