"""``losslint clean``: delete caches."""

from __future__ import annotations

import os
from typing import Any

import click

from losslint.cache.location import caches_below, chosen
from losslint.commands.options import cache_dir_option
from losslint.commands.running import FAILED, configuration_for, run_settings
from losslint.output import say
from losslint.report.terminal import printable


@click.command("clean", short_help="Delete caches.")
@click.argument("paths", nargs=-1, metavar="[PATH]…")
@cache_dir_option
@click.option("--config", metavar="FILE", type=click.Path(), help="Read this configuration and no other.")
@click.option("--isolated", is_flag=True, help="Read no configuration.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def command(paths: tuple[str, ...], config: str | None, isolated: bool, quiet: bool, **options: Any) -> int:
    """Delete the cache of the working directory's project, and those in PATH (the working directory) and below.

    Only what losslint has written is deleted; a directory that holds something else is left.
    """
    configuration = configuration_for(options, config=config, isolated=isolated)
    own = chosen(configuration, run_settings(configuration))
    found = {os.path.realpath(own.path): own} if own.is_ours() else {}
    for path in paths or (os.curdir,):
        if not os.path.isdir(path):
            raise click.UsageError(f"{path}: no such directory")
        found.update((os.path.realpath(cache.path), cache) for cache in caches_below(path))
    failed = False
    for cache in found.values():
        shown = printable(os.path.relpath(cache.path))
        try:
            whole = cache.delete()
        except OSError as error:
            say(f"error: {shown}: cannot be deleted: {(error.strerror or str(error)).lower()}")
            failed = True
            continue
        if not quiet:
            say(f"deleted {shown}" if whole else f"emptied {shown}, which holds files of others too")
    if not found and not quiet:
        say("no caches found")
    return FAILED if failed else 0
