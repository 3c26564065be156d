"""Host keys: what is pinned is taken, everything else is refused before the login."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from studio_backup.errors import ConnectionRefused, HostKeyChanged, HostKeyUnknown
from studio_backup.ssh import HostKey, connect, fetch_host_keys
from tests.sshd import Bench, Sshd, free_port, make_key


@pytest.fixture(scope="module")
def three_keys(bench: Bench) -> Sshd:
    return bench.sshd("LogLevel VERBOSE", kinds=("ed25519", "ecdsa", "rsa"))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_pinned_key_is_taken_whatever_its_type(bench: Bench, three_keys: Sshd, number: int) -> None:
    system = bench.system(three_keys, host_key=three_keys.host_keys[number])
    transport, answered = connect(system)
    assert answered is system
    assert transport.run("echo here\n", 10).reply.out == "here\n"
    transport.close()


def test_another_key_of_the_pinned_type_is_refused_before_the_login(bench: Bench, tmp_path: Path) -> None:
    server = bench.sshd("LogLevel VERBOSE")
    pinned = HostKey.parse(make_key(tmp_path / "old"))
    with pytest.raises(HostKeyChanged) as caught:
        connect(bench.system(server, host_key=pinned.line))
    seen = HostKey.parse(server.host_keys[0])
    assert caught.value.seen == seen.fingerprint
    assert caught.value.pinned == (pinned.fingerprint,)
    assert seen.fingerprint in caught.value.message
    assert pinned.fingerprint in caught.value.message
    assert caught.value.fix == f"studio-backup pin 127.0.0.1:{server.port}"
    server.stop()
    log = server.log.read_text()
    assert "Connection from" in log
    assert "Accepted" not in log
    assert "authenticating" not in log


def test_a_host_that_holds_only_other_types_shows_both_fingerprints(bench: Bench, server: Sshd) -> None:
    other = bench.sshd(kinds=("ecdsa",))
    with pytest.raises(HostKeyChanged) as caught:
        connect(bench.system(other, host_key=server.host_keys[0]))
    assert caught.value.seen == HostKey.parse(other.host_keys[0]).fingerprint
    assert caught.value.pinned == (HostKey.parse(server.host_keys[0]).fingerprint,)


def test_a_host_without_a_pin_is_unknown(bench: Bench, server: Sshd) -> None:
    with pytest.raises(HostKeyUnknown) as caught:
        connect(bench.system(server, host_key=""))
    assert caught.value.seen == HostKey.parse(server.host_keys[0]).fingerprint
    assert caught.value.seen in caught.value.message


def test_the_users_own_known_hosts_vouch_for_no_system(bench: Bench, server: Sshd, home: Path) -> None:
    line = f"[127.0.0.1]:{server.port} {server.host_keys[0]}\n"
    (home / ".ssh" / "known_hosts").write_text(line)
    with pytest.raises(HostKeyUnknown):
        connect(bench.system(server, host_key=""))


def test_the_siblings_key_tells_which_system_answers(bench: Bench, server: Sshd, tmp_path: Path) -> None:
    asleep = bench.system(
        server,
        "macos",
        host_key=make_key(tmp_path / "mac"),
        user="nobody-here",
        identity=str(tmp_path / "mac"),
    )
    awake = bench.system(server, "linux")
    transport, answered = connect(asleep, [awake])
    assert answered is awake
    assert transport.where == "nas/linux"
    assert transport.run("echo here\n", 10).whole
    transport.close()


def test_a_sibling_of_another_type_is_recognised_too(bench: Bench, three_keys: Sshd, tmp_path: Path) -> None:
    asleep = bench.system(three_keys, "macos", host_key=make_key(tmp_path / "mac", "ecdsa"))
    awake = bench.system(three_keys, "linux", host_key=three_keys.host_keys[2])
    # The server has an ecdsa key as well, and it is not the pinned one: the first one offered decides.
    with pytest.raises(HostKeyChanged) as caught:
        connect(asleep, [awake])
    assert len(caught.value.pinned) == 2
    _, answered = connect(awake, [])
    assert answered is awake


def test_fetching_gives_every_key_without_a_login(three_keys: Sshd) -> None:
    assert [key.line for key in fetch_host_keys("127.0.0.1", three_keys.port)] == three_keys.host_keys


def test_fetching_from_nobody_says_so() -> None:
    with pytest.raises(ConnectionRefused):
        fetch_host_keys("127.0.0.1", free_port())


def test_fetching_through_a_jump_host(bench: Bench, server: Sshd, three_keys: Sshd) -> None:
    keys = fetch_host_keys("127.0.0.1", three_keys.port, [bench.jump(server)])
    assert [key.line for key in keys] == three_keys.host_keys


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_fingerprints_are_those_of_ssh_keygen(tmp_path: Path, kind: str) -> None:
    key = HostKey.parse(make_key(tmp_path / "key", kind) + " a comment")
    printed = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(tmp_path / "key.pub")], capture_output=True, text=True, check=True
    )
    assert key.fingerprint == printed.stdout.split()[1]


@pytest.mark.parametrize("text", ["", "ssh-ed25519", "ssh-ed25519 no!base64", "ssh-ed25519 AAAA1", "ssh-rsa AAAA"])
def test_what_is_no_host_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a host key"):
        HostKey.parse(text)


def test_a_key_under_another_types_name_is_refused(server: Sshd) -> None:
    with pytest.raises(ValueError, match="of another type"):
        HostKey.parse("ssh-rsa " + server.host_keys[0].split()[1])
