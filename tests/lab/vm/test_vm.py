"""The RAID machine itself: what tests of arrays rely on is really there, and leaves nothing behind."""

import json
import os
import re
import socket
import sys
import time
from pathlib import Path

import pytest

from tests.lab.machines import keys
from tests.lab.machines import places as lab_places
from tests.lab.machines.command import LabError, run
from tests.lab.vm import facts, hold, image, places, qemu
from tests.lab.vm.machine import Vm

pytestmark = pytest.mark.lab
PROGRAM = Path(__file__).resolve().parents[3] / "scripts" / "lab"


def boot_id(vm: Vm) -> str:
    return vm.run("cat /proc/sys/kernel/random/boot_id", check=True).stdout.strip()


def make_mirror(vm: Vm) -> None:
    """Make the array `studio` of bays 1 and 2, as an administrator does, with a file system and a take on it."""
    vm.run(
        "set -e; mdadm --create /dev/md/studio --homehost=raid --name=studio --level=1 --raid-devices=2 --metadata=1.2"
        f" --bitmap=internal {vm.inserted['bay1'].path} {vm.inserted['bay2'].path} </dev/null\n"
        "mkfs.xfs -q /dev/md/studio\nmkdir -p /srv/studio\nmount /dev/md/studio /srv/studio\n"
        "echo take-1 > /srv/studio/song.txt\nsync -f /srv/studio",
        check=True,
    )


def members(vm: Vm) -> str:
    """Return the states of the members of the only array, as mdadm tells them: [UU] when both are well."""
    return " ".join(re.findall(r"\[[U_]+\]", vm.run("cat /proc/mdstat", check=True).stdout))


def test_the_disks_are_there_under_their_lasting_names(fresh_disks: Vm) -> None:
    listed = json.loads(fresh_disks.run("lsblk -J -b -d -o NAME,SIZE,SERIAL,WWN", check=True).stdout)
    sizes = {disk["serial"]: disk["size"] for disk in listed["blockdevices"] if disk["serial"]}
    assert sizes == {disk.serial: disk.mebibytes * facts.MIB for disk in facts.DISKS.values()}
    names = fresh_disks.run("ls /dev/disk/by-id", check=True).stdout.split()
    assert {disk.id for disk in facts.DISKS.values()} < set(names)
    assert {f"scsi-35000c50000000a0{bay}" for bay in range(1, 7)} < set(names)
    assert len({*names}) == 6 * 2 + 2 * 2 + 3


def test_nothing_is_reached_from_inside_and_only_ssh_from_outside(vm: Vm) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(3)
        port = listener.getsockname()[1]
        reached = vm.run(f"timeout 2 bash -c 'exec 3<>/dev/tcp/10.0.2.2/{port} && echo reached'")
        assert "reached" not in reached.stdout
        with pytest.raises(TimeoutError):
            listener.accept()
    assert vm.run("ip route show default").stdout == ""


def test_the_pinned_host_key_answers_and_no_other(vm: Vm) -> None:
    seen = run("ssh-keyscan", "-T", "30", "-p", str(vm.port), "-t", "rsa,ecdsa,ed25519", "127.0.0.1", check=False)
    offered = [" ".join(line.split()[1:]) for line in seen.stdout.splitlines() if not line.startswith("#")]
    assert offered == [keys.public_line(facts.NAME)]
    assert offered == ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH6D5kQbIbbfQ+0xQ1XQ2g2ow0j4Yi5BVXAb2XXnYuuf"]


@pytest.mark.trap(14)
def test_a_mirror_is_made_and_loses_a_disk(fresh_disks: Vm) -> None:
    make_mirror(fresh_disks)
    fresh_disks.run("mdadm --wait /dev/md/studio", check=False)
    assert members(fresh_disks) == "[UU]"
    gone = fresh_disks.pull("bay2")
    assert fresh_disks.run(f"ls {gone.path}").returncode != 0
    fresh_disks.run("echo take-2 >> /srv/studio/song.txt; sync -f /srv/studio", check=True)
    assert members(fresh_disks) == "[U_]"
    new = facts.spare(1, "bay2")
    fresh_disks.plug(new)
    fresh_disks.run(f"mdadm /dev/md/studio --add {new.path}", check=True)
    fresh_disks.run("mdadm --wait /dev/md/studio")
    assert members(fresh_disks) == "[UU]"
    assert fresh_disks.run("cat /srv/studio/song.txt").stdout == "take-1\ntake-2\n"


def test_smart_answers(vm: Vm) -> None:
    for bay, kind in (("ata1", "ATA"), ("nvme1", "NVMe")):
        disk = vm.own[bay]
        told = json.loads(vm.run(f"smartctl --json=c -a {disk.path}").stdout)
        assert (told["serial_number"], told["smart_status"]["passed"]) == (disk.serial, True)
        assert told["device"]["protocol"] == kind


@pytest.mark.trap(3)
def test_a_pulled_disk_keeps_its_bytes_and_goes_to_another_bay(fresh_disks: Vm) -> None:
    disk = fresh_disks.inserted["bay3"]
    fresh_disks.run(f"echo mine | dd of={disk.path} conv=fsync status=none", check=True)
    fresh_disks.pull("bay3")
    with pytest.raises(LabError, match="bay3 is empty"):
        fresh_disks.pull("bay3")
    with pytest.raises(LabError, match="bay4 takes no disk; these bays are empty: bay3"):
        fresh_disks.plug(disk.moved("bay4"))
    fresh_disks.pull("bay4")
    fresh_disks.plug(disk.moved("bay4"))
    assert fresh_disks.run(f"head -n 1 {disk.path}").stdout == "mine\n"


def test_a_disk_comes_with_somebody_s_data(fresh_disks: Vm, tmp_path: Path) -> None:
    content = tmp_path / "theirs.img"
    content.write_bytes(b"\0" * 1024 * 1024)
    run("mkfs.ext4", "-q", "-F", "-L", "theirs", str(content), "8m")
    fresh_disks.pull("bay6")
    disk = facts.spare(2, "bay6", mebibytes=64)
    fresh_disks.plug(disk, content)
    assert fresh_disks.run(f"blkid -p -s LABEL -o value {disk.path}").stdout == "theirs\n"
    with pytest.raises(LabError, match="cannot be opened while the machine runs"):
        fresh_disks.pull("ata1")


def test_a_fresh_machine_is_as_new_but_knows_the_hour(fresh_disks: Vm) -> None:
    make_mirror(fresh_disks)
    fresh_disks.plug(fresh_disks.pull("bay5").moved("bay5"))
    fresh_disks.pull("bay6")
    fresh_disks.plug(facts.spare(3, "bay6"))
    port = fresh_disks.port
    numbers = set()
    for _ in range(2):
        fresh_disks.up()
        numbers.add(fresh_disks.run("cat /proc/sys/kernel/random/uuid", check=True).stdout)
        assert abs(float(fresh_disks.run("date +%s.%N", check=True).stdout) - time.time()) < 5
    assert (len(numbers), fresh_disks.inserted, fresh_disks.port) == (2, fresh_disks.own, port)
    assert members(fresh_disks) == ""
    assert fresh_disks.run("ls /srv").stdout == ""
    paths = " ".join(disk.path for disk in fresh_disks.own.values())
    assert fresh_disks.run(f"head -qc 1M {paths} | tr -d '\\0' | wc -c").stdout == "0\n"
    assert not places.disk_image(facts.spare(3, "bay6").serial).exists()


@pytest.mark.long
def test_a_damaged_memory_is_made_again(vm: Vm) -> None:
    def sizes() -> list[int]:
        return [saved.stat().st_size for saved in image.built(print).glob("memory-*/memory")]

    before = sizes()
    for saved in image.built(print).glob("memory-*/memory"):
        os.truncate(saved, saved.stat().st_size // 2)
    vm.up()
    assert max(sizes()) > max(before) // 2
    assert vm.run("hostname").stdout == "raid\n"


def test_a_power_cut_keeps_system_and_disks(fresh_disks: Vm) -> None:
    make_mirror(fresh_disks)
    fresh_disks.run("echo kept > /root/kept; sync", check=True)
    fresh_disks.pull("bay5")
    before = boot_id(fresh_disks)
    fresh_disks.power_cut()
    assert qemu.pids() == []
    fresh_disks.power_on()
    assert boot_id(fresh_disks) != before
    assert fresh_disks.run(f"ls {fresh_disks.own['bay5'].path}").returncode != 0
    found = fresh_disks.run("cat /root/kept; mount -o ro /dev/md/*studio /mnt && cat /mnt/song.txt; umount /mnt")
    assert found.stdout == "kept\ntake-1\n"


def test_a_reboot_takes_the_initrd_that_the_machine_made(vm: Vm) -> None:
    # Zeros at its end change the file, and mean nothing to the kernel.
    vm.run("head -c 512 /dev/zero >> /boot/initrd.img-$(uname -r); echo kept > /root/kept", check=True)
    size, before = places.initrd().stat().st_size, boot_id(vm)
    vm.reboot()
    assert (places.initrd().stat().st_size, boot_id(vm) == before) == (size + 512, False)
    assert vm.run("cat /root/kept").stdout == "kept\n"


@pytest.mark.trap(3)
@pytest.mark.long
def test_an_array_keeps_its_name_only_when_the_initrd_knows_it(fresh_disks: Vm) -> None:
    make_mirror(fresh_disks)
    fresh_disks.reboot()
    assert fresh_disks.run("ls /dev/md").stdout == "raid:studio\n"
    fresh_disks.run("/usr/share/mdadm/mkconf > /etc/mdadm/mdadm.conf; update-initramfs -u", check=True, timeout=600)
    fresh_disks.reboot()
    assert fresh_disks.run("ls /dev/md").stdout == "studio\n"


def test_down_leaves_nothing_and_up_comes_back(vm: Vm) -> None:
    vm.run("touch /root/kept", check=True)
    (pid,) = qemu.pids()
    assert places.monitor().is_socket()
    killed = lab_places.roots() / f"{image.UNFINISHED}killed"
    killed.mkdir()
    # Another object: a machine that a killed program left behind is found, too.
    Vm().down()
    assert not Path(f"/proc/{pid}").exists()
    assert qemu.pids() == []
    assert not places.running().exists()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", vm.port), timeout=2):
        pass
    assert not killed.exists()
    assert image.built(print).is_dir()
    vm.up()
    assert vm.run("ls /root/kept").returncode != 0


def test_a_command_waits_for_no_test_run_but_says_so(vm: Vm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(hold.HOLDER)
    refused = run(str(PROGRAM), "vm", "down", check=False)
    assert refused.returncode == 1
    assert "is using the lab" in refused.stderr
    assert run(str(PROGRAM), "vm", "status").stdout == f"raid   127.0.0.1:{vm.port} up\n"
    assert f"port: {vm.port}\n" in run(str(PROGRAM), "vm", "inventory").stdout
    assert run(str(PROGRAM), "vm", "shell", "hostname").stdout == "raid\n"


def test_the_command_line_boots_it_and_takes_it_down(vm: Vm) -> None:
    def command(*words: str) -> str:
        return run(sys.executable, "-m", "tests.lab.machines", "vm", *words).stdout

    assert re.fullmatch(r"raid is up after [\d.]+ s; next: scripts/lab vm shell\n", command("up"))
    (port,) = re.findall(r"raid +127.0.0.1:(\d+) up\n", command("status"))
    assert port != str(vm.port)
    assert command("shell", "cat", "/etc/hostname") == "raid\n"
    assert "nothing of it is left" in command("down")
    assert (command("status"), qemu.pids()) == ("raid   down\n", [])
    vm.up()
