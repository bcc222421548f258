"""Starting is a feature: a run that finds nothing imports next to nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "libcst",
    "astroid",
    "rich",
    "jinja2",
    "pathspec",
    "msgspec",
    "tomllib",
    "tomli",
    "json",
    "asyncio",
}
LIGHT_THIRD_PARTY = {"click", "losslint"}

REPORT = """
import atexit, sys
before = set(sys.modules)
def report():
    new = sorted(set(sys.modules) - before)
    print("\\n".join(new), file=open("modules.txt", "w"))
    classes = {
        each
        for name in new
        if name.partition(".")[0] == "losslint"
        for each in vars(sys.modules[name]).values()
        if isinstance(each, type) and getattr(vars(each).get("__dataclass_params__"), "frozen", False)
    }
    print("\\n".join(sorted(f"{each.__module__}.{each.__name__}" for each in classes)), file=open("slow.txt", "w"))
atexit.register(report)
sys.argv = ["losslint", *sys.argv[1:]]
from losslint.__main__ import main
main()
"""


def imported(tmp_path: Path, *arguments: str) -> set[str]:
    """The modules that a command imports beyond those that Python itself starts with."""
    subprocess.run([sys.executable, "-c", REPORT, *arguments], cwd=tmp_path, capture_output=True, check=False)
    return set((tmp_path / "modules.txt").read_text(encoding="utf-8").split())


def packages(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    (tmp_path / "clean.py").write_text("import tensorflow as tf\nx = tf.reduce_sum([1])\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "arguments", [["clean.py"], ["."], ["check", "clean.py", "--ignore", "LL1"], ["--version"]]
)
def test_a_clean_run_is_light(arguments: list[str], clean: Path) -> None:
    modules = imported(clean, *arguments)
    assert not packages(modules) & HEAVY
    assert packages(modules) - sys.stdlib_module_names <= LIGHT_THIRD_PARTY
    assert not {module for module in modules if module.startswith(("losslint.rules.ll", "losslint.engine"))}


def test_each_format_brings_only_what_it_needs(clean: Path) -> None:
    assert "msgspec" in packages(imported(clean, "clean.py", "--output-format", "json"))
    assert not packages(imported(clean, "clean.py", "--output-format", "full")) & {"rich", "msgspec"}


def test_what_is_not_asked_for_is_not_imported(clean: Path) -> None:
    """Neither ways to live with findings nor reports for services cost those anything who use neither."""
    modules = imported(clean, "clean.py")
    assert not modules & {
        "losslint.baseline",
        "losslint.identity",
        "losslint.fix.silence",
        "losslint.flake8_plugin",
        "losslint.commands.confirm",
        "losslint.commands.inspect",
        "losslint.commands.rule",
    }
    reports = {name for name in modules if name.startswith("losslint.report.")}
    assert not reports & {
        f"losslint.report.{name}" for name in ("sarif", "gitlab", "junit", "rdjson", "paths")
    }


def test_a_comment_or_a_syntax_error_brings_no_analysis(clean: Path) -> None:
    (clean / "clean.py").write_text("x = 1  # noqa: LL101\n", encoding="utf-8")
    (clean / "broken.py").write_text("def f(:\n", encoding="utf-8")
    assert not packages(imported(clean, ".")) & {"libcst", "astroid"}


def test_a_loss_brings_the_analysis_but_no_framework(clean: Path) -> None:
    code = "import tensorflow as tf\ndef loss(y_true, y_pred):\n    return tf.reduce_sum(y_true - y_pred)\n"
    (clean / "clean.py").write_text(code, encoding="utf-8")
    found = packages(imported(clean, "clean.py"))
    assert "libcst" in found
    assert not found & {"tensorflow", "keras", "numpy", "rich", "msgspec"}
    assert not (clean / "slow.txt").read_text().split(), "these classes are cheaper with losslint.frozen"
