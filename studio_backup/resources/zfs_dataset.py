"""Datasets of ZFS: made with an id of our choosing, mounted where the volume says, with the properties of the spec."""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from studio_backup.probe import Probe, Reply
from studio_backup.programs import shipped
from studio_backup.resource import Derived, Resource, Unparsable, fixed, learned, managed, watched, whole
from studio_backup.resources import zfs_dataset_state as state
from studio_backup.resources.device import CONTENT
from studio_backup.resources.volume import IDENTITY
from studio_backup.resources.zfs_steps import FREE, is_pool
from studio_backup.source import Place
from studio_backup.step import Risk, Step

_SCRIPT = "\n".join((CONTENT, IDENTITY, shipped("disk.sh"), shipped("zfs.sh"), 'list_datasets "$@"'))
#: The property that holds the id which we chose; a colon makes it one of users.
ID = "studio-backup:id"
#: Properties that a play may set, each a field of that name.
PROPERTIES = ("compression", "atime", "recordsize", "quota", "reservation", "xattr", "acltype")
_DECIDED = ("encryption", "keyformat")


@dataclass(frozen=True, kw_only=True)
class ZfsDataset(Resource):
    """One file system of a pool; its name is the volume's."""

    kind: ClassVar[str] = "zfs-dataset"
    summary: ClassVar[str] = "a volume on a ZFS pool: its dataset, mount path and properties (a spec writes it)"
    adoptable: ClassVar[bool] = True

    id: str = fixed()  # of our choosing, or the guid of one that was there before
    mountpoint: str = managed()
    canmount: str = managed("on")
    mounted: str = managed("yes")
    compression: str | None = managed(None)
    atime: str | None = managed(None)
    recordsize: str | None = managed(None)
    quota: str | None = managed(None)
    reservation: str | None = managed(None)
    xattr: str | None = managed(None)
    acltype: str | None = managed(None)
    keylocation: str | None = managed(None)
    encryption: str | None = fixed(None)
    keyformat: str | None = fixed(None)
    key: str = fixed("there")  # or what a human has to do so that the key is loaded
    way: str = fixed("clear")  # or what is at its path, and would be hidden
    access: str = watched("rw")
    room: str = watched("enough")

    dataset: str = field(default="", compare=False)  # POOL/NAME
    disks: tuple[str, ...] = field(default=(), compare=False)  # designators of the pool's members
    smart: str = field(default="yes", compare=False)  # whether they are asked if they sleep
    pool: str | Derived = learned()  # the guid of the pool that it is made in
    guid: str = field(default="", compare=False)  # as it was seen

    @property
    def _asked(self) -> str:
        return "\t".join((self.name, self.dataset, self.mountpoint, self.smart, *self.disks))

    def probe(self) -> Probe:
        """All datasets in one call, last of all: a pool may hang. What only has a name asks for nothing."""
        return Probe(script=_SCRIPT, args=(self._asked,) if self.dataset else (), touches=True)

    def parse(self, reply: Reply) -> Self | None:
        """Absent where a whole listing lacks it, and its pool does not wait somewhere on the disks."""
        text = whole(reply)
        found = re.search(
            rf"^dataset\t{re.escape(self.name)}\t([^\t\n]+).*\n((?:(?!dataset\t).*\n)*)", text, re.MULTILINE
        )
        if found is None:
            if self.dataset:
                raise Unparsable(f"{self.name} is not in the listing")
            return self  # nothing is asked about what is only to be released
        facts = [line.split("\t") for line in found[2].splitlines()]
        said = {fact[0]: fact[1:] for fact in facts}
        if "unread" in said or "place" not in said or said["place"][0] == "unread":
            raise Unparsable(f"{found[1]} cannot be read: {said.get('unread', ['its path'])[0]}")
        if "absent" in said:
            return self._absent(said)
        told = {fact[1]: fact[2] for fact in facts if fact[0] == "property"}
        if told.get("xattr") == "on":
            told["xattr"] = state.attributes(text)
        lacking = {fact[1] for fact in facts if fact[0] == "unsupported"}
        for name in (*PROPERTIES, "keylocation", *_DECIDED):
            if name in lacking and getattr(self, name) not in (None, "off"):
                raise Unparsable(f"the ZFS of this machine does not support {name}")
        if not {"guid", "mountpoint", "canmount", "mounted", "used", "available"} <= {*told}:
            raise Unparsable(f"nothing tells how {found[1]} is")
        local = [fact[2] for fact in facts if fact[:2] == ["property", ID] and fact[3] == "local"]
        return self._seen(found[1], told, local, said["place"])

    def _absent(self, said: dict[str, list[str]]) -> Self | None:
        if "member" in said and "imported" not in said:
            raise Unparsable(f"the pool of {self.dataset} is not imported")
        if self.id.isdigit():  # a guid is nobody's to choose
            return type(self)(system=self.system, name=self.name, place=self.place, dataset=self.dataset,
                              id="not there", mountpoint=self.mountpoint)  # fmt: skip
        return None

    def _seen(self, dataset: str, told: Mapping[str, str], local: list[str], at: list[str]) -> Self:
        ids = [told["guid"], *local]
        mounted = told["mounted"] == "yes"
        seen = type(self)(
            system=self.system,
            name=self.name,
            place=self.place,
            dataset=dataset,
            id=next((one for one in ids if one.lower() == self.id.lower()), ids[-1]) if self.id else ids[-1],
            mountpoint=told["mountpoint"],
            canmount=told["canmount"],
            mounted=told["mounted"],
            key=state.key(told),
            way=state.way(at, dataset, mounted and told["mountpoint"] == self.mountpoint),
            access="ro" if told.get("readonly") == "on" else "rw",
            room=state.room(int(told["used"]), int(told["available"])),
            guid=told["guid"],
        )
        asked = [name for name in (*PROPERTIES, "keylocation", *_DECIDED) if getattr(self, name) is not None]
        values: dict[str, Any] = {name: state.as_written(name, told.get(name, "off")) for name in asked}
        return dataclasses.replace(seen, **values)

    def create(self) -> tuple[Step, ...]:
        """Made with all it shall have in one call, which mounts it; nothing is destroyed by it."""
        wanted = {"mountpoint": self.mountpoint, ID: self.id}
        wanted |= {name: value for name in (*_DECIDED, "keylocation", *PROPERTIES) if (value := getattr(self, name))}
        options = [word for name, value in wanted.items() for word in ("-o", f"{name}={value}")]
        return (
            Step(
                title=f"make the dataset {self.dataset}",
                script=f"zfs create {shlex.join([*options, self.dataset])} </dev/null",
                guard=f"{is_pool(self.dataset.partition('/')[0], str(self.pool))}\n"
                f"set -- {shlex.quote(self.mountpoint)}\n{FREE}",
            ),
        )

    def update(self, seen: Self, fields: frozenset[str]) -> tuple[Step, ...]:
        """Properties one by one, since zfs-fuse takes no more; another mount path last, and mounted where it is not."""
        changed = [name for name in (*PROPERTIES, "keylocation", "canmount") if name in fields]
        steps = [self._set(seen, changed)] if changed else []
        if "mountpoint" in fields or "mounted" in fields:
            steps.append(self._mount(seen, moved="mountpoint" in fields))
        return tuple(steps)

    def _set(self, seen: Self, names: list[str]) -> Step:
        dataset = shlex.quote(self.dataset)
        lines = [f"zfs set {shlex.quote(f'{name}={getattr(self, name)}')} {dataset}" for name in names]
        return Step(title=f"set {', '.join(names)} of {self.dataset}", script="\n".join(lines), guard=self._same(seen))

    def _mount(self, seen: Self, moved: bool) -> Step:
        dataset, path = shlex.quote(self.dataset), shlex.quote(self.mountpoint)
        lines = [f"zfs set mountpoint={path} {dataset}"] if moved else []
        lines.append(f"""if [ "$(zfs get -H -o value mounted {dataset})" = no ]; then
  if [ "$(zfs get -H -o value keystatus {dataset} 2>/dev/null)" = unavailable ]; then zfs load-key {dataset}; fi
  zfs mount {dataset}
fi""")
        return Step(
            title=f"mount {self.dataset} at {self.mountpoint}",
            script="\n".join(lines),
            guard=f"{self._same(seen)}\nset -- {path}\n{FREE}",
            risk=Risk.DISRUPTS if moved else Risk.SAFE,
        )

    def _same(self, seen: Self) -> str:
        return f"""now=$(zfs get -H -o value guid {shlex.quote(self.dataset)})
[ "$now" = {shlex.quote(seen.guid)} ] || {{ printf 'the dataset is not the one that was read\\n'; exit 1; }}"""

    def remove(self) -> tuple[Step, ...] | None:
        """Released: a dataset that leaves the spec is not touched."""
        return None

    @classmethod
    def named(cls, system: str, name: str, place: Place) -> Self:
        """Only the volume's name, which nothing on the machine has."""
        return cls(system=system, name=name, place=place, id="", mountpoint="")
