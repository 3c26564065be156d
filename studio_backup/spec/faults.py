"""One finding of jsonschema in our own words: what is wrong with a value, and the smallest fix."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio_backup.source import Listing, Mapping, Node, Path, Text
from studio_backup.spec.formats import FORMATS
from studio_backup.spec.schema import Schema
from studio_backup.spec.wording import MalformedError, shorten, suggest

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_WORDS = {
    "object": "a map",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


@dataclass(frozen=True)
class Fault:
    """What jsonschema says, without its `Unset`."""

    keyword: str
    limit: Any
    instance: Any
    schema: Schema
    path: Path
    about_key: bool
    cause: object
    inner: list[ValidationError]


def fault_of(error: ValidationError) -> Fault:
    """The parts of a finding that are told further."""
    schema: Any = error.schema
    limit: Any = error.validator_value
    instance: Any = error.instance
    about_key = "propertyNames" in error.absolute_schema_path
    path = tuple(error.absolute_path)
    inner = list(error.context or ())
    return Fault(str(error.validator), limit, instance, schema, path, about_key, error.cause, inner)


def wrong_value(fault: Fault, node: Node) -> tuple[str, str, str]:
    """Code, message and fix for one wrong value."""
    match fault.keyword:
        case "type" | "pattern":
            return wrong_type(fault.schema, node)
        case "enum":
            return not_allowed(fault.instance, fault.limit)
        case "minimum":
            return (
                "SB205",
                f"{fault.instance} is too small: {fault.limit} is the least",
                f"write {fault.limit} or more",
            )
        case "maximum":
            return (
                "SB205",
                f"{fault.instance} is too large: {fault.limit} is the most",
                f"write {fault.limit} or less",
            )
        case "format":
            return wrong_format(fault)
        case _:
            kind = {Mapping: "map", Listing: "list", Text: "text"}[type(node)]
            if fault.keyword.startswith("max"):
                return "SB207", f"this {kind} is too long", "shorten it"
            return "SB207", f"this {kind} is empty", "fill it in, or delete its key"


def wrong_type(schema: Schema, node: Node) -> tuple[str, str, str]:
    """Code, message and fix for a value of another type than the schema wants."""
    types = schema.get("type", [])
    kinds = [types] if isinstance(types, str) else list(types)
    if "pattern" in schema and len(kinds) > 1:
        kinds.remove("string")
    wanted = " or ".join(_WORDS[kind] for kind in kinds if kind in _WORDS)
    if isinstance(node, Text) and node.is_null:
        empty = {"object": "write {} for an empty map", "array": "write [] for an empty list"}
        fix = empty.get(kinds[0], "fill it in, or delete the key")
        return "SB203", f"nothing stands here, {wanted} is wanted", fix
    got = f"'{shorten(node.value, 40)}'" if isinstance(node, Text) else _WORDS[kind_of(node)]
    return "SB203", f"{wanted} is wanted here, not {got}", f"write {wanted}"


def kind_of(node: Node) -> str:
    """The word of the schemas for what a node is."""
    return {Mapping: "object", Listing: "array", Text: "string"}[type(node)]


def not_allowed(instance: object, allowed: Iterable[object]) -> tuple[str, str, str]:
    """Code, message and fix for a word that is not in the list."""
    words = [str(value) for value in allowed]
    if not isinstance(instance, str | int):
        return "SB203", f"one word is wanted here: {', '.join(words)}", "write one of these words"
    fix = suggest(str(instance), words, f"one of: {', '.join(words)}")
    return "SB204", f"'{shorten(str(instance))}' is none of the values allowed here", fix


def wrong_format(fault: Fault) -> tuple[str, str, str]:
    """Code, message and fix of the format that refused a text."""
    if isinstance(fault.cause, MalformedError):
        return FORMATS[fault.limit][0], fault.cause.message, fault.cause.fix
    message = f"'{shorten(str(fault.instance))}' cannot be a name"
    return "SB206", message, "use small letters, digits and inner hyphens"


def example_of(schema: Schema, key: str) -> str:
    """The first example of a key, as it would be written."""
    examples = schema.get("properties", {}).get(key, {}).get("examples", ["…"])
    return json.dumps(examples[0]) if isinstance(examples[0], dict | list) else str(examples[0])
