"""Diagnostics as an editor gets them: in time, of the right version, at the right place, and gone in the end."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsp_client import FULL, Client, session, uri
from lsprotocol import types
from pygls.uris import to_fs_path

SUM = """\
import tensorflow as tf


def log_loss(y_true, y_pred):
    total = tf.reduce_sum(tf.abs(y_true - y_pred))
    return tf.math.log(1.0 + total)
"""
MEAN = SUM.replace("reduce_sum", "reduce_mean")
FINE = "import tensorflow as tf\n\n\ndef loss(y_true, y_pred):\n    return tf.reduce_mean(y_true - y_pred)\n"


def range_of(text: str, part: str) -> types.Range:
    """Where a part of a text is, in UTF-16."""
    before = text[: text.index(part)]
    line = before.count("\n")
    start = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
    return types.Range(
        types.Position(line, start), types.Position(line, start + len(part.encode("utf-16-le")) // 2)
    )


def test_a_finding_is_a_diagnostic(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        (found,) = await client.diagnostics(where)
        assert (found.code, found.source) == ("LL102", "losslint")
        assert found.severity == types.DiagnosticSeverity.Error
        assert found.range == range_of(SUM, "tf.math.log(1.0 + total)")
        assert found.code_description is not None
        page = to_fs_path(found.code_description.href)
        assert page is not None and Path(page).read_text(encoding="utf-8").startswith("# LL102")
        trail = found.related_information or ()
        assert trail[0].location.range == range_of(SUM, "tf.reduce_sum(tf.abs(y_true - y_pred))")
        assert trail[0].location.uri == where
        assert trail[0].message == "sum over the batch: N^1"

    session(tmp_path, body)


def test_severities_and_tags(tmp_path: Path) -> None:
    text = MEAN.replace("def log", "x = 1  # noqa: LL101\n\n\ndef log")

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", text)
        found = {each.code: each for each in await client.diagnostics(where)}
        assert set(found) == {"LL002", "LL201"}
        assert list(found["LL002"].tags or ()) == [types.DiagnosticTag.Unnecessary]
        assert found["LL201"].severity == types.DiagnosticSeverity.Warning

    session(tmp_path, body)


def test_the_last_version_is_told_and_none_after_it(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", FINE)
        assert await client.codes(where) == []
        for number in range(20):
            client.change(where, SUM + f"# {number}\n")
        last = client.change(where, FINE + "\n")
        assert await client.codes(where, last) == []
        versions = [each.version for each in client.published]
        assert len(versions) <= 3, "keys that follow each other are one analysis"
        await asyncio.sleep(0.5)
        assert client.published[-1].version == last

    session(tmp_path, body, options={"delay": 100})


def test_what_is_typed_counts_and_not_what_is_on_disk(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FINE, encoding="utf-8")

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", FINE)
        assert await client.codes(where) == []
        edit = types.TextDocumentContentChangePartial(range_of(FINE, "mean"), "sum")
        assert await client.codes(where, client.change(where, edit)) == ["LL101"]

    session(tmp_path, body)


def test_another_buffer_stands_for_its_file(tmp_path: Path) -> None:
    helper = "import tensorflow as tf\n\n\ndef total(x):\n    return tf.reduce_mean(x)\n"
    loss = "from helpers import total\n\n\ndef loss(y_true, y_pred):\n    return total(y_true - y_pred)\n"
    (tmp_path / "helpers.py").write_text(helper, encoding="utf-8")

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "losses.py", loss)
        assert await client.codes(where) == []
        other = client.open(tmp_path / "helpers.py", helper)
        await client.diagnostics(other)
        client.published.clear()
        client.change(other, helper.replace("mean", "sum"))
        # The document that imports it is looked at again by itself.
        assert await client.codes(where) == ["LL101"]
        client.published.clear()
        client.close(other)
        assert await client.codes(where) == []

    session(tmp_path, body)


def test_a_syntax_error_comes_and_goes(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", FINE)
        await client.diagnostics(where)
        broken = FINE + "def f(👍x:\n"
        (found,) = await client.diagnostics(where, client.change(where, broken))
        assert found.code == "LL001"
        assert found.range.start.line == 5
        assert await client.codes(where, client.change(where, FINE)) == []

    session(tmp_path, body)


def test_positions_are_utf_16_with_crlf_bom_and_form_feed(tmp_path: Path) -> None:
    text = "\ufeff" + SUM.replace("def log", "# page\x0c two\x0b\ndef log").replace(
        "    return", "    '👍' ; return"
    ).replace("\n", "\r\n")

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", text)
        (found,) = await client.diagnostics(where)
        assert found.range == range_of(text, "tf.math.log(1.0 + total)")
        # Behind the form feed, edits still land where they were made.
        edit = types.TextDocumentContentChangePartial(range_of(text, "👍"), "𝛼𝛼")
        (found,) = await client.diagnostics(where, client.change(where, edit))
        assert found.range == range_of(text.replace("👍", "𝛼𝛼"), "tf.math.log(1.0 + total)")

    session(tmp_path, body)


def test_a_client_that_counts_bytes_gets_bytes(tmp_path: Path) -> None:
    capabilities = types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf8])
    )
    text = SUM.replace("    return", "    '👍é' ; return")

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", text)
        (found,) = await client.diagnostics(where)
        line = text.splitlines()[5]
        assert found.range.start.character == len(line[: line.index("tf.math")].encode())
        assert found.related_information is None, "this client does not show it"

    session(tmp_path, body, capabilities=capabilities)


def test_closing_clears(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        await client.diagnostics(where)
        client.close(where)
        assert await client.codes(where, None) == []

    session(tmp_path, body)


def test_other_languages_and_excluded_files_are_left_alone(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        client.open(tmp_path / "a.md", SUM, language="markdown")
        client.open(tmp_path / ".venv" / "site.py", SUM)
        where = client.open("untitled:Untitled-1", SUM)
        outside = client.open(Path("/somewhere/else/a.py"), SUM)
        assert await client.codes(where) == ["LL102"]
        assert await client.codes(outside) == ["LL102"]
        told = {each.uri for each in client.published if each.diagnostics}
        assert told == {where, outside}

    session(tmp_path, body)


def test_comments_that_mean_nothing_are_told(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", FINE + "x = 1  # losslint: skip-fil\n")
        (found,) = await client.diagnostics(where)
        assert found.code is None and "skip-file" in found.message
        assert found.range.start == types.Position(5, 7)

    session(tmp_path, body)


def test_diagnostics_on_demand(tmp_path: Path) -> None:
    capabilities = types.ClientCapabilities(
        workspace=FULL.workspace,
        text_document=types.TextDocumentClientCapabilities(
            diagnostic=types.DiagnosticClientCapabilities(related_information=True)
        ),
    )

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        document = types.TextDocumentIdentifier(where)
        report = await client.lsp.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert [each.code for each in report.items] == ["LL102"]
        again = await client.lsp.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(document, previous_result_id=report.result_id)
        )
        assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)
        client.change(where, FINE)
        now = await client.lsp.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(document, previous_result_id=report.result_id)
        )
        assert isinstance(now, types.RelatedFullDocumentDiagnosticReport)
        assert not now.items
        assert not client.published, "a client that asks is not told as well"
        using = "from a import loss\n\n\ndef other_loss(y_true, y_pred):\n    return loss(y_true, y_pred)\n"
        client.open(tmp_path / "b.py", using)
        await client.lsp.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri(tmp_path / "b.py")))
        )
        client.change(where, SUM)
        await client.until(lambda: client.lsp.diagnostic_refresh_count)

    session(tmp_path, body, capabilities=capabilities)


def test_folders_have_settings_of_their_own(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    (one / "losslint.toml").write_text('ignore = ["LL102"]\n', encoding="utf-8")

    async def body(client: Client) -> None:
        first, second = client.open(one / "a.py", SUM), client.open(two / "a.py", SUM)
        assert await client.codes(first) == []
        assert await client.codes(second) == ["LL102"]
        client.published.clear()
        client.lsp.workspace_did_change_workspace_folders(
            types.DidChangeWorkspaceFoldersParams(
                types.WorkspaceFoldersChangeEvent(added=[], removed=[types.WorkspaceFolder(uri(one), "one")])
            )
        )
        assert await client.codes(first) == []

    session(tmp_path, body, folders=[one, two])
