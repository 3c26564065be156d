"""What is wanted beside what was seen: one change a resource, with a verb, its fields and the reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from studio_backup.manifest import Entry
from studio_backup.resource import After, Derived, Resource, ruled_fields

#: Every verb, in the order of summaries.
VERBS = ("create", "update", "remove", "watch", "conflict", "unread", "asleep", "deferred", "ok")


@dataclass(frozen=True)
class Present:
    """Read in full."""

    value: Resource


@dataclass(frozen=True)
class Absent:
    """Proven not to be there, by a whole listing without its name."""


@dataclass(frozen=True)
class Unread:
    """Not known, why, and what to do about it where that is known."""

    reason: str
    fix: str = ""


@dataclass(frozen=True)
class Asleep:
    """Its system is not the one that the machine booted; `since` is when it was last seen (epoch seconds), or None."""

    since: int | None


Seen = Present | Absent | Unread | Asleep


@dataclass(frozen=True)
class FieldDiff:
    """One field that differs: values as text, `after` may be `known after ADDRESS`."""

    name: str
    rule: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """What should happen to one resource. `want` is None for what the spec no longer has."""

    address: str
    verb: str
    want: Resource | None
    seen: Seen
    fields: tuple[FieldDiff, ...] = ()
    reason: str = ""
    fix: str = ""
    entry: Entry | None = None
    named: Resource | None = None  # what asks for an orphan: only its address is known
    kept: bool = False  # an orphan that is listed and left alone

    @property
    def resource(self) -> Resource:
        """The desired value; for an orphan the seen one, or what asked for it."""
        value = self.want or (self.seen.value if isinstance(self.seen, Present) else self.named)
        if value is None:
            raise LookupError(self.address)
        return value

    def because(self, reason: str) -> Change:
        """The same, with a reason."""
        return dataclasses.replace(self, reason=reason)

    def keep(self, reason: str, verb: str = "ok") -> Change:
        """An orphan that is listed and left alone."""
        return dataclasses.replace(self, kept=True, reason=reason, verb=verb)


def compare(want: Resource, seen: Seen, entry: Entry | None, foreign: str, known: Mapping[After, str]) -> Change:
    """The change that `want` needs. `entry`: our manifest entry, if whole; `foreign`: another studio that owns it."""
    want = want.resolved(known)
    change = Change(address=want.address, verb="ok", want=want, seen=seen, entry=entry)
    match seen:
        case Unread(reason, fix):
            return dataclasses.replace(change, verb="unread", reason=reason, fix=fix)
        case Asleep():
            return dataclasses.replace(change, verb="asleep")
        case Absent():
            return _unless_hindered(dataclasses.replace(change, verb="create", fields=_fields(want, None, known)))
    fields = _fields(want, seen.value, known)
    if foreign and fields:
        return _conflict(change, fields, f"belongs to studio {foreign}", "give one of the two another place")
    return _difference(change, want, seen.value, fields) if fields else _alike(change, want, foreign)


def _alike(change: Change, want: Resource, foreign: str) -> Change:
    # What two studios want alike, such as the folders above theirs, stays that one's that made it.
    if change.entry is not None or not want.recorded or foreign:
        return change
    if want.adoptable:
        return change.because("adopted")
    lost = FieldDiff("manifest", "managed", None, "recorded")
    return dataclasses.replace(change, verb="update", fields=(lost,), reason="equal, but not in the manifest")


def _difference(change: Change, want: Resource, seen: Resource, fields: tuple[FieldDiff, ...]) -> Change:
    rules = {item.rule for item in fields}
    names = frozenset(item.name for item in fields)
    if rules == {"watched"}:
        reason, fix = want.by_hand(seen, names) or ("watched, never changed", "")
        return dataclasses.replace(change, verb="watch", fields=fields, reason=reason, fix=fix)
    if change.entry is None and not seen.claimable and not want.adoptable:
        fix = "move it away, or make it equal to the spec by hand; then apply again"
        return _conflict(change, fields, "stands there already, is not ours, and differs", fix)
    told = want.by_hand(seen, frozenset(item.name for item in fields if item.rule != "watched"))
    if told:
        return _conflict(change, fields, *told)
    stuck = [item.name for item in fields if item.rule == "fixed"]
    if "guarded" in rules and not stuck and not want.awaits() and not want.update(seen, names):
        stuck = [item.name for item in fields if item.rule == "guarded"]
    if stuck:
        fix = "change the spec to what is there, or remove it by hand and apply again"
        return _conflict(change, fields, f"{', '.join(stuck)} cannot be changed in place", fix)
    return _unless_hindered(dataclasses.replace(change, verb="update", fields=fields))


def _unless_hindered(change: Change) -> Change:
    if change.want is None or change.want.awaits():
        return change
    found = change.want.hindrance()
    return _conflict(change, change.fields, *found) if found else change


def _conflict(change: Change, fields: tuple[FieldDiff, ...], reason: str, fix: str) -> Change:
    return dataclasses.replace(change, verb="conflict", fields=fields, reason=reason, fix=fix)


def _fields(want: Resource, seen: Resource | None, known: Mapping[After, str]) -> tuple[FieldDiff, ...]:
    found = []
    for name, rule in ruled_fields(type(want)).items():
        desired = getattr(want, name)
        if isinstance(desired, Derived):
            missing = desired.unknown(known)
            after: str | None = f"known after {missing.address}" if missing else desired.text(known)
            current = getattr(seen, name) if seen else None
            found.append(FieldDiff(name, rule, shown(current), after))
        elif desired is None or (seen is None and rule == "watched"):
            continue
        elif seen is None or desired != getattr(seen, name):
            found.append(FieldDiff(name, rule, shown(getattr(seen, name)) if seen else None, shown(desired)))
    return tuple(found)


def shown(value: object) -> str | None:
    """A field's value as reports print it."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def drift_class(change: Change) -> str:
    """The report's word for a change: did the spec move on (pending), or the machine behind our back (drifted)?"""
    if change.verb in ("conflict", "unread", "asleep"):
        return change.verb
    if change.verb == "watch":
        return "posture"
    if change.want is None:
        return "orphan"
    if change.verb == "deferred" and _only_unknown(change):
        return "unread"
    if change.entry is None:
        return "pending"
    if isinstance(change.seen, Present) and change.seen.value.digest() == change.entry.digest:
        return "pending"
    return "drifted"


def _only_unknown(change: Change) -> bool:
    """True where something stands and nobody can say whether it is right: what it is made from was not seen."""
    known = [item for item in change.fields if not (item.after or "").startswith("known after ")]
    return isinstance(change.seen, Present) and not known
