"""The end that is read: the gate, what it may serve, and the one authorized key that reaches nothing but the gate."""

from __future__ import annotations

from studio_backup.compile import conf
from studio_backup.compile.collect import Collector
from studio_backup.compile.route import Reader, Route
from studio_backup.paths import configuration
from studio_backup.resource import After, Derived
from studio_backup.resources.block import Block
from studio_backup.resources.ssh_key import SshKey

#: The parts of the gate, beside one another on the machine.
GATE_PARTS = (
    "gate.sh", "moment.sh", "absence.sh", "volume.sh", "guard.sh", "snapshots.sh", "zfs-snapshots.sh", "lock.sh",
    "shared.sh", "left-out.sh", "forms.sh", "landing.sh",
)  # fmt: skip


def serve(collected: Collector, route: Route, reader: Reader) -> None:
    """Everything that a source system needs so that one route can read from it."""
    system, place = reader.system, route.copy.place
    volume = collected.volume(system, reader.volume)
    if route.local:
        return
    needs = [collected.program(system, part, place) for part in GATE_PARTS]
    # The key does not need it: a gate without it refuses, and one key may reach the copies of many rooms, which a
    # selection of one room must not bring along.
    folder = f"{configuration(route.studio, system.os)}/gate.d/{route.gate_key}"
    collected.file(system, f"{folder}/{route.source_id}.conf", place, conf.gate(route, reader), shared=True)
    program = f"{configuration(route.studio, system.os)}/gate"
    key = After(f"{route.writer.full_name}/{SshKey.kind}/{route.home}/key", "public")
    comment = f"studio-backup {route.studio} {route.writer.full_name}"
    collected.add(
        Block(
            system=system.full_name,
            name=f"authorized_keys:{system.user}/{route.studio}.{route.gate_key}.{route.source_machine}",
            place=place,
            lines=Derived((f'restrict,command="{program} {route.gate_key}" ', key, f" {comment}")),
            requires=(*needs, volume[1]),
        )
    )
