"""The command line of scripts/lab."""

import argparse
import os
import subprocess
import sys
import time

from tests.lab.machines import facts, faults, host, keys, lifecycle, places, state
from tests.lab.machines.command import LabError
from tests.lab.vm import commands as virtual


def say(text: str) -> None:
    """Tell the person at the terminal, on the error stream."""
    print(text, file=sys.stderr, flush=True)


def up(arguments: argparse.Namespace) -> int:
    names = arguments.names or list(facts.STUDIO)
    return boot([facts.machine_named(name) for name in names], arguments.fresh)


def fleet(arguments: argparse.Namespace) -> int:
    return boot([facts.fleet_machine(number + 1) for number in range(arguments.count)], arguments.fresh)


def boot(machines: list[facts.Machine], fresh: bool) -> int:
    begun = time.monotonic()
    lifecycle.up(machines, fresh, say)
    print(f"{len(machines)} machines up in {time.monotonic() - begun:.1f} s; next: scripts/lab status")
    return 0


def down(_: argparse.Namespace) -> int:
    lifecycle.down()
    print("the lab is down; nothing of it is left running")
    return 0


def shell(arguments: argparse.Namespace) -> int:
    machine = facts.machine_named(arguments.name)
    command = ["ssh", "-F", str(places.ssh_config()), machine.name, *arguments.command]
    return subprocess.run(command, check=False).returncode


def reboot(arguments: argparse.Namespace) -> int:
    begun = time.monotonic()
    system = lifecycle.reboot(arguments.name)
    named = f" as {system}" if system else ""
    print(f"{arguments.name} is back{named} after {time.monotonic() - begun:.1f} s")
    return 0


def fault(arguments: argparse.Namespace) -> int:
    if not arguments.name:
        print(faults.listing())
        return 0
    print(faults.apply(arguments.name, arguments.what or "", arguments.path))
    return 0


def status(_: argparse.Namespace) -> int:
    running, known = lifecycle.running(), state.load()
    shown = {*facts.STUDIO, *running, *known.systems}
    for machine in (machine for machine in facts.everybody() if machine.name in shown):
        word = "up" if machine.name in running else "down"
        notes = [known.systems.get(machine.name, ""), *known.faults.get(machine.name, [])]
        line = f"{machine.name:<6} {machine.address:<14} {word:<5} {machine.volume.path:<14}"
        print(f"{line} {', '.join(note for note in notes if note)}".rstrip())
    return 0


def show_keys(_: argparse.Namespace) -> int:
    for machine in facts.everybody():
        for name in machine.key_names:
            print(name, keys.public_line(name))
    return 0


CHANGING = (up, fleet, down, reboot, fault)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(prog="scripts/lab", description="A small studio of real machines on this one.")
    commands = top.add_subparsers(dest="command_name", required=True, metavar="COMMAND")

    def command(name: str, action: object, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(action=action)
        return made

    booting = command("up", up, "boot the studio, or the named machines; what runs stays as it is")
    booting.add_argument("names", nargs="*", metavar="NAME")
    many = command("fleet", fleet, "boot N plain machines, m01 and on, for measurements")
    many.add_argument("count", type=int, metavar="N")
    for starting in (booting, many):
        starting.add_argument("--fresh", action="store_true", help="new systems and empty disks")
    command("down", down, "stop everything and leave nothing behind")
    entering = command("shell", shell, "log in as root, or run a command there")
    entering.add_argument("name", metavar="NAME")
    entering.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")
    command("reboot", reboot, "restart a machine; ws-a comes back as its other system").add_argument(
        "name", metavar="NAME"
    )
    breaking = command("fault", fault, "break something, or mend it; without arguments: what can be broken")
    breaking.add_argument("name", nargs="?", metavar="NAME")
    breaking.add_argument("what", nargs="?", metavar="WHAT")
    breaking.add_argument("path", nargs="?", metavar="PATH", help="for hang-mount: where, instead of on the volume")
    command("status", status, "what runs, as which system, with which faults")
    command("keys", show_keys, "print the host keys an inventory pins")
    virtual.add_to(commands)
    return top


def main() -> int:
    """Run one command; returns the exit status."""
    arguments = parser().parse_args()
    try:
        if arguments.action not in CHANGING or (arguments.action is fault and not arguments.name):
            return int(arguments.action(arguments))
        host.require()
        with state.in_use(wait=False):
            return int(arguments.action(arguments))
    except LabError as error:
        say(f"lab: {error}")
        return 1
    except KeyboardInterrupt:
        say("lab: interrupted; clean up with: scripts/lab down")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
