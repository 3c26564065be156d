"""The report for programs: JUnit as its schema wants it, metrics that promtool takes, a machine's bytes in neither."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from studio_backup.report.compliance import CLASSES, STATES, Report
from studio_backup.report.junit import xml
from studio_backup.report.prometheus import text
from tests.reports import HOSTILE, a_report

REPORTS = [a_report(), a_report(HOSTILE), a_report(HOSTILE, covers=f"--only {HOSTILE}")]
#: The facts of the XML schema that Jenkins publishes for JUnit: element -> (attributes it must have, those it may have,
#: its children in their order).
SCHEMA: dict[str, tuple[set[str], set[str], list[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "disabled", "errors"}, ["testsuite"]),
    "testsuite": (
        {"name"},
        {"tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package", "file",
         "log", "url", "version"},
        ["properties", "testcase", "system-out", "system-err"],
    ),
    "properties": (set(), set(), ["property"]),
    "property": ({"name", "value"}, set(), []),
    "testcase": (
        {"name", "classname"}, {"time", "group", "assertions", "status", "file", "line"},
        ["skipped", "error", "failure", "system-out", "system-err"],
    ),
    "skipped": (set(), {"type", "message"}, []),
    "error": (set(), {"type", "message"}, []),
    "failure": (set(), {"type", "message"}, []),
}  # fmt: skip
#: Elements that hold no others of their own kind more than once.
ONCE = {"properties"}


def breaches(element: ElementTree.Element) -> list[str]:
    """What the schema says against an element and those inside it."""
    must, may, order = SCHEMA[element.tag]
    names = [child.tag for child in element]
    found = [f"{element.tag} has no {name}" for name in must - set(element.keys())]
    found += [f"{element.tag} has {name}" for name in set(element.keys()) - must - may]
    found += [f"{name} in {element.tag}" for name in names if name not in order]
    known = [name for name in names if name in order]
    found += [f"order in {element.tag}"] if known != sorted(known, key=order.index) else []
    found += [f"{name} twice in {element.tag}" for name in ONCE if names.count(name) > 1]
    return [*found, *(breach for child in element if child.tag in SCHEMA for breach in breaches(child))]


def test_the_schema_is_held_against_what_breaks_it() -> None:
    bad = "<testsuite><testcase name='x'><failure what='1'/></testcase><properties/><property/></testsuite>"
    assert breaches(ElementTree.fromstring(bad)) == [
        "testsuite has no name", "property in testsuite", "order in testsuite", "testcase has no classname",
        "failure has what", *breaches(ElementTree.fromstring("<property/>")),
    ]  # fmt: skip


@pytest.mark.parametrize("report", REPORTS)
def test_junit_is_what_its_schema_wants(report: Report) -> None:
    root = ElementTree.fromstring(xml(report).encode())
    assert breaches(root) == []
    for suite in (root, *root):
        cases = list(suite.iter("testcase"))
        outcomes = Counter(child.tag for case in cases for child in case)
        assert suite.get("tests") == str(len(cases))
        assert (suite.get("failures"), suite.get("errors")) == (str(outcomes["failure"]), str(outcomes["error"]))
        assert suite.get("skipped", str(outcomes["skipped"])) == str(outcomes["skipped"])


def test_junit_keeps_apart_what_is_apart() -> None:
    root = ElementTree.fromstring(xml(a_report()))
    found = {(case.get("classname"), case.get("name")): case for case in root.iter("testcase")}
    kinds = {
        key: [(child.tag, child.get("type")) for child in case]
        for key, case in found.items()
        if key[0] in ("datasets", "waivers") or key[1] == "answers"
    }
    assert kinds == {
        ("datasets", "ws/sessions"): [],
        ("datasets", "ws/mixes"): [("failure", "FAIL")],
        ("datasets", "ws/library"): [("error", "UNKNOWN")],
        ("waivers", "old-disk"): [],
        ("waivers", "forgotten"): [("failure", "expired")],
        ("waivers", "typo"): [("failure", "names-nothing")],
        ("waivers", "later"): [],
        ("ws/linux", "answers"): [],
        ("ws/edit-os", "answers"): [("skipped", None)],
        ("nas/linux", "answers"): [],
        ("vault/linux", "answers"): [],
        ("mac-b/linux", "answers"): [("error", "unread")],
    }
    failed = {child.get("type") for case in root.iter("testcase") for child in case if child.tag == "failure"}
    assert {"conflict", "drifted", "pending", "orphan"} <= failed
    waived = found["nas/linux", "volume /srv/tank"]
    assert [child.tag for child in waived] == ["skipped"]
    assert "Ada: the new disk is ordered" in waived[0].get("message", "")


def test_a_system_that_sleeps_or_is_left_out_is_in_junit_with_its_date() -> None:
    root = ElementTree.fromstring(xml(a_report()))
    seen = {suite.get("name"): {p.get("name"): p.get("value") for p in suite.iter("property")} for suite in root}
    assert seen["mac-b/linux"] == {"last-seen": "never", "state": "unread"}
    assert str(seen["ws/edit-os"]["last-seen"]).startswith("2026-11-21")


@pytest.mark.parametrize("report", REPORTS)
def test_promtool_takes_the_metrics(report: Report) -> None:
    known = shutil.which("promtool") or str(Path(sys.executable).with_name("promtool"))
    assert Path(known).exists(), "scripts/install brings promtool"
    done = subprocess.run([known, "check", "metrics"], input=f"{text(report)}\n", capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("report", REPORTS)
def test_metrics_hold_no_line_of_a_machines_making(report: Report) -> None:
    names = {line.split("{")[0].split(" ")[0] for line in text(report).split("\n") if not line.startswith("#")}
    assert all(re.fullmatch("studio_backup_[a-z_]+", name) for name in names)
    assert len(names) >= 8


def test_metrics_keep_apart_what_is_apart() -> None:
    lines = text(a_report()).split("\n")

    def holding(metric: str, label: str) -> dict[str, str]:
        found = {}
        for line in lines:
            if line.startswith(f"studio_backup_{metric}{{") and line.endswith(" 1"):
                labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
                found[labels[label]] = labels["verdict" if label == "dataset" else "state"]
        return found

    assert holding("dataset_verdict", "dataset") == {
        "ws/sessions": "OK", "ws/mixes": "FAIL", "ws/library": "UNKNOWN",
    }  # fmt: skip
    assert holding("system_state", "system") == {
        "ws/linux": "seen", "ws/edit-os": "asleep", "nas/linux": "seen", "vault/linux": "seen", "mac-b/linux": "unread",
    }  # fmt: skip
    assert 'studio_backup_differences{studio="northlight",system="nas/linux",class="drifted"} 1' in lines
    assert 'studio_backup_differences{studio="northlight",system="nas/linux",class="posture"} 0' in lines
    assert 'studio_backup_differences_waived{studio="northlight"} 1' in lines
    assert sum("differences{" in line for line in lines) == 5 * len(CLASSES)
    assert sum("system_state{" in line for line in lines) == 5 * len(STATES)


@pytest.mark.parametrize("write", [xml, text])
def test_nothing_of_a_machine_is_left_as_it_was(write: object) -> None:
    assert callable(write)
    shown = write(a_report(HOSTILE, covers=f"--only {HOSTILE}"))
    assert all(line.isprintable() for line in shown.split("\n"))
    assert "\\x1b]0;owned\\x07\\u202e\\xff" in shown.replace("\\\\", "\\") or write is text
