"""Bring the lab up, reset or reboot machines, take everything down again."""

import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from tests.lab.machines import boot, cgroups, disks, host, keys, network, overlay, places, roots, state
from tests.lab.machines.command import LabError
from tests.lab.machines.facts import Machine, machine_named

# Faults that live on a disk, so that a reboot does not mend them.
LASTING = {"fill-disk", "noisy-profile"}
AT_ONCE = max(4, 2 * (os.cpu_count() or 1))
Say = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing."""


def running() -> list[str]:
    """Return the names of the machines that run, in order."""
    return [name for name in cgroups.names() if cgroups.leader(name)]


def up(machines: Sequence[Machine], fresh: bool = False, say: Say = silent) -> None:
    """Boot machines and wait until each answers. Those that run stay as they are, unless FRESH.

    When nothing runs, whatever a crash left behind is removed first and everything starts fresh.
    """
    host.require()
    with state.locked():
        if not running():
            _sweep()
        lower: dict[str, Path] = {m.userland: roots.built(m.userland, say) for m in machines}
        keys.client_public()
        keys.write_client_files()
        network.ensure_bridge()
        host.allow_machines(len(set(running()) | {machine.name for machine in machines}))
        wanted = [machine for machine in machines if fresh or not cgroups.leader(machine.name)]
        _boot_all(wanted, lower, fresh)


def _boot_all(machines: Sequence[Machine], lower: dict[str, Path], fresh: bool) -> None:
    known = state.load()
    for machine in machines:
        if fresh or machine.name not in known.systems:
            known.systems[machine.name] = machine.systems[0] if machine.systems else ""
        lasting = [] if fresh else [word for word in known.faults.get(machine.name, []) if word in LASTING]
        known.faults[machine.name] = lasting
    state.save(known)

    def one(machine: Machine) -> None:
        _boot(machine, known.systems[machine.name], lower[machine.userland], fresh)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        failures = [future.exception() for future in [pool.submit(one, machine) for machine in machines]]
    for failure in failures:
        if failure is not None:
            raise failure


def _boot(machine: Machine, system: str, lower: Path, fresh: bool) -> None:
    boot.stop(machine.name)
    network.connect(machine)
    network.cable(machine.name, plugged=True)
    devices = disks.ready(machine, fresh)
    if fresh:
        for other in machine.systems:
            shutil.rmtree(overlay.place(machine, other), ignore_errors=True)
    layer = overlay.ready(machine, system, fresh)
    overlay.describe_volume(machine, layer, devices)
    pid = boot.start(machine, lower, layer, devices)
    boot.wait_until_ready(machine, pid)


def reset(names: Sequence[str]) -> None:
    """Give machines fresh systems and empty disks, and boot them."""
    up([machine_named(name) for name in names], fresh=True)


def reboot(name: str) -> str:
    """Restart a machine and return the system that came up: the other one on a dual-OS machine."""
    machine = machine_named(name)
    with state.locked():
        if not cgroups.leader(name):
            raise LabError(f"{name} is not running; start it: scripts/lab up {name}")
        boot.stop(name, gently=machine.is_debian)
        known = state.load()
        if machine.systems:
            others = [system for system in machine.systems if system != known.systems[name]]
            known.systems[name] = others[0]
            state.save(known)
        _boot_all([machine], {machine.userland: roots.built(machine.userland, silent)}, fresh=False)
        return known.systems[name]


def power_off(name: str) -> None:
    """Stop a machine as by pulling its plug; its disks and systems stay as they were."""
    with state.locked():
        # Silent first: the dying server would say goodbye on its connections, which a power cut does not.
        network.cable(name, plugged=False)
        boot.stop(name)


def power_on(name: str) -> None:
    """Start a machine that was stopped, with the same system and disks, whatever else runs."""
    machine = machine_named(name)
    with state.locked():
        if name not in state.load().systems:
            raise LabError(f"{name} was never up; start it: scripts/lab up {name}")
        if not cgroups.leader(name):
            _boot_all([machine], {machine.userland: roots.built(machine.userland, silent)}, fresh=False)


def down() -> None:
    """Stop every machine and leave nothing: no process, mount, loop device, namespace, link or disk image."""
    host.require()
    with state.locked():
        _sweep()


def _sweep() -> None:
    # The kernel is asked what is there: a state file would not know what a killed command had begun.
    network.bridge_is_up()
    names = set(cgroups.names()) | set(network.cables())
    with suppress(FileNotFoundError):
        names |= {path.name for path in (places.running() / "machines").iterdir()}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(boot.stop, sorted(names)))
    for name in sorted(names):
        network.disconnect(name)
    disks.release()
    host.restore()
    shutil.rmtree(places.running(), ignore_errors=True)
    roots.prune()
    network.remove_bridge()
