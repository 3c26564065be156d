"""What a machine says of a job's records, in every shell: the newest with an end, one under way, a killed one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from studio_backup.status import _SCRIPT
from tests.shells.job_bench import SHELLS

ID = "ws-a_sessions_on-nas"


def said(shell: str, folder: Path) -> list[str]:
    """The lines about the records."""
    asked = f"{folder} {ID} no-such-id /nowhere\t/nowhere"
    done = subprocess.run([*SHELLS[shell], "-c", f"set -eu\n{_SCRIPT}", "sh", asked], capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert (lines[0], lines[-2:]) == (f"job\t{ID}", ["volume\tunmounted", "complete"])
    return lines[1:-2]


def record(folder: Path, number: int, result: str) -> str:
    text = f'{{"version":1,"run":"{number}","result":"{result}","reason":null}}'
    (folder / "runs").mkdir(exist_ok=True)
    (folder / "runs" / f"{ID}.20261122T0408{number:02}Z-1.json").write_text(f"{text}\n")
    return text


@pytest.mark.parametrize("shell", SHELLS)
def test_the_newest_with_an_end_and_one_under_way(tmp_path: Path, shell: str) -> None:
    assert said(shell, tmp_path) == []
    record(tmp_path, 1, "failed")
    ended = record(tmp_path, 2, "ok")
    assert said(shell, tmp_path) == [f"ended\t{ended}", f"newest\t{ended}"]
    running = record(tmp_path, 3, "running")
    start = Path(f"/proc/{os.getpid()}/stat").read_text().rpartition(") ")[2].split()[19]
    (tmp_path / "lock").mkdir()
    (tmp_path / "lock" / ID).write_text(f"{os.getpid()} {start} boot run\n")
    assert said(shell, tmp_path) == [f"ended\t{ended}", f"newest\t{running}"]
    (tmp_path / "lock" / ID).write_text(f"{os.getpid()} 1 boot run\n")
    killed = running.replace('"running","reason":null', '"failed","reason":"interrupted"')
    assert said(shell, tmp_path) == [f"ended\t{killed}"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_record_that_a_wrong_clock_dated_hides_no_other(tmp_path: Path, shell: str) -> None:
    (tmp_path / "runs").mkdir()

    def dated(run: str, result: str) -> str:
        text = f'{{"version":1,"run":"{run}","result":"{result}","reason":null}}'
        (tmp_path / "runs" / f"{ID}.{run}.json").write_text(f"{text}\n")
        return text

    future = dated("2199-11-22T04-08-57Z-1", "ok")
    assert said(shell, tmp_path) == [f"ended\t{future}", f"newest\t{future}"]  # better than none
    now = dated("2026-11-22T04-08-57Z-1", "failed")
    assert said(shell, tmp_path) == [f"ended\t{now}", f"newest\t{now}"]


def test_a_first_run_that_is_under_way_has_no_end(tmp_path: Path) -> None:
    running = record(tmp_path, 1, "running")
    start = Path(f"/proc/{os.getpid()}/stat").read_text().rpartition(") ")[2].split()[19]
    (tmp_path / "lock").mkdir()
    (tmp_path / "lock" / ID).write_text(f"{os.getpid()} {start} boot run\n")
    assert said("dash", tmp_path) == [f"newest\t{running}"]
