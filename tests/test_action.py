"""The GitHub action: valid, and its steps run as a runner runs them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML comes with the dev extra")

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
INSTALL, CHECK = ACTION["runs"]["steps"]

BAD = "import tensorflow as tf\n\n\ndef loss(y_true, y_pred):\n    return tf.reduce_sum(tf.square(y_true - y_pred))\n"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the steps are written for bash")


def run_step(
    step: Mapping[str, Any], known: Mapping[str, str], **more: str
) -> subprocess.CompletedProcess[str]:
    """A step with its expressions filled in, in the working directory."""

    def filled(text: str) -> str:
        return re.sub(r"\$\{\{\s*([\w.-]+)\s*\}\}", lambda match: known[match[1]], text)

    environment = {name: filled(value) for name, value in step["env"].items()}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", step["run"]],
        env={**os.environ, **environment, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def contexts(tmp_path: Path, **inputs: str) -> dict[str, str]:
    """What the expressions of the action mean, with the defaults of the inputs that are not given."""
    defaults = {name: each["default"] for name, each in ACTION["inputs"].items()}
    return {
        **{f"inputs.{name}": value for name, value in {**defaults, **inputs}.items()},
        "github.server_url": "https://git.example.org",
        "github.action_repository": "owner/losslint",
        "github.action_path": str(ROOT),
        "runner.temp": str(tmp_path / "temp"),
        "steps.install.outputs.bin": str(Path(sys.executable).parent),
    }


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "work space"
    (folder / "my src").mkdir(parents=True)
    (folder / "my src" / "losses.py").write_text(BAD, encoding="utf-8")
    (folder / "clean.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder))
    return folder


def test_it_follows_the_schema_of_actions() -> None:
    pytest.importorskip("check_jsonschema", reason="check-jsonschema comes with the test extra")
    command = ["check_jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml"]
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_users_give_never_becomes_a_part_of_the_script() -> None:
    for step in (INSTALL, CHECK):
        assert "${{" not in step["run"]
    assert set(ACTION["inputs"]) == {"version", "paths", "args"}


def test_findings_are_annotations_and_fail_the_step(workspace: Path, tmp_path: Path) -> None:
    done = run_step(CHECK, contexts(tmp_path))
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error title=losslint (LL101),file=my src/losses.py,line=5,col=12,")


def test_nothing_found_passes(workspace: Path, tmp_path: Path) -> None:
    done = run_step(CHECK, contexts(tmp_path, paths="clean.py", args=""))
    assert (done.returncode, done.stdout) == (0, "")


def test_words_are_quoted_as_in_a_shell_and_nothing_is_expanded(workspace: Path, tmp_path: Path) -> None:
    given = {"paths": "'my src'\n  clean.py", "args": '--output-format concise --ignore "LL2, LL3"'}
    done = run_step(CHECK, contexts(tmp_path, **given))
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("my src/losses.py:5:12: LL101 ")
    for hostile in ("$(touch ran)", "`touch ran`", "x; touch ran", "*"):
        refused = run_step(CHECK, contexts(tmp_path, paths=hostile, args=""))
        assert refused.returncode == 2, refused.stdout + refused.stderr
        assert not (workspace / "ran").exists()


@pytest.fixture
def fake_python(tmp_path: Path) -> dict[str, str]:
    """A ``python3`` whose virtual environments write down what pip is told."""
    folder = tmp_path / "fake"
    folder.mkdir()
    script = folder / "python3"
    script.write_text(
        '#!/bin/bash\nmkdir -p "$3/bin"\n'
        f"""printf '%s\\n' '#!/bin/bash' 'printf "%s\\\\n" "$@" > "{tmp_path}/told"' > "$3/bin/python"\n"""
        'chmod +x "$3/bin/python"\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "GITHUB_OUTPUT": str(tmp_path / "output")}


@pytest.mark.parametrize(
    ("version", "source"),
    [("", str(ROOT)), ("v1.2", "losslint-code @ git+https://git.example.org/owner/losslint@v1.2")],
)
def test_it_is_installed_from_its_own_checkout_or_from_git(
    version: str, source: str, fake_python: dict[str, str], tmp_path: Path
) -> None:
    done = run_step(INSTALL, contexts(tmp_path, version=version), **fake_python)
    assert done.returncode == 0, done.stderr
    told = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
    assert told == ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", source]
    assert (tmp_path / "output").read_text(encoding="utf-8") == f"bin={tmp_path}/temp/losslint/bin\n"


@pytest.mark.slow
def test_both_steps_for_real(workspace: Path, tmp_path: Path) -> None:
    """Installs this checkout into an environment of its own: needs a package index."""
    known = contexts(tmp_path)
    output = tmp_path / "output"
    installed = run_step(INSTALL, known, GITHUB_OUTPUT=str(output))
    assert installed.returncode == 0, installed.stderr
    known["steps.install.outputs.bin"] = output.read_text(encoding="utf-8").strip().removeprefix("bin=")
    done = run_step(CHECK, known)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error title=losslint (LL101),")
