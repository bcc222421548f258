"""``losslint check``: lint, and on request fix, run, count."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import click

from losslint.commands.options import console_options, path_options, selection_options, stdin_option
from losslint.commands.running import configuration_for, run_paths, run_settings
from losslint.config import Configuration, Settings
from losslint.config_keys import OUTPUT_FORMATS
from losslint.output import output_for, say
from losslint.report import FORMATS
from losslint.run import Mending, Run

if TYPE_CHECKING:
    from losslint.fix.measure import Measurer


@click.command("check", short_help="Lint files and directories.")
@click.argument("paths", nargs=-1, metavar="PATH…")
@selection_options
@path_options
@stdin_option
@click.option("--output-format", type=click.Choice(OUTPUT_FORMATS), help="How to write findings.")
@click.option("-o", "--output-file", metavar="FILE", help="Write the report there instead of to stdout.")
@click.option("--statistics", is_flag=True, help="Count findings by rule.")
@click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 even with findings.")
@click.option("--fix", is_flag=True, help="Apply the fixes that analysis proves (standard input: print it).")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply or show fixes that may change what is meant, too.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if anything was fixed.")
@click.option("--confirm", is_flag=True, help="Import and run the losses that findings are about; measure.")
@click.option("--python", metavar="PATH", help="The interpreter or environment that has TensorFlow.")
@console_options
def command(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    config: str | None,
    isolated: bool,
    output_file: str | None,
    fix: bool,
    diff: bool,
    unsafe_fixes: bool,
    exit_non_zero_on_fix: bool,
    confirm: bool,
    python: str | None,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> int:
    """Lint files and directories (`-` is standard input; without PATH the working directory).

    Exit status: 0 nothing found, 1 findings, 2 something could not be checked.
    """
    started = time.perf_counter()
    configuration = configuration_for(options, config=config, isolated=isolated)
    settings = run_settings(configuration)
    output = output_for(settings, file=output_file, quiet=quiet, verbose=verbose)
    if options["statistics"] and not output.style.statistics:
        raise click.UsageError(f"--statistics has no place in --output-format {output.format}")
    if python is not None and not confirm:
        raise click.UsageError("--python is the interpreter for --confirm, which is not asked for")
    wanted = fix or diff or FORMATS[output.format].fixes
    with ExitStack() as stack:
        measure = None
        if confirm and wanted:
            measure = stack.enter_context(closing(_measurer(configuration, settings, python, quiet=quiet)))
        mending = Mending(fix or diff, unsafe_fixes, measure) if wanted else None
        finished = run_paths(paths, configuration, stdin_filename, mending, write=fix and not diff)
    if confirm and finished.findings and not diff:  # a diff has no place for what would be measured
        finished = _confirmed(finished, configuration, settings, python, quiet=quiet)
    if diff:
        output.difference(finished, time.perf_counter() - started)
    else:
        output.report(finished, time.perf_counter() - started, fixing=fix)
    if finished.status == 0 and exit_non_zero_on_fix and finished.fixed:
        return 1
    return 0 if finished.status == 1 and settings.value("exit-zero") else finished.status


def _confirmed(
    finished: Run, configuration: Configuration, settings: Settings, python: str | None, *, quiet: bool
) -> Run:
    """The findings after their losses were run. Only here does a check execute what it checks."""
    from losslint.confirm.check import confirmed
    from losslint.confirm.options import options_for

    options = options_for(settings.confirm, python=python)
    return confirmed(finished, configuration, options, announce=lambda line: None if quiet else say(line))


def _measurer(
    configuration: Configuration, settings: Settings, python: str | None, *, quiet: bool
) -> Measurer:
    """What runs fixes before they are offered."""
    from losslint.confirm.options import options_for
    from losslint.confirm.requests import with_inputs
    from losslint.fix.measure import Measurer

    def announce(line: str) -> None:
        if not quiet:
            say(line)

    options = options_for(settings.confirm, python=python)
    return Measurer(options, lambda request: with_inputs(request, configuration, None), announce)
