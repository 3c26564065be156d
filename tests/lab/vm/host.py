"""What this host must have for the virtual machine."""

import os
import shutil
import sys
from pathlib import Path

from tests.lab.machines.command import LabError, environment
from tests.lab.machines.host import INSTEAD
from tests.lab.machines.sources import KEYRING
from tests.lab.vm.qemu import PROGRAM

PROGRAMS = ("apt-config", "fallocate", "mkfs.ext4", "mmdebstrap", "qemu-img", PROGRAM, "ssh")


def problem() -> str | None:
    """Return why the virtual machine cannot run here and what to do instead, or None when it can."""
    if sys.platform != "linux":
        return f"the lab's virtual machine is built and booted on Linux. {INSTEAD}"
    if os.geteuid() != 0:
        return f"the lab's virtual machine is built as root (sudo scripts/lab vm …). {INSTEAD}"
    missing = [name for name in PROGRAMS if not shutil.which(name, path=environment()["PATH"])]
    missing += [] if Path(KEYRING).is_file() else [KEYRING]
    if missing:
        return f"the lab's virtual machine needs {', '.join(missing)}; install them: scripts/install --lab"
    return None


def require() -> None:
    """Raise LabError when the virtual machine cannot run here."""
    if found := problem():
        raise LabError(found)
