"""A real server for every test of the SSH transport, and a home without anyone's own settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_backup.ssh import Ssh, connect
from tests.sshd import Bench, Sshd


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("ssh"))
    yield bench
    bench.close()


@pytest.fixture(scope="session")
def server(bench: Bench) -> Sshd:
    return bench.sshd("LogLevel VERBOSE")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for the client: only its .ssh is there."""
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return home


@pytest.fixture
def ssh(bench: Bench, server: Sshd) -> Iterator[Ssh]:
    """A connection to the plain server."""
    transport, _ = connect(bench.system(server))
    yield transport
    transport.close()
