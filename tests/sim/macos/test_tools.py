"""What the stand-ins of Apple's tools say is what the notes have, lies included; what those lack is refused."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime

from tests.sim.macos import time_machine, volumes
from tests.sim.macos.machine import Mac

BACKUP = "5F9B3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F"


def said(mac: Mac, command: str) -> tuple[int, str]:
    done = mac.run(command)
    return done.returncode, done.stdout + done.stderr


def test_destinations_are_replaced_without_a_and_doubled_with_it(mac: Mac) -> None:
    assert said(mac, "tmutil destinationinfo") == (0, "tmutil: No destinations configured.\n")
    with mac.state() as state:
        volumes.add(state, "TimeMachine", BACKUP)
        volumes.add(state, "Share", "9F9B3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F", "smbfs", "disk9")
        state["tm"]["shares"] = {"smb://tm@nas.local/tm": "secret"}
    for _ in range(2):
        mac.do("tmutil setdestination -a /Volumes/TimeMachine")
    text = mac.do("tmutil destinationinfo")
    assert text.count("=" * 52) == 2
    assert "Name          : TimeMachine\nKind          : Local\nMount Point   : /Volumes/TimeMachine\nID " in text
    found = plistlib.loads(mac.do("tmutil destinationinfo -X").encode())["Destinations"]
    assert len({one["ID"] for one in found}) == 2
    mac.do(f"tmutil setquota {found[0]['ID']} 500; tmutil removedestination {found[1]['ID']}")
    assert "Quota         : 500 GB\n" in mac.do("tmutil destinationinfo")
    refused = "{}\nThe backup destination could not be set.\n"
    share = "/Volumes/Share: Incompatible file system type: smbfs (error 45)"
    assert said(mac, "tmutil setdestination -a /Volumes/Share") == (0, refused.format(share))
    session = "Failed to open session. (error 80)"
    assert said(mac, "tmutil setdestination -a smb://tm@nas.local/tm") == (0, refused.format(session))
    mac.do("tmutil setdestination smb://tm:secret@nas.local/tm")  # without -a: the other one is gone
    text = mac.do("tmutil destinationinfo")
    assert "URL           : smb://tm@nas.local/tm\n" in text
    assert "Local" not in text


def test_without_full_disk_access(mac: Mac) -> None:
    with mac.state() as state:
        state["fda"] = False
        state["lies"]["defaults-needs-access"] = 1
    for verb in ("setdestination -a /Volumes/X", "addexclusion -p /tmp", "enable", "latestbackup"):
        code, text = said(mac, f"tmutil {verb}")
        assert (code, text.splitlines()[0]) == (80, f"tmutil: {verb.split()[0]} requires Full Disk Access privileges.")
    assert said(mac, "tmutil addexclusion /Users/tech")[0] == 0  # a sticky one needs none
    export = "defaults export /Library/Preferences/com.apple.TimeMachine -"
    assert said(mac, export) == (1, "Could not export domain: Operation not permitted\n")
    assert said(mac, export) == (1, "Domain /Library/Preferences/com.apple.TimeMachine does not exist\n")
    probe = "head -c1 '/Library/Application Support/com.apple.TCC/TCC.db'"
    assert said(mac, probe)[1].endswith("TCC.db: Operation not permitted\n")


def test_exclusions(mac: Mac) -> None:
    with mac.state() as state:
        volumes.add(state, "Scratch", BACKUP)
    mac.do("mkdir -p /Users/tech/Scratch/deep; tmutil addexclusion -p /Users/tech/Scratch /Users/tech/none")
    mac.do("tmutil addexclusion -v /Volumes/Scratch")
    excluded = mac.do("tmutil isexcluded /Users/tech/Scratch/deep /tmp /Users/tech").splitlines()
    assert excluded == ["[Excluded]  /Users/tech/Scratch/deep", "[Excluded]  /tmp", "[Included]  /Users/tech"]
    found = plistlib.loads(mac.do("defaults export /Library/Preferences/com.apple.TimeMachine -").encode())
    assert (found["SkipPaths"], found["ExcludedVolumeUUIDs"]) == (["/Users/tech/Scratch"], [BACKUP])
    error = "/none: Error (-43) while attempting to change exclusion setting.\n"
    assert said(mac, "tmutil addexclusion /none") == (213, error)
    assert said(mac, "tmutil removeexclusion /none") == (213, error)


def test_backups_and_their_dates(mac: Mac) -> None:
    with mac.state() as state:
        volumes.add(state, "TimeMachine", BACKUP)
    assert said(mac, "tmutil listbackups") == (1, "No machine directory found for host.\n")
    assert said(mac, "tmutil latestbackup")[0] == 0  # its lie
    mac.do("tmutil setdestination -a /Volumes/TimeMachine; tmutil enable; tmutil startbackup --auto")
    assert "    Running = 1;" in mac.do("tmutil status")
    mac.do("tmutil stopbackup")
    with mac.state() as state:
        assert state["tm"]["dests"][0]["result"] == 22
        time_machine.attempt(state, datetime(2026, 11, 26, 3, 15, tzinfo=UTC))
        time_machine.attempt(state, datetime(2026, 11, 26, 4, 15, tzinfo=UTC), result=29)
    found = plistlib.loads(mac.do("defaults export /Library/Preferences/com.apple.TimeMachine -").encode())
    told = found["Destinations"][0]
    assert (told["SnapshotDates"], told["RESULT"], found["AutoBackup"]) == ([datetime(2026, 11, 26, 3, 15)], 29, True)
    assert mac.do("tmutil latestbackup").endswith("/2026-11-26-031500.backup/2026-11-26-031500.backup\n")


def test_a_raid_set_in_both_forms(mac: Mac) -> None:
    assert said(mac, "diskutil appleRAID list") == (0, "No AppleRAID sets found\n")
    with mac.state() as state:
        leg = {"uuid": "6604E412-FC8E-4BD6-A2B1-972D47793A82", "device": "disk3s2", "status": "5% (Rebuilding)"}
        lost = {"uuid": "E4036DC8-CC28-47BD-B448-3A923098EEF1", "device": "", "status": "Missing/Damaged"}
        state["raidsets"] = [{"uuid": BACKUP, "name": "media", "level": "Mirror", "status": "Degraded",
                              "rebuild": "Automatic", "device": "disk4", "members": [leg, lost]}]  # fmt: skip
    text = mac.do("diskutil appleRAID list")
    assert "0  disk3s2   6604E412-FC8E-4BD6-A2B1-972D47793A82  5% (Rebuilding)4000443039744\n" in text
    assert "-  -none-    E4036DC8-CC28-47BD-B448-3A923098EEF1  Missing/Damaged\n" in text
    found = plistlib.loads(mac.do("diskutil appleRAID list -plist").encode())["AppleRAIDSets"][0]
    assert [one["MemberStatus"] for one in found["Members"]] == ["5% (Rebuilding)", "Missing/Damaged"]
    assert "BSD Name" not in found["Members"][1]


def test_lies_about_what_is_not_there_and_who_may_ask(mac: Mac) -> None:
    assert said(mac, "diskutil info nosuch") == (0, "Could not find disk: nosuch\n")
    code, text = said(mac, "diskutil info -plist nosuch")
    assert (code, plistlib.loads(text.encode())["ExitCode"]) == (1, 1)
    with mac.state() as state:
        state["root"] = False
    administrator = "You need administrator access to run this tool... exiting!\n"
    assert said(mac, "systemsetup -getremotelogin") == (0, administrator)


def test_power_and_spotlight(mac: Mac) -> None:
    with mac.state() as state:
        volumes.add(state, "Copies", BACKUP)
    assert " sleep                1\n" in mac.do("pmset -g custom")
    assert " sleep                0\n" in mac.do("pmset -c sleep 0; pmset -g custom")
    assert mac.do("mdutil -s /Volumes/Copies") == "/Volumes/Copies:\n\tIndexing enabled. \n"
    assert mac.do("mdutil -i off /Volumes/Copies; mdutil -s /Volumes/Copies").endswith("\tIndexing disabled.\n")


def test_what_nobody_recorded_is_refused_loudly() -> None:
    with Mac("14") as mac:
        for command in (
            *("tmutil currentphase", "tmutil removedestination X", "tmutil setdestination -p smb://a@b/c"),
            *("tmutil delete -p /x", "diskutil appleRAID create mirror x JHFS+ disk1 disk2", "pmset -g sched"),
            *("defaults read com.apple.dock", "mdutil -E /", "csrutil status", "security -i"),
            *("security add-internet-password -a x -w secret", "systemsetup -setremotelogin off"),
        ):
            code, text = said(mac, command)
            assert code == 253, command
            assert text.startswith(f"STAND-IN: {command.split()[0]}"), command
        assert len(mac.refused()) == 12
