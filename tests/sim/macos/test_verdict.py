"""`verdict --live`, `plan` and `drift` ask a Mac when Time Machine last completed a backup: by that the copy counts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from studio_backup.cli import main, reading
from studio_backup.cli.evidence import record_of
from studio_backup.engine import Engine
from studio_backup.facts import OBSERVED
from tests.mac_studio import MACHINES, SESSIONS, SHUTTLE
from tests.sim.macos import time_machine, volumes
from tests.sim.macos.machine import Mac
from tests.sim.macos.test_drift import bench_of

PLAY = """- name: A Mac
  hosts: ws-a
  datasets:
    sessions:
      source: {volume: sessions}
      policy: two
      external: {disk: {tool: time-machine, to: "drive:shuttle-1"}}
  time-machine: {macos: {destinations: [shuttle]}}
"""
POLICY = "policies: {two: {copies: 2, media: 1, offsite: 0}}\n"


class Rig:
    """The commands themselves, on a spec of one Mac that is a stand-in."""

    def __init__(self, mac: Mac, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        for name, text in (("inventory/i.yml", MACHINES + POLICY), ("playbooks/p.yml", PLAY)):
            Path(name).parent.mkdir()
            Path(name).write_text(text, encoding="utf-8")
        self._capsys = capsys

        def engine(*_: object, **__: object) -> Engine:
            return Engine(lambda system, _: (mac.transport(), system), brief=True)

        monkeypatch.setattr(reading, "engine_of", engine)

    def says(self, *arguments: str) -> str:
        with pytest.raises(SystemExit):
            main([*arguments])
        return "".join(self._capsys.readouterr())


def test_the_copy_is_judged_by_what_the_mac_notes(
    mac: Mac, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    bench = bench_of(mac, "- {name: A Mac, hosts: ws-a, time-machine: {macos: {destinations: [shuttle]}}}\n")
    with mac.state() as state:
        volumes.add(state, "Shuttle", SHUTTLE, device="disk8s1")
    assert bench.apply()[1].failed == []
    mac.do("mkdir -p /Volumes/Sessions")
    rig = Rig(mac, monkeypatch, capsys)
    assert "ws-a/sessions  two  UNKNOWN" in rig.says("verdict", "--live")
    with mac.state() as state:
        time_machine.attempt(state, datetime.now(UTC), number=1)
        state["tm"]["excluded_volumes"] = [SESSIONS]
    assert "ws-a/sessions  two  UNKNOWN" in rig.says("verdict", "--live")  # in no backup, however new that is
    with mac.state() as state:
        state["tm"] |= {"excluded_volumes": [], "sticky": ["/Volumes/Sessions"]}
    assert "ws-a/sessions  two  UNKNOWN" in rig.says("verdict", "--live")  # a mark on the folder, in no list of any
    with mac.state() as state:
        state["tm"]["sticky"] = []
    assert "ws-a/sessions  two  OK" in rig.says("verdict", "--live")
    facts = record_of("northlight").facts()
    assert [(one.subject, one.what, one.sort) for one in facts] == [("copy:ws-a/sessions/disk", "made", OBSERVED)]
    rig.says("drift", "--only", "kind:time-machine")
    assert len(record_of("northlight").facts()) == 1  # noted once
    with mac.state() as state:
        state["tm"]["dests"][1]["completed"] = ["2026-01-01T00:00:00Z"]
    rig.says("plan", "--only", "kind:time-machine")
    assert len(record_of("northlight").facts()) == 1  # an older date is no news
