"""A baseline within a check: what it leaves out, and how it is written. What is not used is not imported."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from losslint.config import ConfigError, Configuration, Settings
from losslint.output import counted
from losslint.run import Run, lines_of

if TYPE_CHECKING:
    from losslint.baseline import Baseline, Known

SHOWN = 3
"""So many stale findings are named."""


def baseline_of(settings: Settings) -> Baseline | None:
    """The baseline in force. Raises ConfigError."""
    if settings.baseline is None:
        return None
    from losslint.baseline import read_baseline

    return read_baseline(settings.baseline)


def without_known(finished: Run, baseline: Baseline, configuration: Configuration) -> Run:
    """The run without known findings, and with a warning if some of them are not there any more."""
    from losslint.baseline import settled

    result = settled(finished, baseline, lines_of(finished), _applies(configuration))
    if not result.stale:
        return result.run
    number = sum(count for _, count in result.stale)
    named = [_described(known) for known, _ in result.stale[:SHOWN]]
    named += ["…"] * (len(result.stale) > SHOWN)
    warning = (
        f"{baseline.file}: {counted(number, 'known finding')} not there any more ({', '.join(named)}); "
        f"--write-baseline {baseline.file} drops what is stale"
    )
    return replace(result.run, warnings=(*result.run.warnings, warning))


def recorded(finished: Run, file: str, configuration: Configuration, announce: Callable[[str], None]) -> Run:
    """The run after its findings were written to a baseline, which makes all of them known. Raises ConfigError.

    What the file holds of other files and rules stays in it.
    """
    from losslint import baseline

    previous = baseline.read_baseline(file) if os.path.lexists(file) else baseline.Baseline(file)
    new, dropped = baseline.recorded(finished, previous, lines_of(finished), _applies(configuration))
    baseline.write_baseline(new)
    number = sum(count for _, count in new.findings)
    stale = f", {dropped} stale dropped" if dropped else ""
    announce(f"{file}: {counted(number, 'finding')} recorded{stale}")
    return replace(finished, findings=(), known=len(finished.findings))


def _described(known: Known) -> str:
    where = f" in {known.identity.function}" if known.identity.function else ""
    return f"{known.path}: {known.identity.code}{where}"


def _applies(configuration: Configuration) -> Callable[[str, str], bool]:
    def applies(code: str, path: str) -> bool:
        try:
            return configuration.for_file(path).selects(code, path)
        except ConfigError:  # the run has told it
            return False

    return applies
