"""The bays of a machine in a sandbox: a btrfs of two disks and a third that goes in, with the power off or on."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studio_backup.diff import Change
from studio_backup.resources.btrfs_listing import BTRFS
from studio_backup.spec.model import Studio
from tests.disks.device_bench import MIB, Devices, Loop
from tests.disks.test_storage_apply import Nas, studio_of
from tests.one_nas import one_nas
from tests.sandbox import SHELLS, Sandbox

#: Another one each time: the kernel mounts no second file system of a UUID of which it remembers a disk.
UUID = str(uuid.uuid4())
INVENTORY = one_nas(f"""
    disks:
      bay1: {{id: ata-one, medium: hdd}}
      bay2: {{id: ata-two, medium: hdd}}
    arrays: {{tank: {{kind: btrfs, level: raid1, members: [bay1, bay2]}}}}
    volumes: {{tank: {{on: tank, filesystem: btrfs, id: {UUID}, path: /srv/tank}}}}
""")
PLAY = """
- name: the tank is there
  hosts: nas
  disk: {bay1: {smart: no}, bay2: {smart: no}}
  btrfs-filesystem: {tank: {label: tank}}
  mount: {tank: {}}
"""
TANK, MOUNT = "nas/linux/btrfs-filesystem/tank", "nas/linux/mount/tank"


def spec(inventory: str = INVENTORY, play: str = PLAY) -> Studio:
    return studio_of(play, inventory)


@dataclass
class Bays:
    """The machine and the disks that come and go in its bays."""

    nas: Nas
    one: Loop
    two: Loop
    three: Loop

    def link(self, **names: Loop) -> None:
        self.nas.devices.link(**names)

    def state(self, studio: Studio) -> Change:
        (change,) = [change for change in self.nas.plan(studio).changes if change.address == TANK]
        return change

    def fields(self, studio: Studio) -> dict[str, str | None]:
        return {item.name: item.before for item in self.state(studio).fields}


@contextmanager
def open_bays(folder: Path) -> Iterator[Bays]:
    """A machine with three disks."""
    with Sandbox() as sandbox:
        devices = Devices(sandbox, folder)
        devices.open()
        opened = Bays(Nas(devices, devices.loop(300 * MIB)), devices.loops[0], *(devices.loop(300 * MIB) for _ in "23"))
        try:
            yield opened
        finally:
            bring_back(opened)
            lose(opened)
            devices.close()


def blank(bays: Bays) -> Bays:
    """The same with blank disks, two of them in the bays, and nothing else."""
    bring_back(bays)
    lose(bays)
    bays.nas.devices.sandbox.run("rm -rf /srv/tank; rm -f /run/blkid/*")
    bays.nas.devices.sandbox.clean()
    for loop in bays.nas.devices.loops:
        loop.wipe()
    bays.nas.run(": >/etc/fstab")
    bays.nas.shell = SHELLS["dash"]
    bays.link(ata_one=bays.one, ata_two=bays.two)
    return bays


def made(bays: Bays, play: str = PLAY) -> Studio:
    """The file system, mounted and filled."""
    studio = spec(play=play)
    applied = bays.nas.apply(studio, {TANK})
    assert not applied.failed, [(result.reason, result.log) for result in applied.failed]
    bays.nas.run("for n in 1 2 3; do head -c 5000000 /dev/urandom >/srv/tank/take-$n.wav; done; sync")
    return studio


def hashes(bays: Bays) -> str:
    """Of every file, read from the disks."""
    return bays.nas.run("echo 1 >/proc/sys/vm/drop_caches; cd /srv/tank; sha256sum take-*")


def lose(bays: Bays, *gone: Loop) -> None:
    """Power off, disks out, power on: nothing is mounted, and the kernel knows nothing of any of them."""
    bays.nas.run("if grep -q ' /srv/tank ' /proc/self/mountinfo; then umount /srv/tank; fi")
    for loop in (bays.one, bays.two, bays.three):
        bays.nas.devices.sandbox.run(f"btrfs device scan --forget {loop.device}")
    for loop in gone:
        bays.nas.run(f"mv {loop.device} {loop.device}.away")


def bring_back(bays: Bays) -> None:
    bays.nas.devices.sandbox.run('for at in /dev/loop*.away; do mv "$at" "${at%.away}"; done')


def filled(bays: Bays) -> None:
    """Wait until no disk is being filled and nothing is written again; between the two the kernel is idle."""
    busy = f"{BTRFS}\nif goes_on {UUID}; then echo behind; fi; cat /sys/fs/btrfs/{UUID}/exclusive_operation"
    for _ in range(200):
        if bays.nas.run(busy).strip() == "none":
            return
        time.sleep(0.1)
    raise AssertionError("it is busy for ever")
