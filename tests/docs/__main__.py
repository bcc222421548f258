"""Renew what the documentation says of the code: ``python -m tests.docs``.

The pages of the rules are written whole, from the rules. Other pages hold tables behind a mark such as
``<!-- keys -->``; the lines of the table are replaced, and all around it stays. A test compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from losslint.rules import _registry
from losslint.rules._rule import Rule

from losslint.commands.check import command as check
from losslint.config_keys import CONFIRM_KEYS, KEYS, Key

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "docs" / "rules"


def renewed() -> dict[Path, str]:
    """Every page that says something of the code, as it has to be."""
    pages = {RULES / f"{rule.code}.md": _rule_page(rule) for rule in _registry.all_rules()}
    tables = _tables()
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = page.read_text(encoding="utf-8")
        new = text
        for mark, table in tables.items():
            new = re.sub(rf"(?<=<!-- {mark} -->\n)(?:\|.*\n)*", lambda _, table=table: table, new)  # type: ignore[misc]
        if any(f"<!-- {mark} -->" in text for mark in tables):
            pages[page] = new
    return pages


def _rule_page(rule: Rule) -> str:
    state = "on by default" if rule.default else f'off by default: `extend-select = ["{rule.code}"]`'
    title, rest = rule.page.strip().split("\n", 1)
    related = [f"[{code}]({code}.md)" for code in rule.related]
    see = f" See also {', '.join(related)}." if related else ""
    return (
        f"{title}\n\n*{rule.severity.value.capitalize()}, {state}.*{see} [All rules](../rules.md)\n{rest}\n"
    )


def _tables() -> Mapping[str, str]:
    rules = _registry.all_rules()
    short = [(rule.code, rule.name, rule.summary + _off(rule)) for rule in rules]
    linked = [
        (f"[{rule.code}](rules/{rule.code}.md)", *row[1:]) for rule, row in zip(rules, short, strict=True)
    ]
    head = ("code", "name", "fires when")
    return {
        "rules": _table(head, short),
        "rule pages": _table(head, linked),
        "keys": _table(("key", "value", "default", "option", "what it is"), _keys(KEYS)),
        "confirm keys": _table(("key", "value", "what it is"), _confirm_keys()),
    }


def _off(rule: Rule) -> str:
    return "" if rule.default else " (off by default)"


def _keys(keys: Mapping[str, Key]) -> Iterator[tuple[str, ...]]:
    options = {option for parameter in check.params for option in parameter.opts}
    for name, key in keys.items():
        option = f"`--{name}`" if f"--{name}" in options and name != "confirm" else ""  # a flag, and no table
        yield f"`{name}`", _takes(key), _default(key.default), option, key.help


def _confirm_keys() -> Iterator[tuple[str, ...]]:
    for name, key in CONFIRM_KEYS.items():
        yield f"`{name}`", _takes(key), key.help


def _takes(key: Key) -> str:
    words = (key.read.__doc__ or "").strip().split("\n")[0].rstrip(".").replace("``", "`")
    return words[:1].lower() + words[1:]


def _default(value: Any) -> str:
    if value in (None, (), {}):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"{len(value)} names" if isinstance(value, tuple) else f'`"{value}"`'


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    rule = f"|{'---|' * len(head)}"
    lines = ["|" + "".join(f" {cell} |" if cell else " |" for cell in row) for row in (head, *rows)]
    return "\n".join([lines[0], rule, *lines[1:], ""])


def main() -> None:
    """Write the pages that are not as they have to be."""
    for page, text in renewed().items():
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
            print(page.relative_to(ROOT))


if __name__ == "__main__":
    main()
