"""DriveInfo, from the state of the machine."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.sim.windows.dotnet.enums import enumerated
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.objects import NetObject, maker, prop, static
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import Enumerated, Int64
from tests.sim.windows.process import Process


class DriveInfo(NetObject):
    """IO.DriveInfo, from the state of the machine."""

    type_name: ClassVar[str] = "System.IO.DriveInfo"

    def __init__(self, process: Process, letter: str) -> None:
        self.process, self.letter = process, letter.upper()

    def text(self) -> str:
        """Its root."""
        return f"{self.letter}:\\"

    def _state(self) -> dict[str, Any]:
        found: dict[str, Any] | None = self.process.windows.state["drives"].get(self.letter)
        if found is None or self.letter not in self.process.windows.drives.letters():
            raise NetError("System.IO.DriveNotFoundException", f"Could not find the drive '{self.letter}:\\'. The "
                           "drive might not be ready or might not be mapped.", -2147024893)  # fmt: skip
        return found

    @prop("Name")
    def name(self) -> str:
        """Its root."""
        return self.text()

    @prop("IsReady")
    def is_ready(self) -> bool:
        """Whether it is there."""
        return self.letter in self.process.windows.drives.letters()

    @prop("DriveFormat")
    def drive_format(self) -> str:
        """Its file system."""
        return str(self._state()["format"])

    @prop("VolumeLabel")
    def label(self) -> str:
        """Its label."""
        return str(self._state()["label"])

    @prop("TotalSize")
    def total(self) -> Int64:
        """Its bytes."""
        return Int64(self._state()["total"])

    @prop("AvailableFreeSpace")
    def free(self) -> Int64:
        """Its bytes that are free."""
        return Int64(self._state()["free"])

    @prop("TotalFreeSpace")
    def total_free(self) -> Int64:
        """Its bytes that are free."""
        return self.free()

    @prop("DriveType")
    def drive_type(self) -> Enumerated:
        """Fixed, removable …"""
        state = self.process.windows.state["drives"].get(self.letter, {"type": 1})
        return enumerated("System.IO.DriveType", int(state.get("type", 3)))


@maker("IO.DriveInfo")
def _drive_info(shell: Shell, name: Any) -> DriveInfo:
    text = to_text(name)
    if not (text[:1].isalpha() and (text[1:] in ("", ":") or text[1:3] == ":\\")):
        raise NetError("System.ArgumentException", "Object must be a root directory (\"C:\\\") or a drive letter "
                       "(\"C\").", -2147024809)  # fmt: skip
    return DriveInfo(shell.process, text[0])


@static("IO.DriveInfo", "GetDrives")
def _drives(shell: Shell) -> list[DriveInfo]:
    return [DriveInfo(shell.process, letter) for letter in shell.process.windows.drives.letters()]
