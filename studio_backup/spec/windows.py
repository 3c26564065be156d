"""Words of what plays keep on Windows, each by the name of a system; Backblaze is on Macs, too."""

from __future__ import annotations

from studio_backup.spec.model import Machine, Volume

BACKBLAZE = "backblaze"
WINDOWS_KINDS = ("fast-startup", "openssh-server", BACKBLAZE)


def is_shared(machine: Machine, volume: Volume) -> bool:
    """Whether a Windows and another system take turns on a volume: what one leaves mounted, the other damages."""
    kinds = {system.os for name, system in machine.systems.items() if name in volume.paths}
    return machine.exclusive and "windows" in kinds and len(kinds) > 1
