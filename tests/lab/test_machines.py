"""What stands inside the lab's machines: the things that other tests and the example inventory rely on."""

import pytest

from tests.lab.conftest import Lab
from tests.lab.machines import facts

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module", autouse=True)
def fresh(lab: Lab) -> None:
    """The machines as they boot, whatever other modules left on them."""
    lab.reset()


def test_every_machine_answers_with_its_volume(lab: Lab) -> None:
    for machine in facts.STUDIO.values():
        reply = lab.ssh(machine.name, "hostname && cat /proc/mounts && ls /dev/disk/by-id")
        assert reply.returncode == 0, reply.stderr
        assert reply.stdout.splitlines()[0] == machine.name
        assert f" {machine.volume.path} {machine.volume.filesystem} " in reply.stdout
        assert reply.stdout.splitlines()[-len(machine.volume.labels) :] == list(machine.volume.labels)


def test_the_file_system_ids_are_the_inventory_s(lab: Lab) -> None:
    found = {
        name: lab.run(name, f"findmnt -no UUID {facts.STUDIO[name].volume.path}").stdout.strip()
        for name in ("ws-a", "nas", "vault")
    }
    assert found == {
        "ws-a": "5e551001-0000-4000-8000-000000000a01",
        "nas": "7a4b0001-0000-4000-8000-000000000001",
        "vault": "c01d0001-0000-4000-8000-000000000001",
    }
    # BusyBox cannot read an id; the superblock can: it stands 104 bytes into ext4's, at 1024.
    raw = lab.run("ws-b", "dd if=/dev/disk/by-id/ata-LAB_WSB_WORK bs=1 skip=1128 count=16 2>/dev/null | xxd -p")
    assert raw.stdout.strip() == "5e551001000040008000000000000b01"


def test_ws_b_has_no_more_than_busybox(lab: Lab) -> None:
    names = "bash coreutils systemctl python3 perl blkid findmnt lsblk flock mountpoint sudo dash"
    found = lab.run("ws-b", f"for name in {names}; do command -v $name; done; readlink -f /bin/sh; readlink -f /bin/ls")
    assert found.stdout.split() == ["/bin/busybox", "/bin/busybox"]
    programs = lab.run("ws-b", "find / -xdev -type f -perm -100 ! -name '*.so*'", check=True).stdout.split()
    assert sorted(programs) == [
        "/bin/busybox",
        "/etc/init.d/rcS",
        "/usr/bin/dbclient",
        "/usr/bin/rsync",
        "/usr/local/sbin/lab-mounts",
        "/usr/sbin/dropbear",
    ]
    assert lab.run("ws-b", "rsync --version").stdout.startswith("rsync  version 3")


def test_debian_machines_really_run_systemd_without_python(lab: Lab) -> None:
    for name in ("ws-a", "nas", "vault"):
        state = lab.run(name, "cat /proc/1/comm; systemctl is-system-running --wait; command -v python3")
        assert state.stdout.split() == ["systemd", "running"]


def test_sudo_asks_tech_and_not_nopw(lab: Lab) -> None:
    assert lab.ssh("nas", "sudo -n id -u", user="nopw").stdout.strip() == "0"
    assert "password" in lab.ssh("nas", "sudo -n id -u", user="tech").stderr
    assert lab.ssh("nas", "echo studio | sudo -S -p '' id -u", user="tech").stdout.strip() == "0"


def test_machines_reach_each_other_and_nothing_else(lab: Lab) -> None:
    reached = lab.run("nas", "bash -c 'exec 3<>/dev/tcp/ws-a/22; head -c 4 <&3'")
    assert reached.stdout == "SSH-"
    assert "default" not in lab.run("nas", "ip route").stdout


@pytest.mark.trap(14)
def test_raid1_of_the_nas_is_two_devices(lab: Lab) -> None:
    shown = lab.run("nas", "btrfs filesystem df /srv/tank; btrfs filesystem show /srv/tank").stdout
    assert "Data, RAID1" in shown
    assert shown.count("devid") == 2
