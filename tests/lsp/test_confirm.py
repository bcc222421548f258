"""Running a loss on a click, in the project's interpreter, and never without one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from lsp_client import Client, session
from lsprotocol import types
from test_diagnostics import SUM
from test_hover import lenses


async def click(client: Client, *arguments: Any) -> list[dict[str, Any]]:
    found = await client.lsp.workspace_execute_command_async(
        types.ExecuteCommandParams("losslint.confirm", arguments=list(arguments))
    )
    assert isinstance(found, (list, tuple))
    return [dict(each) if isinstance(each, dict) else vars(each) for each in found]


RUNS = "import pathlib\npathlib.Path(__file__).with_name('ran').touch()\n" + SUM


@pytest.mark.tensorflow
def test_a_click_runs_the_loss_and_reports(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(RUNS, encoding="utf-8")

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", RUNS)
        (lens,) = await lenses(client, where)
        (found,) = await client.diagnostics(where)
        assert found.code == "LL102"
        assert not (tmp_path / "ran").exists(), "nothing is run before the click"
        assert lens.command is not None
        (result,) = await click(client, *(lens.command.arguments or ()))
        assert (tmp_path / "ran").exists()
        assert (result["status"], result["verdict"], result["degree"]) == ("measured", "mixed", "mixed")
        assert any("about to import and run 1 loss" in each.message for each in client.lsp.log_messages)
        assert any("log_loss: mixed" in each.message for each in client.lsp.messages)
        kinds = [type(each).__name__ for each in next(iter(client.lsp.progress_reports.values()))]
        assert kinds[0] == "WorkDoneProgressBegin" and kinds[-1] == "WorkDoneProgressEnd"
        (lens,) = await lenses(client, where)
        assert lens.command is not None and lens.command.title.startswith("measured mixed")
        await client.until(lambda: client.refreshed)
        last = [each for each in client.published if each.uri == where][-1]
        assert "confirmed" in last.diagnostics[0].message
        hover = await client.hover(where, 5, 5)
        assert hover is not None and "measured: mixed" in hover
        # What was measured belongs to the text that was run.
        client.change(where, RUNS.replace("1.0", "2.0"))
        (lens,) = await lenses(client, where)
        assert lens.command is not None and "on an earlier text" in lens.command.title
        # What is not saved is run without its module.
        (tmp_path / "ran").unlink()
        (result,) = await click(client, where)
        assert result["status"] == "measured"
        assert not (tmp_path / "ran").exists()

    session(tmp_path, body, options={"python": sys.executable})


def test_an_interpreter_without_a_framework_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SUM, encoding="utf-8")

    async def body(client: Client) -> None:
        where = client.open(tmp_path / "a.py", SUM)
        assert await click(client, where) == []
        assert any("nothing was run" in each.message for each in client.lsp.messages)
        assert await click(client, "file:///not/open.py") == []
        assert await click(client, where, "no_such_loss") == []

    session(tmp_path, body, options={"python": str(tmp_path / "no" / "python")})
