"""What commands that read files share: configuration from options, a run over paths."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from losslint.cache.location import cache_for
from losslint.commands import NAMES
from losslint.config import ConfigError, Configuration, Settings, command_line
from losslint.garbage import paused
from losslint.run import Mending, Run, run
from losslint.source.discovery import STDIN
from losslint.suggest import closest

FAILED = 2


def configuration_for(options: dict[str, Any], *, config: str | None, isolated: bool) -> Configuration:
    """The configuration that these options ask for, with their values on top. Raises ConfigError."""
    given = {name.replace("_", "-"): value for name, value in options.items() if value not in (None, False)}
    return Configuration(command_line(given), only=config, isolated=isolated)


def run_paths(
    paths: Sequence[str],
    configuration: Configuration,
    stdin_filename: str | None,
    mending: Mending | None = None,
    *,
    write: bool = False,
    losses: bool = True,
) -> Run:
    """Check what the paths name (the working directory if there are none), with the cache and the processes that
    are configured.
    """
    if stdin_filename is not None and STDIN not in paths:
        if paths:
            raise click.UsageError(
                "--stdin-filename names what is read from standard input: PATH is `-` then"
            )
        paths = (STDIN,)
    settings = run_settings(configuration)
    with paused(over=True):
        finished = run(
            paths or (os.curdir,),
            configuration,
            stdin=lambda: sys.stdin.buffer.read(),
            stdin_filename=stdin_filename,
            mending=mending,
            write=write,
            cache=cache_for(configuration, settings),
            jobs=settings.value("jobs"),
            losses=losses,
        )
    return _with_hints(finished)


def run_settings(configuration: Configuration) -> Settings:
    """What holds for the run as a whole: the settings of the working directory."""
    try:
        return configuration.for_directory(os.curdir)
    except ConfigError:  # the run reports it, and checks what is configured elsewhere
        return configuration.without_files()


def _with_hints(finished: Run) -> Run:
    """A path that does not exist may be a command that was mistyped."""
    errors = []
    for error in finished.errors:
        is_word = error.path.isidentifier() and not os.path.exists(error.path)
        command = closest(error.path, NAMES) if is_word else None
        hint = f" (did you mean the command {command!r}?)" if command else ""
        errors.append(replace(error, message=error.message + hint))
    return replace(finished, errors=tuple(errors))
