"""The keys of the lab: host keys anyone can derive, and one random client key that never leaves the cache."""

import base64
import hashlib
import struct
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.lab.machines import facts, places


def _host_key(name: str) -> Ed25519PrivateKey:
    # Derived, so that a committed inventory can pin it although no private key is ever committed.
    seed = hashlib.sha256(f"studio-backup lab host key {name}".encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_line(name: str) -> str:
    """Return `ssh-ed25519 AAAA…`, the public host key of a system such as ws-a/studio-os."""
    key = _host_key(name).public_key()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def openssh_private(name: str) -> bytes:
    """Return a system's private host key as OpenSSH reads it."""
    return _host_key(name).private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def dropbear_private(name: str) -> bytes:
    """Return a system's private host key as Dropbear reads it: two SSH strings, the type and seed‖public."""
    key = _host_key(name)
    seed = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    body = seed + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return b"".join(struct.pack(">I", len(part)) + part for part in (b"ssh-ed25519", body))


def fingerprint(name: str) -> str:
    """Return the SHA256 fingerprint of a public host key as ssh prints it."""
    blob = base64.b64decode(public_line(name).split()[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def client_public() -> str:
    """Return the client's public key line; the pair is made at random on the first call."""
    private, public = places.client_key(), Path(f"{places.client_key()}.pub")
    if not (private.is_file() and public.is_file()):
        key = Ed25519PrivateKey.generate()
        private.parent.mkdir(parents=True, exist_ok=True)
        private.unlink(missing_ok=True)
        private.touch(mode=0o600)
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
        line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        public.write_text(f"{line} studio-backup-lab\n")
    return public.read_text().strip()


def write_client_files() -> None:
    """Write known_hosts and an ssh_config that reach every machine of the lab by name."""
    pins, entries = [], []
    for machine in facts.everybody():
        names = f"{machine.address},{machine.name}"
        pins += [f"{names} {public_line(name)}" for name in machine.key_names]
        entries.append(f"Host {machine.name}\n  HostName {machine.address}\n")
    entries.append(
        "Host *\n  User root\n"
        f'  IdentityFile "{places.client_key()}"\n  IdentitiesOnly yes\n'
        f'  UserKnownHostsFile "{places.known_hosts()}"\n'
        "  GlobalKnownHostsFile none\n  HostKeyAlgorithms ssh-ed25519\n  StrictHostKeyChecking yes\n"
        "  ForwardAgent no\n  ConnectTimeout 10\n  LogLevel ERROR\n"
    )
    places.known_hosts().write_text("\n".join(pins) + "\n")
    places.ssh_config().write_text("\n".join(entries))
