"""References to secrets: where one is to be found, never what it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from studio_backup.secret import Secret
from studio_backup.source import Listing, Mapping, Node, Place, Text
from studio_backup.spec.findings import Findings
from studio_backup.spec.reading import texts_of

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def find_secret(node: Node | None, owner: Place, word: str, whose: str, findings: Findings) -> Secret | None:
    """The reference that a map holds; `word` is what is to be found (URL, password), `owner` where it belongs."""
    given = node.entries if isinstance(node, Mapping) else {}
    place = next((one.key.place for one in given.values()), owner)
    if len(given) != 1:
        code, verb = ("SB310", "in two places") if given else ("SB309", "nowhere")
        fix = "give it one of env: VARIABLE, file: PATH and command: [PROGRAM, ARGUMENT]"
        findings.add(place, code, f"the {word} {whose} is to be found {verb}", fix)
        return None
    kind, one = next(iter(given.items()))
    texts = texts_of(node, kind) if isinstance(one.value, Listing) else _text(one.value)
    words = tuple(text.value for text in texts)
    # What was written here by mistake would stand in every warning about it: no message holds what was found.
    wrong = (kind == "env" and not _VARIABLE.fullmatch(words[0])) or (kind == "file" and "://" in words[0])
    if wrong or not all(one.isprintable() for one in words):
        wanted = {"env": "name of a variable", "file": "path of a file"}.get(kind, "words of a program")
        fix = f"write the {wanted} that holds the {word}; the {word} itself belongs nowhere in the spec"
        findings.add(place, "SB213", f"the {word} {whose} wants the {wanted} here", fix)
        return None
    return Secret(kind=kind, words=words, place=place)


def _text(node: Node) -> Sequence[Text]:
    return [node] if isinstance(node, Text) else []
