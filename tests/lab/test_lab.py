"""The lab itself: what other tests rely on is really there, and leaves nothing behind."""

import base64
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.machines import cgroups, facts, keys, lifecycle, places, state
from tests.lab.machines.command import LabError, run

pytestmark = pytest.mark.lab
PROGRAM = Path(__file__).resolve().parents[2] / "scripts" / "lab"


def traces() -> dict[str, list[str]]:
    """List everything on this host that a lab could leave behind."""
    cache = str(places.cache())
    processes = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_text().replace("\0", " ")
            group = (entry / "cgroup").read_text()
        except OSError:
            continue
        if "systemd-nspawn" in command or f"/{cgroups.OURS}" in group:
            processes.append(command)
    return {
        "loop devices": [line for line in run("losetup", "--list").stdout.splitlines() if cache in line],
        "links": re.findall(rf"{facts.BRIDGE}|sbl-[\w-]+", run("ip", "link").stdout),
        "mounts": [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if cache in line],
        "processes": processes,
        "control groups": [str(path) for mount in cgroups.hierarchies() for path in mount.rglob("*sblab*")],
        "nspawn": [str(path) for path in Path("/run/systemd/nspawn").glob("*/sblab-*")],
        "files": [str(path) for path in places.running().glob("*")],
    }


def offered_keys(address: str) -> list[str]:
    """Ask a server for its host keys of every type."""
    seen = run("ssh-keyscan", "-T", "5", "-t", "rsa,ecdsa,ed25519", address, check=False).stdout
    return [" ".join(line.split()[1:]) for line in seen.splitlines() if not line.startswith("#")]


@pytest.fixture
def mended(lab: Lab) -> Iterator[Lab]:
    """Hand out the lab and put the machines back, whatever a test broke."""
    yield lab
    lab.reset("ws-a", "ws-b", "nas", "vault")


def test_down_leaves_nothing_and_up_comes_back(mended: Lab) -> None:
    up = traces()
    mended.down()
    down = traces()
    deadline = time.monotonic() + 5
    while down["processes"] and time.monotonic() < deadline:
        # Orphans stay in the process table until the host's PID 1 has collected them.
        time.sleep(0.05)
        down = traces()
    assert all(up[name] for name in ("loop devices", "links", "mounts", "processes", "files")), up
    assert {name: found for name, found in down.items() if found} == {}
    mended.reset()
    assert lifecycle.running() == sorted(facts.STUDIO)


def test_up_twice_changes_nothing(lab: Lab) -> None:
    leaders = {name: cgroups.leader(name) for name in facts.STUDIO}
    lab.run("nas", "touch /srv/tank/kept /root/kept", check=True)
    lab.up(*facts.STUDIO)
    assert {name: cgroups.leader(name) for name in facts.STUDIO} == leaders
    lab.run("nas", "rm /srv/tank/kept /root/kept", check=True)


def test_up_cleans_up_after_a_crash(mended: Lab) -> None:
    for name in facts.STUDIO:
        leader = cgroups.leader(name)
        assert leader is not None
        run("kill", "-9", str(leader))
    deadline = time.monotonic() + 10
    while lifecycle.running() and time.monotonic() < deadline:
        time.sleep(0.02)
    (places.running() / "state.json").unlink()
    mended.up("nas")
    assert lifecycle.running() == ["nas"]
    assert cgroups.names() == ["nas"]
    assert len(traces()["loop devices"]) == 2


def test_only_the_pinned_host_key_is_offered(lab: Lab) -> None:
    for machine in facts.STUDIO.values():
        system = lab.system(machine.name)
        assert offered_keys(machine.address) == [keys.public_line(machine.key_name(system))]


def test_host_keys_never_change() -> None:
    listed = dict(line.split(" ", 1) for line in run(str(PROGRAM), "keys").stdout.splitlines())
    assert listed["nas"] == "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAYH28FYkuNex30uefrjURvqRrApy+O+E2YDwPo7IgnQ"
    assert list(listed)[:5] == ["ws-a/studio-os", "ws-a/edit-os", "ws-b", "nas", "vault"]
    assert len(listed) == 5 + len(facts.EXTRA) + facts.LARGEST_FLEET
    blob = base64.b64decode(listed["ws-a/studio-os"].split()[1])
    assert keys.fingerprint("ws-a/studio-os").startswith("SHA256:")
    assert len(blob) == 51


def test_reboot_swaps_the_systems_of_ws_a_and_keeps_its_disk(mended: Lab) -> None:
    address = mended.address("ws-a")
    before = offered_keys(address)
    mended.run("ws-a", "echo take-1 > /srv/sessions/song.txt; touch /root/only-here", check=True)
    begun = time.monotonic()
    assert mended.reboot("ws-a") == "edit-os"
    assert time.monotonic() - begun < 10
    assert (before, offered_keys(address)) == (
        [keys.public_line("ws-a/studio-os")],
        [keys.public_line("ws-a/edit-os")],
    )
    seen = mended.run("ws-a", "cat /srv/sessions/song.txt; ls /root")
    assert seen.stdout == "take-1\n"
    assert mended.reboot("ws-a") == "studio-os"
    assert mended.run("ws-a", "ls /root").stdout == "only-here\n"


def test_reset_gives_a_fresh_machine(lab: Lab) -> None:
    for name, path in (("nas", "/srv/tank"), ("ws-b", "/srv/sessions")):
        lab.run(name, f"touch {path}/file /etc/file", check=True)
        lab.reset(name)
        assert lab.run(name, f"ls {path} /etc/file").stdout.split() in (
            [f"{path}:"],
            [f"{path}:", "lost+found"],
            [],
            ["lost+found"],
        )


def test_unknown_names_say_what_there_is(lab: Lab) -> None:
    with pytest.raises(LabError, match=r"no machine 'nsa'.*ws-a, ws-b, nas, vault"):
        lab.run("nsa", "true")
    with pytest.raises(LabError, match="no fault 'burn'"):
        lab.fault("nas", "burn")
    with pytest.raises(LabError, match="share this host's clock"):
        lab.fault("nas", "clock+60")


@pytest.mark.parametrize("command", [["up"], ["down"], ["reboot", "ws-a"], ["fault", "nas", "pause"], ["fleet", "3"]])
def test_the_command_line_fails_plainly_without_root(command: list[str]) -> None:
    code = (
        f"import os, sys; os.geteuid = lambda: 1000; sys.argv = ['lab', *{command}]\n"
        "from tests.lab.machines.__main__ import main; sys.exit(main())"
    )
    argv = [sys.executable, "-c", code]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=PROGRAM.parents[1])
    assert done.returncode == 1
    assert re.fullmatch(r"lab: .*needs root.*Instead: .*scripts/test.*\n", done.stderr)


def test_a_command_waits_for_no_test_run_but_says_so(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    leader = cgroups.leader("nas")
    monkeypatch.delenv(state.HOLDER)
    refused = run(str(PROGRAM), "down", check=False)
    assert (refused.returncode, cgroups.leader("nas")) == (1, leader)
    assert "is using the lab" in refused.stderr
    assert lab.ssh("nas", "true").returncode == 0
