"""The alarm of a machine that makes copies: there where somebody is named, read by every shell and by systemd."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from studio_backup.compile import compile_studio
from studio_backup.resource import Resource
from studio_backup.resources.directory import Directory
from studio_backup.resources.file import File
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.spec.load import load
from tests.sandbox import SHELLS

SPEC = Path(__file__).parent / "spec" / "good"
CONF = "file//etc/studio-backup/northlight/alarm.conf"
UNIT = "systemd-unit/studio-backup-northlight_alarm"
ALARM = "alarm: {mail: ada@studio.example, webhook: /etc/studio-backup-webhook}"


def compiled(layer: str, to: str = "") -> dict[str, Resource]:
    """What the good spec compiles to with an alarm under `layer`, and another under `to`."""
    text = (SPEC / "inventory.yml").read_text(encoding="utf-8")
    text = text.replace("defaults:\n", f"defaults:\n  {layer}\n") if layer else text
    text = text.replace("  nas:\n", f"  nas:\n    {to}\n") if to else text
    loaded = load([("i.yml", text)], [("p.yml", (SPEC / "playbook.yml").read_bytes())])
    assert loaded.studio is not None, loaded.problems
    return compile_studio(loaded.studio).resources


def test_without_one_there_is_nothing_of_it() -> None:
    assert not [address for address in compiled("") if "alarm" in address]
    assert set(compiled("")) <= set(compiled(ALARM))


def test_every_machine_that_makes_copies_has_one() -> None:
    found = compiled(ALARM)
    assert {address.split("/")[0] for address in found if "alarm" in address} == {"nas", "vault"}
    conf, program, folder = (
        found[f"nas/linux/{CONF}"],
        found["nas/linux/file//etc/studio-backup/northlight/alarm"],
        found["nas/linux/directory//var/lib/studio-backup/northlight/alarm"],
    )
    assert isinstance(conf, File)
    assert isinstance(program, File)
    assert isinstance(folder, Directory)
    assert (program.mode, folder.mode) == ("0755", "0700")
    text = str(conf.text)
    assert "mail='ada@studio.example'\nwebhook='/etc/studio-backup-webhook'\n" in text
    assert "jobs='ws-b_sessions_on-nas 8100 ws-b/sessions/on-nas'\n" in text
    assert "ws-b_sessions_off-site " in str(getattr(found[f"vault/linux/{CONF}"], "text", ""))


def test_a_machine_may_say_otherwise() -> None:
    found = compiled(ALARM, "alarm: {mail: root}")
    assert "mail='root'\nwebhook='/etc/studio-backup-webhook'\n" in str(getattr(found[f"nas/linux/{CONF}"], "text", ""))
    assert f"nas/linux/{CONF}" in compiled("", ALARM)
    assert f"vault/linux/{CONF}" not in compiled("", ALARM)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_reads_its_configuration(tmp_path: Path, shell: str) -> None:
    conf = compiled(ALARM)[f"nas/linux/{CONF}"]
    assert isinstance(conf, File)
    (tmp_path / "alarm.conf").write_text(str(conf.text))
    done = subprocess.run([*SHELLS[shell], "-c", f'. {tmp_path}/alarm.conf; printf %s "$mail $host"'],
                          capture_output=True, text=True, timeout=30, check=True)  # fmt: skip
    assert done.stdout == "ada@studio.example nas/linux"


def test_systemd_takes_its_units(tmp_path: Path) -> None:
    found = compiled(ALARM)
    for kind in ("service", "timer"):
        unit = found[f"nas/linux/{UNIT}.{kind}"]
        assert isinstance(unit, SystemdUnit)
        text = str(unit.text).replace("/etc/studio-backup/northlight/alarm ", "/bin/true ")
        (tmp_path / unit.name).write_text(text)
    for unit_file in tmp_path.iterdir():
        argv = ["systemd-analyze", "verify", "--man=no", str(unit_file)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
        told = [line for line in done.stderr.splitlines() if "northlight_alarm" in line]
        assert (done.returncode, told) == (0, [])
