"""Arrays of the RAID machine: asked, judged and changed by the resource's own probe and steps, over SSH."""

from __future__ import annotations

import hashlib
import secrets
import time

from studio_backup.diff import Change, Present, Seen, compare
from studio_backup.manifest import Entry
from studio_backup.probe import Reply, join, split
from studio_backup.resource import After, Resource
from studio_backup.resources.device import joined
from studio_backup.resources.disk import Disk
from studio_backup.resources.md_array import MdArray
from studio_backup.script import build, outcomes
from studio_backup.source import Place
from studio_backup.step import Outcome, Step, Task
from studio_backup.steps import steps_of
from studio_backup.survey import Answered, read
from tests.lab.vm import places
from tests.lab.vm.machine import Vm

PLACE = Place("studio.yml", 1, 1)
SYSTEM = "nas/linux"
CHOSEN = "a0000000:00000000:00000000:00000001"
PATIENCE = 900  # beside other work, an emulated machine builds an array ten times as slowly
FILL = """set -e; mkfs.ext4 -q /dev/disk/by-id/md-uuid-{uuid}; mkdir -p /srv/tank
mount /dev/disk/by-id/md-uuid-{uuid} /srv/tank; cd /srv/tank; mkdir 'a session'
for take in 1 2 3 4 5; do head -c 3000000 /dev/urandom >"a session/take $take.wav"; done
find . -type f -exec sha256sum {{}} + >/root/sums; sync -f /srv/tank"""


def wanted(vm: Vm, *bays: str, level: str = "raid1", **others: str) -> MdArray:
    """The array `tank` of these bays, or of other bays under their names."""
    members = {**{bay: bay for bay in bays}, **others}
    return MdArray(
        system=SYSTEM,
        name="tank",
        place=PLACE,
        level=level,
        members=tuple(members),
        devices={member: f"id:{vm.inserted[bay].id}" for member, bay in members.items()},
        chosen=CHOSEN,
        found=joined({member: f"{SYSTEM}/disk/{member}" for member in members}),
    )


def asked(vm: Vm, resource: Resource, seconds: int = 60) -> Seen:
    """What the machine says of it now, under the watchdog that every survey has; an emulated machine is slow."""
    probe = resource.probe()
    done = vm.run("exec sh -s", text=join([probe], "n0nce", seconds), timeout=PATIENCE)
    (answer,) = split(Reply(done.returncode, done.stdout, done.stderr), 1, "n0nce")
    return read(resource, Answered({(probe.script, probe.touches): answer}))


def judged(vm: Vm, want: MdArray) -> Change:
    """The change that it needs, with what is on its disks."""
    known: dict[After, str] = {}
    for member, designator in want.devices.items():
        disk = Disk(system=SYSTEM, name=member, place=PLACE, device=designator, smart="no")
        seen = asked(vm, disk)
        assert isinstance(seen, Present), seen
        if content := getattr(seen.value, "content", None):
            known[After(disk.address, "content")] = content
    entry = Entry("northlight", want.address, "studio.yml", want.digest())
    return compare(want, asked(vm, want), entry, "", known)


def steps_for(change: Change) -> tuple[Step, ...]:
    """What apply would do about it."""
    assert change.verb in ("create", "update"), change
    return steps_of(change)


def task_of(change: Change) -> Task:
    steps = steps_for(change)
    return Task(address=change.address, steps=steps, entry_path="manifest/x", entry="x\ty\n")


def carried_out(vm: Vm, change: Change) -> Outcome:
    """How its steps ended, run as apply runs them."""
    token, task = secrets.token_hex(8), task_of(change)
    done = vm.run("exec sh -s", text=build([task], token), timeout=PATIENCE)
    outcome = outcomes([task], Reply(done.returncode, done.stdout, done.stderr), token)[change.address]
    assert outcome is not None, done
    return outcome


def made(vm: Vm, want: MdArray) -> None:
    """Make it where nothing is, and see it."""
    change = judged(vm, want)
    assert change.verb == "create"
    outcome = carried_out(vm, change)
    assert outcome.exit == 0, outcome.log
    assert judged(vm, want).verb in ("ok", "watch")


def settled(vm: Vm, want: MdArray) -> Change:
    """The change that is left once the array is idle."""
    end = time.monotonic() + PATIENCE
    while "action" in fields(change := judged(vm, want)):
        assert time.monotonic() < end
        time.sleep(1)
    return change


def ended(vm: Vm, want: MdArray) -> None:
    """In the end, nothing is left to be said of it."""
    change = settled(vm, want)
    assert (change.verb, change.reason, fields(change)) == ("ok", "", {}), (change.reason, fields(change))


def fields(change: Change) -> dict[str, str | None]:
    return {field.name: field.before for field in change.fields}


def whole(vm: Vm) -> bool:
    """Every byte of every file is as it was written, read from the disks again."""
    done = vm.run("sync; echo 3 >/proc/sys/vm/drop_caches; cd /srv/tank && sha256sum --quiet -c /root/sums")
    return (done.returncode, done.stdout) == (0, "")


def bytes_of(vm: Vm, bay: str) -> str:
    """Hash of every byte of a disk, as the host has them."""
    # Every disk: the name of this one may lead elsewhere by now.
    vm.run('sync; for disk in /sys/block/sd*; do blockdev --flushbufs "/dev/${disk##*/}" || exit 1; done', check=True)
    image = places.disk_image(vm.inserted[bay].serial)
    with image.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fill(vm: Vm, uuid: str = CHOSEN) -> None:
    vm.run(FILL.format(uuid=uuid), check=True)
