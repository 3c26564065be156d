"""What one change does: its steps as far as they are known, what of them must be named, and the task of its machine."""

from __future__ import annotations

from studio_backup.diff import Change, Present
from studio_backup.manifest import Entry, entry_path, entry_text
from studio_backup.step import Step, Task

#: Verbs that lead to steps.
ACTING = ("create", "update", "remove")


def steps_of(change: Change) -> tuple[Step, ...]:
    """The steps of a change as far as they are known now."""
    if change.kept:
        return ()
    if change.verb == "create" and change.want:
        return () if change.want.awaits() else change.want.create()
    if change.verb == "update" and change.want and isinstance(change.seen, Present):
        fields = frozenset(item.name for item in change.fields) - {"manifest"}
        return change.want.update(change.seen.value, fields) if fields and not change.want.awaits() else ()
    if change.verb == "remove" and isinstance(change.seen, Present):
        return change.seen.value.remove() or ()
    return ()


def destroying(change: Change) -> tuple[str, ...]:
    """What --allow-destroy must name before this change is made; its own address where its steps are not known yet."""
    if change.verb not in ACTING or change.kept:
        return ()
    if change.want is not None and change.want.destroys and change.want.awaits():
        return (change.address,)
    return tuple(dict.fromkeys(name for step in steps_of(change) for name in step.names))


def task_of(studio: str, change: Change, batch: frozenset[str]) -> Task:
    """What the machine is told to do for a change; `batch` holds the addresses that go in the same script."""
    entry: str | None = None
    if change.want is not None:
        resource = change.want
        source = resource.place.file.rsplit("/", 1)[-1]
        entry = entry_text(Entry(studio, change.address, source, resource.digest()))
    return Task(
        address=change.address,
        steps=steps_of(change),
        entry_path=entry_path(studio, change.address),
        entry=entry,
        fresh=change.entry is None,
        needs=frozenset((change.want.needs() if change.want else frozenset()) & batch),
    )
