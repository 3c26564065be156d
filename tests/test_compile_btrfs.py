"""btrfs that plays keep, compiled: what it rests on, its profiles and ids, its scrubs, its subvolumes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from studio_backup.compile import compile_studio
from studio_backup.resource import Resource
from studio_backup.resources.btrfs_filesystem import BtrfsFilesystem
from studio_backup.resources.btrfs_subvolume import BtrfsSubvolume
from studio_backup.resources.device import joined
from studio_backup.resources.file import File
from studio_backup.resources.mount import Mount
from studio_backup.spec.load import load
from studio_backup.spec.storage import chosen_btrfs_id
from tests.sandbox import SHELLS
from tests.test_compile_storage import MACHINES

BTRFS = MACHINES.replace("kind: md", "kind: btrfs")
PLAY = """
- name: one btrfs
  hosts: nas
  disk: {bay2: {smart: no}}
  btrfs-filesystem: {tank: {label: tank, scrub: monthly, quota: no}}
  mount: {tank: {}}
  btrfs-subvolume: {takes: {volume: tank, path: in/takes, compression: zstd, readonly: no}}
"""
UUID = chosen_btrfs_id("northlight", "nas", "tank")
TANK = "nas/linux/btrfs-filesystem/tank"


def compiled(inventory: str = BTRFS, play: str = PLAY) -> dict[str, Resource]:
    loaded = load([("i.yml", inventory)], [("p.yml", play)])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    return compile_studio(loaded.studio).resources


def test_each_thing_rests_on_the_one_below() -> None:
    found = compiled()
    needs = {address: found[address].needs() for address in found if "/directory/" not in address}
    disks = {"nas/linux/disk/bay1", "nas/linux/disk/bay2"}
    assert needs[TANK] == disks
    assert needs["nas/linux/mount/tank"] == {TANK}
    assert needs["nas/linux/btrfs-subvolume/takes"] == {"nas/linux/mount/tank"}
    assert needs["nas/linux/systemd-unit/studio-backup-northlight_scrub-tank.service"] == {
        TANK, "nas/linux/file//etc/studio-backup/northlight/scrub-tank",
    }  # fmt: skip


def test_what_the_spec_says_of_it() -> None:
    found = compiled()
    tank, takes, mount = (found[a] for a in (TANK, "nas/linux/btrfs-subvolume/takes", "nas/linux/mount/tank"))
    assert isinstance(tank, BtrfsFilesystem)
    assert (tank.data, tank.metadata, tank.members, tank.uuid) == ("raid1", "raid1", ("bay1", "bay2"), UUID)
    assert (tank.label, tank.quota, tank.path, tank.every, tank.smart) == ("tank", "no", "/srv/tank", "monthly", "no")
    assert dict(tank.devices) == {"bay1": "id:ata-1", "bay2": "serial:N2"}
    assert tank.found == joined({"bay1": "nas/linux/disk/bay1", "bay2": "nas/linux/disk/bay2"})
    assert isinstance(takes, BtrfsSubvolume)
    assert (takes.path, takes.volume, takes.uuid) == ("/srv/tank/in/takes", "/srv/tank", UUID)
    assert (takes.compression, takes.nocow, takes.readonly) == ("zstd", None, "no")
    assert isinstance(mount, Mount)
    assert mount.what == f"UUID={UUID}"


@pytest.mark.parametrize(
    ("level", "asked", "metadata"),
    [("raid1", "", "raid1"), ("single", "", "raid1"), ("single", "metadata: single", "single")],
)
def test_metadata_is_as_the_data_unless_that_has_no_second_copy(level: str, asked: str, metadata: str) -> None:
    play = PLAY.replace("label: tank,", f"label: tank, {asked + ',' if asked else ''}")
    tank = compiled(BTRFS.replace("level: raid1", f"level: {level}"), play)[TANK]
    assert isinstance(tank, BtrfsFilesystem)
    assert (tank.data, tank.metadata) == (level, metadata)


def test_an_id_that_is_pinned_is_the_one() -> None:
    pinned = "7A4B0001-0000-4000-8000-00000000000B"
    tank = compiled(BTRFS.replace("path: /srv/tank}", f"id: {pinned}, path: /srv/tank}}"))[TANK]
    assert isinstance(tank, BtrfsFilesystem)
    assert tank.uuid == pinned.lower()


def test_every_shell_can_read_the_scrub() -> None:
    program = compiled()["nas/linux/file//etc/studio-backup/northlight/scrub-tank"]
    assert isinstance(program, File)
    assert "btrfs scrub start -B" in str(program.text)
    for shell in SHELLS.values():
        done = subprocess.run([*shell, "-n"], input=str(program.text), capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_worked_example_of_the_docs_holds() -> None:
    text = (Path(__file__).parents[1] / "docs" / "storage.md").read_text(encoding="utf-8")
    (play,) = (one for one in re.findall(r"^```yaml\n(.*?)^```$", text, re.M | re.S) if "btrfs-filesystem:" in one)
    found = compiled(play=play)
    subvolumes = [one for one in found.values() if isinstance(one, BtrfsSubvolume)]
    assert [(one.path, one.compression, one.nocow) for one in subvolumes] == [
        ("/srv/tank/sessions", "zstd", None), ("/srv/tank/images", None, "yes"),
    ]  # fmt: skip
