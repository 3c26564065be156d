"""A JSON Schema for each kind of resource, made from its fields: type, default and rule."""

from __future__ import annotations

import dataclasses
from typing import get_type_hints

from studio_backup.resource import Resource, ruled_fields

#: Kinds that a play holds by name; all others are compiled.
WRITTEN = (
    *("disk", "md-array", "btrfs-filesystem", "zfs-pool", "filesystem", "zfs-dataset", "mount", "btrfs-subvolume"),
    *("full-disk-access", "time-machine", "apfs-snapshots", "apple-raid", "power", "spotlight"),
    *("fast-startup", "openssh-server", "backblaze"),
    *("storage-space", "shadow-copies"),
    "samba-share",
)


def kind_schema(kind: type[Resource]) -> dict[str, object]:
    """Draft-07; `x-rule` is a field's rule, `x-origin` says whether a spec writes this kind or it is compiled."""
    rules = ruled_fields(kind)
    hints = get_type_hints(kind)
    fields = {item.name: item for item in dataclasses.fields(kind) if item.name in rules}
    properties: dict[str, object] = {"name": {"type": "string", "description": "the rest of its address"}}
    for name, item in fields.items():
        entry: dict[str, object] = {"type": _types(str(hints[name])), "x-rule": rules[name]}
        if item.default is not dataclasses.MISSING:
            entry["default"] = item.default
        properties[name] = entry
    required = [name for name, item in fields.items() if item.default is dataclasses.MISSING]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": kind.kind,
        "description": kind.summary,
        "x-origin": "playbook" if kind.kind in WRITTEN else "compiled",
        "type": "object",
        "additionalProperties": False,
        "required": ["name", *required],
        "properties": properties,
    }


def _types(hint: str) -> list[str] | str:
    types = ["null"] if "None" in hint else []
    types += ["integer"] if "int" in hint else ["string"]
    return types if len(types) > 1 else types[0]
