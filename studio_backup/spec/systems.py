"""The systems of a machine: how each is reached, who it is known by, and what it is installed on."""

from __future__ import annotations

from studio_backup.source import Entry, Listing, Mapping, Node
from studio_backup.spec.findings import Findings
from studio_backup.spec.merge import submap
from studio_backup.spec.model import Jump, System
from studio_backup.spec.reading import entries_of, place_of, text_of
from studio_backup.spec.wording import suggest

OS_NAMES = ("linux", "macos", "windows")


def build_systems(machine: str, tree: Mapping, findings: Findings) -> dict[str, System]:
    """Every system that can be built; what others lack is reported."""
    return {
        name: system
        for name, entry in entries_of(tree, "systems").items()
        if (system := _system(machine, name, entry, findings))
    }


def _system(machine: str, name: str, entry: Entry, findings: Findings) -> System | None:
    node, place = entry.value, entry.key.place
    os = text_of(node, "os") or (name if name in OS_NAMES else "")
    missing = [key for key in ("address", "user", "host_key") if not text_of(node, key)]
    missing += [] if os else ["os"]
    if missing:
        keys = " and no ".join(missing)
        fix = "add it here, or as system: in the machine, a group, the room, the site or defaults"
        if "host_key" in missing:
            fix = "add the text of its /etc/ssh/ssh_host_ed25519_key.pub"
        elif "os" in missing:
            fix = f"add os: {' | '.join(OS_NAMES)}, or take one of them as its name"
        findings.add(place, "SB309", f"the system '{machine}/{name}' has no {keys}", fix)
        return None
    return System(
        machine=machine,
        name=name,
        os=os,
        address=text_of(node, "address"),
        port=int(text_of(node, "port", "22")),
        user=text_of(node, "user"),
        host_key=host_key(text_of(node, "host_key")),
        become=text_of(node, "become") or None,
        identity=text_of(node, "identity") or None,
        services=text_of(node, "services", "systemd"),
        on=text_of(node, "on") or None,
        jump=_jumps(node),
        place=place,
    )


def host_key(text: str) -> str:
    """Type and base64, without the comment that may follow."""
    return " ".join(text.split()[:2])


def _jumps(node: Node) -> tuple[Jump, ...]:
    listing = node.get("jump") if isinstance(node, Mapping) else None
    items = listing.items if isinstance(listing, Listing) else []
    return tuple(
        Jump(
            address=text_of(item, "address"),
            user=text_of(item, "user"),
            port=int(text_of(item, "port", "22")),
            host_key=host_key(text_of(item, "host_key")),
            identity=text_of(item, "identity") or None,
        )
        for item in items
    )


def check_installed(
    machine: str, tree: Mapping, systems: dict[str, System], known: list[str], findings: Findings
) -> None:
    """Report systems that are installed on what the machine does not have."""
    declared = {name for key in ("disks", "arrays", "volumes") for name in entries_of(tree, key)}
    for name, system in systems.items():
        if system.on and system.on not in declared:
            place = place_of(submap(submap(tree, "systems"), name), "on", system.place)
            fix = suggest(system.on, known, "define the disk or the volume first")
            findings.add(place, "SB304", f"'{machine}' has no disk or volume '{system.on}'", fix)
