"""Work-done progress, for clients that show it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from lsprotocol import types
from pygls.lsp.server import LanguageServer


@asynccontextmanager
async def progress(
    server: LanguageServer, title: str, *, after: float = 0.0, message: str | None = None
) -> AsyncIterator[None]:
    """Show that something is under way, if it is for longer than ``after`` seconds."""
    window = server.client_capabilities.window
    if window is None or not window.work_done_progress:
        yield
        return
    token = f"losslint-{uuid.uuid4()}"
    begun = False

    async def begin() -> None:
        nonlocal begun
        await asyncio.sleep(after)
        await server.work_done_progress.create_async(token)
        begun = True
        server.work_done_progress.begin(token, types.WorkDoneProgressBegin(title=title, message=message))

    beginning = asyncio.ensure_future(begin())
    if not after:
        with suppress(Exception):
            await beginning
    try:
        yield
    finally:
        beginning.cancel()
        if begun:
            server.work_done_progress.end(token, types.WorkDoneProgressEnd())
