"""What is on a device before something is made there: read by device.sh, told in words, and checked once more."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping

from studio_backup.programs import shipped
from studio_backup.resource import After, Derived, Unparsable

#: `find_device DESIGNATOR`, `device_users DEVICE` and `device_content DEVICE`.
CONTENT = f"{shipped('device.sh')}\n{shipped('content.sh')}"

#: How a disk says, in place of its content, that somebody uses it or that it was not read.
IN_USE, ASLEEP, NOT_READ, NOT_THERE = "in use: ", "asleep: not read", "not read: ", "not there"

#: All that device_content says of a blank one; a fact more, of whatever kind, and it is none.
_BLANK = re.compile(r"size\t[1-9][0-9]*\n(serial\t[^\t\n]+\n)?edges\tzero")

_TABLES = {"gpt": "GPT partition table", "PMBR": "GPT partition table", "dos": "MBR partition table"}
_BETWEEN = "\0\0"

#: Kinds of links in /dev/disk/by-id in the order in which a person knows a disk by them.
_KNOWN_BY = ("ata-", "nvme-", "usb-", "scsi-", "wwn-")


def known_by(device: str, links: Iterable[str]) -> str:
    """Of the names in /dev/disk/by-id that a device has, the one that a person knows it by; else the kernel's."""
    return min(links, key=lambda link: (not link.startswith(_KNOWN_BY), link), default=device)


def designator(by_id: str | None, serial: str | None) -> str:
    """How a disk is found on its machine: by its name in /dev/disk/by-id where that is known, else by its serial."""
    return f"id:{by_id}" if by_id else f"serial:{serial}"


def check_told(designators: Mapping[str, str], devices: Mapping[str, str]) -> None:
    """Raise Unparsable where nothing could tell which device a member is: then its name is `?`."""
    lost = [f"{member} ({designators[member]})" for member, device in devices.items() if device == "?"]
    if lost:
        raise Unparsable(f"nothing tells which device this is: {', '.join(lost)}")


def is_blank(content: str) -> bool:
    """True for what has no partition, no known signature, and nothing but zero bytes in its first and last MiB."""
    return _BLANK.fullmatch(content) is not None


def told(content: str) -> str:
    """One line for people: `ext4 'sessions' (5e55a1b2...), 8.0 TB, serial X, last mounted at /srv/sessions`.

    The same words as `tell_content` of expected.sh, which says them on the machine.
    """
    if content.startswith((IN_USE, ASLEEP, NOT_READ, NOT_THERE)):
        return content
    facts = [[*line.split("\t"), "", "", ""] for line in content.split("\n")]
    single = {fact[0]: fact[1] for fact in facts}
    what = list(dict.fromkeys(_signature(fact[1], fact[3], fact[4]) for fact in facts if fact[0] == "signature"))
    partitions = sum(fact[0] == "partition" for fact in facts)
    if partitions:
        what.append(f"{partitions} partition{'s' if partitions > 1 else ''}")
    inside = (_signature(fact[2], fact[3], fact[4]) for fact in facts if fact[0] == "inside")
    what += [one for one in dict.fromkeys(inside) if one not in what]
    if not what:
        data = any(fact[0] == "edges" and fact[1] != "zero" for fact in facts)
        what = ["unknown data" if data else "blank"]
    serial = f", serial {single['serial']}" if "serial" in single else ""
    mounted = f", last mounted at {single['mounted-last']}" if "mounted-last" in single else ""
    return f"{' + '.join(what)}, {told_size(int(single.get('size', '0')))}{serial}{mounted}"


def _signature(kind: str, identity: str, label: str) -> str:
    text = _TABLES.get(kind, kind)
    if label:
        text += " '" + label.replace("\\x20", " ") + "'"
    if identity:
        text += f" ({identity[:8]}...)" if len(identity) > 9 else f" ({identity})"
    return text


def told_size(count: int) -> str:
    """Decimal, as disks are sold: a step of 1,000 a unit."""
    size, unit = count / 1_000_000, "MB"
    for larger in ("GB", "TB"):
        if size >= 1000:
            size, unit = size / 1000, larger
    return f"{size:.1f} {unit}" if size < 10 else f"{size:.0f} {unit}"


def guard(expected: Mapping[str, str]) -> str:
    """sh that refuses, and says why, unless each designator is a device of its own that nobody uses, with exactly the
    content that is expected of it."""
    checks = [
        f"expect_device {shlex.join((designator, told(content), content))} || exit 1"
        for designator, content in expected.items()
    ]
    return "\n".join([CONTENT, shipped("expected.sh"), *checks])


def names(address: str, contents: Mapping[str, str]) -> tuple[str, ...]:
    """What --allow-destroy must name: the address, and each member (name -> content) that is not blank."""
    return (address, *(f"{address}#{member}" for member in _laden(contents)))


def stakes(contents: Mapping[str, str]) -> tuple[str, ...]:
    """What is lost: a line for each member (name -> content) that is not blank."""
    return tuple(f"{member}: {told(contents[member])}" for member in _laden(contents))


def _laden(contents: Mapping[str, str]) -> Iterator[str]:
    return (member for member, content in contents.items() if not is_blank(content))


def hindrance(contents: Mapping[str, str]) -> tuple[str, str] | None:
    """(reason, fix) for the first member (name -> content) that nothing may be made on now; None when all are free."""
    for member, content in contents.items():
        if content.startswith(IN_USE):
            return f"{member} is {content}", "free it by hand if nothing on it is needed; nothing in use is overwritten"
        if content.startswith(ASLEEP):
            return f"{member} is {content}", "wake it by reading from it, then plan again"
        if content == NOT_THERE:
            return f"{member} is {content}", "plug it in, or name another disk in the spec; then plan again"
        if content.startswith(NOT_READ):
            return f"{member} was {content}", "make it readable, then plan again"
    return None


def joined(members: Mapping[str, str]) -> Derived:
    """The contents of several members (name -> address of the resource that has it), learnt as one text."""
    parts: list[str | After] = []
    for member, address in members.items():
        parts += [f"{_BETWEEN if parts else ''}{member}\0", After(address, "content")]
    return Derived(tuple(parts))


def split_found(text: str) -> dict[str, str]:
    """Member -> content, out of what `joined` became."""
    return dict(part.split("\0") for part in text.split(_BETWEEN)) if text else {}


def seen_on(members: Iterable[str], found: str) -> dict[str, str]:
    """Member -> what was seen on it; of what nobody saw, nothing, which no guard lets pass."""
    said = split_found(found)
    return {member: said.get(member, "") for member in members}
