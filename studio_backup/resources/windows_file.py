"""Files of ours on Windows: programs and configuration below our own folder, whole and with an owner mark."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Self

from studio_backup.paths import is_configuration, studio_folder
from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Resource, Unparsable, learned, managed
from studio_backup.resources.listing import same
from studio_backup.source import Place
from studio_backup.step import Step
from studio_backup.windows.answers import document, documents

_PROGRAM = "\n".join((*map(shipped, ("windows-standing.ps1", "closing.ps1", "windows-file.ps1")), ""))
_GUARD = f"{_PROGRAM}Assert-OurFile -Words $Words"
#: What PowerShell 5.1 knows a script in UTF-8 by: without it, a script is read as what the system's language had once.
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, kw_only=True)
class WindowsFile(Resource):
    """A file below `C:\\ProgramData\\studio-backup\\configuration\\STUDIO`; its name is its path."""

    kind: ClassVar[str] = "windows-file"
    summary: ClassVar[str] = "a program or configuration file of ours on Windows, compared byte by byte (compiled)"
    language: ClassVar[str] = "powershell"

    text: str = managed()
    standing: str = learned("absent")  # digest of the bytes that were seen

    def probe(self) -> Probe:
        """Lists our whole folder, so that what does not belong there is seen, too."""
        return Probe(script=f"{_PROGRAM}Read-OurFile -Folders $Words", args=(studio_folder(self.name),))

    def parse(self, reply: Reply) -> Self | None:
        """The file as it is; what is no plain file there is told in brackets, which no file of ours says."""
        entries = _folder(reply, studio_folder(self.name))
        entry = entries.get(self.name.casefold())
        if entry is None:
            above = _above(self.name, entries)
            if above is not None:
                return self._seen(f"(its folder is no folder: {above})", "")
            return None
        if entry["trouble"]:
            raise Unparsable(f"{self.name} cannot be read: {entry['trouble']}")
        if entry["nature"] != "file":
            return self._seen(f"(no plain file: {entry['nature']})", "")
        data = _bytes(entry)
        if data is None:
            return self._seen(f"(a file of {entry['size']} bytes: none of ours is that large)", "")
        return self._seen(self._text(data), hashlib.sha256(data).hexdigest())

    def _seen(self, text: str, standing: str) -> Self:
        return type(self)(
            system=self.system, name=self.name, place=self.place, text=same(text, self.text), standing=standing
        )

    def _text(self, data: bytes) -> str:
        if not self.name.lower().endswith(".ps1"):
            return data.decode("utf-8", "surrogateescape")
        if not data.startswith(_BYTE_ORDER_MARK):
            return f"(without a byte order mark)\n{data.decode('utf-8', 'surrogateescape')}"
        return data.removeprefix(_BYTE_ORDER_MARK).decode("utf-8", "surrogateescape")

    def _data(self) -> bytes:
        data = self.text.encode("utf-8", "surrogateescape")
        return _BYTE_ORDER_MARK + data if self.name.lower().endswith(".ps1") else data

    def create(self) -> tuple[Step, ...]:
        """Written aside in its folder, then renamed onto it."""
        return (self._write("absent"),)

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """The same, in the place of exactly the bytes that were seen."""
        del fields
        return (self._write(seen.standing),)

    def by_hand(self, seen: Self, fields: frozenset[str]) -> tuple[str, str] | None:
        """What is no plain file is not replaced: where a link leads, and what is in a folder, nobody here knows."""
        if "text" in fields and not seen.standing:
            return (seen.text.strip("()"), f"move away what stands at {self.name}, then apply again")
        return None

    def _write(self, seen: str) -> Step:
        word = {"path": self.name, "bytes": base64.b64encode(self._data()).decode(), "seen": seen}
        return Step(
            title=f"write {self.name}",
            script=f"{_PROGRAM}Set-OurFile -Words $Words",
            guard=_GUARD,
            args=(json.dumps(word),),
        )

    def remove(self) -> tuple[Step, ...] | None:
        """Only below our own folders, whatever an address says."""
        if not is_configuration(self.name) or {"..", ".", ""} & set(self.name.split("\\")) or "/" in self.name:
            raise Unparsable(f"{self.name} is not below a folder of ours")
        word = json.dumps({"path": self.name, "seen": self.standing})
        script = f"{_PROGRAM}Remove-OurFile -Words $Words"
        return (Step(title=f"remove {self.name}", script=script, guard=_GUARD, args=(word,)),)

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only its path is known."""
        return cls(system=system, name=name, place=place, text="")


def _folder(reply: Reply, folder: str) -> Mapping[str, dict[str, Any]]:
    """What is below a folder, by path in one case of letters; raises Unparsable where nobody can say."""
    for found in _folders(reply):
        if str(found["folder"]).casefold() != folder.casefold():
            continue
        if found["standing"] not in ("absent", "folder"):
            raise Unparsable(f"{folder} is no folder, or leads elsewhere: {found['standing']}")
        return {str(entry["path"]).casefold(): entry for entry in documents(found["entries"])}
    raise Unparsable(f"{folder} is not in the listing")


@lru_cache(maxsize=16)
def _folders(reply: Reply) -> tuple[dict[str, Any], ...]:
    found = tuple(documents(document(reply).get("folders")))
    for folder in found:
        if not {"folder", "standing", "entries"} <= set(folder):
            raise Unparsable("the listing of our files is not one that is known")
        for entry in documents(folder["entries"]):
            if not {"path", "nature", "size", "bytes", "trouble"} <= set(entry):
                raise Unparsable("an entry of the listing of our files is not one that is known")
    return found


def _above(name: str, entries: Mapping[str, dict[str, Any]]) -> str | None:
    """What a folder on the way to the file is, where it is none."""
    path = name.casefold()
    while "\\" in path:
        path = path.rpartition("\\")[0]
        entry = entries.get(path)
        if entry is not None and entry["nature"] != "folder":
            return str(entry["nature"] or entry["trouble"])
    return None


def _bytes(entry: dict[str, Any]) -> bytes | None:
    try:
        data, size = base64.b64decode(str(entry["bytes"]), validate=True), int(str(entry["size"]))
    except (binascii.Error, ValueError) as error:
        raise Unparsable(f"{entry['path']} was not read whole") from error
    if len(data) == size:
        return data
    if data:
        raise Unparsable(f"{entry['path']} was not read whole")
    return None
