"""A document held against its schema: jsonschema's findings as problems with places."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Fault:
    """What jsonschema says, without its `Unset`."""

    keyword: str
    limit: Any
    instance: Any
    schema: Schema
    path: Path
    about_key: bool
    cause: object
    inner: list[ValidationError]


def _fault(error: ValidationError) -> _Fault:
    schema: Any = error.schema
    limit: Any = error.validator_value
    instance: Any = error.instance
    about_key = "propertyNames" in error.absolute_schema_path
    path = tuple(error.absolute_path)
    inner = list(error.context or ())
    return _Fault(str(error.validator), limit, instance, schema, path, about_key, error.cause, inner)


def conform(document: Document, name: str) -> None:
    """Report all that the schema `name` says against the document and that is not reported already."""
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
    fault = _fault(error)
    path = fault.path
    match fault.keyword:
        case "additionalProperties":
            yield from _unknown_keys(fault, root)
        case "required":
            yield from _missing_keys(fault, root)
        case "anyOf":
            yield from _branches(fault, root)
        case "pattern" if "format" in fault.schema:
            return  # the format says more
        case _ if fault.about_key:
            key = str(fault.instance)
            yield (*path, key), _key_place(root, path, key), *_format(fault)
        case _:
            node = node_at(root, path)
            yield path, node.place, *_value(fault, node)


def _value(fault: _Fault, node: Node) -> tuple[str, str, str]:
    """Code, message and fix for one wrong value."""
    match fault.keyword:
        case "type" | "pattern":
            return _wrong_type(fault.schema, node)
        case "enum":
            return _not_allowed(fault.instance, fault.limit)
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
            return _format(fault)
        case _:
            kind = {Mapping: "map", Listing: "list", Text: "text"}[type(node)]
            if fault.keyword.startswith("max"):
                return "SB207", f"this {kind} is too long", "shorten it"
            return "SB207", f"this {kind} is empty", "fill it in, or delete its key"


def _wrong_type(schema: Schema, node: Node) -> tuple[str, str, str]:
    types = schema.get("type", [])
    kinds = [types] if isinstance(types, str) else list(types)
    if "pattern" in schema and len(kinds) > 1:
        kinds.remove("string")
    wanted = " or ".join(_WORDS[kind] for kind in kinds if kind in _WORDS)
    if isinstance(node, Text) and node.is_null:
        empty = {"object": "write {} for an empty map", "array": "write [] for an empty list"}
        fix = empty.get(kinds[0], "fill it in, or delete the key")
        return "SB203", f"nothing stands here, {wanted} is wanted", fix
    got = f"'{shorten(node.value, 40)}'" if isinstance(node, Text) else _WORDS[_kind(node)]
    return "SB203", f"{wanted} is wanted here, not {got}", f"write {wanted}"


def _kind(node: Node) -> str:
    return {Mapping: "object", Listing: "array", Text: "string"}[type(node)]


def _not_allowed(instance: object, allowed: Iterable[object]) -> tuple[str, str, str]:
    words = [str(value) for value in allowed]
    if not isinstance(instance, str | int):
        return "SB203", f"one word is wanted here: {', '.join(words)}", "write one of these words"
    fix = suggest(str(instance), words, f"one of: {', '.join(words)}")
    return "SB204", f"'{shorten(str(instance))}' is none of the values allowed here", fix


def _format(fault: _Fault) -> tuple[str, str, str]:
    if isinstance(fault.cause, MalformedError):
        return FORMATS[fault.limit][0], fault.cause.message, fault.cause.fix
    message = f"'{shorten(str(fault.instance))}' cannot be a name"
    return "SB206", message, "use small letters, digits and inner hyphens"


def _unknown_keys(fault: _Fault, root: Node) -> Iterator[Finding]:
    known = list(fault.schema.get("properties", {}))
    unused = [word for word in known if word not in fault.instance]
    for key in fault.instance:
        if key not in known:
            message = f"there is no key '{shorten(key)}' here"
            fix = suggest(key, unused or known, "delete it")
            yield (*fault.path, key), _key_place(root, fault.path, key), "SB201", message, fix


def _missing_keys(fault: _Fault, root: Node) -> Iterator[Finding]:
    missing = [key for key in fault.limit if key not in fault.instance]
    names = " and ".join(f"'{key}'" for key in missing)
    verb = "are" if len(missing) > 1 else "is"
    example = ", ".join(f"{key}: {_example(fault.schema, key)}" for key in missing)
    yield (
        fault.path,
        _owner_place(root, fault.path),
        "SB202",
        f"{names} {verb} missing",
        f"add {shorten(example, 100)}",
    )


def _example(schema: Schema, key: str) -> str:
    examples = schema.get("properties", {}).get(key, {}).get("examples", ["…"])
    return json.dumps(examples[0]) if isinstance(examples[0], dict | list) else str(examples[0])


def _branches(fault: _Fault, root: Node) -> Iterator[Finding]:
    """Of several forms that a value may have, complain about the one that was meant."""
    forms = [form for form in fault.schema["anyOf"] if form.get("title") != "Template"]
    node = node_at(root, fault.path)
    kind = _kind(node)
    for number, form in enumerate(fault.schema["anyOf"]):
        if form in forms and (form.get("type") == kind or ("enum" in form and kind == "string")):
            for inner in fault.inner:
                if inner.schema_path[0] == number:
                    yield from _findings(inner, root)
            return
    if "enum" in forms[0]:
        yield fault.path, node.place, *_not_allowed(None, forms[0]["enum"])
    else:
        yield fault.path, node.place, *_wrong_type({"type": [form["type"] for form in forms]}, node)


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
    return holder.entries[key].key.place if isinstance(holder, Mapping) and key in holder.entries else holder.place


def _owner_place(root: Node, path: Path) -> Place:
    """Where the key of a map stands: that is the line to look at when something is missing in it."""
    if path and isinstance(path[-1], str):
        return _key_place(root, path[:-1], path[-1])
    return node_at(root, path).place
