"""Configuration files: which one rules, what it inherits, and what is wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from commanding import Command

from losslint.config import (
    AnalysisSettings,
    ConfigError,
    Configuration,
    ConfirmSettings,
    Settings,
    command_line,
)


@pytest.fixture(autouse=True)
def in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def configuration(**options: object) -> Configuration:
    return Configuration(command_line({name.replace("_", "-"): value for name, value in options.items()}))


def settings(path: str = "a.py", **options: object) -> Settings:
    return configuration(**options).for_file(path)


def on(found: Settings, path: str, *codes: str) -> list[str]:
    return [code for code in codes if found.selects(code, os.path.abspath(path))]


def error_of(text: str, name: str = "losslint.toml") -> str:
    put(name, text)
    with pytest.raises(ConfigError) as caught:
        settings()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_a_file_everything_is_default() -> None:
    found = settings()
    assert found.analysis == AnalysisSettings()
    assert found.confirm == ConfirmSettings()
    assert found.value("output-format") is None
    assert on(found, "a.py", "LL101", "LL205") == ["LL101"]


def test_every_key() -> None:
    put("tables/mine.toml", "")
    put(
        "pyproject.toml",
        """
        [tool.losslint]
        select = ["LL1"]
        extend-select = ["LL205"]
        ignore = ["LL105"]
        per-file-ignores = { "tests/*" = ["LL101"], "!src/" = ["LL102"] }
        exclude = ["old"]
        extend-exclude = ["gen/*.py"]
        loss-names = ["*_regret"]
        not-losses = ["plot_*"]
        batch-arguments = ["rays"]
        other-arguments = ["grid"]
        ops = ["tables/mine.toml"]
        output-format = "json"
        statistics = true
        exit-zero = true
        color = "never"

        [tool.losslint.confirm]
        python = ".venv/bin/python"
        batch-sizes = [4, 8]
        timeout = 2.5
        memory-mb = 512
        inputs = { "losses.py::focal" = "y_true=(N,4):real" }
        """,
    )
    found = settings("src/a.py")
    assert found.analysis == AnalysisSettings(
        ("*_regret",), ("plot_*",), ("rays",), ("grid",), (Path.cwd() / "tables/mine.toml",)
    )
    assert found.confirm == ConfirmSettings(
        ".venv/bin/python", (4, 8), 2.5, 512, (("losses.py::focal", "y_true=(N,4):real"),)
    )
    assert [found.value(key) for key in ("output-format", "statistics", "exit-zero", "color")] == [
        "json",
        True,
        True,
        "never",
    ]
    assert on(found, "src/a.py", "LL101", "LL102", "LL105", "LL201", "LL205") == ["LL101", "LL102", "LL205"]
    assert on(found, "tests/a.py", "LL101", "LL102", "LL103") == ["LL103"]
    assert found.excluded.matches_entry(os.path.abspath("x/old"), is_directory=True)
    assert found.excluded.matches_entry(os.path.abspath("gen/a.py"), is_directory=False)
    assert not found.excluded.matches_entry(os.path.abspath("build"), is_directory=True)


def test_the_closest_file_rules_alone() -> None:
    put("losslint.toml", 'select = ["LL1"]\nloss-names = ["outer"]')
    put("pkg/pyproject.toml", '[tool.losslint]\nignore = ["LL101"]')
    put("pkg/sub/pyproject.toml", '[project]\nname = "says nothing to losslint"')
    found = configuration()
    assert found.for_file("a.py").analysis.loss_names == ("outer",)
    assert found.for_file("pkg/sub/deep/a.py").analysis.loss_names == ()
    assert on(found.for_file("pkg/sub/a.py"), "pkg/sub/a.py", "LL101", "LL201") == ["LL201"]


def test_in_one_directory_the_hidden_file_goes_first_and_pyproject_last() -> None:
    put("pyproject.toml", '[tool.losslint]\nloss-names = ["pyproject"]')
    assert settings().analysis.loss_names == ("pyproject",)
    put("losslint.toml", 'loss-names = ["plain"]')
    assert settings().analysis.loss_names == ("plain",)
    put(".losslint.toml", 'loss-names = ["hidden"]')
    assert settings().analysis.loss_names == ("hidden",)


def test_extend_inherits_and_overrides() -> None:
    put("shared/base.toml", 'extend = "root.toml"\nignore = ["LL101"]\nextend-exclude = ["vendored/x.py"]')
    put(
        "shared/root.toml",
        'loss-names = ["root"]\nnot-losses = ["root"]\n[confirm]\ntimeout = 9\nmemory-mb = 1',
    )
    put(
        "losslint.toml",
        'extend = "shared/base.toml"\nignore = ["LL102"]\nnot-losses = ["mine"]\n'
        'extend-exclude = ["other/y.py"]\n'
        "[confirm]\ntimeout = 1",
    )
    found = settings()
    assert on(found, "a.py", "LL101", "LL102", "LL103") == ["LL103"]
    assert (found.analysis.loss_names, found.analysis.not_losses) == (("root",), ("mine",))
    assert (found.confirm.timeout, found.confirm.memory_mb) == (1, 1)
    for path in ("shared/vendored/x.py", "other/y.py"):
        assert found.excluded.matches_entry(os.path.abspath(path), is_directory=False)


def test_the_command_line_is_strongest() -> None:
    put("losslint.toml", 'select = ["LL1"]\noutput-format = "json"\nexclude = ["a"]')
    found = settings(
        select=["LL2"], output_format="github", exclude=["b"], per_file_ignores={"a.py": ["LL201"]}
    )
    assert on(found, "a.py", "LL101", "LL201", "LL202") == ["LL202"]
    assert found.value("output-format") == "github"
    assert found.origin_of("output-format").origin == "command line"
    assert not found.excluded.matches_entry(os.path.abspath("a"), is_directory=True)


def test_isolated_and_named_configuration() -> None:
    put("losslint.toml", 'loss-names = ["found"]')
    put("ci/strict.toml", 'loss-names = ["named"]\nextend-exclude = ["gen/*"]')
    none = command_line({})
    assert Configuration(none, isolated=True).for_file("a.py").analysis.loss_names == ()
    named = Configuration(none, only="ci/strict.toml").for_file("deep/a.py")
    assert named.analysis.loss_names == ("named",)
    assert named.excluded.matches_entry(os.path.abspath("ci/gen/a.py"), is_directory=False)
    with pytest.raises(ConfigError, match=r"missing\.toml: cannot be read: no such file"):
        Configuration(none, only="missing.toml")


def test_one_object_for_the_same_settings() -> None:
    found = configuration()
    assert found.for_file("a/b.py") is found.for_file("c/d.py")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("slect = ['LL1']", "losslint.toml: unknown key 'slect'; did you mean 'select'?"),
        ("nonsense_entirely = 1", "unknown key 'nonsense_entirely'"),
        ("loss_names = []", "did you mean 'loss-names'?"),
        ("select = ['LL999']", "select: unknown rule code 'LL999'"),
        ("select = 'LL1'", "select: expected a list of strings, not 'LL1'"),
        ("ignore = [1]", "ignore: expected a list of strings"),
        ("per-file-ignores = ['LL1']", "per-file-ignores: expected a table"),
        ("per-file-ignores = {'a.py' = ['LL777']}", "unknown rule code 'LL777'"),
        ("statistics = 1", "statistics: expected true or false, not 1"),
        (
            "output-format = 'jsn'",
            "'jsn' is none of full, concise, json, json-lines, sarif, github, gitlab, junit, rdjson; "
            "did you mean 'json'?",
        ),
        ("confirm = 1", "confirm: expected a table"),
        ("[confirm]\ntimeouts = 1", "confirm: unknown key 'timeouts'; did you mean 'timeout'?"),
        ("[confirm]\ntimeout = 0", "timeout: expected a number above zero"),
        ("[confirm]\nbatch-sizes = [4]", "batch-sizes: expected two or more different positive integers"),
        ("[confirm]\nmemory-mb = true", "memory-mb: expected an integer above zero"),
        ("ops = ['gone.toml']", "'ops' names gone.toml, which is no file"),
        ("extend = 3", "'extend' is the path of a configuration file, not 3"),
        ("extend = 'gone.toml'", "gone.toml: cannot be read: no such file"),
        ("extend = 'losslint.toml'", "losslint.toml: extends itself"),
        ("select = [", "losslint.toml: not valid TOML: "),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, says: str) -> None:
    assert says in error_of(text)


def test_broken_toml_is_placed() -> None:
    assert "line 2, column 10" in error_of('loss-names = ["a"]\nselect = @')
    put("losslint.toml", "")
    Path("losslint.toml").write_bytes(b'\n\nloss-names = ["\xff"]')
    with pytest.raises(ConfigError, match=r"losslint\.toml:3: not valid TOML: not UTF-8"):
        settings()


@pytest.mark.parametrize("text", ["[tool]\nlosslint = 3", "tool = 3 # losslint", "[tool.losslint\n"])
def test_odd_pyproject_files(text: str) -> None:
    put("pyproject.toml", text)
    try:
        assert settings().analysis == AnalysisSettings()
    except ConfigError as error:
        assert str(error).startswith("pyproject.toml: ")


def test_a_bad_option_names_the_option() -> None:
    with pytest.raises(ConfigError, match="--select: unknown rule code 'LL999'"):
        command_line({"select": ["LL999"]})


def test_what_extends_itself_says_through_what() -> None:
    put("losslint.toml", 'extend = "b/b.toml"')
    put("b/b.toml", 'extend = "../c.toml"')
    put("c.toml", 'extend = "./b/../losslint.toml"')
    with pytest.raises(ConfigError, match=r"^losslint\.toml: extends itself through b/b\.toml, c\.toml$"):
        Configuration(command_line({})).for_file("a.py")


def test_a_long_way_of_extending_is_followed() -> None:
    for number in range(1500):
        put(f"{number}.toml", f'extend = "{number + 1}.toml"\nextend-exclude = ["gen{number}"]')
    put("1500.toml", 'ignore = ["LL101"]\nnot-losses = ["first"]')
    settings = Configuration(command_line({}), only="0.toml").for_file("a.py")
    assert not settings.selection.selects("LL101")
    assert settings.origin_of("not-losses").origin == "1500.toml"
    assert settings.excluded.names >= {"gen0", "gen1499"}


@pytest.mark.parametrize(
    ("arguments", "code", "closest"),
    [
        (["check", "--select", "LL1011"], "LL1011", "'LL101'"),
        (["check", "--extend-select", "ll1O1"], "ll1O1", "'LL101'"),
        (
            ["check", "--ignore", "mean-of-batch-sum"],
            "mean-of-batch-sum",
            "'LL108', which is mean-of-batch-sum",
        ),
        (["check", "--per-file-ignores", "a.py:LL1011"], "LL1011", "'LL101'"),
        (["config", "--select", "LL1011"], "LL1011", "'LL101'"),
        (["rule", "LL1011"], "LL1011", "'LL101'"),
        (["rule", "mean-of-batch-sum"], "mean-of-batch-sum", "'LL108', which is mean-of-batch-sum"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_options_name_the_closest_code(
    arguments: list[str], code: str, closest: str, command: Command
) -> None:
    outcome = command(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert f"unknown rule code {code!r}; did you mean {closest}?" in outcome.err


@pytest.mark.parametrize("comment", ["# noqa: E501, LL1011", "# losslint: ignore[LL1011] why"])
def test_comments_name_the_closest_code(comment: str, command: Command) -> None:
    put("a.py", f"x = 1  {comment}\n")
    outcome = command("check", "a.py")
    assert outcome.status == 0
    assert outcome.err.startswith("warning: a.py:1:8: unknown rule code 'LL1011'; did you mean 'LL101'?\n")


@pytest.mark.parametrize(
    ("table", "meant"),
    [
        ("loslint", True),
        ("loss-lint", True),
        ("Losslint", True),
        ("losslnt.confirm", True),
        ('"lossslint"', True),
        ("pylint", False),
        ("flake8", False),
        ("lossless", False),
        ("lint", False),
    ],
)
def test_a_table_that_is_almost_ours_is_a_warning(table: str, meant: bool, command: Command) -> None:
    put("pyproject.toml", f"[project]\nname = 'losslint-user'\n\n[tool.{table}]\nselect = []\n")
    put("a.py", "x = 1\n")
    put("b.py", "x = 1\n")
    outcome = command(".")
    assert outcome.status == 0
    name = table.strip('"').partition(".")[0]
    warning = f"warning: pyproject.toml: nobody reads [tool.{name}]; did you mean [tool.losslint]?\n"
    assert outcome.err.count(warning) == (1 if meant else 0)
    assert ("did you mean" in outcome.err) == meant


def test_a_table_that_is_ours_needs_no_guess(command: Command) -> None:
    put("pyproject.toml", "[tool.loslint]\n\n[tool.losslint]\n")
    put("a.py", "x = 1\n")
    assert "did you mean" not in command(".").err
