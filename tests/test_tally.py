"""The last line of scripts/test says what pytest's own report says."""

import subprocess
import sys
from pathlib import Path

import pytest

TALLY = Path(__file__).with_name("tally.py")
PASS = '<testcase classname="a" name="passes"/>'
FAIL = '<testcase classname="a" name="fails"><failure message="no"/></testcase>'
ERROR = '<testcase classname="a" name="{}"><error message="fixture"/></testcase>'
SKIP = '<testcase classname="a" name="skips"><skipped message="off Linux"/></testcase>'


@pytest.mark.parametrize(
    ("cases", "line", "status"),
    [
        (PASS, "1 passed, 0 failed", 0),
        (PASS + FAIL + SKIP, "1 passed, 1 failed, 1 skipped", 1),
        (PASS + ERROR.format("passes"), "0 passed, 1 failed", 1),
        (PASS + ERROR.format("other"), "1 passed, 1 failed", 1),
        (SKIP, "0 passed, 0 failed, 1 skipped", 1),
        (None, "0 passed, 1 failed", 1),
    ],
)
def test_the_line_and_the_status(tmp_path: Path, cases: str | None, line: str, status: int) -> None:
    report = tmp_path / "junit.xml"
    report.write_text("" if cases is None else f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    done = subprocess.run([sys.executable, TALLY, report], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == (line + "\n", status)


def test_several_reports_are_added_up(tmp_path: Path) -> None:
    for name, cases in (("one", PASS), ("two", PASS + SKIP), ("none", "")):
        (tmp_path / name).write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    reports = [tmp_path / name for name in ("one", "two", "none")]
    done = subprocess.run([sys.executable, TALLY, *reports], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("2 passed, 0 failed, 1 skipped\n", 0)
    reports.append(tmp_path / "damaged")
    reports[-1].write_text("")
    done = subprocess.run([sys.executable, TALLY, *reports], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("2 passed, 1 failed, 1 skipped\n", 1)
