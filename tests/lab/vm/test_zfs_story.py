"""A pool from the spec alone, on real OpenZFS: made, filled, failed, mended, scrubbed, exported, released, adopted."""

from pathlib import Path

import pytest

from studio_backup.programs import shipped
from studio_backup.spec.storage import chosen_id
from tests.lab.studio import changes
from tests.lab.vm import facts
from tests.lab.vm.machine import Vm
from tests.lab.vm.test_story import Spec

pytestmark = [pytest.mark.lab, pytest.mark.long]

POOL, DATASET = "raid/linux/zfs-pool/tank", "raid/linux/zfs-dataset/projects"
STORAGE = """    arrays:
      tank: {kind: zfs, level: mirror, members: [bay1, bay2]}
    volumes:
      projects: {on: tank, filesystem: zfs, path: /srv/projects}
"""
PLAY = """- name: The pool and what is on it
  hosts: raid
  disk: {bay1: {smart: "no"}, bay2: {smart: "no"}}
  zfs-pool: {tank: {ashift: 12, scrub: weekly}}
  zfs-dataset: {projects: {compression: lz4, atime: "off", recordsize: 1M, xattr: sa}}
"""
NOTHING = "- {name: Nothing is kept any more, hosts: raid}\n"
ID = chosen_id("northlight", "raid", "projects")


def story(vm: Vm, folder: Path) -> Spec:
    return Spec(folder / "spec", vm, STORAGE, PLAY)


def hashes(vm: Vm) -> str:
    """Of every take, read from the disks again."""
    return vm.run(
        "sync; echo 3 >/proc/sys/vm/drop_caches; cd /srv/projects && "
        "find . -type f ! -name '.studio-backup*' -exec sha256sum {} + | sort",
        check=True,
    ).stdout


def settled(vm: Vm) -> None:
    """Wait until no disk is being filled and nothing is being read."""
    vm.run("zpool wait -t resilver,replace,scrub tank", check=True, timeout=300)


def guarded(vm: Vm, volume_id: str = ID) -> str:
    """What a job would say of the volume, asked as root and as the user of a gate: nothing where all is well."""
    asked = f"""{shipped("volume.sh")}
check_volume target /srv/projects {volume_id} raid/projects northlight
printf '%s\\n' "$volume_reason"
"""
    vm.run("cat >/tmp/guard.sh; chmod 644 /tmp/guard.sh", text=asked, check=True)
    both = [vm.run(f"{before} sh /tmp/guard.sh").stdout.strip() for before in ("", "setpriv --reuid=nobody")]
    assert both[0] == both[1]
    return both[0]


def test_made_filled_failed_mended_scrubbed_exported_released_and_adopted(zfs: Vm, tmp_path: Path) -> None:
    vm, spec = zfs, story(zfs, tmp_path)
    spec.run("validate", code=0)
    plan = spec.json("plan", code=2)
    found = changes(plan)
    assert (found[POOL]["verb"], found[POOL]["risk"]) == ("create", "destroys")
    assert (found[DATASET]["verb"], found[DATASET]["risk"]) == ("create", "safe")
    assert {step["address"]: step["names"] for step in plan["steps"] if step["names"]} == {POOL: [POOL]}

    # Nothing is made that was not named, and nothing that rests on it.
    before = vm.run("cksum </dev/disk/by-id/wwn-0x5000c50000000a01").stdout
    assert f"--allow-destroy {POOL}" in " ".join(spec.apply(code=5).split())
    assert vm.run("zpool list -H; cksum </dev/disk/by-id/wwn-0x5000c50000000a01").stdout == before

    spec.run("apply", "--yes", "--allow-destroy", POOL, code=0)
    asked = "zfs get -Hp -o value recordsize,compression,atime,mountpoint,studio-backup:id tank/projects"
    assert vm.run(asked, check=True).stdout.split() == ["1048576", "lz4", "off", "/srv/projects", ID]
    assert vm.run("zpool list -Ho ashift tank", check=True).stdout == "12\n"
    spec.json("plan", code=0)
    vm.run("for n in 1 2 3 4 5 6; do head -c 3000000 /dev/urandom >/srv/projects/take-$n.wav; done; zpool sync")
    there = hashes(vm)
    assert len(there.splitlines()) == 6
    assert guarded(vm) == ""
    assert guarded(vm, "5e551001-0000-4000-8000-000000000a01") == "target-wrong-volume"

    failed_and_replaced(vm, spec)
    assert hashes(vm) == there

    # Bytes that no disk reported: the timer's own program finds and mends them, and says so until it is cleared.
    bad = "/dev/disk/by-id/wwn-0x5000c50000000a01-part1"
    vm.run(f"dd if=/dev/urandom of={bad} bs=1M seek=12 count=40 conv=notrunc oflag=direct", check=True)
    vm.run("systemctl start 'studio-backup-northlight_scrub-tank.service'", check=True)
    settled(vm)
    assert "checksum" in spec.run("drift", code=2).stdout
    assert hashes(vm) == there
    vm.run("zpool clear tank", check=True)
    spec.json("plan", code=0)

    # Exported: nothing is made anew, a job refuses the bare folder, and one apply brings all back.
    vm.run("zpool export tank && mkdir -p /srv/projects", check=True)
    assert guarded(vm) == "target-unmounted"
    found = changes(spec.json("plan", code=2))
    assert (found[POOL]["verb"], found[DATASET]["verb"]) == ("update", "unread")
    spec.apply(code=0)
    spec.json("plan", code=0)
    assert hashes(vm) == there

    # What leaves the spec is released: it stands as it stood. What stands as the spec wants it is adopted.
    (spec.folder / "playbooks/storage.yml").write_text(NOTHING)
    spec.apply(code=0)
    assert hashes(vm) == there
    (spec.folder / "playbooks/storage.yml").write_text(PLAY)
    found = changes(spec.json("plan", code=2))
    assert (found[POOL]["verb"], found[POOL]["reason"]) == ("ok", "adopted")
    assert (found[DATASET]["verb"], found[DATASET]["reason"]) == ("ok", "adopted")


def failed_and_replaced(vm: Vm, spec: Spec) -> None:
    """A disk dies; another one, with somebody's data on it, goes into the bay."""
    vm.pull("bay2")
    vm.run("echo x >/srv/projects/.studio-backup-note; zpool sync tank", check=True)
    drift = spec.run("drift", code=2).stdout
    assert "bay2 is missing" in drift
    assert "degraded" in drift
    old, new = facts.DISKS["bay2"], facts.spare(1, "bay2")
    vm.plug(new)
    vm.run(f"mkfs.ext4 -q -F -L takes-1998 {new.path} </dev/null; udevadm settle", check=True)
    spec.edit(f"bay2: {{id: {old.id},", f"bay2: {{id: {new.id},")
    screen = spec.run("plan", code=2).stdout
    assert "takes-1998" in screen
    assert f"--allow-destroy {POOL}#bay2" in " ".join(screen.split())
    spec.apply(code=5)
    assert vm.run(f"blkid -p -o value -s LABEL {new.path}").stdout == "takes-1998\n"
    with spec.start("apply", "--yes", "--allow-destroy", f"{POOL}#bay2") as mended:
        out, err = mended.communicate(timeout=600)
    assert mended.returncode in (0, 2), f"{out}\n{err}"  # 2 while it is still being filled: something to watch
    settled(vm)
    spec.json("plan", code=0)
    assert vm.run("zpool status -P tank").stdout.count(f"{new.id}-part1") == 1


def test_a_pool_of_another_machine_is_left_alone_whatever_is_named(zfs: Vm, tmp_path: Path) -> None:
    vm, spec = zfs, story(zfs, tmp_path)
    one, two, *others = (vm.own[f"bay{number}"].path for number in range(1, 5))
    # A pool that a machine called vault has in use: its bytes, while it does.
    vm.run(
        "set -e; own=$(cat /sys/module/spl/parameters/spl_hostid)\n"
        "echo 3735928559 >/sys/module/spl/parameters/spl_hostid; hostname vault\n"
        f"zpool create tank mirror {' '.join(others)}; echo theirs >/tank/song; zpool sync\n"
        f"dd if={others[0]} of={one} bs=4M conv=sparse; dd if={others[1]} of={two} bs=4M conv=sparse\n"
        "zpool destroy tank; hostname raid; echo $own >/sys/module/spl/parameters/spl_hostid\n"
        f"udevadm settle; blockdev --rereadpt {one} {two}; udevadm settle",
        check=True, timeout=300,
    )  # fmt: skip
    before = vm.run(f"cksum {one} {two}").stdout
    found = changes(spec.json("plan", code=2))
    assert found[POOL]["verb"] == "conflict"
    assert "vault, which has not exported it" in str(found[POOL]["fields"])
    for names in ((POOL,), (POOL, f"{POOL}#bay1", f"{POOL}#bay2")):
        assert "no planned step destroys that" in spec.apply(*names, code=5)
    assert vm.run(f"cksum {one} {two}").stdout == before
    assert vm.run("zpool list -H").stdout == ""
