"""``losslint inspect``: what is known of each loss."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from losslint.commands.options import console_options, path_options, stdin_option, work_options
from losslint.commands.running import FAILED, configuration_for, run_paths, run_settings
from losslint.output import output_for
from losslint.report.concise import place
from losslint.report.views import in_cells
from losslint.run import SYNTAX_ERROR, Run, sources_of
from losslint.targets import parse_target, select_losses


@click.command("inspect", short_help="Every loss found, with its inferred degree.")
@click.argument("targets", nargs=-1, required=True, metavar="PATH[::NAME]…", type=click.Path())
@path_options
@stdin_option
@work_options
@click.option(
    "--output-format", type=click.Choice(("text", "json")), default="text", help="How to write losses."
)
@console_options
def command(
    targets: tuple[str, ...],
    stdin_filename: str | None,
    config: str | None,
    isolated: bool,
    output_format: str,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> int:
    """List every loss with its batch degree, its verdict and the reason, flagged or not.

    PATH::NAME shows one loss (`losses.py::Focal.call`). The text form shows every statement of the loss with
    the degree of what it binds.
    """
    configuration = configuration_for(options, config=config, isolated=isolated)
    settings = run_settings(configuration)
    output = output_for(settings, quiet=quiet, verbose=verbose)
    wanted = [parse_target(target) for target in targets]
    finished = run_paths([target.path for target in wanted], configuration, stdin_filename)
    finished, lines = in_cells(finished, sources_of(finished))
    finished = select_losses(_with_syntax_warnings(finished), wanted)
    output.complain(finished)
    if output_format == "json":
        from losslint.report.json_report import render_losses

        output.write(render_losses(finished.losses, finished.errors))
    else:
        from losslint.report.reveal import render_reveal

        output.write(render_reveal(finished.losses, lines, output.style))
    return FAILED if finished.errors else 0


def _with_syntax_warnings(finished: Run) -> Run:
    """What does not parse holds no loss to show, and should not pass for a file without any."""
    broken = [finding for finding in finished.findings if finding.code == SYNTAX_ERROR]
    warnings = (f"{place(finding)}: {finding.message}" for finding in broken)
    return replace(finished, warnings=(*finished.warnings, *warnings))
