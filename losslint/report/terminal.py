"""Text that is safe to show on a terminal, in colour or not."""

from __future__ import annotations

from collections.abc import Mapping

BOLD, DIM, RED, BLUE = "1", "2", "1;31", "1;34"
_TAB = "    "
_WITH_LINKS = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio"})
_VTE_WITH_LINKS = 5001  # 5000 had them, and fell over


def paint(text: str, code: str, *, on: bool) -> str:
    """The text in an ANSI style, or as it is."""
    return f"\x1b[{code}m{text}\x1b[0m" if on and text and code else text


def linked(text: str, target: str | None) -> str:
    """The text as a hyperlink (OSC 8), or as it is where that leads nowhere."""
    return f"\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\" if target else text


def shows_links(environment: Mapping[str, str]) -> bool:
    """Whether a terminal says of itself that it knows hyperlinks; others may show them as rubbish.

    ``FORCE_HYPERLINK`` (``0``: never) has the last word. A multiplexer hides what is behind it.
    """
    forced = environment.get("FORCE_HYPERLINK")
    if forced:
        return forced != "0"
    term = environment.get("TERM", "")
    if term.startswith(("screen", "tmux", "dumb")):
        return False
    return (
        environment.get("TERM_PROGRAM") in _WITH_LINKS
        or any(environment.get(name) for name in ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM"))
        or term.startswith(("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm"))
        or (
            environment.get("VTE_VERSION", "").isdigit()
            and int(environment["VTE_VERSION"]) >= _VTE_WITH_LINKS
        )
    )


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most that many characters; words such as ``micro-batches`` stay whole."""
    import textwrap

    return textwrap.wrap(printable(text), width, break_on_hyphens=False)


def printable(text: str) -> str:
    """Tabs as four spaces, and what would move the cursor or change colours as U+FFFD."""
    if text.isprintable():
        return text
    return "".join(_TAB if char == "\t" else char if char.isprintable() else "\ufffd" for char in text)
