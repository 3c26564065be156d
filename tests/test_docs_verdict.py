"""docs/verdict.md shows what the program really says of the spec that it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from studio_backup.spec import load
from tests.test_cli import run

DOCUMENT = (Path(__file__).parents[1] / "docs/verdict.md").read_text(encoding="utf-8")
SCREENS = re.findall(r"```\n\$ studio-backup (\w+)\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.mark.parametrize(("command", "shown"), SCREENS)
def test_the_screens_are_real(
    command: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in re.findall(r"```yaml\n# (\S+\.yml)\n(.*?)```", DOCUMENT, re.DOTALL):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert run(capsys, command)[1].rstrip() == shown.rstrip()
    assert command == "validate" or max(map(len, shown.splitlines())) <= 80


def test_there_are_two_screens_and_the_policies_are_valid() -> None:
    assert [command for command, _ in SCREENS] == ["verdict", "validate"]
    policies = re.findall(r"```yaml\n(policies:.*?)```", DOCUMENT, re.DOTALL)[0]
    good = (Path(__file__).parent / "spec/good/inventory.yml").read_text(encoding="utf-8")
    found = load([("i.yml", good), ("p.yml", policies)], [])
    assert found.problems == ()
    assert found.studio is not None
    assert set(found.studio.policies) == {"3-2-1", "client-work"}
