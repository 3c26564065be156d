"""What this host must have for the lab, and the one setting of it that a large fleet changes."""

import os
import shutil
import sys
from pathlib import Path

from tests.lab.machines import state
from tests.lab.machines.command import LabError, environment
from tests.lab.machines.sources import KEYRING

PROGRAMS = (
    "apt-config",
    "btrfs",
    "ip",
    "losetup",
    "mkfs.btrfs",
    "mkfs.ext4",
    "mmdebstrap",
    "nsenter",
    "ssh",
    "systemd-nspawn",
    "unshare",
)
INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
# A booted systemd takes about six; 128, the usual limit, ends at the twentieth machine.
INSTANCES_A_MACHINE = 10
INSTEAD = (
    "Instead: run it in a Linux machine or virtual machine as root; everything that needs no lab runs "
    "here: scripts/test, scripts/check"
)


def problem() -> str | None:
    """Return why the lab cannot run here and what to do instead, or None when it can."""
    if sys.platform != "linux":
        return f"the lab boots real machines with systemd-nspawn: that needs Linux. {INSTEAD}"
    if os.geteuid() != 0:
        return f"the lab boots real machines with systemd-nspawn: it needs root (sudo scripts/lab …). {INSTEAD}"
    missing = [name for name in PROGRAMS if not shutil.which(name, path=environment()["PATH"])]
    missing += [] if Path(KEYRING).is_file() else [KEYRING]
    if missing:
        return f"the lab needs {', '.join(missing)}; install them: scripts/install --lab"
    if not Path("/dev/loop-control").exists():
        return f"the lab needs loop devices, and this kernel or container has no /dev/loop-control. {INSTEAD}"
    return None


def require() -> None:
    """Raise LabError when the lab cannot run here."""
    if found := problem():
        raise LabError(found)


def allow_machines(count: int) -> None:
    """Raise the host's inotify limit when that many machines need it, and remember what it was."""
    needed = 128 + INSTANCES_A_MACHINE * count
    present = int(INSTANCES.read_text())
    if count <= 10 or present >= needed:
        return
    known = state.load()
    known.settings.setdefault(str(INSTANCES), str(present))
    state.save(known)
    INSTANCES.write_text(f"{needed}\n")


def restore() -> None:
    """Put back what allow_machines changed."""
    for path, value in state.load().settings.items():
        Path(path).write_text(f"{value}\n")
