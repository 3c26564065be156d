"""An array that the initial RAM disk knows has its name, and what is on it its place, at the next start."""

from pathlib import Path

import pytest

from tests.lab.vm.machine import Vm
from tests.lab.vm.test_story import ARRAY, FILESYSTEM, PLAY, Spec, hashes, settled

pytestmark = [pytest.mark.lab, pytest.mark.long]

#: What makes an initial RAM disk here takes minutes on an emulated processor: only what this machine boots with.
FEW_HOOKS = """cd /usr/share/initramfs-tools/hooks
for hook in *; do case $hook in udev | mdadm | klibc* | kmod | *busybox*) ;; *) rm -f "$hook" ;; esac; done"""


def test_after_a_reboot_it_is_there_under_its_name_and_nothing_is_to_be_done(fresh_disks: Vm, tmp_path: Path) -> None:
    vm, spec = fresh_disks, Spec(tmp_path / "spec", fresh_disks)
    vm.run(FEW_HOOKS, check=True)
    before = vm.run("cat /etc/mdadm/mdadm.conf", check=True).stdout
    play = spec.folder / "playbooks/storage.yml"
    play.write_text(PLAY.replace("md-array: {tank: {}}", "md-array: {tank: {boot: yes, monitor: yes}}"))
    spec.applied(ARRAY, FILESYSTEM)
    settled(vm)
    spec.json("plan", code=0)
    vm.run("head -c 3000000 /dev/urandom >/srv/tank/take.wav; sync", check=True)
    there = hashes(vm)
    uuid = vm.run("mdadm --detail --export /dev/md/tank | sed -n s/^MD_UUID=//p", check=True).stdout.strip()
    conf = vm.run("cat /etc/mdadm/mdadm.conf", check=True).stdout
    assert f"\nARRAY /dev/md/tank UUID={uuid}\n" in conf
    assert "\nPROGRAM /etc/studio-backup/northlight/md-event\n" in conf

    vm.reboot()
    vm.run("timeout 240 sh -c 'until findmnt /srv/tank; do sleep 1; done'", check=True, timeout=300)
    assert f"MD_UUID={uuid}\n" in vm.run("mdadm --detail --export /dev/md/tank", check=True).stdout
    assert vm.run("ls /dev/md", check=True).stdout == "tank\n"
    assert hashes(vm) == there
    spec.json("plan", code=0)
    vm.run("mdadm --monitor --scan --oneshot --test", check=True)
    assert "TestMessage of /dev/md" in vm.run("journalctl -t studio-backup -o cat").stdout

    # What leaves the spec leaves the file as it was.
    play.write_text(PLAY)
    spec.applied()
    assert vm.run("cat /etc/mdadm/mdadm.conf", check=True).stdout == before
