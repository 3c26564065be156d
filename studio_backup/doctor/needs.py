"""What a machine must have for its part in the copies, and how it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from studio_backup.compile import compile_studio, routes
from studio_backup.probe import Probe
from studio_backup.programs import shipped
from studio_backup.resources.volume import Volume
from studio_backup.spec.model import Machine, Studio, System

#: Each argument is the name of a program. Reads only.
SCRIPT = r"""printf 'user\t%s\n' "$(id -u)"
printf 'clock\t%s\n' "$(date +%s)"
if [ -d /run/systemd/system ]; then printf 'systemd\tyes\n'; fi
for manager in apt-get dnf zypper pacman apk opkg; do
  if command -v "$manager" >/dev/null 2>&1; then printf 'manager\t%s\n' "$manager"; break; fi
done
for program do
  if command -v "$program" >/dev/null 2>&1; then printf 'program\t%s\n' "$program"; fi
done
printf 'complete\n'"""
#: The same question to a Windows system.
WINDOWS = shipped("doctor.ps1") + "\nRead-Need -Programs $Words"


@dataclass
class Wanted:
    """What one system needs for its part: programs with what for, and volumes that must be mounted."""

    system: System
    programs: dict[str, str] = field(default_factory=dict)
    volumes: list[Volume] = field(default_factory=list)

    def probes(self) -> list[Probe]:
        """All that is asked of it, in one round trip."""
        return [Probe(script=self.script, args=tuple(self.programs)), *(volume.probe() for volume in self.volumes)]

    @property
    def script(self) -> str:
        """What asks for the programs."""
        return WINDOWS if self.system.os == "windows" else SCRIPT


def wanted(studio: Studio) -> dict[str, Wanted]:
    """What every system that can be asked needs, by its full name."""
    found = {one.full_name: Wanted(one) for one in studio.systems()}
    for route in routes(studio):
        writer = found[route.writer.full_name].programs
        mover = {"robocopy.exe": "copies are made with it"} if route.writer.os == "windows" else _RSYNC
        writer |= {**mover, **_STARTERS[route.writer.os]}
        if route.copy.by != "own":
            writer[route.copy.by] = "it makes snapshots"
        if route.store == "zfs":
            writer["zfs"] = "restore points are its snapshots"
        if route.pushed:
            writer["useradd"] = "what others send is written by a user of its own"
            if route.shared:
                writer |= dict.fromkeys(("smbd", "pdbedit", "testparm"), "Windows sends into a share of it")
            for reader in route.readers:
                sender = _WINDOWS_SENDER if reader.system.os == "windows" else _SENDER
                found[reader.system.full_name].programs |= sender | _STARTERS[reader.system.os]
        elif not route.local:
            writer |= {"ssh": "it pulls what others hold", "ssh-keygen": "it makes its own keys"}
            writer["useradd"] = "what others send is written by a user of its own"
            for reader in route.readers:
                found[reader.system.full_name].programs |= _RSYNC
    for machine in studio.machines.values():
        if machine.linux is not None:
            found[machine.linux.full_name].programs |= _storage(studio, machine)
    for resource in compile_studio(studio).resources.values():
        if isinstance(resource, Volume) and resource.system in found:
            found[resource.system].volumes.append(resource)
    return found


#: What starts jobs on each kind of system.
_STARTERS = {
    "linux": {"systemctl": "systemd starts the jobs"},
    "macos": {"launchctl": "launchd starts the jobs"},
    "windows": {"Schedule": "Task Scheduler starts the jobs"},
}
_WINDOWS_SENDER = {"robocopy.exe": "copies are made with it", "LanmanWorkstation": "it reaches the share of a copy"}
_RSYNC = {"rsync": "copies are made with it"}
_SENDER = {
    **_RSYNC,
    "ssh": "it sends what it holds",
    "ssh-keygen": "it makes its own keys",
}


def _storage(studio: Studio, machine: Machine) -> dict[str, str]:
    kinds = {array.kind for array in machine.arrays.values()}
    found = {program: f"it has arrays of kind {kind}" for kind, program in _ARRAYS.items() if kind in kinds}
    for one in studio.managed:
        if one.machine == machine.name and one.kind == "disk":
            found["smartctl"] = "its disks are watched"
        if one.machine == machine.name and one.kind == "filesystem":
            filesystem = machine.volumes[one.name].filesystem
            found[f"mkfs.{filesystem}"] = f"it makes file systems of kind {filesystem}"
        if one.machine == machine.name and one.kind == "samba-share":
            found |= dict.fromkeys(("smbd", "pdbedit", "testparm", "useradd"), "it has Time Machine shares")
    return found


_ARRAYS = {"md": "mdadm", "btrfs": "btrfs"}
