"""YAML text as nodes with a place for every key and value, free of YAML's traps; all problems at once.

Scalars and keys stay text exactly as written (`22:30`, `NO`, `017`): only the schema turns text into numbers
or truth values. One pass over libyaml's events, without recursion, so that no input can exhaust the stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

#: A spec file larger than this is refused unread (an inventory of 1,000 machines takes about half a MiB).
MAX_BYTES = 8 * 2**20
#: Nodes of one file, every alias counted at the full size of what it stands for.
MAX_NODES = 400_000
MAX_DEPTH = 40

_PARSER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")

Step = str | int
Path = tuple[Step, ...]


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where something stands in the spec; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """Something wrong in the spec: where, which kind (`SBnnn`), what, and the smallest fix."""

    place: Place
    code: str
    message: str
    fix: str

    def __str__(self) -> str:
        return visible(f"{self.place}: {self.code} {self.message}")

    def as_json(self) -> dict[str, str | int]:
        """Its object in a JSON document."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "code": self.code,
            "message": self.message,
            "fix": self.fix,
        }


def visible(text: str) -> str:
    """The text on one line, with every character that a terminal might obey written out."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


@dataclass(slots=True)
class Text:
    """A scalar as written; `plain` when it has no quotes, so that nothing at all can be told from ''."""

    value: str
    place: Place
    plain: bool = False

    @property
    def is_null(self) -> bool:
        """True for a value left out (`key:`), `~` and `null`."""
        return self.plain and self.value in ("", "~", "null")


@dataclass(slots=True)
class Entry:
    """One key of a mapping, with its value."""

    key: Text
    value: Node


@dataclass(slots=True)
class Mapping:
    """Keys and values in the order written."""

    entries: dict[str, Entry]
    place: Place

    def get(self, key: str) -> Node | None:
        """The value of a key, or None when the key is not there."""
        entry = self.entries.get(key)
        return entry.value if entry else None


@dataclass(slots=True)
class Listing:
    """Items in the order written."""

    items: list[Node]
    place: Place


Node = Text | Mapping | Listing


@dataclass(slots=True)
class Document:
    """One file: its tree (None when it could not be built), its problems, and the paths they spoil."""

    file: str
    root: Node | None
    problems: list[Problem] = field(default_factory=list)
    damaged: set[Path] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)

    def report(self, path: Path, problem: Problem) -> None:
        """Record a problem; every path that leads to it counts as damaged."""
        self.problems.append(problem)
        self.damaged.update(path[:length] for length in range(len(path) + 1))


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


class _StoppedError(Exception):
    """Reading on makes no sense; the problem is already recorded."""


def read(file: str, content: str | bytes) -> Document:
    """The document in `content`; never raises: what is wrong stands in `problems`."""
    document = Document(file, None)
    try:
        text = _decode(document, content)
        document.lines = _LINE_END.split(text)
        document.root = _Builder(document).build(text)
    except _StoppedError:
        document.root = None
    except yaml.YAMLError as error:
        _syntax(document, error)
    return document


def _decode(document: Document, content: str | bytes) -> str:
    start = Place(document.file, 1, 1)
    if len(content) > MAX_BYTES:
        _refuse(
            document,
            start,
            "SB102",
            f"this file is larger than {MAX_BYTES >> 20} MiB",
            "split it into several files",
        )
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1
        place = Place(document.file, line, column)
        _refuse(
            document,
            place,
            "SB101",
            "this file is not UTF-8 text",
            "save it as UTF-8, or take it out of the folder",
        )
    if found := _UNPRINTABLE.search(text):
        before_text = text[: found.start()]
        line, column = before_text.count("\n") + 1, found.start() - before_text.rfind("\n")
        message = f"character U+{ord(found[0]):04X} cannot stand in a text file"
        _refuse(
            document,
            Place(document.file, line, column),
            "SB101",
            message,
            "delete it; if the file is binary, take it away",
        )
    return text


def _refuse(document: Document, place: Place, code: str, message: str, fix: str) -> None:
    document.report((), Problem(place, code, message, fix))
    raise _StoppedError


def _syntax(document: Document, error: yaml.YAMLError) -> None:
    """Turn the parser's complaint into a problem that names the usual cause."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    shown = document.lines[line - 1] if line <= len(document.lines) else ""
    indent = shown[: len(shown) - len(shown.lstrip())]
    reason = str(getattr(error, "problem", None) or "cannot be read as YAML")
    place = Place(document.file, line, column)
    if "\t" in indent or "'\\t'" in reason:
        tab = Place(document.file, line, shown.find("\t") + 1) if "\t" in shown else place
        problem = Problem(tab, "SB104", "a tab stands where YAML wants spaces", "indent with spaces")
    elif opening := _unquoted_braces(shown):
        place = Place(document.file, line, opening)
        problem = Problem(
            place, "SB111", "{{ }} stands in a value without quotes", 'quote the value: "… {{ … }} …"'
        )
    else:
        problem = Problem(place, "SB103", f"not YAML: {reason}", "look at this line and the one before it")
    if all((problem.code, problem.place) != (known.code, known.place) for known in document.problems):
        document.report((), problem)
    document.root = None


def _unquoted_braces(line: str) -> int:
    """Column (from 1) of the first `{{` outside quotes, 0 without one."""
    bare = re.sub(r""""(?:\\.|[^"\\])*"|'(?:''|[^'])*'""", lambda found: " " * len(found[0]), line)
    return bare.find("{{") + 1


class _Builder:
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
                self._place_node(Text(event.value, self._at(event), event.style is None), event.anchor, 1)
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
            self._stop(
                Place(self.document.file, 1, 1), "SB109", "this file says nothing", "delete it, or fill it in"
            )
        return self.root

    def _at(self, event: yaml.Event) -> Place:
        mark: Any = event.start_mark
        return Place(self.document.file, mark.line + 1, mark.column + 1)

    def _stop(self, place: Place, code: str, message: str, fix: str) -> None:
        _refuse(self.document, place, code, message, fix)

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
            self._stop(
                place,
                "SB102",
                f"nested deeper than {MAX_DEPTH} levels",
                "flatten it: no part of a spec is this deep",
            )
        parent = self.stack[-1] if self.stack else None
        is_key = (
            parent is not None and isinstance(parent.node, Mapping) and parent.key is None and not parent.skip
        )
        node: Mapping | Listing = (
            Mapping({}, place) if type(event) is yaml.MappingStartEvent else Listing([], place)
        )
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
            self._report(
                node.place, "SB110", "a key must be a plain word, not an alias", "write the key as text"
            )
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
            message = f"'*{event.anchor}' " + (
                "stands inside itself" if open_now else "names no anchor above it"
            )
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
