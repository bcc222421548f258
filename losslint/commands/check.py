"""``losslint check``: lint, and on request fix, run, count."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
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
    version_option,
    work_options,
)
from losslint.commands.running import configuration_for, run_paths, run_settings
from losslint.config import Configuration, Settings
from losslint.config_keys import OUTPUT_FORMATS
from losslint.output import output_for, say
from losslint.report import FORMATS
from losslint.run import Mending, Run
from losslint.source.discovery import STDIN

if TYPE_CHECKING:
    from losslint.fix.measure import Measurer


Announce = Callable[[str], None]


class Check(click.Command):
    """Remembers how it was called, so that ``--watch`` can call it again."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note the arguments as they were given."""
        ctx.obj = tuple(args)
        return super().parse_args(ctx, args)


@click.command("check", cls=Check, short_help="Lint files and directories.")
@click.argument("paths", nargs=-1, metavar="PATH…", type=click.Path())
@selection_options
@path_options
@stdin_option
@work_options
@click.option("--output-format", type=click.Choice(OUTPUT_FORMATS), help="How to write findings.")
@click.option(
    "-o",
    "--output-file",
    metavar="FILE",
    type=click.Path(),
    help="Write the report there instead of to stdout.",
)
@click.option("--statistics", is_flag=True, help="Count findings by rule.")
@click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 even with findings.")
@click.option("--fix", is_flag=True, help="Apply the fixes that analysis proves (standard input: print it).")
@click.option("--diff", is_flag=True, help="Print what --fix or --add-noqa would change.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply or show fixes that may change what is meant, too.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if anything was fixed.")
@adoption_options
@click.option("--confirm", is_flag=True, help="Import and run the losses that findings are about; measure.")
@click.option(
    "--python", metavar="PATH", type=click.Path(), help="The interpreter or environment that has TensorFlow."
)
@click.option("--watch", is_flag=True, help="Check again whenever something has changed, until Ctrl-C.")
@console_options
@version_option
@click.pass_context
def command(context: click.Context, /, watch: bool, **arguments: Any) -> int:
    """Lint files and directories (`-` is standard input; without PATH the working directory).

    Exit status: 0 nothing found, 1 findings, 2 something could not be checked.
    """
    return _watch(context.obj, **arguments) if watch else _check(**arguments)


def _watch(
    given: Sequence[str],
    paths: tuple[str, ...],
    stdin_filename: str | None,
    config: str | None,
    isolated: bool,
    quiet: bool,
    add_noqa: bool,
    write_baseline: str | None,
    baseline: str | None,
    **_: Any,
) -> int:
    from losslint.watching import NoWatcher, Watch

    if STDIN in paths or stdin_filename is not None:
        raise click.UsageError("--watch waits for files to change; standard input is read once")
    if add_noqa or write_baseline is not None:
        raise click.UsageError("--add-noqa and --write-baseline are done once; --watch goes with neither")
    again = ["check", *(argument for argument in given if argument != "--watch")]

    def configuration() -> Configuration:
        return configuration_for({"baseline": baseline}, config=config, isolated=isolated)

    try:
        return Watch(again, paths, configuration, lambda line: None if quiet else say(line)).run()
    except NoWatcher as error:
        raise click.UsageError(str(error)) from None


def _check(
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
