"""The sources of published packages: downloaded once, never installed, never run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

# Wheels of one platform, so that every interpreter reads the same sources.
_TAGS = ("manylinux2014_x86_64", "manylinux_2_28_x86_64")
PLATFORM = ("--python-version", "3.11", *(f"--platform={tag}" for tag in _TAGS), "--only-binary=:all:")


class NotThere(Exception):
    """A package that could not be downloaded; one line that says why."""


def default_cache() -> Path:
    """Where downloads are kept between runs."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "losslint" / "packages"


def sources(requirement: str, cache: Path) -> Path:
    """The folder of an unpacked wheel, e.g. of ``keras==3.15.1``. Raises NotThere."""
    folder = cache / requirement.replace("==", "-")
    if folder.is_dir():
        return folder
    wheels = cache / "wheels" / requirement
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    run = subprocess.run(
        [*command, *PLATFORM, "--dest", str(wheels), requirement], capture_output=True, text=True, check=False
    )
    wheel = next(iter(sorted(wheels.glob("*.whl"))), None)
    if wheel is None:
        reason = (run.stderr.strip().splitlines() or ["no wheel came"])[-1]
        raise NotThere(f"{requirement}: {reason}")
    half = folder.with_suffix(".part")
    shutil.rmtree(half, ignore_errors=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(half)
    half.rename(folder)
    return folder
