"""Break one thing on one machine, and mend it again: each fault has a word that undoes it."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.lab.machines import cgroups, inside, lifecycle, network, state, volume_faults
from tests.lab.machines.command import LabError
from tests.lab.machines.facts import Machine, machine_named

CLOCK = "machines share this host's clock: put a `date` of your own first on PATH instead"
Act = Callable[[Machine, str], object]


@dataclass(frozen=True)
class Fault:
    """WORD breaks, UNDO mends; both get the machine and the path it happens at."""

    word: str
    undo: str
    text: str
    act: Act
    mend: Act


def _signal(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _ssh_servers(machine: Machine) -> set[int]:
    """Return the pid of the listening server; those of sessions have it, not PID 1, as their parent."""
    leader = cgroups.leader(machine.name)
    found = set()
    for pid in cgroups.members(machine.name):
        with suppress(OSError):
            name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(") ")
            if name in ("sshd", "dropbear") and int(rest.split()[1]) == leader:
                found.add(pid)
    if not found:
        raise LabError(f"no SSH server runs on {machine.name}")
    return found


def _everything(machine: Machine) -> set[int]:
    def in_machine(pid: int) -> bool:
        with suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text()
            return any(line.startswith("NSpid:") and len(line.split()) > 2 for line in status.splitlines())
        return False

    return {pid for pid in cgroups.members(machine.name) if in_machine(pid)}


def _noise(machine: Machine, _: str) -> None:
    if not machine.is_debian:
        raise LabError(f"the shell of {machine.name} reads no start-up file for a command sent over SSH")
    script = """
        for home in /root /home/tech /home/nopw; do
            [ ! -e "$home/.bashrc.quiet" ] || continue
            touch "$home/.bashrc"
            cp -p "$home/.bashrc" "$home/.bashrc.quiet"
            {
                echo 'echo "Welcome to the studio NAS -- 3 updates can be applied"'
                echo 'echo "profile: warning: locale not set" >&2'
                cat "$home/.bashrc.quiet"
            } > "$home/.bashrc"
        done"""
    inside.run(machine.name, script, check=True)


def _quiet(machine: Machine, _: str) -> None:
    script = """
        for home in /root /home/tech /home/nopw; do
            [ ! -e "$home/.bashrc.quiet" ] || mv "$home/.bashrc.quiet" "$home/.bashrc"
        done"""
    inside.run(machine.name, script, check=True)


def _remount_root(mode: str) -> Act:
    return lambda machine, _: inside.run(machine.name, f"mount -o remount,{mode} /", check=True)


FAULTS = (
    Fault(
        "unmount-sessions",
        "remount",
        "the sessions volume is not mounted",
        volume_faults.unmount,
        volume_faults.remount,
    ),
    Fault(
        "unmount-target",
        "remount",
        "the target volume is not mounted",
        volume_faults.unmount,
        volume_faults.remount,
    ),
    Fault(
        "swap-disk",
        "remount",
        "another file system is mounted in the volume's place",
        volume_faults.swap,
        volume_faults.remount,
    ),
    Fault("fill-disk", "free-disk", "the volume has no space left", volume_faults.fill, volume_faults.free),
    Fault(
        "hang-mount",
        "unhang-mount",
        "a mount that never answers, on the volume or at PATH",
        volume_faults.hang,
        volume_faults.unhang,
    ),
    Fault(
        "pause",
        "resume",
        "the SSH server accepts a connection and says nothing",
        lambda machine, _: _signal(_ssh_servers(machine), signal.SIGSTOP),
        lambda machine, _: _signal(_ssh_servers(machine), signal.SIGCONT),
    ),
    Fault(
        "freeze",
        "thaw",
        "every process stands still",
        lambda machine, _: _signal(_everything(machine), signal.SIGSTOP),
        lambda machine, _: _signal(_everything(machine), signal.SIGCONT),
    ),
    Fault(
        "unplug",
        "plug",
        "the network cable is out: silence, no goodbye",
        lambda machine, _: network.cable(machine.name, plugged=False),
        lambda machine, _: network.cable(machine.name, plugged=True),
    ),
    Fault("noisy-profile", "quiet-profile", "shell start-up files print on both streams", _noise, _quiet),
    Fault(
        "read-only-root",
        "writable-root",
        "the root file system is read-only",
        _remount_root("ro"),
        _remount_root("rw"),
    ),
    Fault(
        "down",
        "up",
        "the power is off; disks and systems stay as they are",
        lambda machine, _: lifecycle.power_off(machine.name),
        lambda machine, _: lifecycle.power_on(machine.name),
    ),
)


def listing() -> str:
    """Return what can be broken, with the words that undo it."""
    rows = [f"  {fault.word:<17} undo: {fault.undo:<14} {fault.text}" for fault in FAULTS]
    return "\n".join(["scripts/lab fault NAME WHAT [PATH]", *rows, f"  clock             {CLOCK}"])


def apply(name: str, what: str, path: str | None = None) -> str:
    """Break or mend something on a machine and return a sentence that says what was done."""
    machine = machine_named(name)
    if what.startswith("clock"):
        raise LabError(CLOCK)
    sessions = machine.volume.path == "/srv/sessions"
    if (what, sessions) in {("unmount-sessions", False), ("unmount-target", True)}:
        raise LabError(f"{name} has no such volume; its one volume is {machine.volume.path}")
    where = path or machine.volume.path
    for fault in FAULTS:
        if what == fault.word:
            fault.act(machine, where)
            _remember(name, {fault.word}, set())
            return f"{name}: {fault.text}; undo: scripts/lab fault {name} {fault.undo}"
    if mended := [fault for fault in FAULTS if what == fault.undo]:
        mended[0].mend(machine, where)
        _remember(name, set(), {fault.word for fault in mended})
        return f"{name}: {what}: done"
    raise LabError(f"no fault {what!r}\n{listing()}")


def _remember(name: str, added: set[str], gone: set[str]) -> None:
    with state.locked():
        known = state.load()
        known.faults[name] = sorted((set(known.faults.get(name, [])) | added) - gone)
        state.save(known)
