"""Pools beyond their golden cases: which steps a difference leads to, whose names they ask for, texts and labels."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from studio_backup.diff import Present
from studio_backup.resource import Unparsable
from studio_backup.resources.zfs_label import label, pool_of
from studio_backup.resources.zfs_pool import ZfsPool
from studio_backup.resources.zfs_scrub import program
from studio_backup.resources.zfs_sizes import size_of, size_text
from studio_backup.resources.zfs_status import Scan, from_json
from studio_backup.resources.zfs_steps import bring_in, is_pool
from studio_backup.resources.zfs_text import from_text
from studio_backup.step import Risk, Step
from tests.resources.cases import FOLDER, Case
from tests.sandbox import SHELLS

ADDRESS = "nas/linux/zfs-pool/tank"
BLANK = "size\t419430400\nedges\tzero"
LADEN = "size\t419430400\nsignature\text4\t0x438\t5e55a1b2-0000-4000-8000-000000000001\tsessions\nedges\t1\t2"


def case(name: str) -> Case:
    return Case(FOLDER / "zfs-pool" / name)


def wanted(name: str) -> ZfsPool:
    want = case(name).want()
    assert isinstance(want, ZfsPool)
    return want


def steps(name: str, want: ZfsPool | None = None) -> tuple[Step, ...]:
    seen, change = case(name).seen(), case(name).change()
    assert isinstance(seen, Present)
    assert isinstance(seen.value, ZfsPool)
    return (want or wanted(name)).update(seen.value, frozenset(field.name for field in change.fields))


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("replaced-by-another", ["put bay2 into tank in place of wwn-0x5000c50000000a02"]),
        ("text-replaced-by-another", ["put bay2 into tank in place of wwn-0x5000c50000000a02"]),
        ("another-disk-in-a-bay", ["put bay2 into tank in place of scsi-35000c50000000a02"]),
        ("wiped-behind-its-back", ["put bay2 into tank in place of wwn-0x5000c50000000a02"]),
        ("one-more-in-the-spec", ["put bay3 into tank"]),
        ("returned", ["put bay2 back to use in tank"]),
        ("raidz1-one-more-in-the-spec", ["put bay4 into tank"]),
        ("shrunk-in-the-spec", []),
        ("mirrors-side-by-side", []),
        ("another-pool-of-its-name", []),
        ("exported", ["import the pool tank"]),
        ("exported-and-a-disk-is-missing", ["import the pool tank"]),
        ("exported-with-half-its-disks", []),
        ("stale-leg-beside-a-blank-disk", []),
    ],
)
def test_what_a_difference_leads_to(name: str, titles: list[str]) -> None:
    assert [step.title for step in steps(name)] == titles


@pytest.mark.parametrize(
    ("name", "bay", "command"),
    [
        ("replaced-by-another", "bay2", "zpool replace tank "),
        ("another-disk-in-a-bay", "bay2", "zpool replace tank "),
        ("one-more-in-the-spec", "bay3", "zpool attach tank "),
        ("raidz1-one-more-in-the-spec", "bay4", "zpool attach tank raidz1-0 "),
    ],
)
def test_a_disk_goes_in_only_by_its_name_and_as_it_was_seen(name: str, bay: str, command: str) -> None:
    (step,) = steps(name, replace(wanted(name), found=f"{bay}\0{LADEN}"))
    assert step.risk is Risk.DESTROYS
    assert step.names == (f"{ADDRESS}#{bay}",)
    assert step.stakes[0].startswith(f"{bay}: ext4 'sessions'")
    assert f"expect_device {wanted(name).devices[bay]} " in step.guard
    assert "is_pool tank " in step.guard
    assert command in step.script


def test_making_names_each_disk_that_holds_something() -> None:
    (step,) = replace(wanted("absent"), found=f"bay1\0{BLANK}\0\0bay2\0{LADEN}").create()
    assert step.names == (ADDRESS, f"{ADDRESS}#bay2")
    assert step.risk is Risk.DESTROYS
    assert 'zpool create -o ashift=12 -O mountpoint=none tank mirror "$@"' in step.script
    (step,) = replace(wanted("absent"), level="stripe", ashift="13", found=f"bay1\0{BLANK}\0\0bay2\0{BLANK}").create()
    assert step.names == (ADDRESS,)
    assert 'zpool create -o ashift=13 -O mountpoint=none tank  "$@"' in step.script


def test_what_a_pool_holds_hinders_nothing_and_any_other_use_does() -> None:
    want = wanted("absent")
    held = "bay1\0in use: zfs pool tank\0\0bay2\0in use: zfs pool tank"
    assert replace(want, found=held).hindrance() is None
    other = held.replace("zfs pool tank", "mounted /srv", 1)
    assert replace(want, found=other).hindrance() is not None
    gone = held.replace("in use: zfs pool tank", "not there", 1)
    assert replace(want, found=gone).hindrance() is None
    assert replace(want, found=gone.replace("in use: zfs pool tank", BLANK)).hindrance() is not None
    both = held.replace("zfs pool tank", "zfs pool tank; swap", 1)
    assert replace(want, found=both).hindrance() is not None


@pytest.mark.parametrize(
    "name", ["absent", "returned", "replaced-by-another", "one-more-in-the-spec", "exported", "wiped-behind-its-back"]
)
def test_what_is_run_is_plain_sh(name: str) -> None:
    found = f"bay1\0{BLANK}\0\0bay2\0{BLANK}\0\0bay3\0{BLANK}"
    want = replace(wanted(name), found=found)
    for step in want.create() if name == "absent" else steps(name, want):
        for text in (step.script, step.guard):
            argv = ["shellcheck", "-s", "sh", "-S", "warning", "-e", "SC2034,SC2154", "-"]
            done = subprocess.run(argv, input=f"( set -eu\n{text}\n)\n", capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout


def test_nothing_is_done_to_a_pool_that_has_taken_the_place_of_the_one_that_was_read(tmp_path: Path) -> None:
    tool = tmp_path / "zpool"
    for answer, code in (("echo 42", 0), ("echo 43", 1), ("echo 'no such pool' >&2; exit 1", 1)):
        tool.write_text(f"#!/bin/sh\n{answer}\n")
        tool.chmod(0o755)
        script = f"PATH={tmp_path}:$PATH\n( set -eu\n{is_pool('tank', '42')}\n)\nexit $?\n"
        done = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=False)
        assert done.returncode == code, answer


def test_a_disk_that_sleeps_is_not_asked_and_leaves_nothing_proven() -> None:
    """Neither that there is no pool, nor that a disk of the one there is carries no label."""
    for name in ("absent", "exported", "pulled"):
        reply, want = case(name).reply(), wanted(name)
        disk = re.search(r"^disk\t\S+\t(\S+)\n", reply.out, re.MULTILINE)
        assert disk is not None
        with pytest.raises(Unparsable, match="since it sleeps: bay1"):
            want.parse(replace(reply, out=reply.out.replace(disk[0], f"{disk[0]}dark\t{disk[1]}\n")))


def test_imported_again_it_is_mounted_over_nothing(tmp_path: Path) -> None:
    """Each dataset at its path, those above first; nothing over files, and nothing below what is not mounted."""
    full = tmp_path / "full"
    full.mkdir()
    (full / "take.wav").write_text("x")
    listed = [f"on\tno\ttank/{name}\t{path}" for name, path in (
        ("bare", tmp_path / "bare"), ("bare/a b", tmp_path / "bare/a b"),
        ("full", full), ("full/below", full / "below"), ("full/below/deep", "/srv/deep"),
        ("none", "none"))]  # fmt: skip
    listed += [f"noauto\tno\ttank/off\t{tmp_path / 'off'}", "on\tyes\ttank/there\t/srv/there"]
    (tmp_path / "list").write_text("\n".join(listed) + "\n")
    zpool = f'[ "$1" = list ] && echo 42; [ "$1" = list ] || echo "$@" >>{tmp_path}/said'
    zfs = f'case $1 in list) cat {tmp_path}/list ;; *) echo "$@" >>{tmp_path}/said ;; esac'
    for tool, body in (("zpool", zpool), ("zfs", zfs)):
        (tmp_path / tool).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / tool).chmod(0o755)
    script = f"PATH={tmp_path}:$PATH\n( set -eu\n{bring_in('tank', '42', [])}\n)\nexit $?\n"
    for shell in SHELLS.values():
        (tmp_path / "said").unlink(missing_ok=True)
        done = subprocess.run(shell, input=script, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "said").read_text().splitlines() == [
            "import -N 42", "mount tank/bare", "mount tank/bare/a b"]  # fmt: skip
        assert f"{full} is not an empty folder" in done.stdout


def test_json_of_another_kind_is_not_read() -> None:
    known = case("ok").reply().out.partition("json\t")[2].partition("\n")[0]
    assert list(from_json(known)) == ["tank"]
    for spoilt in (known.replace('"vers_major":0', '"vers_major":1'), known[:-2], "{}", "[]", "null", '{"pools":{}}'):
        with pytest.raises(Unparsable):
            from_json(spoilt)


def test_a_text_that_is_not_known_is_not_read() -> None:
    lines = [
        line.removeprefix("text\t") for line in case("text-ok").reply().out.splitlines() if line.startswith("text\t")
    ]
    assert list(from_text(lines, 0, "2026-11-26 16:00:00")) == ["tank"]
    assert from_text(["no pools available"], 0, "2026-11-26 16:00:00") == {}
    for at in range(1, len(lines)):
        with pytest.raises(Unparsable):
            from_text(lines[:at], 0, "2026-11-26 16:00:00")
    with pytest.raises(Unparsable):
        from_text([*lines[:-2], "\tquotas", *lines[-2:]], 0, "2026-11-26 16:00:00")


@pytest.mark.parametrize(
    ("text", "scan"),
    [
        ("scrub repaired 0B in 00:00:01 with 0 errors on Thu Nov 26 15:00:00 2026", Scan("scrub", "finished", 6400)),
        ("scrub completed after 0h0m with 0 errors on Thu Nov 26 15:00:00 2026", Scan("scrub", "finished", 6400)),
        ("resilvered 31.2M in 00:00:01 with 0 errors on Thu Nov 26 15:00:00 2026", Scan("resilver", "finished", 6400)),
        ("resilver completed after 0h0m with 0 errors on Thu Nov 26 15:00:00 2026", Scan("resilver", "finished", 6400)),
        ("scrub canceled on Thu Nov 26 15:00:00 2026", Scan("scrub", "canceled", 6400)),
        ("scrub in progress since Thu Nov 26 15:00:00 2026\n\t1G scanned\n\t0B repaired, 12.50% done, 00:01:00 to go",
         Scan("scrub", "scanning", percent=12)),
        ("resilver in progress for 0h0m, 1.02% done, 0h1m to go", Scan("resilver", "scanning", percent=1)),
        ("scrub paused since Thu Nov 26 15:00:00 2026\n\tscrub started on Thu Nov 26 14:00:00 2026\n\t0B repaired, "
         "7.00% done", Scan("scrub", "scanning", percent=7)),
        ("none requested", Scan()),
    ],
)  # fmt: skip
def test_scans_in_words(text: str, scan: Scan) -> None:
    lines = case("text-ok").reply().out.splitlines()
    told = "\n".join(line.removeprefix("text\t") for line in lines if line.startswith("text\t"))
    told = told.replace("\nconfig:", f"\n  scan: {text}\nconfig:")
    (pool,) = from_text(told.splitlines(), 10_000, "2026-11-26 16:00:00").values()
    assert pool.scan == scan


def test_a_label_tells_the_pool_and_rubbish_tells_none() -> None:
    text = case("exported").reply().out.partition("label\tsda1\n")[2].partition("disk\t")[0]
    found = label("sda1", [line.removeprefix("\t") for line in text.splitlines()])
    assert found is not None
    assert (found.pool, found.state, found.hostname, found.ashift) == ("tank", "1", "raid", "12")
    pool = pool_of([found])
    assert (pool.level, [leaf.state for leaf in pool.leaves]) == ("mirror", ["ONLINE", "UNAVAIL"])
    assert found.alive
    for dead in (text.replace("    txg: ", "    txg: 0\n    was: "), text.replace("    state: 1", "    state: 2")):
        other = label("sda1", [line.removeprefix("\t") for line in dead.splitlines()])
        assert other is not None
        assert not other.alive
    assert label("sda1", ["failed to unpack label 0", "failed to unpack label 1"]) is None


def test_a_scrub_is_begun_by_plain_sh() -> None:
    text = program("tank")
    done = subprocess.run(["sh", "-n"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, "pool=tank" in text) == (0, True)


def test_sizes_have_one_spelling() -> None:
    assert [size_of(text) for text in ("none", "128K", "1M", "2T", "1.5T", "1MB", "5")] == [
        0, 131072, 1048576, 2 * 1024**4, None, None, None,
    ]  # fmt: skip
    assert [size_text(count) for count in (0, 512, 131072, 1048576, 2048 * 1024**3)] == [
        "none",
        "512",
        "128K",
        "1M",
        "2T",
    ]


def test_a_disk_alone_that_is_being_replaced_is_no_group() -> None:
    text = """  pool: tank
 state: ONLINE
config:

|NAME             STATE     READ WRITE CKSUM
|tank             ONLINE       0     0     0
|  replacing-0    ONLINE       0     0     0
|    /dev/sda1    ONLINE       0     0     0
|    /dev/sdb1    ONLINE       0     0     0  (resilvering)
|  /dev/sdc1      ONLINE       0     0     0

errors: No known data errors"""
    (pool,) = from_text(text.replace("|", "\t").splitlines(), 0, "2026-11-26 16:00:00").values()
    assert (pool.level, pool.groups) == ("stripe", ("",))
    assert [leaf.leaving for leaf in pool.leaves] == [True, False, False]
