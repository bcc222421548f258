"""Which Python runs the losses."""

from __future__ import annotations

import sys

import pytest

from losslint.confirm.interpreter import choose_python


@pytest.fixture
def environments(tmp_path):
    for name in ("active", "conda", "project/.venv"):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin" / "python").touch()
    return tmp_path


def test_what_is_given_wins_as_interpreter_or_as_environment(environments):
    active = {"VIRTUAL_ENV": str(environments / "active")}
    assert choose_python("/usr/bin/python3", environment=active) == "/usr/bin/python3"
    assert choose_python(str(environments / "conda"), environment=active) == str(
        environments / "conda/bin/python"
    )


def test_the_active_environment_then_conda_then_the_project(environments):
    active, conda = str(environments / "active"), str(environments / "conda")
    project = environments / "project"
    both = {"VIRTUAL_ENV": active, "CONDA_PREFIX": conda}
    assert choose_python(None, beside=[project], environment=both) == f"{active}/bin/python"
    assert choose_python(None, beside=[project], environment={"CONDA_PREFIX": conda}) == f"{conda}/bin/python"
    assert choose_python(None, beside=[project], environment={}) == str(project / ".venv/bin/python")


def test_the_environment_of_losslint_itself_is_not_the_users(environments):
    hook = {"VIRTUAL_ENV": sys.prefix}
    project = environments / "project"
    assert choose_python(None, beside=[project], environment=hook) == str(project / ".venv/bin/python")
    assert choose_python(None, environment=hook) == sys.executable


def test_the_first_environment_that_lies_beside_a_project_counts(environments):
    places = [environments / "nowhere", environments / "project", environments]
    assert choose_python(None, beside=places, environment={}) == str(
        environments / "project/.venv/bin/python"
    )
