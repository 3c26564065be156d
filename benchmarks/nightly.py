"""The nightly job when nothing changed, beside the same rsync typed by hand: same options, same rounds.

By hand is rsync alone: it does not look whether the disks are the right ones, nor who works on the source, keeps no
brake, no lock and no record, and renames nothing.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.process import Run, run
from benchmarks.rounds import Rounds, load, ratios
from tests.shells.job_bench import RECEIVER, STUDIO, Bench, call, install, open_bench
from tests.shells.job_running import Job, build_job
from tests.shells.job_server import Server, make_pull, start_sshd

FOLDERS, EACH = 200, 100
BUDGET = 1.1
#: A whole day ago, so that no quiet time is under way.
_AGE = 86400
#: As the unit that starts a job says it, so that the job is no nicer to others than what is typed by hand.
_STARTED = {"STUDIO_BACKUP_MANUAL": "1", "INVOCATION_ID": "benchmark"}
#: Seconds before each: two restore points never have one name, and a job would wait for the second to be over.
_PAUSE = 1.1
_ALWAYS = [
    "--no-s", "--stats", "--no-h", "--out-format=%i\t%l\t%M\t%n", "--partial-dir=.studio-backup-partial",
    "--exclude=.studio-backup-volume", "--info=progress2",
]  # fmt: skip
_SSH = (
    "ssh -F /dev/null -a -x -T -p {port} -i {key} -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes"
    " -o UserKnownHostsFile={known} -o GlobalKnownHostsFile=/dev/null -o HostKeyAlias=ws-a -o ControlPath=none"
    " -o PreferredAuthentications=publickey -o LogLevel=ERROR"
)


@dataclass
class Case:
    """One job, and the words that somebody would type instead of it, up to the places to read and to write."""

    job: Job
    typed: list[str]
    source: str
    folder: Path
    trees: list[Path] = field(default_factory=list)

    def by_hand(self) -> Run:
        """A new tree that shares its files with the one before."""
        tree = self.folder / str(len(self.trees))
        before = [f"--link-dest={self.trees[-1]}"] if self.trees else []
        time.sleep(_PAUSE)
        done = run([*self.typed, *_ALWAYS, *before, self.source, f"{tree}/"])
        self.trees.append(tree)
        return done

    def ours(self) -> Run:
        """A new restore point."""
        time.sleep(_PAUSE)
        done = run(self.job.command("run"), extra=_STARTED)
        assert len(list(self.job.newest().iterdir())) == FOLDERS
        return done


def measure(rounds: int) -> str:
    """Every case once each way to begin with, then `rounds` times with nothing to do, by turns."""
    with _machine() as (bench, server):
        cases = {
            "local": _local(bench, "local", "0"),
            "local, quiet time": _local(bench, "quiet", "600"),
            "pull": _pull(bench, server, "pull", "0"),
            "pull, quiet time": _pull(bench, server, "still", "600"),
        }
        for case in cases.values():
            case.by_hand()
            case.ours()
        found = Rounds()
        before = load()
        for _ in range(rounds):
            for name, case in cases.items():
                found.measure(f"{name}: by hand", case.by_hand)
                found.measure(f"{name}: job", case.ours)
    judged: dict[str, tuple[float, float]] = {}
    for name in cases:
        job, hand = f"{name}: job", f"{name}: by hand"
        judged[f"{name}: job / by hand"] = (found.seconds(job) / found.seconds(hand), BUDGET)
        judged[f"{name}: processor alone"] = (found.processor(job) / found.processor(hand), BUDGET)
    return f"{FOLDERS * EACH} files of 100 bytes, in cache; {before}\n{found.table()}\n{ratios(judged)}"


@contextmanager
def _machine() -> Iterator[tuple[Bench, Server]]:
    """The programs as they are installed, and a server on this machine."""
    bench = open_bench()
    try:
        install(bench.folder / "etc" / STUDIO)
        with start_sshd(bench.folder / "sshd", bench.folder / "etc" / STUDIO) as server:
            yield bench, server
    finally:
        bench.close()


def _job(bench: Bench, name: str) -> Job:
    """A local job between two disks of its own."""
    work, tank = (bench.make_volume(f"{name}-{disk}", megabytes=400) for disk in ("work", "tank"))
    return build_job(bench, work, tank, name)


def _local(bench: Bench, name: str, quiet: str) -> Case:
    job = _job(bench, name).set(quiet=quiet)
    return Case(job, ["rsync", "-aHSAX", "--numeric-ids"], f"{job.source}/", _filled(job))


def _pull(bench: Bench, server: Server, name: str, quiet: str) -> Case:
    """Typed by hand it goes past the gate, with a key of its own that may do anything."""
    job = _job(bench, name)
    folder = _filled(job)
    make_pull(job, server)
    with (job.program / "gate.d" / "nas" / f"{job.values['id']}.conf").open("a") as file:
        file.write(f"quiet='{quiet}'\n")
    home = Path(job.values["home"])
    call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / "plain")
    with (server.folder / "authorized").open("a") as file:
        file.write(f"\n{(home / 'plain.pub').read_text()}")
    shutil.chown(home / "plain", RECEIVER)
    shutil.chown(folder, RECEIVER)
    ssh = _SSH.format(port=server.port, key=home / "plain", known=job.values["known_hosts"])
    become = ["setpriv", f"--reuid={RECEIVER}", f"--regid={RECEIVER}", "--clear-groups"]
    words = ["rsync", "-rlptHS", "--munge-links", "--chmod=Du+rwx,Fu+r,ug-s", "--timeout=600", "-e", ssh]
    return Case(job, [*become, *words], f"root@127.0.0.1:{job.source}/", folder)


def _filled(job: Job) -> Path:
    """Twenty thousand small files that nobody touched for a day; gives the folder for what is made by hand."""
    old = time.time() - _AGE
    for folder in range(FOLDERS):
        place = job.source / f"session {folder:03}"
        place.mkdir()
        for number in range(EACH):
            file = place / f"take {number:03}.wav"
            file.write_text(f"take {number:03} ".ljust(100, "x"))
            os.utime(file, (old, old))
        os.utime(place, (old, old))
    by_hand = job.target.parent / f"{job.target.name}-by-hand"
    by_hand.mkdir()
    return by_hand
