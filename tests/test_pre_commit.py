"""The hooks, run by the real pre-commit in a git repository of their own; and losslint on its own sources."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
README = ROOT / "README.md"
GOOD = "import tensorflow as tf\n\n\ndef loss(y_true, y_pred):\n    return tf.reduce_mean(tf.square(y_true - y_pred))\n"
BAD = GOOD.replace("reduce_mean", "reduce_sum")
AUTHOR = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")


class Repository:
    """A git repository whose pre-commit hooks are ours, run in this environment instead of one of their own."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder = folder
        # A run inside of another hook must not see the repository of that hook.
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
        for variable in ("VIRTUAL_ENV", "CONDA_PREFIX", "NO_COLOR", "FORCE_COLOR"):
            self.environment.pop(variable, None)
        path = os.pathsep.join([str(Path(sys.executable).parent), self.environment["PATH"]])
        self.environment |= {"PATH": path, "PRE_COMMIT_HOME": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
        self.run("git", "init", "-q")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )

    def pre_commit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "pre_commit", *arguments)

    def commit(self, **files: str) -> subprocess.CompletedProcess[str]:
        """Commit Python files, by name without suffix."""
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(text, encoding="utf-8")
            self.run("git", "add", f"{name}.py")
        return self.run("git", *AUTHOR, "commit", "-m", "a change")

    def install(self, config: str) -> None:
        """Have hooks run from now on."""
        (self.folder / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
        self.run("git", "add", ".pre-commit-config.yaml")
        installed = self.pre_commit("install")
        assert installed.returncode == 0, installed.stdout

    @property
    def commits(self) -> int:
        return len(self.run("git", "log", "--all", "--format=%h").stdout.split())


def repository_with(folder: Path, cache: Path, *hooks: str) -> Repository:
    """With these hooks as the manifest has them; only where they are installed differs."""
    pytest.importorskip("pre_commit", reason="pre-commit comes with the dev extra")
    import yaml

    folder.mkdir()
    made = Repository(folder, cache)
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    local = [{**hook, "language": "system"} for hook in manifest if hook["id"] in hooks]
    assert len(local) == len(hooks)
    made.install(yaml.safe_dump({"repos": [{"repo": "local", "hooks": local}]}))
    return made


@pytest.fixture
def told(tmp_path: Path) -> Repository:
    """With what the README tells to write."""
    pytest.importorskip("pre_commit", reason="pre-commit comes with the dev extra")
    [config] = re.findall(r"```yaml\n(repos:\n.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "project").mkdir()
    made = Repository(tmp_path / "project", tmp_path / "cache")
    made.install(config)
    return made


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """With the hooks that change nothing."""
    return repository_with(tmp_path / "project", tmp_path / "cache", "losslint", "losslint-confirm")


@pytest.fixture
def mending(tmp_path: Path) -> Repository:
    """With the hook that applies fixes."""
    return repository_with(tmp_path / "project", tmp_path / "cache", "losslint-fix")


@pytest.mark.parametrize(
    ("command", "file"),
    [("validate-manifest", ".pre-commit-hooks.yaml"), ("validate-config", ".pre-commit-config.yaml")],
)
def test_the_files_are_valid(command: str, file: str) -> None:
    pytest.importorskip("pre_commit", reason="pre-commit comes with the dev extra")
    done = subprocess.run([sys.executable, "-m", "pre_commit", command, file], cwd=ROOT, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("hooks", ["repository", "told"])
def test_a_clean_commit_passes_and_a_bad_loss_blocks_it(hooks: str, request: pytest.FixtureRequest) -> None:
    repository: Repository = request.getfixturevalue(hooks)
    clean = repository.commit(losses=GOOD)
    assert (clean.returncode, repository.commits) == (0, 1), clean.stdout
    blocked = repository.commit(losses=BAD)
    assert (blocked.returncode, repository.commits) == (1, 1)
    lines = blocked.stdout.splitlines()
    assert lines[0].startswith("losslint...") and lines[0].endswith("Failed")
    [finding] = [line for line in lines if line.startswith("losses.py:")]
    assert finding.startswith("losses.py:5:12: LL101 this batch sum is returned without a division")
    assert "1 finding; 1 file and 1 loss checked" in lines
    assert "Traceback" not in blocked.stdout


def test_what_the_project_excludes_or_knows_does_not_block(repository: Repository) -> None:
    (repository.folder / "losslint.toml").write_text(
        'extend-exclude = ["old*"]\nbaseline = "known.json"\n', encoding="utf-8"
    )
    (repository.folder / "losses.py").write_text(BAD, encoding="utf-8")
    written = repository.run(
        sys.executable, "-m", "losslint", "check", "--write-baseline", "known.json", "losses.py"
    )
    assert written.returncode == 0, written.stdout
    done = repository.commit(old_losses=BAD, losses=f"import os\n{BAD}")
    assert (done.returncode, repository.commits) == (0, 1), done.stdout
    worse = repository.commit(losses=BAD + BAD.replace("def loss", "\n\ndef another_loss"))
    assert worse.returncode == 1
    assert "1 finding, 1 known finding left out" in worse.stdout


def test_the_fixing_hook_edits_fails_and_then_passes(mending: Repository) -> None:
    clean = mending.commit(losses=GOOD)
    assert (clean.returncode, mending.commits) == (0, 1), clean.stdout
    blocked = mending.commit(losses=BAD)
    assert (blocked.returncode, mending.commits) == (1, 1)
    assert "1 finding fixed, none left; 1 file and 1 loss checked" in blocked.stdout
    assert "- files were modified by this hook" in blocked.stdout
    mended = (mending.folder / "losses.py").read_text(encoding="utf-8")
    assert "tf.reduce_sum(tf.square(y_true - y_pred), axis=" in mended
    mending.run("git", "add", "losses.py")
    assert (mending.commit().returncode, mending.commits) == (0, 2)


def test_the_fixing_hook_says_what_it_cannot_fix(mending: Repository) -> None:
    broken = f"{GOOD}\n\ndef broken(:\n"
    blocked = mending.commit(losses=broken)
    assert (blocked.returncode, mending.commits) == (1, 0)
    assert "losses.py:8:12: LL001 does not parse" in blocked.stdout
    assert (mending.folder / "losses.py").read_text(encoding="utf-8") == broken


def test_other_files_are_none_of_its_business(repository: Repository) -> None:
    (repository.folder / "notes.md").write_text(BAD, encoding="utf-8")
    repository.run("git", "add", "notes.md")
    assert "(no files to check)Skipped" in repository.commit().stdout


def test_a_commit_runs_no_loss(repository: Repository) -> None:
    trap = f"from pathlib import Path\n\nPath('ran').touch()\n{BAD}"
    assert repository.commit(losses=trap).returncode == 1
    assert not (repository.folder / "ran").exists()


def test_confirm_waits_for_the_manual_stage_and_says_what_it_needs(repository: Repository) -> None:
    (repository.folder / "losslint.toml").write_text(
        "[confirm]\npython = 'no-such-python'\n", encoding="utf-8"
    )
    assert "losslint, with" not in repository.commit(losses=BAD).stdout
    done = repository.pre_commit("run", "losslint-confirm", "--hook-stage", "manual", "--all-files")
    assert done.returncode == 1
    assert "losslint: about to import and run 1 loss from 1 file" in done.stdout
    assert "warning: nothing is confirmed: cannot start no-such-python" in done.stdout
    assert "[unconfirmed: " in done.stdout


@pytest.mark.tensorflow
def test_confirm_runs_losses_in_the_interpreter_of_the_project(repository: Repository) -> None:
    configured = f"[confirm]\npython = '{sys.executable}'\n"
    (repository.folder / "losslint.toml").write_text(configured, encoding="utf-8")
    repository.commit(losses=BAD)
    done = repository.pre_commit("run", "losslint-confirm", "--hook-stage", "manual", "--all-files")
    assert "[confirmed: measured degree 1]" in done.stdout, done.stdout


@pytest.mark.slow
def test_the_hook_installs_itself(repository: Repository) -> None:
    """From this checkout, into an environment that pre-commit makes: needs a package index."""
    (repository.folder / "losses.py").write_text(BAD, encoding="utf-8")
    repository.run("git", "add", "losses.py")
    done = repository.pre_commit("try-repo", str(ROOT), "losslint", "--all-files")
    assert done.returncode == 1, done.stdout
    assert "losses.py:5:12: LL101 " in done.stdout


def test_losslint_finds_nothing_in_losslint() -> None:
    """What is wrong on purpose is left out by the project's own configuration."""
    done = subprocess.run(
        [sys.executable, "-m", "losslint", "losslint", "rules", "tests", "benchmarks"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    assert done.stderr.startswith("nothing found; ")
