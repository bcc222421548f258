"""Options that several commands share, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from losslint import __version__
from losslint.config_keys import COLORS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


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


def complete_codes(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What a shell is offered for a list of codes such as ``LL1,LL20``: the codes that the last one begins."""
    from click.shell_completion import CompletionItem

    from losslint.rules import _registry

    before, comma, word = incomplete.rpartition(",")
    return [
        CompletionItem(f"{before}{comma}{rule.code}", help=rule.summary)
        for rule in _registry.all_rules()
        if rule.code.startswith(word.upper())
    ]


def _together(*decorators: Decorator) -> Decorator:
    """Several options as one decorator, in the order of the help text."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


selection_options = _together(
    click.option(
        "--select",
        multiple=True,
        callback=_selectors,
        metavar="CODES",
        shell_complete=complete_codes,
        help="Rules to switch on.",
    ),
    click.option(
        "--extend-select",
        multiple=True,
        callback=_selectors,
        metavar="CODES",
        shell_complete=complete_codes,
        help="Rules to switch on besides.",
    ),
    click.option(
        "--ignore",
        multiple=True,
        callback=_selectors,
        metavar="CODES",
        shell_complete=complete_codes,
        help="Rules to switch off.",
    ),
    click.option(
        "--per-file-ignores",
        multiple=True,
        callback=_codes_by_pattern,
        metavar="PATTERN:CODES",
        help="Rules to switch off by path.",
    ),
)
"""Which rules are on."""

path_options = _together(
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
    click.option("--force-exclude", is_flag=True, help="Leave excluded paths out even where they are named."),
    click.option("--config", metavar="FILE", type=click.Path(), help="Read this configuration and no other."),
    click.option("--isolated", is_flag=True, help="Read no configuration."),
)
"""Which paths are read, and which configuration."""

adoption_options = _together(
    click.option(
        "--baseline", metavar="FILE", type=click.Path(), help="Leave out the findings that this file holds."
    ),
    click.option(
        "--write-baseline",
        metavar="FILE",
        type=click.Path(),
        help="Write all findings there; from then on they are known.",
    ),
    click.option("--add-noqa", is_flag=True, help="Add a noqa comment for every finding."),
)
"""Ways to live with findings that are there already."""
cache_dir_option = click.option(
    "--cache-dir",
    metavar="DIRECTORY",
    type=click.Path(),
    envvar="LOSSLINT_CACHE_DIR",
    help="Where results are kept between runs (also LOSSLINT_CACHE_DIR).",
)
"""Where the cache is."""

work_options = _together(
    cache_dir_option,
    click.option(
        "--no-cache",
        is_flag=True,
        envvar="LOSSLINT_NO_CACHE",
        help="Keep no results and use none that are kept (also LOSSLINT_NO_CACHE).",
    ),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Processes that work at the same time (by default one per processor).",
    ),
)
"""How the work is done; none of it changes what is found."""

version_option = click.version_option(__version__, message="losslint %(version)s")

stdin_option = click.option(
    "--stdin-filename", metavar="PATH", type=click.Path(), help="What to call standard input (PATH `-`)."
)

console_options = _together(
    click.option("-q", "--quiet", is_flag=True, help="Print findings and errors only."),
    click.option(
        "-v", "--verbose", is_flag=True, help="Say what was done, and give tracebacks of internal errors."
    ),
    click.option("--color", type=click.Choice(COLORS), help="When to colour the output."),
)
"""How loud it is, and how colourful."""
