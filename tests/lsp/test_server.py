"""The process: how it starts and ends, what it survives, and that it executes nothing."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lsp_client import SERVER, Client, session, whole
from lsprotocol import types
from test_diagnostics import FINE, SUM

from losslint.config import Configuration, command_line
from losslint.lsp.analyst import Analyst, Failed
from losslint.lsp.jobs import Job


def message(method: str, **fields: object) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", "method": method, **fields}).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


INITIALIZE = message("initialize", id=1, params={"processId": None, "rootUri": None, "capabilities": {}})


@pytest.mark.parametrize(
    ("messages", "status"),
    [
        ([INITIALIZE, message("shutdown", id=2), message("exit")], 0),
        ([INITIALIZE, message("exit")], 1),
        ([INITIALIZE], 1),
        ([], 1),
    ],
    ids=["shutdown and exit", "exit alone", "the client is gone", "nothing at all"],
)
def test_exit_status(messages: list[bytes], status: int, tmp_path: Path) -> None:
    finished = subprocess.run(
        SERVER, input=b"".join(messages), capture_output=True, cwd=tmp_path, timeout=60, check=False
    )
    assert finished.returncode == status, finished.stderr.decode()
    assert b"Traceback" not in finished.stderr


def test_without_the_extra_one_line_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['pygls'] = None; sys.argv = ['losslint', 'server'];"
        "from losslint.__main__ import main; main()"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert finished.returncode == 2
    assert finished.stderr == (
        "losslint: the language server needs pygls 2 and lsprotocol: pip install 'losslint-code[lsp]'\n"
    )


TRAPS = ("asyncio", "attrs", "cattrs", "json", "libcst", "logging", "lsprotocol", "pickle", "pygls", "struct")


def test_nothing_that_lies_in_the_folder_is_executed(tmp_path: Path) -> None:
    for name in (*TRAPS, "helpers", "tensorflow"):
        (tmp_path / f"{name}.py").write_text(
            "import pathlib, os\nos.open('trapped', os.O_CREAT)\nraise SystemExit('trapped')\n",
            encoding="utf-8",
        )
    text = "import helpers\nopen('executed', 'w')\n" + SUM

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", text)
        assert await client.codes(where) == ["LL102"]
        await client.actions(where, whole())
        await client.hover(where, 6, 5)

    session(tmp_path, body)
    assert not (tmp_path / "trapped").exists()
    assert not (tmp_path / "executed").exists()


def test_requests_are_answered_while_a_long_analysis_runs(tmp_path: Path) -> None:
    big = SUM + "".join(
        FINE.replace("import tensorflow as tf", "").replace("def loss", f"def loss_{n}") for n in range(2000)
    )

    async def body(client: Client) -> None:
        small = client.open(tmp_path / "small.py", SUM)
        await client.diagnostics(small)
        large = client.open(tmp_path / "large.py", big)
        await asyncio.sleep(0.3)
        assert not [each for each in client.published if each.uri == large]
        started = time.monotonic()
        assert await client.hover(small, 4, 5) is not None
        assert time.monotonic() - started < 2.0
        assert not [each for each in client.published if each.uri == large], "it is still being analysed"
        # What is superseded holds nothing up: the next version of it is told alone.
        version = client.change(large, FINE)
        assert await client.codes(large, version) == []
        assert [each.version for each in client.published if each.uri == large] == [version]

    session(tmp_path, body, options={"delay": 0})


def test_a_cancelled_request_is_answered_as_such(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        pending = asyncio.ensure_future(
            client.lsp.protocol.send_request_async(
                types.TEXT_DOCUMENT_CODE_LENS,
                types.CodeLensParams(types.TextDocumentIdentifier(where)),
                msg_id="lens",
            )
        )
        await asyncio.sleep(0)
        client.lsp.cancel_request(types.CancelParams("lens"))
        with pytest.raises(Exception, match="cancel"):
            await pending
        assert await client.codes(where) == ["LL102"], "the analysis is not lost with it"

    session(tmp_path, body)


HOSTILE = {
    "nothing": "",
    "binary": "\x00\x01\x02\ufffd" * 1000,
    "lone surrogates": "x = '\ud800'\n" + SUM,
    "a long line": SUM + "x = [" + "1, " * 100_000 + "]\n",
    "10,000 columns": SUM.replace("1.0 + total", "1.0 + " * 1000 + "total"),
    "deep brackets": SUM + "x = " + "(" * 5000 + ")" * 5000 + "\n",
    "deep operators": SUM + "x = " + "-" * 50_000 + "1\n",
    "deep blocks": SUM + "".join(" " * n + "if x:\n" for n in range(99)) + " " * 99 + "pass\n",
    "carriage returns": SUM.replace("\n", "\r"),
    "separators": SUM.replace("def", "# \x0c\x1c\u2028\x85\ndef"),
    "a coding nobody uses": "# coding: utf-7\n" + SUM,
    "Python 2": SUM + "print 'x'\n",
}


def test_hostile_texts_are_survived(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        for number, (name, text) in enumerate(HOSTILE.items()):
            where = client.open(tmp_path / f"h{number}.py", text)
            codes = await client.codes(where)
            print(name, codes)
            await client.actions(where, whole())
            await client.hover(where, 1, 1)
            client.close(where)
        where = client.open(tmp_path / "after.py", SUM)
        assert await client.codes(where) == ["LL102"]
        assert not [each for each in client.lsp.messages if "internal error" in each.message]

    session(tmp_path, body)


def test_edits_of_a_document_that_is_not_open_are_ignored(tmp_path: Path) -> None:
    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        client.close(where)
        client.change(where, FINE)
        other = client.open(tmp_path / "b.py", SUM)
        assert await client.codes(other) == ["LL102"]

    session(tmp_path, body)


def job(tmp_path: Path, text: str) -> Job:
    path = str(tmp_path / "a.py")
    return Job(path, text, Configuration(command_line({})).for_file(path), {})


def test_an_analysis_that_dies_costs_one_answer(tmp_path: Path) -> None:
    async def body() -> None:
        analyst = Analyst()
        try:
            first = await analyst.answer(job(tmp_path, SUM))
            assert [each.code for each in first.checked.result.findings] == ["LL102"]
            assert analyst._process is not None
            analyst._process.kill()
            with pytest.raises(Failed, match=r"a\.py: not analysed: the analysis ended with status"):
                await analyst.answer(job(tmp_path, SUM))
            again = await analyst.answer(job(tmp_path, FINE))
            assert not again.checked.result.findings
        finally:
            await analyst.close()

    asyncio.run(body())


SLOW = SUM + "".join(
    FINE.replace("import tensorflow as tf", "").replace("def loss", f"def loss_{n}") for n in range(3000)
)


def test_an_analysis_without_end_is_ended(tmp_path: Path) -> None:
    async def body() -> None:
        analyst = Analyst(limit=0.2)
        try:
            with pytest.raises(Failed, match="takes more than"):
                await analyst.answer(job(tmp_path, SLOW))
            assert analyst._process is None
        finally:
            await analyst.close()

    asyncio.run(body())


def test_a_job_that_is_given_up_makes_room(tmp_path: Path) -> None:
    async def body() -> None:
        analyst = Analyst(patience=0.0)
        try:
            await analyst.answer(job(tmp_path, FINE))
            stale = asyncio.ensure_future(analyst.answer(job(tmp_path, SLOW)))
            await asyncio.sleep(0.1)
            stale.cancel()
            started = time.monotonic()
            found = await analyst.answer(job(tmp_path, SUM))
            assert [each.code for each in found.checked.result.findings] == ["LL102"]
            print(time.monotonic() - started)
        finally:
            await analyst.close()

    asyncio.run(body())
