"""What a terminal says of itself, and what losslint makes of it."""

from __future__ import annotations

import pytest

from losslint.report.terminal import linked, shows_links


@pytest.mark.parametrize(
    ("environment", "links"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4900"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "vscode"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "screen-256color", "TERM_PROGRAM": "WezTerm", "VTE_VERSION": "7600"}, False),
        ({"TERM": "tmux-256color", "FORCE_HYPERLINK": "1"}, True),
        ({"TERM": "xterm-kitty", "FORCE_HYPERLINK": "0"}, False),
        ({"WT_SESSION": "x"}, True),
    ],
)
def test_which_terminals_get_hyperlinks(environment: dict[str, str], links: bool) -> None:
    assert shows_links(environment) is links


def test_a_link_is_the_text_between_two_escapes() -> None:
    assert linked("LL101", "file:///a.md") == "\x1b]8;;file:///a.md\x1b\\LL101\x1b]8;;\x1b\\"
    assert linked("LL101", None) == "LL101"
