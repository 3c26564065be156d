"""A real sshd on this machine whose only key may run the gate, and jobs that pull through it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shells.job_bench import RECEIVER, call
from tests.shells.job_running import Job


@dataclass
class Server:
    """A real sshd on 127.0.0.1 and ::1 whose only key may run the gate."""

    folder: Path
    port: int
    log: Path

    def logins(self) -> int:
        return self.log.read_text().count("Accepted publickey")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def start_sshd(folder: Path, program: Path) -> Iterator[Server]:
    """One that listens, for as long as it is wanted."""
    folder.mkdir()
    for name in ("host", "key"):
        call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name)
    public = (folder / "key.pub").read_text()
    (folder / "authorized").write_text(f'restrict,command="{program}/gate nas" {public}')
    port = free_port()
    (folder / "config").write_text(
        f"Port {port}\nListenAddress ::1\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nPermitRootLogin yes\n"
        "PasswordAuthentication no\nLogLevel VERBOSE\nMaxStartups 100\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    log = folder / "log"
    process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", str(folder / "config"), "-E", str(log)])
    try:
        for _ in range(400):
            if log.exists() and "Server listening on 127.0.0.1" in log.read_text():
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"sshd does not listen: {log.read_text() if log.exists() else 'no log'}")
        yield Server(folder, port, log)
    finally:
        process.terminate()
        process.wait()


def write_gate(job: Job, identity: str, **values: str) -> Path:
    """What the key `nas` may ask for under this name; by default the job's own source."""
    path = job.program / "gate.d" / "nas" / f"{identity}.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "dataset": job.values["dataset"],
        "copy_id": identity,
        "kind": "data",
        "path": job.values["source_path"],
        "root": job.values["source_root"],
        "id": job.values["source_id"],
        "volume": job.values["source_volume"],
        "quiet": "0",
        "state": str(job.state / "gate"),
        **values,
    }
    path.write_text("".join(f"{key}='{value}'\n" for key, value in content.items()))
    return path


def make_pull(job: Job, server: Server, *ports: int) -> Job:
    """Turn a local job into one that pulls through the gate as a user without rights."""
    write_gate(job, job.values["id"])
    home = job.state / "receivers" / "ws-a"
    home.mkdir(parents=True)
    for parent in [home, *home.parents]:
        if job.state in [parent, *parent.parents]:
            parent.chmod(0o755)
    shutil.copy(server.folder / "key", home / "key")
    shutil.chown(home / "key", RECEIVER)
    (home / "key").chmod(0o400)
    host = (server.folder / "host.pub").read_text()
    (home / "known_hosts").write_text(f"ws-a {host}")
    lines = [
        f"system{number}\troot\t127.0.0.1\t{port}\tws-a\t{job.values['id']}"
        for number, port in enumerate(ports or (server.port,))
    ]
    shutil.chown(job.target, RECEIVER)
    empty = {"source_path": "", "source_volume": "", "source_root": "", "source_id": ""}
    return job.set(
        kind="pull",
        receiver=RECEIVER,
        home=str(home),
        known_hosts=str(home / "known_hosts"),
        sources="\n".join(lines),
        **empty,
    )
