"""The fixture `lab`: real machines, booted once for all tests that ask for them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.machines import facts, faults, host, inside, lifecycle, places, state
from tests.lab.turns import standing


class Lab:
    """A handle on the booted machines."""

    @property
    def key(self) -> Path:
        """The private key that root, tech and nopw of every machine let in."""
        return places.client_key()

    @property
    def known_hosts(self) -> Path:
        """The host keys of every system, in OpenSSH's form."""
        return places.known_hosts()

    @property
    def ssh_config(self) -> Path:
        """A configuration for ssh -F that reaches every machine by name, as root."""
        return places.ssh_config()

    def address(self, name: str) -> str:
        """Return a machine's IPv4 address."""
        return facts.machine_named(name).address

    def run(
        self, name: str, script: str, *, text: str = "", check: bool = False, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a script as root in a machine's own /bin/sh, without SSH; TEXT goes to its standard input."""
        return inside.run(name, script, text=text, check=check, timeout=timeout)

    def ssh(
        self, name: str, command: str, *, user: str = "root", timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a command over the plain OpenSSH client with the lab's key and pins."""
        argv = ["ssh", "-F", str(self.ssh_config), "-l", user, "-o", "BatchMode=yes", name, command]
        return subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False
        )

    def up(self, *names: str) -> None:
        """Boot more machines (m01 and on, for example); those that run stay as they are."""
        lifecycle.up([facts.machine_named(name) for name in names])

    def reset(self, *names: str) -> None:
        """Give machines fresh systems and empty disks; without names, the four of the studio."""
        lifecycle.reset(names or list(facts.STUDIO))

    def reboot(self, name: str) -> str:
        """Restart a machine; returns the system that came up (the other one, on ws-a)."""
        return lifecycle.reboot(name)

    def system(self, name: str) -> str:
        """Return the system that a machine last booted; empty where it has only one."""
        return state.load().systems[name]

    def fault(self, name: str, what: str, path: str | None = None) -> str:
        """Break or mend something; the words are those of `scripts/lab fault`."""
        return faults.apply(name, what, path)

    def down(self) -> None:
        """Take the whole lab down; `reset` brings it back."""
        lifecycle.down()


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """Boot the studio fresh, and take it down at the end however the tests went.

    STUDIO_BACKUP_LAB_KEEP=1 leaves it up. Two test runs at once take turns: the machines are one set.
    """
    with standing(host.problem(), state.in_use(), lifecycle.down):
        lifecycle.up(list(facts.STUDIO.values()), fresh=True)
        yield Lab()
