"""What the editor says is read key by key; what is wrong in it costs only itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from losslint.lsp.settings import KEYS, EditorSettings, Project, Projects, read_settings


def test_defaults() -> None:
    settings = EditorSettings()
    assert settings.value("inlayHints") is True
    assert settings.value("unsafeFixes") is False
    assert settings.value("delay") == 200


def test_both_spellings_and_the_section() -> None:
    assert read_settings({"unsafeFixes": True}).value("unsafeFixes") is True
    assert read_settings({"unsafe-fixes": True}).value("unsafeFixes") is True
    assert read_settings({"losslint": {"extendSelect": ["ll205"]}}).value("extendSelect") == ("LL205",)


def test_null_is_a_default_and_nonsense_is_nothing() -> None:
    assert read_settings({"python": None}).value("python") is None
    for nonsense in (None, 3, [1], "x"):
        assert read_settings(nonsense) == EditorSettings()


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"inlayHint": True}, "unknown setting losslint.inlayHint; did you mean 'inlayHints'?"),
        ({"delay": -1}, "setting losslint.delay: expected a number of milliseconds, not -1"),
        ({"select": ["LL999"]}, "setting losslint.select: unknown rule code 'LL999'"),
    ],
)
def test_what_is_wrong_is_told_and_the_rest_holds(given: dict[str, object], problem: str) -> None:
    settings = read_settings({**given, "unsafeFixes": True})
    assert settings.value("unsafeFixes") is True
    (told,) = settings.problems
    assert told.startswith(problem)


def test_every_key_says_what_it_does() -> None:
    assert all(key.help for key in KEYS.values())


def test_the_innermost_folder_rules(tmp_path: Path) -> None:
    projects = Projects()
    outer, inner = str(tmp_path), str(tmp_path / "inner")
    projects.open([outer, inner])
    projects.configure(inner, {"inlayHints": False})
    assert projects.of(f"{inner}/a.py").root == inner
    assert projects.of(f"{outer}/inner-not/a.py").root == outer
    assert projects.of("/elsewhere/a.py").root is None
    assert projects.of(f"{outer}/a.py").editor.value("inlayHints") is True
    assert projects.of(f"{inner}/a.py").editor.value("inlayHints") is False


def test_the_editor_is_stronger_than_files(tmp_path: Path) -> None:
    (tmp_path / "losslint.toml").write_text('ignore = ["LL101"]\n', encoding="utf-8")
    path = str(tmp_path / "a.py")
    plain, problem = Project(str(tmp_path), EditorSettings()).settings_for(path)
    assert problem is None and not plain.selects("LL101", path)
    chosen, _ = Project(str(tmp_path), read_settings({"select": ["LL101"]})).settings_for(path)
    assert chosen.selects("LL101", path)
    alone, _ = Project(str(tmp_path), read_settings({"isolated": True})).settings_for(path)
    assert alone.selects("LL101", path)


def test_a_broken_file_is_a_problem_and_no_stop(tmp_path: Path) -> None:
    (tmp_path / "losslint.toml").write_text("ignore = [\n", encoding="utf-8")
    project = Project(str(tmp_path), EditorSettings())
    settings, problem = project.settings_for(str(tmp_path / "a.py"))
    assert problem is not None and "not valid TOML" in str(problem)
    assert settings.selects("LL101", str(tmp_path / "a.py"))
    (tmp_path / "losslint.toml").write_text("", encoding="utf-8")
    project.forget()
    assert project.settings_for(str(tmp_path / "a.py"))[1] is None


def test_what_a_run_leaves_out_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "losslint.toml").write_text('extend-exclude = ["generated/*.py"]\n', encoding="utf-8")
    project = Project(str(tmp_path / "build"), EditorSettings())  # the root's own name is not asked about
    assert not _leaves_out(project, tmp_path / "build" / "a.py")
    project = Project(str(tmp_path), EditorSettings())
    assert _leaves_out(project, tmp_path / ".venv" / "lib" / "a.py")
    assert _leaves_out(project, tmp_path / "generated" / "a.py")
    assert not _leaves_out(project, tmp_path / "src" / "a.py")
    loose = Project(None, EditorSettings())
    assert _leaves_out(loose, tmp_path / "lib" / "site-packages" / "keras" / "a.py")
    assert not _leaves_out(loose, tmp_path / "build" / "a.py")


def _leaves_out(project: Project, path: Path) -> bool:
    return project.leaves_out(str(path), project.settings_for(str(path))[0])
