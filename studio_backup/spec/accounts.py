"""The accounts of the inventory: what each keeps, and who can erase it."""

from __future__ import annotations

from datetime import date

from studio_backup.source import Entry, Listing, Mapping, Node
from studio_backup.spec.drives import filled_section
from studio_backup.spec.duration import parse_duration
from studio_backup.spec.findings import Findings
from studio_backup.spec.inventory import Inventory
from studio_backup.spec.outside import Account, Attestation
from studio_backup.spec.reading import place_of, text_of, texts_of
from studio_backup.spec.wording import suggest

#: How long somebody's word is believed unless it says.
ATTESTED_FOR = 365


def build_accounts(inventory: Inventory, findings: Findings) -> dict[str, Account]:
    """Every account that can be built; why others cannot is reported."""
    found: dict[str, Account] = {}
    for name, entry in filled_section("accounts", inventory, findings).items():
        before = len(findings)
        _check_erasers(entry.value, inventory, findings)
        account = _account(name, entry, findings)
        if len(findings) == before:
            found[name] = account
    return found


def _account(name: str, entry: Entry, findings: Findings) -> Account:
    node = entry.value
    mfa = node.get("mfa") if isinstance(node, Mapping) else None
    versions, lock = text_of(node, "versions"), text_of(node, "lock")
    return Account(
        name=name,
        provider=text_of(node, "provider"),
        erased_by=tuple(dict.fromkeys(item.value for item in texts_of(node, "erased_by"))),
        mfa=_attestation(mfa, findings) if mfa is not None and not isinstance(mfa, Listing) else None,
        versions=parse_duration(versions) if versions else None,
        lock=parse_duration(lock) if lock else None,
        place=entry.key.place,
    )


def _attestation(node: Node, findings: Findings) -> Attestation:
    on = text_of(node, "on")
    end = min(date.fromisoformat(on).toordinal() + ATTESTED_FOR, date.max.toordinal())
    until = text_of(node, "until") or date.fromordinal(end).isoformat()
    if until < on:
        message = f"this holds until {until}, which is before it was seen ({on})"
        findings.add(place_of(node, "until", node.place), "SB412", message, "write the later day as until:")
    return Attestation(by=text_of(node, "by"), on=on, until=until)


def _check_erasers(node: Node, inventory: Inventory, findings: Findings) -> None:
    for item in texts_of(node, "erased_by"):
        kind, _, name = item.value.partition(":")
        if kind == "machine" and name not in inventory.machines and inventory.is_unknown(name):
            fix = suggest(name, inventory.machines, "define the machine first")
            findings.add(item.place, "SB304", f"there is no machine '{name}'", fix)
