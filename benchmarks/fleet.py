"""The machines that are measured: a fleet of the lab, each with a second disk that holds the work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from benchmarks.studio import SOURCE, TARGET, Host
from tests.lab.machines import disks, facts, inside, keys, lifecycle, state

#: Everything that studio-backup, or the hand-written script, ever makes on a machine.
_CLEAN = f"""
systemctl --quiet disable --now $(cd /etc/systemd/system && ls -d studio-backup-*.timer 2>/dev/null) 2>/dev/null
rm -rf /etc/systemd/system/studio-backup-* /etc/systemd/system/.studio-backup-* \\
  /var/lib/systemd/timers/stamp-studio-backup-* /etc/studio-backup /var/lib/studio-backup \\
  {TARGET}/copy-* {TARGET}/.studio-backup-volume {SOURCE}/.studio-backup-volume
systemctl daemon-reload
systemctl --quiet reset-failed 2>/dev/null
exit 0"""


@contextmanager
def booted(count: int) -> Iterator[list[Host]]:
    """Boot `count` machines, fresh, and take the lab down at the end."""
    machines = [facts.fleet_machine(number) for number in range(1, count + 1)]
    with state.in_use():
        try:
            lifecycle.up(machines, fresh=True)
            each(machines, _mount_source)
            yield [host_of(machine) for machine in machines]
        finally:
            lifecycle.down()


def host_of(machine: facts.Machine) -> Host:
    """A machine of the lab as the made-up studio describes it."""
    return Host(
        name=machine.name,
        address=machine.address,
        host_key=keys.public_line(machine.name),
        source_id=machine.volume.spare_uuid,
        target_id=machine.volume.uuid,
    )


def _mount_source(machine: facts.Machine) -> None:
    device = disks.spare(machine)
    number = device.removeprefix("/dev/loop")
    script = f"[ -b {device} ] || mknod {device} b 7 {number}; mkdir -p {SOURCE}; mount -t ext4 {device} {SOURCE}"
    inside.run(machine.name, script, check=True)


def clean(hosts: list[Host]) -> None:
    """Take everything of ours off the machines, so that the next round starts from nothing."""
    each([facts.machine_named(host.name) for host in hosts], lambda one: inside.run(one.name, _CLEAN, check=True))


def each(machines: list[facts.Machine], work: Callable[[facts.Machine], object]) -> None:
    """Do `work` for every machine, eight at a time."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(work, machines))
