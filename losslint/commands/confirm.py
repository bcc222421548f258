"""``losslint confirm``: losses run for real."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from losslint.commands.running import FAILED
from losslint.confirm.model import LossRequest, Measured


def _sizes(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    if value is None:
        return None
    parts = [part.strip() for part in value.split(",")]
    if not all(part.isdigit() and int(part) > 0 for part in parts):
        raise click.BadParameter(f"{value!r} is no list of batch sizes such as 4,8,16,32,64")
    return tuple(int(part) for part in parts)


@click.command("confirm", short_help="Run losses in their framework and print what was measured.")
@click.argument("targets", nargs=-1, required=True, metavar="PATH[::NAME]…", type=click.Path())
@click.option(
    "--python", metavar="PATH", type=click.Path(), help="The interpreter or environment that has TensorFlow."
)
@click.option("--batch-sizes", callback=_sizes, metavar="N,N,…", help="Smallest to largest batch size.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds for each loss.")
@click.option("--memory-mb", type=click.IntRange(min=64), help="Memory for each loss, in MiB.")
@click.option("--inputs", metavar="SPECS", help='What to feed: "y_true=(N,4):real y_pred=(N,4):prob".')
@click.option(
    "--arguments", metavar="NAME=VALUE,…", help='What makes it, if it is a class or a closure: "alpha=0.5".'
)
@click.option("--gpu", is_flag=True, help="Let TensorFlow see the GPU.")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", help="How to write it.")
@click.option("--report", metavar="FILE", type=click.Path(), help="Write an HTML report there as well.")
@click.option("--config", metavar="FILE", type=click.Path(), help="Read this configuration and no other.")
@click.option("--isolated", is_flag=True, help="Read no configuration.")
@click.option("-q", "--quiet", is_flag=True, help="Print results and errors only.")
def command(
    targets: tuple[str, ...],
    python: str | None,
    batch_sizes: tuple[int, ...] | None,
    timeout: float | None,
    memory_mb: int | None,
    inputs: str | None,
    arguments: str | None,
    gpu: bool,
    output_format: str,
    report: str | None,
    config: str | None,
    isolated: bool,
    quiet: bool,
) -> int:
    """Run losses at several batch sizes and print how value and gradient move.

    This imports and executes the code it is given, in an interpreter that has TensorFlow: --python, the
    configured one, the active virtual environment, or .venv. Exit status: 0 everything was tried, 2 something
    could not be.
    """
    from losslint.config import Configuration, command_line
    from losslint.confirm.options import announcement, options_for
    from losslint.confirm.process import NoFramework
    from losslint.confirm.requests import requests_for
    from losslint.confirm.session import confirm_losses
    from losslint.targets import parse_target

    if report is not None and not Path(report).absolute().parent.is_dir():  # told before hours of running
        raise click.ClickException(f"{report} cannot be written: {Path(report).parent} is no directory")
    configuration = Configuration(command_line({}), only=config, isolated=isolated)
    asked = requests_for([parse_target(target) for target in targets], configuration, inputs, arguments)
    for error in asked.errors:
        _say(f"error: {error.path}: {error.message}")
    for warning in asked.warnings if not quiet else ():
        _say(f"warning: {warning}")
    options = options_for(
        configuration.for_directory(os.curdir).confirm,
        python=python,
        batch_sizes=batch_sizes,
        timeout=timeout,
        memory_mb=memory_mb,
        gpu=gpu,
    )
    if not quiet and asked.requests:
        _say(announcement(asked.requests))
    results: list[Measured] = []
    try:
        for measured in _with_progress(confirm_losses(asked.requests, options), asked.requests, quiet):
            results.append(measured)
            if output_format == "text":
                from losslint.report.confirm_text import render

                click.echo(render(measured))
    except NoFramework as error:
        _say(f"losslint: {error}")
        return FAILED
    _finish(results, output_format, report, quiet)
    return FAILED if asked.errors else 0


def _with_progress(
    results: Iterable[Measured], requests: Sequence[LossRequest], quiet: bool
) -> Iterator[Measured]:
    """The results, with a line on a terminal's stderr that says which loss is running."""
    show = not quiet and sys.stderr.isatty()
    iterator = iter(results)
    for number, request in enumerate(requests, 1):
        if show:
            click.echo(f"\r\x1b[2K{number}/{len(requests)} {request.qualname}", err=True, nl=False)
        measured = next(iterator)
        if show:
            click.echo("\r\x1b[2K", err=True, nl=False)
        yield measured
    yield from iterator


def _finish(results: Sequence[Measured], output_format: str, report: str | None, quiet: bool) -> None:
    if output_format == "json":
        from losslint.report.confirm_json import render as render_json

        click.echo(render_json(results), nl=False)
    elif results and not quiet:
        from losslint.report.confirm_text import render_summary

        _say(render_summary(results))
    if report is not None:
        from losslint.fix.write import NotWritten, write_file
        from losslint.report.confirm_html import render as render_html

        page = render_html(results, _lines_of(results))
        try:
            write_file(report, page.encode())
        except NotWritten as error:
            raise click.ClickException(f"{report} {error}") from None


def _lines_of(results: Iterable[Measured]) -> dict[str, Sequence[str]]:
    """The source lines of everything that was measured, for the report."""
    return {measured.file: _lines(measured.path, measured.cell) for measured in results}


def _lines(path: str, cell: int | None) -> Sequence[str]:
    from losslint.source.text import ParseFailure, UnreadableFile, read_source

    try:
        return read_source(path).lines_of(cell)
    except (UnreadableFile, ParseFailure):
        return ()


def _say(text: str) -> None:
    click.echo(text, err=True)
