"""The RAID machine as tests handle it: boot it, log in, pull its disks, cut its power, take it down."""

import secrets
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.lab.machines.command import LabError, run
from tests.lab.vm import client, disks, facts, image, memory, places, qemu, qmp
from tests.lab.vm.facts import BAYS, Disk

# Seconds; a boot takes 15 here, five times that beside other work.
PATIENCE = 300.0
AWAKE = (
    'cat > /dev/random; perl -e \'open(my $pool, ">", "/dev/random"); exit !ioctl($pool, 0x5207, 0)\' && '
    "date --set=@{now:.3f}"
)
WAITING = 'udevadm settle; for path; do until [ {negation} -e "$path" ]; do sleep 0.1; done; done'


def silent(_: str) -> None:
    """Say nothing."""


class Vm:
    """The one virtual machine of the lab; INSERTED holds the disk in each bay that has one.

    Its port stays the same as long as this object lives, whatever is booted anew.
    """

    def __init__(self, mebibytes: int = 400, system: image.System = image.PLAIN) -> None:
        """Choose the size of the six disks that can be pulled, and the image of the system."""
        self.system = system
        self.own = facts.disks(mebibytes)
        self.inserted: dict[str, Disk] = {}
        self.port = client.free_port()
        self._image = Path()

    def up(self, say: Callable[[str], None] = silent) -> None:
        """Start a fresh machine, booted already, with blank disks; whatever ran before is removed first."""
        self.down()
        self._image = image.built(say, self.system)
        # qemu cannot save an NVMe disk; it comes into the running machine.
        self.inserted = {bay: disk for bay, disk in self.own.items() if disk.kind != "nvme"}
        saved = memory.place(self._image, self._command_line(port=0))
        try:
            self._wake(saved, say)
        except LabError as error:
            say(f"{error}\nsuch a memory is made again")
            qemu.kill()
            shutil.rmtree(saved, ignore_errors=True)
            self._wake(saved, say)
        for disk in self.own.values():
            if disk.bay not in self.inserted:
                disks.insert(disk)
        self.inserted = dict(self.own)
        self.await_ready()
        # It woke at the hour of its first boot, and would draw the same random numbers every time.
        self.run(AWAKE.format(now=time.time()), text=secrets.token_hex(64), check=True)

    def _command_line(self, port: int) -> list[str]:
        return qemu.command_line(self._image / "vmlinuz", port, self.inserted.values())

    def _wake(self, saved: Path, say: Callable[[str], None]) -> None:
        if not saved.is_dir():
            self._boot_once(saved, say)
        self._lay_out()
        memory.load(saved, self._command_line(self.port))

    def _lay_out(self) -> None:
        shutil.rmtree(places.running(), ignore_errors=True)
        places.running().mkdir(parents=True)
        client.write_files(self.port)
        shutil.copy(self._image / "initrd", places.initrd())
        for disk in self.own.values():
            disks.make_image(disk)

    def _boot_once(self, saved: Path, say: Callable[[str], None]) -> None:
        say("booting the virtual machine, once (about 20 s)…")
        self._lay_out()
        image.layer_over(self._image / "root.img", places.root_layer())
        self.power_on()
        self.run("systemctl is-system-running --wait; sync; echo 3 > /proc/sys/vm/drop_caches", check=True)
        client.hang_up()
        memory.save(saved)

    def power_on(self) -> None:
        """Boot with the system and the disks as they were left, and wait until the machine is ready."""
        qemu.start(self._command_line(self.port))
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

    def down(self) -> None:
        """Stop the machine and leave nothing of it: no process, no socket, no file but the cached image."""
        client.hang_up()
        qemu.kill()
        shutil.rmtree(places.running(), ignore_errors=True)
        image.prune()
