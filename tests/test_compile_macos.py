"""What plays keep on Macs, compiled: what each knows, and what Time Machine rests on."""

from __future__ import annotations

from studio_backup.resources.apple_raid import AppleRaid
from studio_backup.resources.mac_access import FullDiskAccess
from studio_backup.resources.mac_power import Power
from studio_backup.resources.mac_snapshots import ApfsSnapshots
from studio_backup.resources.mac_spotlight import Spotlight
from studio_backup.resources.time_machine import TimeMachine
from tests.mac_studio import BACKUP, LEFT, RIGHT, SCRATCH, SESSIONS, SHUTTLE, compiled

DRIVE = """
- name: a share and a drive that travels
  hosts: ws-a
  full-disk-access: {macos: {}}
  time-machine:
    macos: {destinations: [shuttle, "smb://tm@nas.local/tm"], exclusive: yes, automatic: no, max-age: 2 days, encrypted: yes}
  power: {macos: {}}
"""  # noqa: E501


def test_time_machine_rests_on_access_that_nobody_asked_for() -> None:
    found = compiled().resources
    access = found["ws-a/macos/full-disk-access/macos"]
    kept = found["ws-a/macos/time-machine/macos"]
    assert isinstance(access, FullDiskAccess)
    assert isinstance(kept, TimeMachine)
    assert kept.needs() == {access.address}
    assert (kept.destinations, kept.every, kept.quota) == (("/Volumes/TimeMachine",), "day", "1500")
    assert (kept.exclude, kept.exclude_volumes) == (("/Users/Shared/Scratch",), ("scratch",))
    assert (kept.max_age, kept.exclusive, kept.encrypted, kept.automatic) == (3 * 86400, False, None, "yes")
    assert dict(kept.local) == {"/Volumes/TimeMachine": BACKUP}
    assert dict(kept.volumes) == {
        "sessions": (SESSIONS, "/Volumes/Sessions"),
        "scratch": (SCRATCH, "/Volumes/Scratch"),
        "backup": (BACKUP, "/Volumes/TimeMachine"),
        "shuttle": (SHUTTLE, "/Volumes/Shuttle"),
    }


def test_a_share_needs_no_volume_and_a_drive_may_be_away() -> None:
    found = compiled(DRIVE).resources
    kept = found["ws-a/macos/time-machine/macos"]
    assert isinstance(kept, TimeMachine)
    assert kept.destinations == ("/Volumes/Shuttle", "smb://tm@nas.local/tm")
    assert (kept.local, kept.travelling) == ({"/Volumes/Shuttle": SHUTTLE}, ("/Volumes/Shuttle",))
    assert (kept.exclusive, kept.automatic, kept.max_age, kept.encrypted) == (True, "no", 2 * 86400, "yes")
    assert found["ws-a/macos/full-disk-access/macos"].place.line == 4
    power = found["ws-a/macos/power/macos"]
    assert isinstance(power, Power)
    assert (power.sleep, power.womp) == ("0", None)


def test_the_others_know_what_they_ask_for() -> None:
    found = compiled().resources
    raid, snapshots = found["ws-a/macos/apple-raid/media"], found["ws-a/macos/apfs-snapshots/sessions"]
    spotlight, power = found["ws-a/macos/spotlight/backup"], found["ws-a/macos/power/macos"]
    assert isinstance(raid, AppleRaid)
    assert (raid.level, raid.members, raid.rebuild) == ("mirror", ("left", "right"), "automatic")
    assert dict(raid.devices) == {"left": LEFT, "right": RIGHT}
    assert isinstance(snapshots, ApfsSnapshots)
    assert (snapshots.path, snapshots.reach, snapshots.least) == ("/Volumes/Sessions", 12 * 3600, 2)
    assert (snapshots.max_age, snapshots.count) == (86400, "at least 2")
    assert isinstance(spotlight, Spotlight)
    assert (spotlight.path, spotlight.id, spotlight.indexing) == ("/Volumes/TimeMachine", BACKUP, "off")
    assert isinstance(power, Power)
    assert (power.sleep, power.womp, power.powernap) == ("0", "1", None)
