"""A machine that pushes by a share: its user's hands in the landing, beside those of the gate's key."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.shells.job_bench import RECEIVER
from tests.shells.job_running import Job
from tests.shells.job_server import Server
from tests.shells.push_bench import Pushed, as_lander, make_pushed

RUN = "20261127T010203Z-AB12CD34"
OTHER = "20261127T020304Z-AB12CD35"


@dataclass
class Shared(Pushed):
    """The landing as a share shows it: `records` is root's and sticky, `files` the user's."""

    @property
    def share(self) -> Path:
        return self.keeper.target / "landing" / "records"

    def put(self, name: str, text: str) -> Path:
        """What a file of the user's becomes when it is written and moved into its place."""
        new = self.share / f"{name}.new"
        new.write_text(text)
        shutil.chown(new, RECEIVER, RECEIVER)
        new.rename(self.share / name)
        return self.share / name

    def fill(self, count: int) -> None:
        self.landing.mkdir(exist_ok=True)
        for number in range(count):
            (self.landing / f"take-{number:03}.wav").write_text(f"take {number}\n")
        for path in (self.landing, *self.landing.iterdir()):
            shutil.chown(path, RECEIVER, RECEIVER)

    def push(self, count: int, run: str = RUN, opened: int = 0) -> None:
        """A whole push of so many files."""
        self.put("begun", run)
        self.put("alive", run)
        self.fill(count)
        self.put("ended", f"{run} {len(list(self.landing.rglob('*')))} {opened}")

    def as_user(self, script: str) -> subprocess.CompletedProcess[str]:
        """What the share's user can do there, and more: Samba would let it make no link and no pipe."""
        command = [*as_lander(), "sh", "-c", script]
        return subprocess.run(command, cwd=self.share, capture_output=True, text=True, check=False, timeout=30)

    def later(self, line: str, seconds: int) -> subprocess.CompletedProcess[bytes]:
        """The gate, asked so many seconds from now."""
        self.keeper.at(seconds)
        hooked = self.keeper.environment.pop("PATH")
        before, os.environ["PATH"] = os.environ["PATH"], hooked
        try:
            return self.ask(line)
        finally:
            os.environ["PATH"] = before

    def during(self, script: str) -> None:
        """What happens while the job reads the landing: right before its first rsync moves anything."""
        hooks = self.keeper.state.parent / "hooks"
        hooks.mkdir(exist_ok=True)
        text = f'case "$*" in *--version*) ;; *) (cd {self.share} && {script}) ;; esac\nexec /usr/bin/rsync "$@"\n'
        (hooks / "rsync").write_text(f"#!/bin/sh\n{text}")
        (hooks / "rsync").chmod(0o755)
        self.keeper.environment["PATH"] = f"{hooks}:{os.environ['PATH']}"


def make_shared(job: Job, server: Server) -> Shared:
    """A copy that is pushed, whose landing is a share as well."""
    made = make_pushed(job, server)
    landing = made.keeper.target / "landing"
    records = landing / "records"
    records.mkdir()
    for folder in (landing, records):
        os.chown(folder, 0, pwd.getpwnam(RECEIVER).pw_gid)
        folder.chmod(0o1770)
    gate = job.program / "gate.d" / "ws" / f"{job.values['id']}.conf"
    gate.write_text(f"{gate.read_text()}records='{records}'\n")
    made.keeper.set(records=str(records), lander=RECEIVER)
    return Shared(made.sender, made.keeper)
