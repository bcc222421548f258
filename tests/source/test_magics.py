"""What IPython takes out of a cell is taken out, and nothing else is."""

from __future__ import annotations

import ast

import pytest

from losslint.source.magics import python_of


def shown(cell: str) -> str:
    return "".join(part.text for part in python_of(cell))


@pytest.mark.parametrize(
    "cell",
    [
        "x = 1\n",
        "x = (a\n     % b)\n",
        "x = '''\n%matplotlib inline\n!ls\nwhat?\n'''\n",
        'x = """\n!ls "\n""" % y\n',
        "x = 5 \\\n  % 3\n",
        "y = a != b\nz = 'really?'\n",
        "# why?\nx = 1  # what?\n",
        "f = [\n    1,\n    # so?\n    2,\n]\n",
        "x = f'{d[\"?\"]}'\n",
        "def f(a,\n      /, b):\n    return a\n",
    ],
)
def test_python_stays_as_it_is(cell: str) -> None:
    assert shown(cell) == cell
    (part,) = python_of(cell)
    assert part.at == 0


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1\n", "pass\nx = 1\n"),
        ("!pip install \\\n  keras 'it\nx = 1", "pass\nx = 1"),
        ("if x:\n    !ls (\n    y = 1", "if x:\n    pass\n    y = 1"),
        ("files = !ls *.py\nx = 1", "files = get_ipython()\nx = 1"),
        ("a, b = %magic 'x\n", "a, b = get_ipython()\n"),
        ("?tf.reduce_sum\ntf.reduce_sum??\nobj.f?\n", "pass\npass\npass\n"),
        ("%time y = f(\n  1)\nz = 2", "y = f(\n  1)\nz = 2"),
        ("%time\n", "pass\n"),
        ("%timeit -n 1 f(x)\n", "pass\n"),
        ("x = '''a\n''' \n!ls\n", "x = '''a\n''' \npass\n"),
        ("%%time\nx = 1\n", "x = 1\n"),
        ("\n%%capture out\nx = 1\n", "x = 1\n"),
        ("%%time\n!ls\n", "pass\n"),
        ("  x = 1\n  y = 2\n", "x = 1\ny = 2\n"),
        ("  %cd x\n  y = 2\n", "pass\ny = 2\n"),
        ("!ls\r\nx = 1\r\n", "pass\r\nx = 1\r\n"),
    ],
)
def test_what_ipython_takes_out(cell: str, python: str) -> None:
    assert shown(cell) == python
    ast.parse(python)
    for part in python_of(cell):
        if part.at is not None:
            assert cell.startswith(part.text, part.at)


@pytest.mark.parametrize(
    "magic", ["bash", "html", "javascript", "writefile x.py", "script perl", "R", "sql", ""]
)
def test_cells_of_other_languages_hold_no_python(magic: str) -> None:
    assert python_of(f"%%{magic}\nx = 1\n") == ()


def test_an_empty_cell_holds_no_python() -> None:
    assert python_of("") == python_of("\n \n") == ()
