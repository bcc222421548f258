"""The command line: which command is meant, and what becomes of its errors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from losslint import __version__
from losslint.commands import NAMES
from losslint.commands.running import FAILED
from losslint.config import ConfigError
from losslint.output import Unwritable, say
from losslint.report.terminal import printable

INTERRUPTED = 130

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Commands(click.Group):
    """``losslint PATH…`` is ``losslint check PATH…``: what is no command is the beginning of a check."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``check`` in front of arguments that name no command."""
        if args and args[0] not in (*self.list_commands(ctx), "-h", "--help", "--version"):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in order."""
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, imported if need be."""
        if cmd_name not in NAMES:
            return None
        command = import_module(f"losslint.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command


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
