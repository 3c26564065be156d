"""Real SSH servers on 127.0.0.1 for the transport's tests: OpenSSH with its own settings and host keys."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from studio_backup.source import Place
from studio_backup.spec.model import Jump, System

USER = pwd.getpwuid(os.getuid()).pw_name
SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:/sbin")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> str:
    """Write a key pair; return "type base64" of its public half."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "", "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return " ".join(path.with_name(path.name + ".pub").read_text().split()[:2])


@dataclass
class Sshd:
    """One running server; `host_keys` are its public halves, first the best."""

    port: int
    host_keys: list[str]
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@dataclass
class Bench:
    """A place for servers and keys; everything started here is stopped by `close`."""

    directory: Path
    identity: Path = field(init=False)
    servers: list[Sshd] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.directory.mkdir(mode=0o700, exist_ok=True)
        self.identity = self.directory / "identity"
        public = make_key(self.identity)
        (self.directory / "authorized_keys").write_text(public + "\n")

    def sshd(self, *settings: str, kinds: Iterable[str] = ("ed25519",), port: int | None = None) -> Sshd:
        """Start a server with extra sshd_config lines, and wait until it listens."""
        assert SSHD is not None, "these tests need an OpenSSH server (apt install openssh-server)"
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        number = len(self.servers)
        keys = {self.directory / f"host-{number}-{kind}": kind for kind in kinds}
        publics = [make_key(path, kind) for path, kind in keys.items()]
        port = port or free_port()
        # bash reads the user's .bashrc when sshd starts it, but not in a nested shell.
        environment = [line for line in settings if line.startswith("SetEnv ")] or ["SetEnv"]
        settings = tuple(line for line in settings if line not in environment)
        lines = [
            " ".join([*environment, "SHLVL=5"]),
            *settings,
            f"Port {port}",
            "ListenAddress 127.0.0.1",
            *(f"HostKey {path}" for path in keys),
            f"AuthorizedKeysFile {self.directory}/authorized_keys",
            "UsePAM no",
            "StrictModes no",
            "PermitRootLogin yes",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PidFile none",
            "MaxStartups 100",
        ]
        config, log = self.directory / f"sshd-{number}.conf", self.directory / f"sshd-{number}.log"
        config.write_text("\n".join(lines) + "\n")
        process = subprocess.Popen([SSHD, "-D", "-E", str(log), "-f", str(config)], stdin=subprocess.DEVNULL)
        server = Sshd(port, publics, process, log)
        self.servers.append(server)
        _wait_for(port, process, log)
        return server

    def system(self, server: Sshd, name: str = "linux", **changes: object) -> System:
        """The system that answers there, pinned and with our identity unless `changes` say otherwise."""
        values: dict[str, object] = {
            "machine": "nas",
            "name": name,
            "os": "linux",
            "address": "127.0.0.1",
            "port": server.port,
            "user": USER,
            "host_key": server.host_keys[0],
            "identity": str(self.identity),
            "place": Place("inventory/studio.yml", 1, 1),
        }
        return System(**{**values, **changes})  # type: ignore[arg-type]

    def jump(self, server: Sshd, host_key: str | None = None) -> Jump:
        return Jump(
            address="127.0.0.1",
            user=USER,
            port=server.port,
            host_key=server.host_keys[0] if host_key is None else host_key,
            identity=str(self.identity),
        )

    def close(self) -> None:
        for server in self.servers:
            server.stop()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server did not start: {log.read_text()}"
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the server does not listen")
