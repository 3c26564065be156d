"""Folders and files of ours on a Windows system: each folder closed to all others, each file with its owner mark."""

from __future__ import annotations

import json
from collections.abc import Mapping

from studio_backup.compile.collect import Collector, owner_mark
from studio_backup.paths import OUR_WINDOWS, below, configuration, state
from studio_backup.programs import shipped
from studio_backup.resources.folder_acl import FolderAcl
from studio_backup.resources.windows_file import WindowsFile
from studio_backup.source import Place
from studio_backup.spec.model import System


def windows_folder(collected: Collector, system: System, path: str, place: Place) -> str:
    """One of our own folders and those above it: who may write in one of those could put another in its place."""
    above = () if path == OUR_WINDOWS else (windows_folder(collected, system, path.rpartition("\\")[0], place),)
    return collected.add(FolderAcl(system=system.full_name, name=path, place=place, requires=above))


def windows_state(collected: Collector, system: System, name: str, place: Place) -> str:
    """A folder of this studio below our state."""
    return windows_folder(collected, system, below(state(collected.studio.name, system.os), name), place)


def windows_program(collected: Collector, system: System, name: str, place: Place) -> str:
    """A program of ours as it stands in studio_backup/jobs; its mark names no spec file, since many ask for it."""
    path = below(configuration(collected.studio.name, system.os), name)
    return _file(collected, system, path, place, _marked(collected, system, path, None) + shipped(name))


def windows_text(collected: Collector, system: System, path: str, place: Place, body: str) -> str:
    """A file of lines in which `#` begins a comment."""
    return _file(collected, system, path, place, _marked(collected, system, path, place) + body)


def windows_json(collected: Collector, system: System, path: str, place: Place, values: Mapping[str, object]) -> str:
    """A file of settings; JSON has no comments, so its first key says whose it is."""
    lines = (line.removeprefix("# ") for line in _marked(collected, system, path, place).splitlines())
    text = json.dumps({"about": " ".join(lines), **values}, indent=2, ensure_ascii=True)
    return _file(collected, system, path, place, f"{text}\n")


def _marked(collected: Collector, system: System, path: str, place: Place | None) -> str:
    return owner_mark(collected.studio.name, f"{system.full_name}/{WindowsFile.kind}/{path}", place)


def _file(collected: Collector, system: System, path: str, place: Place, text: str) -> str:
    folder = windows_folder(collected, system, path.rpartition("\\")[0], place)
    return collected.add(WindowsFile(system=system.full_name, name=path, place=place, text=text, requires=(folder,)))
