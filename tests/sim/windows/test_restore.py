"""A restore into a Windows: every byte, name and time that it can hold lands, and the rest is told with its reason."""

from __future__ import annotations

import os
import unicodedata

import pytest

from studio_backup.errors import StudioBackupError
from studio_backup.restore import windows_lines as lines
from tests.sim.windows.cmdlets.power import kept_awake
from tests.sim.windows.restoring import LONG_AGO, Restoring, hashes
from tests.sim.windows.transport import SimulatedRemote

NFC, NFD = (unicodedata.normalize(form, "Größe/é.wav") for form in ("NFC", "NFD"))
NAMES = (
    "take.wav", "Song One/take one.wav", NFC, NFD, "日本/😀.wav", "😀/x", "[x]'$ `&%^", "-rf", " begins", "ends ",
    "ends.", "nul", "aux.wav", "/".join(["n" * 50] * 6) + "/" + "m" * 200, "a;b,c=d@e#f", "complete", "unpacked",
)  # fmt: skip


def test_every_name_and_byte_that_windows_can_hold_arrives(restoring: Restoring) -> None:
    for number, name in enumerate(NAMES):
        restoring.put(name, bytes((number, 13, 10, 0)) * number * 1997)
    moved = restoring.restore()
    assert moved.lacking == {}
    assert hashes(restoring.landed) == hashes(restoring.point) == moved.hashes
    assert (moved.files, moved.bytes) == (len(NAMES), sum((restoring.point / name).stat().st_size for name in NAMES))


@pytest.mark.parametrize("size", [0, 1, lines.PIECE, lines.PIECE + 1, 45 * lines.PIECE + 1])
def test_a_file_of_any_size(restoring: Restoring, size: int) -> None:
    restoring.put("one.wav", os.urandom(size))
    restoring.put("two.wav", b"after it")
    assert restoring.restore().bytes == size + 8
    assert hashes(restoring.landed) == hashes(restoring.point)


def test_times_come_back_on_files_and_folders(restoring: Restoring) -> None:
    restoring.put("Song/take.wav", written=LONG_AGO + 0.0)
    restoring.put("Song/Audio/new.wav", written=1_700_000_000)
    (restoring.point / "Song/empty").mkdir()
    for number, name in enumerate(("Song/empty", "Song/Audio", "Song")):
        os.utime(restoring.point / name, (LONG_AGO + number, LONG_AGO + number))
    restoring.restore()
    for path in restoring.point.rglob("*"):
        assert (restoring.landed / path.relative_to(restoring.point)).stat().st_mtime == path.stat().st_mtime, path
    assert (restoring.landed / "Song/empty").is_dir()


def test_a_second_name_of_a_file_becomes_a_file_of_its_own(restoring: Restoring) -> None:
    restoring.put("take.wav", b"take" * 5000)
    os.link(restoring.point / "take.wav", restoring.point / "again.wav")
    moved = restoring.restore()
    assert hashes(restoring.landed) == hashes(restoring.point)
    assert (moved.files, moved.lacking) == (1, {})
    assert (restoring.landed / "take.wav").stat().st_ino != (restoring.landed / "again.wav").stat().st_ino
    assert (restoring.landed / "again.wav").stat().st_mtime == LONG_AGO


def test_what_windows_cannot_hold_is_told_with_its_reason_and_all_else_lands(restoring: Restoring) -> None:
    for name in (
        "Song/good.wav",
        "Song/who?.wav",
        "a:b",
        "back\\slash",
        "two\nlines",
        "Take.wav",
        "ques?/in it",
        "end\r",
    ):
        restoring.put(name)
    (restoring.point / "link").symlink_to("/rsyncd-munged/../elsewhere")
    os.mkfifo(restoring.point / "pipe")
    os.link(restoring.point / "a:b", restoring.point / "twin")
    (restoring.point / "\udcff").write_bytes(b"x")
    moved = restoring.restore()
    left = {
        "Song/who?.wav",
        "a:b",
        "back\\slash",
        "two\nlines",
        "ques?",
        "ques?/in it",
        "end\r",
        "link",
        "pipe",
        "\udcff",
    }
    one_of_the_twins = {"twin"} & set(moved.lacking)
    assert set(moved.lacking) == left | one_of_the_twins
    assert set(hashes(restoring.landed)) == {"Song/good.wav", "Take.wav"} | ({"twin"} - one_of_the_twins)
    assert moved.lacking["link"] == "a link to ../elsewhere: links are not made on Windows"
    assert moved.lacking["Song/who?.wav"] == "no name on Windows holds ?"
    assert moved.files == len(moved.hashes) == len(hashes(restoring.landed))


def test_of_names_that_differ_in_case_only_one_lands(restoring: Restoring) -> None:
    for name in ("Take.wav", "TAKE.WAV", "Song/a", "song/b", "SONG/c"):
        restoring.put(name, name.encode())
    moved = restoring.restore()
    assert len(hashes(restoring.landed)) == 2
    assert hashes(restoring.landed).items() <= hashes(restoring.point).items()
    assert len([name for name in moved.lacking if "/" in name]) == 2
    assert all("its name is that of" in reason for reason in moved.lacking.values())


def test_without_long_paths_what_windows_would_rename_is_left_out(restoring: Restoring) -> None:
    restoring.windows.state["verbatim"] = False
    for name in ("good.wav", "ends.", "ends ", "aux.wav", "/".join(["n" * 50] * 6) + "/take.wav"):
        restoring.put(name, name.encode())
    moved = restoring.restore()
    assert set(hashes(restoring.landed)) == {"good.wav"} | {name for name in moved.hashes if "/" in name}
    assert moved.lacking["ends."] == "Windows would drop the dot or blank at the end of its name"
    assert moved.lacking["aux.wav"] == "Windows takes its name for a device"
    assert "too long" in next(reason for name, reason in moved.lacking.items() if "take.wav" in name)


@pytest.mark.parametrize("path", ["Song/Audio", "Song/Audio/take.wav", "[x] y", "Größe"])
def test_only_a_part(restoring: Restoring, path: str) -> None:
    for name in ("Song/Audio/take.wav", "Song/other.wav", "[x] y/z", "Größe", "Größe 2"):
        restoring.put(name)
    restoring.restore(path)
    assert set(hashes(restoring.landed)) == {
        name for name in hashes(restoring.point) if name == path or name.startswith(f"{path}/")
    }


def test_what_is_shown_on_the_way(restoring: Restoring) -> None:
    told: list[tuple[int, str]] = []
    restoring.told = lambda done, name: told.append((done, name))
    restoring.put("take.wav", bytes(100_000))
    moved = restoring.restore()
    assert told[-1] == (moved.bytes, "take.wav")
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize("refused", [False, True])
def test_windows_stays_awake_while_it_lands_and_while_it_is_hashed(restoring: Restoring, refused: bool) -> None:
    restoring.windows.state["lies"]["execution-refused"] = refused
    awake: list[bool] = []
    restoring.told = lambda *_: awake.append(kept_awake(restoring.windows))
    restoring.put("take.wav", bytes(1_000_000))
    moved = restoring.move()
    assert set(awake) == {not refused}
    restoring.check(moved)
    assert len({process for process, _ in restoring.windows.state["execution"]}) == 2
    restoring.wait()
    assert not kept_awake(restoring.windows)


def test_nothing_that_is_sent_holds_a_whole_file(restoring: Restoring, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    write = SimulatedRemote.write

    def counted(remote: SimulatedRemote, data: bytes) -> None:
        sent.append(len(data))
        write(remote, data)

    monkeypatch.setattr(SimulatedRemote, "write", counted)
    restoring.put("long.wav", bytes(1_500_000))
    restoring.restore()
    assert sum(sent) > 2_000_000
    assert max(sent) < 700_000


def test_a_point_that_cannot_be_read_whole_is_an_error(restoring: Restoring) -> None:
    restoring.put("take.wav", bytes(50_000))
    with pytest.raises(StudioBackupError, match="could not be read whole") as failed:
        restoring.move("no such folder")
    assert failed.value.fix == "try another point: --at TIME or --from COPY"
