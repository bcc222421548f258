"""Where the pages of the documentation lie: beside the package in a checkout, in it where it is installed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from losslint.report.terminal import linked

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def page_of(code: str) -> str | None:
    """The page of a rule as a URI; None where the documentation is not there."""
    pages = (place / "docs" / "rules" / f"{code}.md" for place in (_PACKAGE, _PACKAGE.parent))
    return next((page.as_uri() for page in pages if page.is_file()), None)


def page_link(code: str, *, on: bool) -> str:
    """The code of a rule, which leads to its page where that is wanted and the page is there."""
    return linked(code, page_of(code)) if on else code
