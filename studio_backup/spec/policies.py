"""The policies of the inventory: presets changed, and rules under names of the studio's own."""

from __future__ import annotations

import dataclasses
from typing import Any

from studio_backup.source import Entry, Mapping
from studio_backup.spec.drives import filled_section
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.findings import Findings
from studio_backup.spec.inventory import Inventory
from studio_backup.spec.reading import place_of, text_of
from studio_backup.spec.rules import NONE, PRESETS, Policy, preset
from studio_backup.spec.wording import suggest

_COUNTS = ("copies", "media", "offsite", "local", "offline")
_SPANS = {"versions": "noticed_after", "rpo": "rpo", "drill": "drill", "rto": "rto"}  # key -> field


def find_policy(own: dict[str, Policy], name: str) -> Policy | None:
    """The studio's own policy of that name, else the preset."""
    return own.get(name) or preset(name)


def known_policies(own: dict[str, Policy]) -> list[str]:
    """Every name to choose from; N-N-N stands for itself."""
    return list(dict.fromkeys([*own, "3-2-1", *PRESETS, "3-2-1-1-0", NONE]))


def build_policies(inventory: Inventory, findings: Findings) -> dict[str, Policy]:
    """The studio's own policies; one may be like another that stands before it."""
    own: dict[str, Policy] = {}
    for name, entry in filled_section("policies", inventory, findings).items():
        if name == NONE:
            message = "'none' asks for nothing and cannot be changed"
            findings.add(entry.key.place, "SB206", message, "give the policy another name")
        elif policy := _policy(own, name, entry, findings):
            own[name] = policy
    return own


def _policy(own: dict[str, Policy], name: str, entry: Entry, findings: Findings) -> Policy | None:
    node = entry.value
    like = text_of(node, "like") or (name if preset(name) else "3-2-1")
    base = find_policy(own, like)
    if base is None:
        fix = suggest(like, [one for one in known_policies(own) if one != NONE], "define that policy above this one")
        findings.add(place_of(node, "like", entry.key.place), "SB304", f"there is no policy '{like}'", fix)
        return None
    entries = node.entries if isinstance(node, Mapping) else {}
    changes: dict[str, Any] = {"name": name}
    changes |= {key: int(text_of(node, key)) for key in _COUNTS if key in entries}
    changes |= {field: parse_duration(text_of(node, key)) for key, field in _SPANS.items() if key in entries}
    return dataclasses.replace(base, **changes)
