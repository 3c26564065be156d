"""Connections begun early are the ones that are used, and what stands in their way is said as ever."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_backup.errors import ConnectionRefused, HostDown
from studio_backup.ssh.deadline import Deadline
from studio_backup.ssh.dial import dial
from studio_backup.transport import early
from studio_backup.transport.early import begun, knock
from tests.sshd import free_port


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    file = tmp_path / "config"
    monkeypatch.setattr(early, "_CONFIGURATIONS", (str(file),))
    monkeypatch.setattr(early, "_begun", {})
    yield file
    for sock in early._begun.values():
        sock.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as opened:
        opened.settimeout(0.3)
        yield opened


def waiting(listener: socket.socket) -> int:
    """How many connections somebody has made to it."""
    count = 0
    with contextlib.suppress(TimeoutError):
        while True:
            listener.accept()[0].close()
            count += 1
    return count


def test_the_connection_that_was_begun_is_the_one_that_is_used(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    knock([("127.0.0.1", port), ("127.0.0.1", port)])
    with dial("127.0.0.1", port, Deadline(5)) as sock:
        server, _ = listener.accept()
        with server:
            server.sendall(b"SSH-2.0-x")
            assert sock.recv(100) == b"SSH-2.0-x"
            assert sock.gettimeout() is not None
        assert waiting(listener) == 0
    with dial("127.0.0.1", port, Deadline(5)):  # it is used once
        assert waiting(listener) == 1


def test_a_refused_one_is_said_to_be_refused() -> None:
    port = free_port()
    knock([("127.0.0.1", port)])
    with pytest.raises(ConnectionRefused):
        dial("127.0.0.1", port, Deadline(5))


def test_one_that_does_not_come_about_is_a_host_that_is_down(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with contextlib.ExitStack() as full:  # its queue is full: it answers nobody else
        for _ in range(3):
            sock = full.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
        knock([("127.0.0.1", port)])
        with pytest.raises(HostDown, match=r"no answer in 0\.3 s"):
            dial("127.0.0.1", port, Deadline(0.3))


@pytest.mark.parametrize("line", ["  HostName other", "ProxyJump=gate", "port 2222", "Match all", "proxycommand nc %h"])
def test_where_the_configuration_may_lead_elsewhere_nothing_is_begun(
    configuration: Path, listener: socket.socket, line: str
) -> None:
    configuration.write_text(f"Host *\n    # a remark\n{line}\n")
    knock([listener.getsockname()])
    assert waiting(listener) == 0


def test_a_configuration_that_cannot_be_read_may_say_anything(configuration: Path, listener: socket.socket) -> None:
    configuration.mkdir()
    knock([listener.getsockname()])
    assert waiting(listener) == 0


def test_any_other_configuration_changes_nothing(configuration: Path, listener: socket.socket) -> None:
    configuration.write_bytes(b"Host *\n  IdentityFile ~/.ssh/hostname\n  SendEnv LANG\xff\n")
    knock([listener.getsockname()])
    assert waiting(listener) == 1


def test_a_name_is_not_looked_up() -> None:
    knock([("localhost", 22), ("nas.example", 22), ("127.0.0.1\0", 22)])
    assert begun("localhost", 22, 1) is None
