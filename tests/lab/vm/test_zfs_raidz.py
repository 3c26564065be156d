"""A raidz from the spec alone, on real OpenZFS: made, killed half-way, mended, widened, with an encrypted dataset."""

from pathlib import Path

import pytest

from tests.lab.studio import changes
from tests.lab.vm import facts
from tests.lab.vm.machine import Vm
from tests.lab.vm.test_story import Spec

pytestmark = [pytest.mark.lab, pytest.mark.long]

POOL, DATASET = "raid/linux/zfs-pool/tank", "raid/linux/zfs-dataset/vault"
STORAGE = """    arrays:
      tank: {kind: zfs, level: raidz1, members: [bay1, bay2, bay3]}
    volumes:
      vault: {on: tank, filesystem: zfs, path: /srv/vault}
"""
PLAY = """- name: The pool and what is on it
  hosts: raid
  disk: {bay1: {smart: "no"}, bay2: {smart: "no"}, bay3: {smart: "no"}, bay4: {smart: "no"}}
  zfs-pool: {tank: {ashift: 12}}
  zfs-dataset: {vault: {encryption: aes-256-gcm, keyformat: raw, keylocation: "file:///root/key"}}
"""
#: Ends `zpool create` after so many seconds, once.
KILLED = """mv /usr/sbin/zpool /usr/sbin/zpool.away; cat >/usr/sbin/zpool <<'END'
#!/bin/sh
if [ "$1" != create ]; then exec /usr/sbin/zpool.away "$@"; fi
mv -f /usr/sbin/zpool.away /usr/sbin/zpool
/usr/sbin/zpool "$@" &
sleep {}; kill -9 $!; wait $!
END
chmod 755 /usr/sbin/zpool"""


def hashes(vm: Vm) -> str:
    vm.run("zpool sync; echo 3 >/proc/sys/vm/drop_caches")
    return vm.run(
        "cd /srv/vault && find . -type f ! -name '.studio-backup*' -exec sha256sum {} + | sort", check=True
    ).stdout


def named(spec: Spec) -> list[str]:
    """What the plan asks to be named."""
    return sorted({name for step in spec.json("plan", code=2)["steps"] for name in step["names"]})


def test_a_raidz_is_made_mended_and_widened_with_an_encrypted_dataset_on_it(zfs: Vm, tmp_path: Path) -> None:
    vm, spec = zfs, Spec(tmp_path / "spec", zfs, STORAGE, PLAY)
    vm.run("head -c 32 /dev/urandom >/root/key; chmod 600 /root/key", check=True)

    # Killed in the middle, with or without a pool by then: the plan says what is to be named, and apply makes it whole.
    for seconds in ("0.3", "1.2"):
        if not vm.run("zpool list tank").returncode:
            break
        vm.run(KILLED.format(seconds), check=True)
        spec.apply(*named(spec), code=1)
        again = changes(spec.json("plan", code=2))[POOL]
        assert again["verb"] in ("create", "ok"), again
    spec.apply(*named(spec), code=0)
    spec.json("plan", code=0)
    assert vm.run("zpool status tank").stdout.count("raidz1-0") == 1
    asked = "zfs get -H -o value encryption,keyformat,keystatus,mounted tank/vault"
    assert vm.run(asked, check=True).stdout.split() == ["aes-256-gcm", "raw", "available", "yes"]
    vm.run("for n in 1 2 3 4 5 6; do head -c 3000000 /dev/urandom >/srv/vault/take-$n.wav; done", check=True)
    there = hashes(vm)
    assert len(there.splitlines()) == 6

    # The key is put away and comes back by the mount, since it stands in a file.
    vm.run("zfs unmount tank/vault && zfs unload-key tank/vault", check=True)
    assert changes(spec.json("plan", code=2))[DATASET]["verb"] == "update"
    spec.apply(code=0)
    assert hashes(vm) == there

    # A disk dies, another takes its place, and a fourth one comes in.
    old, new = facts.DISKS["bay2"], facts.spare(1, "bay2")
    vm.pull("bay2")
    vm.run("echo x >/srv/vault/.studio-backup-note; zpool sync tank", check=True)
    assert "bay2 is missing" in spec.run("drift", code=2).stdout
    vm.plug(new)
    spec.edit(f"bay2: {{id: {old.id},", f"bay2: {{id: {new.id},")
    assert spec.apply(code=5)
    spec.applied(f"{POOL}#bay2")
    vm.run("zpool wait -t resilver,replace tank", check=True, timeout=300)
    spec.json("plan", code=0)
    assert hashes(vm) == there
    spec.edit("members: [bay1, bay2, bay3]", "members: [bay1, bay2, bay3, bay4]")
    spec.applied(*named(spec))
    vm.run("zpool wait -t raidz_expand tank", check=True, timeout=300)
    spec.json("plan", code=0)
    assert vm.run("zpool status -P tank").stdout.count("-part1") == 4
    assert hashes(vm) == there
    vm.run("zpool scrub -w tank", check=True, timeout=300)
    assert "with 0 errors" in vm.run("zpool status tank").stdout
