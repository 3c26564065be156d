"""The process that is the machine: its command line, how it starts, how it is found and how it ends."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tests.lab.machines.boot import exited
from tests.lab.machines.command import LabError, environment
from tests.lab.vm import disks, facts, places

PROGRAM = "qemu-system-x86_64"
MEMORY = 1024  # MiB
# Emulated, the oldest processor is the quickest: 13 s to boot; 42 s as `max`, whose tables have a level more.
PROCESSOR = "qemu64"
KERNEL_WORDS = "root=/dev/vda rw console=ttyS0 quiet net.ifnames=0 mitigations=off"
_begun: dict[int, subprocess.Popen[bytes]] = {}


def command_line(kernel: Path, port: int, inserted: Iterable[facts.Disk]) -> list[str]:
    """Return the arguments that boot KERNEL with these disks; its SSH server answers on PORT of 127.0.0.1."""
    system = {
        "driver": "qcow2",
        "node-name": "system",
        "cache": {"no-flush": True, "direct": False},
        "file": {"driver": "file", "filename": str(places.root_layer())},
    }
    network = {"driver": "virtio-net-pci", "netdev": "only-ssh", "romfile": ""}
    argv = [PROGRAM, "-name", f"studio-backup-lab-{facts.NAME}", "-nodefaults", "-no-user-config", "-display", "none"]
    argv += ["-accel", "tcg,thread=multi", "-machine", "pc", "-cpu", PROCESSOR, "-smp", "2", "-m", str(MEMORY)]
    argv += ["-pidfile", str(_pid_file()), "-qmp", f"unix:{places.monitor().name},server=on,wait=off"]
    argv += ["-chardev", f"file,id=console,append=on,path={places.console().name}", "-serial", "chardev:console"]
    argv += ["-kernel", str(kernel), "-initrd", str(places.initrd()), "-append", KERNEL_WORDS]
    argv += ["-blockdev", json.dumps(system), "-device", "virtio-blk-pci,drive=system"]
    argv += ["-device", "virtio-scsi-pci,id=bays"]
    # restrict: the machine reaches nobody, and only its SSH server is reached.
    argv += ["-netdev", f"user,id=only-ssh,restrict=on,hostfwd=tcp:127.0.0.1:{port}-:22"]
    argv += ["-device", json.dumps(network)]
    for disk in inserted:
        argv += ["-blockdev", json.dumps(disks.bytes_in_words(disk))]
        argv += ["-device", json.dumps(disks.device_in_words(disk))]
    return argv


def _pid_file() -> Path:
    return places.running() / "pid"


def start(argv: list[str]) -> None:
    """Start the machine, which lives on when this program ends."""
    places.monitor().unlink(missing_ok=True)
    log = places.running() / "qemu.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=places.running(),
            env=environment(),
            start_new_session=True,
        )
    _begun[process.pid] = process
    # A moment passes before others can find it, by its command line, and give it orders.
    while process.poll() is None and not (process.pid in pids() and places.monitor().exists()):
        time.sleep(0.01)


def pids() -> list[int]:
    """Find our machine's processes by their command line: no file would know what a killed program had begun."""
    mark = f"\0-pidfile\0{_pid_file()}\0".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (entry / "cmdline").read_bytes()
            if PROGRAM.encode() in command.partition(b"\0")[0] and mark in command:
                found.append(int(entry.name))
    return [pid for pid in found if not exited(pid)]


def kill() -> None:
    """End the machine at once, as a power cut does; whoever started it."""
    for pid in pids():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_for_end(30)


def wait_for_end(seconds: float) -> None:
    """Wait until the machine's process is gone; raises LabError when it stays."""
    deadline = time.monotonic() + seconds
    while pids():
        if time.monotonic() > deadline:
            raise LabError(f"the virtual machine does not end after {seconds:.0f} s:\n{last_words()}")
        time.sleep(0.05)
    for process in _begun.values():
        process.wait()
    _begun.clear()


def last_words() -> str:
    """Return the last lines of qemu's own output and of the machine's console."""
    lines: list[str] = []
    for file in (places.running() / "qemu.log", places.console()):
        lines += file.read_text(errors="replace").splitlines()[-15:] if file.is_file() else []
    return "\n".join(f"  {line}" for line in lines) or "  (nothing was printed)"
