"""The server: what the client asks, handed to the feature that answers it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from losslint import __version__
from losslint.config import FILE_NAMES, ConfigError
from losslint.confirm.model import Measured
from losslint.confirm.options import announcement
from losslint.confirm.process import NoFramework
from losslint.lsp import actions, confirming, inlay, lens, words
from losslint.lsp.diagnostics import diagnostics_of
from losslint.lsp.documents import Buffers
from losslint.lsp.hover import findings_at, hover
from losslint.lsp.progress import progress
from losslint.lsp.session import Analysis, Session
from losslint.lsp.settings import SECTION

log = logging.getLogger("losslint.lsp")
NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook="jupyter-notebook", cells=[types.NotebookCellLanguage(language="python")]
        ),
    ]
)
HOVER_PATIENCE = 0.5
"""Seconds that a hover waits for the fix it would tell of."""
WATCHED = [f"**/{name}" for name in FILE_NAMES]


def serve() -> int:
    """Serve one client over standard input and output. Returns the exit status: 0 after a proper shutdown."""
    server = make_server()
    protocol_out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # whatever prints must not speak to the client
    server.start_io(sys.stdin.buffer, protocol_out)
    return 0 if server.protocol._shutdown else 1


def make_server() -> LanguageServer:
    """A server with all features."""
    server = LanguageServer(
        "losslint",
        __version__,
        text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
        notebook_document_sync=NOTEBOOKS,
    )
    handlers = Handlers(server, Session(server))
    handlers.register()
    return server


@dataclass
class Handlers:
    """One method for each message."""

    server: LanguageServer
    session: Session
    pulls: bool = False
    """The client asks for diagnostics instead of being told."""

    def register(self) -> None:
        """Tell pygls of them. Diagnostics on demand are offered only to a client that asks for them."""
        self.session.publish, self.session.clear = self.publish, self.clear

        def on(method: str, options: Any = None) -> Callable[[Callable[..., Any]], object]:
            # pygls marks what it registers, which a bound method does not allow.
            return lambda handler: self.server.feature(method, options)(partial(handler))

        on(types.INITIALIZE)(self.initialize)
        on(types.INITIALIZED)(self.initialized)
        on(types.SHUTDOWN)(self.shutdown)
        on(types.TEXT_DOCUMENT_DID_OPEN)(lambda params: self.session.touched(params.text_document.uri))
        on(types.TEXT_DOCUMENT_DID_CHANGE)(
            lambda params: self.session.touched(params.text_document.uri, delay=True)
        )
        on(types.TEXT_DOCUMENT_DID_SAVE)(self.saved)
        on(types.TEXT_DOCUMENT_DID_CLOSE)(lambda params: self.session.closed(params.text_document.uri))
        on(types.NOTEBOOK_DOCUMENT_DID_OPEN)(
            lambda params: self.session.touched(params.notebook_document.uri)
        )
        on(types.NOTEBOOK_DOCUMENT_DID_CHANGE)(
            lambda params: self.session.touched(params.notebook_document.uri, delay=True)
        )
        on(types.NOTEBOOK_DOCUMENT_DID_CLOSE)(
            lambda params: self.session.closed(params.notebook_document.uri)
        )
        on(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(self.configured)
        on(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(self.files_changed)
        on(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(self.folders_changed)
        on(
            types.TEXT_DOCUMENT_CODE_ACTION,
            types.CodeActionOptions(code_action_kinds=list(actions.KINDS), resolve_provider=True),
        )(self.code_actions)
        on(types.CODE_ACTION_RESOLVE)(self.resolve)
        on(types.TEXT_DOCUMENT_HOVER)(self.hover)
        on(types.TEXT_DOCUMENT_INLAY_HINT)(self.inlay_hints)
        on(types.TEXT_DOCUMENT_CODE_LENS)(self.code_lenses)
        self.server.command(lens.CONFIRM)(partial(self.confirm))

    # -- beginning and end --------------------------------------------------------------------------------

    def initialize(self, params: types.InitializeParams) -> None:
        """Take in what the client is and what it has open."""
        protocol = self.server.protocol
        folders = params.workspace_folders or []
        protocol._workspace = Buffers(
            protocol.workspace.root_uri,
            types.TextDocumentSyncKind.Incremental,
            folders,
            protocol.workspace.position_encoding,
        )
        self.session.projects.open(self._roots())
        self._configure_all(params.initialization_options)
        text_document = params.capabilities.text_document
        if text_document is not None and text_document.diagnostic is not None:
            self.pulls = True
            self.server.feature(
                types.TEXT_DOCUMENT_DIAGNOSTIC,
                types.DiagnosticOptions(
                    identifier="losslint", inter_file_dependencies=True, workspace_diagnostics=False
                ),
            )(partial(self.diagnostics))

    async def initialized(self, _: types.InitializedParams) -> None:
        """Ask to hear of configuration that changes, and for the settings that hold now."""
        for problem in self.session.projects.loose.editor.problems:
            self.session.complain(problem)
        workspace = self.server.client_capabilities.workspace
        wanted = []
        if workspace is not None and _dynamic(workspace.did_change_watched_files):
            watchers = [types.FileSystemWatcher(pattern) for pattern in (*WATCHED, "**/*.py")]
            options: Any = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            wanted.append((types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
        if workspace is not None and _dynamic(workspace.did_change_configuration):
            options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
            wanted.append((types.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
        if wanted:
            registrations = [
                types.Registration(f"losslint-{method}", method, what) for method, what in wanted
            ]
            await self.server.client_register_capability_async(types.RegistrationParams(registrations))
        await self._ask_for_settings()

    async def shutdown(self, _: Any) -> None:
        """Give up what is under way."""
        await self.session.close()

    # -- settings -----------------------------------------------------------------------------------------

    def _roots(self) -> list[str]:
        workspace = self.server.workspace
        uris = [folder.uri for folder in workspace.folders.values()]
        if not uris and workspace.root_uri:
            uris = [workspace.root_uri]
        return [path for path in map(to_fs_path, uris) if path is not None]

    def _configure_all(self, given: object) -> None:
        for root in (*self.session.projects.roots, None):
            self.session.projects.configure(root, given)

    async def _ask_for_settings(self) -> None:
        workspace = self.server.client_capabilities.workspace
        if workspace is None or not workspace.configuration:
            return
        uris = [None, *(folder.uri for folder in self.server.workspace.folders.values())]
        items = [types.ConfigurationItem(scope_uri=uri, section=SECTION) for uri in uris]
        answers = await self.server.workspace_configuration_async(types.ConfigurationParams(items))
        changed = False
        for uri, given in zip(uris, answers, strict=False):
            if isinstance(given, dict) and given:
                self.session.projects.configure(to_fs_path(uri) if uri is not None else None, given)
                changed = True
        if changed:
            self._settings_changed()

    async def configured(self, params: types.DidChangeConfigurationParams) -> None:
        """The editor's settings have changed: it sends them, or wants to be asked."""
        workspace = self.server.client_capabilities.workspace
        if workspace is not None and workspace.configuration:
            await self._ask_for_settings()
        elif isinstance(params.settings, dict):
            self._configure_all(params.settings)
            self._settings_changed()

    def _settings_changed(self) -> None:
        self.session.settings_changed()
        self.session.refresh()  # also where nothing is analysed anew: hints may be off now

    async def folders_changed(self, _: types.DidChangeWorkspaceFoldersParams) -> None:
        """Folders were opened or closed."""
        self.session.projects.open(self._roots())
        await self._ask_for_settings()
        self._settings_changed()

    def files_changed(self, params: types.DidChangeWatchedFilesParams) -> None:
        """Files on disk have changed: configuration, or modules that open documents import."""
        paths = {path for change in params.changes if (path := to_fs_path(change.uri)) is not None}
        if any(os.path.basename(path) in FILE_NAMES for path in paths):
            self._settings_changed()
        else:
            self.session.again(using=paths, delay=True)

    def saved(self, params: types.DidSaveTextDocumentParams) -> None:
        """A document was saved; without watchers this is when configuration is read anew."""
        workspace = self.server.client_capabilities.workspace
        name = os.path.basename(to_fs_path(params.text_document.uri) or "")
        if name in FILE_NAMES or workspace is None or not _dynamic(workspace.did_change_watched_files):
            self._settings_changed()

    # -- diagnostics --------------------------------------------------------------------------------------

    def publish(self, analysis: Analysis) -> None:
        """Tell the client what was found, unless it asks for it."""
        for uri, diagnostics in self._diagnostics(analysis).items() if not self.pulls else ():
            part = analysis.layout.part(uri)
            self._publish(uri, part.version if part is not None else None, diagnostics)

    def clear(self, uris: Iterable[str]) -> None:
        """Tell the client that nothing is to be said of documents any more."""
        for uri in uris if not self.pulls else ():
            self._publish(uri, None, [])

    def _publish(self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]) -> None:
        self.server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics, version=version)
        )

    def _diagnostics(self, analysis: Analysis) -> dict[str, list[types.Diagnostic]]:
        text_document = self.server.client_capabilities.text_document
        pushed = text_document.publish_diagnostics if text_document is not None else None
        pulled = text_document.diagnostic if text_document is not None else None
        related = any(getattr(able, "related_information", None) for able in (pushed, pulled))
        layout = analysis.layout
        findings = self.session.measurements.confirmed(layout.path, layout.source.text, analysis.findings)
        return diagnostics_of(layout, findings, analysis.answer.problems, related=related)

    async def diagnostics(self, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        """Diagnostics on demand; unchanged ones are not sent again."""
        uri = params.text_document.uri
        analysis = await self.session.analysis(uri)
        found = self._diagnostics(analysis).get(uri, []) if analysis is not None else []
        digest = blake2b(repr(found).encode("utf-8", "replace"), digest_size=12).hexdigest()
        if digest == params.previous_result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=digest)
        return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=digest)

    # -- features -----------------------------------------------------------------------------------------

    async def code_actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """Fixes and silencers for the findings of a range, and all fixes of the document."""
        uri, context = params.text_document.uri, params.context
        analysis = await self.session.analysis(uri)
        if analysis is None or not analysis.findings:
            return []
        found: list[types.CodeAction] = []
        findings = actions.touched(analysis, uri, params.range)
        if findings and actions.wants(context, types.CodeActionKind.QuickFix.value):
            offered = await self.session.offered(uri, findings)
            if offered is None:  # the client will ask again for what is there now
                return []
            findings = actions.touched(offered, uri, params.range)
            unsafe = self.session.project_of(uri).editor.value("unsafeFixes")
            found += actions.quick_fixes(findings, context, analysis.layout, unsafe=unsafe)
            found += actions.silencers(findings, context, analysis.layout)
        if actions.wants(context, actions.FIX_ALL):
            action = actions.fix_all(uri)
            if not self._resolves_edits():
                action = await self.resolve(action)
            if self._resolves_edits() or action.edit is not None:
                found.append(action)
        return [self._for_client(action) for action in found]

    async def resolve(self, action: types.CodeAction) -> types.CodeAction:
        """Fill in the edit of an action that has none yet."""
        uri = action.data.get("uri") if isinstance(action.data, dict) else None
        if uri is None or action.edit is not None:
            return action
        mended = await self.session.mended(uri)
        if mended is not None:
            analysis, after = mended
            edit = actions.workspace_edit(analysis.layout, actions.changes(analysis.layout, after))
            action.edit = edit
        return self._for_client(action)

    def _resolves_edits(self) -> bool:
        text_document = self.server.client_capabilities.text_document
        able = text_document.code_action if text_document is not None else None
        if able is None or able.resolve_support is None:
            return False
        return "edit" in able.resolve_support.properties and bool(able.data_support)

    def _for_client(self, action: types.CodeAction) -> types.CodeAction:
        workspace = self.server.client_capabilities.workspace
        edits = workspace.workspace_edit if workspace is not None else None
        if action.edit is not None and not (edits is not None and edits.document_changes):
            action.edit = actions.unversioned(action.edit)
        return action

    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        """What is under the cursor."""
        uri = params.text_document.uri
        analysis = await self.session.analysis(uri)
        if analysis is None:
            return None
        place = analysis.layout.place(uri, params.position)
        if place is not None and (findings := list(findings_at(analysis, place))):
            analysis = await self.session.offered(uri, findings, patience=HOVER_PATIENCE) or analysis
        return await asyncio.to_thread(
            hover, analysis, uri, params.position, _page, partial(self._measured, analysis)
        )

    async def inlay_hints(self, params: types.InlayHintParams) -> list[types.InlayHint]:
        """Degrees, where they are wanted."""
        uri = params.text_document.uri
        if not self.session.project_of(uri).editor.value("inlayHints"):
            return []
        analysis = await self.session.analysis(uri)
        return list(inlay.inlay_hints(analysis, uri, params.range)) if analysis is not None else []

    async def code_lenses(self, params: types.CodeLensParams) -> list[types.CodeLens]:
        """Verdicts, where they are wanted."""
        uri = params.text_document.uri
        if not self.session.project_of(uri).editor.value("codeLens"):
            return []
        analysis = await self.session.analysis(uri)
        if analysis is None:
            return []
        return list(lens.code_lenses(analysis, uri, partial(self._measured, analysis)))

    def _measured(self, analysis: Analysis, qualname: str) -> tuple[Measured, bool] | None:
        return self.session.measurements.of(analysis.layout.path, qualname, analysis.layout.source.text)

    async def confirm(self, *arguments: object) -> list[dict[str, Any]]:
        """Run a loss (document and name), or all losses of a document, and report what was measured.

        Only this command executes code, and it says so first.
        """
        uri = str(arguments[0]) if arguments else ""
        qualname = str(arguments[1]) if len(arguments) > 1 and arguments[1] is not None else None
        analysis = await self.session.analysis(uri)
        if analysis is None:
            self.session.show("nothing to run: the document is not open", types.MessageType.Warning)
            return []
        try:
            asked = confirming.plan(analysis, qualname, self.session.project_of(uri))
        except ConfigError as error:
            self.session.show(str(error), types.MessageType.Error)
            return []
        if not asked.requests:
            self.session.show(f"nothing to run: no loss {qualname or ''} in {analysis.layout.path}")
            return []
        said = announcement(asked.requests)
        self.server.window_log_message(types.LogMessageParams(types.MessageType.Info, said))
        try:
            async with progress(self.server, "losslint: confirm", message=said.removeprefix("losslint: ")):
                results = await confirming.beside(partial(confirming.run, asked))
        except NoFramework as error:
            self.session.show(f"nothing was run: {error}", types.MessageType.Error)
            return []
        return self._report(analysis, results)

    def _report(self, analysis: Analysis, results: Sequence[Measured]) -> list[dict[str, Any]]:
        """Keep what was measured, show it, and return it."""
        for measured in results:
            self.session.measurements.keep(analysis.layout.path, analysis.layout.source.text, measured)
            kind = types.MessageType.Info if measured.status == "measured" else types.MessageType.Warning
            self.session.show(f"{measured.qualname}: {words.measured_text(measured)}", kind)
        if (now := self.session.known(analysis.uri)) is not None:
            self.publish(now)
        self.session.refresh()
        return [
            {
                "qualname": each.qualname,
                "status": each.status,
                "degree": each.degree,
                "gradient_degree": each.gradient_degree,
                "coupled": each.coupled,
                "verdict": each.verdict,
                "agrees": each.agrees,
                "reason": each.reason,
            }
            for each in results
        ]


def _page(code: str) -> str:
    from losslint.rules import _registry

    return _registry.load(code).page


def _dynamic(capability: Any) -> bool:
    return bool(getattr(capability, "dynamic_registration", None))
