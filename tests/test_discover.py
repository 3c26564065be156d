"""What discover makes of an answer: a file that validates, whatever a machine says of itself."""

from __future__ import annotations

import plistlib
from typing import Any

import pytest

from studio_backup.cli.discover import _place
from studio_backup.discover.found import Found
from studio_backup.discover.reading import _roots, parse
from studio_backup.discover.writing import Way, spec_of
from studio_backup.errors import UsageError
from studio_backup.probe import Reply
from studio_backup.resource import Unparsable
from studio_backup.spec.load import load
from tests.fifty_rooms import host_key

HEAD = "version: 1\nstudio: my-studio\nsites: {studio: {rooms: {machine-room: {}}}}"
WAY = Way("nas", "10.0.0.20", 2222, "tech", "sudo", host_key(1), "room: machine-room", HEAD)
ARRAY = "e3b50233:b4adc6c9:f4080aa6:f6ce09aa"
#: A NAS with a mirror of partitions, a LUKS volume on one disk, LVM over two, and a USB disk with a blank in its path.
NAS = f"""system	Debian GNU/Linux 12 (bookworm)
host	Tank.Studio.example
block	nvme0n1		0	2000000000	Fast One
block	nvme0n1p1	nvme0n1	0	1000000	·
block	sda		1	15628053168	ST8000VN004
block	sda1	sda	1	15628050000	·
block	sdb		1	15628053168	ST8000VN004
block	sdb1	sdb	1	15628050000	·
block	sdc		1	15628053168	WD80
block	sdd		1	15628053168	WD80
block	dm-0	sdc sdd	1	100	·
block	sde		0	1000000000	Portable
block	sde1	sde	0	1000000	·
block	dm-1	sde1	0	1000000	·
block	md0	sda1 sdb1	1	15628050000	·
block	loop0		0	0	·
md	md0	raid1	{ARRAY.replace(":", "-")}
id	nvme0n1	nvme-eui.0025385a71b01a4c
id	nvme0n1	nvme-Fast_One_S5GX
id	sda	wwn-0x5000c500a
id	sda	ata-ST8000VN004-2M2101_WSD1
id	sda1	ata-ST8000VN004-2M2101_WSD1-part1
id	sdb	ata-ST8000VN004-2M2101_WSD2
id	sdc	ata-WD80_1
id	sdd	ata-WD80_2
id	sde	usb-Portable_1
mount	ext4	nvme0n1p1	/	0a0a0a0a-0000-4000-8000-000000000001	/
mount	ext4	md0	/	0a0a0a0a-0000-4000-8000-000000000002	/srv/tank
mount	ext4	md0	/sub	0a0a0a0a-0000-4000-8000-000000000002	/export/tank
mount	xfs	dm-0	/	0a0a0a0a-0000-4000-8000-000000000003	/srv/lvm
mount	ext4	dm-1	/	0a0a0a0a-0000-4000-8000-000000000004	/media/My Disk
mount	xfs	sdc	/		/srv/unread
job	/etc/cron.d/backup:3:0 2 * * * root restic -r rest:https://kim:hunter2@backup/ --password=hunter3 backup /srv
job	restic.timer (enabled): AWS_SECRET_ACCESS_KEY=hunter4 restic backup /srv
config	/etc/rsnapshot.conf
config	/etc/rsnapshot.conf
complete
""".replace("·", "")


def found(text: str = NAS) -> Found:
    return parse(Reply(0, text, ""))


def written(text: str = NAS) -> str:
    return spec_of(found(text), WAY, "2026-11-22")


def problems(text: str) -> list[str]:
    return [str(problem.message) for problem in load([("inventory/nas.yml", text)], []).problems]


def test_the_file_is_a_valid_spec_that_says_what_is_there() -> None:
    text = written()
    assert problems(text) == []
    for line in (
        "    role: nas    # workstation, nas or offsite: what it is to the studio",
        "        port: 2222",
        "        become: sudo",
        "      disk-1: {id: nvme-Fast_One_S5GX, medium: nvme}    # 1.0 TB Fast One",
        "      disk-2: {id: ata-ST8000VN004-2M2101_WSD1, medium: hdd}    # 8.0 TB ST8000VN004",
        f"      tank: {{kind: md, level: raid1, members: [disk-2, disk-3], id: {ARRAY}}}",
        "      tank: {on: tank, filesystem: ext4, id: 0a0a0a0a-0000-4000-8000-000000000002, path: /srv/tank}",
        "      my-disk: {on: disk-6, filesystem: ext4, id: 0a0a0a0a-0000-4000-8000-000000000004,"
        " path: '/media/My Disk'}",
    ):
        assert line in text.splitlines()


def test_what_cannot_be_described_is_said_in_words() -> None:
    text = written()
    assert "#   /srv/lvm (xfs on dm-0): it lies on sdc, sdd, joined by something else" in text
    assert "#   /srv/unread (xfs on sdc): its id could not be read, so it is not described" in text
    assert "/export/tank" not in text
    assert "0a0a0a0a-0000-4000-8000-000000000001" not in text


def test_jobs_are_shown_without_their_secrets() -> None:
    text = written()
    assert (
        "#   /etc/cron.d/backup:3:0 2 * * * root restic -r rest:https://kim:***@backup/ --password=*** backup /srv"
        in text
    )
    assert "AWS_SECRET_ACCESS_KEY=*** restic backup /srv" in text
    assert text.count("/etc/rsnapshot.conf (configuration)") == 1
    assert "hunter" not in text


@pytest.mark.parametrize(
    "job",
    [
        "RESTIC_PASSWORD='hunter5 hunter6' restic backup /srv",
        'RESTIC_PASSWORD="hunter5 hunter6" restic backup /srv',
        "RESTIC_PASSWORD=hunter5' 'hunter6 restic backup /srv",
        "restic --http-password hunter5 backup /srv",
        "sshpass -p hunter5 rsync -a /srv nas:",
    ],
)
def test_no_part_of_a_secret_is_shown(job: str) -> None:
    text = written(NAS.replace("complete\n", f"job\t/etc/cron.d/x:1:{job}\ncomplete\n"))
    assert "hunter" not in text
    assert "/etc/cron.d/x:1:" in text
    assert "/srv" in text[text.index("/etc/cron.d/x") :]


def test_a_machine_with_nothing_is_described_too() -> None:
    text = written("system\t\nhost\tx\ncomplete\n")
    assert problems(text) == []
    assert "role: workstation" in text
    assert "none in cron" in text


HOSTILE = "a}, evil: {x"


@pytest.mark.parametrize(
    "line",
    [
        f"id\tsda\tata-{HOSTILE}",
        f"mount\text4\tnvme0n1p1\t/x\t{HOSTILE}\t/srv/x",
        f"mount\tbtrfs\tnvme0n1p1\t/x\t0a0a0a0a-0000-4000-8000-000000000009\t/srv/{HOSTILE}",
        "mount\tbtrfs\tnvme0n1p1\t/x\t0a0a0a0a-0000-4000-8000-000000000009\t/srv/'\\x1b[2J",
        f"mount\text4, evil: {HOSTILE}\tsdd\t/\t0a0a0a0a-0000-4000-8000-000000000009\t/srv/x",
        "mount\text4\x1b[2J\tsdd\t/\t0a0a0a0a-0000-4000-8000-000000000009\t/srv/x",
        "mount\text4\tsdd\t/\t0a0a0a0a-0000-4000-8000-000000000009\t/srv/{{ evil }}",
        f"md\tmd0\t{HOSTILE}\t{HOSTILE}",
        f"btrfs\t{HOSTILE}\tsda\t{HOSTILE}",
        "block\tsdz\t\t1\t-5\t\x1b[2J",
        f"host\t{HOSTILE}\nhost\t# more",
        "job\t\x1b]0;x\x07 rsync",
        "mount\ttoo\tfew",
        "nonsense",
    ],
)
def test_what_a_machine_says_of_itself_never_becomes_a_line_of_the_spec(line: str) -> None:
    text = written(NAS.replace("complete\n", f"{line}\ncomplete\n"))
    assert problems(text) == []
    assert "evil:" not in "\n".join(
        part.partition("#")[0].replace(f"'/srv/{HOSTILE}'", "") for part in text.splitlines()
    )
    assert all(letter.isprintable() or letter == "\n" for letter in text)


def test_what_an_appliance_keeps_on_the_disks_of_its_array_is_said_in_words() -> None:
    """Some NAS have a mirror for their system, and a partition of their own, on the very disks of the data."""
    more = "md\tmd9\traid1\t\nblock\tmd9\tsda2 sdb2\t1\t9\t\nblock\tsda2\tsda\t1\t9\t\nblock\tsdb2\tsdb\t1\t9\t\n"
    more += "block\tsda3\tsda\t1\t9\t\nmount\text4\tsda3\t/\t0a0a0a0a-0000-4000-8000-000000000009\t/mnt/own\n"
    text = written(NAS.replace("complete\n", f"{more}complete\n"))
    assert problems(text) == []
    assert "#   array md9 (md raid1): its disks are in another one, too" in text
    assert "#   /mnt/own (ext4): it lies beside an array that is described, or on none" in text
    assert f"id: {ARRAY}" in text


def test_an_array_that_lacks_a_disk_or_is_of_no_level_of_ours_is_said_in_words() -> None:
    for before, after in (("md0\tsda1 sdb1", "md0\tsda1"), ("md0\traid1", "md0\tfaulty")):
        text = written(NAS.replace(before, after))
        assert problems(text) == []
        assert "#   array md0 (md " in text
        assert "#   /srv/tank (ext4): it lies beside an array that is described, or on none" in text


def test_two_partitions_of_one_disk_are_one_member() -> None:
    more = "block\tsdf\t\t1\t9000000\tTwo\nblock\tsdf1\tsdf\t1\t9\t\nblock\tsdf2\tsdf\t1\t9\t\nid\tsdf\tata-Two_1\n"
    more += "".join(f"btrfs\t0a0a0a0a-0000-4000-8000-000000000009\tsdf{part}\tsingle\n" for part in (1, 2))
    more += "mount\tbtrfs\tsdf1\t/\t0a0a0a0a-0000-4000-8000-000000000009\t/srv/two\n"
    text = written(NAS.replace("complete\n", f"{more}complete\n"))
    assert problems(text) == []
    assert "two: {kind: btrfs, level: single, members: [disk-7]}" in text


def test_a_device_that_is_told_to_be_under_itself_ends_the_search() -> None:
    circle = {"dm-0": ["dm-1"], "dm-1": ["dm-0", "sda"], "sda": []}
    assert _roots("dm-0", circle) == ("sda",)
    assert _roots("loop", {"loop": ["loop"]}) == ("loop",)
    long = {f"dm-{number}": [f"dm-{number + 1}"] for number in range(5000)}
    assert _roots("dm-0", long) == ("dm-5000",)


def test_a_room_that_is_named_stands_in_the_whole_file() -> None:
    where, head = _place(None, "control-room")
    assert (where, "control-room: {}" in head) == ("room: control-room", True)
    assert _place(None, None)[0] == "room: machine-room"
    with pytest.raises(UsageError, match="not a name"):
        _place(None, "a: {b")


def test_half_an_answer_is_none() -> None:
    with pytest.raises(Unparsable):
        found(NAS.removesuffix("complete\n"))


def of_mac(**told: Any) -> str:
    """What a Mac would answer whose tools say this."""
    lines = ["system\tmacOS 15.6 (24Z000) arm64", "host\tx"]
    for what, plist in told.items():
        lines += [f"plist\t{what.replace('__', ' ')}\t0"]
        lines += [f"| {line}" for line in plistlib.dumps(plist).decode().splitlines()]
    return "\n".join([*lines, "complete", ""])


DISK = {"DeviceIdentifier": "disk4", "Size": 1000, "Partitions": [{"DeviceIdentifier": "disk4s2", "DiskUUID": "A-4"}]}
TWIN = {"DeviceIdentifier": "disk5", "Size": 1000, "Partitions": [{"DeviceIdentifier": "disk5s2", "DiskUUID": "A-5"}]}
SET = {"BSD Name": "disk9", "Level": "Mirror", "Status": "Online", "Name": "Pair", "AppleRAIDSetUUID": f"U {HOSTILE}",
       "Members": [{"BSD Name": "disk4s2", "AppleRAIDMemberUUID": "M-4"},
                   {"BSD Name": "disk5s2", "AppleRAIDMemberUUID": "M-5"}]}  # fmt: skip
MOUNTED = {"VolumeUUID": "V-1", "FilesystemType": "hfs", "ParentWholeDisk": "disk9", "SolidState": True}


def test_what_a_mac_says_of_an_array_never_becomes_a_line_of_the_spec() -> None:
    told = {"disks": {"AllDisksAndPartitions": [DISK, TWIN]}, "raid": {"AppleRAIDSets": [SET]}}
    text = spec_of(parse(Reply(0, of_mac(**told, **{"info__/Volumes/Pair": MOUNTED}), "")), WAY, "2026-11-26")
    assert "kind: appleraid, level: mirror, members: [disk-1, disk-2]}" in text
    # By these the set is found again; a DiskUUID is another thing.
    assert ("disk-1: {id: M-4," in text, "disk-2: {id: M-5," in text) == (True, True)
    assert "evil:" not in "\n".join(part.partition("#")[0] for part in text.splitlines())


@pytest.mark.parametrize(
    "told",
    [
        {"disks": {"AllDisksAndPartitions": "none"}},
        {"disks": {"AllDisksAndPartitions": [{**DISK, "Size": "large", "Partitions": ["x", 1]}, 5]}},
        {"disks": {"AllDisksAndPartitions": [{**DISK, "APFSPhysicalStores": [1]}]}},
        {"disks": {"AllDisksAndPartitions": [DISK]}, "raid": {"AppleRAIDSets": ["x", {"BSD Name": "d", "Members": 5}]}},
        {"time-machine": {"Destinations": [{"DestinationID": "1", "SnapshotDates": 5}, "x"]}},
        {"destinations": {"Destinations": ["x", {"ID": 4}]}},
        {"job__/Library/LaunchDaemons/x.plist": {"ProgramArguments": 5}},
    ],
)
def test_a_mac_that_says_something_else_than_its_kind_does_is_described_by_the_rest(told: dict[str, Any]) -> None:
    assert "my-studio" not in spec_of(parse(Reply(0, of_mac(**told), "")), WAY, "2026-11-26").partition("machines:")[2]
