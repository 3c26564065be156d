"""What befalls an array while it is made and mended: power and connections that fail, programs that lie or hang."""

from __future__ import annotations

import random
import secrets
import subprocess
import time

import pytest

from studio_backup.diff import Present, Unread
from studio_backup.resources.md_array import MdArray
from studio_backup.script import build
from tests.lab.vm import client, places
from tests.lab.vm.facts import NAME, spare
from tests.lab.vm.machine import Vm
from tests.lab.vm.md_bench import (
    CHOSEN,
    asked,
    carried_out,
    ended,
    fields,
    fill,
    judged,
    made,
    settled,
    task_of,
    wanted,
    whole,
)  # fmt: skip

pytestmark = [pytest.mark.lab, pytest.mark.long]


def begun(vm: Vm, want: MdArray) -> subprocess.Popen[bytes]:
    """Its making, on a connection of its own that can be cut."""
    script = build([task_of(judged(vm, want))], secrets.token_hex(8))
    argv = client._ssh("-o", "ControlPath=none", NAME, "exec /bin/sh -s")
    pipe = subprocess.PIPE
    started = subprocess.Popen(argv, stdin=pipe, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               cwd=places.running())  # fmt: skip
    assert started.stdin is not None
    started.stdin.write(script.encode())
    started.stdin.close()
    return started


def mended(vm: Vm, want: MdArray) -> None:
    """However it was left, apply makes it whole, and says of no moment in between that it is."""
    for _ in range(3):
        change = judged(vm, want)
        assert change.verb in ("create", "update", "ok", "watch"), change
        if change.verb in ("ok", "watch"):
            break
        outcome = carried_out(vm, change)
        assert outcome.exit == 0, outcome.log
    ended(vm, want)


@pytest.mark.parametrize("moment", [1, 2])
def test_power_fails_while_it_is_made(moment: int, fresh_disks: Vm) -> None:
    vm = fresh_disks
    want = wanted(vm, "bay1", "bay2", "bay3", level="raid5")
    started = begun(vm, want)
    time.sleep(random.Random(moment).uniform(1, 8))
    vm.power_cut()
    started.kill()
    started.wait()
    vm.power_on()
    mended(vm, want)
    fill(vm)
    assert whole(vm)


@pytest.mark.parametrize("moment", [1, 2])
def test_the_connection_falls_while_it_is_made(moment: int, fresh_disks: Vm) -> None:
    vm = fresh_disks
    want = wanted(vm, "bay1", "bay2")
    started = begun(vm, want)
    time.sleep(random.Random(moment).uniform(0.5, 4))
    started.kill()
    started.wait()
    # A step that has begun goes to its end without us; one that was not sent whole has not begun.
    vm.run("while [ -e /var/lib/studio-backup/step ]; do sleep 0.5; done", check=True, timeout=120)
    mended(vm, want)


def test_power_fails_while_it_is_rebuilt(fresh_disks: Vm) -> None:
    vm = fresh_disks
    want = wanted(vm, "bay1", "bay2")
    made(vm, want)
    ended(vm, want)
    fill(vm)
    vm.pull("bay2")
    vm.plug(spare(3, "bay2"))
    want = wanted(vm, "bay1", "bay2")
    vm.run("echo 3000 >/proc/sys/dev/raid/speed_limit_max", check=True)
    outcome = carried_out(vm, judged(vm, want))
    assert outcome.exit == 0, outcome.log
    change = judged(vm, want)
    assert (fields(change)["action"] or "").startswith("recovering"), change
    vm.power_cut()
    vm.power_on()
    for _ in range(2):
        change = judged(vm, want)
        assert change.verb in ("update", "ok", "watch"), change
        if change.verb == "update":
            outcome = carried_out(vm, change)
            assert outcome.exit == 0, outcome.log
    # An array that nobody writes to begins nothing.
    vm.run(f"mkdir -p /srv/tank; mount /dev/disk/by-id/md-uuid-{CHOSEN} /srv/tank", check=True)
    ended(vm, want)
    assert whole(vm)
    vm.pull("bay1")  # what is left was rebuilt
    assert whole(vm)


# Nothing in /run can be run here.
HALF = '/root/mdadm.real "$@" 2>&1 | head -c 40'


@pytest.mark.parametrize(
    ("mode", "program"),
    [("failing", "exit 1"), ("hanging", "sleep 300"), ("silent", "exit 0"), ("half", HALF), ("missing", "")],
)
def test_mdadm_answers_wrongly(mode: str, program: str, fresh_disks: Vm) -> None:
    """Never is an array that runs, or one whose disks lie there, taken for none, or for a sound one."""
    vm = fresh_disks
    want = wanted(vm, "bay1", "bay2")
    made(vm, want)
    settled(vm, want)
    stop = "mdadm --stop /dev/md127; udevadm settle"
    fake = "rm -f /usr/sbin/mdadm" if mode == "missing" else (
        f"printf '#!/bin/sh\\n%s\\n' '{program}' >/usr/sbin/mdadm; chmod 755 /usr/sbin/mdadm")  # fmt: skip
    vm.run("cp -p /usr/sbin/mdadm /root/mdadm.real; rm -f /etc/udev/rules.d/64-md*; "
           ": >/etc/udev/rules.d/64-md-raid-assembly.rules; udevadm control --reload", check=True)  # fmt: skip
    for stopped in (False, True):
        if stopped:
            vm.run(f"cp -p /root/mdadm.real /usr/sbin/mdadm; {stop}", check=True)
        vm.run(f"rm -f /usr/sbin/mdadm; {fake}", check=True)
        seen = asked(vm, want, seconds=15)
        assert isinstance(seen, Unread), (mode, stopped, seen)
    vm.run("cp -p /root/mdadm.real /usr/sbin/mdadm", check=True)
    assert isinstance(asked(vm, want), Present)
    assert judged(vm, want).verb == "update"


def test_mdadm_makes_nothing_and_its_word_is_not_taken_for_it(fresh_disks: Vm) -> None:
    vm = fresh_disks
    want = wanted(vm, "bay1", "bay2")
    vm.run("cp -p /usr/sbin/mdadm /root/mdadm.real", check=True)
    for code in (1, 0):
        fake = f'case $1 in --create) exit {code} ;; esac; exec /root/mdadm.real "$@"'
        vm.run(
            f"printf '#!/bin/sh\\n%s\\n' '{fake}' >/run/fake; chmod 755 /run/fake; mv /run/fake /usr/sbin/mdadm",
            check=True,
        )
        assert carried_out(vm, judged(vm, want)).exit == code
        assert judged(vm, want).verb == "create", code
    vm.run("cp -p /root/mdadm.real /usr/sbin/mdadm", check=True)
    mended(vm, want)
