"""Text that is safe to show on a terminal, in colour or not."""

from __future__ import annotations

import textwrap

BOLD, DIM, RED, BLUE = "1", "2", "1;31", "1;34"
_TAB = "    "


def paint(text: str, code: str, *, on: bool) -> str:
    """The text in an ANSI style, or as it is."""
    return f"\x1b[{code}m{text}\x1b[0m" if on and text and code else text


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most that many characters; words such as ``micro-batches`` stay whole."""
    return textwrap.wrap(printable(text), width, break_on_hyphens=False)


def printable(text: str) -> str:
    """Tabs as four spaces, and what would move the cursor or change colours as U+FFFD."""
    if text.isprintable():
        return text
    return "".join(_TAB if char == "\t" else char if char.isprintable() else "\ufffd" for char in text)
