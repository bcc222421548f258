"""A notebook is one module with a map back, and an edit changes the strings it touches and no other byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebooks import code, notebook, text

from losslint.model import Span
from losslint.source.notebook import Notebook, read_notebook
from losslint.source.text import EditRefused, OtherLanguage, ParseFailure, decode_source, parse


def read(document: str) -> Notebook:
    source = decode_source(document.encode(), path="a.ipynb")
    assert isinstance(source, Notebook)
    return source


def test_what_does_not_parse_is_blank_and_keeps_its_place() -> None:
    source = read(notebook("x = 1", "y = = 2\nz =\n", "x = 3", "if x:"))
    assert (
        source.text == "x = 1\npass\n" + " " * 7 + "\n" + " " * 3 + "\npass\nx = 3\npass\n" + " " * 5 + "\n"
    )
    assert [(failure.line, failure.column) for failure in source.failures] == [(3, 5), (8, 6)]
    assert [source.in_cell(Span(f.line, f.column, f.line, f.column + 1)).cell for f in source.failures] == [
        2,
        4,
    ]
    with pytest.raises(EditRefused):
        source.edited([(6 + 5, 6 + 6, "z")])
    start = source.text.index("3")
    assert source.edited([(start, start + 1, "4")]).encode().decode() == source.document.replace(
        "x = 3", "x = 4"
    )


def failure_of(document: str) -> ParseFailure:
    with pytest.raises(ParseFailure) as caught:
        parse(read(document))
    return caught.value


def stretch(source: Notebook, words: str) -> Span:
    """Where words stand on a line of the joined text."""
    line, found = next((n, row) for n, row in enumerate(source.lines, 1) if words in row)
    column = found.index(words) + 1
    return Span(line, column, line, column + len(words))


def cut(lines: tuple[str, ...], span: Span) -> str:
    assert span.line == span.end_line
    return lines[span.line - 1][span.column - 1 : span.end_column - 1]


MIXED = notebook(
    text("# Title\n\ndef not_code():"),
    "%matplotlib inline\nimport tensorflow as tf",
    code('%%bash\necho "loss"'),
    '%%time\n\nx = "a\\tb é 😀"; y = tf.abs(x)\n%time z = tf.abs(y)\nw = !ls\n',
)


def test_code_cells_are_joined_and_nothing_reaches_from_one_into_the_next() -> None:
    source = read(MIXED)
    assert source.text == (
        "pass\nimport tensorflow as tf\npass\n"
        '\nx = "a\\tb é 😀"; y = tf.abs(x)\nz = tf.abs(y)\nw = get_ipython()\n'
    )
    assert [cell.number for cell in source.cells] == [2, 4]


@pytest.mark.parametrize(
    ("words", "cell", "line", "column"),
    [
        ("tensorflow", 2, 2, 8),
        ("tf.abs(x)", 4, 3, 21),
        ("tf.abs(y)", 4, 4, 11),
        ("w = ", 4, 5, 1),
    ],
)
def test_a_place_is_told_by_cell_and_by_file(words: str, cell: int, line: int, column: int) -> None:
    source = read(MIXED)
    span = stretch(source, words)
    in_cell, in_file = source.in_cell(span), source.in_file(span)
    assert (in_cell.cell, in_cell.line, in_cell.column) == (cell, line, column)
    assert cut(tuple(source.lines_of(cell)), in_cell) == words
    assert in_file.cell is None
    assert cut(source.file_lines, in_file) == words


def test_escapes_count_as_what_they_stand_for() -> None:
    document = json.dumps({"cells": [code('s = "\\té😀"; total = 1')], "metadata": {}})  # all ASCII
    source = read(document)
    assert cut(source.file_lines, source.in_file(stretch(source, "total"))) == "total"


def test_a_place_in_what_was_taken_out_is_still_in_its_cell() -> None:
    source = read(notebook("x = 1", "!ls\n", "y = 2"))
    # A cell of magics alone is left out, and its neighbours keep their numbers.
    assert [cell.number for cell in source.cells] == [1, 3]
    assert [source.in_cell(Span(n, 1, n, 2)).cell for n in (1, 2, 3)] == [1, 3, 3]


@pytest.mark.parametrize(
    ("cells", "line", "message"),
    [
        (["x = 1\n", "def f(:\n    pass"], 3, "invalid syntax"),
        (["x = (1,\n", "2)\n"], 1, "'(' was never closed"),
        (["x = 1\n", "if x:\n"], 3, "expected an indented block after 'if' statement on line 3"),
        (["x = '''\n", "y = 1\n"], 1, "unterminated triple-quoted string literal (detected at line 1)"),
        (["@decorator", "def f(): pass"], 1, "invalid syntax"),
    ],
)
def test_the_cell_that_does_not_parse_is_named(cells: list[str], line: int, message: str) -> None:
    source = read(notebook(*cells))
    failure = source.failures[0]
    assert failure.line == line
    assert source.encode().decode() == source.document
    parse(source)
    assert failure.message.startswith(message.partition(" (")[0][:14])


@pytest.mark.parametrize(
    ("document", "line", "column", "message"),
    [
        ('{"cells": [\n  {"a" 1}]}', 2, 8, "not a notebook: not valid JSON: Expecting ':' delimiter"),
        ("[]", 1, 1, "not a notebook: the JSON holds no cells"),
        ('{"nbformat": 4}', 1, 1, "not a notebook: the JSON holds no cells"),
        ('{"cells": {}}', 1, 1, "not a notebook: its cells are no list"),
        (
            '{"cells": [{"cell_type": "code", "source": 3}]}',
            1,
            1,
            "not a notebook: the source of cell 1 is no text",
        ),
        ("[" * 100_000, 1, 1, "not a notebook: maximum recursion depth exceeded"),
    ],
)
def test_what_is_no_notebook(document: str, line: int, column: int, message: str) -> None:
    failure = failure_of(document)
    assert (failure.line, failure.column) == (line, column)
    assert failure.message.startswith(message)


def test_an_empty_file_is_an_empty_notebook() -> None:
    assert read("").text == read(" \n").text == read(notebook()).text == ""
    assert read("").encode() == b""


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"kernelspec": {"name": "julia-1.9", "language": "julia"}}, "julia"),
        ({"language_info": {"name": "R"}}, "r"),
        ({"kernelspec": {"name": "python2"}}, "Python 2"),
        ({"language_info": {"name": "python", "version": "2.7.18"}}, "Python 2"),
    ],
)
def test_other_languages_are_left_alone(metadata: dict[str, object], language: str) -> None:
    with pytest.raises(OtherLanguage, match=f"^a notebook in {language}$"):
        read(notebook("print 'x'", metadata=metadata))


def test_a_cell_in_another_language_is_left_out() -> None:
    shell = code("ls -l", metadata={"vscode": {"languageId": "shellscript"}})
    assert read(notebook(shell, "x = 1")).text == "x = 1\n"


def test_format_3_keeps_its_cells_in_worksheets() -> None:
    cells = [{"cell_type": "code", "language": "python", "input": ["x = 1\n", "total = x"], "outputs": []}]
    document = json.dumps(
        {"metadata": {}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    )
    source = read(document)
    assert source.text == "x = 1\ntotal = x\n"
    edited = source.edited([(6, 11, "whole")])
    assert edited.encode().decode() == document.replace("total", "whole")


# -- editing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 1, "\t"])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("in_one_string", [True, False])
def test_an_edit_changes_its_line_and_nothing_else(
    indent: int | str | None, ascii_only: bool, in_one_string: bool
) -> None:
    lines = "# é \\/ first\n%time y = total(1)\nlast = 'é'"
    cell = code(lines, source=lines) if in_one_string else code(lines)
    content = json.loads(notebook("x = 1", cell, "z = 3"))
    document = json.dumps(content, indent=indent, ensure_ascii=ascii_only).replace("/", "\\/")
    source = read(document)
    start = source.text.index("total")
    edited = source.edited([(start, start + 5, "whole")])
    assert edited.encode().decode() == document.replace("total", "whole")
    assert read(edited.encode().decode()).text == edited.text


def test_lines_that_come_or_go_are_strings_that_come_or_go() -> None:
    source = read(notebook("a = 1\nb = 2\nc = 3"))
    at = source.text.index("b = 2")
    more = json.loads(source.edited([(at, at, "new = 'é'\n")]).encode())
    assert more["cells"][0]["source"] == ["a = 1\n", "new = 'é'\n", "b = 2\n", "c = 3"]
    less = json.loads(source.edited([(at, at + 6, "")]).encode())
    assert less["cells"][0]["source"] == ["a = 1\n", "c = 3"]
    one = read(notebook("a = 1"))
    longer = one.edited([(5, 5, "\nb = 2")]).encode().decode()
    assert longer == notebook("a = 1\nb = 2")


def test_an_edit_stays_inside_the_python_of_one_cell() -> None:
    source = read(notebook("x = 1", "!ls\ny = 2"))
    for start, end in (
        (0, len("x = 1\npass\n")),
        (7, 8),
        (len("x = 1\npass\n"), len("x = 1\npass\npass\ny")),
    ):
        with pytest.raises(EditRefused):
            source.edited([(start, end, "z")])


def test_a_key_given_twice_is_not_edited() -> None:
    document = '{"cells": [{"cell_type": "code", "source": "a = 1", "source": "b = 1"}]}'
    source = read(document)
    with pytest.raises(EditRefused):
        source.edited([(0, 1, "c")]).encode()


SNIPPETS = st.sampled_from(
    ["x = 1", "!ls 'a", "%time y = 2", "if x:\n    %cd a", "s = 'é\\t'", "", "# c", "\tq\\"]
)
CELLS = st.lists(st.lists(SNIPPETS, max_size=4).map("\n".join), max_size=4)


@given(CELLS, st.booleans(), st.sampled_from([None, 0, 1]), st.data())
def test_any_edit_of_any_notebook_comes_back(
    cells: list[str], ascii_only: bool, indent: int | None, data: st.DataObject
) -> None:
    content = json.loads(notebook(*cells))
    document = json.dumps(content, indent=indent, ensure_ascii=ascii_only)
    source = read_notebook(document, path="a.ipynb")
    assert source.encode().decode() == document
    broken = {of for of, _ in source.broken}
    pieces = [piece for piece in source.pieces if piece.of not in broken]
    for piece in pieces:
        assert source.text[piece.start : piece.end] == source.cells[piece.of].source[piece.at : piece.until]
    if not pieces:
        return
    piece = data.draw(st.sampled_from(pieces))
    start = data.draw(st.integers(piece.start, piece.end))
    end = data.draw(st.integers(start, piece.end))
    put = data.draw(st.sampled_from(["", "é", "\nz", '"', "\\"]))
    edited = source.edited([(start, end, put)])
    after = json.loads(edited.encode())
    number = source.cells[piece.of].number - 1
    for index, (old, new) in enumerate(zip(content["cells"], after["cells"], strict=True)):
        assert {**new, "source": None} == {**old, "source": None}
        if index != number:
            assert new == old
    now = "".join(after["cells"][number]["source"])
    shown = dict(edited.parts())[f"a.ipynb:cell {number + 1}"]
    assert now == shown or now + "\n" == shown


@given(CELLS)
def test_every_place_is_in_a_cell_and_in_the_file(cells: list[str]) -> None:
    source = read(notebook(*cells))
    for number, line in enumerate(source.lines if source.cells else (), 1):
        for column in range(1, len(line) + 1):
            span = Span(number, column, number, column + 1)
            shown, raw = source.in_cell(span), source.in_file(span)
            lines = source.lines_of(shown.cell)
            assert 1 <= shown.line <= len(lines) and 1 <= shown.column <= len(lines[shown.line - 1]) + 1
            assert (shown.end_line, shown.end_column) >= (shown.line, shown.column)
            assert 1 <= raw.line <= len(source.file_lines)
