"""One disk of an array in place of another: only the one that the plan printed goes; sysfs and mdadm are stand-ins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from studio_backup.resources.md_change import Changing
from studio_backup.script import REFUSED
from studio_backup.step import Outcome
from tests.disks.device_bench import MIB, Devices, Loop
from tests.disks.storage_bench import carry_out
from tests.sandbox import SHELLS

UUID = "a0000000:00000000:00000000:00000001"
EVERY = [pytest.param(words, id=name, marks=[pytest.mark.long] * (name != "dash")) for name, words in SHELLS.items()]
#: The kernel has no arrays here: its folder of devices is ours, and mdadm writes down what it is asked for.
STAND_IN = f"""set -eu
place=/run/studio-backup-sandbox/md; mkdir -p "$place/upper" "$place/work"
mount -t overlay -o "lowerdir=/usr/sbin,upperdir=$place/upper,workdir=$place/work" overlay /usr/sbin
mount -t tmpfs none /sys/block
cat >/usr/sbin/mdadm <<'END'
#!/bin/sh
case $1 in --detail) echo MD_UUID={UUID} ;; *) printf '%s\\n' "$*" >>/run/studio-backup-sandbox/asked ;; esac
END
printf '#!/bin/sh\\n' >/usr/sbin/udevadm
chmod 755 /usr/sbin/mdadm /usr/sbin/udevadm"""


@dataclass
class Array:
    """md127 with the member `one`; `old` and `other` are of no member, `new` is to be put in for `old`."""

    devices: Devices
    one: Loop
    old: Loop
    other: Loop
    new: Loop

    def is_of(self, *legs: tuple[Loop, str]) -> None:
        """The kernel's word on it: devices and their states."""
        lines = ["rm -rf /sys/block/md127 /run/studio-backup-sandbox/asked"]
        for loop, states in legs:
            folder = f"/sys/block/md127/md/dev-{loop.device.removeprefix('/dev/')}"
            lines.append(f"mkdir -p {folder}; echo {states} >{folder}/state")
        assert self.devices.sandbox.run("\n".join(lines)).returncode == 0

    def put_in(self, shell: list[str], old: str = "ata-old") -> Outcome:
        """The step, with what is on the new disk now."""
        changing = Changing(
            address="nas/linux/md-array/tank", name="tank", level="raid1", uuid=UUID, members=("bay1", "bay2"),
            devices={"bay1": "id:ata-one", "bay2": "id:ata-new"},
            contents={"bay1": "in use: held by md127", "bay2": self.devices.content(self.new)},
        )  # fmt: skip
        (step,) = changing.put_in(["bay2"], [old])
        assert step.title == f"put bay2 into tank in place of {old}"
        return carry_out(self.devices, changing.address, [step], shell)

    def asked(self) -> list[str]:
        """What mdadm was told to do."""
        return self.devices.sandbox.run("cat /run/studio-backup-sandbox/asked 2>/dev/null").stdout.splitlines()


@pytest.fixture(scope="module")
def array(devices: Devices) -> Iterator[Array]:
    loops = [devices.loop(4 * MIB) for _ in range(4)]
    devices.link(ata_one=loops[0], ata_old=loops[1], ata_other=loops[2], ata_new=loops[3])
    done = devices.sandbox.run(STAND_IN)
    assert done.returncode == 0, done.stderr
    yield Array(devices, *loops)
    devices.sandbox.run("umount /sys/block /usr/sbin")


@pytest.mark.parametrize("shell", EVERY)
def test_the_disk_that_the_plan_printed_goes_and_no_other(shell: list[str], array: Array) -> None:
    one, old, other, new = (loop.device for loop in (array.one, array.old, array.other, array.new))
    for mine, theirs in ((array.old, array.other), (array.other, array.old)):
        array.is_of((array.one, "in_sync"), (mine, "in_sync"), (theirs, "in_sync"))
        assert array.put_in(shell).exit == 0
        assert array.asked() == [f"/dev/md127 --add-spare {new}", f"/dev/md127 --replace {old} --with {new}"]
    # One that only waits is taken out: nothing of the array is on it.
    array.is_of((array.one, "in_sync"), (array.other, "in_sync"), (array.old, "spare"))
    assert array.put_in(shell).exit == 0
    assert array.asked() == [f"/dev/md127 --remove {old}", f"/dev/md127 --add {new}"]
    assert array.put_in(shell, other.removeprefix("/dev/")).exit == 0, "one without a name below by-id"
    assert one not in " ".join(array.asked())


@pytest.mark.parametrize("shell", EVERY)
def test_whatever_became_of_it_nothing_is_done_to_another(shell: list[str], array: Array) -> None:
    array.new.write(MIB, b"somebody's data")
    before = array.new.image.read_bytes()
    legs = {
        "not in it any more": [(array.other, "in_sync")],
        "failed": [(array.old, "faulty"), (array.other, "in_sync")],
        "its place is taken": [(array.old, "in_sync,want_replacement"), (array.other, "spare,replacement")],
        "nothing tells": [(array.old, "blocked"), (array.other, "in_sync")],
    }
    for what, others in legs.items():
        array.is_of((array.one, "in_sync"), *others)
        outcome = array.put_in(shell)
        assert (outcome.exit, "ata-old does not work in /dev/md127 any more" in outcome.log) == (REFUSED, True), what
        assert array.asked() == [], what
    # The name leads to a member by now.
    array.is_of((array.one, "in_sync"), (array.other, "in_sync"))
    assert array.put_in(shell, "ata-one").exit == REFUSED
    assert array.asked() == []
    assert array.new.image.read_bytes() == before
    array.new.wipe()
