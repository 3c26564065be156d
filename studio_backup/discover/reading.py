"""What a machine answered, as values: disks, arrays, volumes and jobs; what does not fit a spec is said in words."""

from __future__ import annotations

import re

from studio_backup.discover.found import PLAIN, Drive, Found, Group, Mounted, masked
from studio_backup.discover.mac_reading import parse_mac
from studio_backup.probe import Reply
from studio_backup.resource import whole
from studio_backup.spec.arrays import LEVELS

#: Mounted there is the system itself, not a studio's data.
_OWN = re.compile(r"/|/(boot|efi|etc|usr|var|tmp|run|root|snap|nix|recovery)(/.*)?")
#: Names of links to a disk, the plainest first; one that only counts (wwn, nvme-eui) says nothing to a reader.
_PREFERRED = ("nvme-", "ata-", "scsi-", "usb-", "virtio-", "mmc-", "wwn-")
_COUNTED = re.compile(r"nvme-(eui|uuid|nvme)\.|scsi-[0-9]|dm-|md-|lvm-|.*-part[0-9]+$|.*_[0-9]+$(?<=_1)")


def parse(reply: Reply) -> Found:
    """Read the answer; raises Unparsable for one that is not whole."""
    if reply.out.startswith("system\tmacOS "):
        return parse_mac(reply)
    lines = [line.split("\t") for line in whole(reply).splitlines()]
    said: dict[str, list[list[str]]] = {}
    for word, *values in lines:
        said.setdefault(word, []).append(values)
    found = Found(_one(said, "system"), _one(said, "host"))
    blocks = {values[0]: values for values in said.get("block", []) if len(values) == 5}
    below = {name: values[1].split() for name, values in blocks.items()}
    ids = _ids(said.get("id", []))
    for name, (_, under, rotates, sectors, model) in blocks.items():
        if not under and (name in ids or not name.startswith(("loop", "dm-", "md", "nbd"))):
            medium = "nvme" if name.startswith("nvme") else "hdd" if rotates == "1" else "ssd"
            size = int(sectors) * 512 if sectors.isdigit() else 0
            if size:
                found.drives.append(Drive(name, ids.get(name, ""), medium, size, model.strip()))
    _groups(said, below, found)
    _volumes(said.get("mount", []), below, found)
    _apart(found)
    found.jobs = [masked("\t".join(values)) for values in said.get("job", [])]
    found.jobs += [f"{values[0]} (configuration)" for values in dict.fromkeys(map(tuple, said.get("config", [])))]
    return found


def _one(said: dict[str, list[list[str]]], word: str) -> str:
    return said.get(word, [[""]])[0][0]


def _ids(pairs: list[list[str]]) -> dict[str, str]:
    """The plainest name in /dev/disk/by-id of each device."""
    found: dict[str, str] = {}

    def rank(name: str) -> tuple[bool, int, int, str]:
        order = next((place for place, start in enumerate(_PREFERRED) if name.startswith(start)), len(_PREFERRED))
        return bool(_COUNTED.match(name)), order, len(name), name

    for kernel, name in (pair for pair in pairs if len(pair) == 2 and PLAIN.fullmatch(pair[1])):
        if kernel not in found or rank(name) < rank(found[kernel]):
            found[kernel] = name
    return found


def _roots(name: str, below: dict[str, list[str]]) -> tuple[str, ...]:
    """The physical disks under a device; one that is told to be under itself ends there."""
    found: dict[str, None] = {}
    waiting, met = [name], {name}
    while waiting:
        device = waiting.pop(0)
        parts = [part for part in below.get(device, []) if part not in met]
        met.update(parts)
        waiting = [*parts, *waiting]
        if not parts:
            found[device] = None
    return tuple(found)


def _groups(said: dict[str, list[list[str]]], below: dict[str, list[str]], found: Found) -> None:
    for kernel, level, identity in (values for values in said.get("md", []) if len(values) == 3):
        if not PLAIN.fullmatch(level):
            continue
        plain = re.sub("[:-]", "", identity.lower())
        text = ":".join(plain[at : at + 8] for at in range(0, 32, 8)) if re.fullmatch("[0-9a-f]{32}", plain) else ""
        found.groups.append(Group(kernel, "md", level, text, _roots(kernel, below)))
    pools: dict[tuple[str, str], list[str]] = {}
    for pool, device, level in (values for values in said.get("btrfs", []) if len(values) == 3):
        pools.setdefault((pool, level), []).append(device)
    for (pool, level), devices in pools.items():
        members = tuple(dict.fromkeys(root for device in devices for root in _roots(device, below)))
        if len(devices) > 1:
            found.groups.append(Group(pool, "btrfs", level if PLAIN.fullmatch(level) else "single", "", members))


def _volumes(mounts: list[list[str]], below: dict[str, list[str]], found: Found) -> None:
    arrays = {group.kernel for group in found.groups}
    seen: set[tuple[str, str]] = set()
    for kind, source, root, identity, path in (values for values in mounts if len(values) == 5):
        bound = root != "/" and kind != "btrfs"
        if _OWN.fullmatch(path) or bound or (source, root) in seen:
            continue
        seen.add((source, root))
        filesystem = {"vfat": "fat32", "ntfs3": "ntfs"}.get(kind, kind)
        roots = _roots(source, below)
        joined = next((one for one in (source, identity, *below.get(source, [])) if one in arrays), "")
        if not (PLAIN.fullmatch(identity) and PLAIN.fullmatch(filesystem)) or not path.isprintable() or "{{" in path:
            found.notes.append(f"{path} ({kind} on {source}): its id could not be read, so it is not described")
        elif joined or len(roots) == 1:
            found.volumes.append(Mounted(path, filesystem, identity, joined or roots[0]))
        else:
            found.notes.append(f"{path} ({kind} on {source}): it lies on {', '.join(roots)}, joined by something else")


def _apart(found: Found) -> None:
    """A disk of the spec is in one array or carries volumes itself. What an appliance keeps beside it is said in words.

    Arrays with volumes of their own go first.
    """
    carrying = {one.on for one in found.volumes}
    taken: set[str] = set()
    kept: list[Group] = []
    for group in sorted(found.groups, key=lambda one: one.kernel not in carrying):
        there = f"array {group.kernel} ({group.kind} {group.level})"
        needed = LEVELS[group.kind].get(group.level)
        if needed is None or len(group.members) < needed:
            disks = ", ".join(group.members)
            found.notes.append(f"{there}: it runs on {disks}, which no spec can say; mend it, then discover once more")
        elif taken.isdisjoint(group.members):
            kept.append(group)
            taken |= set(group.members)
        else:
            found.notes.append(f"{there}: its disks are in another one, too")
    found.groups = kept
    described = {group.kernel for group in kept}
    for one in [one for one in found.volumes if one.on not in described]:
        if one.on in taken or one.on not in {drive.kernel for drive in found.drives}:
            found.volumes.remove(one)
            found.notes.append(f"{one.path} ({one.filesystem}): it lies beside an array that is described, or on none")
