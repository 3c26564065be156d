"""Checking what landed: however many files there are, and never by a listing that is not whole."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

import pytest

from studio_backup.errors import AnswerTooLarge, StudioBackupError
from studio_backup.restore.carry import check
from studio_backup.restore.hashes import parse_hashes
from studio_backup.restore.posix import verify
from studio_backup.restore.stream import Moved
from studio_backup.transport import Local
from studio_backup.transport.answer import Collector

LIMIT = 4096


@pytest.fixture
def landed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose listing is longer than an answer may be, here made small."""
    monkeypatch.setattr("studio_backup.transport.local.Collector", partial(Collector, limit=LIMIT))
    folder = tmp_path / "landed"
    folder.mkdir()
    for number in range(200):
        (folder / f"täke {number}").write_text(str(number))
    (folder / "two\nlines").write_text("x")
    with pytest.raises(AnswerTooLarge):
        Local().run(verify(str(folder)), 30)
    return folder


def moved(folder: Path) -> Moved:
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    return Moved(hashes, len(hashes), 1000)


def test_a_listing_longer_than_an_answer_may_be_is_read(landed: Path) -> None:
    check(Local(), str(landed), moved(landed), 30)


def test_what_differs_in_a_long_listing_is_named(landed: Path) -> None:
    expected = moved(landed)
    (landed / "täke 7").write_text("other")
    (landed / "täke 8").unlink()
    (landed / "more").write_text("")
    with pytest.raises(StudioBackupError, match="3 files landed otherwise") as caught:
        check(Local(), str(landed), expected, 30)
    assert [line.strip() for line in caught.value.message.splitlines()[1:]] == ["more", "täke 7", "täke 8"]


def test_what_cannot_be_hashed_is_an_error_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(StudioBackupError, match=r"could not be hashed: .*nothing-here") as caught:
        check(Local(), str(tmp_path / "nothing-here"), Moved(), 30)
    assert caught.value.fix == "restore once more"


def test_a_hash_program_that_fails_half_way_is_no_whole_listing(
    landed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = moved(landed)
    program = tmp_path / "sha256sum"
    program.write_text('#!/bin/sh\n/usr/bin/sha256sum "$@"; echo "a disk error" >&2; exit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(StudioBackupError, match="could not be hashed: a disk error"):
        check(Local(), str(landed), expected, 30)


def test_a_program_that_falls_silent_is_given_up(landed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "sha256sum"
    program.write_text("#!/bin/sh\nexec sleep 5\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(StudioBackupError, match="could not be hashed: nothing moved for 1 s"):
        check(Local(), str(landed), Moved({}, 0, -59 * 20_000_000), 1)


@pytest.mark.parametrize("size", [1, 2, 7, 64, 1000])
def test_pieces_of_any_size_read_alike(size: int) -> None:
    digest = "a" * 64
    text = f"{digest}  ./täke\n{digest} x2e2f610a62\n{digest}  ./complete\ncomplete\n"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert parse_hashes(pieces) == {"täke": digest, "a\nb": digest, "complete": digest}
    assert parse_hashes([*pieces, "x"]) is None
    assert parse_hashes([*pieces, f"{digest}  ./more\n"]) is None
    assert parse_hashes(pieces[:-1]) is None
