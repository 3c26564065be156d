"""Whether the system that keeps storage sees a volume, and by which id."""

from __future__ import annotations

from studio_backup.spec.findings import Findings
from studio_backup.spec.model import Managed, System, Volume
from studio_backup.spec.storage import is_uuid


def sees(volume: Volume, system: System, one: Managed, findings: Findings) -> bool:
    """True where the system mounts the volume; else reported as SB413."""
    if system.name in volume.paths:
        return True
    message = f"'{system.full_name}' does not mount the volume '{volume.name}'"
    findings.add(one.place, "SB413", message, f"add its path for {system.name} to paths:")
    return False


def check_id(volume: Volume, system: System, findings: Findings) -> None:
    """Report SB212 where its id is none that a Linux file system carries."""
    known = volume.ids.get(system.name, "")
    if known and not is_uuid(known):
        message = f"'{known}' is no UUID, which is what {volume.filesystem} carries"
        findings.add(volume.place, "SB212", message, "copy it from `blkid`, or leave id: out: then one is chosen")
