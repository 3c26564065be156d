"""Restore points of another program: from what btrbk 0.32.5 and ZFS list, and from lines that say nothing."""

from __future__ import annotations

from studio_backup.made import made_points

#: As it was printed, with the folder shortened.
LISTED = """\
format="snapshots" source_url='/srv/tank/archive' source_host='' source_port='' source_subvolume='/srv/tank/archive' \
snapshot_subvolume='/srv/tank/points/archive.20261126T193902+0000' snapshot_name='archive.20261126T193902+0000' \
status='' source_rsh=''
format="snapshots" source_url='/srv/tank/archive' source_host='' source_port='' source_subvolume='/srv/tank/archive' \
snapshot_subvolume='/srv/tank/points/archive.20261126T204054+0100' snapshot_name='archive.20261126T204054+0100' \
status='up-to-date' source_rsh=''
"""


def test_each_has_the_moment_of_its_name_in_utc() -> None:
    assert made_points("btrbk", LISTED.splitlines(), "/nowhere") == {
        "2026-11-26T19-39-02Z": "/srv/tank/points/archive.20261126T193902+0000",
        "2026-11-26T19-40-54Z": "/srv/tank/points/archive.20261126T204054+0100",
    }


def test_what_names_no_moment_is_no_restore_point() -> None:
    line = LISTED.splitlines()[0]
    for name in ("archive.20261126", "archive.20261126T1939", "archive.20261326T193902+0000", "archive",
                 "x.00010101T000000+0100", ""):  # fmt: skip
        assert made_points("btrbk", [line.replace("archive.20261126T193902+0000", name)], "") == {}, name
    assert made_points("btrbk", [line.replace("snapshot_subvolume='/srv", "snapshot_subvolume='srv")], "") == {}
    assert made_points("btrbk", [line[:-120], "it's", "", "x"], "") == {}


def test_a_second_one_of_a_moment_and_names_with_quotes() -> None:
    line = LISTED.splitlines()[0].replace("archive.20261126T193902+0000", "it'\\''s.20261126T193902-0330_1")
    assert made_points("btrbk", [line], "") == {"2026-11-26T23-09-02Z": "/srv/tank/points/it's.20261126T193902-0330_1"}


def test_of_zfs_the_time_that_it_keeps_counts_and_not_the_name() -> None:
    """sanoid writes local time into a name, and no zone; several of its kinds share a moment."""
    lines = [
        "tank/projects@autosnap_2026-11-22_01:30:58_monthly\t1795311058",
        "tank/projects@autosnap_2026-11-22_01:30:58_hourly\t1795311058",
        "tank/projects@autosnap_2026-11-22_03:00:01_hourly\t1795312801",
        "tank/projects@mine\t1795312801",
        "tank/projects@2026-11-22T02-30-00Z\t1795312801",
        "tank/projects@autosnap_x\tsoon",
        "",
    ]
    assert made_points("sanoid", lines, "/srv/projects/.zfs/snapshot") == {
        "2026-11-22T01-30-58Z": "/srv/projects/.zfs/snapshot/autosnap_2026-11-22_01:30:58_hourly",
        "2026-11-22T02-00-01Z": "/srv/projects/.zfs/snapshot/autosnap_2026-11-22_03:00:01_hourly",
    }
