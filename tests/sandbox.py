"""A private view of this machine: its own /etc, /var/lib, /root and /srv, thrown away at the end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import pytest

SHELLS: dict[str, list[str]] = {
    "dash": ["dash"],
    "bash": ["bash", "--posix"],
    "busybox": ["busybox", "sh"],
    "mksh": ["mksh"],
    "zsh": ["zsh", "--emulate", "sh"],
}
#: Where BusyBox's own programs stand in the sandbox.
BUSYBOX = "/run/studio-backup-sandbox/busybox"
_MOUNTS = """set -eu
place=/run/studio-backup-sandbox
mkdir -p "$place"
mount -t tmpfs tmpfs "$place"
for folder in etc var/lib root srv; do
  mkdir -p "$place/$folder/upper" "$place/$folder/work"
  mount -t overlay -o "lowerdir=/$folder,upperdir=$place/$folder/upper,workdir=$place/$folder/work" overlay "/$folder"
done
mkdir "$place/busybox"
busybox --install -s "$place/busybox"
echo ready
exec cat
"""


class Sandbox:
    """A mount namespace that lives as long as the block; whatever runs in it runs as root."""

    def __enter__(self) -> Sandbox:
        if os.geteuid() != 0 or not Path("/proc/self/ns/mnt").exists():
            pytest.fail(
                "these tests mount over /etc and /var/lib in a namespace of their own: run them as root on Linux"
            )
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", _MOUNTS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._holder.communicate("")

    def real(self, path: str) -> Path:
        """Where root of this machine finds what stands there in here."""
        return Path(f"/proc/{self._holder.pid}/root{path}")

    def argv(self, command: Sequence[str]) -> list[str]:
        """The command line that runs `command` in here."""
        return ["nsenter", f"--target={self._holder.pid}", "--mount", "--", *command]

    def start(self, command: Sequence[str], environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a program with three pipes, in a process group of its own."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self.argv(command), stdin=pipe, stdout=pipe, stderr=pipe, env=environment, start_new_session=True
        )

    def run(
        self, script: str | bytes, shell: Sequence[str] = ("dash",), environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Stream a script to `shell -s` as a connection does, and wait for its end."""
        data = script if isinstance(script, bytes) else script.encode("utf-8", "surrogateescape")
        started = self.start([*shell, "-s"], environment)
        out, err = started.communicate(data, timeout=120)
        return subprocess.CompletedProcess(
            started.args,
            started.returncode,
            out.decode("utf-8", "surrogateescape"),
            err.decode("utf-8", "surrogateescape"),
        )

    def clean(self) -> None:
        """Take away what a test left of ours."""
        self.run(
            "rm -rf /etc/studio-backup /var/lib/studio-backup /etc/systemd/system/*studio-backup* /srv/* /root/work"
        )

    def read(self, path: str) -> str:
        """The text of a file in here."""
        done = self.run(f"cat -- '{path}'")
        assert done.returncode == 0, done.stderr
        return done.stdout
