"""Code actions: what is offered, when, and what the text is after it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsp_client import Client, applied, edits_of, session, whole
from lsprotocol import types
from test_diagnostics import SUM, range_of

from losslint.checking import check_text
from losslint.config import Configuration, command_line
from losslint.lsp.actions import FIX_ALL, line_edits, wants
from losslint.model import Edit, Span
from losslint.run import Task

TWO = """\
import tensorflow as tf


def first_loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_true - y_pred))  # 👍


def second_loss(y_true, y_pred):
    a = '👍'; return tf.reduce_sum(tf.abs(y_true - y_pred), axis=None)
"""
QUICK = types.CodeActionKind.QuickFix.value


def codes_in(text: str, path: Path) -> list[str]:
    settings = Configuration(command_line({}), isolated=True).for_file(str(path))
    return [finding.code for finding in check_text(text, Task(str(path), settings)).result.findings]


def by_title(actions: list[types.CodeAction], part: str) -> list[types.CodeAction]:
    return [action for action in actions if part in action.title]


def test_a_fix_cures_its_finding_alone(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", TWO)
        found = await client.diagnostics(where)
        cursor = range_of(TWO, "tf.abs")
        actions = await client.actions(where, cursor, QUICK, diagnostics=found)
        assert [action.kind for action in actions] == [QUICK, QUICK]
        fix, silence = actions
        assert fix.is_preferred and not silence.is_preferred
        assert [each.code for each in fix.diagnostics or ()] == ["LL101"] * 2
        mended = applied(TWO, edits_of(fix, where))
        assert codes_in(mended, tmp_path / "a.py") == ["LL101"], "the other one is still there"
        assert mended.startswith(TWO[: TWO.index("def second")])
        assert fix.edit is not None and fix.edit.document_changes is not None
        change = fix.edit.document_changes[0]
        assert isinstance(change, types.TextDocumentEdit) and change.text_document.version == 1

    session(tmp_path, body)


def test_fix_all_is_resolved_and_leaves_nothing(tmp_path: Path) -> None:
    text = TWO.replace("\n", "\r\n")

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", text)
        (action,) = await client.actions(where, whole(), "source.fixAll")
        assert (action.kind, action.edit) == (FIX_ALL, None)
        resolved = await client.lsp.code_action_resolve_async(action)
        mended = applied(text, edits_of(resolved, where))
        assert codes_in(mended, tmp_path / "a.py") == []
        assert mended.count("\r\n") == mended.count("\n")
        # What is fixed has nothing more to fix.
        client.change(where, mended)
        assert await client.actions(where, whole(), "source") == []

    session(tmp_path, body)


def test_a_client_of_few_abilities_gets_plain_edits(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", TWO)
        actions = await client.actions(where, whole())
        assert all(action.edit is not None and action.edit.changes for action in actions)
        (everything,) = [action for action in actions if action.kind == FIX_ALL]
        assert codes_in(applied(TWO, edits_of(everything, where)), tmp_path / "a.py") == []

    session(tmp_path, body, capabilities=types.ClientCapabilities())


def test_a_comment_silences_and_merges(tmp_path: Path) -> None:
    text = SUM.replace("+ total)", "+ total)  # noqa: E501")

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", text)
        actions = await client.actions(where, range_of(text, "math"), QUICK)
        (silence,) = by_title(actions, "noqa")
        silenced = applied(text, edits_of(silence, where))
        assert silenced == text.replace("E501", "E501, LL102")
        assert await client.codes(where, client.change(where, silenced)) == []

    session(tmp_path, body)


def test_only_what_is_asked_for_where_it_is_asked_for(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", TWO)
        assert {a.kind for a in await client.actions(where, whole(), "refactor")} == set()
        assert {a.kind for a in await client.actions(where, whole(), "source.organizeImports")} == set()
        assert {a.kind for a in await client.actions(where, whole(), FIX_ALL)} == {FIX_ALL}
        away = types.Range(types.Position(0, 0), types.Position(0, 3))
        assert await client.actions(where, away, QUICK) == []
        broken = client.open(tmp_path / "b.py", "def f(:\n")
        assert await client.actions(broken, whole(), QUICK) == []

    session(tmp_path, body)


UNSAFE = """\
import tensorflow as tf


def loss(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_true - y_pred)) / 32.0
"""


def test_unsafe_fixes_only_where_they_are_wanted(tmp_path: Path) -> None:
    settings = Configuration(command_line({}), isolated=True).for_file(str(tmp_path / "a.py"))
    from losslint.run import Mending

    checked = check_text(UNSAFE, Task(str(tmp_path / "a.py"), settings, mending=Mending()))
    applicability = [finding.fix.applicability for finding in checked.result.findings if finding.fix]
    offered = int(applicability != ["unsafe"])

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", UNSAFE)
        fixes = [a for a in await client.actions(where, whole(), QUICK) if "noqa" not in a.title]
        assert len(fixes) == offered

    session(tmp_path, body)


@pytest.mark.parametrize(
    ("only", "kind", "wanted"),
    [
        (None, FIX_ALL, True),
        ([""], QUICK, True),
        (["source"], FIX_ALL, True),
        (["source.fixAll"], FIX_ALL, True),
        (["source.fixAll.ruff"], FIX_ALL, False),
        (["source.fix"], FIX_ALL, False),
        (["quickfix"], FIX_ALL, False),
        (["refactor", "quickfix"], QUICK, True),
    ],
)
def test_kinds_are_hierarchical(only: list[str] | None, kind: str, wanted: bool) -> None:
    assert wants(types.CodeActionContext([], only=only), kind) is wanted


def test_line_edits_touch_only_lines_that_differ() -> None:
    before, after = ["a\n", "b\n", "c\n", "d"], ["a\n", "B\n", "c\n", "d", "e"]
    assert line_edits(before, after) == [
        Edit(Span(2, 1, 3, 1), "B\n"),
        Edit(Span(5, 1, 5, 1), "e"),
    ]
    assert line_edits(before, before) == []
