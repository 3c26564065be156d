"""Real volumes, a real sshd and installed job programs for the tests of what runs on a machine."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

JOBS = Path(__file__).parents[2] / "studio_backup" / "jobs"
STUDIO = "northlight"
RECEIVER = "backup"
SHELLS: dict[str, list[str]] = {
    "dash": ["dash"],
    "bash": ["bash", "--posix"],
    "busybox": ["busybox", "sh"],
    "mksh": ["mksh"],
    "zsh": ["zsh", "--emulate", "sh"],
}


def call(*words: str | Path) -> str:
    """Run a program of this machine and give its stdout; what it says when it fails is the error."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Volume:
    """A mounted file system with its sentinel."""

    root: Path
    name: str
    image: Path
    id: str = ""

    def mount(self) -> None:
        self.root.mkdir(exist_ok=True)
        call("mount", "-o", "loop", self.image, self.root)

    def unmount(self) -> None:
        call("umount", self.root)

    def write_sentinel(self) -> None:
        sentinel = self.root / ".studio-backup-volume"
        sentinel.write_text(f"{STUDIO}\t{self.name}\t{self.id}\n")


@dataclass
class Bench:
    """A folder that stands for two machines: volumes, an installed program, a state."""

    folder: Path
    mounted: list[Path] = field(default_factory=list)

    def make_volume(self, name: str, filesystem: str = "ext4", megabytes: int = 64) -> Volume:
        image = self.folder / f"{name}.img"
        with image.open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        call(f"mkfs.{filesystem}", "-q", image)
        volume = Volume(self.folder / name, f"machine/{name}", image)
        volume.id = call("blkid", "-p", "-o", "value", "-s", "UUID", image)
        volume.mount()
        self.mounted.append(volume.root)
        volume.write_sentinel()
        return volume

    def close(self) -> None:
        for root in reversed(self.mounted):
            while subprocess.run(["umount", "-l", str(root)], capture_output=True, check=False).returncode == 0:
                pass
        shutil.rmtree(self.folder, ignore_errors=True)


def open_bench() -> Bench:
    folder = Path(tempfile.mkdtemp(prefix="studio-backup-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    return Bench(folder)


def install(program: Path) -> Path:
    """Put the programs where the installer puts them."""
    program.mkdir(parents=True)
    for part in JOBS.iterdir():
        if part.suffix in {".sh", ".awk"}:
            name = part.stem if part.name in {"job.sh", "gate.sh"} else part.name
            shutil.copy(part, program / name)
            (program / name).chmod(0o755 if name in {"job", "gate"} else 0o644)
    return program


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    if os.geteuid() != 0 or not Path("/proc/self/mountinfo").exists():
        pytest.fail("the job tests mount file systems: run them as root on Linux")
    opened = open_bench()
    try:
        install(opened.folder / "etc" / STUDIO)
        yield opened
    finally:
        opened.close()


@pytest.fixture
def own_bench() -> Iterator[Bench]:
    """A bench for one test that unmounts, fills or swaps its volumes."""
    opened = open_bench()
    try:
        install(opened.folder / "etc" / STUDIO)
        yield opened
    finally:
        opened.close()


@pytest.fixture(scope="session")
def work(bench: Bench) -> Volume:
    return bench.make_volume("work")


@pytest.fixture(scope="session")
def tank(bench: Bench) -> Volume:
    return bench.make_volume("tank", megabytes=256)


@pytest.fixture(scope="session")
def pool(bench: Bench) -> Volume:
    return bench.make_volume("pool", "btrfs", 256)


@dataclass
class Outcome:
    """How a job ended: its exit code, its record and what it printed."""

    code: int
    record: dict[str, object]
    out: str
    err: str

    def __getitem__(self, key: str) -> object:
        return self.record[key]


@dataclass
class Job:
    """One job of one dataset, with the directory it reads and the copy it writes."""

    program: Path
    conf: Path
    values: dict[str, str]
    source: Path
    target: Path
    state: Path
    environment: dict[str, str] = field(default_factory=dict)
    shell: list[str] = field(default_factory=list)

    def write(self) -> None:
        self.conf.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{key}='{value}'\n" for key, value in self.values.items()]
        self.conf.write_text("".join(lines))

    def set(self, **values: str) -> Job:
        self.values.update(values)
        self.write()
        return self

    def command(self, verb: str, *words: str) -> list[str]:
        return [*self.shell, str(self.program / "job"), str(self.conf), verb, *words]

    def start(self, verb: str = "run", *words: str, manual: bool = True) -> subprocess.Popen[str]:
        environment = {**os.environ, "STUDIO_BACKUP_MANUAL": "1" if manual else "0", **self.environment}
        return subprocess.Popen(
            self.command(verb, *words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def run(self, verb: str = "run", *words: str, manual: bool = True) -> Outcome:
        started = self.start(verb, *words, manual=manual)
        out, err = started.communicate(timeout=120)
        last = out.strip().splitlines()[-1:] or [""]
        record: dict[str, object] = json.loads(last[0]) if last[0].startswith("{") else {}
        return Outcome(started.returncode, record, out, err)

    def points(self) -> list[str]:
        folder = self.target / "points"
        return sorted(point.name for point in folder.iterdir()) if folder.is_dir() else []

    def newest(self) -> Path:
        return self.target / "points" / self.points()[-1]

    def records(self) -> list[dict[str, object]]:
        found = sorted((self.state / "runs").glob("*.json"))
        return [json.loads(path.read_text()) for path in found]

    def log(self) -> str:
        return "".join(path.read_text() for path in sorted((self.state / "log").glob("*.log")))

    def fill(self, count: int, prefix: str = "take") -> None:
        for number in range(count):
            (self.source / f"{prefix}-{number:03}.wav").write_text(f"{prefix} {number}\n")

    def accept(self, run: object, who: str = "Kim Lee") -> None:
        (self.state / "accept" / self.values["id"]).write_text(f"{run}\n{who}\n")

    def pretend_point(self, name: str) -> None:
        """A point made earlier, for the rules that only read names."""
        (self.target / "points").mkdir(exist_ok=True)
        (self.target / "points" / name).mkdir()

    def at(self, seconds: int) -> None:
        """From now on the job's clock is so many seconds ahead of the real one."""
        hooks = self.state.parent / "hooks"
        hooks.mkdir(exist_ok=True)
        (hooks / "date").write_text(
            f'#!/bin/sh\nexec /bin/date -d "@$(($(/bin/date +%s) + {seconds}))" "$@"\n'
        )
        (hooks / "date").chmod(0o755)
        self.environment["PATH"] = f"{hooks}:{os.environ['PATH']}"


def build_job(bench: Bench, source: Volume, target: Volume, name: str, store: str = "tree") -> Job:
    """A local job with nothing unusual about it; a test changes what it is about."""
    program = bench.folder / "etc" / STUDIO
    folder = bench.folder / "jobs" / name
    state = folder / "state"
    identity = f"ws-a_{name}_on-nas"
    values = {
        "studio": STUDIO,
        "dataset": f"ws-a/{name}",
        "copy": "on-nas",
        "id": identity,
        "kind": "local",
        "mode": "versioned",
        "target": str(target.root / name),
        "target_volume": target.name,
        "target_root": str(target.root),
        "target_id": target.id,
        "store": store,
        "source_path": str(source.root / name),
        "source_volume": source.name,
        "source_root": str(source.root),
        "source_id": source.id,
        "brake_percent": "20",
        "brake_files": "50",
        "quiet": "0",
        "state": str(state),
        "program": str(program),
    }
    (source.root / name).mkdir()
    (target.root / name).mkdir()
    job = Job(
        program,
        folder / f"{identity}.conf",
        values,
        source.root / name,
        target.root / name,
        state,
    )
    job.write()
    return job


@pytest.fixture
def job(bench: Bench, work: Volume, tank: Volume, request: pytest.FixtureRequest) -> Iterator[Job]:
    name = f"d{abs(hash(request.node.nodeid)) % 10**9}"
    built = build_job(bench, work, tank, name)
    yield built
    shutil.rmtree(built.source, ignore_errors=True)
    shutil.rmtree(built.target, ignore_errors=True)


@dataclass
class Server:
    """A real sshd on 127.0.0.1 whose only key may run the gate."""

    folder: Path
    port: int
    log: Path
    process: subprocess.Popen[bytes]

    def logins(self) -> int:
        return self.log.read_text().count("Accepted publickey")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_sshd(folder: Path, program: Path) -> Server:
    """Start it and wait until it listens."""
    folder.mkdir()
    for name in ("host", "key"):
        call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name)
    public = (folder / "key.pub").read_text()
    (folder / "authorized").write_text(f'restrict,command="{program}/gate nas" {public}')
    port = free_port()
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nPermitRootLogin yes\n"
        "PasswordAuthentication no\nLogLevel VERBOSE\nMaxStartups 100\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    log = folder / "log"
    process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", str(folder / "config"), "-E", str(log)])
    for _ in range(400):
        if log.exists() and "Server listening" in log.read_text():
            return Server(folder, port, log, process)
        time.sleep(0.05)
    process.terminate()
    pytest.fail(f"sshd does not listen: {log.read_text() if log.exists() else 'no log'}")


@pytest.fixture(scope="session")
def server(bench: Bench) -> Iterator[Server]:
    started = start_sshd(bench.folder / "sshd", bench.folder / "etc" / STUDIO)
    try:
        yield started
    finally:
        started.process.terminate()
        started.process.wait()


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
    return job.set(kind="pull", receiver=RECEIVER, home=str(home), known_hosts=str(home / "known_hosts"), sources="\n".join(lines), **empty)


@pytest.fixture
def pull(job: Job, server: Server) -> Job:
    return make_pull(job, server)
