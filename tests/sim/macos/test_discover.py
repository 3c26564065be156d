"""A Mac that no spec knows: asked once, written down as a spec that holds, with what other products left behind."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime
from typing import Any

import pytest

from studio_backup.discover.asking import PROBE
from studio_backup.discover.found import Found
from studio_backup.discover.mac_asking import BACKBLAZE
from studio_backup.discover.reading import parse
from studio_backup.discover.writing import Way, spec_of
from studio_backup.probe import PREAMBLE, Reply
from studio_backup.resource import Unparsable
from studio_backup.spec.load import load
from tests.fifty_rooms import host_key
from tests.sandbox import SHELLS
from tests.sim.macos import time_machine
from tests.sim.macos.machine import DAEMONS, Mac

HEAD = "version: 1\nstudio: my-studio\nsites: {studio: {rooms: {a: {}}}}"
WAY = Way("ws-a", "10.0.0.11", 22, "tech", "sudo", host_key(1), "room: a", HEAD)
DATA, WORK, RAID = (f"D7F57261-B8ED-4953-9F07-00000000000{number}" for number in (1, 2, 3))
STORE, SLICE, LEG, TWIN = (f"0A0A0A0A-0000-4000-8000-00000000000{number}" for number in (1, 2, 3, 4))
FIRST, SECOND = "6604E412-FC8E-4BD6-A2B1-972D47793A82", "E4036DC8-CC28-47BD-B448-3A923098EEF1"
TB = 10**12


def part(device: str, uuid: str, content: str = "Apple_HFS") -> dict[str, Any]:
    return {"DeviceIdentifier": device, "DiskUUID": uuid, "Content": content, "Size": TB}


def disk(device: str, *parts: dict[str, Any], size: int = TB) -> dict[str, Any]:
    return {"DeviceIdentifier": device, "Partitions": list(parts), "Size": size, "OSInternal": False}


def container(device: str, store: str, *mounts: str) -> dict[str, Any]:
    volumes = [{"DeviceIdentifier": f"{device}s{number}", "MountPoint": at} for number, at in enumerate(mounts, 1)]
    return {"DeviceIdentifier": device, "APFSPhysicalStores": [{"DeviceIdentifier": store}], "Partitions": [],
            "APFSVolumes": volumes, "Content": "Apple_APFS_Container", "Size": TB}  # fmt: skip


LISTED = {
    "AllDisksAndPartitions": [
        disk("disk0", part("disk0s1", DATA, "Apple_APFS_ISC"), part("disk0s2", STORE, "Apple_APFS"), size=2 * TB),
        container("disk3", "disk0s2", "/", "/System/Volumes/Data", "/System/Volumes/VM"),
        disk("disk4", {**part("disk4s2", SLICE), "MountPoint": "/Volumes/Old R&B"}, size=4 * TB),
        disk("disk5", part("disk5s2", LEG, "Apple_RAID")), disk("disk6", part("disk6s2", TWIN, "Apple_RAID")),
        {"DeviceIdentifier": "disk7", "Size": TB, "MountPoint": "/Volumes/Raid"},
        disk("disk8", part("disk8s2", LEG[:-1] + "9")),
    ],
    "WholeDisks": ["disk0", "disk3", "disk4", "disk5", "disk6", "disk7", "disk8"],
}  # fmt: skip
INFO = {
    "/System/Volumes/Data": (
        DATA,
        "apfs",
        {"ParentWholeDisk": "disk3", "SolidState": True, "BusProtocol": "PCI", "Internal": True},
    ),
    "/Volumes/Old R&B": (WORK, "hfs", {"ParentWholeDisk": "disk4", "BusProtocol": "USB", "Internal": False}),
    "/Volumes/Raid": (RAID, "hfs", {"ParentWholeDisk": "disk7", "BusProtocol": "USB"}),
}
CCC = plistlib.dumps({"Label": "com.bombich.helper", "ProgramArguments": ["/usr/bin/true", "--password=hunter2"]})
_SETTLE = f"""mkdir -p {BACKBLAZE} '/Applications/Backblaze.app' '/Applications/Carbon Copy Cloner.app'
cd {BACKBLAZE}
echo '<contents><lastbackupcompleted gmt_millis="1759116425000" /></contents>' >bzstat_lastbackupcompleted.xml
echo '<contents><remainingbackup remainingnumfilesforbackup="12"
  remainingnumbytesforbackup="3400000000" /></contents>' >bzstat_remainingbackup.xml
cat >{DAEMONS}/com.bombich.helper.plist <<'EOF'
{CCC.decode()}EOF
cp {DAEMONS}/com.bombich.helper.plist {DAEMONS}/com.apple.backupd.plist
"""


def settle(mac: Mac) -> None:
    """A Mac on which people have worked for years."""
    with mac.state() as state:
        state["listed"] = LISTED
        for mount, (uuid, fs, more) in INFO.items():
            state["volumes"].append(
                {"device": "diskX", "name": "", "uuid": uuid, "mount": mount, "fs": fs, "more": more}
            )
        members = [
            {"uuid": uuid, "device": device, "status": "Online"}
            for uuid, device in ((FIRST, "disk5s2"), (SECOND, "disk6s2"))
        ]
        named = {"uuid": RAID, "device": "disk7", "level": "Mirror", "name": "Raid"}
        state["raidsets"] = [{**named, "rebuild": "Automatic", "status": "Online", "members": members}]
        time_machine.add(state, kind="Network", name="tm", url="smb://kim@nas/tm")
        time_machine.attempt(state, datetime(2026, 3, 1, 10, tzinfo=UTC))
    mac.do(_SETTLE)


def asked(mac: Mac, shell: list[str] | None = None) -> Reply:
    done = mac.run(f"{PREAMBLE}\n( set -eu\nset --\n{PROBE.script}\n) </dev/null\n", shell or ["/bin/sh"])
    return Reply(done.returncode, done.stdout, done.stderr)


def written(found: Found) -> str:
    return spec_of(found, WAY, "2026-03-02")


def test_what_is_there_is_a_spec_that_holds(mac: Mac) -> None:
    settle(mac)
    reply = asked(mac)
    text = written(parse(reply))
    assert [str(problem) for problem in load([("inventory/ws-a.yml", text)], []).problems] == []
    lines = text.splitlines()
    for line in (
        "      macos:",
        f"      disk-1: {{id: {STORE}, medium: ssd}}    # 2.0 TB PCI, inside",
        f"      disk-2: {{id: {SLICE}, medium: hdd}}    # 4.0 TB USB",
        f"      disk-3: {{id: {FIRST}, medium: hdd}}    # 1.0 TB USB",
        f"      raid: {{kind: appleraid, level: mirror, members: [disk-3, disk-4], id: {RAID}}}",
        f"      data: {{on: disk-1, filesystem: apfs, id: {DATA}, path: /System/Volumes/Data}}",
        f"      old-r-b: {{on: disk-2, filesystem: hfs+, id: {WORK}, path: '/Volumes/Old R&B'}}",
        f"      raid: {{on: raid, filesystem: hfs+, id: {RAID}, path: /Volumes/Raid}}",
        "#   disk8: nothing on it is mounted, so it was left asleep and is not described",
        "#   backblaze-personal: {tool: backblaze-personal, to: …}    # its last pass ended 2025-09-29 03:27 UTC;"
        " 12 files with 3.4 GB were still to go",
        "#   time-machine: {tool: time-machine, to: …}    # tm (Network, smb://kim@nas/tm):"
        " newest backup 2026-03-01 10:00 UTC",
        "#   carbon-copy-cloner: {tool: carbon-copy-cloner, to: …}    # launchd starts"
        f" {DAEMONS}/com.bombich.helper.plist; when it last ran is not known",
        f"#   {DAEMONS}/com.bombich.helper.plist: /usr/bin/true --password=***",
    ):
        assert line in lines, text
    assert "hunter" not in text
    assert "com.apple" not in text
    assert mac.refused() == []
    with mac.state() as state:
        state["raidsets"][0]["members"][1]["device"] = ""
        state["raidsets"][0]["status"] = "Degraded"
    text = written(parse(asked(mac)))
    assert "AppleRAID set Raid (mirror, Degraded): not all of its disks are described; mend it" in text
    assert [str(problem) for problem in load([("inventory/ws-a.yml", text)], []).problems] == []


@pytest.mark.parametrize(
    "shell", [pytest.param(one, marks=pytest.mark.long) if one != "dash" else one for one in SHELLS]
)
def test_an_answer_that_was_cut_is_none(shell: str, mac: Mac) -> None:
    settle(mac)
    whole = asked(mac, SHELLS[shell])
    assert parse(whole) == parse(asked(mac))
    for end in range(0, len(whole.out), 7):
        with pytest.raises(Unparsable):
            parse(Reply(0, whole.out[:end], ""))


def test_a_mac_that_says_nothing_is_described_too() -> None:
    text = written(parse(Reply(0, "system\tmacOS 15.6 (24Z000) arm64\nhost\tx\ncomplete\n", "")))
    assert [str(problem) for problem in load([("inventory/ws-a.yml", text)], []).problems] == []
    assert "diskutil did not say what there is" in text
    assert "none that launchd starts" in text
