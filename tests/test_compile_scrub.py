"""Scrubs of kept arrays: what is compiled for each word of the spec, read by every shell and by systemd."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from studio_backup.compile import compile_studio
from studio_backup.resources.file import File
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.spec.load import load
from tests.laws.test_scripts import EXCLUDED
from tests.sandbox import SHELLS
from tests.test_compile_storage import JOINED, MACHINES

PROGRAM = "nas/linux/file//etc/studio-backup/northlight/scrub-tank"
SERVICE = "nas/linux/systemd-unit/studio-backup-northlight_scrub-tank.service"
TIMER = "nas/linux/systemd-unit/studio-backup-northlight_scrub-tank.timer"


def compiled(scrub: str, level: str = "raid1") -> dict[str, object]:
    playbook = JOINED.replace("bitmap: internal", f"bitmap: internal, scrub: {scrub}" if scrub else "bitmap: internal")
    loaded = load([("i.yml", MACHINES.replace("level: raid1", f"level: {level}"))], [("p.yml", playbook)])
    assert loaded.studio is not None, loaded.problems
    return {address: value for address, value in compile_studio(loaded.studio).resources.items() if "scrub" in address}


@pytest.mark.parametrize(("scrub", "calendar"), [("monthly", "Wed *-*-1..7 01"), ("weekly", "Wed *-*-* 01")])
def test_a_timer_begins_it(scrub: str, calendar: str) -> None:
    found = compiled(scrub)
    assert list(found) == [PROGRAM, SERVICE, TIMER]
    program, service, timer = found[PROGRAM], found[SERVICE], found[TIMER]
    assert isinstance(program, File)
    assert isinstance(service, SystemdUnit)
    assert isinstance(timer, SystemdUnit)
    assert program.mode == "0755"
    assert str(program.text).startswith("#!/bin/sh\n# ")
    assert f"ExecStart={program.name}\n" in service.text
    assert service.needs() == {PROGRAM, "nas/linux/md-array/tank"}
    assert calendar in timer.text
    assert (timer.enabled, timer.active) == ("enabled", "active")
    assert timer.needs() == {SERVICE}


@pytest.mark.parametrize(("scrub", "level"), [("", "raid1"), ("monthly", "raid0")])
def test_none_where_none_is_wanted_or_nothing_can_be_compared(scrub: str, level: str) -> None:
    assert compiled(scrub, level) == {}


def test_every_shell_can_read_the_program() -> None:
    program = compiled("monthly")[PROGRAM]
    assert isinstance(program, File)
    for shell in SHELLS.values():
        done = subprocess.run([*shell, "-n"], input=str(program.text), capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    checked = subprocess.run(
        ["shellcheck", "-s", "sh", "-e", ",".join(EXCLUDED), "-"],
        input=str(program.text),
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stdout == ""


def test_systemd_reads_the_units(tmp_path: Path) -> None:
    for scrub in ("monthly", "weekly"):
        for address, value in compiled(scrub).items():
            if isinstance(value, SystemdUnit):
                text = value.text.replace("/etc/studio-backup/northlight/scrub-tank", "/bin/true")
                (tmp_path / address.rpartition("/")[2]).write_text(text, encoding="utf-8")
        units = sorted(str(path) for path in tmp_path.iterdir())
        done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
