"""What the manifest has and the spec no longer asks for: removed only when nothing speaks against it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from studio_backup.diff import Absent, Change, Present, Seen, Unread
from studio_backup.manifest import Entry
from studio_backup.resource import Resource, Unparsable
from studio_backup.resources import KINDS
from studio_backup.source import Place
from studio_backup.survey import Survey

#: The order in which kinds go: first what starts work, last the folders it stood in.
_ORDER = (
    *("systemd-unit", "launchd-job", "scheduled-task", "block", "file", "windows-file", "share-credential", "ssh-key"),
    *("directory", "folder-acl"),
)


def leaving(studio: str, wanted: Mapping[str, Resource], survey: Survey) -> list[Resource]:
    """A value that can ask and parse for each of our entries that nothing in the spec asks for."""
    found = [
        resource
        for system, manifest in survey.manifests.items()
        for (owner, address), entry in manifest.entries.items()
        if owner == studio and address not in wanted
        if (resource := named(system, address, entry)) is not None
    ]
    return sorted(found, key=_rank)


def _rank(resource: Resource) -> tuple[int, int, int, str]:
    rank = _ORDER.index(resource.kind) if resource.kind in _ORDER else len(_ORDER)
    # A timer goes before the service it starts, a folder after the folders in it.
    return (
        rank,
        0 if resource.name.endswith(".timer") else 1,
        -resource.name.replace("\\", "/").count("/"),
        resource.address,
    )


def named(system: str, address: str, entry: Entry) -> Resource | None:
    """The resource an address names, if it is on this system and of a kind that we know."""
    if not address.startswith(f"{system}/"):
        return None
    kind, _, name = address[len(system) + 1 :].partition("/")
    return KINDS[kind].named(system, name, Place(entry.source, 1, 1)) if kind in KINDS and name else None


def orphans(
    studio: str, wanted: Mapping[str, Resource], survey: Survey, whole: bool, beside: Collection[str] = ()
) -> list[Change]:
    """One change for each: removed, released, or kept with the reason. Other studios' entries are not ours to list."""
    changes = []
    for resource in leaving(studio, wanted, survey):
        entry = survey.manifests[resource.system].entries[studio, resource.address]
        ours = whole and resource.system.partition("/")[0] not in beside
        changes.append(_judge(resource, survey.seen(resource), entry, ours))
    return changes


def _judge(resource: Resource, seen: Seen, entry: Entry, whole: bool) -> Change:
    change = Change(address=resource.address, verb="remove", want=None, seen=seen, entry=entry, named=resource)
    if not whole:
        return change.keep("kept: not in this selection")
    match seen:
        case Unread(reason):
            return change.keep(f"kept: {reason}", verb="unread")
        case Absent():
            return change.because("gone already; its entry is taken out of the manifest")
        case Present(value):
            return _present(change, value, entry)
    return change.keep("kept: its system is asleep", verb="asleep")


def _present(change: Change, value: Resource, entry: Entry) -> Change:
    try:
        steps = value.remove()
    except Unparsable as error:
        return change.keep(f"kept: {error}", verb="conflict")
    if steps is None:
        return change.because("released: no longer managed, and left as it is")
    if value.digest() != entry.digest:
        return change.keep("kept: edited since we wrote it", verb="conflict")
    return change.because("no longer in the spec")
