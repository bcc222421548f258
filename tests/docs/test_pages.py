"""Everything that a page shows is what happens: outputs, files, commands, links, and what the code says of itself."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from losslint.commands import NAMES

from .__main__ import renewed
from .pages import BY_CI, FILES, KINDS, PAGES, ROOT, TERMINAL, blocks, needs_tensorflow, shell, write_file

SHELLS = ("sh", "bash", "console", "fish", "zsh", "powershell")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def runnable(page: Path) -> object:
    marks = [pytest.mark.tensorflow] if needs_tensorflow(page) else []
    return pytest.param(page, id=named(page), marks=marks)


@pytest.mark.skipif(shutil.which("bash") is None, reason="commands are written for a shell")
@pytest.mark.parametrize("page", [runnable(page) for page in PAGES])
def test_what_a_page_shows_is_what_happens(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "flake8" in page.read_text(encoding="utf-8"):
        pytest.importorskip("flake8", reason="flake8 comes with the test extra")
    monkeypatch.chdir(tmp_path)
    for block in blocks(page):
        if block.kind in FILES:
            write_file(block)
        elif block.kind == "output":
            done = shell(block.argument)
            spoken = "" if block.argument.startswith("python ") else done.stderr
            assert done.stdout + spoken == block.content, block.argument
            assert done.returncode in (0, 1)
        elif block.kind == "terminal":
            done = shell(block.argument + TERMINAL, columns=88)
            shown = [line.rstrip() for line in done.stdout.splitlines()]
            assert shown == block.content.splitlines(), block.argument
        elif block.kind == "command" and block.argument not in BY_CI:
            done = shell(block.content)
            assert done.returncode == 0, f"{block.content}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_of_a_page_is_run_or_says_why_not(page: Path) -> None:
    for block in blocks(page):
        assert block.kind in KINDS or (not block.kind and block.language not in SHELLS), block


@pytest.mark.parametrize("page", [*PAGES, *sorted((ROOT / "docs" / "rules").glob("*.md"))], ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(
        r"\]\(([^)#\s]+)(?:#[^)]*)?\)", re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    ):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), target


def test_every_page_can_be_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "index.md" or f"]({page.name})" in index, page.name


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_in_running_text_exist(page: Path) -> None:
    for command in re.findall(r"`losslint ([a-z]+)[ `]", page.read_text(encoding="utf-8")):
        assert command in NAMES, command


def test_what_the_code_says_of_itself_is_current() -> None:
    stale = [
        named(page)
        for page, text in renewed().items()
        if not page.exists() or page.read_text("utf-8") != text
    ]
    assert not stale, "run: python -m tests.docs"
    known = {page.name for page in renewed() if page.parent.name == "rules"}
    assert {page.name for page in (ROOT / "docs" / "rules").iterdir()} == known
