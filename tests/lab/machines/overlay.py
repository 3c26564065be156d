"""What makes one system of one machine itself: a writable layer with its name, keys and addresses."""

import hashlib
import os
import shutil
from pathlib import Path

from tests.lab.machines import keys, places
from tests.lab.machines.facts import HOST_ADDRESS, STUDIO, Machine

HOMES = {"root": 0, "home/tech": 1000, "home/nopw": 1001}


def place(machine: Machine, system: str) -> Path:
    """Return the directory of a system's layer; it holds `upper` and `work`."""
    return places.of_machine(machine.name) / f"overlay-{system or 'only'}"


def write(upper: Path, path: str, content: str | bytes, mode: int = 0o644, owner: int = 0) -> None:
    """Write one file into a layer; directories that are new in it get the mode 0755 and belong to root."""
    file = upper / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    file.chmod(mode)
    os.chown(file, owner, owner)


def ready(machine: Machine, system: str, fresh: bool) -> Path:
    """Return a system's layer, made when it is missing or asked to be FRESH."""
    layer = place(machine, system)
    if fresh:
        shutil.rmtree(layer, ignore_errors=True)
    if (layer / "work").is_dir():
        return layer
    upper = layer / "upper"
    upper.mkdir(parents=True, exist_ok=True)
    upper.chmod(0o755)
    name = machine.key_name(system)
    write(upper, "etc/hostname", f"{machine.name}\n")
    write(upper, "etc/hosts", hosts())
    let_in(upper, keys.client_public())
    if machine.userland == "busybox":
        write(upper, "etc/dropbear/dropbear_ed25519_host_key", keys.dropbear_private(name), 0o600)
    else:
        number = hashlib.sha256(f"studio-backup lab machine-id {name}".encode()).hexdigest()[:32]
        write(upper, "etc/machine-id", number + "\n", 0o444)
        write(upper, "etc/ssh/ssh_host_ed25519_key", keys.openssh_private(name), 0o600)
        write(upper, "etc/ssh/ssh_host_ed25519_key.pub", keys.public_line(name) + "\n")
    (layer / "work").mkdir()
    return layer


def let_in(upper: Path, public_line: str) -> None:
    """Let the owner of a public key log in as root, tech and nopw."""
    for home, owner in HOMES.items():
        write(upper, f"{home}/.ssh/authorized_keys", public_line + "\n", 0o600, owner)
        for directory in (upper / home, upper / home / ".ssh"):
            directory.chmod(0o700)
            os.chown(directory, owner, owner)


def hosts() -> str:
    """Return /etc/hosts as every machine has it."""
    known = {"localhost": "127.0.0.1", "lab-host": HOST_ADDRESS}
    known |= {machine.name: machine.address for machine in STUDIO.values()}
    return "".join(f"{address}\t{name}\n" for name, address in known.items())


def describe_volume(machine: Machine, layer: Path, devices: list[str]) -> None:
    """Tell the machine which devices its volume is on; their numbers differ from boot to boot."""
    volume = machine.volume
    lines = {
        "devices": " ".join(devices),
        "labels": " ".join(volume.labels),
        "filesystem": volume.filesystem,
        "uuid": volume.uuid,
        "path": volume.path,
    }
    write(layer / "upper", "etc/lab/volume", "".join(f"{name}='{value}'\n" for name, value in lines.items()))
