"""What a machine was seen to have and to lack for its part, and the command that mends it."""

from __future__ import annotations

from collections.abc import Iterable

from studio_backup.diff import Present, Unread
from studio_backup.doctor import windows
from studio_backup.doctor.finding import MISSING, OK, UNSEEN, Finding, Span, clock
from studio_backup.doctor.needs import Wanted
from studio_backup.probe import Reply, Unanswered
from studio_backup.resources.volume import Volume
from studio_backup.spec.model import System
from studio_backup.survey import Answered, Sighting, Silent, read

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


def examine(need: Wanted, sighting: Sighting | None, asked: Span) -> list[Finding]:
    """What a system has and lacks; one that sleeps has nothing to say."""
    name = need.system.full_name
    match sighting:
        case Silent(reason, _, fix):
            return [Finding(name, "connection", UNSEEN, reason, fix)]
        case Answered() as answered:
            reply = next((one for (script, _), one in answered.answers.items() if script == need.script), None)
            if isinstance(reply, Reply) and need.system.os == "windows":
                return [*windows.examine(need, reply, asked), *_mounted(need, answered)]
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
    found = [
        _root(need.system, said.get("user", ["?"])[0]),
        clock(name, said.get("clock", [""])[0], asked, "timedatectl set-ntp true"),
    ]
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
