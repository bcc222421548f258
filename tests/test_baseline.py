"""``--baseline``: known findings are recognised by what they are, wherever their lines went."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from commanding import Command, Outcome

from losslint.identity import normalised

HEAD = "import tensorflow as tf\n\n\n"
SQUARED = "def squared(y_true, y_pred):\n    return tf.reduce_sum(tf.square(y_true - y_pred))\n"
LOGGED = "def logged(y_true, y_pred):\n    return tf.math.log(tf.reduce_sum(tf.abs(y_true - y_pred)) + 1.0)\n"
COSINE = "def cosine(y_true, y_pred):\n    return tf.reduce_sum(y_true * y_pred)\n"


def put(path: str, *parts: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(HEAD + "\n\n".join(parts), encoding="utf-8")


def entries(file: str = "known.json") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(Path(file).read_text(encoding="utf-8"))["findings"]
    return found


@pytest.fixture
def check(command: Command) -> Any:
    """A check of the working directory with the baseline that was written of two losses in ``a.py``."""
    put("a.py", SQUARED, LOGGED)
    assert command("check", "--isolated", "--write-baseline", "known.json").status == 0

    def again(*paths: str) -> Outcome:
        return command(
            "check", "--isolated", "--baseline", "known.json", "--output-format", "concise", *paths
        )

    return again


def found(outcome: Outcome) -> list[str]:
    """``path: code`` of what is reported, in order."""
    return [f"{line.split(':')[0]}: {line.split()[1]}" for line in outcome.out.splitlines()]


def test_what_is_known_is_left_out(check: Any) -> None:
    outcome = check()
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err == "nothing found, 2 known findings left out; 1 file and 2 losses checked\n"
    assert [(entry["code"], entry["function"], entry["count"]) for entry in entries()] == [
        ("LL101", "squared", 1),
        ("LL102", "logged", 1),
    ]


UNCHANGED = {
    "lines above": f"X = 1\n\n\n{SQUARED}\n\n{LOGGED}",
    "another order": f"{LOGGED}\n\n{SQUARED}",
    "indented": "class Losses:\n" + "".join(f"    @staticmethod\n    {SQUARED}".splitlines(keepends=True)[:2])
    + "        return tf.reduce_sum(tf.square(y_true - y_pred))\n\n\n" + LOGGED,
    "layout, quotes and comments": (
        "def squared(y_true, y_pred):\n    return tf.reduce_sum(\n        tf.square(  # why\n"
        "            y_true-y_pred,\n        ),\n    )\n\n\n" + LOGGED
    ),
    "another way to write numbers": f"{SQUARED}\n\n{LOGGED}".replace("1.0", "1."),
    "another name of the loss": SQUARED.replace("squared", "sum_of_squares") + "\n\n" + LOGGED,
    "Windows line ends": f"{SQUARED}\n\n{LOGGED}".replace("\n", "\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNCHANGED)
def test_it_is_the_same_after(name: str, check: Any) -> None:
    Path("a.py").write_bytes((HEAD + UNCHANGED[name]).encode())
    outcome = check()
    assert (outcome.status, found(outcome)) == (0, [])
    assert "warning" not in outcome.err


def test_code_that_says_something_else_is_new(check: Any) -> None:
    put("a.py", SQUARED.replace("tf.square(y_true - y_pred)", "tf.abs(y_true - y_pred)"), LOGGED)
    outcome = check()
    assert (outcome.status, found(outcome)) == (1, ["a.py: LL101"])
    assert outcome.err == (
        "warning: known.json: 1 known finding not there any more (a.py: LL101 in squared); "
        "--write-baseline known.json drops what is stale\n"
        "1 finding, 1 known finding left out; 1 file and 2 losses checked\n"
    )


def test_a_copy_is_new(check: Any) -> None:
    put("a.py", SQUARED, LOGGED, SQUARED.replace("squared", "again"))
    assert found(check()) == ["a.py: LL101"]
    put("a.py", SQUARED, LOGGED)
    put("b.py", SQUARED)
    outcome = check()
    assert found(outcome) == ["b.py: LL101"]
    assert "2 known findings left out" in outcome.err


def test_a_file_that_was_moved_is_known(check: Any) -> None:
    Path("package").mkdir()
    Path("a.py").rename("package/b.py")
    outcome = check()
    assert (outcome.status, found(outcome)) == (0, [])
    assert "warning" not in outcome.err


def test_a_run_over_some_files_says_nothing_of_the_others(check: Any) -> None:
    put("b.py", SQUARED)
    outcome = check("b.py")
    assert found(outcome) == ["b.py: LL101"]  # the one in a.py is still there, for all this run knows
    assert "warning" not in outcome.err


def test_a_rule_that_is_off_makes_nothing_stale(check: Any, command: Command) -> None:
    outcome = command("check", "--isolated", "--baseline", "known.json", "--ignore", "LL102")
    assert (outcome.status, "warning" in outcome.err) == (0, False)


def test_a_file_that_does_not_parse_makes_nothing_stale(check: Any, command: Command) -> None:
    Path("a.py").write_text("def f(:\n", encoding="utf-8")
    outcome = check()
    assert found(outcome) == ["a.py: LL001"]
    assert "warning" not in outcome.err
    assert command("check", "--isolated", "--write-baseline", "known.json").status == 0
    assert [entry["code"] for entry in entries()] == ["LL001", "LL101", "LL102"]


def test_writing_again_drops_what_is_stale_and_keeps_the_rest(check: Any, command: Command) -> None:
    put("a.py", LOGGED)
    put("b.py", COSINE)
    put("c.py", SQUARED)
    outcome = command("check", "--isolated", "--write-baseline", "known.json", "a.py", "b.py")
    assert outcome.status == 0
    assert outcome.err.splitlines()[0] == "known.json: 2 findings recorded, 1 stale dropped"
    assert [(entry["path"], entry["code"]) for entry in entries()] == [("a.py", "LL102"), ("b.py", "LL101")]
    command("check", "--isolated", "--write-baseline", "known.json", "c.py")
    assert [entry["path"] for entry in entries()] == ["a.py", "b.py", "c.py"]
    Path("b.py").unlink()
    outcome = command("check", "--isolated", "--write-baseline", "known.json", "c.py")
    assert outcome.err.splitlines()[0] == "known.json: 2 findings recorded, 1 stale dropped"


def test_the_file_is_the_same_each_time_and_one_line_for_each(check: Any, command: Command) -> None:
    before = Path("known.json").read_bytes()
    command("check", "--isolated", "--write-baseline", "known.json", ".")
    assert Path("known.json").read_bytes() == before
    assert before.count(b"\n    {") == 2


def test_paths_are_relative_to_the_file(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    put("src/a.py", SQUARED)
    Path("tools").mkdir()
    command("check", "--isolated", "--write-baseline", "tools/known.json", "src")
    assert entries("tools/known.json")[0]["path"].endswith("/src/a.py")
    command("check", "--isolated", "--write-baseline", "known.json", "src")
    assert entries()[0]["path"] == "src/a.py"
    monkeypatch.chdir("src")
    assert command("check", "--isolated", "--baseline", "../known.json", "a.py").status == 0


def test_the_configuration_can_name_it(command: Command) -> None:
    put("src/a.py", SQUARED)
    Path("losslint.toml").write_text('baseline = "known.json"\n', encoding="utf-8")
    missing = command("check", "src")
    assert missing.status == 2
    assert missing.err == "losslint: known.json: no such file; --write-baseline makes it\n"
    assert command("check", "src", "--write-baseline", "known.json").status == 0
    assert command("check", "src").status == 0
    assert 'baseline = "known.json"' in command("config").out


def test_reports_for_machines_say_how_many(check: Any, command: Command) -> None:
    document = json.loads(
        command("check", "--isolated", "--baseline", "known.json", "--output-format", "json").out
    )
    assert (document["findings"], document["summary"]["known"]) == ([], 2)


def test_fixes_leave_known_findings_alone(check: Any, command: Command) -> None:
    put("a.py", SQUARED, LOGGED, COSINE)
    outcome = command("check", "--isolated", "--fix", "--baseline", "known.json", "a.py")
    text = Path("a.py").read_text(encoding="utf-8")
    assert SQUARED in text and LOGGED in text and COSINE not in text
    assert outcome.status == 0
    assert (
        outcome.err == "1 finding fixed, none left, 2 known findings left out; 1 file and 3 losses checked\n"
    )


MALFORMED = {
    "nothing": ("", "not valid JSON: Expecting value: line 1 column 1"),
    "half of it": ('{"version": 1,\n "findings": [', "not valid JSON: Expecting value: line 2 column 15"),
    "not text": (b"\xff\xfe", "not valid JSON: "),
    "a conflict": ('{\n<<<<<<< ours\n"version": 1}', "not valid JSON: Expecting property name"),
    "a list": ("[]", "Expected `object`, got `array`"),
    "of another tool": ('{"version": 1, "findings": [{"path": "a.py"}]}', "missing required field `code`"),
    "no numbers": ('{"version": 1, "findings": 3}', "Expected `array`, got `int`"),
    "less than one": (
        '{"version": 1, "findings": [{"path": "a", "code": "LL101", "function": "", "source": "", "count": 0}]}',
        "Expected `int` >= 1",
    ),
    "of tomorrow": ('{"version": 2, "findings": []}', "made by a newer losslint (version 2 of the format)"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_file_is_one_line_and_stays_as_it_is(name: str, check: Any, command: Command) -> None:
    content, says = MALFORMED[name]
    data = content if isinstance(content, bytes) else content.encode()
    Path("known.json").write_bytes(data)
    for option in ("--baseline", "--write-baseline"):
        outcome = command("check", "--isolated", option, "known.json")
        assert (outcome.status, outcome.out) == (2, "")
        assert outcome.err.count("\n") == 1
        assert outcome.err.startswith("losslint: known.json: ") and says in outcome.err
    assert Path("known.json").read_bytes() == data


def test_a_baseline_that_cannot_be_written_is_one_line(command: Command) -> None:
    put("a.py", SQUARED)
    outcome = command("check", "--isolated", "--write-baseline", "gone/known.json")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == "losslint: gone/known.json: cannot be written: no such file or directory\n"
    Path("dir.json").mkdir()
    assert command("check", "--isolated", "--write-baseline", "dir.json").status == 2


def test_words_are_what_is_said_and_not_how() -> None:
    same = normalised("f(x,  'a',\n  # why\n  not  y,\n)")
    assert same == normalised('f(x, "a", not y)') == 'f(x,"a",not y)'
    different = ["f(x, 'a ', not y)", "f(x, 'a#', not y)", "f(x, b'a', not y)", "f(x, 'a', noty)"]
    assert all(normalised(text) != same for text in different)
    assert normalised("'it''s'") == '"it" "s"'
    assert normalised("'say \"it\"'") == "'say \"it\"'"
    assert normalised('"""a\n  # b"""  # c') == '"""a\n  # b"""'
    assert normalised("a \\\n  + b") == "a+b"
    assert normalised("2. * x[1].y + 1E-3 - 1_0.5 + .5") == "2.0*x[1].y+0.001-10.5+0.5"
    assert normalised("x1.y2 + 0x1F + 3j + 1..real if a else 2") == "x1.y2+0x1F+3j+1..real if a else 2"


def test_findings_of_the_fixtures_stay_known_when_ruff_formats_them(command: Command) -> None:
    """The real formatter, at another width and with other quotes."""
    pytest.importorskip("ruff", reason="ruff comes with the dev extra")
    shutil.copytree(Path(__file__).parents[1] / "fixtures", "copies")
    before = command("check", "--isolated", "--write-baseline", "known.json", "copies").err
    number = int(before.split()[1])
    assert number > 100
    formatting = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "140", "copies"]
    done = subprocess.run(
        [*formatting, "--config", 'format.quote-style="single"'],
        capture_output=True,
        text=True,
        check=False,  # one file is in another encoding, which ruff does not read
    )
    assert "files reformatted" in done.stdout
    outcome = command("check", "--isolated", "--baseline", "known.json", "copies")
    assert (outcome.status, outcome.out) == (0, ""), outcome.out
    assert f"nothing found, {number} known findings left out" in outcome.err
