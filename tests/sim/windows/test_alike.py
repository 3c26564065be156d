"""What counts as the same on Windows: times that summer moves, names in every form, links, and what became another."""

from __future__ import annotations

import os
import unicodedata

import pytest

from tests.sim.windows.copying import HOUR, Copying, set_up, tree
from tests.sim.windows.machine import Windows
from tests.sim.windows.test_copies import fill, outcome
from tests.windows_copies import CLONE, studio


@pytest.mark.parametrize(
    ("filesystem", "shift", "copied"),
    [
        ("NTFS", 1.5, 0), ("NTFS", 3, 3), ("NTFS", HOUR, 3), ("exFAT", HOUR, 0), ("exFAT", 2 * HOUR + 1.5, 0),
        ("exFAT", 26 * HOUR, 0), ("exFAT", 27 * HOUR, 3), ("exFAT", HOUR / 2, 3),
    ],
)  # fmt: skip
def test_times_that_summer_moves_are_no_change_where_a_file_system_keeps_local_time(
    windows: Windows, filesystem: str, shift: float, copied: int
) -> None:
    it = set_up(windows, studio(CLONE, filesystem=filesystem.lower()), "standby", filesystem)
    fill(it, 3)
    for path in (it.source / "Song").iterdir():
        moment = path.stat().st_mtime + shift
        os.utime(path, (moment, moment))
    record = it.run()
    assert (record["result"], record["rewritten"]) == ("ok", copied), it.log()


NAMES = (
    "-r.wav", "--delete", "take 1 (final) [mix].wav", "100%TEMP%.wav", "a;b&c|d.wav".replace("|", "!"), "it's.wav",
    "Ünïcödé 音.wav", "name.", "blank ", "fin . .wav", "x" * 200 + ".wav", "$env.wav", "`tick.wav", "@(1).wav", "^.wav",
)  # fmt: skip


def test_names_are_only_names(clone: Copying) -> None:
    for name in NAMES:
        clone.put(f"Song/{name}", name)
        clone.put(f"End. /{name}", name)
    deep = "/".join(["a folder with a rather long name"] * 12)
    clone.put(f"{deep}/take.wav")
    record = clone.run()
    assert outcome(record) == ("ok", None, 0), clone.log()
    assert tree(clone.target) == tree(clone.source)
    for name in NAMES:
        clone.put(f"Song/{name}", f"{name} again", ago=60)
        (clone.source / "End. " / name).unlink()
    (clone.source / "End. ").rmdir()
    record = clone.run()
    assert (record["result"], record["rewritten"], record["deleted"]) == ("ok", len(NAMES), len(NAMES)), clone.log()
    assert tree(clone.target) == tree(clone.source)


def test_accents_in_another_form_are_the_same_name(clone: Copying) -> None:
    composed = unicodedata.normalize("NFC", "Änderung é.wav")
    decomposed = unicodedata.normalize("NFD", composed)
    clone.put(f"Söng/{composed}")
    assert clone.run()["created"] == 1
    folder = clone.target / unicodedata.normalize("NFD", "Söng")
    (clone.target / "Söng").rename(folder)
    (folder / composed).rename(folder / decomposed)
    record = clone.run()
    assert [record[name] for name in ("created", "deleted", "rewritten")] == [0, 0, 0]
    clone.put(f"Söng/{composed}", "another", ago=60)
    assert clone.run()["rewritten"] == 1
    assert [path.read_text() for path in folder.iterdir()] == ["another"], "the old form is gone"
    assert [path.name for path in clone.target.iterdir() if path.name[0] == "S" and path.is_dir()].count(
        folder.name
    ) == 1


def test_two_files_that_only_their_accents_tell_apart_are_two(clone: Copying) -> None:
    for form in ("NFC", "NFD"):
        clone.put(unicodedata.normalize(form, "é.wav"), form)
    assert clone.run()["created"] == 2
    assert tree(clone.target) == tree(clone.source)
    assert clone.run()["deleted"] == 0


def test_case_alone_is_no_change(clone: Copying) -> None:
    clone.put("Song/Take.wav")
    clone.run()
    (clone.source / "Song").rename(clone.source / "SONG")
    (clone.source / "SONG/Take.wav").rename(clone.source / "SONG/take.WAV")
    record = clone.run()
    assert [record[name] for name in ("created", "deleted", "rewritten")] == [0, 0, 0]


def test_what_became_something_else_is_replaced(clone: Copying) -> None:
    clone.put("a/b.wav")
    clone.put("c")
    clone.run()
    (clone.source / "a/b.wav").unlink()
    (clone.source / "a").rmdir()
    clone.put("a", "a file now", ago=60)
    (clone.source / "c").unlink()
    clone.put("c/d.wav", "a folder now", ago=60)
    record = clone.run()
    assert (record["result"], record["deleted"], record["created"]) == ("ok", 2, 2), clone.log()
    assert tree(clone.target) == {"a": "a file now", "c/d.wav": "a folder now"}


def test_links_lead_nowhere(clone: Copying) -> None:
    elsewhere = clone.windows.real("C:\\") / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious.doc").write_text("mine")
    clone.put("Song/take.wav")
    (clone.source / "Song/away").symlink_to(elsewhere)
    assert clone.run()["files"] == 1
    assert sorted(tree(clone.target)) == ["Song/take.wav"]
    (clone.target / "Song/trap").symlink_to(elsewhere)
    (clone.target / "Old").symlink_to(elsewhere)
    record = clone.run()
    assert (record["result"], record["deleted"]) == ("ok", 2), clone.log()
    assert not (clone.target / "Old").is_symlink()
    assert (elsewhere / "precious.doc").read_text() == "mine"


def test_a_folder_that_is_a_link_at_the_target_is_not_written_through(clone: Copying) -> None:
    elsewhere = clone.windows.real("C:\\") / "elsewhere"
    elsewhere.mkdir()
    clone.put("Song/take.wav")
    clone.run()
    (clone.target / "Song/take.wav").unlink()
    (clone.target / "Song").rmdir()
    (clone.target / "Song").symlink_to(elsewhere)
    assert clone.run()["result"] == "ok", clone.log()
    assert list(elsewhere.iterdir()) == []
    assert tree(clone.target) == {"Song/take.wav": "take"}


def test_what_is_left_out_is_neither_copied_nor_taken_away(clone: Copying) -> None:
    clone.put("Song/take.wav")
    clone.put("Song/render.tmp")
    clone.put("Rendered Files/a.wav")
    clone.put("System Volume Information/x", at=clone.target)
    clone.run()
    clone.put("Song/old.tmp", at=clone.target)
    record = clone.run()
    assert (record["files"], record["deleted"]) == (1, 0)
    assert sorted(tree(clone.target)) == ["Song/old.tmp", "Song/take.wav", "System Volume Information/x"]
