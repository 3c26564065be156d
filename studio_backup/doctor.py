"""What a machine must have for its part in the copies, what it was seen to lack, and the command that mends it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from studio_backup.compile import compile_studio, routes
from studio_backup.diff import Present, Unread
from studio_backup.probe import Probe, Reply, Unanswered
from studio_backup.resources.volume import Volume
from studio_backup.spec.model import Machine, Studio, System
from studio_backup.survey import Answered, Sighting, Silent, read

#: Seconds by which two clocks may differ: restore points are dated by them.
CLOCK_SECONDS = 60
OK, MISSING, UNSEEN = "ok", "missing", "unseen"

#: From when until when all were asked, in epoch seconds here.
Span = tuple[float, float]

#: Where a program comes from, by the manager of packages; without an entry the package has the program's name.
_PACKAGES = {
    "ssh": {"apt-get": "openssh-client", "dnf": "openssh-clients", "zypper": "openssh-clients", "pacman": "openssh",
            "apk": "openssh-client"},
    "ssh-keygen": {"apt-get": "openssh-client", "dnf": "openssh", "zypper": "openssh-common", "pacman": "openssh",
                   "apk": "openssh-keygen"},
    "useradd": {"apt-get": "passwd", "dnf": "shadow-utils", "zypper": "shadow", "pacman": "shadow", "apk": "shadow"},
    "smartctl": dict.fromkeys(("apt-get", "dnf", "zypper", "pacman", "apk"), "smartmontools"),
    "btrfs": {"zypper": "btrfsprogs", **dict.fromkeys(("apt-get", "dnf", "pacman", "apk"), "btrfs-progs")},
    "mkfs.btrfs": {"zypper": "btrfsprogs", **dict.fromkeys(("apt-get", "dnf", "pacman", "apk"), "btrfs-progs")},
    "zfs": {"apt-get": "zfsutils-linux"},
    "mkfs.ext4": dict.fromkeys(("apt-get", "dnf", "zypper", "pacman", "apk"), "e2fsprogs"),
    "smbd": dict.fromkeys(("apt-get", "dnf", "zypper", "pacman"), "samba"),
    "pdbedit": dict.fromkeys(("apt-get", "dnf", "zypper", "pacman"), "samba"),
    "testparm": {"apt-get": "samba-common-bin", "dnf": "samba-common-tools", "zypper": "samba", "pacman": "samba"},
    "mkfs.xfs": dict.fromkeys(("apt-get", "dnf", "zypper", "pacman", "apk"), "xfsprogs"),
}  # fmt: skip
_INSTALL = {"apt-get": "apt-get install", "dnf": "dnf install", "zypper": "zypper install", "pacman": "pacman -S",
            "apk": "apk add", "opkg": "opkg install"}  # fmt: skip

#: Each argument is the name of a program. Reads only.
_SCRIPT = r"""printf 'user\t%s\n' "$(id -u)"
printf 'clock\t%s\n' "$(date +%s)"
if [ -d /run/systemd/system ]; then printf 'systemd\tyes\n'; fi
for manager in apt-get dnf zypper pacman apk opkg; do
  if command -v "$manager" >/dev/null 2>&1; then printf 'manager\t%s\n' "$manager"; break; fi
done
for program do
  if command -v "$program" >/dev/null 2>&1; then printf 'program\t%s\n' "$program"; fi
done
printf 'complete\n'"""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `where` is a system or `control machine`."""

    where: str
    what: str
    state: str  # ok | missing | unseen
    detail: str = ""
    fix: str = ""


@dataclass
class Wanted:
    """What one system needs for its part: programs with what for, and volumes that must be mounted."""

    system: System
    programs: dict[str, str] = field(default_factory=dict)
    volumes: list[Volume] = field(default_factory=list)

    def probes(self) -> list[Probe]:
        """All that is asked of it, in one round trip."""
        return [Probe(script=_SCRIPT, args=tuple(self.programs)), *(volume.probe() for volume in self.volumes)]


def wanted(studio: Studio) -> dict[str, Wanted]:
    """What every system that can be asked needs, by its full name."""
    found = {one.full_name: Wanted(one) for one in studio.systems() if one.os != "windows"}
    for route in routes(studio):
        writer = found[route.writer.full_name].programs
        writer |= {"rsync": "copies are made with it", **_STARTERS[route.writer.os]}
        if route.copy.by != "own":
            writer[route.copy.by] = "it makes snapshots"
        if route.store == "zfs":
            writer["zfs"] = "restore points are its snapshots"
        if route.pushed:
            writer["useradd"] = "what others send is written by a user of its own"
            for reader in route.readers:
                found[reader.system.full_name].programs |= _SENDER | _STARTERS[reader.system.os]
        elif not route.local:
            writer |= {"ssh": "it pulls what others hold", "ssh-keygen": "it makes its own keys"}
            writer["useradd"] = "what others send is written by a user of its own"
            for reader in route.readers:
                found[reader.system.full_name].programs["rsync"] = "copies are made with it"
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
}
_SENDER = {
    "rsync": "copies are made with it",
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


def examine(need: Wanted, sighting: Sighting | None, asked: Span) -> list[Finding]:
    """What a system has and lacks; one that sleeps has nothing to say."""
    name = need.system.full_name
    match sighting:
        case Silent(reason, _, fix):
            return [Finding(name, "connection", UNSEEN, reason, fix)]
        case Answered() as answered:
            reply = next((one for (script, _), one in answered.answers.items() if script == _SCRIPT), None)
            if isinstance(reply, Reply) and not reply.exit and reply.out.endswith("complete\n"):
                return [*_programs(need, reply, asked), *_mounted(need, answered)]
            why = reply.reason if isinstance(reply, Unanswered) else "half an answer"
            return [Finding(name, "connection", UNSEEN, why, "studio-backup doctor once more")]
    return []


def _programs(need: Wanted, reply: Reply, asked: Span) -> list[Finding]:
    name, lines = need.system.full_name, [line.partition("\t") for line in reply.out.splitlines()]
    said: dict[str, list[str]] = {}
    for word, _, value in lines:
        said.setdefault(word, []).append(value)
    manager = said.get("manager", [""])[0]
    found = [_root(need.system, said.get("user", ["?"])[0]), _clock(name, said.get("clock", [""])[0], asked)]
    for program, why in need.programs.items():
        if program in said.get("program", []):
            found.append(Finding(name, program, OK))
        elif program == "systemctl":
            fix = "a machine without systemd cannot write copies: set services: none, and let another one pull"
            found.append(Finding(name, "systemd", MISSING, why, fix))
        else:
            package = _PACKAGES.get(program, {}).get(manager, program)
            fix = f"{_INSTALL[manager]} {package}" if manager in _INSTALL else f"install {program} there"
            found.append(Finding(name, program, MISSING, why, fix))
    if "systemctl" in need.programs and "systemctl" in said.get("program", []) and "systemd" not in said:
        found.append(Finding(name, "systemd", MISSING, "it did not boot this system", "boot it with systemd"))
    return found


def _root(system: System, user: str) -> Finding:
    if user == "0":
        return Finding(system.full_name, "root", OK)
    detail = f"commands run there as user id {user}"
    fix = "log in as root, or set become: sudo for it"
    return Finding(system.full_name, "root", MISSING, detail, fix)


def _clock(name: str, text: str, asked: Span) -> Finding:
    apart = max(asked[0] - int(text), int(text) - asked[1], 0) if text.isdigit() else None
    if apart is None:
        return Finding(name, "clock", UNSEEN, "it did not say what time it is")
    if apart <= CLOCK_SECONDS:
        return Finding(name, "clock", OK)
    return Finding(
        name, "clock", MISSING, f"it differs from this machine's by {apart:.0f} s", "timedatectl set-ntp true"
    )


def _mounted(need: Wanted, answered: Answered) -> Iterable[Finding]:
    for volume in need.volumes:
        seen = read(volume, answered)
        what = f"volume {volume.label or volume.name}"
        if isinstance(seen, Present) and isinstance(seen.value, Volume) and seen.value.id == volume.id:
            yield Finding(need.system.full_name, what, OK)
        elif isinstance(seen, Unread):
            yield Finding(need.system.full_name, what, UNSEEN, seen.reason, seen.fix)
        else:
            there = seen.value.id if isinstance(seen, Present) and isinstance(seen.value, Volume) else "not mounted"
            detail = f"{volume.name} is {there}, the spec says {volume.id}"
            fix = f"mount it, or write what is there into {volume.place}"
            yield Finding(need.system.full_name, what, MISSING, detail, fix)
