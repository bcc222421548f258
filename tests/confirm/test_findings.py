"""A finding meets the measurement of its loss."""

from __future__ import annotations

from dataclasses import replace

import pytest

from losslint.confirm.findings import CLAIMS, confirm_findings, judge_finding
from losslint.confirm.model import ConfirmOptions, Measured
from losslint.confirm.process import NoFramework
from losslint.model import Finding, Severity, Span


def finding(code):
    return Finding(code, "name", Severity.ERROR, "message", "losses.py", Span(1, 1, 1, 2))


def measured(degree, *, coupled=False, gradient=None, verdict="grows", **more):
    return Measured(
        "losses.py",
        "loss",
        1,
        "measured",
        degree,
        gradient or degree,
        coupled,
        verdict,
        graph_mode="ok",
        **more,
    )


@pytest.mark.parametrize(
    ("code", "result", "status"),
    [
        ("LL101", measured("1"), "confirmed"),
        ("LL101", measured("1/2", coupled=True), "confirmed"),
        ("LL101", measured("0", verdict="invariant"), "refuted"),
        ("LL102", measured("mixed", verdict="mixed"), "confirmed"),
        ("LL102", measured("1"), "refuted"),
        ("LL103", measured("mixed", verdict="mixed"), "confirmed"),
        ("LL104", measured("-1", verdict="shrinks"), "confirmed"),
        ("LL104", measured("0", verdict="invariant"), "refuted"),
        ("LL105", measured("1"), "confirmed"),
        ("LL107", measured("0", verdict="invariant"), "refuted"),
        ("LL109", measured("0", verdict="invariant", returns="per-sample"), "confirmed"),
        ("LL109", measured("1", verdict="grows", returns="scalar"), "confirmed"),
        ("LL109", measured("0", verdict="invariant", returns="scalar"), "refuted"),
        ("LL201", measured("0", coupled=True, verdict="coupled"), "confirmed"),
        ("LL202", measured("0", verdict="invariant"), "refuted"),
        ("LL203", measured("unknown", verdict="unknown"), "unconfirmed"),
        ("LL402", measured("1"), "unconfirmed"),
    ],
)
def test_judgement(code, result, status):
    confirmation = judge_finding(finding(code), result)
    assert confirmation.status == status
    assert confirmation.reason


def test_a_loss_that_was_not_measured_leaves_the_finding_as_it_is():
    crashed = Measured("losses.py", "loss", 1, "crashed", reason="it was killed by SIGSEGV")
    confirmation = judge_finding(finding("LL101"), crashed)
    assert (confirmation.status, confirmation.reason) == ("unconfirmed", "crashed: it was killed by SIGSEGV")


def test_an_unharmed_gradient_is_told():
    confirmation = judge_finding(
        finding("LL102"), measured("mixed", gradient="0", coupled=True, verdict="mixed")
    )
    assert confirmation.status == "confirmed"
    assert "gradient is unharmed" in (confirmation.reason or "")


def test_every_rule_about_the_batch_has_a_claim():
    assert {"LL101", "LL102", "LL103", "LL104", "LL105", "LL108", "LL201", "LL202", "LL203", "LL204"} <= set(
        CLAIMS
    )


def located(code, function, line):
    return replace(finding(code), function=function, function_line=line)


def test_every_loss_is_run_once_and_every_finding_judged():
    asked = []

    def confirm(requests, options):
        asked.extend(requests)
        return [replace(measured("1"), qualname=request.qualname) for request in requests]

    findings = [
        located("LL101", "a", 3),
        located("LL104", "a", 3),
        located("LL101", "b", 9),
        finding("LL001"),
    ]
    judged = confirm_findings(findings, ConfirmOptions(), confirm)
    assert [request.qualname for request in asked] == ["a", "b"]
    statuses = [f.confirmation.status for f in judged if f.confirmation]
    assert statuses == ["confirmed", "refuted", "confirmed", "unconfirmed"]


def test_without_a_framework_the_findings_stay():
    def confirm(requests, options):
        raise NoFramework("no TensorFlow here")

    (judged,) = confirm_findings([located("LL101", "a", 3)], ConfirmOptions(), confirm)
    assert judged.confirmation is not None
    assert (judged.confirmation.status, judged.confirmation.reason) == (
        "unconfirmed",
        "not run: no TensorFlow here",
    )


def test_a_loss_is_not_run_for_findings_that_running_cannot_judge():
    asked = []

    def confirm(requests, options):
        asked.extend(requests)
        return [measured("1") for _ in requests]

    summed, cast, nowhere = confirm_findings(
        [located("LL101", "a", 3), located("LL402", "b", 9), finding("LL101")], ConfirmOptions(), confirm
    )
    assert [request.qualname for request in asked] == ["a"]
    assert summed.confirmation.status == "confirmed"
    assert (cast.confirmation.degree, "cannot tell" in cast.confirmation.reason) == (None, True)
    assert nowhere.confirmation.reason == "it is in no function that could be run"


def test_a_static_batch_size_is_confirmed_by_what_tracing_said():
    failed = replace(
        measured("0", verdict="invariant"), graph_mode="failed: ValueError: None values not supported."
    )
    confirmation = judge_finding(finding("LL107"), failed)
    assert confirmation.status == "confirmed"
    assert confirmation.reason == "measured in a graph: failed: ValueError: None values not supported."
