"""Restoring through real tar streams: every name and link arrives with its hash, and no cut passes for an end."""

from __future__ import annotations

import hashlib
import io
import os
import shlex
import tarfile
from pathlib import Path

import pytest

from studio_backup.restore.hashes import parse_hashes
from studio_backup.restore.posix import Unpacking, land, verify
from studio_backup.restore.stream import MUNGED, Moved, pump, send
from studio_backup.transport import Local, Remote

NAMES = (
    "plain.wav", "it's a \"take\" $HOME `id` \\n.wav", "two\nlines.wav", "back\\slash", "a\\\nb", "-rf", "*", " blank ",
    "Größe", "Gro\u0308ße", "日本.wav", "n" * 150 + "/" + "m" * 200, "tab\there", "end\r",
    "\udcff\udcfe no text", "complete",
)  # fmt: skip
OWNER = (os.getuid(), os.getgid())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "a point"
    for number, name in enumerate(NAMES):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"content {number}\n".encode() * (number * 997))
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "landed here"


def carry(source: Remote, target: Path) -> Moved:
    """Move a stream into a folder by the product's own scripts."""
    landing = Local().open(land(str(target)))
    assert landing.read(4096).startswith(b"ready\t")
    try:
        moved = pump(source, Unpacking(landing, "here", OWNER), lambda _, __: None)
        assert landing.read(4096) == b"unpacked\n", landing.errors()
        return moved
    finally:
        landing.close()


def whole(source: Path, target: Path, path: str = "") -> Moved:
    reading = Local().open(send(str(source), path))
    moved = carry(reading, target)
    assert reading.errors() == ""
    return moved


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def test_every_name_and_byte_arrives_and_its_hash_is_known(source: Path, target: Path) -> None:
    moved = whole(source, target)
    assert hashes(target) == hashes(source) == moved.hashes
    assert moved.files == len(NAMES)
    assert moved.bytes == sum(path.stat().st_size for path in source.rglob("*") if path.is_file())


def test_of_a_snapshot_of_a_whole_volume_only_the_data_comes(source: Path, target: Path) -> None:
    """Nobody could take its sentinel and the shell of its snapshots out of it; what has such a name deeper is data."""
    before = hashes(source)
    (source / ".studio-backup-volume").write_text("northlight")
    (source / ".studio-backup-snapshots/films").mkdir(parents=True)
    (source / ".studio-backup-snapshots/films/.studio-backup-copy").write_text("northlight")
    (source / "deep").mkdir()
    (source / "deep/.studio-backup-volume").write_text("x")
    reading = Local().open(send(str(source), "", snapshot=True))
    carry(reading, target)
    assert reading.errors() == ""
    assert hashes(target) == before | {"deep/.studio-backup-volume": hashlib.sha256(b"x").hexdigest()}


def test_the_hashes_read_where_it_landed_are_the_same(source: Path, target: Path) -> None:
    moved = whole(source, target)
    answer = Local().run(verify(str(target)), 60)
    assert answer.whole
    assert parse_hashes(answer.reply.out) == moved.hashes


def test_a_listing_of_hashes_that_was_cut_is_none(source: Path) -> None:
    out = Local().run(verify(str(source)), 60).reply.out
    assert parse_hashes(out) is not None
    for end in range(0, len(out), 7):
        assert parse_hashes(out[:end]) is None
    assert parse_hashes("") is None
    assert parse_hashes("complete\n") == {}


def test_a_changed_byte_changes_its_hash(source: Path, target: Path) -> None:
    moved = whole(source, target)
    (target / "-rf").write_bytes(b"other")
    found = parse_hashes(Local().run(verify(str(target)), 60).reply.out)
    assert found is not None
    assert {name for name in found if found[name] != moved.hashes[name]} == {"-rf"}


@pytest.mark.parametrize("path", ["two\nlines.wav", "n" * 150, "-rf", 'it\'s a "take" $HOME `id` \\n.wav'])
def test_one_path_alone(source: Path, target: Path, path: str) -> None:
    whole(source, target, path)
    assert [entry.name for entry in target.iterdir()] == [path]


def test_links_are_whole_again_and_hard_links_are_one_file(source: Path, target: Path) -> None:
    os.link(source / "plain.wav", source / "same.wav")
    (source / "munged").symlink_to(f"{MUNGED}../elsewhere")
    (source / "plain link").symlink_to("plain.wav")
    (source / "empty folder").mkdir()
    moved = whole(source, target)
    assert (target / "munged").readlink() == Path("../elsewhere")
    assert (target / "plain link").readlink() == Path("plain.wav")
    assert (target / "plain.wav").stat().st_ino == (target / "same.wav").stat().st_ino
    assert moved.hashes["same.wav"] == moved.hashes["plain.wav"]
    assert (target / "empty folder").is_dir()


def test_modes_and_times_come_back_and_no_set_uid_bit_does(source: Path, target: Path) -> None:
    (source / "plain.wav").chmod(0o4751)
    os.utime(source / "plain.wav", (1_000_000_000, 1_000_000_000))
    whole(source, target)
    found = (target / "plain.wav").stat()
    assert (found.st_mode & 0o7777, found.st_mtime) == (0o751, 1_000_000_000)


def test_devices_and_pipes_are_left_behind(source: Path, target: Path) -> None:
    os.mkfifo(source / "pipe")
    whole(source, target)
    assert not (target / "pipe").exists()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("small")
    (folder / "one").write_bytes(b"1" * 600)
    (folder / "zeros").write_bytes(bytes(1024))
    (folder / "two").write_bytes(b"2" * 100)
    return Local().run(f"tar -C {shlex.quote(str(folder))} -cf - .", 60).reply.out.encode()


def carried(data: bytes, tmp_path: Path) -> Moved:
    (tmp_path / "stream").write_bytes(data)
    landing = Local().open("cat >/dev/null")
    source = Local().open(f"exec cat {shlex.quote(str(tmp_path / 'stream'))}\n")
    try:
        return pump(source, Unpacking(landing, "here", OWNER), lambda _, __: None)
    finally:
        source.close()
        landing.close()


def test_a_stream_that_was_cut_anywhere_before_its_end_raises(archive: bytes, tmp_path: Path) -> None:
    end = len(archive.rstrip(b"\0"))
    end += -end % 512  # the last member's last block; what follows are the zeros that end an archive
    assert set(carried(archive, tmp_path).hashes) == {"one", "two", "zeros"}
    cuts = {*range(0, end + 512, 512), *range(100, end, 1291), end + 511}
    for cut in sorted(cuts):
        with pytest.raises((tarfile.TarError, EOFError)):
            carried(archive[:cut], tmp_path)


def test_a_stream_that_goes_on_with_something_else_raises(archive: bytes, tmp_path: Path) -> None:
    end = len(archive.rstrip(b"\0"))
    end += -end % 512
    for data in (archive[:end] + b"tar: error" * 200, archive + b"x", b"no archive", b"\x1f\x8b" + bytes(2000)):
        with pytest.raises(tarfile.TarError):
            carried(data, tmp_path)


def test_a_file_beyond_eight_gigabytes_keeps_its_size_in_the_header(tmp_path: Path) -> None:
    """Only the headers: a size that no octal field holds must be written as it was read."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as made:
        member = tarfile.TarInfo("./big.wav")
        member.size = 9 * 2**30
        made.addfile(member)
        header = buffer.getvalue()[:512]
    assert tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape").size == 9 * 2**30
    (tmp_path / "stream").write_bytes(header + bytes(1024))
    seen = Local().open(f"head -c 512 >{shlex.quote(str(tmp_path / 'seen'))}; cat >/dev/null")
    source = Local().open(f"exec cat {shlex.quote(str(tmp_path / 'stream'))}\n")
    with pytest.raises(tarfile.TarError):
        pump(source, Unpacking(seen, "here", OWNER), lambda _, __: None)
    seen.finish_writing()
    seen.exit_status()
    sent = tarfile.TarInfo.frombuf((tmp_path / "seen").read_bytes(), "utf-8", "surrogateescape")
    assert (sent.name, sent.size) == ("./big.wav", 9 * 2**30)


@pytest.mark.parametrize("make", ["mkdir {0} && : >{0}/x", ": >{0}", "mkdir {0} && : >{0}/.hidden"])
def test_nothing_is_written_where_something_is(target: Path, make: str) -> None:
    assert Local().run(make.format(shlex.quote(str(target))), 10).reply.exit == 0
    landing = Local().open(land(str(target)))
    assert landing.read(4096).startswith(b"refused\t")
    assert landing.exit_status() == 5


def test_told_of_what_is_under_way(source: Path, target: Path) -> None:
    told: list[tuple[int, str]] = []
    landing = Local().open(land(str(target)))
    landing.read(4096)
    moved = pump(
        Local().open(send(str(source), "")),
        Unpacking(landing, "here", OWNER),
        lambda done, name: told.append((done, name)),
    )
    landing.exit_status()
    assert told[-1][0] == moved.bytes
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize(
    "names", [["/etc/x"], ["../x"], ["a/../../x"], ["./link>/etc", "./link/x"], ["a/b>..", "./a/b/c/d"]]
)
def test_a_name_that_leads_out_of_the_folder_ends_it(names: list[str], tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as made:
        for name in names:
            member = tarfile.TarInfo(name.split(">")[0])
            if ">" in name:
                member.type, member.linkname = tarfile.SYMTYPE, name.split(">")[1]
            made.addfile(member)
    with pytest.raises(tarfile.TarError, match="leads out"):
        carried(buffer.getvalue(), tmp_path)
