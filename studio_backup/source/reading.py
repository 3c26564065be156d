"""From the bytes of a file to its document: what is no text and what is no YAML is said here."""

from __future__ import annotations

import re

import yaml

from studio_backup.source.building import TOO_DEEP, Builder
from studio_backup.source.nodes import Document, StoppedError, refuse
from studio_backup.source.place import Place, Problem

#: A spec file larger than this is refused unread (an inventory of 1,000 machines takes about half a MiB).
MAX_BYTES = 8 * 2**20

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


def read(file: str, content: str | bytes) -> Document:
    """The document in `content`; never raises: what is wrong stands in `problems`."""
    document = Document(file, None)
    try:
        text = _decode(document, content)
        document.lines = _LINE_END.split(text)
        document.root = Builder(document).build(text)
    except StoppedError:
        document.root = None
    except yaml.YAMLError as error:
        _syntax(document, error)
    return document


def _decode(document: Document, content: str | bytes) -> str:
    start = Place(document.file, 1, 1)
    if len(content) > MAX_BYTES:
        refuse(
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
        refuse(
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
        refuse(
            document,
            Place(document.file, line, column),
            "SB101",
            message,
            "delete it; if the file is binary, take it away",
        )
    return text


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
        problem = Problem(place, "SB111", "{{ }} stands in a value without quotes", 'quote the value: "… {{ … }} …"')
    elif "nesting depth" in reason:
        problem = Problem(place, *TOO_DEEP)
    else:
        problem = Problem(place, "SB103", f"not YAML: {reason}", "look at this line and the one before it")
    if all((problem.code, problem.place) != (known.code, known.place) for known in document.problems):
        document.report((), problem)
    document.root = None


def _unquoted_braces(line: str) -> int:
    """Column (from 1) of the first `{{` outside quotes, 0 without one."""
    bare = re.sub(r""""(?:\\.|[^"\\])*"|'(?:''|[^'])*'""", lambda found: " " * len(found[0]), line)
    return bare.find("{{") + 1
