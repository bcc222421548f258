"""Analysis beside the event loop: one warm process, one job at a time; a stale job is dropped, a stuck one killed."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from contextlib import suppress
from pathlib import Path

from losslint.lsp.jobs import Answer, Job
from losslint.lsp.worker import HEADER

WORKER = Path(__file__).with_name("worker.py")
PATIENCE = 2.0
"""Seconds that a job nobody waits for may still take before its process is replaced by another, which must warm up."""
LIMIT = 60.0
"""Seconds for one job."""


class Failed(Exception):
    """A job has no answer; the message says why."""


class Analyst:
    """Answers jobs. A caller that is cancelled gives its job up."""

    def __init__(self, *, patience: float = PATIENCE, limit: float = LIMIT) -> None:
        self._patience, self._limit = patience, limit
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._busy: asyncio.Task[Answer] | None = None

    async def answer(self, job: Job) -> Answer:
        """The answer to a job. Raises Failed if the process died of it or did not end in time."""
        async with self._turn:
            await self._free()
            self._busy = asyncio.ensure_future(self._exchange(job))
            try:
                return await asyncio.wait_for(asyncio.shield(self._busy), self._limit)
            except asyncio.TimeoutError:
                await self.close()
                raise Failed(f"{job.path}: not analysed: it takes more than {self._limit:g} s") from None
            except (asyncio.IncompleteReadError, OSError):
                status = await self._ended()
                raise Failed(f"{job.path}: not analysed: the analysis ended with status {status}") from None

    async def _free(self) -> None:
        """Let a job that was given up come to its end, for a while."""
        if self._busy is not None and not self._busy.done():
            await asyncio.wait({self._busy}, timeout=self._patience)
        if self._busy is not None and (
            not self._busy.done() or self._busy.cancelled() or self._busy.exception()
        ):
            await self.close()
        self._busy = None

    async def _exchange(self, job: Job) -> Answer:
        process = self._process or await self._start()
        assert process.stdin is not None and process.stdout is not None
        body = pickle.dumps(job)
        process.stdin.write(HEADER.pack(len(body)) + body)
        await process.stdin.drain()
        (length,) = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
        result = pickle.loads(await process.stdout.readexactly(length))
        assert isinstance(result, Answer)
        return result

    async def _start(self) -> asyncio.subprocess.Process:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-X",
            "utf8",
            str(WORKER),
            *sys.path,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
        )
        return self._process

    async def _ended(self) -> int | None:
        """How the process ended."""
        process = self._process
        if process is None:
            return None
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), 1.0)
        await self.close()
        return process.returncode

    async def close(self) -> None:
        """End the process; the next job starts another."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._busy is not None:
            self._busy.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._busy
