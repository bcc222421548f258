"""What can go wrong with a loss, and how an exception is said in one line."""

from __future__ import annotations

import re


class Unsupported(Exception):
    """The loss cannot be run without help; the text says what is missing."""


class NotDeterministic(Unsupported):
    """The same batch gave two values."""


class Failed(Exception):
    """The loss raised, or gave nothing that can be measured, on every input that was tried."""


class ImportTooSlow(BaseException):
    """Importing the module took more than its share of the time limit."""


_NOISE = re.compile(r"\{\{.*?\}\}\s*|\s*\[Op:\w+\].*$|; NodeDef:.*$")
_NOT_THE_POINT = (
    "File ",
    "Detected at node",
    "Graph execution error",
    "[[",
    "Stack trace",
    "in user code",
    "During",
)


def one_line(error: BaseException, width: int = 300) -> str:
    """An exception in one line: its type and the part of its text that says something."""
    try:
        whole = str(error)
    except Exception:  # an exception of the loss's own, which cannot be said
        whole = ""
    lines = [_NOISE.sub("", line).strip() for line in whole.splitlines()]
    lines = [line.partition(" You can attempt the following")[0] for line in lines]
    told = [line for line in lines if line and not line.startswith(_NOT_THE_POINT)]
    text = told[-1] if whole.lstrip().startswith("in user code") and told else " ".join(told[:2])
    if isinstance(error, (Unsupported, Failed, ImportTooSlow)):
        return text[: 2 * width]
    name = type(error).__name__.lstrip("_")
    return (text if text.startswith(name) else f"{name}: {text}" if text else name)[:width]
