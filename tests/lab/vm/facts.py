"""What the RAID machine is made of: its name and the disks in its bays, as inventories rely on them."""

from dataclasses import dataclass, replace
from typing import Literal

NAME = "raid"
MIB = 1024 * 1024
# The first numbers of the disks' world wide names, as the makers of real ones have theirs.
SCSI_WWN = 0x5000C50000000A00
SPARE_WWN = 0x5000C50000000B00
ATA_WWN = 0x5000C500C0FFEE00
ATA_MODEL = "ST8000VN004"


@dataclass(frozen=True)
class Disk:
    """One disk and the bay it is in. A disk keeps its serial and its bytes wherever it goes."""

    bay: str
    kind: Literal["scsi", "ata", "nvme"]
    serial: str
    wwn: int = 0
    mebibytes: int = 400

    @property
    def id(self) -> str:
        """Its name under /dev/disk/by-id that an inventory gives as `id`, past every change of /dev/sdX."""
        if self.kind == "nvme":
            return f"nvme-QEMU_NVMe_Ctrl_{self.serial}"
        if self.kind == "ata":
            return f"ata-{ATA_MODEL}_{self.serial}"
        return f"wwn-{self.wwn:#x}"

    @property
    def path(self) -> str:
        return f"/dev/disk/by-id/{self.id}"

    def moved(self, bay: str) -> "Disk":
        """Return the same disk in another bay."""
        return replace(self, bay=bay)


def disks(mebibytes: int = 400) -> dict[str, Disk]:
    """Return every disk by bay: six that can be pulled, of MEBIBYTES each; two with SMART; one NVMe."""
    everything = [
        Disk(f"bay{number}", "scsi", f"WD-STUDIO{number:04d}", SCSI_WWN + number, mebibytes) for number in range(1, 7)
    ]
    everything += [Disk(f"ata{number}", "ata", f"ZR5000{number}", ATA_WWN + number, 256) for number in (1, 2)]
    everything += [Disk("nvme1", "nvme", "NVME0001", mebibytes=256)]
    return {disk.bay: disk for disk in everything}


def spare(number: int, bay: str, mebibytes: int = 400) -> Disk:
    """Return a disk that was never in the machine, as a technician brings it; NUMBER (1 to 255) tells spares apart."""
    return Disk(bay, "scsi", f"WD-SPARE{number:04d}", SPARE_WWN + number, mebibytes)


DISKS = disks()
BAYS = tuple(bay for bay, disk in DISKS.items() if disk.kind == "scsi")
