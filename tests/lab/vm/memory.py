"""The memory of the machine right after a boot, saved once: a fresh machine is loaded, which boots in no time."""

import hashlib
import json
import shlex
import shutil
import tempfile
import time
from pathlib import Path

from tests.lab.machines.command import LabError, run
from tests.lab.vm import image, places, qemu, qmp

MEMORY, LAYER = "memory", "root.qcow2"
PATIENCE = 120.0


def place(system: Path, argv: list[str]) -> Path:
    """Return where the memory of a machine with that system and command line is, or will be, kept."""
    version = run(qemu.PROGRAM, "--version").stdout
    key = hashlib.sha256(json.dumps([version, argv]).encode()).hexdigest()[:16]
    return system / f"memory-{key}"


def save(target: Path) -> None:
    """Save the memory of the running machine and what it wrote to its system disk; the machine stops for good."""
    # Machines with disks of two sizes may take turns; more are of a qemu that is gone.
    for older in sorted(target.parent.glob("memory-*"), key=lambda path: path.stat().st_mtime)[:-1]:
        shutil.rmtree(older)
    with tempfile.TemporaryDirectory(prefix=image.UNFINISHED, dir=target.parent.parent) as scratch:
        whole = Path(scratch, "whole")
        whole.mkdir()
        with qmp.monitor(PATIENCE) as orders:
            orders.order("stop")
            orders.order("migrate-set-parameters", max_bandwidth=1 << 40)
            orders.order("migrate", uri=f"exec:cat > {shlex.quote(str(whole / MEMORY))}")
            _finish(orders)
        qemu.kill()
        shutil.copy(places.root_layer(), whole / LAYER)
        whole.rename(target)


def load(source: Path, argv: list[str]) -> None:
    """Start the machine at the moment of save(), over a copy of its system disk."""
    shutil.copy(source / LAYER, places.root_layer())
    qemu.start([*argv, "-incoming", "defer"])
    with qmp.monitor(PATIENCE) as orders:
        orders.order("migrate-incoming", uri=f"exec:cat {shlex.quote(str(source / MEMORY))}")
        _finish(orders)
        orders.order("cont")


def _finish(orders: qmp.Monitor) -> None:
    deadline = time.monotonic() + PATIENCE
    while (status := orders.order("query-migrate").get("status")) != "completed":
        if status == "failed" or time.monotonic() > deadline:
            raise LabError(f"the virtual machine's memory was not copied: {status}\n{qemu.last_words()}")
        time.sleep(0.02)
