"""``losslint rule``: what a rule finds, and why."""

from __future__ import annotations

import sys

import click

from losslint.commands.options import complete_codes
from losslint.output import print_pieces, terminal_width


@click.command("rule", short_help="A rule's page, or the list of rules.")
@click.argument("codes", nargs=-1, metavar="[CODE]…", shell_complete=complete_codes)
@click.option("--all", "everything", is_flag=True, help="Print every page.")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", help="How to write it.")
def command(codes: tuple[str, ...], everything: bool, output_format: str) -> int:
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
