"""The control group of each machine: it tells our processes from everyone else's."""

import os
import re
from contextlib import suppress
from functools import cache
from pathlib import Path

OURS = "sblab"


def host_has_systemd() -> bool:
    """Tell whether systemd is the host's PID 1; then each machine lives in a scope of its own."""
    return Path("/run/systemd/system").is_dir()


@cache
def hierarchies() -> tuple[Path, ...]:
    """Return the mount points of the hierarchies that systemd-nspawn sorts processes into."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind == "cgroup2" or (kind == "cgroup" and "name=systemd" in options):
            found.append(Path(before.split()[4]))
    return tuple(found)


def directories(name: str) -> list[Path]:
    """Return where the control groups of a machine are, whether or not they exist."""
    below = Path("machine.slice", f"{OURS}-{name}.scope") if host_has_systemd() else Path(OURS, name)
    return [mount / below for mount in hierarchies()]


def make(name: str) -> list[Path]:
    """Make the machine's control groups; on a host with systemd there is nothing to make."""
    if host_has_systemd():
        return []
    made = directories(name)
    for directory in made:
        directory.mkdir(parents=True, exist_ok=True)
    return made


def members(name: str) -> set[int]:
    """Return the pids of the machine's processes, systemd-nspawn among them."""
    pids: set[int] = set()
    for directory in directories(name):
        # Unlike Path.rglob, os.walk passes over a group that ends while it looks.
        for group, _, _ in os.walk(directory):
            with suppress(OSError):
                pids |= {int(pid) for pid in Path(group, "cgroup.procs").read_text().split()}
    return pids - {0, os.getpid()}


def leader(name: str) -> int | None:
    """Return the host's pid of the machine's PID 1, or None when it is not running."""
    for pid in members(name):
        with suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text()
            inside = re.search(r"^NSpid:\s+\d+\s+1$", status, re.MULTILINE)
            if inside and not re.search(r"^State:\s+Z", status, re.MULTILINE):
                return pid
    return None


def names() -> list[str]:
    """Return the machines that have a control group, running or left behind."""
    if host_has_systemd():
        slices = [mount / "machine.slice" for mount in hierarchies()]
        found = {path.name for place in slices for path in place.glob(f"{OURS}-*.scope")}
        return sorted(name.removeprefix(f"{OURS}-").removesuffix(".scope") for name in found)
    return sorted({path.name for mount in hierarchies() for path in (mount / OURS).glob("*/")})


def remove(name: str) -> None:
    """Remove the machine's empty control groups, and ours when it was the last."""
    if host_has_systemd():
        return
    for directory in directories(name):
        groups = [Path(group) for group, _, _ in os.walk(directory, topdown=False)]
        for path in (*groups, directory.parent):
            with suppress(OSError):
                path.rmdir()
