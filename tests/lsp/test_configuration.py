"""Settings reach the server, change under it, and are told of where they are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lsp_client import FULL, Client, session, uri
from lsprotocol import types
from test_diagnostics import SUM


def changed(client: Client, path: Path) -> None:
    client.lsp.workspace_did_change_watched_files(
        types.DidChangeWatchedFilesParams([types.FileEvent(uri(path), types.FileChangeType.Changed)])
    )


def test_a_configuration_file_that_changes_is_read_anew(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        assert await client.codes(where) == ["LL102"]
        watched = await client.until(lambda: client.registered)
        assert types.WORKSPACE_DID_CHANGE_WATCHED_FILES in [each.method for each in watched]
        client.published.clear()
        (tmp_path / "pyproject.toml").write_text('[tool.losslint]\nignore = ["LL1"]\n', encoding="utf-8")
        changed(client, tmp_path / "pyproject.toml")
        assert await client.codes(where) == []

    session(tmp_path, body)


def test_a_broken_file_is_told_once_and_works_again_when_mended(tmp_path: Path) -> None:
    file = tmp_path / "losslint.toml"
    file.write_text("ignore = [\n", encoding="utf-8")

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        assert await client.codes(where) == ["LL102"]
        other = client.open(tmp_path / "b.py", SUM)
        assert await client.codes(other) == ["LL102"]
        (told,) = client.lsp.messages
        assert told.type == types.MessageType.Error
        assert told.message.startswith("losslint") and "not valid TOML" in told.message
        client.published.clear()
        file.write_text('ignore = ["LL102"]\n', encoding="utf-8")
        changed(client, file)
        assert await client.codes(where) == []

    session(tmp_path, body)


def test_options_at_the_beginning_and_what_is_wrong_with_them(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        assert await client.codes(where) == []
        told = [each.message for each in client.lsp.messages]
        assert told == ["losslint: unknown setting losslint.inlayHint; did you mean 'inlayHints'?"]

    session(tmp_path, body, options={"losslint": {"ignore": ["LL102"], "inlayHint": False}})


def test_the_editor_is_asked(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        await client.until(
            lambda: any(each.uri == where and not each.diagnostics for each in client.published)
        )
        client.published.clear()
        client.lsp.set_configuration({"select": ["LL102"]}, section="losslint")
        client.lsp.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
        assert await client.codes(where) == ["LL102"]

    session(tmp_path, body, settings={"ignore": ["LL102"]})


def test_an_editor_that_cannot_be_asked_sends_them(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        assert await client.codes(where) == ["LL102"]
        client.published.clear()
        settings: Any = {"losslint": {"ignore": ["LL102"]}}
        client.lsp.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
        assert await client.codes(where) == []

    session(tmp_path, body, capabilities=types.ClientCapabilities())


def test_without_watchers_saving_is_enough(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        assert await client.codes(where) == ["LL102"]
        client.published.clear()
        (tmp_path / "losslint.toml").write_text('ignore = ["LL102"]\n', encoding="utf-8")
        client.lsp.text_document_did_save(
            types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(where))
        )
        assert await client.codes(where) == []

    session(tmp_path, body, capabilities=types.ClientCapabilities(text_document=FULL.text_document))


def test_a_module_that_changes_on_disk_is_read_anew(tmp_path: Path) -> None:
    helper = "import tensorflow as tf\n\n\ndef total(x):\n    return tf.reduce_mean(x)\n"
    (tmp_path / "helpers.py").write_text(helper, encoding="utf-8")
    loss = "from helpers import total\n\n\ndef loss(y_true, y_pred):\n    return total(y_true - y_pred)\n"

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "losses.py", loss)
        assert await client.codes(where) == []
        client.published.clear()
        (tmp_path / "helpers.py").write_text(helper.replace("mean", "sum"), encoding="utf-8")
        changed(client, tmp_path / "helpers.py")
        assert await client.codes(where) == ["LL101"]

    session(tmp_path, body)


def test_a_table_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text('[[ops]]\nkind = "reduce"\n', encoding="utf-8")
    (tmp_path / "losslint.toml").write_text('ops = ["ours.toml"]\n', encoding="utf-8")

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        assert await client.codes(where) == []
        assert any("ours.toml" in each.message for each in client.lsp.messages)

    session(tmp_path, body)
