"""Which functions a file holds, and how the file is imported."""

from __future__ import annotations

import ast
import textwrap

from losslint.confirm.locate import candidates, place_of, project_of

SOURCE = textwrap.dedent(
    """
    def mse(y_true, y_pred): return 0
    def helper(a): return a
    def make_loss(gamma):
        def inner(y_true, y_pred): return gamma
        return inner
    class FocalLoss(keras.losses.Loss):
        def call(self, labels, outputs): return 0
        def get_config(self): return {}
    class Accuracy(Metric):
        def update_state(self, y, p): pass
    short_loss = lambda y_true, y_pred: 0
    """
)


def test_every_function_has_its_qualified_name_and_line():
    found = {c.qualname: c.line for c in candidates(ast.parse(SOURCE))}
    assert found["make_loss.<locals>.inner"] == 5
    assert found["FocalLoss.call"] == 8
    assert found["short_loss"] == 12


def test_a_file_in_a_package_is_imported_as_its_module(tmp_path):
    package = tmp_path / "src" / "project" / "losses"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    (package / "dice.py").touch()
    place = place_of(package / "dice.py", [tmp_path])
    assert place.name == "project.losses.dice"
    assert place.roots == (str(tmp_path / "src"), str(tmp_path))
    assert place_of(package / "__init__.py").name == "project.losses"


def test_a_lone_file_is_its_own_module(tmp_path):
    (tmp_path / "train.py").touch()
    assert place_of(tmp_path / "train.py").name == "train"


def test_what_the_project_holds_can_be_imported_from_its_scripts(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    for folder in ("src/project", "scripts/more"):
        (tmp_path / folder).mkdir(parents=True)
    script = tmp_path / "scripts" / "more" / "train.py"
    root = project_of(script)
    assert root == tmp_path
    assert place_of(script, [root]).roots == (str(script.parent), str(tmp_path), str(tmp_path / "src"))
