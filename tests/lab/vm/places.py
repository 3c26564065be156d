"""Where the virtual machine keeps its things, beside those of the other machines and apart from them."""

from pathlib import Path

from tests.lab.machines import places


def running() -> Path:
    """Everything that exists only while the machine is up; `down` removes it."""
    return places.cache() / "vm-run"


def disk_image(serial: str) -> Path:
    """The bytes of a disk, in the machine or out of it."""
    return running() / f"{serial}.img"


def root_layer() -> Path:
    """What the machine wrote to its system disk, over the image that never changes."""
    return running() / "root.qcow2"


def initrd() -> Path:
    """The initial RAM disk of the next boot: the image's, or the one the machine made itself."""
    return running() / "initrd"


def monitor() -> Path:
    """The socket on which qemu takes orders."""
    return running() / "qmp.sock"


def console() -> Path:
    """What the machine printed on its serial console."""
    return running() / "console.log"


def known_hosts() -> Path:
    """The machine's host key, in OpenSSH's form."""
    return running() / "known_hosts"


def ssh_config() -> Path:
    """A client configuration that reaches the machine by name, for ssh -F."""
    return running() / "ssh_config"
