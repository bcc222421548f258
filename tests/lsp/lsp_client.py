"""A real client on a real server: pytest-lsp's, driven by an event loop of the test's own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.uris import from_fs_path
from pytest_lsp import LanguageClient, make_test_lsp_client

SERVER = [sys.executable, "-m", "losslint", "server", "--stdio"]
DEADLINE = 60.0

FULL = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        configuration=True,
        workspace_folders=True,
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        did_change_configuration=types.DidChangeConfigurationClientCapabilities(dynamic_registration=True),
        inlay_hint=types.InlayHintWorkspaceClientCapabilities(refresh_support=True),
        code_lens=types.CodeLensWorkspaceClientCapabilities(refresh_support=True),
        diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True),
    ),
    text_document=types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
            related_information=True, version_support=True
        ),
        code_action=types.CodeActionClientCapabilities(
            data_support=True,
            resolve_support=types.ClientCodeActionResolveOptions(properties=["edit"]),
        ),
    ),
    window=types.WindowClientCapabilities(work_done_progress=True),
    notebook_document=types.NotebookDocumentClientCapabilities(
        synchronization=types.NotebookDocumentSyncClientCapabilities()
    ),
)
"""What a client such as VS Code can do, except that it is told of diagnostics and does not ask."""


def uri(path: Path) -> str:
    found = from_fs_path(str(path))
    assert found is not None
    return found


class Client:
    """One client, with short names for what tests do."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lsp: LanguageClient = make_test_lsp_client()
        self.published: list[types.PublishDiagnosticsParams] = []
        self.registered: list[types.Registration] = []
        self.refreshed: list[str] = []
        self._news = asyncio.Event()
        self._versions: dict[str, int] = {}
        features = self.lsp.protocol.fm.features
        del features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]
        self.lsp.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(partial(self._published))
        self.lsp.feature(types.CLIENT_REGISTER_CAPABILITY)(partial(self._registered))
        for method in (types.WORKSPACE_INLAY_HINT_REFRESH, types.WORKSPACE_CODE_LENS_REFRESH):
            self.lsp.feature(method)(self._refresher(method))

    def _published(self, params: types.PublishDiagnosticsParams) -> None:
        self.published.append(params)
        self._news.set()

    def _registered(self, params: types.RegistrationParams) -> None:
        self.registered.extend(params.registrations)

    def _refresher(self, method: str) -> Callable[[Any], None]:
        def refresh(_: Any) -> None:
            self.refreshed.append(method)

        return refresh

    async def start(
        self,
        *,
        capabilities: types.ClientCapabilities = FULL,
        options: Any = None,
        folders: Sequence[Path] | None = None,
        settings: Any = None,
    ) -> types.InitializeResult:
        if settings is not None:
            self.lsp.set_configuration(settings, section="losslint")
        await self.lsp.start_io(*SERVER, cwd=str(self.root))
        roots = [self.root] if folders is None else folders
        return await self.lsp.initialize_session(
            types.InitializeParams(
                capabilities=capabilities,
                workspace_folders=[types.WorkspaceFolder(uri(root), root.name) for root in roots],
                initialization_options=options,
            )
        )

    async def stop(self) -> int | None:
        """Shut the server down properly; its exit status."""
        await self.lsp.shutdown_session()
        server = self.lsp._server
        status = server.returncode if server is not None else None
        await self.lsp.stop()
        return status

    # -- documents ----------------------------------------------------------------------------------------

    def open(self, path: Path | str, text: str, *, language: str = "python") -> str:
        where = path if isinstance(path, str) else uri(path)
        self._versions[where] = 1
        self.lsp.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(where, language, 1, text))
        )
        return where

    def change(self, where: str, *changes: types.TextDocumentContentChangeEvent | str) -> int:
        self._versions[where] += 1
        self.lsp.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self._versions[where], where),
                [
                    types.TextDocumentContentChangeWholeDocument(each) if isinstance(each, str) else each
                    for each in changes
                ],
            )
        )
        return self._versions[where]

    def close(self, where: str) -> None:
        self.lsp.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(where))
        )

    async def until(self, holds: Callable[[], Any], what: str = "what was waited for") -> Any:
        """What a condition gives as soon as it holds."""
        end = asyncio.get_running_loop().time() + DEADLINE
        while not (found := holds()):
            assert asyncio.get_running_loop().time() < end, (
                f"{what}: not within {DEADLINE} s: {self.published[-3:]}"
            )
            await asyncio.sleep(0.01)
        return found

    async def diagnostics(self, where: str, version: int | None = 1) -> list[types.Diagnostic]:
        """What was published for a version of a document."""

        def found() -> list[types.PublishDiagnosticsParams]:
            return [each for each in self.published if each.uri == where and each.version == version]

        return list((await self.until(found, f"diagnostics of version {version}"))[-1].diagnostics)

    async def codes(self, where: str, version: int | None = 1) -> list[Any]:
        return [each.code for each in await self.diagnostics(where, version)]

    async def actions(
        self, where: str, range: types.Range, *only: str, diagnostics: Sequence[types.Diagnostic] = ()
    ) -> list[types.CodeAction]:
        found = await self.lsp.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(where),
                range,
                types.CodeActionContext(list(diagnostics), only=list(only) or None),
            )
        )
        return [action for action in found or () if isinstance(action, types.CodeAction)]

    async def hover(self, where: str, line: int, character: int) -> str | None:
        found = await self.lsp.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(where), types.Position(line, character))
        )
        if found is None:
            return None
        assert isinstance(found.contents, types.MarkupContent)
        return found.contents.value


def session(
    root: Path, body: Callable[[Client], Awaitable[None]], *, status: int | None = 0, **start: Any
) -> Client:
    """Run a test against a server of its own, which must end properly."""

    async def run() -> Client:
        client = Client(root)
        await client.start(**start)
        try:
            await body(client)
        finally:
            ended = await client.stop()
        assert ended == status
        return client

    def go(work: Coroutine[Any, Any, Client]) -> Client:
        return asyncio.run(asyncio.wait_for(work, 3 * DEADLINE))

    return go(run())


def whole(lines: int = 10_000) -> types.Range:
    return types.Range(types.Position(0, 0), types.Position(lines, 0))


def applied(text: str, edits: Sequence[types.TextEdit]) -> str:
    """A text after edits in UTF-16, as an editor applies them."""
    units = text.encode("utf-16-le")
    starts, at = [0], 0
    for line in text.splitlines(keepends=True):
        at += len(line.encode("utf-16-le"))
        starts.append(at)

    def offset(position: types.Position) -> int:
        if position.line >= len(starts):
            return len(units)
        return min(starts[position.line] + 2 * position.character, len(units))

    places = sorted(
        ((offset(edit.range.start), offset(edit.range.end), edit.new_text) for edit in edits), reverse=True
    )
    for start, end, new in places:
        units = units[:start] + new.encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le")


def edits_of(action: types.CodeAction, where: str) -> list[types.TextEdit]:
    assert action.edit is not None
    if action.edit.changes is not None:
        return list(action.edit.changes[where])
    found: list[types.TextEdit] = []
    for change in action.edit.document_changes or ():
        assert isinstance(change, types.TextDocumentEdit)
        if change.text_document.uri == where:
            found += [edit for edit in change.edits if isinstance(edit, types.TextEdit)]
    return found
