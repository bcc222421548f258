"""What tests of several folders share: a command line to call, and an analysis that only finds a word."""

from __future__ import annotations

import ast
import re
import signal
import sys
import types
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from commanding import Command, Outcome
from hypothesis import HealthCheck, settings

from losslint.cli import run_command_line
from losslint.model import Finding, Loss, Returns, Severity, Span, Verdict
from losslint.source.text import SourceText, parse

# A machine that is busy with other things is no fault of what is tested.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


collect_ignore = [] if find_spec("numpy") else ["fuzz", "fix/test_programs_mended.py"]
"""What measures itself needs NumPy, which comes with TensorFlow, before anything is collected."""


def pytest_configure() -> None:
    """A run that is started in the background may not hear Ctrl-C, and nor would what the tests start and interrupt."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests out unless ``-m`` speaks of them: a default ``-m`` would be lost beside any other."""
    if "slow" in config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """``losslint ARGUMENTS`` in this process, with an empty directory as the working directory."""
    monkeypatch.chdir(tmp_path)
    for variable in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)

    def call(*arguments: str) -> Outcome:
        capsys.readouterr()
        status = run_command_line(arguments)
        captured = capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    return call


@pytest.fixture
def word_analysis(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Puts an analysis in place that finds LL101 wherever a function says ``reduce_sum``; each is a loss.

    The tests of what stands around the analysis do not change with it. What builds fixes binds the analysis when it is
    imported, so it is imported anew for the test and as it was afterwards.
    """
    kept = {name: module for name, module in sys.modules.items() if name.startswith("losslint.fix")}
    for name in kept:
        del sys.modules[name]
    stand_in = types.ModuleType("losslint.engine")
    stand_in.check_source = check_words  # type: ignore[attr-defined]
    nothing = types.SimpleNamespace(index=None, suspects=(), losses=())
    stand_in.Suspect = object  # type: ignore[attr-defined]
    stand_in.examine_source = lambda *_: nothing  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "losslint.engine", stand_in)
    yield
    for name in [name for name in sys.modules if name.startswith("losslint.fix")]:
        del sys.modules[name]
    sys.modules.update(kept)


def check_words(source: SourceText, *_: object, **__: object) -> tuple[tuple[Finding, ...], tuple[Loss, ...]]:
    """The stand-in. Like the real one it raises ParseFailure, and gives the exact span of each call."""
    tree = parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    findings = [
        Finding(
            "LL101",
            "batch-sum-returned",
            Severity.ERROR,
            "the batch is summed and never divided",
            source.path,
            Span(number, match.start() + 1, number, match.end() + 1),
            function=function.name,
            function_line=function.lineno,
            framework="tensorflow",
            degree="1",
            gradient_degree="1",
            coupled=False,
        )
        for function in functions
        for number in range(function.lineno, (function.end_lineno or function.lineno) + 1)
        for match in re.finditer(r"reduce_sum\([^)]*\)?", source.lines[number - 1])
    ]
    losses = [
        Loss(
            source.path,
            node.name,
            node.lineno,
            framework="tensorflow",
            found_by="name",
            returns=Returns.SCALAR,
            degree="1",
            gradient_degree="1",
            coupled=False,
            verdict=Verdict.GROWS,
            why="",
        )
        for node in functions
    ]
    return tuple(findings), tuple(losses)
