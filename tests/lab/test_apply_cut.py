"""The connection is cut at any byte: a wave ran whole or not at all, and the next apply gets to the end."""

from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.cut import Wire
from tests.lab.slow import STATE, slow, step_runs, wait_until
from tests.lab.studio import Studio, finished

pytestmark = pytest.mark.lab
NAS = "address: 198.18.77.20"
UNIT = "/etc/systemd/system/studio-backup-northlight_ws-a_sessions_on-nas.timer"


def through(studio: Studio, wire: Wire) -> None:
    """The spec reaches the NAS by this wire, with the same pinned key."""
    file = studio.folder / "inventory/machine-room.yml"
    lines = file.read_text().splitlines()
    lines = [line for line in lines if not line.strip().startswith("port:")]
    place = next(index for index, line in enumerate(lines) if "address:" in line)
    indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
    lines[place : place + 1] = [f"{indent}address: 127.0.0.1", f"{indent}port: {wire.port}"]
    file.write_text("\n".join(lines) + "\n")


def state(lab: Lab) -> tuple[bool, bool]:
    """Whether a wave began on the NAS, and whether all that began has come to its end."""
    wait_until(lambda: lab.run("nas", f"test ! -e {STATE}/step").returncode == 0)
    begun = lab.run("nas", f"ls {STATE}/generation").returncode == 0
    ended = lab.run("nas", f"! grep -q begun {STATE}/generation && test -e {UNIT}").returncode == 0
    left = lab.run("nas", "ls -d /etc/studio-backup/.studio* /etc/systemd/system/.studio*").stdout
    assert left == ""
    return begun, ended


@pytest.fixture(scope="module")
def whole(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Bytes that an apply sends to a NAS with nothing on it, when all others are set up."""
    lab.reset()
    studio = Studio(tmp_path_factory.mktemp("whole") / "spec")
    studio.apply()
    lab.reset("nas")
    with Wire(lab.address("nas")) as wire:
        through(studio, wire)
        studio.apply()
        return wire.sent


def parts(numbers: list[float]) -> list[object]:
    """A few by default; the rest of a fine comb takes minutes."""
    comb = [round(0.02 + 0.0326 * step, 3) for step in range(30)]
    return [*numbers, *(pytest.param(number, marks=pytest.mark.long) for number in comb)]


@pytest.mark.parametrize("part", parts([0.01, 0.3, 0.6, 0.85, 0.97]))
def test_cut_after_some_bytes(lab: Lab, tmp_path: Path, whole: int, part: float) -> None:
    lab.reset("nas")
    studio = Studio(tmp_path / "spec")
    with Wire(lab.address("nas"), limit=int(whole * part)) as wire:
        through(studio, wire)
        with studio.start("apply", "--yes") as process:
            out, err = process.communicate(timeout=60)
        assert "Traceback" not in err
        assert "this should not happen" not in err
        assert process.returncode in (0, 1, 3), out + err  # 0: all was sent before the cut
        begun, ended = state(lab)
        assert ended == begun
        if not begun:
            assert lab.run("nas", f"ls {UNIT} /etc/studio-backup {STATE}/manifest/*").stdout == ""
    with Wire(lab.address("nas")) as wire:
        through(studio, wire)
        studio.apply()
        assert studio.json("plan", "--only", "machine:nas", code=0)["summary"]["ok"]


def test_cut_while_a_step_runs(lab: Lab, tmp_path: Path) -> None:
    lab.reset("nas")
    studio = Studio(tmp_path / "spec")
    with slow(lab, "nas", 2):
        with Wire(lab.address("nas")) as wire:
            through(studio, wire)
            with studio.start("apply", "--yes") as process:
                wait_until(lambda: step_runs(lab, "nas"))
                wire.cut()
                done = finished(process, 1)
        assert "could not be read again" in done.stdout
        assert "goes on from here" in done.stdout
        assert state(lab) == (True, True)
    with Wire(lab.address("nas")) as wire:
        through(studio, wire)
        studio.apply()
