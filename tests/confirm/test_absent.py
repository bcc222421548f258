"""Packages that are not installed: what stands in for them may be named, but not computed with."""

from __future__ import annotations

import sys
import textwrap

import pytest

from losslint.confirm.worker import importing, objects
from losslint.confirm.worker.errors import Unsupported


def load(folder, files, module="losses"):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    path = folder.joinpath(*module.split(".")).with_suffix(".py")
    request = {"path": str(path), "module": module, "roots": [str(folder)], "qualname": ""}
    importer = importing.Importer()
    importer.turn_to(request["roots"])
    before = dict(sys.modules), list(sys.path)
    try:
        return importer.module(request)
    finally:
        for name in set(sys.modules) - set(before[0]):
            del sys.modules[name]
        sys.path[:] = before[1]


def test_a_module_is_had_without_what_is_not_installed(tmp_path):
    loaded = load(
        tmp_path,
        {
            "losses.py": """
            import nobody_has_this.deep as deep
            from nobody_has_this import register, Base
            from nor_this import *
            LOG = deep.getLogger(__name__)
            @register("loss", weight=2)
            @register
            def loss(y): return y + 1
            class Loss(Base):
                @register.wrapped
                def call(self, y: Base["n"] | None): return y
            def needs(y): return deep.special(y)
            def weighs(y): return y * deep.WEIGHT
            """
        },
    )
    assert loaded.origin == "module, with stand-ins"
    assert loaded.notes == [
        "imported without nobody_has_this, which is not installed",
        "imported without nor_this, which is not installed",
    ]
    assert loaded.namespace["loss"](1) == 2 and loaded.namespace["Loss"]().call(3) == 3
    for name in ("needs", "weighs"):
        with pytest.raises(Unsupported, match=r"it needs nobody_has_this\.deep\.\w+, which is not installed"):
            loaded.namespace[name](1.0)
    assert "nobody_has_this" not in sys.modules


def test_code_that_has_an_answer_to_a_missing_package_gives_it(tmp_path):
    loaded = load(
        tmp_path,
        {
            "losses.py": """
            import needed_by_nobody
            try:
                import nobody_has_this as array
            except (ImportError, AttributeError):
                import math as array
            loss = array.sqrt
            """
        },
    )
    assert loaded.namespace["loss"](4.0) == 2.0


def test_only_the_imports_of_the_project_get_stand_ins(tmp_path, monkeypatch):
    """What is installed asks for packages as well, to see whether they are there."""
    (tmp_path / "installed").mkdir()
    (tmp_path / "installed" / "helper.py").write_text("def probe():\n    import nobody_has_this\n")
    monkeypatch.syspath_prepend(tmp_path / "installed")
    loaded = load(
        tmp_path / "project",
        {
            "losses.py": """
            import importlib.util, helper, needed_by_nobody
            there = importlib.util.find_spec("nobody_has_this")
            try:
                helper.probe()
            except ImportError:
                there = "no"
            """
        },
    )
    assert loaded.namespace["there"] == "no"
    loaded = load(
        tmp_path / "other",
        {"losses.py": "import importlib.util, no_one\nthere = importlib.util.find_spec('nor_this')"},
    )
    assert loaded.namespace["there"] is None


def test_a_package_whose_start_fails_still_has_its_modules(tmp_path):
    files = {
        "pkg/__init__.py": "from . import training\nraise SystemExit('usage: pkg')",
        "pkg/training.py": "RATE = 0.1\nopen('no such file')",
        "pkg/losses.py": "from .training import RATE\ndef loss(y): return RATE * y",
    }
    loaded = load(tmp_path, files, "pkg.losses")
    assert loaded.namespace["loss"](2.0) == 0.2
    assert [note.partition(" could")[0] for note in loaded.notes] == ["pkg.training", "pkg"]


def test_a_module_that_fails_itself_is_not_half_a_module(tmp_path):
    with pytest.raises(ZeroDivisionError):
        load(tmp_path, {"losses.py": "import nobody_has_this\ndef loss(y): return y\n1 / 0"})


def test_an_abstract_class_is_run_as_what_makes_it_concrete(tmp_path):
    source = """
    import abc
    class Base(abc.ABC):
        @abc.abstractmethod
        def distance(self, y): ...
        def call(self, y): return self.distance(y)
    class Middle(Base): pass
    class Squared(Middle):
        def __init__(self, power): self.power = power
        def distance(self, y): return y ** self.power
    """
    path = tmp_path / "losses.py"
    path.write_text(textwrap.dedent(source))
    request = {
        "source": textwrap.dedent(source),
        "qualname": "Base.call",
        "arguments": {"given": {"power": 3}},
    }
    found = objects.find(importing.Importer(), request)
    assert found.function(2) == 8
    assert found.notes == ["Base is abstract: an instance of Squared was run"]


def test_a_module_that_came_along_is_known_to_have_stand_ins(tmp_path):
    (tmp_path / "helpers.py").write_text("import nobody_has_this\ndef loss(y): return y\n")
    (tmp_path / "losses.py").write_text("from helpers import loss\nimport nor_this\n")
    importer = importing.Importer()
    before = set(sys.modules), list(sys.path)
    try:
        origins = [
            importer.module(
                {"path": str(tmp_path / f"{name}.py"), "module": name, "roots": [str(tmp_path)]}
            ).origin
            for name in ("losses", "helpers")
        ]
    finally:
        for name in set(sys.modules) - before[0]:
            del sys.modules[name]
        sys.path[:] = before[1]
    assert origins == ["module, with stand-ins"] * 2
