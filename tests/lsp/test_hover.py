"""Hover, inlay hints and code lenses: what is known, where the cursor is."""

from __future__ import annotations

from pathlib import Path

from lsp_client import Client, session, whole
from lsprotocol import types

from losslint.lsp.words import SPREADS, VERDICTS
from losslint.model import Verdict

TEXT = """\
import tensorflow as tf


class Log(tf.keras.losses.Loss):
    def call(self, y_true, y_pred):
        '''👍'''
        error = tf.abs(y_true - y_pred)
        half = 0.5
        self.total = tf.reduce_sum(error)
        return tf.math.log(half + self.total)


mean_loss = lambda y_true, y_pred: tf.reduce_mean(y_true - y_pred)
"""


def where_is(part: str, *, after: str = "") -> tuple[int, int]:
    at = TEXT.index(part, TEXT.index(after))
    before = TEXT[:at]
    return before.count("\n"), len(before.rpartition("\n")[2].encode("utf-16-le")) // 2


async def hints(client: Client, where: str, range: types.Range) -> list[tuple[int, object]]:
    found = await client.lsp.text_document_inlay_hint_async(
        types.InlayHintParams(types.TextDocumentIdentifier(where), range)
    )
    return [(hint.position.line, hint.label) for hint in found or ()]


async def lenses(client: Client, where: str) -> list[types.CodeLens]:
    found = await client.lsp.text_document_code_lens_async(
        types.CodeLensParams(types.TextDocumentIdentifier(where))
    )
    return list(found or ())


def test_hover(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", TEXT)
        loss = await client.hover(where, *where_is("call"))
        assert loss is not None and loss.startswith("`Log.call`: **mixed**")
        value = await client.hover(where, *where_is("error ="))
        assert value is not None and value.startswith("`error`: **N^0**")
        assert SPREADS["sample"] in value
        # A use tells what the name is bound to there; the finding around it tells its rule.
        await client.actions(where, whole(), "quickfix")  # a hover does not wait long for fixes
        use = await client.hover(where, *where_is("total)"))
        assert use is not None and use.startswith("`self.total`: **N^1**")
        assert "**LL102**" in use and "# LL102" in use and "help: " in use
        lambda_ = await client.hover(where, *where_is("mean_loss"))
        assert lambda_ is not None and "**invariant**" in lambda_
        assert await client.hover(where, 0, 3) is None
        assert await client.hover(where, 999, 0) is None

    session(tmp_path, body)


def test_inlay_hints(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", TEXT)
        everything = await hints(client, where, whole())
        assert everything == [(6, ": N^0"), (8, ": N^1")], "a plain number has none"
        line = types.Range(types.Position(8, 0), types.Position(9, 0))
        assert await hints(client, where, line) == [(8, ": N^1")]

    session(tmp_path, body)


def test_they_can_be_switched_off_and_on(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", TEXT)
        await client.diagnostics(where)
        assert await hints(client, where, whole()) == []
        assert await lenses(client, where) == []
        client.lsp.set_configuration({"inlayHints": True, "codeLens": True}, section="losslint")
        client.lsp.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
        await client.until(lambda: {types.WORKSPACE_INLAY_HINT_REFRESH} <= set(client.refreshed))
        assert await hints(client, where, whole())
        assert await lenses(client, where)

    session(tmp_path, body, options={"inlayHints": False, "codeLens": False})


def test_a_lens_over_each_loss(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", TEXT)
        first, second = await lenses(client, where)
        assert first.command is not None and second.command is not None
        assert first.range.start == types.Position(4, 8)
        assert first.command.title == "inferred mixed (run it to confirm)"
        assert second.command.title == "inferred invariant, N^0 (run it to confirm)"
        assert list(second.command.arguments or ()) == [where, "mean_loss"]

    session(tmp_path, body)


def test_every_verdict_has_words() -> None:
    assert set(VERDICTS) == {verdict.value for verdict in Verdict}
