"""`restore` by its command line into a Windows: from a real volume of a keeper, noted as a drill when all is there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from studio_backup.cli import main
from studio_backup.cli.evidence import record_of
from studio_backup.evidence import Drill
from studio_backup.spec.model import System
from studio_backup.transport import Local, Transport
from tests.fifty_rooms import host_key
from tests.shells.job_bench import Bench, Volume, open_bench
from tests.sim.windows.machine import Windows
from tests.sim.windows.restoring import hashes

POINT = "2026-03-02T04-00-00Z"
INVENTORY = """version: 1
studio: northlight
sites: {{s: {{rooms: {{a: {{}}}}}}}}
machines:
  ws-a:
    role: workstation
    room: a
    systems:
      macos: {{address: 10.0.0.11, user: tech, host_key: "{keys[0]}"}}
      windows: {{address: 10.0.0.11, user: tech, host_key: "{keys[1]}"}}
    disks: {{work: {{serial: S1, medium: nvme}}}}
    volumes: {{sessions: {{on: work, filesystem: ntfs, ids: {{windows: 1C2D3E4F}}, paths: {{windows: 'S:\\'}}}}}}
  nas:
    role: nas
    room: a
    systems: {{linux: {{address: 10.0.0.20, user: root, host_key: "{keys[2]}"}}}}
    disks: {{bay1: {{id: ata-1, medium: hdd}}}}
    volumes: {{tank: {{on: bay1, filesystem: ext4, id: {id}, path: {root}}}}}
"""
PLAYBOOK = """- name: sessions
  hosts: ws-a
  datasets:
    sessions:
      source: {volume: sessions}
      policy: none
      copies:
        on-nas: {to: "nas:tank/ws-a", every: hour, transfer: push, password: {env: WS_A}, keep: {daily: 30}}
"""


@dataclass
class Studio:
    """A keeper with one restore point, and a workstation of which Windows answers."""

    folder: Path
    windows: Windows
    point: Path
    capsys: pytest.CaptureFixture[str]

    def restore(self, to: str, *words: str, code: int) -> str:
        """The command; what it printed, on both streams."""
        spec = ("-i", str(self.folder / "i.yml"), "-p", str(self.folder / "p.yml"))
        with pytest.raises(SystemExit) as ended:
            main(["restore", "ws-a/sessions", "--to", to, *words, *spec])
        out, err = self.capsys.readouterr()
        assert (ended.value.code, self.windows.refused()) == (code, []), err
        return out + err

    def put(self, name: str, data: bytes = b"take") -> None:
        """A file of the point, for this test."""
        (self.point / name).write_bytes(data)

    def drills(self) -> list[Drill]:
        """Which restores were noted."""
        return [drill for _, drill in record_of("northlight").drills()]


@pytest.fixture(scope="module")
def volume() -> Iterator[Volume]:
    bench: Bench = open_bench()
    try:
        yield bench.make_volume("tank")
    finally:
        bench.close()


@pytest.fixture
def studio(
    volume: Volume, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Studio]:
    values = {"keys": [host_key(number) for number in range(3)], "id": volume.id, "root": volume.root}
    (tmp_path / "i.yml").write_text(INVENTORY.format(**values))
    (tmp_path / "p.yml").write_text(PLAYBOOK)
    point = volume.root / "ws-a/points" / POINT
    shutil.rmtree(point, ignore_errors=True)
    (point / "Song").mkdir(parents=True)
    (point / "Song/täke.wav").write_bytes(os.urandom(100_000))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with Windows() as windows:

        def connect(system: System, siblings: Sequence[System], *_: object) -> tuple[Transport, System]:
            if system.machine == "nas":
                return Local(), system
            return windows.transport(), next(one for one in (system, *siblings) if one.os == "windows")

        monkeypatch.setattr("studio_backup.ssh.connect", connect)
        yield Studio(tmp_path, windows, point, capsys)


def test_the_one_command_brings_the_sessions_back(studio: Studio) -> None:
    said = studio.restore("ws-a:S:/Restored", code=0)
    assert said.splitlines()[0] == "ws-a/sessions: restored, noted as a drill"
    assert "1 file, 100 kB" in said
    assert "every hash is equal" in said
    assert said.splitlines()[-1] == "Next: studio-backup status"
    assert hashes(studio.windows.drives.root("S") / "Restored") == hashes(studio.point)
    (drill,) = studio.drills()
    assert (drill.dataset, drill.copy, drill.point) == ("ws-a/sessions", "on-nas", POINT)
    assert (drill.files, drill.bytes, drill.whole) == (1, 100_000, True)


def test_a_part_is_noted_as_a_part_and_json_has_all(studio: Studio) -> None:
    found = json.loads(studio.restore(r"ws-a:S:\Restored", "--path", "Song", "--format", "json", code=0))
    assert (found["to"], found["files"], found["verified"], found["lacking"]) == (r"ws-a:S:\Restored", 1, True, [])
    assert [drill.whole for drill in studio.drills()] == [False]


def test_what_could_not_land_is_listed_counts_as_no_drill_and_is_no_success(studio: Studio) -> None:
    studio.put("who?.wav")
    studio.put("\udcff\x1b[2J")
    (studio.point / "link").symlink_to("Song")
    said = studio.restore("ws-a:S:/Restored", code=1)
    assert said.splitlines() == [
        "ws-a/sessions: restored, all but 3 things; that is no drill",
        "  as it was      2026-03-02 04:00 UTC, from on-nas",
        "  into           ws-a:S:/Restored",
        said.splitlines()[3],
        "  link",
        "      a link to Song: links are not made on Windows",
        "  who?.wav",
        "      no name on Windows holds ?",
        *said.splitlines()[8:10],
        "Next: restore what is lacking to a Linux or a Mac, with --path",
    ]
    assert "\x1b" not in said
    assert said.splitlines()[9].strip() == "no name on Windows holds control characters"
    assert said.splitlines()[3].endswith("every hash of what landed is equal")
    assert hashes(studio.windows.drives.root("S") / "Restored") == {
        name: digest for name, digest in hashes(studio.point).items() if name.startswith("Song")
    }
    found = json.loads(studio.restore("ws-a:S:/Again", "--format", "json", code=1))
    assert found["lacking"][1] == {"name": "who?.wav", "reason": "no name on Windows holds ?"}
    assert studio.drills() == []


def test_what_is_there_already_is_never_written_over(studio: Studio) -> None:
    studio.restore("ws-a:S:/Restored", code=0)
    assert "never writes over anything" in studio.restore("ws-a:S:/Restored", code=5)
    found = json.loads(studio.restore("ws-a:S:/Restored", "--format", "json", code=5))
    assert found["error"]["fix"] == "name a folder that is empty or not there yet"
    assert len(studio.drills()) == 1


@pytest.mark.parametrize(
    ("to", "said", "fix"),
    [
        ("ws-a:/Volumes/Sessions/back", "ws-a/windows answers", "write it like ws-a:D:/Restored"),
        (r"nas:D:\Restored", "nas/linux answers", "write it like nas:/srv/restored"),
        (r"ws-a:\\nas\share\x", "absolute folder", "write it like ws-a:/srv/restored or ws-a:D:/Restored"),
        (r"ws-a:D:\a\..\b", "absolute folder", "write it like ws-a:/srv/restored or ws-a:D:/Restored"),
    ],
)
def test_a_form_that_does_not_fit_who_answers(studio: Studio, to: str, said: str, fix: str) -> None:
    found = json.loads(studio.restore(to, "--format", "json", code=1))
    assert (found["error"]["code"], found["error"]["fix"]) == ("usage", fix)
    assert said in found["error"]["message"]


def test_a_point_that_holds_nothing_at_all_can_be_restored(studio: Studio) -> None:
    shutil.rmtree(studio.point / "Song")
    studio.restore("ws-a:S:/Restored", code=0)
    assert (studio.windows.drives.root("S") / "Restored").is_dir()
