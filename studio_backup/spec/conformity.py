"""A document held against its schema: jsonschema's findings as problems with places, the most specific one only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema.exceptions import ValidationError

from studio_backup.source import Document, Listing, Mapping, Node, Path, Place, Problem, Text
from studio_backup.spec.formats import FORMATS
from studio_backup.spec.schema import Schema, data, errors, load_schema
from studio_backup.spec.wording import MalformedError, shorten, suggest

_WORDS = {
    "object": "a map",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
Finding = tuple[Path, Place, str, str, str]


def conform(document: Document, name: str) -> None:
    """Report everything that the schema `name` says against the document, except below what is reported already."""
    if document.root is None:
        return
    schema = load_schema(name)
    spoilt = frozenset(document.damaged)
    seen: set[tuple[Place, str]] = set()
    for error in errors(name, data(document.root, schema)):
        for path, place, code, message, fix in _findings(error, document.root):
            if (place, code) not in seen and not _below(path, spoilt):
                seen.add((place, code))
                document.report(path, Problem(place, code, message, fix))


def check_text(name: str, node: Text, schema: Schema) -> Problem | None:
    """The first thing wrong with one value that has just been filled in."""
    filled = Text(node.value, node.place)
    for error in errors(name, data(filled, schema), schema):
        for _, place, code, message, fix in _findings(error, filled):
            return Problem(place, code, f"{message} (after filling in)", fix)
    return None


def _below(path: Path, spoilt: frozenset[Path]) -> bool:
    """True at a value that is reported itself: the deepest damaged paths have nothing damaged below them."""
    return bool(path) and path in spoilt


def _findings(error: ValidationError, root: Node) -> Iterator[Finding]:
    path = tuple(error.absolute_path)
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(error, root, path)
        case "required":
            yield from _missing_keys(error, root, path)
        case "anyOf":
            yield from _branches(error, root, path)
        case "pattern" if "format" in error.schema:
            return
        case _ if _is_key_error(error):
            key = str(error.instance)
            yield (*path, key), _key_place(root, path, key), *_format(error)
        case _:
            yield path, node_at(root, path).place, *_value(error, node_at(root, path))


def _is_key_error(error: ValidationError) -> bool:
    return "propertyNames" in list(error.absolute_schema_path)


def _value(error: ValidationError, node: Node) -> tuple[str, str, str]:
    """Code, message and fix for one wrong value."""
    instance, limit = error.instance, error.validator_value
    match error.validator:
        case "type":
            return _wrong_type(error.schema, node)
        case "enum":
            return _not_allowed(instance, limit)
        case "minimum":
            return "SB205", f"{instance} is too small: {limit} is the least", f"write {limit} or more"
        case "maximum":
            return "SB205", f"{instance} is too large: {limit} is the most", f"write {limit} or less"
        case "format":
            return _format(error)
        case "pattern":
            return _wrong_type(error.schema, node)
        case _:
            kind = "map" if isinstance(instance, dict) else "list" if isinstance(instance, list) else "text"
            size = "too long" if str(error.validator).startswith("max") else "empty"
            return (
                "SB207",
                f"this {kind} is {size}",
                "shorten it" if size == "too long" else "fill it in, or delete its key",
            )


def _wrong_type(schema: Schema, node: Node) -> tuple[str, str, str]:
    types = schema.get("type", [])
    kinds = [types] if isinstance(types, str) else [kind for kind in types]
    if "pattern" in schema and len(kinds) > 1:
        kinds.remove("string")
    wanted = " or ".join(_WORDS[kind] for kind in kinds if kind in _WORDS)
    if isinstance(node, Text) and node.is_null:
        empty = {"object": "write {} for an empty map", "array": "write [] for an empty list"}
        return (
            "SB203",
            f"nothing stands here, {wanted} is wanted",
            empty.get(kinds[0], "fill it in, or delete the key"),
        )
    got = {
        Text: f"'{shorten(node.value, 40)}'" if isinstance(node, Text) else "",
        Mapping: "a map",
        Listing: "a list",
    }
    return "SB203", f"{wanted} is wanted here, not {got[type(node)]}", f"write {wanted}"


def _not_allowed(instance: object, allowed: Iterable[object]) -> tuple[str, str, str]:
    words = [str(value) for value in allowed]
    if not isinstance(instance, str | int):
        return "SB203", f"one word is wanted here: {', '.join(words)}", "write one of these words"
    fix = suggest(str(instance), words, f"one of: {', '.join(words)}")
    return "SB204", f"'{shorten(str(instance))}' is none of the values allowed here", fix


def _format(error: ValidationError) -> tuple[str, str, str]:
    cause = error.cause
    if isinstance(cause, MalformedError):
        return FORMATS[error.validator_value][0], cause.message, cause.fix
    return (
        "SB206",
        f"'{shorten(str(error.instance))}' cannot be a name",
        "use small letters, digits and inner hyphens",
    )


def _unknown_keys(error: ValidationError, root: Node, path: Path) -> Iterator[Finding]:
    known = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key not in known:
            fix = suggest(key, [word for word in known if word not in error.instance] or known, "delete it")
            message = f"there is no key '{shorten(key)}' here"
            yield (*path, key), _key_place(root, path, key), "SB201", message, fix


def _missing_keys(error: ValidationError, root: Node, path: Path) -> Iterator[Finding]:
    missing = [key for key in error.validator_value if key not in error.instance]
    names = " and ".join(f"'{key}'" for key in missing)
    example = ", ".join(f"{key}: {_example(error.schema, key)}" for key in missing)
    yield path, _owner_place(root, path), "SB202", f"{names} is missing", f"add {shorten(example, 100)}"


def _example(schema: Schema, key: str) -> str:
    examples = schema.get("properties", {}).get(key, {}).get("examples", ["…"])
    return json.dumps(examples[0]) if isinstance(examples[0], dict | list) else str(examples[0])


def _branches(error: ValidationError, root: Node, path: Path) -> Iterator[Finding]:
    """Of several forms that a value may have, complain about the one that was meant."""
    forms = [form for form in error.schema["anyOf"] if form.get("title") != "Template"]
    node = node_at(root, path)
    kind = {Mapping: "object", Listing: "array", Text: "string"}[type(node)]
    for number, form in enumerate(error.schema["anyOf"]):
        if form in forms and (form.get("type") == kind or ("enum" in form and kind == "string")):
            for inner in error.context or ():
                if inner.schema_path[0] == number:
                    yield from _findings(inner, root)
            return
    if "enum" in forms[0]:
        yield path, node.place, *_not_allowed(None, forms[0]["enum"])
    else:
        wanted = {"type": [form["type"] for form in forms]}
        yield path, node.place, *_wrong_type(wanted, node)


def node_at(root: Node, path: Path) -> Node:
    """The node a path leads to; the last one on the way when it leads nowhere."""
    node: Any = root
    for step in path:
        if isinstance(node, Mapping) and str(step) in node.entries:
            node = node.entries[str(step)].value
        elif isinstance(node, Listing) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
    found: Node = node
    return found


def _key_place(root: Node, path: Path, key: str) -> Place:
    holder = node_at(root, path)
    return (
        holder.entries[key].key.place
        if isinstance(holder, Mapping) and key in holder.entries
        else holder.place
    )


def _owner_place(root: Node, path: Path) -> Place:
    """Where the key of a map stands: that is the line to look at when something is missing in it."""
    if path and isinstance(path[-1], str):
        return _key_place(root, path[:-1], path[-1])
    return node_at(root, path).place
