"""A tree with every template filled in, and each filled value held against its schema once more."""

from __future__ import annotations

from studio_backup.source import Entry, Listing, Mapping, Node, Text
from studio_backup.spec.conformity import check_text
from studio_backup.spec.findings import Findings
from studio_backup.spec.render import UnfillableError, fill_in
from studio_backup.spec.schema import Schema, branch_of, is_template

Values = dict[str, object]


class Filler:
    """Fills in templates with the values of one machine; `failed` once anything could not be filled in."""

    def __init__(self, name: str, values: Values, findings: Findings) -> None:
        self.name = name
        self.values = values
        self.findings = findings
        self.failed = False

    def fill(self, node: Node, schema: Schema) -> Node:
        """The node itself where nothing is to be filled in, else a new one with the same places."""
        if isinstance(node, Text):
            return self._text(node, schema) if is_template(node.value) else node
        if isinstance(node, Listing):
            inner = branch_of(schema, "array").get("items", {})
            items = [self.fill(item, inner) for item in node.items]
            return Listing(items, node.place) if any(map(_differs, items, node.items)) else node
        return self.fill_map(node, schema)

    def fill_map(self, node: Mapping, schema: Schema) -> Mapping:
        """`fill` for a map."""
        branch = branch_of(schema, "object")
        properties, other = branch.get("properties", {}), branch.get("additionalProperties") or {}
        changed: dict[str, Entry] = {}
        for key, entry in node.entries.items():
            value = self.fill(entry.value, properties.get(key, other))
            if value is not entry.value:
                changed[key] = Entry(entry.key, value)
        return Mapping({**node.entries, **changed}, node.place) if changed else node

    def _text(self, node: Text, schema: Schema) -> Text:
        try:
            filled = Text(fill_in(node.value, self.values), node.place)
        except UnfillableError as fault:
            self.failed = True
            self.findings.malformed(node.place, fault.code, fault)
            return node
        if problem := check_text(self.name, filled, schema):
            self.failed = True
            self.findings.take(problem)
        return filled


def _differs(one: Node, other: Node) -> bool:
    return one is not other
