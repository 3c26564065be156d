"""Small values for tests of the pure core: resources, surveys and manifests without any machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from studio_backup.diff import Asleep
from studio_backup.manifest import ENTRIES, LOCK, Entry, entry_path, entry_text
from studio_backup.manifest import FOLDER as MANIFEST
from studio_backup.paths import STATE
from studio_backup.probe import Reply, Unanswered
from studio_backup.resource import Derived, Resource
from studio_backup.resources.block import Block
from studio_backup.resources.directory import Directory
from studio_backup.resources.file import File
from studio_backup.resources.ssh_key import SshKey
from studio_backup.resources.volume import Volume
from studio_backup.source import Place
from studio_backup.survey import Answered, Sighting, Silent, Survey, survey_of

STUDIO = "northlight"
PLACE = Place("playbooks/three-two-one.yml", 12, 9)
NAS, WS_A = "nas/linux", "ws-a/linux"
FOLDER = "/etc/studio-backup/northlight"
PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAYH28FYkuNex30uefrjURvqRrApy"


def file(name: str, text: str = "x\n", system: str = NAS, **more: Any) -> File:
    return File(system=system, name=f"{FOLDER}/{name}", place=PLACE, text=text, **more)


def folder(name: str, system: str = NAS, **more: Any) -> Directory:
    return Directory(system=system, name=name, place=PLACE, **more)


def key(name: str = "key", system: str = NAS, **more: Any) -> SshKey:
    path = f"/var/lib/studio-backup/northlight/receivers/r/{name}"
    return SshKey(system=system, name=path, place=PLACE, owner="r", **more)


def block(lines: str | Derived, system: str = WS_A, **more: Any) -> Block:
    return Block(system=system, name="authorized_keys:root/northlight.nas_linux.ws-a", place=PLACE, lines=lines, **more)


def volume(system: str = NAS, **more: Any) -> Volume:
    return Volume(system=system, name="/srv/tank", place=PLACE, id="id-1", **more)


def by_address(*resources: Resource) -> dict[str, Resource]:
    return {resource.address: resource for resource in resources}


def entry_of(resource: Resource, studio: str = STUDIO, digest: str | None = None) -> Entry:
    return Entry(studio, resource.address, "three-two-one.yml", resource.digest() if digest is None else digest)


def lock_reply(generation: str = "", holder: str = "") -> Reply:
    """What LOCK prints."""
    lines = [f"lock\t{holder}"] if holder else []
    return Reply(0, "\n".join([*lines, f"generation\t{generation}", "complete", ""]), "")


def listing_of(texts: Mapping[str, str]) -> str:
    """What FOLDERS prints for these plain files by path, without its closing line."""
    lines = [
        f"-rw-r--r-- 1 root root {len(text.encode('utf-8', 'surrogateescape'))} Nov 22 03:54 {path}\n"
        for path, text in texts.items()
    ]
    names = [f"text\t{path}\n" for path in texts]
    return "".join([*lines, *names, "text\t\n", *texts.values()])


def entries_reply(entries: Iterable[Entry] = ()) -> Reply:
    """What FOLDERS prints of the manifest with these entries."""
    texts = {f"{STATE}/{entry_path(entry.studio, entry.address)}": entry_text(entry) for entry in entries}
    return Reply(0, f"folder\t{MANIFEST}\n{listing_of(texts)}complete\n", "")


def reply_of(resources: Iterable[Resource]) -> Reply:
    """What a machine answers on which exactly these things of one kind stand."""
    chosen = list(resources)
    lines: list[str] = []
    match chosen[0]:
        case File():
            texts = {one.name: one.text for one in chosen if isinstance(one, File) and one.text is not None}
            lines += [f"folder\t{FOLDER}", *listing_of(texts).split("\n")[:-1]]
        case Directory():
            for one in chosen:
                lines += [f"there\t{one.name}", f"drwxr-xr-x 2 root root 40 Nov 22 03:54 {one.name}"]
        case SshKey():
            for one in chosen:
                lines += [f"key\t{one.name}", f"-r-------- 1 r r 411 Nov 22 03:54 {one.name}", f"public\t{PUBLIC} nas"]
        case Volume():
            lines += [f"volume\tright\tid-1\tid-1 {one.name}" for one in chosen]
        case Block():
            for one in chosen:
                assert isinstance(one, Block)
                text = [f"# >>> {one.mark}", *str(one.lines).split("\n"), f"# <<< {one.mark}"]
                lines += [f"file\t{one.user}\t/root/.ssh/authorized_keys", "sum\t1 2", *(f"\t{line}" for line in text)]
    return Reply(0, "\n".join([*lines, "complete", ""]), "")


def absent_reply(resources: Iterable[Resource]) -> Reply:
    """What a machine answers on which none of these stands."""
    lines: list[str] = []
    for one in resources:
        match one:
            case File():
                lines.append(f"absent\t{FOLDER}")
            case Directory():
                lines.append(f"absent\t{one.name}")
            case SshKey():
                lines.append(f"key\t{one.name}")
            case Volume():
                lines.append(f"volume\tabsent\t\tid-1 {one.name}")
            case Block():
                lines += [f"file\t{one.user}\t/root/.ssh/authorized_keys", "sum\tabsent"]
    return Reply(0, "\n".join([*lines, "complete", ""]), "")


def answered(
    there: Iterable[Resource] = (), gone: Iterable[Resource] = (), entries: Iterable[Entry] = (), **more: str
) -> Answered:
    """A system with these things, without those, and with this manifest."""
    answers: dict[tuple[str, bool], Reply | Unanswered] = {
        (LOCK.script, LOCK.touches): lock_reply(**more),
        (ENTRIES.script, ENTRIES.touches): entries_reply(entries),
    }
    grouped: dict[tuple[str, bool], tuple[list[Resource], list[Resource]]] = {}
    for index, resources in enumerate((list(there), list(gone))):
        for one in resources:
            probe = one.probe()
            grouped.setdefault((probe.script, probe.touches), ([], []))[index].append(one)
    for asked, (stand, lack) in grouped.items():
        both = [reply_of(stand).out.removesuffix("complete\n")] if stand else []
        # A folder that holds some files is listed; the missing ones are simply not in it.
        lacking = [one for one in lack if not (stand and isinstance(one, File))]
        both += [absent_reply(lacking).out.removesuffix("complete\n")] if lacking else []
        told = answers.get(asked, Reply(0, "complete\n", ""))
        assert isinstance(told, Reply)
        answers[asked] = Reply(0, told.out.removesuffix("complete\n") + "".join(both) + "complete\n", "")
    return Answered(answers)


def survey(**systems: Sighting) -> Survey:
    """A survey by short names: `nas`, `ws_a`."""
    names = {"nas": NAS, "ws_a": WS_A}
    return survey_of({names[name]: sighting for name, sighting in systems.items()})


def silent(reason: str = "does not answer") -> Silent:
    return Silent(reason)


def asleep(since: int | None = None) -> Asleep:
    return Asleep(since)
