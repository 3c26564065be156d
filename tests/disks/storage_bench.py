"""Steps on storage carried out as a wave carries them out, on disks of a sandbox, and read again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from studio_backup.diff import Seen
from studio_backup.probe import Reply
from studio_backup.resource import Resource
from studio_backup.script import build, outcomes
from studio_backup.step import Outcome, Step, Task
from studio_backup.survey import Answered, read
from tests.disks.device_bench import Devices

TOKEN = "0123456789abcdef"


def look(devices: Devices, want: Resource, shell: Sequence[str] = ("dash",)) -> Seen:
    """How a resource is seen on the sandbox."""
    probe = want.probe()
    done = devices.run(f"set -- {shlex.join(probe.args)}\n{probe.script}", shell)
    reply = Reply(done.returncode, done.stdout, done.stderr)
    return read(want, Answered({(probe.script, probe.touches): reply}))


def wave(address: str, steps: Sequence[Step]) -> tuple[str, Task]:
    """The script for these steps."""
    task = Task(address=address, steps=tuple(steps), entry_path="manifest/0", entry="x\n")
    return build([task], TOKEN), task


def carry_out(devices: Devices, address: str, steps: Sequence[Step], shell: Sequence[str] = ("dash",)) -> Outcome:
    """Run these steps; how they ended."""
    script, task = wave(address, steps)
    done = devices.sandbox.run(script, shell)
    ended = outcomes([task], Reply(done.returncode, done.stdout, done.stderr), TOKEN)[address]
    assert ended is not None, (done.stdout, done.stderr)
    return ended
