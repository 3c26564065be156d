"""Where our things stand on a managed Linux machine (design section 8)."""

from __future__ import annotations

#: Programs and configuration; one folder a studio below it. Holds no secret.
CONFIGURATION = "/etc/studio-backup"
#: Manifest, lock, logs, runs, keys; one folder a studio below it for what belongs to one studio.
STATE = "/var/lib/studio-backup"
#: systemd's own folder; our names in it start with `studio-backup-STUDIO_`.
UNITS = "/etc/systemd/system"
#: The file in a volume's root that says which volume it is.
SENTINEL = ".studio-backup-volume"


def configuration(studio: str) -> str:
    """Folder of one studio's programs and configuration."""
    return f"{CONFIGURATION}/{studio}"


def state(studio: str) -> str:
    """Folder of one studio's runs, keys and logs."""
    return f"{STATE}/{studio}"


def unit_prefix(studio: str) -> str:
    """How every systemd unit of a studio starts; names hold no underscore, so no studio's prefix fits another's."""
    return f"studio-backup-{studio}_"
