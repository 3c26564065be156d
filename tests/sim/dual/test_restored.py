"""A restore into the Windows of a workstation, through a real SSH server: its streams, their ends and their cuts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from studio_backup.errors import StudioBackupError, TransportError
from studio_backup.source import Place
from studio_backup.spec.model import System
from studio_backup.ssh import connect
from studio_backup.transport import Transport
from tests.sim.dual.box import Box
from tests.sim.dual.reached import Reached
from tests.sim.windows.machine import Windows
from tests.sim.windows.restoring import Restoring, hashes
from tests.sshd import USER


@pytest.fixture
def booted(tmp_path: Path, windows: Windows) -> Iterator[tuple[Box, Restoring]]:
    """A restore point, and the workstation with Windows booted."""
    box = Box(tmp_path / "box")
    box.add_windows("windows", Reached(windows))
    system = System(machine="ws-a", name="windows", os="windows", address="127.0.0.1", port=box.port, user=USER,
                    host_key=box.host_keys["windows"], identity=str(box.identity), place=Place("i", 1, 1))  # fmt: skip
    opened: list[Transport] = []

    def reach() -> Transport:
        opened.append(connect(system, [])[0])
        return opened[-1]

    (tmp_path / "point").mkdir()
    box.boot("windows")
    try:
        yield box, replace(Restoring(windows, tmp_path / "point"), reach=reach)
    finally:
        for one in opened:
            one.close()
        box.close()


def test_what_is_more_than_any_buffer_holds_arrives(booted: tuple[Box, Restoring]) -> None:
    _, it = booted
    for number in range(8):
        it.put(f"Größe/take {number}.wav", bytes([number, 10, 13]) * 200_000)
    it.put("ends.")
    moved = it.restore()
    assert hashes(it.landed) == hashes(it.point) == moved.hashes


def test_what_it_says_when_its_disk_is_full_is_heard(booted: tuple[Box, Restoring]) -> None:
    _, it = booted
    it.put("long.wav", bytes(20_000_000))
    it.windows.state["drives"]["S"]["free"] = 4_000
    it.told = lambda done, _: it.wait() if done > 1_000_000 else None
    with pytest.raises(StudioBackupError, match="its drive is full"):
        it.move()


def test_a_workstation_that_is_switched_off_half_way_is_a_cut_with_a_fix(booted: tuple[Box, Restoring]) -> None:
    box, it = booted
    it.put("long.wav", bytes(8_000_000))
    it.told = lambda done, _: box.boot(None) if done > 2_000_000 and box.booted else None
    with pytest.raises(TransportError) as failed:
        it.move()
    assert "restore into a new folder" in failed.value.fix
