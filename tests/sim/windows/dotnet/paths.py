"""[IO.Path]."""

from __future__ import annotations

import secrets
from typing import Any

from tests.sim.windows.drives import FORBIDDEN, illegal
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.objects import constant, static
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.values import Char

#: .NET Framework refuses these in every method of Path: `*` and `?` are none of them.
_INVALID = FORBIDDEN - {"?", "*"}


def checked(path: Any) -> str:
    """A path as text, without what no path may hold."""
    text = to_text(path)
    if any(mark in _INVALID for mark in text):
        raise illegal()
    return text


def _rooted(path: str) -> bool:
    return path[:1] in ("\\", "/") or path[1:2] == ":"


@static("IO.Path", "Combine")
def _combine(_: Shell, *given: Any) -> str:
    parts = [checked(part) for part in (items_of(given[0]) if len(given) == 1 else given)]
    whole = parts[0]
    for part in parts[1:]:
        if not part:
            continue
        if _rooted(part) or not whole:
            whole = part
        else:
            whole += part if whole[-1] in "\\/:" else f"\\{part}"
    return whole


@static("IO.Path", "GetFullPath")
def _full(shell: Shell, path: Any) -> str:
    text = to_text(path)
    if not text.strip():
        raise NetError("System.ArgumentException", "The path is not of a legal form.", -2147024809)
    full = shell.process.full_path(text)
    shell.process.windows.drives.check_name(full)
    return full


@static("IO.Path", "GetFileName")
def _file_name(_: Shell, path: Any) -> str:
    text = checked(path)
    return text[max(text.rfind("\\"), text.rfind("/"), text.rfind(":") if text[1:2] == ":" else -1) + 1 :]


@static("IO.Path", "GetDirectoryName")
def _directory_name(_: Shell, path: Any) -> str | None:
    text = checked(path).replace("/", "\\")
    if not text.strip():
        raise NetError("System.ArgumentException", "The path is not of a legal form.", -2147024809)
    root = _root_of(text)
    if text.rstrip("\\") == root.rstrip("\\"):
        return None
    above = text[: max(text.rfind("\\"), 0)]
    return above if len(above) >= len(root) else root


def _root_of(text: str) -> str:
    if text.startswith("\\\\"):
        parts = text[2:].split("\\")
        return "\\\\" + "\\".join(parts[:2])
    if text[1:2] == ":":
        return text[:3] if text[2:3] == "\\" else text[:2]
    return "\\" if text.startswith("\\") else ""


@static("IO.Path", "GetPathRoot")
def _path_root(_: Shell, path: Any) -> str:
    return _root_of(checked(path).replace("/", "\\"))


@static("IO.Path", "GetExtension")
def _extension(shell: Shell, path: Any) -> str:
    name = _file_name(shell, path)
    dot = name.rfind(".")
    return name[dot:] if 0 <= dot < len(name) - 1 else ""


@static("IO.Path", "GetFileNameWithoutExtension")
def _stem(shell: Shell, path: Any) -> str:
    name = _file_name(shell, path)
    return name[: name.rfind(".")] if "." in name else name


@static("IO.Path", "ChangeExtension")
def _change(shell: Shell, path: Any, extension: Any) -> str:
    text, old = checked(path), _extension(shell, path)
    base = text[: len(text) - len(old)] if old else text
    new = to_text(extension)
    return base + (new if new.startswith(".") or not new else f".{new}")


@static("IO.Path", "IsPathRooted")
def _is_rooted(_: Shell, path: Any) -> bool:
    return _rooted(checked(path))


@static("IO.Path", "GetTempPath")
def _temp(shell: Shell) -> str:
    return f"{shell.process.environment_value('TEMP')}\\"


@static("IO.Path", "GetRandomFileName")
def _random(_: Shell) -> str:
    return f"{secrets.token_hex(4)}.{secrets.token_hex(2)[:3]}"


@static("IO.Path", "GetInvalidFileNameChars")
def _invalid(_: Shell) -> list[Char]:
    return [Char(mark) for mark in sorted(FORBIDDEN | set(":\\/"))]


constant("IO.Path", "DirectorySeparatorChar")(lambda _: Char("\\"))
