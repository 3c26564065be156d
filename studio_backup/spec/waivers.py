"""What the inventory says about reports: which differences are waived, and who is told."""

from __future__ import annotations

from collections.abc import Iterator

from studio_backup.source import Listing, Mapping, Node, Place, Text
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.findings import Findings
from studio_backup.spec.inventory import Inventory
from studio_backup.spec.model import Receiver, Waiver
from studio_backup.spec.reading import text_of, texts_of
from studio_backup.spec.schema import is_template
from studio_backup.spec.secrets import find_secret

#: About what a receiver is told when the spec does not say.
ABOUT = ("problem", "recovery", "silence")
#: Seconds after which a system that was not seen is silent, when the spec does not say: a night missed, and two hours.
SILENT_AFTER = 26 * 3600


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
        node = entry.value.get("url") if isinstance(entry.value, Mapping) else None
        url = find_secret(node, entry.key.place, "URL", f"of '{entry.key.value}'", findings)
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
