"""The RAID machine as tests handle it: boot it, log in, pull its disks, cut its power, take it down."""

import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.lab.machines.command import LabError, run
from tests.lab.vm import client, disks, facts, image, places, qemu, qmp
from tests.lab.vm.facts import BAYS, Disk

FILES = Path(__file__).parent / "files"
# Seconds; a boot takes 15 here, five times that beside other work.
PATIENCE = 300.0
WAITING = 'udevadm settle; for path; do until [ {negation} -e "$path" ]; do sleep 0.1; done; done'


def silent(_: str) -> None:
    """Say nothing."""


class Vm:
    """The one virtual machine of the lab; INSERTED holds the disk in each bay that has one."""

    def __init__(self, mebibytes: int = 400) -> None:
        """Choose the size of the six disks that can be pulled."""
        self.own = facts.disks(mebibytes)
        self.inserted: dict[str, Disk] = {}
        self.port = 0
        self._image = Path()

    def up(self, say: Callable[[str], None] = silent) -> None:
        """Boot a fresh system with blank disks, after removing whatever ran before."""
        self.down()
        self._image = image.built(say)
        places.running().mkdir(parents=True)
        image.layer_over(self._image / "root.img", places.root_layer())
        shutil.copy(self._image / "initrd", places.initrd())
        self.inserted = dict(self.own)
        for disk in self.inserted.values():
            disks.make_image(disk)
        self.port = client.free_port()
        client.write_files(self.port)
        self.power_on()

    def power_on(self) -> None:
        """Boot with the system and the disks as they were left, and wait until the machine is ready."""
        qemu.start(qemu.command_line(self._image / "vmlinuz", self.port, self.inserted.values()))
        self.await_ready()

    def await_ready(self) -> None:
        """Wait until the machine answers and has found its disks; raises LabError with its last words."""
        client.hang_up()
        deadline = time.monotonic() + PATIENCE
        while not client.answers(self.port):
            if not qemu.pids():
                raise LabError(f"the virtual machine stopped while booting:\n{qemu.last_words()}")
            if time.monotonic() > deadline:
                raise LabError(f"the virtual machine does not answer after {PATIENCE:.0f} s:\n{qemu.last_words()}")
            time.sleep(0.1)
        self._script(WAITING.format(negation=""), *self.inserted.values(), check=True)

    def run(
        self, script: str, *, text: str = "", check: bool = False, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run SCRIPT as root with the machine's /bin/sh over SSH; TEXT goes to its standard input."""
        return client.run(script, text=text, check=check, timeout=timeout)

    def _script(self, script: str, *on: Disk, check: bool) -> subprocess.CompletedProcess[str]:
        # Written to a function so that the disks are its arguments, and a script of several lines is one word.
        named = " ".join(disk.path for disk in on)
        return self.run(f"exec sh -c {shlex.quote(script)} script {named}", check=check)

    def qmp(self, command: str, /, **arguments: object) -> Any:
        """Give qemu one order (`_` in names of arguments stands for `-`); returns what it returns."""
        with qmp.monitor() as orders:
            return orders.order(command, **arguments)

    def pull(self, bay: str) -> Disk:
        """Pull the disk out of a bay while the machine runs; it keeps its bytes and can be plugged again."""
        if bay not in BAYS:
            raise LabError(f"{bay} cannot be opened while the machine runs; these can: {', '.join(BAYS)}")
        if bay not in self.inserted:
            raise LabError(f"{bay} is empty")
        disk = self.inserted.pop(bay)
        disks.remove(disk)
        self._script(WAITING.format(negation="!"), disk, check=True)
        return disk

    def plug(self, disk: Disk, content: Path | None = None) -> None:
        """Put a disk into its bay while the machine runs: with the bytes it had, blank when new, or with CONTENT."""
        if disk.bay not in BAYS or disk.bay in self.inserted:
            empty = [bay for bay in BAYS if bay not in self.inserted]
            raise LabError(f"{disk.bay} takes no disk; these bays are empty: {', '.join(empty) or 'none'}")
        if disk.serial in {present.serial for present in self.inserted.values()}:
            raise LabError(f"{disk.serial} is in another bay")
        if content is not None or not places.disk_image(disk.serial).exists():
            disks.make_image(disk, content)
        disks.insert(disk)
        self.inserted[disk.bay] = disk
        self._script(WAITING.format(negation=""), disk, check=True)

    def power_cut(self) -> None:
        """Stop the machine as by pulling its plug; power_on() boots the same disks again."""
        qemu.kill()

    def reboot(self) -> None:
        """Shut down in order and boot again, with the initial RAM disk that the machine made itself meanwhile."""
        release = self.run("uname -r", check=True).stdout.strip()
        made = self.run(f"cksum < /boot/initrd.img-{release}", check=True).stdout.split()
        if made != run("cksum", str(places.initrd())).stdout.split()[:2]:
            client.fetch(f"/boot/initrd.img-{release}", places.initrd())
        self.run("systemctl poweroff")
        qemu.wait_for_end(PATIENCE)
        self.power_on()

    def blank_disks(self) -> None:
        """Put the machine's own disks back into their bays, all of them blank; a new boot only when it must be."""
        try:
            self.run((FILES / "let-go.sh").read_text(), check=True)
            for bay in BAYS:
                if bay in self.inserted and self.inserted[bay] != self.own[bay]:
                    places.disk_image(self.pull(bay).serial).unlink()
            for disk in self.own.values():
                if disk.bay in self.inserted:
                    disks.make_blank(disk)
                else:
                    disks.make_image(disk)
                    self.plug(disk)
            self._script((FILES / "look-again.sh").read_text(), *self.own.values(), check=True)
        except LabError:
            self.up()

    def down(self) -> None:
        """Stop the machine and leave nothing of it: no process, no socket, no file but the cached image."""
        client.hang_up()
        qemu.kill()
        shutil.rmtree(places.running(), ignore_errors=True)
        image.prune()
