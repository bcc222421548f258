"""``losslint config``: the settings in force."""

from __future__ import annotations

import os
from typing import Any

import click

from losslint.commands.options import path_options, selection_options
from losslint.commands.running import configuration_for
from losslint.output import print_pieces


@click.command("config", short_help="The settings in force and where each came from.")
@click.argument("path", default=os.curdir, metavar="[PATH]", type=click.Path())
@selection_options
@path_options
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", help="How to write it.")
def command(path: str, config: str | None, isolated: bool, output_format: str, **options: Any) -> int:
    """Print the settings in force for a file or directory, as TOML, with the origin of each."""
    from losslint.report.settings import render_settings, render_settings_json

    configuration = configuration_for(options, config=config, isolated=isolated)
    settings = configuration.for_directory(path) if os.path.isdir(path) else configuration.for_file(path)
    render = render_settings_json if output_format == "json" else render_settings
    print_pieces(render(settings, path))
    return 0
