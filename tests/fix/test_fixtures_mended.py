"""Every fixture with a fixable finding, mended: it parses, stays mended, keeps its bytes, and TensorFlow agrees."""

from __future__ import annotations

import ast
import difflib
import re
from pathlib import Path

import pytest
from mending import ROOT, fixable, mended_fixtures

from losslint.config import Configuration, command_line
from losslint.fix.diff import unified
from losslint.model import Finding
from losslint.run import Change, Mending, run

from collection import PATHS, all_losses, expectations_of, name_of  # isort: skip
from expectations import ExpectedLoss  # isort: skip
from test_fixtures_measured import source_to_measure  # isort: skip

FIXTURES = ROOT / "fixtures"
SCALE = "LL1"


def changed() -> list[Change]:
    return list(mended_fixtures().after.changes)


def scale_findings(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.code.startswith(SCALE)]


def test_most_scale_findings_have_a_fix(capsys: pytest.CaptureFixture[str]) -> None:
    found = scale_findings(mended_fixtures().before.findings)
    mendable = [finding for finding in found if fixable(finding)]
    share = len(mendable) / len(found)
    with capsys.disabled():
        print(f"\n{len(mendable)} of {len(found)} LL1xx findings of the fixtures have a fix: {share:.0%}")
        for finding in found:
            if finding not in mendable:
                print(
                    f"  no fix: {Path(finding.path).name}:{finding.span.line} {finding.code} {finding.function}"
                )
    assert share >= 0.8


def test_what_had_a_fix_is_gone() -> None:
    mended = mended_fixtures()
    left = [
        (finding.path, finding.code, finding.function) for finding in scale_findings(mended.after.findings)
    ]
    hopeless = [
        (finding.path, finding.code, finding.function)
        for finding in scale_findings(mended.before.findings)
        if not fixable(finding)
    ]
    assert sorted(left) == sorted(hopeless)


def test_mended_files_parse_and_are_left_alone_by_a_second_run() -> None:
    mended = mended_fixtures()
    contents = {path: path.read_bytes() for path in mended.changes}
    for path, content in contents.items():
        ast.parse(content, filename=str(path))
    again = run(
        [str(mended.folder)], Configuration(command_line({})), mending=Mending(True, True), write=True
    )
    assert (again.fixed, again.changes) == (0, ())
    assert {path: path.read_bytes() for path in mended.changes} == contents


def test_lines_without_an_edit_keep_every_byte() -> None:
    """A fix changes lines; what is on neither side of the diff is the same, and so are comments and line ends."""
    for change in changed():
        before, after = change.before.splitlines(keepends=True), change.after.splitlines(keepends=True)
        matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag == "equal":
                continue
            old, new = b"".join(before[a:b]), b"".join(after[c:d])
            if tag == "delete":  # a size that nothing is divided by any more
                assert re.fullmatch(rb" +(\w+) = [^#\n]*(?:cast|shape)[^#\n]*\r?\n", old), (change.path, old)
                continue
            assert old.count(b"#") <= new.count(b"#")
            ends = [[line.endswith(b"\r\n") for line in side] for side in (before[a:b], after[c:d])]
            assert ends[0] == ends[1][: b - a]
    assert changed()


def of_loss(findings: tuple[Finding, ...], path: Path, loss: ExpectedLoss) -> list[Finding]:
    return [
        finding for finding in findings if Path(finding.path) == path and finding.function == loss.qualname
    ]


def mended_losses() -> list[tuple[Path, ExpectedLoss]]:
    """The losses that a fix changed."""
    mended = mended_fixtures()
    return [
        (path, loss)
        for path, loss in all_losses()
        if any(fixable(each) for each in of_loss(mended.before.findings, mended.folder / name_of(path), loss))
    ]


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", sorted({name_of(path) for path in PATHS if expectations_of(path).losses}))
def test_framework_measures_degree_zero_after_the_fix(name: str) -> None:
    from losslint.confirm.measure import measure_callable

    mended = mended_fixtures()
    path = mended.folder / name
    wrong = []
    for original, loss in mended_losses():
        if name_of(original) != name or scale_findings(tuple(of_loss(mended.after.findings, path, loss))):
            continue
        reading = measure_callable(source_to_measure(path, loss.via), "measured", loss.inputs)
        had = of_loss(mended.before.findings, path, loss)
        # What a numerical fix leaves alone is the scale, right or wrong.
        expected = ("0", "0") if scale_findings(tuple(had)) else (loss.degree, loss.gradient)
        if (reading.degree, reading.gradient_degree) != expected:
            wrong.append(f"{loss.qualname}: {reading.degree}, gradient {reading.gradient_degree}")
    assert not wrong, wrong


def test_dialects_are_mended_as_a_reviewer_accepted() -> None:
    """``reviewed.diff`` was read line by line: is this the edit that the author of the file would make?

    Written by ``losslint check --diff --unsafe-fixes fixtures/*/dialects``; read it again when it changes.
    """
    reviewed = (Path(__file__).parent / "reviewed.diff").read_text(encoding="utf-8")
    folder = mended_fixtures().folder
    now = [
        "".join(
            unified(f"fixtures/{path.relative_to(folder)}", change.before.decode(), change.after.decode())
        )
        for path, change in sorted(mended_fixtures().changes.items())
        if path.parent.name == "dialects"
    ]
    assert "".join(now) == reviewed
