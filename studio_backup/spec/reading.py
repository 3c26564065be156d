"""Small questions to a tree that has passed its schema."""

from __future__ import annotations

from studio_backup.source import Entry, Listing, Mapping, Node, Place, Text
from studio_backup.spec.merge import submap


def text_of(node: Node | None, key: str, default: str = "") -> str:
    """The text under a key of a map."""
    value = node.get(key) if isinstance(node, Mapping) else None
    return value.value if isinstance(value, Text) and not value.is_null else default


def texts_of(node: Node | None, key: str) -> list[Text]:
    """The texts of the list under a key of a map."""
    value = node.get(key) if isinstance(node, Mapping) else None
    return [item for item in value.items if isinstance(item, Text)] if isinstance(value, Listing) else []


def entries_of(node: Node | None, key: str) -> dict[str, Entry]:
    """The entries of the map under a key of a map."""
    inner = submap(node, key)
    return inner.entries if inner else {}


def place_of(node: Node | None, key: str, otherwise: Place) -> Place:
    """Where the value of a key stands, `otherwise` when the key is not there."""
    value = node.get(key) if isinstance(node, Mapping) else None
    return value.place if value else otherwise
