"""One job with its configuration, run in any shell, and what came of it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.shells.job_bench import STUDIO, Bench, Volume


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
        (hooks / "date").write_text(f'#!/bin/sh\nexec /bin/date -d "@$(($(/bin/date +%s) + {seconds}))" "$@"\n')
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
    (target.root / name).mkdir(exist_ok=source.root == target.root)
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
