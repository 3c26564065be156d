"""Time Machine as it is on one Mac, where what stands there can be read in two ways: no destination is lost by it."""

from __future__ import annotations

import plistlib

from studio_backup.diff import Change, Present, compare
from studio_backup.probe import Reply
from studio_backup.resources.time_machine import TimeMachine
from studio_backup.source import Place
from studio_backup.steps import steps_of

HERE, AWAY = "0852943E-8EC2-4386-8C31-ECE56488E8B4", "2529BA88-EB07-4AF5-AC36-6CEF451078E9"


def wanted(*destinations: str, quota: str | None = None, exclusive: bool = True) -> TimeMachine:
    return TimeMachine(system="ws-a/macos", name="macos", place=Place("p.yml", 1, 1), destinations=destinations,
                       quota=quota, exclusive=exclusive)  # fmt: skip


def disk(identity: str, mount: str = "", name: str = "Backup") -> dict[str, object]:
    return {"ID": identity, "Kind": "Local", "Name": name, **({"MountPoint": mount} if mount else {})}


def share(identity: str, url: str, quota: int = 0) -> dict[str, object]:
    return {"ID": identity, "Kind": "Network", "Name": "tm", "URL": url, **({"QuotaGB": quota} if quota else {})}


def answered(*destinations: dict[str, object], **preferences: object) -> Reply:
    def told(name: str, value: str | dict[str, object]) -> str:
        text = value if isinstance(value, str) else plistlib.dumps(value).decode().rstrip("\n")
        return f"told\t0\t{name}\n" + "".join(f"\t{line}\n" for line in text.split("\n"))

    listed: dict[str, object] = {"Destinations": list(destinations)}
    text = told("now", "2026-11-26T09:00:00Z") + told("version", "15.6") + told("destinations", listed)
    return Reply(0, f"{text}{told('preferences', {'AutoBackup': True, **preferences})}complete\n", "")


def compared(want: TimeMachine, reply: Reply) -> Change:
    return compare(want, Present(want.parse(reply)), None, "", {})


def titles(want: TimeMachine, reply: Reply) -> list[str]:
    return [step.title for step in steps_of(compared(want, reply))]


def test_of_two_disks_of_one_name_none_goes_that_is_away() -> None:
    want = wanted("/Volumes/Backup")
    assert titles(want, answered(disk(HERE), disk(AWAY))) == []
    assert titles(want, answered(disk(HERE, "/Volumes/Backup"), disk(AWAY))) == []
    gone = titles(want, answered(disk(HERE), disk(AWAY, name="Old")))
    assert gone == ["take Old from the destinations; its backups stay"]


def test_what_is_left_out_below_a_home_is_reported_and_not_tried() -> None:
    want = wanted("/Volumes/Backup")
    reply = answered(disk(HERE, "/Volumes/Backup"), SkipPaths=["~kim/Takes", "/Users/Shared/Old"])
    assert titles(want, reply) == ["take in /Users/Shared/Old"]
    assert want.parse(reply).hidden == "~kim/Takes"


def test_a_password_in_a_url_is_not_shown() -> None:
    found = wanted("smb://tm@nas.local/tm").parse(answered(share(HERE, "smb://tm:s3cret@nas.local/tm")))
    assert found.destinations == ("smb://tm@nas.local/tm",)
    other = wanted("smb://tm@nas/tm", exclusive=False)
    change = compared(other, answered(share(HERE, "smb://tm:s3cret@nas.local:445/a@b")))
    assert "write into the spec what is there: smb://tm@nas.local:445/a@b" in change.fix


def test_each_of_twins_gets_its_quota_and_a_large_one_is_a_number() -> None:
    want = wanted("smb://tm@nas/tm", quota="1234567", exclusive=False)
    url = "smb://tm@nas/tm"
    change = compared(want, answered(share(HERE, url), share(AWAY, url, 1234567)))
    assert [step.script.rsplit("\n", 1)[1] for step in steps_of(change)] == [f"tm setquota {HERE} 1234567"]
    assert want.parse(answered(share(HERE, url, 1234567))).quota == "1234567"
