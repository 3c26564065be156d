"""The studio as the rest of the program sees it: frozen values, references checked, units normalised."""

from studio_backup.spec.model.datasets import Brake, Copy, Dataset
from studio_backup.spec.model.machines import Alarm, Array, Disk, Jump, Machine, System, Volume
from studio_backup.spec.model.places import Room, Site
from studio_backup.spec.model.said import Managed, Receiver, Waiver
from studio_backup.spec.model.studio import Studio

__all__ = [
    "Alarm",
    "Array",
    "Brake",
    "Copy",
    "Dataset",
    "Disk",
    "Jump",
    "Machine",
    "Managed",
    "Receiver",
    "Room",
    "Site",
    "Studio",
    "System",
    "Volume",
    "Waiver",
]
