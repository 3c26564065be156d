"""A copy that no job makes is judged by the spec alone, and whoever reads that is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import fifty_rooms
from tests.test_cli import run


@pytest.mark.parametrize("command", [("verdict",), ("what-if",), ("simulate", "--days", "2"), ("validate",)])
def test_what_is_not_set_up_is_said_beside_what_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    fifty_rooms.write(tmp_path, 1)
    assert "not set up" not in run(capsys, *command)[2]
    (inventory,) = (tmp_path / "inventory").glob("*.yml")
    text = inventory.read_text()
    assert "{linux: {address: 10.1.1.1" in text
    text = text.replace("{linux: {address: 10.1.1.1", "{macos: {address: 10.1.1.1", 1)
    inventory.write_text(
        text.replace("{sessions: {on: work, filesystem: ext4", "{sessions: {on: work, filesystem: apfs")
    )
    code, _, err = run(capsys, *command)
    said = "warning: ws-01/macos runs macos: its side of ws-01/sessions is not set up; nothing is fetched from a Mac: "
    assert (code, f"{said}write transfer: push" in err) == (0, True), err
