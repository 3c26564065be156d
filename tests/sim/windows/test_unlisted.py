"""Folders that cannot be listed: a preview does not say that all is known, and a run deletes nothing below them."""

from __future__ import annotations

import pytest

from tests.sim.windows.copying import Copying, set_up, tree
from tests.sim.windows.machine import Windows
from tests.windows_copies import PUSH, studio


@pytest.mark.parametrize(("folder", "shrunk"), [("Audio", "source-empty"), ("Audio\\Other", "too-few-files")])
def test_what_cannot_be_listed_is_neither_empty_nor_too_few(windows: Windows, folder: str, shrunk: str) -> None:
    it = set_up(windows, studio(PUSH, path="Audio", more=", floor: 3"), "on-nas")
    names = [f"Audio/{name}" for name in ("Song/a.wav", "Song/b.wav", "Other/c.wav", "Other/d.wav")]
    for name in names:
        it.put(name)
    assert it.run()["result"] == "ok"
    said = {"what": "error", "code": 1117, "message": "The request could not be performed because of an I/O error."}
    windows.state["troubles"].append({"path": f"S:\\{folder}", "access": ("list",), **said})
    record = it.run()
    assert (record["result"], record["reason"], record["exit"]) == ("refused", "source-unread", 5)
    windows.state["troubles"].clear()
    for name in names[: 4 if shrunk == "source-empty" else 2]:
        (it.source / name).unlink()
    assert it.run()["reason"] == shrunk


def test_a_preview_says_what_it_could_not_see(clone: Copying) -> None:
    for name in ("Song/a.wav", "Other/b.wav"):
        clone.put(name)
    clone.run()
    clone.put("Song/new.wav")
    clone.windows.state["troubles"].append({"path": "S:\\Other", "what": "denied", "access": ("list",)})
    before = tree(clone.target)
    record = clone.run("preview")
    assert (record["result"], record["reason"], record["exit"]) == ("failed", "rsync-partial", 1)
    assert record["lines"] == ["created\tSong/new.wav"], "what is known is shown all the same"
    assert "Other" in record["err"]
    assert tree(clone.target) == before
