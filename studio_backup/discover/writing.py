"""What was found, as a file for inventory/: whole, with a word on every line that a human must look at."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio_backup.discover.found import Found, Mounted

#: Why a disk is not described.
_NAMELESS = {
    "linux": "it has no name in /dev/disk/by-id",
    "macos": "no partition of it has a DiskUUID",
    "windows": "neither its serial nor its UniqueId can stand in a spec, or another disk has the same",
}
_NOWHERE = {
    "linux": " in cron, timers or the usual configurations", "macos": " that launchd starts",
    "windows": " in Task Scheduler",
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """How the machine was reached, and where it shall stand in the spec."""

    name: str
    address: str
    port: int
    user: str
    become: str | None
    host_key: str
    place: str  # `room: NAME` or `site: NAME`
    head: str = ""  # what makes it a spec of its own where there is none yet


def spec_of(found: Found, way: Way, day: str) -> str:
    """The text of a file that validates beside the rest of an inventory."""
    names = _names(found)
    head = [
        f"# {way.name}: what stood on {_safe(way.address)} on {day}",
        f"# ({_safe(found.system)}; it calls itself {_safe(found.host)}). Nothing was changed there.",
        "# Compare it, give things names of yours, and keep it in inventory/.",
        *way.head.splitlines(),
        "machines:",
        f"  {way.name}:",
        f"    role: {_role(found)}    # workstation, nas or offsite: what it is to the studio",
        f"    {way.place}    # where it stands",
        "    systems:",
        f"      {found.os}:",
        f"        address: {way.address}",
        *([f"        port: {way.port}"] if way.port != 22 else []),
        f"        user: {way.user}",
        *([f"        become: {way.become}"] if way.become else []),
        f'        host_key: "{way.host_key}"    # the one that answered',
    ]
    parts = (("disks", _disks(found, names)), ("arrays", _arrays(found, names)), ("volumes", _volumes(found, names)))
    if found.os == "macos" and parts[0][1]:
        parts[0][1].insert(
            0, "      # macOS tells no serial here: id is the DiskUUID of the partition that carries the data"
        )
    body = [line for word, lines in parts if lines for line in (f"    {word}:", *lines)]
    return "\n".join([*head, *body, *_words(found, names)]) + "\n"


def _names(found: Found) -> dict[str, str]:
    """A name for every disk with a by-id name, and for every array of such disks, by what the kernel calls it."""
    disks = [one.kernel for one in found.drives if one.by_id]
    names = {kernel: f"disk-{number}" for number, kernel in enumerate(disks, 1)}
    groups = [one for one in found.groups if one.level and set(one.members) <= set(disks)]
    wishes = {
        group.kernel: next((_called(one) for one in found.volumes if one.on == group.kernel), "array")
        for group in groups
    }
    return {**names, **_named(wishes)}


def _disks(found: Found, names: dict[str, str]) -> list[str]:
    lines = []
    for one in (one for one in found.drives if one.by_id):
        size = f"{one.bytes / 1e12:.1f} TB" if one.bytes >= 1e12 else f"{one.bytes / 1e9:.0f} GB"
        about = f"    # {size} {_safe(one.model)}".rstrip()
        lines.append(f"      {names[one.kernel]}: {{{one.word}: {one.by_id}, medium: {one.medium}}}{about}")
    return lines


def _arrays(found: Found, names: dict[str, str]) -> list[str]:
    lines = []
    for group in (group for group in found.groups if group.kernel in names):
        members = ", ".join(names[member] for member in group.members)
        identity = f", id: {group.id}" if group.id else ""
        kind = f"kind: {group.kind}, level: {group.level}, members: [{members}]{identity}"
        lines.append(f"      {names[group.kernel]}: {{{kind}}}")
    return lines


def _volumes(found: Found, names: dict[str, str]) -> list[str]:
    there = [one for one in found.volumes if one.on in names]
    called = _named({one.path: _called(one) for one in there})
    return [
        f"      {called[one.path]}: {{on: {names[one.on]}, filesystem: {one.filesystem}, id: {one.id},"
        f" path: {_quoted(one.path)}}}"
        for one in there
    ]


def _words(found: Found, names: dict[str, str]) -> list[str]:
    """What is there and stands in no line of the spec."""
    lines = [f"#   {_safe(note)}" for note in found.notes]
    lines += [
        f"#   disk {_safe(one.kernel)}: {_NAMELESS[found.os]}; write serial: from its label"
        for one in found.drives
        if not one.by_id
    ]
    lines += [
        f"#   {_safe(one.path)}: what it lies on is not described" for one in found.volumes if one.on not in names
    ]
    if lines:
        lines = ["#", "# There, and not described above:", *lines]
    if found.external:
        title = "# Copies that other products make: give those that count to a dataset of a play, as external:"
        told = [f"#   {product}: {{tool: {product}, to: …}}    # {_safe(seen)}" for product, seen in found.external]
        lines = [*lines, "#", title, *told]
    head = "# Backup jobs that run there already; they are neither read nor changed:"
    jobs = [f"#   {_safe(job)}" for job in found.jobs] or [f"#   none{_NOWHERE[found.os]}"]
    return [*lines, "#", head, *jobs]


def _called(one: Mounted) -> str:
    return one.name or one.path.rsplit("/", 1)[1]


def _role(found: Found) -> str:
    if found.os in ("macos", "windows"):
        return "workstation"
    return "nas" if found.groups or len(found.drives) > 2 else "workstation"


def _named(wishes: dict[str, str]) -> dict[str, str]:
    """A name of its own for each, in letters that a spec takes."""
    taken: dict[str, str] = {}
    for key, wish in wishes.items():
        plain = re.sub(r"[^a-z0-9]+", "-", wish.lower()).strip("-")[:36].strip("-") or "volume"
        name, number = plain, 2
        while name in taken.values():
            name, number = f"{plain}-{number}", number + 1
        taken[key] = name
    return taken


def _quoted(path: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9/._-]+", path):
        return path
    doubled = path.replace("'", "''")
    return f"'{doubled}'"


def _safe(text: str) -> str:
    """What came from a machine, on one line of a comment."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
