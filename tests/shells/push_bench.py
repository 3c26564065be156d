"""A machine that pushes and the one that it pushes to, both of this bench: two jobs, a real sshd, the gate between."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.shells.job_bench import RECEIVER, call
from tests.shells.job_running import Job, Outcome
from tests.shells.job_server import Server

#: What a rsync 3 is given; what the compiler gives to it is tested where it is made.
OPTIONS = "-rlptHS --delete --delete-excluded --filter=P_.studio-backup-partial --timeout=600 --no-s --stats --no-h"


@dataclass
class Pushed:
    """Both ends of a copy that is pushed."""

    sender: Job
    keeper: Job

    @property
    def landing(self) -> Path:
        return self.keeper.target / "landing" / "files"

    @property
    def records(self) -> Path:
        return Path(self.keeper.values["landing"])

    def both(self, manual: bool = True) -> Outcome:
        """A push that must be good, and what the other end makes of it."""
        sent = self.sender.run()
        assert sent.code == 0, f"{sent.record} {sent.err} {self.sender.log()}"
        return self.keeper.run(manual=manual)

    def ask(self, line: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """What the key can say to the gate besides what our job says, as the user that the key logs in."""
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "SSH_ORIGINAL_COMMAND": line}
        program = [*as_lander(), *self.keeper.shell, str(self.keeper.program / "gate"), "ws"]
        return subprocess.run(program, input=given, capture_output=True, env=environment, check=False, timeout=60)


def as_lander() -> list[str]:
    return ["setpriv", "--reuid", RECEIVER, "--regid", RECEIVER, "--clear-groups"]


def make_pushed(job: Job, server: Server) -> Pushed:
    """Turn a local job into one that pushes from its source, and one that keeps what lands beside its target."""
    identity = job.values["id"]
    state = job.state.parent / "keeper"
    landing, folder = state / "landings" / identity, job.target / "landing"
    for made in (landing, folder):
        made.mkdir(parents=True)
        shutil.chown(made, RECEIVER, RECEIVER)
        made.chmod(0o700)
    values = {
        "studio": job.values["studio"], "dataset": job.values["dataset"], "copy_id": identity, "kind": "landing",
        "path": str(folder), "root": job.values["target_root"], "id": job.values["target_id"],
        "volume": job.values["target_volume"], "landing": str(landing),
    }  # fmt: skip
    gate = job.program / "gate.d" / "ws" / f"{identity}.conf"
    gate.parent.mkdir(parents=True, exist_ok=True)
    gate.write_text("".join(f"{key}='{value}'\n" for key, value in values.items()))
    keeper = Job(job.program, state / f"{identity}.conf", dict(job.values), landing, job.target, state)
    keeper.set(
        kind="landing", state=str(state), landing=str(landing), source_path=str(folder / "files"),
        source_root=job.values["target_root"], source_id=job.values["target_id"],
        source_volume=job.values["target_volume"],
    )  # fmt: skip
    _let_in(server, job)
    home = job.state / "pushers" / "nas"
    home.mkdir(parents=True)
    shutil.copy(server.folder / "key", home / "key")
    (home / "known_hosts").write_text(f"nas {(server.folder / 'host.pub').read_text()}")
    line = f"nas/linux\troot\t127.0.0.1\t{server.port}\tnas\t{identity}"
    empty = dict.fromkeys(("target", "target_root", "target_id", "target_volume"), "")
    job.set(
        kind="push", sources=line, home=str(home), known_hosts=str(home / "known_hosts"), options_rsync_3=OPTIONS,
        **empty,
    )  # fmt: skip
    return Pushed(job, keeper)


def _let_in(server: Server, job: Job) -> None:
    """The key reaches the gate as a user without rights: here by a program in between, where the user has no shell."""
    public = (server.folder / "key.pub").read_text()
    program = f"{' '.join(as_lander())} {job.program}/gate ws"
    (server.folder / "authorized").write_text(f'restrict,command="{program}" {public}')


def shared_inodes(one: Path, other: Path) -> set[int]:
    """Inodes that two trees have in common."""
    return inodes(one) & inodes(other)


def inodes(tree: Path) -> set[int]:
    return {path.lstat().st_ino for path in tree.rglob("*") if not path.is_dir()}


def fingerprint(tree: Path) -> str:
    """Every byte, name, mode, owner, time and inode of a tree."""
    look = """cd "$1" && find . -exec stat -c '%n %i %f %u:%g %s %Y %h' {} + | sort
      find . -type f -exec cksum {} + | sort; find . -type l -exec readlink {} + | sort"""
    return call("sh", "-c", look, "sh", tree)
