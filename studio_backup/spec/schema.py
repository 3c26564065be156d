"""The JSON Schemas of inventory and playbook, and a document as the data that they are about."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path as FilePath
from typing import Any

from studio_backup.source import Listing, Node, Text

Schema = dict[str, Any]

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_HERE = FilePath(__file__).resolve().parent.parent


@functools.cache
def schema_text(name: str) -> str:
    """The JSON text of a published schema: in the package when installed, else in the checkout."""
    installed, checkout = _HERE / "schemas" / f"{name}.json", _HERE.parent / "schemas" / f"{name}.json"
    return (installed if installed.is_file() else checkout).read_text(encoding="utf-8")


@functools.cache
def load_schema(name: str) -> Schema:
    """The schema with every $ref (none is recursive) replaced by what it means: far faster to check."""
    whole: Schema = json.loads(schema_text(name))
    definitions = whole.pop("definitions")

    @functools.cache
    def definition(key: str) -> Any:
        return resolve(definitions[key])

    def resolve(part: Any) -> Any:
        if isinstance(part, dict):
            reference = part.get("$ref")
            if isinstance(reference, str):
                return definition(reference.removeprefix("#/definitions/"))
            return {key: value if key == "examples" else resolve(value) for key, value in part.items()}
        return [resolve(item) for item in part] if isinstance(part, list) else part

    resolved: Schema = resolve(whole)
    return resolved


def is_template(text: str) -> bool:
    """True for a value that is still to be filled in."""
    return "{{" in text or "{%" in text


def data(node: Node, schema: Schema) -> Any:
    """The node as JSON data: text stays text unless the schema wants a number or a truth value there."""
    if isinstance(node, Text):
        return _scalar(node, _types(schema))
    if isinstance(node, Listing):
        inner = branch_of(schema, "array").get("items", {})
        return [data(item, inner) for item in node.items]
    branch = branch_of(schema, "object")
    properties = branch.get("properties", {})
    other = branch.get("additionalProperties") or {}
    return {key: data(entry.value, properties.get(key, other)) for key, entry in node.entries.items()}


def _scalar(node: Text, types: frozenset[str]) -> Any:
    if node.is_null:
        return None
    if "integer" in types and _INTEGER.fullmatch(node.value):
        return int(node.value)
    if "boolean" in types and node.value in ("true", "false"):
        return node.value == "true"
    return node.value


def _types(schema: Schema) -> frozenset[str]:
    declared = schema.get("type", [])
    if schema.get("enum") == [1]:
        return frozenset(["integer"])
    return frozenset([declared] if isinstance(declared, str) else declared)


def branch_of(schema: Schema, kind: str) -> Schema:
    """Of several forms that a value may have, the one for a list or a map."""
    if "anyOf" in schema:
        return next((branch for branch in schema["anyOf"] if branch.get("type") == kind), {})
    return schema
