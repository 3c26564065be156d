"""Folders that cannot be listed: a preview does not say that all is known, and a run deletes nothing below them."""

from __future__ import annotations

from tests.sim.windows.copying import Copying, tree


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
