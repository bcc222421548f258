"""One client's session: which text of which document was analysed, and what is still to be."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path, urlparse

from losslint.lsp.analyst import Analyst, Failed
from losslint.lsp.documents import Buffer
from losslint.lsp.jobs import Answer, Extent, Job
from losslint.lsp.layout import Layout, Part, document, notebook
from losslint.lsp.measured import Measurements
from losslint.lsp.positions import BOM, UTF16, Positions
from losslint.lsp.progress import progress
from losslint.lsp.settings import Project, Projects
from losslint.model import Finding, Loss, Span
from losslint.result import FileResult
from losslint.run import Checked, Mending
from losslint.source.text import SourceText, source_text

log = logging.getLogger("losslint.lsp")
REFRESHED = {
    "inlay_hint": (types.WORKSPACE_INLAY_HINT_REFRESH, "inlay_hint_provider"),
    "code_lens": (types.WORKSPACE_CODE_LENS_REFRESH, "code_lens_provider"),
    "diagnostics": (types.WORKSPACE_DIAGNOSTIC_REFRESH, "diagnostic_provider"),
}
"""What a client asks for and can be told to ask for anew: the message, and the capability behind it."""
FIXES_LIMIT = 600.0
"""Seconds in which the fixes of a document must be found."""
SLOW = 1.0
"""Seconds after which the client is told that something is under way."""


Key = tuple[str, Span]
"""A finding: its code and its place."""


@dataclass(frozen=True)
class Analysis:
    """What the analysis said of one version of a document (or notebook)."""

    uri: str
    layout: Layout
    answer: Answer

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is found."""
        return self.answer.checked.result.findings

    @property
    def losses(self) -> Sequence[tuple[Loss, Extent]]:
        """The losses and where they stand."""
        return tuple(zip(self.answer.checked.result.losses, self.answer.extents, strict=False))


@dataclass
class _Entry:
    """A document under analysis. ``stamp`` changes with everything that a result depends on."""

    uri: str
    stamp: int = 0
    task: asyncio.Task[None] | None = None
    at_once: asyncio.Event = field(default_factory=asyncio.Event)
    analysis: Analysis | None = None
    offers: dict[frozenset[Key], asyncio.Task[Analysis]] = field(default_factory=dict)
    waiting: Counter[frozenset[Key]] = field(default_factory=Counter)
    mending: asyncio.Task[Answer | None] | None = None


class Session:
    """Keeps an analysis of every open document, and tells the client of it."""

    def __init__(self, server: LanguageServer) -> None:
        self.server = server
        self.projects = Projects()
        self.measurements = Measurements()
        self._analyst = Analyst()
        # Fixes take many analyses: what is typed meanwhile is not kept waiting by them.
        self._fixer = Analyst(patience=0.3, limit=FIXES_LIMIT)
        self._entries: dict[str, _Entry] = {}
        self._told: set[str] = set()
        self.publish: Callable[[Analysis], None] = lambda analysis: None
        """What is done with a new analysis."""
        self.clear: Callable[[Iterable[str]], None] = lambda uris: None
        """What is done with documents of which nothing is to be said any more."""

    # -- what the client holds ----------------------------------------------------------------------------

    @property
    def encoding(self) -> str:
        """The units of positions."""
        chosen = self.server.workspace.position_encoding
        return str(getattr(chosen, "value", chosen)) if chosen is not None else UTF16

    def buffer(self, uri: str) -> Buffer | None:
        """An open document."""
        found = self.server.workspace.text_documents.get(unquote(uri))
        return found if isinstance(found, Buffer) else None

    def path_of(self, uri: str) -> str:
        """The path of a document; one that was never saved lies in the first folder under its own name."""
        path = to_fs_path(uri)
        if path is not None:
            return path
        roots = self.projects.roots
        name = os.path.basename(urlparse(uri)[2]) or "untitled"
        return os.path.join(roots[0] if roots else os.getcwd(), name)

    def project_of(self, uri: str) -> Project:
        """The folder whose settings hold for a document."""
        return self.projects.of(self.path_of(self.unit(uri)))

    def unit(self, uri: str) -> str:
        """What is analysed as a whole: the notebook of a cell, else the document itself."""
        book = self.server.workspace.get_notebook_document(cell_uri=uri)
        return book.uri if book is not None else uri

    def _layout(self, uri: str) -> Layout | None:
        book = self.server.workspace.get_notebook_document(notebook_uri=uri)
        if book is not None:
            return self._notebook(book)
        buffer = self.buffer(uri)
        if buffer is None or not _is_python(buffer):
            return None
        return document(self.path_of(buffer.uri), buffer.uri, buffer.version, buffer.source, self.encoding)

    def _notebook(self, book: types.NotebookDocument) -> Layout | None:
        cells = [self.buffer(cell.document) for cell in book.cells]
        return notebook(
            self.path_of(book.uri),
            [
                Part(cell.uri, cell.version, Positions(cell.source, self.encoding))
                if cell is not None and cell.language_id == "python"
                else None
                for cell in cells
            ],
        )

    def _unsaved(self, but: str) -> dict[str, str]:
        """The texts of the other open files."""
        return {
            str(buffer.path): buffer.source.removeprefix(BOM)
            for buffer in self.server.workspace.text_documents.values()
            if buffer.uri.startswith("file:") and buffer.path != but
        }

    def _job(self, layout: Layout, mending: Mending | None = None) -> Job | None:
        project = self.projects.of(layout.path)
        settings, problem = project.settings_for(layout.path)
        if problem is not None:
            self.complain(str(problem))
        if project.leaves_out(layout.path, settings):
            return None
        return Job(layout.path, layout.file_text, settings, self._unsaved(layout.path), mending)

    # -- keeping up ---------------------------------------------------------------------------------------

    def touched(self, uri: str, *, delay: bool = False) -> None:
        """A document was opened or changed: analyse it, after a pause in which it may change again."""
        entry = self._entries.setdefault(uri, _Entry(uri))
        self._forget(entry)
        entry.at_once = asyncio.Event()
        pause = self.project_of(uri).editor.value("delay") / 1000 if delay else 0.0
        entry.task = asyncio.ensure_future(self._keep_up(entry, pause))

    def closed(self, uri: str) -> None:
        """A document was closed: nothing is said of it any more, and its file on disk counts again."""
        entry = self._entries.pop(uri, None)
        if entry is not None:
            self._forget(entry)
            self.clear(_documents(entry.analysis) or (uri,))
            self.again(using={self.path_of(uri)}, delay=True)

    def again(self, *, using: Iterable[str] | None = None, delay: bool = False) -> None:
        """Analyse all documents anew, or those whose imports led to one of these files."""
        wanted = None if using is None else set(using)
        touched = False
        for uri, entry in list(self._entries.items()):
            used = entry.analysis.answer.used if entry.analysis is not None else frozenset()
            if wanted is None or not wanted.isdisjoint(used):
                self.touched(uri, delay=delay)
                touched = True
        if touched:
            self.refresh()

    @staticmethod
    def _forget(entry: _Entry) -> None:
        entry.stamp += 1
        for task in (entry.task, entry.mending, *entry.offers.values()):
            if task is not None:
                task.cancel()
        entry.task = entry.mending = None
        entry.offers = {}

    async def _keep_up(self, entry: _Entry, pause: float) -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(entry.at_once.wait(), pause)
        stamp, before = entry.stamp, entry.analysis
        layout = self._layout(entry.uri)
        if layout is None:
            self.clear(_documents(before))
            entry.analysis = None
            return
        job = self._job(layout)
        answer = await self._answer(job) if job is not None else None
        if stamp != entry.stamp:
            return
        entry.analysis = Analysis(entry.uri, layout, answer or _nothing(layout))
        self.clear(_documents(before) - _documents(entry.analysis))
        self.publish(entry.analysis)
        # What others import of this document may have changed with it.
        if before is not None and before.layout.file_text != layout.file_text:
            self.again(using={layout.path}, delay=True)

    async def _answer(self, job: Job) -> Answer | None:
        """The answer to a job; None, and a message, where there is none."""
        analyst = self._analyst if job.mending is None else self._fixer
        what = "analysing" if job.mending is None else "looking for fixes in"
        async with progress(self.server, f"losslint: {what} {os.path.basename(job.path)}", after=SLOW):
            try:
                answer = await analyst.answer(job)
            except Failed as failure:
                self.complain(str(failure))
                return None
        checked = answer.checked
        if checked.result.error is not None:
            self.complain(f"{checked.result.error.path}: {checked.result.error.message}")
        if checked.traceback is not None:
            log.error("%s", checked.traceback)
        return answer

    # -- what features ask for ----------------------------------------------------------------------------

    async def analysis(self, uri: str) -> Analysis | None:
        """The analysis of a document as it is now; None if it is not open, or is no Python."""
        uri = self.unit(uri)
        while (entry := self._entries.get(uri)) is not None and entry.task is not None:
            if entry.task.done():
                return entry.analysis
            entry.at_once.set()
            await asyncio.wait({entry.task})
        return None

    def known(self, uri: str) -> Analysis | None:
        """The last analysis of a document."""
        entry = self._entries.get(self.unit(uri))
        return entry.analysis if entry is not None else None

    async def offered(
        self, uri: str, findings: Iterable[Finding], *, patience: float | None = None
    ) -> Analysis | None:
        """The analysis with the fixes of some of its findings, which are looked for once they are asked for.

        Who asks waits no longer than ``patience`` seconds, and then has the analysis without them. None if the
        document has changed meanwhile. What nobody waits for any more is given up.
        """
        entry = self._entries.get(self.unit(uri))
        analysis = entry.analysis if entry is not None else None
        wanted = frozenset((finding.code, finding.span) for finding in findings)
        if entry is None or analysis is None or not wanted:
            return analysis
        if wanted not in entry.offers:
            entry.offers[wanted] = asyncio.ensure_future(self._with_fixes(analysis, wanted))
        offers = entry.offers[wanted]
        entry.waiting[wanted] += 1
        try:
            await asyncio.wait({offers}, timeout=patience)
        except asyncio.CancelledError:
            if entry.waiting[wanted] == 1 and entry.offers.get(wanted) is offers:
                offers.cancel()
                del entry.offers[wanted]
            raise
        finally:
            entry.waiting[wanted] -= 1
        if not offers.done():
            return analysis
        return None if offers.cancelled() else offers.result()

    async def _with_fixes(self, analysis: Analysis, wanted: frozenset[Key]) -> Analysis:
        job = self._job(analysis.layout, Mending(wanted=wanted))
        if job is None:
            return analysis
        answer = await self._answer(job)
        return analysis if answer is None else replace(analysis, answer=answer)

    async def mended(self, uri: str) -> tuple[Analysis, SourceText] | None:
        """The analysis of a document, and its source after all fixes; None if there is nothing to fix."""
        analysis = await self.analysis(uri)
        entry = self._entries.get(self.unit(uri))
        if analysis is None or entry is None or not analysis.findings:
            return None
        if entry.mending is None:
            unsafe = self.project_of(uri).editor.value("unsafeFixes")
            job = self._job(analysis.layout, Mending(apply=True, unsafe=unsafe))
            if job is None:
                return None
            entry.mending = asyncio.ensure_future(self._answer(job))
        mending = entry.mending
        await asyncio.wait({mending})
        answer = None if mending.cancelled() else mending.result()
        if answer is None or (change := answer.checked.change) is None:
            return None
        return analysis, source_text(change.after.decode(change.encoding), path=analysis.layout.path)

    # -- talking ------------------------------------------------------------------------------------------

    def complain(self, problem: str) -> None:
        """Show a problem, once until the settings are read anew."""
        if problem not in self._told:
            self._told.add(problem)
            log.warning("%s", problem)
            self.show(problem, types.MessageType.Error)

    def show(self, text: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """Show a line to whoever sits there."""
        shown = text if text.startswith("losslint") else f"losslint: {text}"
        self.server.window_show_message(types.ShowMessageParams(kind, shown))

    def settings_changed(self) -> None:
        """Configuration files or the editor's settings are others now."""
        self._told.clear()
        for project in self.projects:
            project.forget()
            for problem in project.editor.problems:
                self.complain(problem)
        self.again()

    def refresh(self) -> None:
        """Have the client ask anew for all that it asks for, if it can be told to."""
        workspace = self.server.client_capabilities.workspace
        for name, (method, provider) in REFRESHED.items():
            capability: Any = getattr(workspace, name, None)
            provided = getattr(self.server.server_capabilities, provider)
            if getattr(capability, "refresh_support", None) and provided is not None:
                self.server.protocol.send_request(method, None)

    async def close(self) -> None:
        """Give everything up."""
        for entry in self._entries.values():
            self._forget(entry)
        self._entries.clear()
        await self._analyst.close()
        await self._fixer.close()


def _documents(analysis: Analysis | None) -> frozenset[str]:
    """The documents that an analysis speaks of."""
    return (
        frozenset(part.uri for part in analysis.layout.parts.values())
        if analysis is not None
        else frozenset()
    )


def _is_python(buffer: Buffer) -> bool:
    return buffer.language_id == "python" or str(buffer.path).endswith((".py", ".pyw"))


def _nothing(layout: Layout) -> Answer:
    return Answer(Checked(FileResult(layout.path), skipped="not analysed"))
