"""A workstation that boots macOS or Windows, its spec, and the command line of the product against it."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from studio_backup.cli import main
from tests.sim.dual.box import Box
from tests.sim.dual.reached import Reached
from tests.sim.macos import volumes as mac_volumes
from tests.sim.macos.machine import ENVIRONMENT, Mac
from tests.sim.windows.machine import Windows
from tests.sim.windows.state import GIB
from tests.sim.windows.test_kept import with_keys
from tests.sshd import USER

MUSIC, BESIDE = "0852943E-8EC2-4386-8C31-ECE56488E8B4", "2529BA88-EB07-4AF5-AC36-6CEF451078E9"
FILMS, STANDBY = "1C2D3E4F", "2C2D3E4F"
START = datetime(2026, 3, 2, 12, tzinfo=UTC)

INVENTORY = """version: 1
studio: northlight
sites: {{s: {{rooms: {{a: {{}}}}}}}}
machines:
  ws-a:
    role: workstation
    room: a
    asleep-limit: 6 days
    systems:
      macos: {{address: 127.0.0.1, port: {port}, user: {user}, identity: "{identity}", host_key: "{macos}"}}
      windows: {{address: 127.0.0.1, port: {port}, user: {user}, identity: "{identity}", host_key: "{windows}"}}
    disks:
      one: {{serial: S1, medium: nvme}}
      two: {{serial: S2, medium: hdd}}
      three: {{serial: S3, medium: nvme}}
      four: {{serial: S4, medium: ssd}}
    volumes:
      music: {{on: one, filesystem: apfs, ids: {{macos: {music}}}, paths: {{macos: /Volumes/Music}}}}
      beside: {{on: two, filesystem: apfs, ids: {{macos: {beside}}}, paths: {{macos: /Volumes/Beside}}}}
      films: {{on: three, filesystem: ntfs, ids: {{windows: {films}}}, paths: {{windows: 'S:\\'}}}}
      standby: {{on: four, filesystem: ntfs, ids: {{windows: {standby}}}, paths: {{windows: 'T:\\'}}}}
"""
PLAYBOOK = """
- name: One workstation, two systems
  hosts: ws-a
  power: {macos: {womp: 1}}
  fast-startup: {windows: {}}
  openssh-server: {windows: {}}
  datasets:
    music:
      source: {volume: music}
      policy: none
      quiet: 0 s
      copies:
        beside: {to: "ws-a:beside/music", every: day at 02:30, keep: {daily: 30}}
    films:
      source: {volume: films}
      policy: none
      quiet: 0 s
      copies:
        standby: {to: "ws-a:standby", every: day at 02:00, mode: clone}
"""


@dataclass
class Workstation:
    """Both systems of it, one of which runs; `now` is the hour on every clock, also on the control machine's."""

    folder: Path
    box: Box
    mac: Mac
    windows: Windows
    reached: Reached
    now: datetime = field(default=START)

    def say(self, *words: str, code: int) -> str:
        """One command; what it printed. Its exit status must be this."""
        folder = ["-i", str(self.folder / "inventory"), "-p", str(self.folder / "playbooks")]
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main([*folder, *words])
        assert not self.reached.faults, self.windows.refused()
        assert ended.value.code == code, (words, err.getvalue()[-2000:], out.getvalue()[-2000:])
        return out.getvalue()

    def json(self, *words: str, code: int) -> dict[str, Any]:
        """The same as a document."""
        found = json.loads(self.say(*words, "--format", "json", code=code))
        assert isinstance(found, dict)
        return found

    def look(self, code: int) -> tuple[dict[str, str], set[str]]:
        """One look: class of drift by address, of all that is not well; and of which systems something is asleep."""
        found = {one["address"]: one["class"] for one in self.json("drift", code=code)["changes"]}
        asleep = {address.split("/")[1] for address, word in found.items() if word == "asleep"}
        return {address: word for address, word in found.items() if word != "asleep"}, asleep

    def classes(self, code: int) -> dict[str, str]:
        """The first of the two."""
        return self.look(code)[0]

    def set_clock(self, moment: datetime) -> None:
        """From here on it is this late everywhere."""
        self.now = moment
        self.mac.set_clock(moment.astimezone().replace(tzinfo=None))
        self.windows.set_clock(moment)

    def later(self, **by: float) -> None:
        """So much later."""
        self.set_clock(self.now + timedelta(**by))


def furnish_mac(mac: Mac) -> None:
    """Its two volumes, some work, and an rsync of Homebrew."""
    mac.do("mkdir -p /opt/homebrew/bin; cp /opt/standin/gnu/rsync /opt/homebrew/bin/")
    with mac.state() as state:
        mac_volumes.add(state, "Music", MUSIC, device="disk4s1")
        mac_volumes.add(state, "Beside", BESIDE, device="disk5s1")
    mac.do("mkdir -p '/Volumes/Music/Song' /Volumes/Beside; echo one >'/Volumes/Music/Song/take.wav'")


def furnish_windows(windows: Windows) -> None:
    """Its two volumes, some work, and the keys that let us in."""
    with_keys(windows)
    for letter, label, serial in (("S", "Films", FILMS), ("T", "Standby", STANDBY)):
        drive = {"label": label, "format": "NTFS", "type": 3, "total": 1000 * GIB, "free": 600 * GIB}
        windows.state["drives"][letter] = {**drive, "serial": int(serial, 16)}
        (windows.folder / letter).mkdir(exist_ok=True)
    film = windows.folder / "S" / "Film"
    film.mkdir()
    (film / "reel.mov").write_bytes(b"one")


@contextmanager
def workstation(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workstation]:
    """Switched off, with two disks on each side and nothing of ours."""
    with Mac("15") as mac, Windows(START) as windows:
        furnish_mac(mac)
        furnish_windows(windows)
        box, reached = Box(folder / "box"), Reached(windows)
        box.add_posix("macos", mac.argv([]), ENVIRONMENT)
        box.add_windows("windows", reached)
        values = {"port": box.port, "user": USER, "identity": box.identity, **box.host_keys}
        values |= {"music": MUSIC, "beside": BESIDE, "films": FILMS, "standby": STANDBY}
        for name, text in (("inventory", INVENTORY.format(**values)), ("playbooks", PLAYBOOK)):
            (folder / name).mkdir()
            (folder / name / "all.yml").write_text(text, encoding="utf-8")
        made = Workstation(folder, box, mac, windows, reached)
        monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
        monkeypatch.setenv("HOME", str(folder))
        begun, real = time.time(), time.time
        monkeypatch.setattr(time, "time", lambda: made.now.timestamp() + real() - begun)
        made.set_clock(START)
        try:
            yield made
        finally:
            box.close()
        assert mac.refused() == []
        assert windows.refused() == []
