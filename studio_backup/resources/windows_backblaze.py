"""Backblaze Computer Backup on a Windows system: its service, and the files below C:\\ProgramData\\Backblaze."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Unparsable
from studio_backup.resources.backblaze import Backblaze
from studio_backup.resources.backblaze_seen import Client, Tagged, client, moment, tags_of
from studio_backup.windows.answers import document, documents, listed

_SCRIPT = f"{shipped('backblaze.ps1')}\nRead-Backblaze -Roots $Words"


@dataclass(frozen=True, kw_only=True)
class WindowsBackblaze(Backblaze):
    """One Windows system's."""

    kind: ClassVar[str] = "windows-backblaze"
    summary: ClassVar[str] = "Backblaze on a Windows: what it really copied, and what it copies at all (compiled)"
    language: ClassVar[str] = "powershell"

    def probe(self) -> Probe:
        """Among the last: the mark in the root of a volume may hang."""
        return Probe(script=_SCRIPT, args=tuple(sorted({one.root for one in self.copies.values()})), touches=True)

    def parse(self, reply: Reply) -> Self:
        """Never absent: a system without it is seen as such."""
        return self._seen(_client(reply))


@lru_cache(maxsize=16)
def _client(reply: Reply) -> Client | None:
    found = document(reply)
    states = [str(state) for state in listed(found.get("services"))]
    files = {_text(one, "name"): one for one in documents(found.get("files"))}
    if len(states) > 1:
        raise Unparsable("there are several services bzserv")
    if not states and not files:
        moment(found.get("now"))  # an answer of ours, and no other
        return None
    read = {name: Tagged(moment(one.get("changed")), _tags(name, one)) for name, one in files.items()}
    lists = {_text(one, "name"): moment(one.get("changed")) for one in documents(found.get("lists"))}
    state = states[0].lower() if states else "not installed"
    return client(moment(found.get("now")), state, read, lists, dict(_marks(found)))


def _tags(name: str, one: dict[str, Any]) -> tuple[tuple[str, dict[str, str]], ...]:
    return () if name == "pauseinfo.xml" else tags_of(listed(one.get("tags")), name)


def _marks(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for one in documents(found.get("marks")):
        root = _text(one, "root")
        if one.get("trouble"):
            raise Unparsable(f"what Backblaze calls {root} cannot be read: {one['trouble']}")
        lines = listed(one.get("tags"))
        named = Tagged(moment(found.get("now")), tags_of(lines, "bzvol_id.xml")).first("vguid") if lines else None
        if named:
            yield root, named[0]


def _text(one: dict[str, Any], key: str) -> str:
    value = one.get(key)
    if not isinstance(value, str):
        raise Unparsable(f"{key} of what Backblaze left is no text")
    return value
