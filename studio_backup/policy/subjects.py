"""Everything that something may be said of, by the name under which it is said."""

from __future__ import annotations

from studio_backup.spec.model import Studio


def subjects(studio: Studio) -> list[str]:
    """Everything that something may be said of."""
    found = [f"drive:{name}" for name in studio.drives] + [f"account:{name}" for name in studio.accounts]
    for dataset in studio.datasets.values():
        found += [f"copy:{dataset.full_name}/{name}" for name in (*dataset.copies, *dataset.external)]
    for machine in studio.machines.values():
        found += [f"system:{system.full_name}" for system in machine.systems.values()]
        found += [f"disk:{machine.name}/{disk.name}" for disk in machine.disks.values() if not disk.travels]
    return found
