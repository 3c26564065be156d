"""known_hosts files as they are found in homes: with authorities, revoked keys, hashed names and odd lines."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from studio_backup.errors import HostKeyError, HostKeyUnknown
from studio_backup.ssh import HostKey, connect
from studio_backup.ssh.knownhosts import known_hosts
from tests.sshd import USER, Bench, Sshd, make_key


@pytest.fixture
def file(home: Path) -> Path:
    return home / ".ssh" / "known_hosts"


@pytest.fixture
def keys(tmp_path: Path) -> list[str]:
    return [make_key(tmp_path / "one"), make_key(tmp_path / "two"), make_key(tmp_path / "three", "ecdsa")]


def lines_of(found: list[HostKey]) -> list[str]:
    return [key.line for key in found]


def test_authorities_and_odd_lines_are_passed_over(file: Path, keys: list[str]) -> None:
    odd = ["", "# text", "bastion", "bastion ssh-ed25519", "bastion ssh-ed25519 no!base64", "|1|x|y " + keys[1], "@"]
    file.write_text("\n".join([f"@cert-authority bastion {keys[1]}", *odd, f"a,bastion {keys[0]} a comment", ""]))
    assert lines_of(known_hosts(str(file), "bastion", 22)) == [keys[0]]


def test_bytes_that_are_no_text_spoil_no_other_line(file: Path, keys: list[str]) -> None:
    file.write_bytes(b"caf\xe9 ssh-ed25519 \xe9\nbastion \xe9 \xe9\n" + f"bastion {keys[0]}\n".encode())
    assert lines_of(known_hosts(str(file), "bastion", 22)) == [keys[0]]


def test_every_key_of_a_host_counts_also_two_of_one_type(file: Path, keys: list[str]) -> None:
    file.write_text("".join(f"[bastion]:2222\t{key}\n" for key in keys) + f"bastion {keys[0]}\n")
    assert lines_of(known_hosts(str(file), "bastion", 2222)) == keys
    assert lines_of(known_hosts(str(file), "other", 2222)) == []


@pytest.mark.parametrize("revoked_first", [True, False])
@pytest.mark.parametrize("host", ["*", "bastion", "elsewhere"])
def test_a_revoked_key_is_never_taken_whatever_the_order(
    file: Path, keys: list[str], revoked_first: bool, host: str
) -> None:
    lines = [f"@revoked {host} {keys[0]}\n", f"bastion {keys[0]}\n", f"bastion {keys[2]}\n"]
    file.write_text("".join(lines if revoked_first else lines[::-1]))
    assert lines_of(known_hosts(str(file), "bastion", 22)) == [keys[2]]


def test_a_key_that_another_file_revokes_is_not_taken(file: Path, keys: list[str]) -> None:
    other = file.with_name("known_hosts2")
    file.write_text(f"bastion {keys[0]}\n")
    other.write_text(f" @revoked\t* {keys[0]} lost\r\n")
    assert known_hosts("~/.ssh/known_hosts ~/.ssh/known_hosts2", "bastion", 22) == []


def test_hashed_names_are_those_of_ssh_keygen(file: Path, keys: list[str]) -> None:
    file.write_text(f"[bastion]:2222 {keys[0]}\nother {keys[1]}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(file)], check=True, capture_output=True)
    assert "bastion" not in file.read_text()
    assert lines_of(known_hosts(str(file), "bastion", 2222)) == [keys[0]]
    assert known_hosts(str(file), "bastion", 22) == []


def test_a_file_that_cannot_be_found_for_want_of_its_user_is_an_error_with_a_fix() -> None:
    with pytest.raises(HostKeyError, match="~no-such-user/known_hosts cannot be read") as caught:
        known_hosts("~no-such-user/known_hosts", "bastion", 22)
    assert "UserKnownHostsFile" in caught.value.fix


def test_files_that_are_not_there_hold_nothing(home: Path) -> None:
    assert known_hosts(f"{home}/nothing /dev/null", "bastion", 22) == []


@pytest.fixture
def through_bastion(bench: Bench, server: Sshd, home: Path) -> Sshd:
    """The server as its own jump host, by ~/.ssh/config."""
    alias = f"Host bastion\n  HostName 127.0.0.1\n  Port {server.port}\n  User {USER}\n"
    jump = f"Host 127.0.0.1\n  ProxyJump bastion\nHost *\n  IdentityFile {bench.identity}\n"
    (home / ".ssh" / "config").write_text(alias + jump)
    return server


def test_a_jump_works_beside_authorities_and_revoked_keys(
    bench: Bench, through_bastion: Sshd, file: Path, keys: list[str]
) -> None:
    entry = f"[127.0.0.1]:{through_bastion.port} {through_bastion.host_keys[0]}\n"
    file.write_text(f"@cert-authority *.example {keys[0]}\n@revoked * {keys[1]}\n{entry}")
    transport, _ = connect(bench.system(through_bastion))
    assert transport.run("echo here\n", 10).whole
    transport.close()


def test_a_jump_host_that_shows_a_revoked_key_is_refused(bench: Bench, through_bastion: Sshd, file: Path) -> None:
    key = through_bastion.host_keys[0]
    file.write_text(f"[127.0.0.1]:{through_bastion.port} {key}\n@revoked * {key}\n")
    with pytest.raises(HostKeyUnknown, match="jump host bastion"):
        connect(bench.system(through_bastion))
