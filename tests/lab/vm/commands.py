"""The part of scripts/lab that is about the virtual machine: scripts/lab vm up, shell, inventory, status, down."""

import argparse
import subprocess
import sys
import time

from tests.lab.machines.command import LabError
from tests.lab.vm import client, facts, hold, host, places, qemu
from tests.lab.vm.image import PLAIN
from tests.lab.vm.machine import Vm
from tests.lab.vm.zfs_image import OPENZFS


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def up(arguments: argparse.Namespace) -> int:
    begun = time.monotonic()
    host.require()
    with hold.in_use(wait=False):
        Vm(system=OPENZFS if arguments.zfs else PLAIN).up(_say)
    print(f"{facts.NAME} is up after {time.monotonic() - begun:.1f} s; next: scripts/lab vm shell")
    return 0


def down(_: argparse.Namespace) -> int:
    host.require()
    with hold.in_use(wait=False):
        Vm().down()
    print("the virtual machine is down; nothing of it is left running")
    return 0


def shell(arguments: argparse.Namespace) -> int:
    _port()
    argv = ["ssh", "-F", str(places.ssh_config()), facts.NAME, *arguments.command]
    return subprocess.run(argv, check=False).returncode


def inventory(_: argparse.Namespace) -> int:
    print(client.inventory(_port()), end="")
    return 0


def status(_: argparse.Namespace) -> int:
    print(f"{facts.NAME:<6} {client.ADDRESS}:{_port()} up" if qemu.pids() else f"{facts.NAME:<6} down")
    return 0


def _port() -> int:
    if not qemu.pids():
        raise LabError("the virtual machine is not running; start it: scripts/lab vm up")
    return client.port_in_use()


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `vm` with its own commands."""
    text = "the RAID machine: a virtual machine with six disks to pull, two with SMART and one NVMe"
    mine = commands.add_parser("vm", help=text, description=text).add_subparsers(required=True, metavar="COMMAND")
    for name, action, told in (
        ("up", up, "boot it fresh, with blank disks"),
        ("shell", shell, "log in as root, or run a command there"),
        ("inventory", inventory, "print it as an inventory names it"),
        ("status", status, "whether it runs, and on which port"),
        ("down", down, "stop it and leave nothing behind"),
    ):
        made = mine.add_parser(name, help=told, description=told)
        made.set_defaults(action=action)
        if action is up:
            made.add_argument("--zfs", action="store_true", help="with OpenZFS in its kernel (first time: 6 minutes)")
        if action is shell:
            made.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")
