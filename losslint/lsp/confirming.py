"""Running losses for real, on a click: the only place where the server has code executed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from losslint.confirm.model import ConfirmOptions, LossRequest, Measured
from losslint.lsp.session import Analysis
from losslint.lsp.settings import Project
from losslint.source.text import ParseFailure, UnreadableFile, read_source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a click asks for."""

    requests: tuple[LossRequest, ...]
    options: ConfirmOptions


def plan(analysis: Analysis, qualname: str | None, project: Project) -> Plan:
    """The losses to run: one by name, or all of a document. Raises ConfigError.

    What is not saved is run as a slice of the editor's text; its module is not imported then.
    """
    from losslint.confirm.options import options_for
    from losslint.confirm.requests import configured, request_for

    configuration = project.configuration()
    settings = configuration.for_file(analysis.layout.path)
    text = None if _is_saved(analysis) else analysis.layout.source.text
    requests = tuple(
        configured(replace(request_for(loss, analysis.findings), text=text), configuration)
        for loss, _ in analysis.losses
        if qualname in (None, loss.qualname)
    )
    options = options_for(settings.confirm, python=_python(project))
    return Plan(requests, replace(options, project=Path(project.base)))


def run(asked: Plan) -> Sequence[Measured]:
    """Import and run the losses. Raises NoFramework."""
    from losslint.confirm.session import confirm_losses

    return list(confirm_losses(asked.requests, asked.options))


async def beside(work: Callable[[], T]) -> T:
    """Do something blocking in a thread of its own, which does not keep the server from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def finish(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # None only beside an error

    def target() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as caught:
            error = caught
        if not loop.is_closed():
            loop.call_soon_threadsafe(finish, result, error)

    threading.Thread(target=target, daemon=True, name="losslint.confirm").start()
    return await done


def _python(project: Project) -> str | None:
    """The interpreter that the editor names, relative to the folder if it is there."""
    given = project.editor.value("python")
    if not given:
        return None
    beside_root = Path(project.base, Path(given).expanduser())
    return str(beside_root) if beside_root.exists() else str(given)


def _is_saved(analysis: Analysis) -> bool:
    try:
        return read_source(analysis.layout.path).text == analysis.layout.source.text
    except (UnreadableFile, ParseFailure):
        return False
