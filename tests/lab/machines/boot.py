"""Start one machine under systemd-nspawn, wait until it answers, stop it."""

import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

from tests.lab.machines import cgroups, network, places
from tests.lab.machines.command import LabError, environment
from tests.lab.machines.facts import Machine

# Seconds; a boot takes half a second, on an emulated host a minute.
PATIENCE = 300.0
# The systemd-nspawn processes this process began: its children, to be collected when they end.
_begun: dict[str, int] = {}
# The overlay is mounted in a mount namespace of its own, so it vanishes with the machine however that dies.
LAUNCH = """\
set -eu
lower=$1 layer=$2 mountpoint=$3
shift 3
while [ "$1" != -- ]; do
    echo $$ > "$1/cgroup.procs"
    shift
done
shift
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$layer/upper,workdir=$layer/work" "$mountpoint"
exec systemd-nspawn "$@"
"""


def start(machine: Machine, lower: Path, layer: Path, devices: list[str]) -> int:
    """Start a machine on the root LOWER under LAYER with those loop devices; returns its nspawn's pid."""
    place = places.of_machine(machine.name)
    mountpoint = place / "root"
    mountpoint.mkdir(exist_ok=True)
    argv = ["unshare", "--mount", "--propagation=private", "sh", "-c", LAUNCH, "launch"]
    argv += [str(lower), str(layer), str(mountpoint)]
    argv += [*(str(directory) for directory in cgroups.make(machine.name)), "--"]
    argv += nspawn_options(machine, mountpoint, devices)
    null = os.open(os.devnull, os.O_RDONLY)
    log = os.open(place / "console.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        streams = [(os.POSIX_SPAWN_DUP2, source, target) for source, target in ((null, 0), (log, 1), (log, 2))]
        pid = os.posix_spawnp(argv[0], argv, environment(), file_actions=streams, setsid=True)
        _begun[machine.name] = pid
        return pid
    finally:
        os.close(null)
        os.close(log)


def nspawn_options(machine: Machine, mountpoint: Path, devices: list[str]) -> list[str]:
    """Return the arguments of systemd-nspawn for a machine."""
    options = [
        "--quiet",
        "--settings=no",
        "--register=no",
        f"--machine={cgroups.OURS}-{machine.name}",
        f"--hostname={machine.name}",
        f"--directory={mountpoint}",
        f"--network-namespace-path={network.namespace(machine.name)}",
        "--console=pipe",
        "--resolv-conf=off",
        "--timezone=off",
        "--link-journal=no",
        *(f"--bind={device}" for device in (*devices, "/dev/btrfs-control", "/dev/fuse") if Path(device).exists()),
    ]
    # In a scope of the host's systemd, only named devices would work; faults bring others later.
    options += ["--property=DevicePolicy=auto"] if cgroups.host_has_systemd() else ["--keep-unit"]
    return [*options, "--boot"] if machine.is_debian else [*options, "/sbin/init"]


def answers(address: str) -> bool:
    """Tell whether an SSH server greets us at that address."""
    with suppress(OSError), socket.create_connection((address, 22), timeout=2) as connection:
        return connection.recv(4) == b"SSH-"
    return False


def wait_until_ready(machine: Machine, pid: int) -> None:
    """Wait until the machine answers with its volume mounted; raises LabError with its last words."""
    deadline = time.monotonic() + PATIENCE
    while not answers(machine.address):
        if exited(pid):
            raise LabError(f"{machine.name} stopped while booting:\n{console(machine.name)}")
        if time.monotonic() > deadline:
            raise LabError(f"{machine.name} does not answer after {PATIENCE:.0f} s:\n{console(machine.name)}")
        time.sleep(0.03)
    leader = cgroups.leader(machine.name)
    mounted = Path(f"/proc/{leader}/mounts").read_text() if leader else ""
    if f" {machine.volume.path} {machine.volume.filesystem} " not in mounted:
        raise LabError(f"{machine.name} is up without {machine.volume.path}:\n{console(machine.name)}")


def console(name: str) -> str:
    """Return the last lines of a machine's console."""
    log = places.of_machine(name) / "console.log"
    lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
    return "\n".join(f"  {line}" for line in lines[-15:]) or "  (its console is empty)"


def exited(pid: int) -> bool:
    """Tell whether a process is gone, collecting it when it was our child."""
    with suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def stop(name: str, gently: bool = False) -> None:
    """Stop a machine: as by pulling its plug, or GENTLY by asking its systemd to power off first."""
    leader = cgroups.leader(name)
    if leader and gently:
        with suppress(ProcessLookupError):
            os.kill(leader, signal.SIGRTMIN + 4)
        _wait_for_end(name, 5)
    leader = cgroups.leader(name)
    if leader:
        with suppress(ProcessLookupError):
            os.kill(leader, signal.SIGKILL)
    if not _wait_for_end(name, 5):
        for pid in cgroups.members(name):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not _wait_for_end(name, 10):
            raise LabError(f"{name} does not die: processes {sorted(cgroups.members(name))}")
    if name in _begun:
        pid = _begun.pop(name)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)
    cgroups.remove(name)
    for leftover in ("propagate", "unix-export"):
        with suppress(OSError):
            Path("/run/systemd/nspawn", leftover, f"{cgroups.OURS}-{name}").rmdir()


def _wait_for_end(name: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(not exited(pid) for pid in cgroups.members(name)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
