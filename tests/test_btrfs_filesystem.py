"""btrfs over several disks beyond its golden cases: the steps of a difference, by whose names, and words of tools."""

from __future__ import annotations

import dataclasses

import pytest

from studio_backup.diff import Present
from studio_backup.resource import Unparsable
from studio_backup.resources import btrfs_tools
from studio_backup.resources.btrfs_filesystem import BtrfsFilesystem
from studio_backup.resources.btrfs_steps import create
from studio_backup.step import Risk, Step
from tests.resources.cases import FOLDER, Case

ADDRESS = "nas/linux/btrfs-filesystem/tank"


def case(name: str) -> Case:
    return Case(FOLDER / "btrfs-filesystem" / name)


def wanted(name: str) -> BtrfsFilesystem:
    want = case(name).want()
    assert isinstance(want, BtrfsFilesystem)
    return want


def steps(name: str) -> tuple[Step, ...]:
    seen, change = case(name).seen(), case(name).change()
    assert isinstance(seen, Present)
    assert isinstance(seen.value, BtrfsFilesystem)
    return wanted(name).update(seen.value, frozenset(field.name for field in change.fields))


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("replaced-in-the-spec", ["put bay2 into tank in place of the disk that lacks"]),
        ("replaced-in-the-spec-not-mounted", ["put bay2 into tank in place of the disk that lacks"]),
        ("another-disk-in-a-bay", ["put bay2 into tank in place of ata-ST8000_2"]),
        ("left-behind", ["put bay2 into tank in place of the disk that lacks"]),
        ("left-behind-mounted", ["put bay2 into tank in place of the disk that lacks"]),
        ("one-more-in-the-spec", ["add bay3 to tank"]),
        ("old-leg-came-back", ["wipe ata-ST8000_2, an old leg of tank"]),
        ("old-leg-came-back-mounted", ["wipe ata-ST8000_2, an old leg of tank"]),
        ("mixed", ["write what is not raid1 in tank again"]),
        ("label-and-quota-differ", ["label tank tank", "turn quota of tank off"]),
        ("shrunk-in-the-spec", []),
        ("cloned", []),
        ("old-leg-is-mounted", []),
        ("other-profiles", []),
        ("member-not-there", []),
        ("mixed-and-degraded", []),
        ("replacing", []),
    ],
)
def test_what_a_difference_leads_to(name: str, titles: list[str]) -> None:
    assert [step.title for step in steps(name)] == titles


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("left-behind", []),
        ("left-behind-mounted", []),
        ("replaced-in-the-spec", []),
        ("another-disk-in-a-bay", ["put bay2 into tank in place of ata-ST8000_2"]),
        ("old-leg-came-back", ["wipe ata-ST8000_2, an old leg of tank"]),
    ],
)
def test_without_a_second_copy_no_leg_that_was_away_is_filled_anew(name: str, titles: list[str]) -> None:
    """What is on it is nowhere else; a disk that still works is replaced, and what it leaves is old."""
    seen, change = case(name).seen(), case(name).change()
    assert isinstance(seen, Present)
    assert isinstance(seen.value, BtrfsFilesystem)
    fields = frozenset(field.name for field in change.fields)
    single = dataclasses.replace(wanted(name), data="single")
    assert [step.title for step in single.update(seen.value, fields)] == titles


def test_without_a_second_copy_a_leg_that_lacks_is_not_wiped_under_another_name() -> None:
    found = case("left-behind-mounted").seen()
    assert isinstance(found, Present)
    assert isinstance(found.value, BtrfsFilesystem)
    sight = found.value.sight
    assert sight is not None
    (away,) = sight.returned
    assert (sight.outdated(away, bare=False), sight.outdated(away, bare=True)) == (True, False)


@pytest.mark.parametrize(
    ("name", "member", "designator"),
    [
        ("replaced-in-the-spec", "bay2", "id:ata-ST8000_3"),
        ("another-disk-in-a-bay", "bay2", "id:ata-ST8000_3"),
        ("left-behind", "bay2", "id:ata-ST8000_2"),
        ("one-more-in-the-spec", "bay3", "id:ata-ST8000_3"),
        ("old-leg-came-back", "ata-ST8000_2", "id:ata-ST8000_2"),
    ],
)
def test_a_disk_is_written_only_by_its_name_and_as_it_was_seen(name: str, member: str, designator: str) -> None:
    (step,) = steps(name)
    assert step.risk is Risk.DESTROYS
    assert step.names == (f"{ADDRESS}#{member}",)
    assert f"expect_device {designator} " in step.guard
    if name == "old-leg-came-back":
        assert step.stakes[0].startswith("ata-ST8000_2: btrfs 'tank' (7a4b0001...), 315 MB")


def test_what_changes_nothing_on_a_disk_needs_no_name() -> None:
    assert not any(step.names for name in ("mixed", "label-and-quota-differ") for step in steps(name))


def test_making_names_each_disk_that_holds_something_and_says_how() -> None:
    want = wanted("absent")
    laden = "size\t314572800\nsignature\text4\t0x438\t5e55a1b2-0000-4000-8000-000000000001\tsessions\nedges\t1\t2"
    blank = "size\t314572800\nedges\tzero"
    want = dataclasses.replace(want, quota="yes", metadata="raid1c3", found=f"bay1\0{blank}\0\0bay2\0{laden}")
    (step,) = want.create()
    assert step.names == (ADDRESS, f"{ADDRESS}#bay2")
    assert step.risk is Risk.DESTROYS
    assert f"mkfs.btrfs -q -f -U {want.uuid} -d raid1 -m raid1c3 -L tank -R quota $devices" in step.script
    assert step.script == create(want.uuid, ["-d", "raid1", "-m", "raid1c3", "-L", "tank", "-R", "quota"],
                                 ["id:ata-ST8000_1", "id:ata-ST8000_2"])  # fmt: skip


@pytest.mark.parametrize(
    ("bay1", "bay2", "hinders"),
    [
        ("in use: mounted /srv/tank; btrfs UUID mounted", "not there", False),
        ("in use: mounted /srv/tank; btrfs UUID mounted", "asleep: not read", True),
        ("size\t1\nsignature\tbtrfs\t0x10040\tUUID\ttank\nedges\t1\t2", "not there", False),
        ("size\t1\nedges\tzero", "not there", True),
        ("size\t1\nedges\tzero", "in use: mounted /srv/x", True),
        ("size\t1\nedges\tzero", "in use: btrfs 7a4b0001-0000-4000-8000-00000000ffff mounted", True),
    ],
)
def test_what_hinders(bay1: str, bay2: str, hinders: bool) -> None:
    want = wanted("absent")
    found = f"bay1\0{bay1}\0\0bay2\0{bay2}".replace("UUID", want.uuid)
    assert (dataclasses.replace(want, found=found).hindrance() is not None) is hinders


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("Never started", ""),
        ("Started on 22.Nov 00:55:58, finished on 22.Nov 00:56:00, 0 write errs, 0 uncorr. read errs", ""),
        ("Started on 22.Nov 00:55:58, canceled on 22.Nov 00:56:00 at 5.0%, 0 write errs, 0 uncorr. read errs", ""),
        ("35.0% done, 0 write errs, 0 uncorr. read errs", "replacing 35.0 %"),
    ],
)
def test_what_is_said_of_a_replacement(said: str, means: str) -> None:
    assert btrfs_tools.replacing([said]) == means


@pytest.mark.parametrize(
    ("read", "lines"),
    [
        (btrfs_tools.replacing, [""]),
        (btrfs_tools.replacing, ["ERROR: cannot check"]),
        (btrfs_tools.balancing, ["ERROR: not a btrfs filesystem"]),
        (btrfs_tools.label_and_legs, []),
        (btrfs_tools.label_and_legs, ["Label: none  uuid: 7a4b0001-0000-4000-8000-000000000001", "\tsomething new"]),
        (btrfs_tools.profiles, ["Data, RAID1: total=1, used=0"]),
        (btrfs_tools.counters, []),
        (btrfs_tools.counters, ["[/dev/sda].write_io_errs many"]),
        (btrfs_tools.scrub, [""]),
        (btrfs_tools.scrub, ["UUID:   x", "Scrub started:    yesterday", "Status:   finished"]),
    ],
)
def test_what_is_not_known_is_never_fine(read: object, lines: list[str]) -> None:
    assert callable(read)
    with pytest.raises(Unparsable):
        read(lines)


def test_a_file_system_of_one_chunk_sort_has_both_profiles() -> None:
    assert btrfs_tools.profiles(["System, DUP: total=1, used=1", "Data+Metadata, DUP: total=1, used=1"]) == {
        "System": ["dup"], "Data+Metadata": ["dup"],
    }  # fmt: skip
