"""How the host talks to the machine: its pinned key, its port, a script run over SSH."""

import re
import shlex
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.lab.machines import keys
from tests.lab.machines import places as lab_places
from tests.lab.machines.command import LabError, failure
from tests.lab.vm import facts, places

ADDRESS = "127.0.0.1"
SHARED = "ssh.sock"


def free_port() -> int:
    """Return a port of this host that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind((ADDRESS, 0))
        port: int = listener.getsockname()[1]
        return port


def write_files(port: int) -> None:
    """Write known_hosts and an ssh_config that reach the machine by name."""
    places.known_hosts().write_text(f"[{ADDRESS}]:{port} {keys.public_line(facts.NAME)}\n")
    places.ssh_config().write_text(
        f"Host {facts.NAME}\n  HostName {ADDRESS}\n  Port {port}\n  User root\n"
        f'  IdentityFile "{lab_places.client_key()}"\n  IdentitiesOnly yes\n'
        f'  UserKnownHostsFile "{places.known_hosts()}"\n'
        "  GlobalKnownHostsFile none\n  HostKeyAlgorithms ssh-ed25519\n  StrictHostKeyChecking yes\n"
        "  KexAlgorithms curve25519-sha256\n  ForwardAgent no\n  ConnectTimeout 30\n  LogLevel ERROR\n"
    )


def port_in_use() -> int:
    """Return the port that the files written last name."""
    found = re.search(r"(?m)^  Port (\d+)$", places.ssh_config().read_text())
    if found is None:
        raise LabError(f"{places.ssh_config()} names no port; boot anew: scripts/lab vm up")
    return int(found[1])


def inventory(port: int) -> str:
    """Return the machine as an inventory names it, with the disks in its bays."""
    disks = "".join(
        f"      {disk.bay}: {{id: {disk.id}, medium: {'nvme' if disk.kind == 'nvme' else 'hdd'}}}\n"
        for disk in facts.DISKS.values()
    )
    return (
        f"machines:\n  {facts.NAME}:\n    role: nas\n    room: machine-room\n    systems:\n      linux:\n"
        f"        address: {ADDRESS}\n        port: {port}\n"
        f'        host_key: "{keys.public_line(facts.NAME)}"\n    disks:\n{disks}'
    )


def answers(port: int) -> bool:
    """Tell whether the machine's SSH server greets us; qemu itself takes connections long before it does."""
    with suppress(OSError), socket.create_connection((ADDRESS, port), timeout=2) as connection:
        return connection.recv(4) == b"SSH-"
    return False


def _ssh(*arguments: str) -> list[str]:
    # One connection for all scripts of a boot: agreeing on keys costs an emulated processor a second. The socket's
    # name is relative to the folder in which ssh is started, because it may have no more than 107 bytes.
    shared = ("ControlMaster=auto", f"ControlPath={SHARED}", "ControlPersist=yes", "BatchMode=yes")
    options = [word for option in shared for word in ("-o", option)]
    return ["ssh", "-F", str(places.ssh_config()), *options, *arguments]


def hang_up() -> None:
    """End the connection that scripts share; the next one makes a new one."""
    if (places.running() / SHARED).exists():
        subprocess.run(_ssh("-O", "exit", facts.NAME), cwd=places.running(), capture_output=True, check=False)


def fetch(path: str, target: Path) -> None:
    """Copy one file of the machine to the host, whole or not at all."""
    fresh = target.with_name(f"{target.name}.new")
    with fresh.open("wb") as file:
        argv = _ssh(facts.NAME, f"cat {shlex.quote(path)}")
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=file, cwd=places.running(), check=False)
    if done.returncode:
        raise LabError(f"{path} could not be read from {facts.NAME}")
    fresh.rename(target)


def run(
    script: str, *, text: str | bytes = "", check: bool = False, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run SCRIPT as root with the machine's /bin/sh over SSH; TEXT goes to its standard input.

    Raises LabError when no answer comes in TIMEOUT seconds, and with CHECK when the script fails.
    """
    remote = f"exec /bin/sh -c {shlex.quote(script)}"
    argv = _ssh(facts.NAME, remote)
    given = text.encode() if isinstance(text, str) else text
    try:
        raw = subprocess.run(argv, input=given, capture_output=True, timeout=timeout, cwd=places.running(), check=False)
    except subprocess.TimeoutExpired as error:
        raise LabError(f"no answer after {timeout:.0f} s inside {facts.NAME} from: {script}") from error
    out, err = (stream.decode(errors="replace") for stream in (raw.stdout, raw.stderr))
    done = subprocess.CompletedProcess(argv, raw.returncode, out, err)
    if check and done.returncode:
        raise LabError(failure([f"({facts.NAME})", script], done))
    return done
