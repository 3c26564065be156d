"""Storage that plays keep: disks, arrays of them, file systems on either, mounts, subvolumes; each rests on another."""

from __future__ import annotations

from studio_backup.compile import zfs
from studio_backup.compile.btrfs import keep_btrfs, keep_subvolume
from studio_backup.compile.collect import Collector, designator_of
from studio_backup.compile.md_conf import configured
from studio_backup.compile.samba import announce, keep_share
from studio_backup.compile.scrub import scrub
from studio_backup.resource import After, Derived
from studio_backup.resources.device import joined
from studio_backup.resources.disk import Disk
from studio_backup.resources.filesystem import Filesystem
from studio_backup.resources.md_array import MdArray
from studio_backup.resources.md_change import BARE
from studio_backup.resources.mount import ALWAYS, Mount
from studio_backup.spec import model
from studio_backup.spec.macos import MAC_KINDS
from studio_backup.spec.paths import inside
from studio_backup.spec.storage import chosen_array_id, is_uuid
from studio_backup.spec.windows import WINDOWS_KINDS
from studio_backup.spec.windows_storage import WINDOWS_STORAGE

Names = tuple[str, str, str]  # machine, kind, name


class Storage:
    """Adds what plays keep; asking twice for one thing is asking once."""

    def __init__(self, collected: Collector) -> None:
        self.collected = collected
        self.kept: dict[Names, model.Managed] = {
            (one.machine, one.kind, one.name): one for one in collected.studio.managed
        }

        # Full name of a system -> its arrays, whether each is known at the start, and who is told of it.
        self.configured: dict[str, list[tuple[MdArray, str, str]]] = {}
        self.shares: dict[str, list[model.Managed]] = {}  # full name of a system -> its Time Machine shares

    def keep(self) -> None:
        """Everything, in the order of kinds: what is rested on comes first."""
        for one in self.kept.values():
            machine = self.collected.studio.machines[one.machine]
            system = machine.linux
            elsewhere = one.kind in (*MAC_KINDS, *WINDOWS_KINDS, *WINDOWS_STORAGE)
            if system is None or elsewhere:  # else the spec is refused before it comes to this
                continue
            match one.kind:
                case "disk":
                    self.disk(machine, system, one.name)
                case "md-array":
                    self._array(machine, system, one)
                case "btrfs-filesystem":
                    keep_btrfs(self, machine, system, one)
                case "btrfs-subvolume":
                    keep_subvolume(self.collected, machine, system, one)
                case "zfs-pool":
                    members = machine.arrays[one.name].members
                    disks = {member: self.disk(machine, system, member) for member in members}
                    zfs.pool(self.collected, machine, system, one, disks, self.smart(machine, *members))
                case "filesystem":
                    self._filesystem(machine, system, one)
                case "zfs-dataset":
                    self._dataset(machine, system, one)
                case "mount":
                    self._mount(machine, system, one)
                case "samba-share":
                    keep_share(self.collected, machine, system, one)
                    self.shares.setdefault(system.full_name, []).append(one)
        for name, arrays in self.configured.items():
            machine_name, _, system_name = name.partition("/")
            configured(self.collected, self.collected.studio.machines[machine_name].systems[system_name], arrays)
        for name, shares in self.shares.items():
            machine_name, _, system_name = name.partition("/")
            announce(self.collected, self.collected.studio.machines[machine_name].systems[system_name], shares)

    def disk(self, machine: model.Machine, system: model.System, name: str) -> str:
        disk, own = machine.disks[name], self.kept.get((machine.name, "disk", name))
        place = own.place if own else disk.place
        return self.collected.add(
            Disk.of(
                by_id=disk.by_id,
                serial=disk.serial,
                in_service=disk.in_service,
                smart=self.smart(machine, name),
                travels=disk.travels,
                system=system.full_name,
                name=name,
                place=place,
            )
        )

    def smart(self, machine: model.Machine, *names: str) -> str:
        """`yes`, or `no` where one of these disks shall not be asked."""
        kept = (self.kept.get((machine.name, "disk", name)) for name in names)
        return "no" if any(own and str(own.options.get("smart", "yes")) != "yes" for own in kept) else "yes"

    def _array(self, machine: model.Machine, system: model.System, one: model.Managed) -> None:
        array = machine.arrays[one.name]
        members = (*array.members, *array.spares)
        disks = {member: self.disk(machine, system, member) for member in members}
        chunk, bitmap = one.options.get("chunk"), one.options.get("bitmap")
        value = MdArray(
            system=system.full_name,
            name=array.name,
            place=one.place,
            requires=tuple(disks.values()),
            level=array.level,
            members=members,
            spares=len(array.spares),
            chunk=str(chunk) if chunk else None,
            bitmap=str(bitmap) if bitmap and array.level not in BARE else None,
            uuid=array.id,
            uneven=one.options.get("uneven") == "yes",
            chosen=chosen_array_id(self.collected.studio.name, machine.name, array.name),
            devices={member: designator_of(machine.disks[member]) for member in members},
            found=joined(disks),
        )
        self.collected.add(value)
        scrub(self.collected, system, value, str(one.options.get("scrub", "")))
        words = (str(one.options.get("boot", "no")), str(one.options.get("monitor", "no")))
        self.configured.setdefault(system.full_name, []).append((value, *words))

    def _filesystem(self, machine: model.Machine, system: model.System, one: model.Managed) -> None:
        volume = machine.volumes[one.name]
        array, label = machine.arrays.get(volume.on), one.options.get("label")
        carrier: str | Derived
        if array is not None:
            below = f"{system.full_name}/{MdArray.kind}/{array.name}"
            chosen = array.id or chosen_array_id(self.collected.studio.name, machine.name, array.name)
            members = [machine.disks[member] for member in array.members]
            devices = (f"md:{chosen}", *map(designator_of, members))
            carrier = Derived(("md:", After(below, "identity")))
            smart = self.smart(machine, *array.members)
        else:
            below = self.disk(machine, system, volume.on)
            carrier = designator_of(machine.disks[volume.on])
            devices, smart = (carrier,), self.smart(machine, volume.on)
        self.collected.add(
            Filesystem(
                system=system.full_name,
                name=volume.name,
                place=one.place,
                requires=(below,),
                type=volume.filesystem,
                uuid=volume.ids[system.name].lower(),
                label=str(label) if label else None,
                on=volume.on,
                devices=devices,
                smart=smart,
                carrier=carrier,
                found=Derived((After(below, "content"),)),
            )
        )

    def _dataset(self, machine: model.Machine, system: model.System, one: model.Managed) -> None:
        volume = machine.volumes[one.name]
        self.collected.mounts[volume.full_name] = zfs.dataset(
            self.collected, machine, system, one, self.smart(machine, *machine.arrays[volume.on].members)
        )
        self.collected.volume(system, volume)

    def _mount(self, machine: model.Machine, system: model.System, one: model.Managed) -> None:
        volume = machine.volumes[one.name]
        named, path = volume.ids[system.name], volume.paths[system.name]
        options = tuple(one.options.get("options", ()))
        mount = self.collected.add(
            Mount(
                system=system.full_name,
                name=volume.name,
                place=one.place,
                requires=(*self._below(machine, system, volume), *self._around(machine, system, volume)),
                path=path,
                what=f"UUID={named.lower() if is_uuid(named) else named}",
                type=volume.filesystem,
                options=",".join((*ALWAYS, *options)),
                access="ro" if "ro" in options else "rw",
            )
        )
        self.collected.mounts[volume.full_name] = mount
        self.collected.volume(system, volume)

    def _below(self, machine: model.Machine, system: model.System, volume: model.Volume) -> tuple[str, ...]:
        """What the volume rests on, as far down as it is kept: its file system, else its array or its disk."""
        below = (("filesystem", volume.name), *((kind, volume.on) for kind in ("btrfs-filesystem", "md-array", "disk")))
        for kind, name in below:
            if (machine.name, kind, name) in self.kept:
                return (f"{system.full_name}/{kind}/{name}",)
        return ()

    def _around(self, machine: model.Machine, system: model.System, volume: model.Volume) -> tuple[str, ...]:
        """The mounts that it lies in: they come first."""
        path = volume.paths[system.name]
        return tuple(
            f"{system.full_name}/{Mount.kind}/{other.name}"
            for other in machine.volumes.values()
            if other.name != volume.name and (machine.name, "mount", other.name) in self.kept
            if system.name in other.paths and inside(path, other.paths[system.name])
        )
