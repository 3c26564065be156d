"""A disk of Windows, watched: is it there, who uses it, what is on it, and how is it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Unparsable, Watched, watched
from studio_backup.resources.device import IN_USE, NOT_READ, NOT_THERE
from studio_backup.resources.space_listing import PROGRAM as STORAGE
from studio_backup.resources.space_state import disk_fault, number
from studio_backup.source import Place
from studio_backup.windows.answers import document, items, rows, word

PROGRAM = f"{STORAGE}\n{shipped('raw.ps1')}\n{shipped('disk.ps1')}"
_SCRIPT = f"{PROGRAM}\nRead-Disk -Wanted $Words"
#: How a disk says that a pool holds it.
POOLED = f"{IN_USE}held by the pool "
#: MSFT_PhysicalDisk.CannotPoolReason
_CANNOT = {
    "0": "for a reason that is not known", "3": "it is not healthy", "4": "it is a removable medium",
    "5": "a cluster uses it", "6": "it is offline", "8": "it is a spare", "9": "the system reserves it",
    "10": "it is starting",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class WindowsDisk(Watched):
    """One physical disk; its name is the one it has in the inventory."""

    kind: ClassVar[str] = "windows-disk"
    summary: ClassVar[str] = "one physical disk of Windows: its presence, users, content and health; watched (compiled)"
    language: ClassVar[str] = "powershell"

    present: str = watched("yes")
    users: str | None = watched(None)
    content: str | None = watched(None)  # as Get-DiskContent prints it, or what stands in its place
    health: str = watched("healthy")
    device: str = field(default="", compare=False)  # designator: `id:UNIQUEID` or `serial:TEXT`

    def probe(self) -> Probe:
        """All disks in one call, last of all: a failing one may hang."""
        return Probe(script=_SCRIPT, args=(self.device,), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """Never absent: a disk that is not there is seen as such."""
        found = [one for one in rows(document(reply), "Disks") if one.get("Designator") == self.device]
        if len(found) != 1:
            raise Unparsable(f"{self.name} is not in the listing")
        one = found[0]
        state, text = word(one, "State"), word(one, "Text")
        match state:
            case "free":
                return self._seen("yes", None, text, _health(one))
            case "pooled":
                return self._seen("yes", f"the pool {text}", f"{POOLED}{text}", _health(one))
            case "used":
                return self._seen("yes", text, f"{IN_USE}{text}", _health(one))
            case "offline":
                return self._seen("yes", None, f"{NOT_READ}Windows keeps it offline", _health(one))
            case "unfit":
                return self._seen("yes", None, f"{NOT_READ}Windows would not pool it, {_unfit(text)}", _health(one))
            case "hidden":
                return self._seen("yes", None, f"{NOT_READ}Windows shows it in no list of disks", _health(one))
            case "absent":
                return self._seen("no", None, NOT_THERE, "healthy")
            case "several":
                return self._seen("no: several disks answer to that", None, None, "healthy")
            case _:
                raise Unparsable(f"{self.name} cannot be read: {text or state}")

    def _seen(self, present: str, users: str | None, content: str | None, health: str) -> Self:
        return type(self)(
            system=self.system, name=self.name, place=self.place, device=self.device,
            present=present, users=users, content=content, health=health,
        )  # fmt: skip

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only its name is known."""
        return cls(system=system, name=name, place=place)


def _unfit(codes: str) -> str:
    return " and ".join(_CANNOT.get(code, f"for reason {code}, which is not known here") for code in codes.split())


def _health(one: dict[str, Any]) -> str:
    """As the listing of physical disks has it; of a disk that only the other listing knows, nobody told anything."""
    if not word(one, "Health"):
        return "not told"
    health = number(one["Health"], "the health of a disk")
    status = [number(code, "the state of a disk") for code in items(one, "Status")]
    usage = word(one, "Usage")
    return disk_fault(health, status, number(usage, "the use of a disk") if usage else None) or "healthy"
