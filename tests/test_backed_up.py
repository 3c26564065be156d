"""What Time Machine notes for its last completed backup is evidence of the copy; nothing else that it notes is."""

from __future__ import annotations

import dataclasses
import plistlib
from datetime import UTC, datetime, timedelta

import pytest

from studio_backup.backed_up import backed_up
from studio_backup.diff import Present, Unread
from studio_backup.facts import ATTESTED, OBSERVED, Fact
from studio_backup.policy.due import Known
from studio_backup.policy.witness import sights_beyond
from studio_backup.probe import Reply
from studio_backup.resources.time_machine import Source, TimeMachine
from studio_backup.resources.time_machine_destinations import Destination
from studio_backup.resources.time_machine_seen import Machine
from tests.mac_studio import BACKUP, SESSIONS, compiled, studio

PLAY = """
- name: A Mac
  hosts: ws-a
  datasets:
    sessions:
      source: {volume: sessions, path: Current}
      external:
        disk: {tool: time-machine, to: "ws-a:backup", max-age: 1 day}
        share: {tool: time-machine, to: "nas:tank"}
        shuttle: {tool: time-machine, to: "drive:shuttle-1"}
        clone: {tool: carbon-copy-cloner, to: "ws-a:backup"}
  time-machine: {macos: {destinations: [backup, "smb://tm@nas.local/tm"]}}
"""
DISK = "copy:ws-a/sessions/disk"
AT = datetime(2026, 11, 26, 3, 15, tzinfo=UTC)
NOW = int(AT.timestamp()) + 3600


def wanted() -> TimeMachine:
    found = compiled(PLAY).resources["ws-a/macos/time-machine/macos"]
    assert isinstance(found, TimeMachine)
    return found


SOURCE = "/Volumes/Sessions/Current"


def seen(*completed: datetime, **preferences: object) -> TimeMachine:
    """The Mac with a backup on its disk at each of these moments, and none on the share."""
    disk = Destination("1", "TimeMachine", "/Volumes/TimeMachine", local=True, mounted=True, quota="none",
                       completed=completed, result=29, encrypted="no")  # fmt: skip
    share = dataclasses.replace(disk, id="2", word="smb://tm@nas.local/tm", local=False, completed=())
    machine = Machine(AT + timedelta(hours=2), (15, 6), (disk, share), preferences,
                      frozenset({str(preferences.get("included", SOURCE))}))  # fmt: skip
    return dataclasses.replace(wanted(), machine=machine)


def test_a_copy_knows_its_destinations() -> None:
    assert dict(wanted().copies) == {
        "ws-a/sessions/disk": Source("sessions", "/Volumes/Sessions/Current", ("/Volumes/TimeMachine",)),
        "ws-a/sessions/share": Source("sessions", "/Volumes/Sessions/Current", ("smb://tm@nas.local/tm",)),
    }


def test_the_newest_complete_backup_is_the_evidence() -> None:
    facts = backed_up([Present(seen(AT.replace(hour=1), AT))], [], NOW)
    assert facts == [Fact(subject=DISK, what="made", sort=OBSERVED, at=int(AT.timestamp()))]
    made = studio(PLAY)
    sight = sights_beyond(made, made.datasets["ws-a/sessions"], {}, Known(facts=facts), NOW)
    assert (sight["disk"].fresh, sight["share"].fresh) == (True, None)
    later = sights_beyond(made, made.datasets["ws-a/sessions"], {}, Known(facts=facts), NOW + 2 * 86400)
    assert later["disk"].fresh is False


def test_what_is_known_already_is_not_noted_again() -> None:
    known = [Fact(subject=DISK, what="made", sort=ATTESTED, at=int(AT.timestamp()), by="Kim")]
    assert backed_up([Present(seen(AT))], known, NOW) == []
    assert len(backed_up([Present(seen(AT.replace(hour=4)))], known, NOW + 3600)) == 1


@pytest.mark.parametrize(
    "preferences",
    [
        {"SkipPaths": ["/Volumes/Sessions"]},
        {"SkipPaths": ["/Volumes/Sessions/Current"]},
        {"ExcludedVolumeUUIDs": [SESSIONS]},
        {"SkipPaths": ["/Volumes/Sessions/Current/Album"]},
        {"included": "/Volumes/Sessions"},
    ],
)
def test_what_is_left_out_is_in_no_backup(preferences: dict[str, object]) -> None:
    assert backed_up([Present(seen(AT, **preferences))], [], NOW) == []


def answer(said: str, code: int = 0) -> Reply:
    """A whole answer with this one on what is left out."""
    quoted = said.replace("\n", "\n\t")
    return Reply(0, f"""told\t0\tnow\n\t2026-11-26T04:00:00Z\ntold\t0\tversion\n\t15.6
told\t0\tdestinations\n\ttmutil: No destinations configured.
told\t1\tpreferences\n\tDomain /Library/Preferences/com.apple.TimeMachine does not exist
told\t{code}\texcluded {SOURCE}\n\t{quoted}\ncomplete\n""", "")  # fmt: skip


def leaves_out(*values: object) -> str:
    return plistlib.dumps([{"Path": SOURCE, "IsExcluded": value} for value in values]).decode()


def test_what_macos_itself_leaves_out_is_asked_for() -> None:
    assert wanted().probe().args == (SOURCE,)
    assert parsed(answer(leaves_out(0))).included == {SOURCE}
    for said in (leaves_out(1), leaves_out(2), leaves_out(0, 0), leaves_out(), "[Included]  /x", ""):
        assert parsed(answer(said)).included == frozenset()
    assert parsed(answer(leaves_out(0), code=1)).included == frozenset()


def parsed(reply: Reply) -> Machine:
    found = wanted().parse(reply).machine
    assert found is not None
    return found


def test_nothing_is_believed_of_a_wrong_clock_or_of_what_was_not_seen() -> None:
    assert backed_up([Present(seen(AT.replace(year=2036)))], [], NOW) == []
    assert backed_up([Present(seen(AT))], [], NOW - 86400) == []
    assert backed_up([Unread("no answer"), Present(seen()), Present(wanted())], [], NOW) == []
    assert backed_up([Present(seen(AT, ExcludedVolumeUUIDs=[BACKUP], SkipPaths=["/Volumes/Session"]))], [], NOW) != []
