"""Arrays beyond their golden cases: which steps a difference leads to, whose names they ask for, words and numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio_backup.diff import Present, compare
from studio_backup.manifest import Entry
from studio_backup.resource import Unparsable
from studio_backup.resources.device import joined
from studio_backup.resources.md_array import MdArray
from studio_backup.resources.md_listing import Leg, Running, uuid_of
from studio_backup.resources.md_scrub import program, service, timer
from studio_backup.resources.md_state import action_of, needed, spares_of, state_of
from studio_backup.resources.md_steps import conf_line
from studio_backup.step import Risk, Step
from studio_backup.steps import steps_of
from tests.resources.cases import FOLDER, Case

ADDRESS = "nas/linux/md-array/tank"


def case(name: str) -> Case:
    return Case(FOLDER / "md-array" / name)


def wanted(name: str) -> MdArray:
    want = case(name).want()
    assert isinstance(want, MdArray)
    return want


def steps(name: str, want: MdArray | None = None) -> tuple[Step, ...]:
    seen, change = case(name).seen(), case(name).change()
    assert isinstance(seen, Present)
    assert isinstance(seen.value, MdArray)
    return (want or wanted(name)).update(seen.value, frozenset(field.name for field in change.fields))


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("taken-out", ["put bay2 into tank"]),
        ("replaced-by-another", ["put bay2 into tank"]),
        ("another-disk-in-a-bay", ["put bay2 into tank in place of scsi-35000c50000000a02"]),
        ("one-more-in-the-spec", ["put bay4 into tank", "widen tank to 4 disks"]),
        ("spare-unwanted", ["widen tank to 3 disks"]),
        ("spare-took-over", []),
        ("spare-pulled", []),
        ("inactive", ["start the array tank"]),
        ("not-started", ["start the array tank"]),
        ("not-started-one-lacks", ["start the array tank", "put bay2 into tank"]),
        ("half-made", ["make raid5 of bay1, bay2, bay3"]),
        ("adopted-bitmap-differs", ["set the bitmap of tank to internal"]),
        ("shrunk-in-the-spec", []),
        ("spare-of-no-member", []),
        ("superblock-of-another", []),
        ("not-started-too-few", []),
        ("member-not-there", []),
        ("failed-raid6", []),
    ],
)
def test_what_a_difference_leads_to(name: str, titles: list[str]) -> None:
    assert [step.title for step in steps(name)] == titles


@pytest.mark.parametrize(
    "name", ["taken-out", "another-disk-in-a-bay", "one-more-in-the-spec", "not-started-one-lacks"]
)
def test_a_disk_goes_in_only_by_its_name_and_as_it_was_seen(name: str) -> None:
    destroying = [step for step in steps(name) if step.risk is Risk.DESTROYS]
    assert len(destroying) == 1
    bay = "bay4" if name == "one-more-in-the-spec" else "bay2"
    assert destroying[0].names == (f"{ADDRESS}#{bay}",)
    assert f"expect_device {wanted(name).devices[bay]} " in destroying[0].guard
    assert not any(step.names for step in steps(name) if step.risk is not Risk.DESTROYS)


def test_the_disk_that_goes_is_the_one_that_the_plan_prints_and_is_looked_for_twice() -> None:
    (step,) = steps("another-disk-in-a-bay")
    assert step.title == "put bay2 into tank in place of scsi-35000c50000000a02"
    for text in (step.guard, step.script):
        assert "\nleg_outside scsi-35000c50000000a02 || exit 1\n" in text
    for name in ("taken-out", "replaced-by-another"):
        assert "\nleg_outside " not in steps(name)[0].script


def test_a_disk_that_was_in_this_array_is_not_wiped_and_any_other_is() -> None:
    want = wanted("taken-out")
    signature = "signature\tlinux_raid_member\t0x1000\ta0000000-0000-0000-0000-000000000001\tnas:tank"
    mine = f"size\t209715200\n{signature}\nedges\t1\t2"
    other = mine.replace("a0000000", "b0000000")
    for content, wiped in ((mine, False), (other, True)):
        (step,) = steps("taken-out", replace(want, found=f"bay1\0in use: held by md127\0\0bay2\0{content}"))
        assert ("wipefs -a -q" in step.script) is wiped
        assert step.stakes[0].startswith("bay2: linux_raid_member 'nas:tank'")


def test_making_names_each_disk_that_holds_something() -> None:
    want = wanted("absent")
    laden = "size\t209715200\nsignature\text4\t0x438\t5e55a1b2-0000-4000-8000-000000000001\tsessions\nedges\t1\t2"
    blank = "size\t209715200\nedges\tzero"
    (step,) = replace(want, found=f"bay1\0{blank}\0\0bay2\0{laden}").create()
    assert step.names == (ADDRESS, f"{ADDRESS}#bay2")
    assert step.risk is Risk.DESTROYS
    for word in ("--metadata=1.2", f"--uuid={want.chosen}", "--level=raid1", "--raid-devices=2", "--bitmap=internal"):
        assert word in step.script


def test_how_it_is_made_is_as_the_spec_says() -> None:
    want = replace(wanted("absent"), level="raid5", members=("bay1", "bay2"), spares=1, chunk="64K", metadata="1.0")
    script = replace(want, bitmap="none", uuid="c0000000:00000000:00000000:00000001").create()[0].script
    words = (
        "--metadata=1.0",
        "--uuid=c0000000:",
        "--raid-devices=1",
        "--spare-devices=1",
        "--chunk=64K",
        "--bitmap=none",
    )
    assert [word for word in words if word not in script] == []
    assert "--bitmap" not in replace(want, level="raid0").create()[0].script


def test_a_mirror_has_no_chunks_whatever_the_spec_says() -> None:
    want = replace(wanted("absent"), chunk="512K")
    assert "--chunk" not in want.create()[0].script
    seen = replace(wanted("raid1"), chunk="512K").parse(case("raid1").reply())
    assert seen is not None
    assert seen.chunk == "512K"


def test_a_disk_in_use_or_asleep_hinders_and_one_in_an_array_does_not() -> None:
    want = wanted("absent")
    for content, hinders in (
        ("in use: mounted /srv/x", True),
        ("asleep: not read", True),
        ("in use: held by md127", False),
        ("size\t1\nedges\tzero", False),
    ):
        found = replace(want, found=f"bay1\0size\t1\nedges\tzero\0\0bay2\0{content}").hindrance()
        assert (found is not None) is hinders


def test_a_missing_disk_hinders_what_is_to_be_made_and_no_change_of_what_runs() -> None:
    blank, held, gone = "size\t1\nedges\tzero", "in use: held by md127", "not there"
    member = "size\t1\nsignature\tlinux_raid_member\t0x1000\ta-b\tnas:tank\nedges\t1\t2"
    for other, hinders in ((blank, True), (gone, True), (held, False), (member, False)):
        found = replace(wanted("absent"), found=f"bay1\0{other}\0\0bay2\0{gone}").hindrance()
        assert (found is not None) is hinders, other
    want = replace(wanted("absent"), found=f"bay1\0{blank}\0\0bay2\0{gone}")
    assert want.hindrance() == (
        "bay2 is not there", "plug it in, or name another disk in the spec; then plan again",
    )  # fmt: skip


def sized(**sizes: int) -> str:
    return "\0\0".join(f"{member}\0size\t{size}\nedges\tzero" for member, size in sizes.items())


def test_a_member_smaller_than_the_others_is_a_conflict_unless_it_is_meant_so() -> None:
    want = replace(wanted("absent"), found=sized(bay1=4 * 10**12, bay2=400 * 10**6))
    change = compare(want, case("absent").seen(), None, "", {})
    assert (change.verb, change.reason, change.fix) == (
        "conflict",
        "bay2 has 400 MB, and bay1 4.0 TB: no disk would hold more",
        "take disks of one size, or write uneven: yes beside the array in the play",
    )
    assert compare(replace(want, uneven=True), case("absent").seen(), None, "", {}).verb == "create"
    for small, verb in ((990, "create"), (989, "conflict")):
        found = replace(want, found=sized(bay1=1000, bay2=small))
        assert compare(found, case("absent").seen(), None, "", {}).verb == verb


def test_a_disk_too_small_for_the_array_that_runs_is_not_put_in() -> None:
    want, reply = wanted("taken-out-and-blank"), case("taken-out-and-blank").reply()
    assert [step.title for step in steps("taken-out-and-blank")] == ["put bay2 into tank"]
    told = reply.out.replace("attribute\tmismatch_cnt", "attribute\tcomponent_size\t408576\nattribute\tmismatch_cnt")
    told = told.replace(
        "disk\tid:wwn-0x5000c50000000a02\tsdb\n", "disk\tid:wwn-0x5000c50000000a02\tsdb\nsize\t204800\n"
    )
    assert told.count("component_size") == told.count("\nsize\t") == 1
    seen = want.parse(replace(reply, out=told))
    assert seen is not None
    assert seen.faults == "bay2 is too small: 105 MB of 418 MB"
    change = compare(want, Present(seen), None, "", {})
    assert (change.verb, want.update(seen, frozenset({"members"}))) == ("conflict", ())


def test_a_bitmap_is_changed_while_a_disk_lacks() -> None:
    seen = case("pulled").seen()
    want = replace(wanted("pulled"), bitmap="none", found="bay1\0in use: held by md127\0\0bay2\0not there")
    change = compare(want, seen, Entry("northlight", want.address, "studio.yml", "0"), "", {})
    assert (change.verb, {field.name for field in change.fields}) == ("update", {"bitmap", "state", "faults"})
    assert [step.title for step in steps_of(change)] == ["set the bitmap of tank to none"]


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("absent", "disk\tid:wwn-0x5000c50000000a02\tsdb", "mdadm: cannot open /dev/sdb: Input/output error"),
        ("absent-beside-another", "array\tmd127", "mdadm: cannot open /dev/md127: No such device"),
    ],
)
def test_what_could_not_be_read_is_not_absent(name: str, line: str, said: str) -> None:
    reply = case(name).reply()
    assert wanted(name).parse(reply) is None
    assert f"{line}\n" in reply.out
    cut = replace(reply, out=reply.out.replace(f"{line}\n", f"{line}\nunread\t{said}\n"))
    with pytest.raises(Unparsable, match=said):
        wanted(name).parse(cut)


@pytest.mark.parametrize(("name", "keep"), [("raid1", "MD_LEVEL"), ("not-started", "MD_LEVEL"), ("pulled", "MD_LEVEL")])
def test_half_an_answer_of_mdadm_is_none(name: str, keep: str) -> None:
    reply = case(name).reply()
    lines = [line for line in reply.out.split("\n") if not line.startswith("MD_") or line.startswith(keep)]
    assert len(lines) < len(reply.out.split("\n"))
    with pytest.raises(Unparsable, match="half an answer of mdadm"):
        wanted(name).parse(replace(reply, out="\n".join(lines)))


def test_it_waits_for_what_is_on_its_disks() -> None:
    want = replace(wanted("absent"), found=joined({"bay1": "nas/linux/disk/bay1", "bay2": "nas/linux/disk/bay2"}))
    assert want.awaits() == {"nas/linux/disk/bay1", "nas/linux/disk/bay2"}


def test_what_was_not_seen_passes_no_guard() -> None:
    (step,) = replace(wanted("absent"), found="").create()
    assert step.names == (ADDRESS, f"{ADDRESS}#bay1", f"{ADDRESS}#bay2")
    assert step.guard.endswith("'' || exit 1")


def busy(action: str, completed: str) -> Running:
    return Running("md127", {"sync_action": action, "sync_completed": completed})


@pytest.mark.parametrize(
    ("array", "mdstat", "told"),
    [
        (busy("idle", "none"), "", "idle"),
        (busy("recover", "430 / 1000"), "      [==>] recovery = 43.0% finish=3.3min", "recovering 43 %, done in 3 min"),
        (busy("check", "0 / 817152"), "      [>] check =  0.0% finish=840.0min", "checking 0 %, done in 14 h"),
        (busy("reshape", "1 / 3"), "      reshape = 33.3% finish=0.3min", "reshaping 33 %, done in a minute"),
        (busy("resync", "none"), "      \tresync=DELAYED", "resyncing, not begun yet"),
        (busy("frozen", "none"), "", "frozen"),
    ],
)  # fmt: skip
def test_what_it_is_busy_with(array: Running, mdstat: str, told: str) -> None:
    others = "md126 : active raid1 sdd[0]\n      resync=PENDING\n"
    assert action_of(array, f"{others}md127 : active raid1 sdb[1] sda[0]\n{mdstat}\n\nunused devices: <none>") == told


def test_each_level_lacks_so_many_disks_and_no_more() -> None:
    found = {level: needed(level, 4) for level in ("linear", "raid0", "raid1", "raid4", "raid5", "raid6", "raid10")}
    assert found == {"linear": 4, "raid0": 4, "raid1": 1, "raid4": 3, "raid5": 3, "raid6": 2, "raid10": 2}


def test_only_a_mirror_may_have_more_slots_than_disks() -> None:
    attributes = {"array_state": "clean", "degraded": "14"}
    found = [
        state_of(Running("md9", {**attributes, "level": level}, test=[1]), whole)
        for level, whole in (("raid1", True), ("raid1", False), ("raid5", True))
    ]
    assert found == ["clean", "degraded", "degraded"]


def test_a_state_that_nobody_knows_is_no_good_one() -> None:
    assert state_of(Running("md9", {"array_state": "broken"}), True) == "failed"
    assert state_of(Running("md9", {}), True) == "failed"
    assert state_of(Running("md9", {"array_state": "clean", "degraded": "0"}, test=[2]), True) == "failed"


def test_a_new_disk_in_a_failed_ones_place_is_the_spare_from_then_on() -> None:
    want = wanted("spare-took-over")
    want = replace(
        want, devices={**want.devices, "bay2": "id:wwn-0x5000c50000000b01"}, found="bay2\0size\t1\nedges\tzero"
    )
    reply = case("spare-took-over").reply()
    told = reply.out.replace("complete\n", "disk\tid:wwn-0x5000c50000000b01\tsdz\ncomplete\n")
    seen = want.parse(replace(reply, out=told))
    assert seen is not None
    assert (seen.members, seen.spares) == (("bay1", "bay3"), 1)
    (step,) = want.update(seen, frozenset({"members"}))
    assert (step.title, step.names) == ("put bay2 into tank", (f"{ADDRESS}#bay2",))


def test_without_a_broken_member_too_few_spares_are_a_difference() -> None:
    want = replace(wanted("raid1"), spares=1)
    seen = want.parse(case("raid1").reply())
    assert seen is not None
    assert seen.spares == 0
    idle = replace(wanted("inactive"), spares=1).parse(case("inactive").reply())
    assert idle is not None
    assert idle.spares == 1


def test_a_disk_that_is_being_filled_is_no_spare() -> None:
    states = [({"spare"}, -1), ({"spare"}, 1), ({"spare", "replacement"}, 1), ({"in_sync"}, 0), ({"faulty"}, -1)]
    assert spares_of([Leg("sda", "sda", frozenset(words), slot, 0) for words, slot in states]) == 1


def test_a_uuid_is_one_however_it_is_spelt() -> None:
    assert uuid_of("A0000000-0000-0000-0000-000000000001") == "a0000000:00000000:00000000:00000001"
    assert uuid_of("00000000-0000-0000-0000-000000000000") == ""
    assert uuid_of("a0000000") == ""


def test_the_files_beside_it() -> None:
    uuid = "a0000000:00000000:00000000:00000001"
    assert conf_line("tank", uuid) == f"ARRAY /dev/md/tank UUID={uuid}"
    assert "OnCalendar=Wed *-*-1..7 01:00:00\n" in timer("tank", "monthly")
    assert "ExecStart=/etc/studio-backup/x\n" in service("tank", "/etc/studio-backup/x")
    assert "for designator in id:ata-1 'serial:a b'; do" in program(["id:ata-1", "serial:a b"])
