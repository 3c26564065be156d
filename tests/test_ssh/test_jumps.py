"""Jump hosts, by the spec and by ~/.ssh/config: pinned like any other, passed in order."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from studio_backup.errors import HostDown, HostKeyChanged, HostKeyUnknown, UsageError
from studio_backup.ssh import HostKey, connect
from tests.sshd import USER, Bench, Sshd, free_port, make_key

RELAY = """
import os, socket, sys, threading
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def up():
    while data := os.read(0, 65536):
        s.sendall(data)
threading.Thread(target=up, daemon=True).start()
while data := s.recv(65536):
    os.write(1, data)
"""


def configure(home: Path, text: str) -> None:
    (home / ".ssh" / "config").write_text(text)


def know(home: Path, server: Sshd, key: str | None = None) -> None:
    with (home / ".ssh" / "known_hosts").open("a") as file:
        file.write(f"[127.0.0.1]:{server.port} {key or server.host_keys[0]}\n")


@pytest.fixture
def jump(bench: Bench) -> Sshd:
    return bench.sshd("LogLevel VERBOSE")


def test_a_system_is_reached_through_the_jump_host_of_the_spec(bench: Bench, server: Sshd, jump: Sshd) -> None:
    transport, _ = connect(bench.system(server, jump=(bench.jump(jump),)))
    assert transport.run("echo here\n", 10).reply.out == "here\n"
    transport.close()
    assert "Accepted publickey" in jump.log.read_text()


def test_two_jump_hosts_are_passed_in_order(bench: Bench, server: Sshd) -> None:
    second = bench.sshd(f"PermitOpen 127.0.0.1:{server.port}")
    first = bench.sshd(f"PermitOpen 127.0.0.1:{second.port}")
    transport, _ = connect(bench.system(server, jump=(bench.jump(first), bench.jump(second))))
    assert transport.run("echo here\n", 10).whole
    transport.close()


def test_a_changed_key_of_the_jump_host_stops_before_the_system(bench: Bench, jump: Sshd, tmp_path: Path) -> None:
    target = bench.sshd("LogLevel VERBOSE")
    old = make_key(tmp_path / "old")
    with pytest.raises(HostKeyChanged, match="jump host") as caught:
        connect(bench.system(target, jump=(bench.jump(jump, old),)))
    assert caught.value.seen == HostKey.parse(jump.host_keys[0]).fingerprint
    assert caught.value.pinned == (HostKey.parse(old).fingerprint,)
    target.stop()
    connections = target.log.read_text().count("Connection from")
    assert connections <= 1, "only the wait for the server to listen may have connected"


def test_a_changed_key_behind_a_jump_host_shows_both_fingerprints(bench: Bench, jump: Sshd, tmp_path: Path) -> None:
    target = bench.sshd(kinds=("ecdsa",))
    old = make_key(tmp_path / "old")
    with pytest.raises(HostKeyChanged) as caught:
        connect(bench.system(target, host_key=old, jump=(bench.jump(jump),)))
    assert caught.value.seen == HostKey.parse(target.host_keys[0]).fingerprint


def test_a_system_that_the_jump_host_cannot_reach_is_down(bench: Bench, server: Sshd, jump: Sshd) -> None:
    system = bench.system(server, port=free_port(), jump=(bench.jump(jump),))
    with pytest.raises(HostDown, match="jump host cannot reach it"):
        connect(system)


def proxy_jump(bench: Bench, *names: str) -> str:
    return f"Host 127.0.0.1\n  ProxyJump {','.join(names)}\nHost *\n  IdentityFile {bench.identity}\n"


def hosts(**servers: Sshd) -> str:
    return "".join(
        f"Host {name}\n  HostName 127.0.0.1\n  Port {server.port}\n  User {USER}\n" for name, server in servers.items()
    )


def test_proxyjump_is_followed_where_known_hosts_vouches(bench: Bench, server: Sshd, jump: Sshd, home: Path) -> None:
    # `Host 127.0.0.1` names the system alone: the jump host is looked up under its alias.
    configure(home, hosts(bastion=jump) + proxy_jump(bench, "bastion"))
    know(home, jump)
    transport, _ = connect(bench.system(server))
    assert transport.run("echo here\n", 10).whole
    transport.close()
    assert "Accepted publickey" in jump.log.read_text()


def test_proxyjump_to_an_unknown_host_is_refused(bench: Bench, server: Sshd, jump: Sshd, home: Path) -> None:
    configure(home, hosts(bastion=jump) + proxy_jump(bench, "bastion"))
    with pytest.raises(HostKeyUnknown, match="jump host bastion") as caught:
        connect(bench.system(server))
    assert caught.value.fix.endswith("ssh bastion")


def test_proxyjump_to_a_changed_host_is_refused(
    bench: Bench, server: Sshd, jump: Sshd, home: Path, tmp_path: Path
) -> None:
    configure(home, hosts(bastion=jump) + proxy_jump(bench, "bastion"))
    know(home, jump, make_key(tmp_path / "old"))
    with pytest.raises(HostKeyChanged, match="jump host bastion"):
        connect(bench.system(server))


def test_proxyjump_passes_several_hosts_in_the_order_of_ssh(bench: Bench, server: Sshd, home: Path) -> None:
    second = bench.sshd(f"PermitOpen 127.0.0.1:{server.port}")
    first = bench.sshd(f"PermitOpen 127.0.0.1:{second.port}")
    configure(home, hosts(first=first, second=second) + proxy_jump(bench, "first", "second"))
    know(home, first)
    know(home, second)
    transport, _ = connect(bench.system(server))
    assert transport.run("echo here\n", 10).whole
    transport.close()


def test_proxyjump_in_a_circle_is_named(bench: Bench, server: Sshd, jump: Sshd, home: Path) -> None:
    circle = hosts(a=jump).rstrip("\n") + "\n  ProxyJump b\n" + hosts(b=jump).rstrip("\n") + "\n  ProxyJump a\n"
    configure(home, circle + proxy_jump(bench, "a"))
    with pytest.raises(UsageError, match="never ends"):
        connect(bench.system(server))


def test_proxyjump_none_is_no_jump(bench: Bench, server: Sshd, home: Path) -> None:
    configure(home, proxy_jump(bench, "none"))
    transport, _ = connect(bench.system(server))
    transport.close()


def test_an_alias_gives_name_port_user_and_identity(bench: Bench, server: Sshd, home: Path) -> None:
    configure(home, hosts(archive=server) + f"Host *\n  IdentityFile {bench.identity}\n")
    transport, _ = connect(bench.system(server, address="archive", port=22, user="", identity=None))
    assert transport.run("echo here\n", 10).whole
    transport.close()


def test_a_proxy_command_carries_the_connection(bench: Bench, server: Sshd, home: Path, tmp_path: Path) -> None:
    relay = tmp_path / "relay.py"
    relay.write_text(RELAY)
    configure(home, f"Host archive\n  ProxyCommand {sys.executable} {relay} 127.0.0.1 {server.port}\n")
    transport, _ = connect(bench.system(server, address="archive"))
    assert transport.run("echo here\n", 10).whole
    transport.close()


def test_the_agent_is_not_forwarded_even_if_ssh_would(bench: Bench, server: Sshd, home: Path) -> None:
    configure(home, "Host *\n  ForwardAgent yes\n")
    transport, _ = connect(bench.system(server))
    assert transport.run('echo "<$SSH_AUTH_SOCK>"\n', 10).reply.out == "<>\n"
    transport.close()
