"""The tree of a document from the parser's events: one pass, no recursion, every YAML trap refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from studio_backup.source.nodes import Document, Entry, Listing, Mapping, Node, Path, Step, Text, refuse
from studio_backup.source.place import Place, Problem

#: Nodes of one file, every alias counted at the full size of what it stands for.
MAX_NODES = 400_000
MAX_DEPTH = 40
#: Code, message and fix; the parser of newer PyYAMLs may say so first, since it looks ahead.
TOO_DEEP = ("SB102", f"nested deeper than {MAX_DEPTH} levels", "flatten it: no part of a spec is this deep")

_PARSER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(slots=True)
class _Frame:
    """A mapping or list under construction."""

    node: Mapping | Listing
    anchor: str | None
    flow: bool
    is_key: bool  # stands where a key must stand
    key: Text | None = None
    skip: bool = False  # the next value belongs to a key that was refused
    size: int = 1
    merged: list[Mapping] = field(default_factory=list)


class Builder:
    """Builds the tree of one document from the parser's events."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.count = 0
        self.root: Node | None = None

    def build(self, text: str) -> Node | None:
        documents = 0
        for event in yaml.parse(text, Loader=_PARSER):
            if isinstance(event, yaml.ScalarEvent):
                self._tag(event)
                self._place_node(Text(event.value, self._at(event), not event.style), event.anchor, 1)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._open(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close()
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    fix = "make one file of each document, or delete the `---` line"
                    self._stop(self._at(event), "SB108", "a second YAML document begins here", fix)
        if self.root is None or (isinstance(self.root, Text) and self.root.is_null):
            self._stop(Place(self.document.file, 1, 1), "SB109", "this file says nothing", "delete it, or fill it in")
        return self.root

    def _at(self, event: yaml.Event) -> Place:
        mark: Any = event.start_mark
        return Place(self.document.file, mark.line + 1, mark.column + 1)

    def _stop(self, place: Place, code: str, message: str, fix: str) -> None:
        refuse(self.document, place, code, message, fix)

    def _path(self) -> Path:
        steps: list[Step] = []
        for frame in self.stack:
            if isinstance(frame.node, Listing):
                steps.append(len(frame.node.items))
            elif frame.key is not None:
                steps.append(frame.key.value)
        return tuple(steps)

    def _report(self, place: Place, code: str, message: str, fix: str, *extra: str) -> None:
        self.document.report(self._path() + extra, Problem(place, code, message, fix))

    def _tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag not in (None, "!"):
            self._report(self._at(event), "SB107", "YAML tags (`!…`) have no meaning here", "delete the tag")

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        self._tag(event)
        place = self._at(event)
        if len(self.stack) >= MAX_DEPTH:
            self._stop(place, *TOO_DEEP)
        parent = self.stack[-1] if self.stack else None
        is_key = parent is not None and isinstance(parent.node, Mapping) and parent.key is None and not parent.skip
        node: Mapping | Listing = Mapping({}, place) if type(event) is yaml.MappingStartEvent else Listing([], place)
        self.stack.append(_Frame(node, event.anchor, bool(event.flow_style), is_key))

    def _close(self) -> None:
        frame = self.stack.pop()
        node = frame.node
        if isinstance(node, Mapping):
            for source in frame.merged:
                for key, entry in source.entries.items():
                    node.entries.setdefault(key, entry)
        if frame.is_key:
            self._refuse_key(frame)
        else:
            self._place_node(node, frame.anchor, frame.size)

    def _refuse_key(self, frame: _Frame) -> None:
        parent = self.stack[-1]
        parent.skip = True
        if isinstance(frame.node, Mapping) and frame.flow and parent.flow:
            message, fix = "{{ }} stands in a value without quotes", 'quote the value: "{{ … }}"'
            self._report(parent.node.place, "SB111", message, fix)
        else:
            self._report(
                frame.node.place,
                "SB110",
                "a key must be a plain word, not a list or a map",
                "write the key as text",
            )

    def _place_node(self, node: Node, anchor: str | None, size: int) -> None:
        """Hang a whole node where it belongs: as root, item, key or value."""
        self.count += 1
        if self.count > MAX_NODES:
            self._stop(
                node.place,
                "SB102",
                f"more than {MAX_NODES} values in one file",
                "split it into several files",
            )
        if anchor:
            self.anchors[anchor] = (node, size)
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.size += size
        if isinstance(frame.node, Listing):
            frame.node.items.append(node)
        elif frame.skip:
            frame.skip = False
        elif frame.key is None:
            self._take_key(frame, node)
        else:
            self._take_value(frame, frame.key, node)
            frame.key = None

    def _take_key(self, frame: _Frame, node: Node) -> None:
        if not isinstance(node, Text):
            self._report(node.place, "SB110", "a key must be a plain word, not an alias", "write the key as text")
            frame.skip = True
            return
        frame.key = node

    def _take_value(self, frame: _Frame, key: Text, node: Node) -> None:
        assert isinstance(frame.node, Mapping)
        if key.value == "<<" and key.plain:
            self._merge(frame, key, node)
        elif (first := frame.node.entries.get(key.value)) is not None:
            message = f"the key '{key.value}' stands here twice: first at {first.key.place}"
            self._report(key.place, "SB105", message, "delete one of the two")
        else:
            frame.node.entries[key.value] = Entry(key, node)

    def _merge(self, frame: _Frame, key: Text, node: Node) -> None:
        sources = node.items if isinstance(node, Listing) else [node]
        maps = [source for source in sources if isinstance(source, Mapping)]
        if len(maps) != len(sources):
            self._report(
                key.place,
                "SB106",
                "`<<` takes a map, or a list of maps",
                "write `<<: *NAME` with NAME a map's anchor",
            )
        frame.merged.extend(maps)

    def _alias(self, event: yaml.AliasEvent) -> None:
        found = self.anchors.get(str(event.anchor))
        place = self._at(event)
        if found is None:
            open_now = any(frame.anchor == event.anchor for frame in self.stack)
            message = f"'*{event.anchor}' " + ("stands inside itself" if open_now else "names no anchor above it")
            self._stop(
                place,
                "SB106",
                message,
                f"write the value out, or put &{event.anchor} before the value you mean",
            )
        else:
            node, size = found
            self.count += size
            if self.count > MAX_NODES:
                message = f"aliases make more than {MAX_NODES} values of this file"
                self._stop(place, "SB106", message, "write the values out instead of nesting aliases")
            self._place_node(node, None, size)
