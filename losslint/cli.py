"""The commands: parse, call, render. What they do is done elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from losslint import __version__
from losslint.config import ConfigError, Configuration, Settings, command_line
from losslint.config_keys import COLORS, OUTPUT_FORMATS
from losslint.output import Unwritable, output_for, print_pieces, say, terminal_width
from losslint.report.concise import place
from losslint.report.terminal import printable
from losslint.run import SYNTAX_ERROR, Mending, Run, lines_of, run
from losslint.source.discovery import STDIN
from losslint.suggest import closest
from losslint.targets import parse_target, select_losses

if TYPE_CHECKING:
    from losslint.fix.measure import Measurer

FAILED = 2
INTERRUPTED = 130

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


FORMATS_WITH_FIXES = ("full", "json", "json-lines", "sarif", "rdjson")
"""Reports that have a place for a fix; for the others none is looked for."""
IMPORTED_WHEN_USED = {"confirm": "losslint.confirm.command"}
"""Commands with a module of their own, which holds a click command of the same name."""


class Commands(click.Group):
    """``losslint PATH…`` is ``losslint check PATH…``: what is no command is the beginning of a check."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``check`` in front of arguments that name no command."""
        if args and args[0] not in (*self.list_commands(ctx), "-h", "--help", "--version"):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in order."""
        return sorted((*self.commands, *IMPORTED_WHEN_USED))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, imported if need be."""
        if cmd_name in IMPORTED_WHEN_USED:
            command = getattr(import_module(IMPORTED_WHEN_USED[cmd_name]), cmd_name)
            assert isinstance(command, click.Command)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=Commands, context_settings=CONTEXT, invoke_without_command=True)
@click.version_option(__version__, message="losslint %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Find machine-learning losses that quietly depend on the batch size.

    `losslint PATH…` is short for `losslint check PATH…`.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run_command_line(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status. Errors are one line on stderr, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A path or a source line that the terminal cannot show must not end the run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        with cli.make_context("losslint", list(arguments)) as context:
            result = cli.invoke(context)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        say(f"losslint: {' '.join(error.format_message().split())}")
        return error.exit_code
    except (ConfigError, Unwritable) as error:
        say(f"losslint: {printable(str(error))}")
        return FAILED
    except OSError as error:  # the working directory is gone, the disk is full
        say(f"losslint: {error.strerror or error}")
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        say("losslint: interrupted")
        return INTERRUPTED


def _selectors(
    _ctx: click.Context, _parameter: click.Parameter, values: Sequence[str]
) -> tuple[str, ...] | None:
    """Codes given as ``--select LL1,LL203`` or by repeating the option."""
    codes = tuple(code.strip() for value in values for code in value.split(",") if code.strip())
    return codes if values else None


def _patterns(
    _ctx: click.Context, _parameter: click.Parameter, values: Sequence[str]
) -> tuple[str, ...] | None:
    return (
        tuple(text.strip() for value in values for text in value.split(",") if text.strip())
        if values
        else None
    )


def _codes_by_pattern(
    _ctx: click.Context, _parameter: click.Parameter, values: Sequence[str]
) -> dict[str, list[str]] | None:
    """``tests/*:LL101,LL102`` or ``a.py:LL1,b.py:LL2``: a code belongs to the pattern before it."""
    table: dict[str, list[str]] = {}
    pattern: str | None = None
    for word in (word.strip() for value in values for word in value.split(",")):
        before, colon, code = word.rpartition(":")
        if colon:
            pattern = before
        if not pattern or not code:
            raise click.BadParameter(f"{word!r} is not written PATTERN:CODE")
        table.setdefault(pattern, []).append(code)
    return table or None


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _together(*decorators: Decorator) -> Decorator:
    """Several options as one decorator, in the order of the help text."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


_selection_options = _together(
    click.option("--select", multiple=True, callback=_selectors, metavar="CODES", help="Rules to switch on."),
    click.option(
        "--extend-select",
        multiple=True,
        callback=_selectors,
        metavar="CODES",
        help="Rules to switch on besides.",
    ),
    click.option(
        "--ignore", multiple=True, callback=_selectors, metavar="CODES", help="Rules to switch off."
    ),
    click.option(
        "--per-file-ignores",
        multiple=True,
        callback=_codes_by_pattern,
        metavar="PATTERN:CODES",
        help="Rules to switch off by path.",
    ),
)
_path_options = _together(
    click.option(
        "--exclude",
        multiple=True,
        callback=_patterns,
        metavar="PATTERNS",
        help="Paths to leave out of directories.",
    ),
    click.option(
        "--extend-exclude",
        multiple=True,
        callback=_patterns,
        metavar="PATTERNS",
        help="Paths to leave out besides.",
    ),
    click.option("--config", metavar="FILE", help="Read this configuration and no other."),
    click.option("--isolated", is_flag=True, help="Read no configuration."),
)
_stdin_option = click.option(
    "--stdin-filename", metavar="PATH", help="What to call standard input (PATH `-`)."
)
_console_options = _together(
    click.option("-q", "--quiet", is_flag=True, help="Print findings and errors only."),
    click.option(
        "-v", "--verbose", is_flag=True, help="Say what was done, and give tracebacks of internal errors."
    ),
    click.option("--color", type=click.Choice(COLORS), help="When to colour the output."),
)


def _configuration(options: dict[str, Any], *, config: str | None, isolated: bool) -> Configuration:
    given = {name.replace("_", "-"): value for name, value in options.items() if value not in (None, False)}
    return Configuration(command_line(given), only=config, isolated=isolated)


def _run(
    paths: Sequence[str],
    configuration: Configuration,
    stdin_filename: str | None,
    mending: Mending | None = None,
    *,
    write: bool = False,
) -> Run:
    if stdin_filename is not None and STDIN not in paths:
        if paths:
            raise click.UsageError(
                "--stdin-filename names what is read from standard input: PATH is `-` then"
            )
        paths = (STDIN,)
    return run(
        paths or (os.curdir,),
        configuration,
        stdin=lambda: sys.stdin.buffer.read(),
        stdin_filename=stdin_filename,
        mending=mending,
        write=write,
    )


@cli.command(short_help="Lint files and directories.")
@click.argument("paths", nargs=-1, metavar="PATH…")
@_selection_options
@_path_options
@_stdin_option
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
@_console_options
def check(
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
    configuration = _configuration(options, config=config, isolated=isolated)
    settings = _run_settings(configuration)
    output = output_for(settings, file=output_file, quiet=quiet, verbose=verbose)
    if options["statistics"] and not output.style.statistics:
        raise click.UsageError(f"--statistics has no place in --output-format {output.format}")
    if python is not None and not confirm:
        raise click.UsageError("--python is the interpreter for --confirm, which is not asked for")
    wanted = fix or diff or output.format in FORMATS_WITH_FIXES
    with ExitStack() as stack:
        measure = None
        if confirm and wanted:
            measure = stack.enter_context(closing(_measurer(configuration, settings, python, quiet=quiet)))
        mending = Mending(fix or diff, unsafe_fixes, measure) if wanted else None
        finished = _with_hints(_run(paths, configuration, stdin_filename, mending, write=fix and not diff))
    if confirm and finished.findings and not diff:  # a diff has no place for what would be measured
        finished = _confirmed(finished, configuration, settings, python, quiet=quiet)
    if diff:
        output.difference(finished, time.perf_counter() - started)
    else:
        output.report(finished, time.perf_counter() - started, fixing=fix)
    if finished.status == 0 and exit_non_zero_on_fix and finished.fixed:
        return 1
    return 0 if finished.status == 1 and settings.value("exit-zero") else finished.status


@cli.command(short_help="Every loss found, with its inferred degree.")
@click.argument("targets", nargs=-1, required=True, metavar="PATH[::NAME]…")
@_path_options
@_stdin_option
@click.option(
    "--output-format", type=click.Choice(("text", "json")), default="text", help="How to write losses."
)
@_console_options
def inspect(
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
    configuration = _configuration(options, config=config, isolated=isolated)
    settings = _run_settings(configuration)
    output = output_for(settings, quiet=quiet, verbose=verbose)
    wanted = [parse_target(target) for target in targets]
    finished = _with_hints(_run([target.path for target in wanted], configuration, stdin_filename))
    finished = select_losses(_with_syntax_warnings(finished), wanted)
    output.complain(finished)
    if output_format == "json":
        from losslint.report.json_report import render_losses

        output.write(render_losses(finished.losses, finished.errors))
    else:
        from losslint.report.reveal import render_reveal

        output.write(render_reveal(finished.losses, lines_of(finished), output.style))
    return FAILED if finished.errors else 0


@cli.command(short_help="A rule's page, or the list of rules.")
@click.argument("codes", nargs=-1, metavar="[CODE]…")
@click.option("--all", "everything", is_flag=True, help="Print every page.")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", help="How to write it.")
def rule(codes: tuple[str, ...], everything: bool, output_format: str) -> int:
    """Print the page of a rule; without CODE the list of rules."""
    from losslint.report import pages
    from losslint.rules import _registry

    try:
        chosen = (
            [_registry.load(code) for code in codes] if codes and not everything else _registry.all_rules()
        )
    except _registry.UnknownRule as error:
        raise click.UsageError(str(error)) from None
    if output_format == "json":
        print_pieces(pages.render_rules_json(chosen))
    elif codes or everything:
        print_pieces(pages.render_pages(chosen, width=terminal_width(), pretty=sys.stdout.isatty()))
    else:
        print_pieces(pages.render_list(chosen))
    return 0


@cli.command("config", short_help="The settings in force and where each came from.")
@click.argument("path", default=os.curdir, metavar="[PATH]")
@_selection_options
@_path_options
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", help="How to write it.")
def show_config(path: str, config: str | None, isolated: bool, output_format: str, **options: Any) -> int:
    """Print the settings in force for a file or directory, as TOML, with the origin of each."""
    from losslint.report.settings import render_settings, render_settings_json

    configuration = _configuration(options, config=config, isolated=isolated)
    settings = configuration.for_directory(path) if os.path.isdir(path) else configuration.for_file(path)
    render = render_settings_json if output_format == "json" else render_settings
    print_pieces(render(settings, path))
    return 0


def _run_settings(configuration: Configuration) -> Settings:
    """What holds for the run as a whole: the settings of the working directory."""
    try:
        return configuration.for_directory(os.curdir)
    except ConfigError:  # the run reports it, and checks what is configured elsewhere
        return configuration.without_files()


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


def _with_syntax_warnings(finished: Run) -> Run:
    """What does not parse holds no loss to show, and should not pass for a file without any."""
    broken = [finding for finding in finished.findings if finding.code == SYNTAX_ERROR]
    warnings = (f"{place(finding)}: {finding.message}" for finding in broken)
    return replace(finished, warnings=(*finished.warnings, *warnings))


def _with_hints(finished: Run) -> Run:
    """A path that does not exist may be a command that was mistyped."""
    errors = []
    for error in finished.errors:
        is_word = error.path.isidentifier() and not os.path.exists(error.path)
        command = closest(error.path, (*cli.commands, *IMPORTED_WHEN_USED)) if is_word else None
        hint = f" (did you mean the command {command!r}?)" if command else ""
        errors.append(replace(error, message=error.message + hint))
    return replace(finished, errors=tuple(errors))
