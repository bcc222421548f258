"""``--add-noqa``: what it writes, byte for byte, and that nothing is found afterwards."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commanding import Command

HEAD = "import tensorflow as tf\n\n\ndef squared_loss(y_true, y_pred):\n"
SUM = "tf.reduce_sum(tf.square(y_true - y_pred))"

CASES = {
    "plain": (f"    return {SUM}\n", f"    return {SUM}  # noqa: LL101\n"),
    "no line end at the end": (f"    return {SUM}", f"    return {SUM}  # noqa: LL101"),
    "blanks at the end": (f"    return {SUM} \n", f"    return {SUM}  # noqa: LL101\n"),
    "another comment": (f"    return {SUM}  # why\n", f"    return {SUM}  # why  # noqa: LL101\n"),
    "type comments stay first": (
        f"    return {SUM}  # type: ignore[no-any-return]\n",
        f"    return {SUM}  # type: ignore[no-any-return]  # noqa: LL101\n",
    ),
    "codes of others": (
        f"    return {SUM}  # noqa: E501,W291\n",
        f"    return {SUM}  # noqa: E501,W291, LL101\n",
    ),
    "a reason behind the codes": (
        f"    return {SUM}  # NOQA:E501 it is long\n",
        f"    return {SUM}  # NOQA:E501, LL101 it is long\n",
    ),
    "blanks behind the codes": (
        f"    return {SUM}  # noqa: E501  \n",
        f"    return {SUM}  # noqa: E501, LL101  \n",
    ),
    "an f-string of several lines": (
        '    return tf.reduce_sum(tf.square(y_true - y_pred), name=f"""a\n# {\n1}\n""")\n',
        '    return tf.reduce_sum(tf.square(y_true - y_pred), name=f"""a\n# {\n1}\n""")  # noqa: LL101\n',
    ),
    "a comment of ours": (
        f"    return {SUM}  # losslint: ignore[LL202] soon\n",
        f"    return {SUM}  # losslint: ignore[LL202] soon  # noqa: LL002, LL101\n",
    ),
    "several lines": (
        "    return tf.reduce_sum(\n        tf.square(y_true - y_pred),\n    )\n",
        "    return tf.reduce_sum(  # noqa: LL101\n        tf.square(y_true - y_pred),\n    )\n",
    ),
    "a backslash": (
        "    return tf.reduce_sum \\\n        (tf.square(y_true \\\n            - y_pred))\n",
        "    return tf.reduce_sum \\\n        (tf.square(y_true \\\n            - y_pred))  # noqa: LL101\n",
    ),
    "a backslash within brackets": (
        f"    return ({SUM} + \\\n        0.0 *\n        1.0)\n",
        f"    return ({SUM} + \\\n        0.0 *\n        1.0)  # noqa: LL101\n",
    ),
    "a string of several lines": (
        '    return tf.reduce_sum(tf.square(y_true - y_pred), name="""a\n# b\n""")\n',
        '    return tf.reduce_sum(tf.square(y_true - y_pred), name="""a\n# b\n""")  # noqa: LL101\n',
    ),
    "a string that looks like a comment": (
        f"    return {SUM} + len('# noqa: LL101')\n",
        f"    return {SUM} + len('# noqa: LL101')  # noqa: LL101\n",
    ),
}


def put(name: str, text: str | bytes) -> Path:
    path = Path(name)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("name", CASES)
def test_the_comment_stands_where_it_works(name: str, command: Command) -> None:
    before, after = CASES[name]
    path = put("losses.py", HEAD + before)
    outcome = command("check", "--isolated", "--add-noqa", "losses.py")
    assert path.read_text(encoding="utf-8") == HEAD + after
    assert (outcome.status, outcome.out) == (0, "")
    again = command("check", "--isolated", "--add-noqa", "losses.py")
    assert (again.status, again.out) == (0, "")
    assert path.read_text(encoding="utf-8") == HEAD + after


def test_bytes_outside_of_the_comment_stay(command: Command) -> None:
    text = (HEAD + f"    # grün\n    return {SUM}\n").replace("\n", "\r\n")
    for encoding, prefix in (("utf-8-sig", ""), ("latin-1", "# -*- coding: latin-1 -*-\r\n")):
        before = (prefix + text).encode(encoding)
        path = put("losses.py", before)
        assert command("check", "--isolated", "--add-noqa", "losses.py").status == 0
        assert path.read_bytes() == before.replace(b"y_pred))\r\n", b"y_pred))  # noqa: LL101\r\n")


def test_two_findings_on_a_line_share_a_comment(command: Command) -> None:
    path = put("losses.py", f"{HEAD}    a = {SUM}; return tf.math.log(a) + tf.tanh(a)\n")
    assert command("check", "--isolated", "losses.py").out.count("LL102") == 2
    assert command("check", "--isolated", "--add-noqa", "losses.py").status == 0
    assert path.read_text(encoding="utf-8").splitlines()[-1].endswith(" # noqa: LL102")


def test_what_no_comment_silences_is_left_and_said(command: Command) -> None:
    put("losses.py", f"{HEAD}    return {SUM}\n")
    broken = put("broken.py", "def f(:\n")
    outcome = command("check", "--isolated", "--add-noqa", ".")
    assert outcome.status == 1
    assert outcome.out.startswith("broken.py:1:7: LL001 ")
    assert outcome.err == "1 finding silenced, 1 left; 2 files and 1 loss checked\n"
    assert broken.read_text(encoding="utf-8") == "def f(:\n"


def test_diff_changes_nothing(command: Command) -> None:
    path = put("losses.py", f"{HEAD}    return {SUM}\n")
    outcome = command("check", "--isolated", "--add-noqa", "--diff", "losses.py")
    assert f"+    return {SUM}  # noqa: LL101\n" in outcome.out
    assert outcome.err == "1 finding would be silenced in 1 file\n"
    assert path.read_text(encoding="utf-8") == f"{HEAD}    return {SUM}\n"


def test_only_selected_rules_and_new_findings(command: Command) -> None:
    path = put("losses.py", f"{HEAD}    return {SUM}\n")
    assert command("check", "--isolated", "--add-noqa", "--select", "LL2", "losses.py").status == 0
    assert command("check", "--isolated", "--write-baseline", "known.json", "losses.py").status == 0
    assert command("check", "--isolated", "--add-noqa", "--baseline", "known.json", "losses.py").status == 0
    assert "noqa" not in path.read_text(encoding="utf-8")


def test_a_read_only_file_is_an_error_and_stays(command: Command) -> None:
    path = put("losses.py", f"{HEAD}    return {SUM}\n")
    path.chmod(0o444)
    assert command("check", "--isolated", "--add-noqa", "losses.py").status == 2


def test_every_fixture_can_be_silenced_and_stays_the_same_program(command: Command) -> None:
    copies = Path("copies")
    shutil.copytree(Path(__file__).parents[2] / "fixtures", copies)
    before = {path: path.read_bytes() for path in copies.rglob("*.py")}
    found = len(command("check", "--isolated", "--output-format", "concise", "copies").out.splitlines())
    outcome = command("check", "--isolated", "--add-noqa", "copies")
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err.startswith(f"{found} findings silenced, none left; ")
    after = {path: path.read_bytes() for path in before}
    assert sum(after[path] != text for path, text in before.items()) > 10
    for path, text in before.items():
        assert ast.dump(ast.parse(after[path])) == ast.dump(ast.parse(text))
        assert [len(line) for line in text.splitlines()] <= [len(line) for line in after[path].splitlines()]
    assert command("check", "--isolated", "--add-noqa", "copies").err.startswith("nothing found; ")
    assert {path: path.read_bytes() for path in before} == after


@pytest.mark.parametrize(
    "others", [["--fix"], ["--confirm"], ["--write-baseline", "b.json"]], ids=lambda others: others[0]
)
def test_it_is_a_thing_of_its_own(others: list[str], command: Command) -> None:
    outcome = command("check", "--add-noqa", *others)
    assert outcome.status == 2
    assert "--add-noqa goes with neither" in outcome.err


def test_standard_input_is_printed(command: Command) -> None:
    code = f"{HEAD}    return {SUM}\n"
    done = subprocess.run(
        [sys.executable, "-m", "losslint", "check", "--isolated", "--add-noqa", "-"],
        input=code,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, code.replace("y_pred))", "y_pred))  # noqa: LL101"))


def test_ruff_keeps_the_codes_it_is_told_of(command: Command) -> None:
    """The real ruff, with its rules about noqa (RUF100 and RUF102), with and without ``external``."""
    path = put("losses.py", f"{HEAD}    return {SUM}\n")
    command("check", "--isolated", "--add-noqa", "losses.py")

    def ruff(*options: str) -> subprocess.CompletedProcess[str]:
        fixed = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "E,F,RUF"]
        return subprocess.run(
            [*fixed, *options, "losses.py"], capture_output=True, text=True, check=False, timeout=60
        )

    if "No module named ruff" in (plain := ruff()).stderr:
        pytest.skip("ruff comes with the dev extra")
    assert "Invalid rule code in `# noqa`: LL101" in plain.stdout
    told = ruff("--config", 'lint.external = ["LL"]')
    assert (told.returncode, told.stdout) == (0, "All checks passed!\n"), told.stdout
    path.write_text(path.read_text("utf-8").replace("# noqa: LL101", "# noqa: F401, LL101"), encoding="utf-8")
    fixed = ruff("--config", 'lint.external = ["LL"]', "--fix")
    assert fixed.returncode == 0, fixed.stdout
    assert path.read_text("utf-8").endswith("  # noqa: LL101\n")
