"""A copy of the example studio that a test may edit, and the real command run on it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab.conftest import Lab
from tests.lab.machines import places

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("studio-backup")
IDENTITY = "~/.cache/studio-backup/lab/key"


class Studio:
    """The spec in a folder of its own, with a record of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("inventory", "playbooks"):
            shutil.copytree(ROOT / name, folder / name)
        self.edit("inventory/studio.yml", IDENTITY, str(places.client_key()))
        self.environment = {name: value for name, value in os.environ.items() if name != "STUDIO_BACKUP_SUDO_PASSWORD"}
        self.environment |= {"XDG_STATE_HOME": str(folder / "state"), "COLUMNS": "80"}

    @property
    def record(self) -> Path:
        """The record of the studio `northlight`."""
        return self.folder / "state/studio-backup/northlight/evidence.sqlite"

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace text that stands in a file of the spec."""
        path = self.folder / file
        text = path.read_text()
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new))

    def start(self, *arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.Popen[str]:
        """Start the command; its standard input is no terminal."""
        return subprocess.Popen(
            [str(PROGRAM), *arguments],
            cwd=cwd or self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self, *arguments: str, code: int, timeout: float = 120, cwd: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the command to its end; it must end with this exit code and without a traceback."""
        with self.start(*arguments, cwd=cwd, **environment) as process:
            return finished(process, code, timeout)

    def json(self, *arguments: str, code: int, timeout: float = 120, **environment: str) -> dict[str, Any]:
        """The one JSON document on standard output."""
        done = self.run(*arguments, "--format", "json", code=code, timeout=timeout, cwd=None, **environment)
        document = json.loads(done.stdout)
        assert isinstance(document, dict)
        return document

    def apply(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Apply without a question."""
        return self.run("apply", "--yes", *arguments, code=code)

    def settled(self) -> None:
        """Every resource is seen to be as the spec wants it (or sleeps)."""
        summary = self.json("plan", code=0)["summary"]
        assert {verb for verb, number in summary.items() if number} <= {"ok", "asleep"}, summary


def finished(process: subprocess.Popen[str], code: int, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Wait for the command's end and check how it ended."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        raise
    said = f"exit {process.returncode}, expected {code}\n{out}\n{err}"
    assert "Traceback" not in err, said
    assert "this should not happen" not in out + err, said
    assert process.returncode == code, said
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def changes(document: dict[str, Any], verb: str = "") -> dict[str, dict[str, Any]]:
    """The changes of a plan or drift document by address, of one verb when asked."""
    return {item["address"]: item for item in document["changes"] if verb in ("", item["verb"])}


@contextmanager
def broken(lab: Lab, name: str, fault: str, undo: str, path: str | None = None) -> Iterator[None]:
    """Something is wrong with a machine inside the block."""
    lab.fault(name, fault, path)
    try:
        yield
    finally:
        lab.fault(name, undo)
