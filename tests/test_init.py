"""Starter studios: each is valid and judged at once, nothing is overwritten, nothing asked without a terminal."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import pytest

from studio_backup.cli import main
from studio_backup.starters import STARTERS, is_stand_in
from tests.test_schemas_documents import complaints

ROOT = Path(__file__).parents[1]
PROGRAM = [sys.executable, "-c", "from studio_backup.cli import main; main()"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", Path("/dev/null").open())  # noqa: SIM115


class Program:
    """The command line, in this process and without a terminal."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str, code: int) -> str:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main(list(arguments))
        out, err = self._capsys.readouterr()
        assert caught.value.code == code, out + err
        return out + err

    def json(self, *arguments: str, code: int) -> dict[str, Any]:
        found = json.loads(self(*arguments, "--format", "json", code=code))
        assert isinstance(found, dict)
        return found


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(capsys)


@pytest.mark.parametrize("off_site", [True, False])
@pytest.mark.parametrize("starter", STARTERS)
def test_every_starter_is_valid_and_gets_a_verdict(run: Program, tmp_path: Path, starter: str, off_site: bool) -> None:
    where = "--off-site" if off_site else "--no-off-site"
    made = run.json("init", "--name", "northlight", "--starter", starter, "--rooms", "3", where, code=0)
    assert complaints(made, "report", "init") == []
    checked = run.json("validate", code=0)
    assert (checked["problems"], checked.get("warnings", [])) == ([], [])
    verdicts = run.json("verdict", code=0 if off_site else 4)
    assert {one["verdict"] for one in verdicts["verdicts"]} == {"OK" if off_site else "FAIL"}
    texts = [path.read_text() for path in sorted(tmp_path.rglob("*.yml"))]
    assert len(texts) == 3
    for text in texts:
        lines = text.splitlines()
        assert sum("#" in line for line in lines) >= 5, "it says what its lines are for"
        assert max(map(len, lines)) <= 120


def test_from_an_installed_program_to_a_first_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As nobody in particular, in a folder of its own; the time is told, not judged."""
    begun = time.monotonic()
    said = ""
    for arguments in (("init", "--name", "n", "--starter", "rooms", "--rooms", "2", "--off-site"), ("verdict",)):
        done = subprocess.run([*PROGRAM, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        said = done.stdout
    with capsys.disabled():
        print(f"\ninit and verdict: {time.monotonic() - begun:.1f} s")
    assert "2 OK" in said


@pytest.mark.long
def test_from_pip_install_to_a_first_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    """In an environment of its own, then as a user who may do nothing: no host, no root."""
    home = Path(tempfile.mkdtemp())
    try:
        home.chmod(0o755)
        begun = time.monotonic()
        venv.create(home / "env", with_pip=True)
        install = [str(home / "env/bin/pip"), "install", "--quiet", "--disable-pip-version-check", str(ROOT)]
        done = subprocess.run(install, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stderr
        (home / "studio").mkdir()
        nobody = 65534 if os.getuid() == 0 else None
        if nobody:
            os.chown(home / "studio", nobody, nobody)
        said = ""
        for words in ("init --name northlight --starter rooms --rooms 2 --off-site", "verdict"):
            done = subprocess.run(
                [str(home / "env/bin/studio-backup"), *words.split()],
                cwd=home / "studio",
                env={"PATH": "/usr/bin:/bin", "HOME": str(home / "studio")},
                user=nobody,
                group=nobody,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            said = done.stdout
        with capsys.disabled():
            print(f"\npip install, init and verdict: {time.monotonic() - begun:.1f} s")
        assert "2 OK" in said
    finally:
        shutil.rmtree(home)


def test_nothing_is_ever_overwritten(run: Program, tmp_path: Path) -> None:
    options = ("--name", "northlight", "--starter", "home", "--off-site")
    run("init", *options, code=0)
    before = {path: path.read_text() for path in tmp_path.rglob("*.yml")}
    refused = run("init", "--name", "other", "--starter", "shared", "--rooms", "1", "--off-site", code=5)
    assert "inventory is not empty; nothing was written" in refused
    assert {path: path.read_text() for path in tmp_path.rglob("*.yml")} == before
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "playbooks").mkdir(parents=True)
    (elsewhere / "playbooks/mine.yml").write_text("[]\n")
    run("init", "elsewhere", *options, code=5)
    assert not (elsewhere / "inventory").exists()


def test_all_of_it_is_written_or_nothing(run: Program, tmp_path: Path) -> None:
    options = ("--name", "northlight", "--starter", "home", "--off-site")
    (tmp_path / "playbooks").write_text("mine\n")
    assert "playbooks is no folder; nothing was written" in run("init", *options, code=5)
    (tmp_path / "playbooks").unlink()
    (tmp_path / "playbooks").symlink_to("nowhere")
    run("init", *options, code=5)
    assert [path.name for path in tmp_path.iterdir()] == ["playbooks"]
    assert "cannot be written" in run("init", "/proc/self/fdinfo/x", *options, code=1)


def test_the_next_command_can_be_typed_as_it_stands(run: Program) -> None:
    done = run("init", "our studio", "--name", "northlight", "--starter", "home", "--off-site", code=0)
    assert "Next: cd 'our studio' && studio-backup verdict" in done


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--name, --starter, --rooms, --off-site or --no-off-site"),
        (("--name", "northlight", "--starter", "home"), "--off-site or --no-off-site"),
        (("--name", "North Light", "--starter", "home", "--off-site"), "not a name"),
        (("--name", "north-", "--starter", "home", "--off-site"), "not a name"),
        (("--name", "x", "--starter", "castle"), "'castle' is not one of"),
        (("--name", "x", "--starter", "rooms", "--rooms", "0", "--off-site"), "0 is not in the range"),
    ],
)
def test_what_is_missing_or_wrong_is_said(run: Program, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    done = run("init", *options, code=1)
    assert said in done
    assert list(tmp_path.iterdir()) == []


def test_four_questions_on_a_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen([*PROGRAM, "init"], cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, b"northlight\nshared\n2\ny\n")
        said = b""
        while True:
            try:
                said += os.read(ours, 4096)
            except OSError:
                break
        assert process.wait(timeout=60) == 0, said
    os.close(ours)
    assert said.count(b"?") == 4
    assert b"Next: studio-backup verdict" in said
    assert "studio: northlight" in (tmp_path / "inventory/studio.yml").read_text()


def test_a_key_that_holds_a_place_is_known_as_such(run: Program, tmp_path: Path) -> None:
    run("init", "--name", "northlight", "--starter", "rooms", "--rooms", "1", "--off-site", code=0)
    text = (tmp_path / "inventory/machines.yml").read_text()
    keys = [line.split('"')[1] for line in text.splitlines() if "host_key:" in line]
    assert len(keys) == 3
    assert all(is_stand_in(key) for key in keys)
    assert not is_stand_in("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAYH28FYkuNex30uefrjURvqRrApy+O+E2YDwPo7IgnQ")
