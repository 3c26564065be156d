"""A clone: another disk kept equal in place; guarded, braked, and never taken for the source itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_backup.compile.conf import rsync_options
from studio_backup.flavours import CLONE
from tests.shells.job_bench import SHELLS, Bench, Volume
from tests.shells.job_running import Job, build_job
from tests.shells.rsync_flavours import VERSIONS, stand_in

OPTIONS = "-rlptgoDHS --numeric-ids --update --delete-after --no-h --stats --info=progress2"


@pytest.fixture(scope="module")
def disks(bench: Bench) -> tuple[Volume, Volume]:
    return bench.make_volume("production"), bench.make_volume("standby")


@pytest.fixture
def clone(bench: Bench, disks: tuple[Volume, Volume], request: pytest.FixtureRequest) -> Iterator[Job]:
    source, target = disks
    built = build_job(bench, source, target, f"c{abs(hash(request.node.nodeid)) % 10**9}")
    for made in (built.source, built.target):
        made.rmdir()
    built.source, built.target = source.root, target.root
    built.set(source_path=str(source.root), target=str(target.root), mode="clone", options_rsync_3=OPTIONS)
    yield built
    for volume in disks:
        for path in volume.root.iterdir():
            if path.name not in ("lost+found", ".studio-backup-volume"):
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        volume.write_sentinel()


def names(root: Path) -> set[str]:
    ours = {"lost+found", ".studio-backup-volume", ".studio-backup-copy"}
    return {path.name for path in root.iterdir()} - ours


@pytest.mark.parametrize("shell", SHELLS)
def test_it_is_kept_equal_in_place(clone: Job, shell: str) -> None:
    clone.shell = SHELLS[shell]
    clone.fill(10)
    (clone.source / "link").symlink_to("/etc/hostname")
    (clone.source / "twin.wav").hardlink_to(clone.source / "take-001.wav")
    os.chown(clone.source / "take-002.wav", 1234, 4321)
    os.setxattr(clone.source / "take-003.wav", "user.colour", b"red")
    first = clone.run()
    assert (first.code, first["files"], first["created"]) == (0, 12, 12), f"{first.record}{clone.log()}"
    standing = (clone.target / "take-002.wav").stat()
    assert (standing.st_uid, standing.st_gid) == (1234, 4321)
    assert os.getxattr(clone.target / "take-003.wav", "user.colour") == b"red"
    assert (clone.target / "twin.wav").samefile(clone.target / "take-001.wav")
    (clone.source / "take-004.wav").unlink()
    (clone.source / "take-005.wav").write_text("longer than before\n")
    (clone.source / "new take.wav").write_text("n")
    second = clone.run()
    numbers = tuple(second[key] for key in ("created", "deleted", "rewritten", "files"))
    assert (second.code, *numbers) == (0, 1, 1, 1, 12), clone.log()
    assert names(clone.target) == names(clone.source)
    assert (clone.target / "take-005.wav").read_text() == "longer than before\n"


def test_each_volume_keeps_its_own_sentinel(clone: Job, disks: tuple[Volume, Volume]) -> None:
    clone.fill(3)
    assert clone.run().code == 0
    for volume in disks:
        assert (volume.root / ".studio-backup-volume").read_text().split("\t")[1] == volume.name
    (disks[1].root / ".studio-backup-volume").unlink()
    outcome = clone.run()
    assert (outcome.code, outcome["reason"]) == (5, "target-sentinel")


def test_it_writes_into_no_volume_that_holds_something_else(clone: Job) -> None:
    clone.fill(3)
    (clone.target / ".Spotlight-V100").mkdir()
    (clone.target / ".Spotlight-V100" / "index").write_text("a fresh volume of a Mac has that")
    (clone.target / "family.jpg").write_text("x")
    outcome = clone.run()
    assert (outcome.code, outcome["reason"]) == (5, "target-foreign")
    (clone.target / "family.jpg").unlink()
    clone.conf.with_suffix(".exclude").write_text("/.Spotlight-V100/\n/lost+found/\n")
    assert clone.run().code == 0, clone.log()
    assert (clone.target / ".Spotlight-V100" / "index").exists()


def test_the_brake_looks_before_anything_is_written(clone: Job) -> None:
    clone.fill(100)
    assert clone.run().code == 0
    for take in sorted(clone.source.glob("take-*"))[:80]:
        take.unlink()
    refused = clone.run()
    assert (refused.code, refused["reason"], refused["deleted"]) == (5, "brake-deletions", 80)
    assert len(names(clone.target)) == 100
    clone.accept(refused["run"])
    assert clone.run().code == 0
    assert len(names(clone.target)) == 20
    for take in clone.source.glob("take-*"):
        take.unlink()
    assert clone.run()["reason"] == "source-empty"
    assert len(names(clone.target)) == 20


def test_what_is_left_out_is_no_file_of_the_source_and_none_of_the_clone(clone: Job) -> None:
    """A disk that holds nothing but what the Finder leaves there is empty; each volume's own files differ for ever."""
    clone.conf.with_suffix(".exclude").write_text("/.fseventsd/\n.DS_Store\n*.tmp\n/a/*/b\n")
    clone.fill(30)
    assert clone.run().code == 0, clone.log()
    for root, text in ((clone.source, "1"), (clone.target, "22")):
        (root / ".fseventsd").mkdir()
        for name in (".fseventsd/fseventsd-uuid", ".DS_Store", "x.tmp"):
            (root / name).write_text(text)
    os.utime(clone.target / ".DS_Store", (2_000_000_000, 2_000_000_000))
    again = clone.run()
    counts = [again[key] for key in ("files", "created", "deleted", "rewritten")]
    assert (again.code, *counts) == (0, 30, 0, 0, 0), again
    assert (clone.target / ".fseventsd/fseventsd-uuid").read_text() == "22"
    for take in clone.source.glob("take-*"):
        take.unlink()
    assert clone.run()["reason"] == "source-empty"
    assert len(list(clone.target.glob("take-*"))) == 30


def test_what_goes_is_counted_whatever_its_folder_is_called(clone: Job) -> None:
    clone.fill(10)
    old = clone.source / "Old disk" / ".studio-backup-snapshots"
    old.mkdir(parents=True)
    for number in range(80):
        (old / f"{number}.wav").write_text("x")
    assert clone.run().code == 0, clone.log()
    shutil.rmtree(old)
    refused = clone.run()
    assert (refused["reason"], refused["deleted"]) == ("brake-deletions", 80)


def test_rewrites_brake_too(clone: Job) -> None:
    clone.fill(100)
    assert clone.run().code == 0
    for take in clone.source.glob("take-*"):
        take.write_text("encrypted!\n")
    refused = clone.run()
    assert (refused["reason"], refused["rewritten"]) == ("brake-rewrites", 100)
    assert (clone.target / "take-001.wav").read_text() == "take 1\n"


def test_what_is_newer_there_is_left_alone_and_told(clone: Job) -> None:
    clone.fill(3)
    assert clone.run().code == 0
    newer = clone.target / "take-001.wav"
    newer.write_text("worked on in the clone\n")
    os.utime(newer, (2_000_000_000, 2_000_000_000))
    outcome = clone.run()
    assert (outcome.code, outcome["reason"]) == (1, "newer-at-target"), clone.log()
    assert newer.read_text() == "worked on in the clone\n"
    assert clone.run("accept-list", str(outcome["run"])).out == "newer\ttake-001.wav\n"


@pytest.mark.parametrize("name", ["a b", " a", "a -> b", "tab\there", "ü", "-rf", "a\\b"])
def test_names_of_any_sort_are_compared_as_they_are(clone: Job, name: str) -> None:
    for file in (name, "other"):
        (clone.source / file).write_text("x")
    assert clone.run().code == 0, clone.log()
    again = clone.run()
    assert tuple(again[key] for key in ("code", "created", "deleted", "rewritten") if key != "code") == (0, 0, 0)
    (clone.source / name).unlink()
    assert clone.run()["deleted"] == 1
    assert names(clone.target) == {"other"}


def test_a_preview_says_what_would_change_and_writes_nothing(clone: Job) -> None:
    clone.fill(3)
    assert clone.run().code == 0
    (clone.source / "take-000.wav").unlink()
    (clone.source / "new.wav").write_text("x")
    shown = clone.run("preview")
    assert shown.out.splitlines()[:-1] == ["deleted\ttake-000.wav", "created\tnew.wav"]
    assert (clone.target / "take-000.wav").exists()


@pytest.mark.parametrize("flavour", sorted(VERSIONS))
def test_the_rsyncs_of_macos_are_given_what_they_have(clone: Job, flavour: str, tmp_path: Path) -> None:
    clone.fill(100)
    clone.set(**rsync_options(CLONE))
    clone.environment["PATH"] = stand_in(tmp_path / "bin", flavour)
    first = clone.run()
    assert (first.code, first["files"], first["created"]) == (0, 100, 100), f"{first.record}{clone.log()}"
    for take in sorted(clone.source.glob("take-*"))[:80]:
        take.unlink()
    assert clone.run()["reason"] == "brake-deletions", "it counts without rsync"
    assert len(names(clone.target)) == 100


def test_a_rsync_that_nobody_knows_is_not_run(clone: Job, tmp_path: Path) -> None:
    clone.fill(3)
    (tmp_path / "rsync").write_text("#!/bin/sh\necho 'rsync  version 2.6.3  protocol version 28'\n")
    (tmp_path / "rsync").chmod(0o755)
    clone.environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    outcome = clone.run()
    assert (outcome.code, outcome["reason"]) == (1, "rsync-missing"), outcome.record
    assert names(clone.target) == set()


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_volume_that_goes_while_the_listings_are_made_costs_nothing(
    clone: Job, disks: tuple[Volume, Volume], side: str, tmp_path: Path
) -> None:
    clone.fill(10)
    assert clone.run().code == 0
    source, target = disks
    gone = (source if side == "source" else target).root
    # What compares the listings runs after both: from then on the folder is bare.
    hook = f"""#!/bin/sh
case "$*" in */clone.awk*) find {gone} -mindepth 1 -maxdepth 1 ! -name lost+found -exec rm -rf {{}} + ;; esac
exec /usr/bin/awk "$@"
"""
    (tmp_path / "awk").write_text(hook)
    (tmp_path / "awk").chmod(0o755)
    clone.environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    outcome = clone.run()
    assert (outcome.code, outcome["reason"]) == (5, f"{side}-sentinel"), f"{outcome.record}{clone.log()}"
    assert len(names(target.root)) == (10 if side == "source" else 0)
