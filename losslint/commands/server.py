"""``losslint server``: the language server."""

from __future__ import annotations

import logging
import sys

import click

NEEDS = "the language server needs pygls 2 and lsprotocol: pip install 'losslint-code[lsp]'"


@click.command("server", short_help="Language server over standard input and output.")
@click.option("--stdio", is_flag=True, help="Speak over standard input and output, as it always does.")
@click.option("-v", "--verbose", is_flag=True, help="Log what happens to stderr.")
def command(stdio: bool, verbose: bool) -> int:
    """Serve an editor: diagnostics as you type, fixes, hover, inlay hints, and losses run on a click.

    Exit status: 0 after a proper shutdown, 1 if the editor went away, 2 without the `lsp` extra.
    """
    try:
        from losslint.lsp.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise click.UsageError(NEEDS) from None
    level = logging.DEBUG if verbose else logging.WARNING
    logging.basicConfig(stream=sys.stderr, level=level, format="%(levelname)s %(name)s: %(message)s")
    return serve()
