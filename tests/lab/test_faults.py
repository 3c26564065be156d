"""Every fault really breaks what it says, and its undo word really mends it."""

import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.lab.conftest import Lab
from tests.lab.machines import facts, faults
from tests.lab.machines.command import LabError

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module", autouse=True)
def mended(lab: Lab) -> Iterator[None]:
    """Fresh machines before this module, whatever others left on them, and after it, whatever it broke."""
    lab.reset()
    yield
    lab.reset()


def volume_id(lab: Lab, name: str) -> str:
    """Return the id of what is mounted at a machine's volume path; empty when nothing is."""
    return lab.run(name, f"findmnt -no UUID {facts.STUDIO[name].volume.path}").stdout.strip()


def greeting(lab: Lab, name: str, seconds: float) -> bytes | None:
    """Return the first bytes an SSH server says: None when the connection itself fails or nothing comes."""
    try:
        with socket.create_connection((lab.address(name), 22), timeout=seconds) as connection:
            return connection.recv(4)
    except OSError:
        return None


def test_every_fault_has_an_undo_word_and_is_listed() -> None:
    words = [fault.word for fault in faults.FAULTS]
    assert len(set(words)) == len(words)
    assert not set(words) & {fault.undo for fault in faults.FAULTS}
    assert all(fault.word in faults.listing() and fault.undo in faults.listing() for fault in faults.FAULTS)


@pytest.mark.parametrize(("name", "word"), [("ws-a", "unmount-sessions"), ("nas", "unmount-target")])
def test_unmount(lab: Lab, name: str, word: str) -> None:
    lab.fault(name, word)
    assert volume_id(lab, name) == ""
    lab.fault(name, "remount")
    assert volume_id(lab, name) == facts.STUDIO[name].volume.uuid


def test_unmount_names_the_volume_it_means(lab: Lab) -> None:
    with pytest.raises(LabError, match="its one volume is /srv/tank"):
        lab.fault("nas", "unmount-sessions")


@pytest.mark.parametrize("name", ["nas", "vault"])
def test_swap_disk(lab: Lab, name: str) -> None:
    lab.fault(name, "swap-disk")
    assert volume_id(lab, name) == facts.STUDIO[name].volume.spare_uuid
    lab.fault(name, "remount")
    assert volume_id(lab, name) == facts.STUDIO[name].volume.uuid


def test_swap_disk_on_busybox_hides_the_files(lab: Lab) -> None:
    lab.run("ws-b", "echo take > /srv/sessions/take", check=True)
    lab.fault("ws-b", "swap-disk")
    assert lab.run("ws-b", "ls /srv/sessions").stdout.split() == ["lost+found"]
    lab.fault("ws-b", "remount")
    assert lab.run("ws-b", "cat /srv/sessions/take").stdout == "take\n"


@pytest.mark.parametrize("name", ["ws-b", "nas", "vault"])
def test_fill_disk(lab: Lab, name: str) -> None:
    path = facts.STUDIO[name].volume.path
    write = f"dd if=/dev/zero of={path}/more bs=65536 count=16; status=$?; rm -f {path}/more; exit $status"
    lab.fault(name, "fill-disk")
    refused = lab.run(name, write)
    assert refused.returncode != 0
    assert "No space left" in refused.stderr
    lab.fault(name, "free-disk")
    assert lab.run(name, write).returncode == 0


@pytest.mark.parametrize("name", ["ws-b", "nas"])
def test_hang_mount(lab: Lab, name: str) -> None:
    path = facts.STUDIO[name].volume.path
    lab.fault(name, "hang-mount")
    with pytest.raises(LabError, match="no answer after 1 s"):
        lab.run(name, f"exec ls {path}", timeout=1)
    assert lab.ssh(name, "hostname").stdout.strip() == name
    lab.fault(name, "unhang-mount")
    assert lab.run(name, f"ls {path}", timeout=5).returncode == 0


def test_hang_mount_elsewhere_leaves_the_volume_alone(lab: Lab) -> None:
    lab.fault("vault", "hang-mount", "/mnt/archive")
    assert lab.run("vault", "timeout 2 df -k").returncode == 124
    assert lab.run("vault", "ls /srv/cold", timeout=5).returncode == 0
    lab.fault("vault", "unhang-mount")
    assert lab.run("vault", "timeout 2 df -k").returncode == 0


@pytest.mark.parametrize("name", ["ws-b", "nas"])
def test_pause_accepts_and_says_nothing(lab: Lab, name: str) -> None:
    lab.fault(name, "pause")
    begun = time.monotonic()
    with socket.create_connection((lab.address(name), 22), timeout=1) as connection:
        assert time.monotonic() - begun < 0.5
        with pytest.raises(TimeoutError):
            connection.recv(4)
    lab.fault(name, "resume")
    assert greeting(lab, name, 5) == b"SSH-"


@pytest.mark.parametrize(("word", "undo"), [("freeze", "thaw"), ("unplug", "plug")])
def test_an_open_connection_goes_silent_and_comes_back(lab: Lab, word: str, undo: str) -> None:
    argv = ["ssh", "-F", str(lab.ssh_config), "nas", "echo ready; read line; echo $line"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as open_one:
        assert open_one.stdin is not None
        assert open_one.stdout is not None
        assert open_one.stdout.readline() == "ready\n"
        lab.fault("nas", word)
        open_one.stdin.write("again\n")
        with pytest.raises(subprocess.TimeoutExpired):
            open_one.wait(1)
        lab.fault("nas", undo)
        assert open_one.communicate(timeout=20)[0] == "again\n"


def test_noisy_profile_talks_on_both_streams(lab: Lab) -> None:
    for _ in range(2):
        lab.fault("nas", "noisy-profile")
    for user in ("root", "tech"):
        noisy = lab.ssh("nas", "echo answer", user=user)
        assert noisy.stdout.endswith("\nanswer\n")
        assert "warning" in noisy.stderr
    lab.fault("nas", "quiet-profile")
    quiet = lab.ssh("nas", "echo answer")
    assert (quiet.stdout, quiet.stderr) == ("answer\n", "")


@pytest.mark.parametrize("name", ["ws-a", "ws-b", "nas"])
def test_read_only_root(lab: Lab, name: str) -> None:
    lab.fault(name, "read-only-root")
    refused = lab.ssh(name, "touch /etc/written")
    assert refused.returncode != 0
    assert "Read-only file system" in refused.stderr
    lab.fault(name, "writable-root")
    assert lab.ssh(name, "touch /etc/written && rm /etc/written").returncode == 0


@pytest.mark.parametrize("name", ["ws-a", "ws-b"])
def test_down_is_silent_and_up_keeps_everything(lab: Lab, name: str) -> None:
    lab.run(name, "echo kept | tee /etc/kept > /srv/sessions/kept", check=True)
    before = lab.system(name)
    lab.fault(name, "down")
    assert greeting(lab, name, 0.5) is None
    with pytest.raises(LabError, match="is not running"):
        lab.run(name, "true")
    lab.fault(name, "up")
    assert greeting(lab, name, 5) == b"SSH-"
    assert lab.system(name) == before
    assert lab.run(name, "cat /etc/kept /srv/sessions/kept").stdout == "kept\nkept\n"
