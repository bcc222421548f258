"""What is kept is given back only while it would be found again: byte for byte the same, with and without."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import projects
import pytest
from projects import check, places

from losslint.run import Mending
from losslint.source import witness


def all_of(finished: object) -> object:
    """Everything that a run says."""
    return repr(finished)


@pytest.fixture
def cache(project: Path, checks: Counter[str]) -> Path:
    """A cache that knows the project, before which nothing was counted."""
    directory = project / ".losslint_cache"
    check(cache=directory)
    checks.clear()
    return directory


def test_a_warm_run_says_the_same_and_checks_nothing(cache: Path, checks: Counter[str]) -> None:
    warm = check(cache=cache)
    assert not checks
    assert all_of(warm) == all_of(check())
    assert places(warm) == [
        ("kit/broken.py", 2, "LL001"),
        ("kit/first_loss.py", 6, "LL102"),
        ("kit/own_loss.py", 5, "LL101"),
        ("kit/second_loss.py", 6, "LL102"),
        ("kit/unused.py", 1, "LL002"),
    ]
    assert warm.skipped == {"skip-file comment": 1, "no words of a loss": 4}
    assert len(warm.warnings) == 1
    assert len(warm.losses) == warm.loss_count == 3


def test_losses_are_counted_where_they_are_not_wanted(cache: Path, checks: Counter[str]) -> None:
    warm = check(cache=cache, losses=False)
    assert (warm.losses, warm.loss_count) == ((), 3)
    assert not checks


DEPENDENTS = {"kit/first_loss.py", "kit/second_loss.py"}


@pytest.mark.parametrize(
    ("file", "text", "again"),
    [
        ("kit/quiet.py", "X = [1, 2]\n", {"kit/quiet.py"}),
        # Through another module, which has not changed itself:
        (
            "kit/sums.py",
            "import tensorflow as tf\n\n\ndef total(x):\n    return tf.reduce_mean(x)\n",
            {"kit/sums.py", *DEPENDENTS},
        ),
        # A module that shadows one which is not the project's, in a root that comes first:
        ("tensorflow.py", "def reduce_sum(x):\n    return 1.0\n", {"tensorflow.py"}),
        # The folder is no package any more: imports lead elsewhere.
        ("kit/__init__.py", None, set(projects.FILES) - {"pyproject.toml", "kit/__init__.py"}),
        # The root of the project moves: modules are looked for in other places.
        ("kit/setup.py", "", {"kit/setup.py"}),
    ],
    ids=["itself", "dependency", "shadow", "no-package", "marker"],
)
def test_what_depends_on_a_change_is_checked_again(
    file: str, text: str | None, again: set[str], cache: Path, project: Path, checks: Counter[str]
) -> None:
    if text is None:
        (project / file).unlink()
    else:
        (project / file).write_text(text, encoding="utf-8")
    warm = check(cache=cache)
    assert set(checks) >= again
    assert all_of(warm) == all_of(check())


def test_only_what_depends_on_a_change_is_checked_again(
    cache: Path, project: Path, checks: Counter[str]
) -> None:
    (project / "kit" / "sums.py").write_text("def total(x):\n    return x\n", encoding="utf-8")
    check(cache=cache)
    assert set(checks) == {"kit/sums.py", *DEPENDENTS}


def test_a_module_that_appears_is_noticed(project: Path, checks: Counter[str]) -> None:
    (project / "kit" / "late.py").write_text(
        "from . import helpers\n\n\ndef loss(y_true, y_pred):\n    return helpers.total(y_true - y_pred)\n",
        encoding="utf-8",
    )
    cache = project / "c"
    before = check(cache=cache)
    (project / "kit" / "helpers.py").write_text(
        "import tensorflow as tf\n\n\ndef total(x):\n    return tf.reduce_sum(x)\n", encoding="utf-8"
    )
    checks.clear()
    after = check(cache=cache)
    assert "kit/late.py" in checks
    assert all_of(after) == all_of(check())
    degrees = [
        {loss.qualname: loss.degree for loss in run.losses if "late" in loss.path} for run in (before, after)
    ]
    assert degrees == [{"loss": "unknown"}, {"loss": "1"}]


def test_a_module_that_moves_is_noticed(cache: Path, project: Path, checks: Counter[str]) -> None:
    """The same content under the same name in another place: what it imports may be other things."""
    package = project / "kit" / "middle"
    package.mkdir()
    (project / "kit" / "middle.py").rename(package / "__init__.py")
    warm = check(cache=cache)
    assert set(checks) >= DEPENDENTS
    assert all_of(warm) == all_of(check())


def test_a_change_back_needs_no_second_look_at_the_content(
    cache: Path, project: Path, checks: Counter[str]
) -> None:
    for path in project.rglob("*.py"):
        path.write_bytes(path.read_bytes())
        os.utime(path)
    assert all_of(check(cache=cache)) == all_of(check())
    checks.clear()
    check(cache=cache)
    assert not checks


def test_a_file_changed_within_the_clocks_resolution(
    project: Path, checks: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same size, same times: what has just changed is not trusted by its looks."""
    monkeypatch.setattr(witness, "SETTLED_NS", 10**10)
    cache = project / "c"
    file = project / "kit" / "own_loss.py"
    check(cache=cache)
    before = file.stat()
    file.write_text(file.read_text(encoding="utf-8").replace("reduce_sum", "reduce_max"), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    checks.clear()
    warm = check(cache=cache)
    assert checks == {"kit/own_loss.py": 1}
    assert ("kit/own_loss.py", 5, "LL101") not in places(warm)


def test_settings_that_matter_have_results_of_their_own(cache: Path, checks: Counter[str]) -> None:
    for options in (
        {"ignore": ["LL102"]},
        {"loss-names": ["total"]},
        {"per-file-ignores": {"kit/own*": ["LL1"]}},
    ):
        assert all_of(check(cache=cache, options=options)) == all_of(check(options=options))
    checks.clear()
    check(cache=cache, options={"ignore": ["LL102"]})
    check(cache=cache, options={"color": "never", "output-format": "json"})
    assert not checks


def test_a_table_of_operations_is_part_of_the_settings(project: Path) -> None:
    cache = project / "c"
    (project / "kit" / "own_loss.py").write_text(
        "import ourlib\n\n\ndef loss(y_true, y_pred):\n    return ourlib.total(y_true - y_pred)\n",
        encoding="utf-8",
    )
    head = (
        'framework = "ours"\n[[ops]]\nkind = "reduce"\nsignature = "x, axis=None"\nnames = ["ourlib.total"]\n'
    )
    found = []
    for how in ("sum", "mean"):
        (project / "ours.toml").write_text(f'{head}how = "{how}"\n', encoding="utf-8")
        from losslint import engine

        engine._table.cache_clear()
        finished = check("kit/own_loss.py", cache=cache, options={"ops": ["ours.toml"]})
        found.append([loss.degree for loss in finished.losses])
    assert found == [["1"], ["0"]]


def test_fixes_are_kept_for_those_who_ask(cache: Path, checks: Counter[str]) -> None:
    first = check(cache=cache, mending=Mending())
    assert set(checks) == {"kit/broken.py", "kit/own_loss.py", "kit/unused.py", *DEPENDENTS}
    assert any(finding.fix for finding in first.findings)
    checks.clear()
    assert all_of(check(cache=cache, mending=Mending())) == all_of(first)
    assert not checks
    plain = check(cache=cache)
    assert not checks
    assert all_of(plain) == all_of(check())


def test_what_is_mended_is_checked_again(cache: Path, checks: Counter[str]) -> None:
    changed = check(cache=cache, mending=Mending(apply=True))
    assert [change.path for change in changed.changes] == [
        change.path for change in check(mending=Mending(apply=True)).changes
    ]
    assert changed.changes


def test_results_move_with_the_working_directory(
    cache: Path, project: Path, checks: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "kit")
    warm = check(cache=cache)
    assert not checks
    assert all_of(warm) == all_of(check())
    assert ("own_loss.py", 5, "LL101") in places(warm)


def test_results_move_with_the_project(
    cache: Path, project: Path, checks: Counter[str], tmp_path: Path
) -> None:
    """As when a cache is restored on another machine: other places, other times, same content."""
    moved = tmp_path / "elsewhere"
    project.rename(moved)
    os.chdir(moved)
    for path in moved.rglob("*.py"):
        os.utime(path, (1, 1))
    warm = check(cache=moved / ".losslint_cache")
    assert not checks
    assert all_of(warm) == all_of(check())


def test_another_losslint_knows_nothing_of_it(
    cache: Path, checks: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from losslint.cache import kept

    monkeypatch.setattr(kept, "fingerprint", lambda directory: "another version")
    check(cache=cache)
    assert len(checks) == len(projects.FILES) - 1


def test_errors_are_not_kept(project: Path, checks: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from losslint import engine

    cache = project / "c"
    with monkeypatch.context() as broken:
        broken.setattr(engine, "check_source", lambda *_, **__: 1 / 0)
        assert check("kit/own_loss.py", cache=cache).errors
    checks.clear()
    assert places(check("kit/own_loss.py", cache=cache)) == [("kit/own_loss.py", 5, "LL101")]
    assert checks == {"kit/own_loss.py": 1}


def test_files_that_are_gone_are_forgotten(cache: Path, project: Path) -> None:
    """And what other files of the directory said is still known when one of them is checked."""
    (project / "kit" / "quiet.py").unlink()
    (project / "kit" / "own_loss.py").write_text("x = 1\n", encoding="utf-8")
    check("kit/own_loss.py", cache=cache)
    content = b"".join(path.read_bytes() for path in cache.glob("*.kept"))
    assert b"quiet.py" not in content
    assert b"first_loss.py" in content


def test_order_makes_no_difference(project: Path) -> None:
    files = sorted(name for name in projects.FILES if name.endswith(".py"))
    expected = all_of(check())
    for number, order in enumerate((files, files[::-1], files[3:] + files[:3])):
        cache = project / f"c{number}"
        assert all_of(check(*order, cache=cache)) == expected
        assert all_of(check(*order[::-1], cache=cache)) == expected
