"""The command line: which command is meant, and what becomes of its errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import click

from losslint.commands import NAMES
from losslint.commands.options import version_option
from losslint.commands.running import FAILED
from losslint.config import ConfigError
from losslint.output import Unwritable, say
from losslint.report.terminal import printable

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

INTERRUPTED = 130
COMPLETION = "_LOSSLINT_COMPLETE"
"""Set by a shell that asks what could come next, as click defines it."""

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

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """A command, or the beginning of a check."""
        check = self.get_command(ctx, "check")
        assert check is not None
        begun = check.make_context("check", [], parent=ctx, resilient_parsing=True)
        options = check.shell_complete(begun, incomplete)
        paths = () if incomplete.startswith("-") else check.params[0].shell_complete(begun, incomplete)
        # In bash a path takes back what was offered before it.
        offered = [*paths, *super().shell_complete(ctx, incomplete), *options]
        return list({item.value + item.type: item for item in offered}.values())  # both have --help

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, imported if need be."""
        if cmd_name not in NAMES:
            return None
        command = import_module(f"losslint.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Commands, context_settings=CONTEXT, invoke_without_command=True)
@version_option
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Find machine-learning losses that quietly depend on the batch size.

    `losslint PATH…` is short for `losslint check PATH…`.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run_command_line(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status. Errors are one line on stderr, never a traceback."""
    if asked := os.environ.get(COMPLETION):
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, "losslint", COMPLETION, asked)
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
