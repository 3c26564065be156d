"""What the inventory says about reports: which differences are waived, and who is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from studio_backup.source import Entry, Listing, Mapping, Node, Place, Text
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.findings import Findings
from studio_backup.spec.inventory import Inventory
from studio_backup.spec.model import Receiver, Secret, Waiver
from studio_backup.spec.reading import text_of, texts_of
from studio_backup.spec.schema import is_template

#: About what a receiver is told when the spec does not say.
ABOUT = ("problem", "recovery", "silence")
#: Seconds after which a system that was not seen is silent, when the spec does not say: a night missed, and two hours.
SILENT_AFTER = 26 * 3600
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def build_waivers(inventory: Inventory, findings: Findings) -> tuple[Waiver, ...]:
    """Every waiver that is whole."""
    return tuple(
        Waiver(
            name=name,
            addresses=tuple(text.value for text in texts_of(entry.value, "addresses")),
            owner=text_of(entry.value, "owner"),
            reason=text_of(entry.value, "reason"),
            expires=text_of(entry.value, "expires"),
            place=entry.key.place,
        )
        for name, entry in inventory.waivers.items()
        if name not in inventory.damaged["waivers"] and _is_written_out(entry.value, findings)
    )


def build_receivers(inventory: Inventory, findings: Findings) -> tuple[Receiver, ...]:
    """Every receiver that is whole."""
    found = []
    for name, entry in inventory.notify.items():
        if name in inventory.damaged["notify"] or not _is_written_out(entry.value, findings):
            continue
        url = _secret(entry, findings)
        if url is None:
            continue
        span = text_of(entry.value, "silent-after")
        found.append(
            Receiver(
                name=name,
                url=url,
                about=tuple(text.value for text in texts_of(entry.value, "on")) or ABOUT,
                silent_after=parse_duration(span) if span else SILENT_AFTER,
                place=entry.key.place,
            )
        )
    return tuple(found)


def _secret(entry: Entry, findings: Findings) -> Secret | None:
    node = entry.value.get("url") if isinstance(entry.value, Mapping) else None
    given = node.entries if isinstance(node, Mapping) else {}
    place = next((one.key.place for one in given.values()), entry.key.place)
    if len(given) != 1:
        code, verb = ("SB310", "in two places") if given else ("SB309", "nowhere")
        fix = "give it one of env: VARIABLE, file: PATH and command: [PROGRAM, ARGUMENT]"
        findings.add(place, code, f"the URL of '{entry.key.value}' is to be found {verb}", fix)
        return None
    kind, one = next(iter(given.items()))
    texts = texts_of(node, kind) if isinstance(one.value, Listing) else _text(one.value)
    words = tuple(text.value for text in texts)
    # A URL that was written here would stand in every warning about it: no message holds what was found.
    if (kind == "env" and not _VARIABLE.fullmatch(words[0])) or (kind == "file" and "://" in words[0]):
        wanted = {"env": "name of a variable", "file": "path of a file"}[kind]
        fix = f"write the {wanted} that holds the URL; the URL itself belongs nowhere in the spec"
        findings.add(place, "SB213", f"the URL of '{entry.key.value}' wants the {wanted} here", fix)
        return None
    return Secret(kind=kind, words=words, place=place)


def _text(node: Node) -> Sequence[Text]:
    return [node] if isinstance(node, Text) else []


def _is_written_out(node: Node, findings: Findings) -> bool:
    places = [text.place for text in _texts(node) if is_template(text.value)]
    for place in places:
        _refuse(place, findings)
    return not places


def _refuse(place: Place, findings: Findings) -> None:
    findings.add(place, "SB302", "there is no machine here to fill {{ }} in from", "write the value out")


def _texts(node: Node) -> Iterator[Text]:
    if isinstance(node, Text):
        yield node
    elif isinstance(node, Listing):
        for item in node.items:
            yield from _texts(item)
    else:
        for entry in node.entries.values():
            yield from _texts(entry.value)
