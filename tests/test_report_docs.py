"""docs/report.md and the units beside it are so: their YAML holds, their commands exist, systemd takes them."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from studio_backup.cli.drift import command
from studio_backup.report.compliance import CLASSES
from studio_backup.spec import load

ROOT = Path(__file__).parents[1]
UNITS = ROOT / "docs" / "units"
PAGE = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
PROGRAM = "/opt/studio-backup/.venv/bin/studio-backup"


def commands() -> list[list[str]]:
    """Every `studio-backup drift …` of the page and the units."""
    texts = [PAGE, *(file.read_text(encoding="utf-8") for file in UNITS.iterdir())]
    found = [line for text in texts for line in re.findall(r"studio-backup drift( --[^\n`#]*)", text)]
    return [shlex.split(line) for line in found]


def test_every_command_is_one() -> None:
    assert len(commands()) >= 6
    for words in commands():
        with command.make_context("drift", words, obj=None) as context:
            assert isinstance(context, click.Context)


def test_the_yaml_holds() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 3
    blocks[-1] = re.sub("^", "  ", blocks[-1], flags=re.MULTILINE)
    good = (ROOT / "tests" / "spec" / "good" / "inventory.yml").read_text(encoding="utf-8")
    good = good.replace("defaults:\n", f"defaults:\n{blocks.pop().rstrip()}\n")
    texts = [("inventory.yml", good), *((f"{n}.yml", text) for n, text in enumerate(blocks))]
    loaded = load(texts, [("playbook.yml", (ROOT / "tests" / "spec" / "good" / "playbook.yml").read_bytes())])
    assert loaded.problems == ()
    assert loaded.studio is not None
    assert (len(loaded.studio.waivers), len(loaded.studio.receivers)) == (1, 1)
    assert loaded.studio.machines["nas"].alarm is not None


def test_every_class_is_explained() -> None:
    assert [word for word in CLASSES if f"| {word} |" not in PAGE] == []


@pytest.mark.parametrize("name", ["service", "timer"])
def test_systemd_takes_the_units(tmp_path: Path, name: str) -> None:
    for file in UNITS.iterdir():
        text = file.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    unit = tmp_path / f"studio-backup-report.{name}"
    argv = ["systemd-analyze", "verify", "--man=no", str(unit)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    told = [line for line in done.stderr.splitlines() if "studio-backup" in line]
    assert (done.returncode, told) == (0, [])


def test_results_do_not_fail_the_unit() -> None:
    text = (UNITS / "studio-backup-report.service").read_text(encoding="utf-8")
    assert "\nSuccessExitStatus=2 3\n" in text
    assert PROGRAM in text


def test_pictures_are_small_and_there() -> None:
    named = re.findall(r"!\[[^]]*\]\(([^)]+)\)", PAGE)
    assert len(named) == 2
    for name in named:
        picture = (ROOT / "docs" / name).read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 200_000, name
