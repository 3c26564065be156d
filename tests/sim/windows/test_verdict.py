"""`verdict --live`, `plan` and `drift` ask a Windows what Backblaze sent: by that the copy counts, by a pass never."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from studio_backup.cli import main, reading
from studio_backup.cli.evidence import record_of
from studio_backup.engine import Engine
from studio_backup.facts import OBSERVED
from tests.sim.windows.machine import Windows
from tests.sim.windows.test_kept import DATA, FILES, settle, write
from tests.windows_studio import KEY, MACHINES

PLAY = """- name: A Windows
  hosts: ws-a
  datasets:
    sessions:
      source: {volume: sessions, path: Current}
      policy: two
      external: {cloud: {tool: backblaze-personal, to: "account:cloud"}}
  backblaze: {windows: {}}
"""
POLICY = "policies: {two: {copies: 2, media: 1, offsite: 0}}\n"
MAC = f'      macos: {{address: 10.0.0.1, user: tech, become: sudo, host_key: "{KEY}a"}}\n'
ALONE = (
    MACHINES.replace(MAC, "")
    .replace("macos: BBBB3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F, ", "")
    .replace("macos: /Volumes/Sessions, ", "")
    .replace("erased_by", f"mfa: {{by: Mara, on: {date.today()}}}, erased_by")
)
REMAINING = r"bzreports\bzstat_remainingbackup.xml"


def test_the_copy_is_judged_by_what_was_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name, text in (("inventory/i.yml", ALONE + POLICY), ("playbooks/p.yml", PLAY)):
        Path(name).parent.mkdir()
        Path(name).write_text(text, encoding="utf-8")
    now = datetime.now(UTC).replace(microsecond=0)
    with Windows(now) as windows:
        monkeypatch.setattr(
            reading, "engine_of", lambda *_, **__: Engine(lambda one, _: (windows.transport(), one), brief=True)
        )

        def says(*arguments: str) -> str:
            with pytest.raises(SystemExit):
                main([*arguments])
            return "".join(capsys.readouterr())

        settle(windows, now)
        rest = FILES[REMAINING].replace('numfilesforbackup="0"', 'numfilesforbackup="3"')
        write(windows, rf"{DATA}\{REMAINING}", rest, now)
        assert "ws-a/sessions  two  UNKNOWN" in says("verdict", "--live")  # its last pass ended a minute ago
        settle(windows, now)
        write(windows, rf"{DATA}\bzinfo.xml", FILES["bzinfo.xml"].replace("tom &amp; kim", "current"), now)
        assert "ws-a/sessions  two  UNKNOWN" in says("verdict", "--live")  # somebody left it out
        settle(windows, now)
        assert "ws-a/sessions  two  OK" in says("verdict", "--live")
        facts = record_of("northlight").facts()
        assert [(one.subject, one.what, one.sort) for one in facts] == [("copy:ws-a/sessions/cloud", "made", OBSERVED)]
        assert facts[0].at == int((now - timedelta(hours=2)).timestamp())
        assert "No drift: 1 resource" in says("drift", "--only", "kind:windows-backblaze")
        assert len(record_of("northlight").facts()) == 1  # noted once
        assert windows.refused() == []
