"""A restore into a Windows where something is wrong: refused, full, gone, broken off or changed, each said plainly."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio_backup.errors import ConnectionCut, Refused, StudioBackupError
from studio_backup.restore import windows
from studio_backup.restore.hashes import parse_hashes
from tests.sim.windows.powershell.raising import win32
from tests.sim.windows.restoring import FOLDER, Restoring, hashes

NEW = "name a folder that is empty or not there yet"


def trouble(restoring: Restoring, path: str, what: str, *access: str, **more: object) -> None:
    restoring.windows.state["troubles"].append({"path": path, "what": what, "access": access, **more})


@pytest.mark.parametrize("name", ["x", ".hidden", "desktop.ini"])
def test_nothing_is_written_where_something_is(restoring: Restoring, name: str) -> None:
    restoring.put("take.wav")
    restoring.landed.mkdir()
    (restoring.landed / name).write_text("mine")
    with pytest.raises(Refused, match="is not empty: a restore never writes over anything") as refused:
        restoring.move()
    assert refused.value.fix == NEW
    assert [path.name for path in restoring.landed.iterdir()] == [name]


def test_a_file_is_no_folder(restoring: Restoring) -> None:
    restoring.landed.write_text("mine")
    with pytest.raises(Refused, match="is no folder"):
        restoring.move()
    assert restoring.landed.read_text() == "mine"


def test_an_empty_folder_and_deep_new_ones_are_filled(restoring: Restoring) -> None:
    restoring.put("take.wav")
    restoring.landed.mkdir()
    restoring.restore()
    restoring.move(folder=r"S:\of\today\deep")
    assert hashes(restoring.windows.drives.root("S") / "of/today/deep") == hashes(restoring.point)


def test_a_folder_that_may_not_be_listed_is_not_empty_for_all_we_know(restoring: Restoring) -> None:
    restoring.landed.mkdir()
    (restoring.landed / "x").write_text("mine")
    trouble(restoring, FOLDER, "denied", "list")
    with pytest.raises(StudioBackupError, match=r"cannot be written: .*denied"):
        restoring.move()


def test_a_drive_that_is_not_there_is_said_so(restoring: Restoring) -> None:
    with pytest.raises(StudioBackupError, match=r"there is no drive X: there now") as failed:
        restoring.move(folder=r"X:\Restored")
    assert "plug that drive in" in failed.value.fix


def test_a_folder_that_cannot_be_made_is_said_so(restoring: Restoring) -> None:
    trouble(restoring, FOLDER, "error", "write", code=19, message="The media is write protected.")
    with pytest.raises(StudioBackupError, match=r"cannot be written: .*write protected") as failed:
        restoring.move()
    assert failed.value.fix == "name another folder"


@pytest.mark.parametrize("early", [True, False])
def test_a_full_disk_ends_it_with_what_to_do(restoring: Restoring, early: bool) -> None:
    """Whether it is heard of while more is being sent, or once all was."""
    restoring.put("take.wav", bytes(2_000_000))
    restoring.windows.state["drives"]["S"]["free"] = 4_000
    if early:
        restoring.told = lambda done, _: restoring.wait() if done > 1_000_000 else None
    with pytest.raises(StudioBackupError, match=r"into S:\\Restored: its drive is full") as failed:
        restoring.move()
    assert failed.value.fix == "make room, or restore into a folder of another drive"


def test_a_drive_that_goes_on_the_way_ends_it(restoring: Restoring) -> None:
    restoring.put("a.wav", bytes(3_000_000))
    restoring.put("b.wav", bytes(3_000_000))
    root = restoring.windows.drives.root("S")

    def pulled(done: int, _: str) -> None:
        if done > 1_000_000 and root.exists():
            root.rename(root.with_name("pulled"))

    restoring.told = pulled
    with pytest.raises(StudioBackupError, match="the folder is gone, or its drive"):
        restoring.move()


def test_a_file_that_cannot_be_made_is_told_and_all_else_lands(restoring: Restoring) -> None:
    for name in ("a.wav", "held.wav", "z.wav"):
        restoring.put(name, name.encode() * 5000)
    trouble(restoring, f"{FOLDER}\\held.wav", "denied", "write")
    moved = restoring.restore()
    assert list(moved.lacking) == ["held.wav"]
    assert "denied" in moved.lacking["held.wav"]
    assert set(hashes(restoring.landed)) == set(moved.hashes) == {"a.wav", "z.wav"}
    assert (moved.files, moved.bytes) == (2, 50_000)


def test_of_a_file_that_breaks_off_nothing_stays(restoring: Restoring) -> None:
    """Its disk fails in its middle: half of it is no file."""
    restoring.put("a.wav", bytes(200_000))
    restoring.put("b.wav")
    written: list[int] = []

    def bad(path: str, size: int) -> None:
        written.append(size)
        if path.endswith("a.wav") and sum(written) > 50_000:
            raise win32(23, "Data error (cyclic redundancy check).")

    restoring.windows.room = bad  # type: ignore[method-assign]
    moved = restoring.restore()
    assert moved.lacking == {"a.wav": "Data error (cyclic redundancy check)."}
    assert set(hashes(restoring.landed)) == {"b.wav"}


def test_what_appears_meanwhile_stays_as_it_is_and_is_seen(restoring: Restoring) -> None:
    names = {"a.wav", "b.wav"}
    later: set[str] = set()
    for name in names:
        restoring.put(name, bytes(1_000_000))

    def appear(_: int, name: str) -> None:
        if not later:
            later.update(names - {name})
            (restoring.landed / later.copy().pop()).write_text("somebody's")

    restoring.told = appear
    moved = restoring.move()
    assert set(moved.lacking) == later
    assert "already exists" in moved.lacking[later.copy().pop()]
    with pytest.raises(StudioBackupError, match="1 file landed otherwise than they were read") as failed:
        restoring.check(moved)
    (name,) = later
    assert name in failed.value.message
    assert (restoring.landed / name).read_text() == "somebody's"


def test_a_connection_that_is_cut_says_what_to_do(restoring: Restoring) -> None:
    restoring.put("a.wav", bytes(5_000_000))

    def cut(done: int, _: str) -> None:
        if done > 1_000_000:
            for process in list(restoring.windows.processes.values()):
                process.kill()
                assert restoring.windows.gone(process)

    restoring.told = cut
    with pytest.raises(ConnectionCut) as failed:
        restoring.move()
    assert "restore into a new folder" in failed.value.fix


def test_what_changes_after_it_landed_is_found(restoring: Restoring) -> None:
    for name in ("same.wav", "other.wav", "gone.wav"):
        restoring.put(name)
    moved = restoring.move()
    (restoring.landed / "other.wav").write_bytes(b"tale")
    (restoring.landed / "gone.wav").unlink()
    (restoring.landed / "more.wav").write_bytes(b"")
    with pytest.raises(StudioBackupError, match="3 files landed otherwise") as failed:
        restoring.check(moved)
    assert [line.strip() for line in failed.value.message.splitlines()[1:]] == ["gone.wav", "more.wav", "other.wav"]


def test_what_cannot_be_read_again_is_no_whole_restore(restoring: Restoring) -> None:
    restoring.put("Song/take.wav")
    moved = restoring.move()
    trouble(restoring, f"{FOLDER}\\Song\\take.wav", "denied", "read")
    with pytest.raises(StudioBackupError, match=r"could not be hashed: .*denied"):
        restoring.check(moved)


def test_a_junction_in_there_is_not_followed(restoring: Restoring, tmp_path: Path) -> None:
    restoring.put("take.wav")
    moved = restoring.move()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/x").write_text("x")
    (restoring.landed / "junction").symlink_to(tmp_path / "elsewhere")
    restoring.check(moved)


def test_a_listing_of_hashes_that_is_cut_is_none(restoring: Restoring) -> None:
    restoring.put("Song/take.wav")
    moved = restoring.restore()
    out = restoring.windows.transport().run(windows.verify(FOLDER), 60).reply.out
    assert parse_hashes(out) == moved.hashes
    assert all(parse_hashes(out[:end]) is None for end in range(len(out)))
