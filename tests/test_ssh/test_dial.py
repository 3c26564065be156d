"""Opening the byte stream below SSH: every address of a name has its turn, and a ProxyCommand sees no secret."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest

from studio_backup.errors import ConnectionRefused, HostDown
from studio_backup.ssh.deadline import Deadline
from studio_backup.ssh.dial import dial, proxy
from studio_backup.transport.early import PromptSocket
from tests.sshd import free_port


@pytest.fixture
def no_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel without IPv6, and a name whose IPv6 address comes first."""

    def open_socket(family: int = -1, *more: Any) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return PromptSocket(family, *more)

    def addresses(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0))]
        if host == "both.example":
            found.append((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)))
        return found

    monkeypatch.setattr("studio_backup.ssh.dial.PromptSocket", open_socket)
    monkeypatch.setattr(socket, "getaddrinfo", addresses)


@pytest.mark.usefixtures("no_ipv6")
def test_without_ipv6_the_next_address_is_tried() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with dial("both.example", port, Deadline(5)) as sock:
            assert sock.getpeername() == ("127.0.0.1", port)


@pytest.mark.usefixtures("no_ipv6")
def test_without_ipv6_a_name_with_nothing_else_is_out_of_reach() -> None:
    with pytest.raises(HostDown, match="address family not supported"):
        dial("six.example", 22, Deadline(5))


@pytest.mark.usefixtures("no_ipv6")
def test_an_address_that_answered_says_more_than_one_the_kernel_cannot_try(monkeypatch: pytest.MonkeyPatch) -> None:
    found = socket.getaddrinfo("both.example", free_port())
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found[::-1])
    with pytest.raises(ConnectionRefused):
        dial("both.example", 22, Deadline(5))


def test_a_proxy_command_has_our_environment_without_the_password_for_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_BACKUP_SUDO_PASSWORD", "open sesame")
    monkeypatch.setenv("STUDIO_BACKUP_SUDO", "other")
    stream, end = proxy("env")
    with stream.makefile("rb") as output:
        lines = output.read().decode().splitlines()
    end()
    assert "STUDIO_BACKUP_SUDO=other" in lines
    assert not [line for line in lines if "sesame" in line]
