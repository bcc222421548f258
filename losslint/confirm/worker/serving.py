"""The conversation: frames on private pipes, limits, and one request to one answer.

A loss may do anything to the process it runs in. What can be undone is undone after each; what cannot (a
hang, a crash, a pipe that was closed) ends the process, and the other side starts another.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import random
import signal
import struct
import sys
import threading
import time
from typing import IO, TYPE_CHECKING

from .errors import Unsupported, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .framework import TensorFlow
    from .importing import Importer
    from .wire import Json

COLLECT_AFTER = (50_000, 20, 20)  # objects; tracing makes many that live as long as the trace
COLLECT_EVERY = 8  # answers: traced functions hold themselves in cycles
# bound here, where no loss has been at work yet
_encode, _decode = json.JSONEncoder().encode, json.JSONDecoder().decode
_pack, _unpack, _now, _exit, _pid = struct.pack, struct.unpack, time.monotonic, os._exit, os.getpid


def read_frame(stream: IO[bytes]) -> Json | None:
    """The next message, or None when the other side has closed the pipe."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    message: Json = _decode(stream.read(_unpack(">I", head)[0]).decode("utf-8"))
    return message


def write_frame(stream: IO[bytes], message: Json) -> None:
    """One message, whole."""
    body = _encode(message).encode("utf-8")
    stream.write(_pack(">I", len(body)) + body)
    stream.flush()


def private_channel() -> tuple[IO[bytes], IO[bytes]]:
    """Private copies of stdin and stdout; what is left in their place swallows all and gives nothing.

    A process that the loss forks has no part in the conversation.
    """
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    private = (incoming.fileno(), outgoing.fileno())
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: _close(private))
    _fresh_streams()
    return incoming, outgoing


def _close(descriptors: tuple[int, ...]) -> None:
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)


def _fresh_streams() -> None:
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), open(os.devnull, "w"), open(os.devnull, "w")


def limit_memory(megabytes: int) -> None:
    """Bounds the address space to what is in use now plus ``megabytes`` (where the system can)."""
    try:
        import resource

        with open("/proc/self/statm") as statm:
            used = int(statm.read().split()[0]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (used + megabytes * 2**20, hard))
    except (ImportError, OSError, ValueError):
        pass


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Puts back what a loss may have changed for everybody: directory, paths, environment, limits, streams."""
    place, path, environment = os.getcwd(), list(sys.path), dict(os.environ)
    depth, finders, streams = (
        sys.getrecursionlimit(),
        list(sys.meta_path),
        (sys.stdin, sys.stdout, sys.stderr),
    )
    handlers = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}
    random.seed(0)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.chdir(place)
        sys.path[:], sys.meta_path[:] = path, finders
        os.environ.clear()
        os.environ.update(environment)
        sys.setrecursionlimit(depth)
        sys.settrace(None)
        sys.setprofile(None)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sys.stdin, sys.stdout, sys.stderr = streams
        if any(stream is None or stream.closed for stream in streams):
            _fresh_streams()


def answer(
    framework: TensorFlow,
    importer: Importer,
    request: Json,
    stage: Callable[[str], None] = lambda _: None,
) -> Json:
    """One request to one answer; ``stage`` hears how far it came: ``loaded``, and ``trying`` which inputs."""
    from .measuring import measure

    started, threads, mine = _now(), threading.active_count(), _pid()
    with undone():
        try:
            result = measure(framework, importer, request, stage)
        except Unsupported as error:
            result = {"status": "unsupported", "reason": one_line(error)}
        except framework.out_of_memory:
            result = {"status": "failed", "reason": "it asked for more memory than its limit"}
        except BaseException as error:
            result = {"status": "failed", "reason": one_line(error)}
    if _pid() != mine:
        _exit(0)  # a process that the loss forked, and that came back here
    framework.chosen = {}
    framework.float_type("float32")
    if result["status"] == "failed" and request.get("skip_import"):
        result["reason"] = f"{result['reason']}; run without its module: {request['skip_import']}"
    for known in ("import_error", "loaded_from", "notes"):  # also of a loss that was loaded and then failed
        if known in request:
            result.setdefault(known, request[known])
    result["seconds"] = _now() - started
    result["threads_left"] = max(0, threading.active_count() - threads)
    return result


def serve() -> None:
    """Answers requests until the other side closes the pipe."""
    incoming, outgoing = private_channel()
    sys.argv[:] = sys.argv[:1]
    start = read_frame(incoming) or {}
    try:
        framework, importer = _warm(start)
    except BaseException as error:
        write_frame(outgoing, {"ready": False, "reason": one_line(error)})
        return
    limit_memory(start.get("memory_mb", 4096))
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    write_frame(outgoing, {"ready": True, "version": framework.version, "python": sys.version.split()[0]})

    def tell(stage: str) -> None:
        write_frame(outgoing, {"stage": stage})

    answered = 0
    while (request := read_frame(incoming)) is not None:
        importer.turn_to(request.get("roots", importer.roots))
        write_frame(outgoing, answer(framework, importer, request, tell))
        answered += 1
        if answered % COLLECT_EVERY == 0:
            gc.collect()


def _warm(start: Json) -> tuple[TensorFlow, Importer]:
    """The framework, with everything imported that the first loss needs. Without numpy there is none either."""
    from . import measuring
    from .framework import TensorFlow
    from .importing import Importer

    framework = TensorFlow(start.get("gpu", False), start.get("threads", 1))
    measuring.warm_up(framework)
    return framework, Importer()
