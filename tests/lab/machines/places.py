"""Where the lab keeps its things: all of it outside the checkout, under the user's cache."""

import os
from pathlib import Path


def cache() -> Path:
    """Return the lab's directory under ${XDG_CACHE_HOME:-~/.cache}."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).resolve() / "studio-backup" / "lab"


def roots() -> Path:
    """Built machine roots, one directory a recipe; they stay between runs."""
    return cache() / "roots"


def running() -> Path:
    """Everything that exists only while machines run; `down` removes it."""
    return cache() / "run"


def of_machine(name: str) -> Path:
    """The running state of one machine: overlay, disk images, network namespace, console log."""
    return running() / "machines" / name


def client_key() -> Path:
    """The private key that every machine lets in; its public half is beside it, with .pub."""
    return cache() / "key"


def known_hosts() -> Path:
    """The host keys of every machine, in OpenSSH's form."""
    return cache() / "known_hosts"


def ssh_config() -> Path:
    """A client configuration with one Host entry a machine, for ssh -F."""
    return cache() / "ssh_config"
