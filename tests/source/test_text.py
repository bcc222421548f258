"""Bytes become text as Python's own parser reads them; what does not parse fails in one line, placed."""

from __future__ import annotations

import ast
import pickle
import tokenize
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losslint.source.text import (
    ParseFailure,
    UnreadableFile,
    check_syntax,
    decode_source,
    parse,
    read_source,
    split_lines,
)


def failure_of(data: bytes) -> ParseFailure:
    with pytest.raises(ParseFailure) as caught:
        check_syntax(decode_source(data, path="a.py"))
    return caught.value


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        (b"x = 1\n", "utf-8", "x = 1\n"),
        ("x = 'é'\n".encode(), "utf-8", "x = 'é'\n"),
        (
            "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"),
            "iso8859-1",
            "# -*- coding: latin-1 -*-\nx = 'é'\n",
        ),
        (
            "#!/bin/python\n# vim: fileencoding=cp1252\n€\n".encode("cp1252"),
            "cp1252",
            "#!/bin/python\n# vim: fileencoding=cp1252\n€\n",
        ),
        (b"x = 1\n# coding: latin-1\n", "utf-8", "x = 1\n# coding: latin-1\n"),
        (b"\n# coding: utf-8\n", "utf-8", "\n# coding: utf-8\n"),
        (b"# coding: UTF8\r\n", "utf-8", "# coding: UTF8\r\n"),
        (b"", "utf-8", ""),
    ],
    ids=[
        "plain",
        "utf8",
        "latin1",
        "second-line",
        "declared-after-code",
        "after-blank-line",
        "alias",
        "empty",
    ],
)
def test_encoding_is_found_by_pep_263(data: bytes, encoding: str, text: str) -> None:
    source = decode_source(data, path="a.py")
    assert (source.encoding, source.text, source.bom) == (encoding, text, False)


def test_bom_is_taken_off_and_remembered() -> None:
    source = decode_source(b"\xef\xbb\xbf# coding: utf-8\nx = 1\n", path="a.py")
    assert source.bom
    assert source.text == "# coding: utf-8\nx = 1\n"
    assert source.encoding == "utf-8"


@pytest.mark.parametrize("data", [b"a\nb", b"a\r\nb", b"a\rb", b"a"])
def test_line_ends_stay_as_they_are(data: bytes) -> None:
    assert decode_source(data, path="a.py").text.encode() == data


def test_only_python_line_ends_cut_lines() -> None:
    text = "a\x0cb\u2028c\x85d\ne\r\nf\rg"
    assert split_lines(text) == ("a\x0cb\u2028c\x85d\n", "e\r\n", "f\r", "g")


@given(st.text(alphabet="ab\n\r\x0c\u2028"))
def test_lines_are_the_text(text: str) -> None:
    lines = split_lines(text)
    assert "".join(lines) == text
    # The same count as the tokenizer's: it takes \r\n, \n and \r for one line end each.
    assert len(lines) == len(
        text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    ) * bool(text)


@pytest.mark.parametrize(
    ("data", "line", "column", "says"),
    [
        (b"x = 1\ny = '\xff'\n", 2, 6, "byte 0xff is not valid utf-8; save it as UTF-8 or declare"),
        (b"x = '\xc3'\n", 1, 6, "byte 0xc3 is not valid utf-8"),
        (b"\xff\xfe", 1, 1, "byte 0xff is not valid utf-8"),
        (b"# coding: ascii\n\n\xe9\n", 3, 1, "byte 0xe9 is not valid ascii"),
        (b"x = 1\n\x00\n", 2, 1, "null bytes"),
        (b"# coding: nonsense\n", 1, 1, "unknown encoding: nonsense"),
        (b"#!x\n# coding: nonsense\n", 2, 1, "unknown encoding: nonsense"),
        (b"# coding: rot13\n", 1, 1, "not a text encoding: rot13"),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1, 1, "BOM but declares latin-1"),
        (b"def f(:\n", 1, 7, "invalid syntax"),
        (b"x = (1,\n", 1, 5, "'(' was never closed"),
        (b"print 1\n", 1, 1, "print"),
    ],
)
def test_what_python_cannot_read_fails_at_its_place(data: bytes, line: int, column: int, says: str) -> None:
    failure = failure_of(data)
    assert says in failure.message
    assert "\n" not in failure.message
    assert (failure.line, failure.column) == (line, column)
    with pytest.raises((SyntaxError, ValueError)):
        ast.parse(data)


@pytest.mark.parametrize(
    "data", [b"(" * 10_000 + b")" * 10_000, b"-" * 100_000 + b"1", b"x = " + b"[" * 5_000]
)
def test_nesting_beyond_the_parser_is_a_failure(data: bytes) -> None:
    assert "\n" not in failure_of(data).message


def test_a_failure_survives_a_process_boundary() -> None:
    copy = pickle.loads(pickle.dumps(ParseFailure(3, 4, "why")))
    assert (copy.line, copy.column, copy.message) == (3, 4, "why")


def test_what_only_the_compiler_rejects_parses() -> None:
    source = decode_source(b"nonlocal x\ndef f(a):\n    global a\n", path="a.py")
    check_syntax(source)
    assert len(parse(source).body) == 2


def test_doubtful_escapes_say_nothing(recwarn: pytest.WarningsRecorder) -> None:
    check_syntax(decode_source(rb"x = '\d'", path="a.py"))
    parse(decode_source(rb"x = '\d' is 3", path="a.py"))
    assert not recwarn.list


def test_an_unreadable_file_says_why(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read: no such file"):
        read_source(tmp_path / "missing.py")
    with pytest.raises(UnreadableFile, match="cannot be read: is a directory"):
        read_source(tmp_path)


@given(
    st.sampled_from(["utf-8", "latin-1", "cp1252", "utf8", "UTF_8", "ascii"]),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_declared_encodings_agree_with_the_tokenizer(name: str, second_line: bool, newline: str) -> None:
    data = (
        "#!/x" + newline if second_line else ""
    ).encode() + f"# coding: {name}{newline}x = 1{newline}".encode()
    theirs, _ = tokenize.detect_encoding(BytesIO(data).readline)
    assert decode_source(data, path="a.py").text == data.decode(theirs)
