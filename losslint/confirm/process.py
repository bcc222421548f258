"""The worker as a process: started, asked with a deadline, killed with everything it started, replaced."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import selectors
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("worker")  # a directory that Python runs
START_SECONDS = 180.0
MARK = "LOSSLINT_WORKER"  # in the environment of the worker, and so of everything that it starts
ROUNDS = 20
LARGEST_FRAME = 64 * 2**20
POINT_TO_ONE = "point to an interpreter that has TensorFlow with --python"


class WorkerTimeout(Exception):
    """No answer before the deadline."""


class WorkerDied(Exception):
    """The process ended instead of answering; the text says how, ``signal`` by which signal."""

    def __init__(self, how: str, signal: str | None = None) -> None:
        super().__init__(how)
        self.signal = signal


class NoFramework(Exception):
    """The interpreter cannot be started or has no framework: ``problem``, and one line that says what to do."""

    def __init__(self, problem: str, advice: str = POINT_TO_ONE) -> None:
        super().__init__(f"{problem}; {advice}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How a worker is started. ``memory_mb`` bounds what losses may take beyond the framework itself."""

    python: str = sys.executable
    memory_mb: int = 4096
    gpu: bool = False
    threads: int = 2


class Worker:
    """One warm worker. ``ask`` starts it when there is none."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings
        self.framework: Mapping[str, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._mark = ""

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Starts the process and waits until the framework is loaded. Raises NoFramework."""
        if self._process is not None:
            return
        self._mark = f"{MARK}={os.getpid()}.{secrets.token_hex(8)}"
        try:
            self._process = subprocess.Popen(
                [self.settings.python, "-u", "-X", "utf8", str(WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=_environment(self.settings.gpu) | dict([self._mark.split("=")]),
            )
        except OSError as error:
            raise NoFramework(f"cannot start {self.settings.python}: {error.strerror}") from None
        settings = {
            "memory_mb": self.settings.memory_mb,
            "gpu": self.settings.gpu,
            "threads": self.settings.threads,
        }
        try:
            self.framework = self._exchange(settings, START_SECONDS)
        except (WorkerTimeout, WorkerDied) as error:
            self.close()
            raise NoFramework(f"{self.settings.python} did not become ready: {error}") from None
        if not self.framework.get("ready"):
            self.close()
            reason = self.framework.get("reason", "")
            raise NoFramework(
                f"{self.settings.python} has no working TensorFlow ({reason})",
                f"install it there with `pip install tensorflow`, or {POINT_TO_ONE}",
            )

    def ask(
        self, request: Mapping[str, Any], seconds: float, on_stage: Callable[[str], None] | None = None
    ) -> dict[str, Any]:
        """The worker's answer. Raises WorkerTimeout or WorkerDied; the process is gone then.

        ``on_stage`` hears how far the worker came (``loaded``: the loss is imported and about to be run).
        """
        self.start()
        try:
            return self._exchange(request, seconds, on_stage)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process is not None else None

    def close(self) -> None:
        """Ends the process, everything in its group, and what it started that has left the group."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:  # pragma: no cover - Windows
                process.kill()
        _end_descendants(self._mark)
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        process.wait()

    def _exchange(
        self, message: Mapping[str, Any], seconds: float, on_stage: Callable[[str], None] | None = None
    ) -> dict[str, Any]:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        body = json.dumps(message).encode()
        deadline = time.monotonic() + seconds
        try:
            process.stdin.write(struct.pack(">I", len(body)) + body)
            process.stdin.flush()
        except OSError:
            raise self._ended() from None
        while True:
            (length,) = struct.unpack(">I", self._read(4, deadline))
            if length > LARGEST_FRAME:
                raise WorkerDied("its answer was no answer")
            answer: dict[str, Any] = json.loads(self._read(length, deadline))
            if "stage" not in answer:
                return answer
            if on_stage is not None:
                on_stage(answer["stage"])

    def _read(self, size: int, deadline: float) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        stream, data = self._process.stdout, b""
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while len(data) < size:
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise WorkerTimeout
                piece = os.read(stream.fileno(), size - len(data))
                if not piece:
                    raise self._ended()
                data += piece
        return data

    def _ended(self) -> WorkerDied:
        assert self._process is not None
        try:
            status = self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            return WorkerDied("it closed its pipe")
        if status < 0:
            with contextlib.suppress(ValueError):
                name = signal.Signals(-status).name
                return WorkerDied(f"it was killed by {name}", name)
        return WorkerDied(f"it ended with exit status {status}")


def _end_descendants(mark: str) -> None:
    """Kills whatever carries the mark in its environment: also what made itself a session of its own.

    Processes may start others while they are looked for; so this is repeated until none is left. Without a
    ``/proc`` the process group is all that is ended.
    """
    for _ in range(ROUNDS):
        found = [pid for pid in _processes() if _carries(pid, mark.encode())]
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not found:
            return


def _processes() -> list[int]:
    try:
        return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    except OSError:
        return []


def _carries(pid: int, mark: bytes) -> bool:
    try:
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # it is gone, or another user's
        return False


def _environment(gpu: bool) -> dict[str, str]:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONSTARTUP"}
    environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "Agg"}
    if not gpu:
        environment["CUDA_VISIBLE_DEVICES"] = "-1"
    return environment
