"""Every script that the program sends to a machine, by name, with hostile names wherever a name can stand."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from studio_backup.compile import routes
from studio_backup.diff import Present
from studio_backup.discover.asking import PROBE as DISCOVER
from studio_backup.doctor import wanted
from studio_backup.lock import acquire
from studio_backup.manifest import ENTRIES, LOCK
from studio_backup.probe import Probe, join, merge
from studio_backup.resource import Derived, Resource, Unparsable, ruled_fields
from studio_backup.resources import KINDS
from studio_backup.resources.mac_spotlight import Spotlight
from studio_backup.resources.mount import Mount
from studio_backup.resources.time_machine import TimeMachine
from studio_backup.resources.zfs_dataset import ZfsDataset
from studio_backup.restore.posix import land, verify
from studio_backup.restore.stream import send
from studio_backup.rollout.sessions import probe as session_probe
from studio_backup.running import preview, start
from studio_backup.script import build
from studio_backup.spec.files import load_paths
from studio_backup.spec.model import Studio
from studio_backup.status import probe as status_probe
from studio_backup.step import Step, Task
from tests.resources.cases import every_case

ROOT = Path(__file__).parents[2]
HOSTILE = 'it\'s "a" $(touch /root/hit) `id` \\ -> * ; & | #'
NONCE = "0123456789abcdef"


def example() -> Studio:
    """The studio of ./inventory and ./playbooks."""
    loaded = load_paths([ROOT / "inventory"], [ROOT / "playbooks"])
    assert loaded.studio is not None, loaded.problems
    return loaded.studio


def one_of_each(language: str = "sh") -> dict[str, Resource]:
    """A plain resource of every kind that is asked in this language, as its first golden case wants it."""
    found: dict[str, Resource] = {}
    for case in every_case():
        if KINDS[case.kind].language == language:
            found.setdefault(case.kind, case.want())
    return found


def hostile(resource: Resource) -> Resource:
    """The same with a name that tries everything a shell could trip over; where the kind has such names."""
    if resource.kind in ("directory", "volume", "sentinel"):
        return dataclasses.replace(resource, name=f"/srv/{HOSTILE}")
    if isinstance(resource, Mount):
        return dataclasses.replace(resource, path=f"/srv/{HOSTILE}")
    if isinstance(resource, TimeMachine):
        return dataclasses.replace(resource, exclude=(*resource.exclude, f"/srv/{HOSTILE}"))
    if isinstance(resource, Spotlight):
        return dataclasses.replace(resource, path=f"/srv/{HOSTILE}")
    if isinstance(resource, ZfsDataset):
        return dataclasses.replace(resource, mountpoint=f"/srv/{HOSTILE}")
    return resource


def probes() -> dict[str, Probe]:
    """What each kind asks, and what is asked besides."""
    found = {kind: hostile(resource).probe() for kind, resource in one_of_each().items()}
    ways = routes(example())
    session = session_probe("ws-a/studio-os", ways)
    return {**found, "manifest": ENTRIES, "lock": LOCK, "status": status_probe(ways[0]), "session": session,
            "doctor": wanted(example())["nas/linux"].probes()[0], "discover": DISCOVER}  # fmt: skip


def steps(language: str = "sh") -> Iterator[tuple[str, Step]]:
    """Every step that any kind of this language can take."""
    for kind, resource in one_of_each(language).items():
        one = hostile(resource)
        fields = frozenset(ruled_fields(KINDS[kind]))
        try:
            removing = one.remove() or ()
        except Unparsable:
            removing = ()
        for word, found in (("create", one.create()), ("update", one.update(one, fields)), ("remove", removing)):
            for number, step in enumerate(found):
                yield f"{kind} {word} {number}", step
    for case in every_case():
        # What is never made has no steps of its own: only what was seen tells which are left.
        seen = case.seen()
        if (
            KINDS[case.kind].language == language
            and not KINDS[case.kind].made
            and case.change().verb == "update"
            and isinstance(seen, Present)
        ):
            want = hostile(case.want())
            for number, step in enumerate(want.update(seen.value, frozenset(ruled_fields(type(want))))):
                yield f"{case.name} {number}", step


def tasks() -> list[Task]:
    """A wave with every step that makes something."""
    found = []
    for kind, resource in one_of_each().items():
        one = hostile(resource)
        assert not any(isinstance(getattr(one, name), Derived) for name in ruled_fields(KINDS[kind]))
        found.append(Task(address=one.address, steps=one.create(), entry_path=f"manifest/{kind}",
                          entry="studio\tnorthlight\n"))  # fmt: skip
    return found


def scripts() -> dict[str, str]:
    """Every whole script as it is sent, and every fragment, guard and step in the frame that it runs in."""
    route = routes(example())[0]
    found = {
        "joined": join(merge(probes().values()), NONCE),
        "wave": build(tasks(), NONCE),
        "wave that removes": build([Task(address="a", steps=(), entry_path="/x", entry=None)], NONCE),
        "lock": acquire(HOSTILE, NONCE),
        "lock that breaks another": acquire(HOSTILE, NONCE, break_lock=True),
        "run": start(route, "", HOSTILE),
        "run that accepts": start(route, "20261122T000000Z-1", HOSTILE),
        "preview": preview(route),
        "send": send(f"/srv/{HOSTILE}", HOSTILE),
        "land": land(f"/srv/{HOSTILE}"),
        "verify": verify(f"/srv/{HOSTILE}"),
    }
    framed = {f"probe {name}": probe.script for name, probe in probes().items()}
    for name, step in steps():
        framed[f"step {name}"] = step.script
        if step.guard:
            framed[f"guard {name}"] = step.guard
    return {**found, **{name: f"( set -eu; set -- one two\n{script}\n)\n" for name, script in framed.items()}}
