"""Hosts that are away, dumb, silent or cut off: each is told apart, each before its deadline."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from paramiko.common import cMSG_CHANNEL_WINDOW_ADJUST

from studio_backup.errors import (
    ConnectionCut,
    ConnectionRefused,
    HostDown,
    NameNotFound,
    NoAnswer,
    NotSpeaking,
    Unreachable,
)
from studio_backup.probe import end_mark
from studio_backup.ssh import Ssh, connect, fetch_host_keys
from studio_backup.transport import Remote
from tests.sshd import Bench, Sshd, free_port, make_key
from tests.test_ssh.broken import Relay

END = end_mark("4b1d")


@contextlib.contextmanager
def listener(greeting: bytes, *, hold: bool) -> Iterator[int]:
    """A port that says `greeting` and then is silent (`hold`) or closes."""
    server = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                client.sendall(greeting)
                held.append(client)
                if not hold:
                    client.close()

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    for sock in [server, *held]:
        sock.close()


class Deaf(paramiko.ServerInterface):
    """A server that lets anyone in, opens channels, and never answers a request to run something."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:  # noqa: ARG002
        return paramiko.common.AUTH_SUCCESSFUL

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002
        return "publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:  # noqa: ARG002
        self.asked.set()
        time.sleep(20)
        return False


def read_all(remote: Remote) -> int:
    size = 0
    while data := remote.read(100_000):
        size += len(data)
    return size


@pytest.fixture
def relay(server: Sshd) -> Iterator[Relay]:
    relay = Relay(server.port)
    yield relay
    relay.close()


def test_a_port_without_a_server(bench: Bench, server: Sshd) -> None:
    with pytest.raises(ConnectionRefused):
        connect(bench.system(server, port=free_port()))


def test_a_name_that_does_not_exist(bench: Bench, server: Sshd) -> None:
    with pytest.raises(NameNotFound, match=r"no-such-host\.invalid"):
        connect(bench.system(server, address="no-such-host.invalid"))


def test_a_host_that_never_answers(bench: Bench, server: Sshd) -> None:
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    waiting = []
    for _ in range(4):  # fill the queue: the kernel then drops every further request, as a dead host would
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(full.getsockname())
        waiting.append(sock)
    started = time.monotonic()
    with pytest.raises(HostDown, match="no answer in 1 s"):
        connect(bench.system(server, port=full.getsockname()[1]), timeout=1)
    assert time.monotonic() - started < 10
    for sock in [full, *waiting]:
        sock.close()


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH_9.9\r\n", b"Welcome\r\n"])
def test_a_port_that_is_open_and_silent(bench: Bench, server: Sshd, greeting: bytes) -> None:
    started = time.monotonic()
    with listener(greeting, hold=True) as port, pytest.raises(NotSpeaking, match="no SSH handshake in 1 s"):
        connect(bench.system(server, port=port), timeout=1)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.9\r\n"])
def test_a_port_that_hangs_up(bench: Bench, server: Sshd, greeting: bytes) -> None:
    with listener(greeting, hold=False) as port, pytest.raises(NotSpeaking, match="handshake fails"):
        connect(bench.system(server, port=port), timeout=20)


def test_fetching_keys_from_a_silent_port_ends(server: Sshd) -> None:
    with listener(b"", hold=True) as port, pytest.raises(Unreachable):
        fetch_host_keys("127.0.0.1", port, timeout=1)
    assert fetch_host_keys("127.0.0.1", server.port)


def test_a_host_that_hangs_up_before_the_login_is_done(bench: Bench, server: Sshd) -> None:
    relay = Relay(server.port)
    # The handshake takes about 2 KiB from the server; the login ends some hundred bytes later.
    relay.cut_after(1300)
    with pytest.raises((ConnectionCut, NotSpeaking)):
        connect(bench.system(server, port=relay.port), timeout=5)
    relay.close()


def test_a_host_that_hangs_after_the_login(bench: Bench, server: Sshd, relay: Relay) -> None:
    transport, _ = connect(bench.system(server, port=relay.port))
    relay.freeze()
    with pytest.raises(NoAnswer, match="no answer in 1 s"):
        transport.run("echo here\n", 1)
    transport.close()


class SetAhead:
    """What paramiko takes for the module `time`: 0.2 s after the first look somebody sets the clock an hour ahead."""

    def __init__(self) -> None:
        self.first: float | None = None
        self.was_set = False

    def time(self) -> float:
        self.first = self.first or time.monotonic()
        self.was_set = time.monotonic() > self.first + 0.2
        return time.time() + (3600 if self.was_set else 0)


def test_a_clock_that_is_set_meanwhile_is_no_host_that_hangs(
    bench: Bench, server: Sshd, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport, _ = connect(bench.system(server, port=relay.port))
    relay.slow_down(0.5)
    clock = SetAhead()
    monkeypatch.setattr(paramiko.transport, "time", clock)
    answer = transport.run("echo here\n", 20)
    transport.close()
    assert answer.reply.out == "here\n"
    assert clock.was_set


def test_a_host_that_never_starts_the_command(bench: Bench, server: Sshd, tmp_path: Path) -> None:
    host_key = make_key(tmp_path / "host")
    deaf = Deaf()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            transport = paramiko.Transport(door.accept()[0])
            transport.add_server_key(paramiko.Ed25519Key.from_private_key_file(str(tmp_path / "host")))
            transport.start_server(server=deaf)

        threading.Thread(target=serve, daemon=True).start()
        transport, _ = connect(bench.system(server, port=door.getsockname()[1], host_key=host_key))
        started = time.monotonic()
        with pytest.raises(NoAnswer, match="no answer in 1 s"):
            transport.run("echo here\n", 1)
        assert deaf.asked.is_set()
        assert time.monotonic() - started < 15
        transport.close()


def test_a_host_that_is_gone_after_the_login(bench: Bench, server: Sshd, relay: Relay) -> None:
    transport, _ = connect(bench.system(server, port=relay.port))
    relay.close()
    with pytest.raises(ConnectionCut):
        transport.run("echo here\n", 10)
    transport.close()


def test_an_answer_cut_in_the_middle_keeps_what_came(bench: Bench, server: Sshd, relay: Relay) -> None:
    transport, _ = connect(bench.system(server, port=relay.port))
    relay.cut_after(100_000)
    script = f"head -c 1000000 /dev/zero; echo; echo '{END}'; echo '{END}' >&2\n"
    answer = transport.run(script, 20, END)
    assert not answer.whole
    assert answer.reason == "the connection was cut"
    assert 0 < len(answer.reply.out) < 1_000_000
    transport.close()


def test_an_answer_frozen_in_the_middle_ends_at_the_deadline(bench: Bench, server: Sshd, relay: Relay) -> None:
    transport, _ = connect(bench.system(server, port=relay.port))
    threading.Timer(1, relay.freeze).start()
    answer = transport.run("echo first; sleep 2; echo second\n", 4)
    assert not answer.whole
    assert answer.reply.out == "first\n"
    assert answer.reason == "no whole answer in 4 s"
    transport.close()


def test_a_stream_cut_in_the_middle_is_an_error_and_no_end(bench: Bench, server: Sshd, relay: Relay) -> None:
    transport, _ = connect(bench.system(server, port=relay.port))
    remote = transport.open("head -c 10000000 /dev/zero\n")
    relay.cut_after(500_000)
    with pytest.raises(ConnectionCut, match="in the middle of a stream"):
        read_all(remote)
    transport.close()


@pytest.fixture
def torn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that ends between a piece of a stream and our word that there is room for more."""
    real = paramiko.Transport._send_user_message  # type: ignore[attr-defined]

    def send(self: paramiko.Transport, message: paramiko.Message) -> None:
        if message.asbytes()[:1] == cMSG_CHANNEL_WINDOW_ADJUST:
            raise EOFError
        real(self, message)

    monkeypatch.setattr(paramiko.Transport, "_send_user_message", send)


@pytest.mark.usefixtures("torn")
def test_a_stream_torn_while_more_is_asked_for_is_cut_and_stays_cut(ssh: Ssh) -> None:
    remote = ssh.open("head -c 3000000 /dev/zero\n")
    for _ in range(2):
        with pytest.raises(ConnectionCut, match="in the middle of a stream"):
            read_all(remote)


@pytest.mark.usefixtures("torn")
def test_an_answer_torn_while_more_is_asked_for_is_not_whole(ssh: Ssh) -> None:
    answer = ssh.run("head -c 3000000 /dev/zero\n", 20)
    assert (answer.whole, answer.reason) == (False, "the connection was cut")
    assert len(answer.reply.out) < 3_000_000


def test_no_thread_is_left_behind(bench: Bench, server: Sshd) -> None:
    before = set(threading.enumerate())
    for _ in range(5):
        transport, _ = connect(bench.system(server), timeout=60)
        transport.run("sleep 30 &\n", 0.5)
        transport.close()
    with listener(b"", hold=True) as port, pytest.raises(NotSpeaking):
        connect(bench.system(server, port=port), timeout=0.5)
    fetch_host_keys("127.0.0.1", server.port, timeout=60)

    def left() -> list[threading.Thread]:
        ours = (paramiko.Transport, threading.Timer)
        return [thread for thread in set(threading.enumerate()) - before if isinstance(thread, ours)]

    deadline = time.monotonic() + 10
    while left() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left() == []
