"""COM's Schedule.Service: what alone can remove a folder of Task Scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.objects import NetObject, method, prop
from tests.sim.windows.powershell.registry import com
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import NOTHING

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

_COM = "System.Runtime.InteropServices.COMException"


class Named(NetObject):
    """A task of a folder, of which only the name is known."""

    type_name: ClassVar[str] = "System.__ComObject"

    def __init__(self, path: str) -> None:
        self.path = path

    @prop("Name")
    def name(self) -> str:
        """Without its folder."""
        return self.path.rpartition("\\")[2]


class TaskFolder(Named):
    """A folder."""

    def __init__(self, windows: Windows, path: str) -> None:
        super().__init__(path)
        self.windows = windows

    def _below(self, paths: list[str]) -> list[str]:
        return [
            path for path in paths if path != "\\" and (path.rpartition("\\")[0] or "\\").lower() == self.path.lower()
        ]

    @method("GetTasks")
    def tasks(self, _: Any) -> list[Named]:
        """Those right in it."""
        return [Named(path) for path in self._below([task.path for task in self.windows.tasks.tasks.values()])]

    @method("GetFolders")
    def folders(self, _: Any) -> list[TaskFolder]:
        """Those right in it."""
        return [TaskFolder(self.windows, path) for path in self._below([*self.windows.tasks.folders.values()])]

    @method("DeleteFolder")
    def delete(self, name: Any, _: Any) -> Any:
        """One right in it, if nothing is left there."""
        path = f"{self.path.rstrip(chr(92))}\\{to_text(name)}".lower()
        there = TaskFolder(self.windows, path)
        if there.tasks(1) or there.folders(0):
            raise NetError(_COM, "The directory is not empty. (Exception from HRESULT: 0x80070091)", -2147024751)
        del self.windows.tasks.folders[path]
        return NOTHING


class Service(NetObject):
    """The service."""

    type_name: ClassVar[str] = "System.__ComObject"

    def __init__(self, windows: Windows) -> None:
        self.windows = windows
        self.connected = False

    @method("Connect")
    def connect(self) -> Any:
        """Before anything else."""
        self.connected = True
        return NOTHING

    @method("GetFolder")
    def folder(self, path: Any) -> TaskFolder:
        """By its path without a backslash at its end."""
        if not self.connected:
            raise NotKnown("Schedule.Service without Connect()")
        if to_text(path).lower() not in self.windows.tasks.folders:
            raise NetError(
                _COM, "The system cannot find the file specified. (Exception from HRESULT: 0x80070002)", -2147024894
            )
        return TaskFolder(self.windows, to_text(path).lower())


@com("Schedule.Service")
def _service(windows: Windows) -> Service:
    return Service(windows)
