"""Names that astroid infers: from one module's text alone."""

from __future__ import annotations

import pytest
from astroid.manager import AstroidManager

from losslint.source.index import ModuleIndex
from losslint.source.inference import Constant, Located, infer
from losslint.source.text import SourceText, parse


def index_of(text: str) -> ModuleIndex:
    source = SourceText("own.py", text)
    return ModuleIndex(source.path, source.lines, parse(source))


def test_a_name_that_a_function_binds_globally() -> None:
    index = index_of("def configure():\n    global SIZE\n    SIZE = 32\n")
    assert infer(index, "SIZE") == Constant(32)


def test_a_function_that_a_with_block_binds() -> None:
    index = index_of("def real():\n    pass\n\nwith open('x') as f:\n    chosen = real\n")
    assert infer(index, "chosen") == Located("real")


@pytest.mark.parametrize(
    "star",
    [
        "from json.decoder import *\n",
        "try:\n    from json.decoder import *\nexcept ImportError:\n    pass\n",
        "é = 1; from json.decoder import *; x = 2\n",
        "from json.decoder import \\\n    *\n",
    ],
)
def test_no_other_module_is_looked_for(star: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found in the environment that losslint is installed in has no say, and costs seconds to read."""
    asked: list[str] = []
    monkeypatch.setattr(
        AstroidManager, "ast_from_module_name", lambda self, name, *_, **__: asked.append(name)
    )
    index = index_of(f"{star}def configure():\n    global SIZE\n    SIZE = 32\n")
    assert infer(index, "SIZE") == Constant(32)
    assert asked == []
