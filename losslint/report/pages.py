"""Rules as text: the list, a page, and both as JSON."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from losslint.report.json_report import VERSION, encode
from losslint.rules._rule import Rule


def render_list(rules: Sequence[Rule]) -> Iterator[str]:
    """One line per rule: code, name, severity, whether it is on, and what it finds."""
    width = max((len(rule.name) for rule in rules), default=0)
    for rule in rules:
        state = "on" if rule.default else "off"
        yield f"{rule.code}  {rule.name:<{width}}  {rule.severity.value:<7}  {state:<3}  {rule.summary}\n"


def render_pages(rules: Sequence[Rule], *, width: int, pretty: bool) -> Iterator[str]:
    """The pages as Markdown, or laid out for a terminal."""
    for number, rule in enumerate(rules):
        yield "\n" * bool(number)
        yield _laid_out(rule.page, width) if pretty else rule.page.strip() + "\n"


def render_rules_json(rules: Sequence[Rule]) -> Iterator[str]:
    """Everything about the rules as one document."""
    yield encode({"version": VERSION, "rules": [_data(rule) for rule in rules]})


def _data(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "default": rule.default,
        "summary": rule.summary,
        "related": list(rule.related),
        "page": rule.page,
    }


def _laid_out(markdown: str, width: int) -> str:
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.theme import Theme

    # The terminal's own colours: those of an editor's theme cannot be read on a background of the other kind.
    theme = Theme({"markdown.code": "bold cyan", "markdown.code_block": "none"})
    console = Console(file=io.StringIO(), width=width, force_terminal=True, theme=theme)
    with console.capture() as capture:
        console.print(Markdown(markdown, code_theme="ansi_light"))
    return capture.get()
