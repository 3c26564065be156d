"""One Mac: a namespace with the stand-ins in it, a state folder, a clock that a test moves, and what launchd does."""

from __future__ import annotations

import json
import math
import os
import plistlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

import pytest

from studio_backup.transport import Local
from tests.sim.macos import launchd
from tests.sim.macos.state import State, fresh, opened

_TESTS = Path(__file__).parents[2]
DAEMONS = "/Library/LaunchDaemons"
#: What sshd gives a session there (reference 3.1 has launchd's own; ours is set by every script anyway).
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/Users/tech"}


class Mac:
    """A stand-in that lives as long as the block; whatever runs in it runs as root. `shell` is its /bin/sh."""

    def __init__(self, version: str = "15", shell: str = "/bin/bash") -> None:
        self._version, self._shell = version, shell

    def __enter__(self) -> Mac:
        if os.geteuid() != 0 or not Path("/proc/self/ns/mnt").exists():
            pytest.fail("a stand-in of a Mac is a mount namespace: run this as root on Linux")
        self.folder = Path(tempfile.mkdtemp(prefix="mac-"))
        (self.folder / "state.json").write_text(json.dumps(fresh(self._version)), encoding="utf-8")
        python = str(Path(sys.executable).resolve())
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", str(_TESTS / "sim/macos/bsd/enter.sh"),
             str(_TESTS), str(self.folder), self._shell, python],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == "ready\n"
        # Its programs run in the other root from the moment that `chroot` is done.
        while Path(f"/proc/{self._holder.pid}/comm").read_text(encoding="utf-8") != "cat\n":
            time.sleep(0.002)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.settle()
        self._holder.communicate("")
        shutil.rmtree(self.folder)

    @contextmanager
    def state(self) -> Iterator[State]:
        """What its tools share, to look at or to change behind everybody's back."""
        with opened(self.folder) as state:
            yield state

    def real(self, path: str) -> Path:
        """Where root of this machine finds what stands there in here."""
        return Path(f"/proc/{self._holder.pid}/root{path}")

    def argv(self, command: Sequence[str]) -> list[str]:
        """The command line that runs `command` in here."""
        return ["nsenter", f"--target={self._holder.pid}", "--mount", "--root", "--wd", "--", *command]

    def transport(self, shell: Sequence[str] = ("/bin/sh",)) -> Local:
        """A way to it, as a connection would be one."""
        return Local(self.argv(shell), ENVIRONMENT)

    def run(self, script: str, shell: Sequence[str] = ("/bin/sh",)) -> subprocess.CompletedProcess[str]:
        """Stream a script to a shell in here, and wait for its end."""
        return subprocess.run(self.argv([*shell, "-s"]), input=script, capture_output=True, text=True, check=False,
                              env=ENVIRONMENT, timeout=120)  # fmt: skip

    def do(self, script: str) -> str:
        """The same for what must go well: what it printed."""
        done = self.run(script)
        assert done.returncode == 0, (script, done.stdout, done.stderr)
        return done.stdout

    def refused(self) -> list[str]:
        """What a stand-in was asked and does not know, so far: a test that has any proves nothing."""
        log = self.folder / "refused"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    @property
    def now(self) -> datetime:
        """Its own clock."""
        return datetime.now() + timedelta(seconds=self._offset())

    def _offset(self) -> int:
        clock = self.folder / "clock"
        return int(clock.read_text(encoding="utf-8")) if clock.exists() else 0

    def set_clock(self, moment: datetime) -> None:
        """From here on it is this late in there."""
        offset = math.ceil((moment - datetime.now()).total_seconds())
        (self.folder / "clock").write_text(f"{offset}\n", encoding="utf-8")

    def settle(self) -> None:
        """Wait until no job runs: until nothing is in here but what holds the namespace."""
        deadline = time.monotonic() + 60
        while self._busy():
            assert time.monotonic() < deadline, "something in the stand-in does not end"
            time.sleep(0.01)

    def _busy(self) -> bool:
        own, mine = Path(f"/proc/{self._holder.pid}/ns/mnt").stat().st_ino, str(self._holder.pid)
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and process.name != mine:
                with suppress(OSError):  # it ended meanwhile
                    if (process / "ns/mnt").stat().st_ino == own:
                        return True
        return False

    def _jobs(self) -> State:
        with self.state() as state:
            return dict(state["launchd"])

    def play(self, until: datetime) -> list[tuple[datetime, str]]:
        """Let the time pass until then, awake: every job runs when its calendar says, to its end."""
        found = []
        for moment, label in self._due(until):
            self.set_clock(moment)
            found.append((moment, label))
            self._start(label)
        self.set_clock(until)
        return found

    def sleep(self, until: datetime) -> list[str]:
        """The lid closed until then: what was missed runs once, however often it was missed."""
        missed = list(dict.fromkeys(label for _, label in self._due(until)))
        self.set_clock(until)
        for label in missed:
            self._start(label)
        return missed

    def power_off(self, until: datetime) -> None:
        """Switched off until then, and started again: nothing that was missed is replayed, its folder is loaded."""
        self.settle()
        with self.state() as state:
            state["launchd"] = {}
        self.set_clock(until)
        for name in self.do(f"ls {DAEMONS}").split():
            self.run(f"/bin/launchctl bootstrap system {DAEMONS}/{name}")
        self.settle()

    def _due(self, until: datetime) -> list[tuple[datetime, str]]:
        after = self.now
        return sorted(
            (moment, label)
            for label, job in self._jobs().items()
            if launchd.still_there(job)
            for moment in launchd.due(plistlib.loads(str(job["plist"]).encode()), after, until)
        )

    def _start(self, label: str) -> None:
        python = str(Path(sys.executable).resolve())
        subprocess.run(self.argv([python, "-S", "-E", "-c", _RUN, label]), check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, env=ENVIRONMENT)  # fmt: skip


_RUN = "import sys; sys.path.insert(0, '/opt/standin'); from tests.sim.macos.launchd import run; run(sys.argv[1])"
