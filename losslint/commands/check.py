"""``losslint check``: lint, and on request fix, run, count."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import click

from losslint.commands import adopting
from losslint.commands.options import (
    adoption_options,
    console_options,
    path_options,
    selection_options,
    stdin_option,
    work_options,
)
from losslint.commands.running import configuration_for, run_paths, run_settings
from losslint.config import Configuration, Settings
from losslint.config_keys import OUTPUT_FORMATS
from losslint.output import output_for, say
from losslint.report import FORMATS
from losslint.run import Mending, Run

if TYPE_CHECKING:
    from losslint.fix.measure import Measurer


Announce = Callable[[str], None]


@click.command("check", short_help="Lint files and directories.")
@click.argument("paths", nargs=-1, metavar="PATH…")
@selection_options
@path_options
@stdin_option
@work_options
@click.option("--output-format", type=click.Choice(OUTPUT_FORMATS), help="How to write findings.")
@click.option("-o", "--output-file", metavar="FILE", help="Write the report there instead of to stdout.")
@click.option("--statistics", is_flag=True, help="Count findings by rule.")
@click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 even with findings.")
@click.option("--fix", is_flag=True, help="Apply the fixes that analysis proves (standard input: print it).")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply or show fixes that may change what is meant, too.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if anything was fixed.")
@adoption_options
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
    write_baseline: str | None,
    add_noqa: bool,
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

    def announce(line: str) -> None:
        if not quiet:
            say(line)

    configuration = configuration_for(options, config=config, isolated=isolated)
    settings = run_settings(configuration)
    output = output_for(settings, file=output_file, quiet=quiet, verbose=verbose)
    if options["statistics"] and not output.style.statistics:
        raise click.UsageError(f"--statistics has no place in --output-format {output.format}")
    if python is not None and not confirm:
        raise click.UsageError("--python is the interpreter for --confirm, which is not asked for")
    if add_noqa and (fix or confirm or write_baseline is not None):
        raise click.UsageError("--add-noqa goes with neither --fix nor --confirm nor --write-baseline")
    if write_baseline is not None and diff:
        raise click.UsageError("--diff changes nothing, and --write-baseline records what is there")
    baseline = None if write_baseline is not None else adopting.baseline_of(settings)
    applied = fix or diff or add_noqa
    wanted = applied or FORMATS[output.format].fixes
    with ExitStack() as stack:
        measure = None
        if confirm and wanted:
            measure = stack.enter_context(closing(_measurer(configuration, settings, python, announce)))
        left_alone = baseline if applied or measure is not None else None
        mending = Mending(applied, unsafe_fixes, measure, add_noqa, left_alone) if wanted else None
        finished = run_paths(
            paths, configuration, stdin_filename, mending, write=applied and not diff, losses=False
        )
    if baseline is not None:
        finished = adopting.without_known(finished, baseline, configuration)
    if confirm and finished.findings and not diff:  # a diff has no place for what would be measured
        finished = _confirmed(finished, configuration, settings, python, announce)
    if write_baseline is not None:
        finished = adopting.recorded(finished, write_baseline, configuration, announce)
    if diff:
        output.difference(finished, time.perf_counter() - started, how="silenced" if add_noqa else "fixed")
    else:
        output.report(finished, time.perf_counter() - started, fixing=applied)
    if finished.status == 0 and exit_non_zero_on_fix and finished.fixed:
        return 1
    return 0 if finished.status == 1 and settings.value("exit-zero") else finished.status


def _confirmed(
    finished: Run, configuration: Configuration, settings: Settings, python: str | None, announce: Announce
) -> Run:
    """The findings after their losses were run. Only here does a check execute what it checks."""
    from losslint.confirm.check import confirmed
    from losslint.confirm.options import options_for

    options = options_for(settings.confirm, python=python)
    return confirmed(finished, configuration, options, announce)


def _measurer(
    configuration: Configuration, settings: Settings, python: str | None, announce: Announce
) -> Measurer:
    """What runs fixes before they are offered."""
    from losslint.confirm.options import options_for
    from losslint.confirm.requests import configured
    from losslint.fix.measure import Measurer

    options = options_for(settings.confirm, python=python)
    return Measurer(options, lambda request: configured(request, configuration), announce)
