"""A document held against its schema: jsonschema's findings as problems with places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from studio_backup.source import Document, Listing, Mapping, Node, Path, Place, Problem, Text
from studio_backup.spec.faults import (
    Fault,
    example_of,
    fault_of,
    kind_of,
    not_allowed,
    wrong_format,
    wrong_type,
    wrong_value,
)
from studio_backup.spec.fitting import fits
from studio_backup.spec.schema import Schema, data, load_schema
from studio_backup.spec.wording import shorten, suggest

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Finding = tuple[Path, Place, str, str, str]


def conform(document: Document, name: str) -> None:
    """Report all that the schema `name` says against the document and that is not reported already."""
    if document.root is None:
        return
    schema = load_schema(name)
    spoilt = frozenset(document.damaged)
    seen: set[tuple[Place, str]] = set()
    for error in _errors(name, data(document.root, schema), schema):
        for path, place, code, message, fix in _findings(error, document.root):
            if (place, code) not in seen and not _below(path, spoilt):
                seen.add((place, code))
                document.report(path, Problem(place, code, message, fix))


def check_text(name: str, node: Text, schema: Schema) -> Problem | None:
    """The first thing wrong with one value that has just been filled in."""
    filled = Text(node.value, node.place)
    for error in _errors(name, data(filled, schema), schema):
        for _, place, code, message, fix in _findings(error, filled):
            return Problem(place, code, f"{message} (after filling in)", fix)
    return None


def _errors(name: str, value: Any, schema: Schema) -> Iterable[ValidationError]:
    if fits(value, schema):
        return ()
    from studio_backup.spec.judging import errors

    return errors(name, value, schema)


def _below(path: Path, spoilt: frozenset[Path]) -> bool:
    """True at a value that is reported itself: the deepest damaged paths have nothing damaged below them."""
    return bool(path) and path in spoilt


def _findings(error: ValidationError, root: Node) -> Iterator[Finding]:
    fault = fault_of(error)
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
            yield (*path, key), _key_place(root, path, key), *wrong_format(fault)
        case _:
            node = node_at(root, path)
            yield path, node.place, *wrong_value(fault, node)


def _unknown_keys(fault: Fault, root: Node) -> Iterator[Finding]:
    known = list(fault.schema.get("properties", {}))
    unused = [word for word in known if word not in fault.instance]
    for key in fault.instance:
        if key not in known:
            message = f"there is no key '{shorten(key)}' here"
            fix = suggest(key, unused or known, "delete it")
            yield (*fault.path, key), _key_place(root, fault.path, key), "SB201", message, fix


def _missing_keys(fault: Fault, root: Node) -> Iterator[Finding]:
    missing = [key for key in fault.limit if key not in fault.instance]
    names = " and ".join(f"'{key}'" for key in missing)
    verb = "are" if len(missing) > 1 else "is"
    example = ", ".join(f"{key}: {example_of(fault.schema, key)}" for key in missing)
    yield (
        fault.path,
        _owner_place(root, fault.path),
        "SB202",
        f"{names} {verb} missing",
        f"add {shorten(example, 100)}",
    )


def _branches(fault: Fault, root: Node) -> Iterator[Finding]:
    """Of several forms that a value may have, complain about the one that was meant."""
    forms = [form for form in fault.schema["anyOf"] if form.get("title") != "Template"]
    node = node_at(root, fault.path)
    kind = kind_of(node)
    for number, form in enumerate(fault.schema["anyOf"]):
        if form in forms and (form.get("type") == kind or ("enum" in form and kind == "string")):
            for inner in fault.inner:
                if inner.schema_path[0] == number:
                    yield from _findings(inner, root)
            return
    if "enum" in forms[0]:
        yield fault.path, node.place, *not_allowed(None, forms[0]["enum"])
    else:
        yield fault.path, node.place, *wrong_type({"type": [form["type"] for form in forms]}, node)


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
