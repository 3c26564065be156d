"""Run a script as root inside a machine, past its SSH server and its network."""

import subprocess

from tests.lab.machines import cgroups
from tests.lab.machines.command import LabError, failure
from tests.lab.machines.facts import machine_named

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LC_ALL": "C",
}


def run(
    name: str, script: str, *, text: str = "", check: bool = False, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run SCRIPT with the machine's own /bin/sh; TEXT goes to its standard input.

    Raises LabError when the machine is down, and with CHECK when the script fails.
    """
    leader = cgroups.leader(machine_named(name).name)
    if leader is None:
        raise LabError(f"{name} is not running; start it: scripts/lab up {name}")
    argv = ["nsenter", f"--target={leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
    argv += ["env", "-i", *(f"{key}={value}" for key, value in ENVIRONMENT.items()), "/bin/sh", "-c", script]
    try:
        done = subprocess.run(
            argv, input=text, capture_output=True, text=True, errors="replace", timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise LabError(f"no answer after {timeout:.0f} s inside {name} from: {script}") from error
    if check and done.returncode:
        raise LabError(failure([f"({name})", script], done))
    return done
