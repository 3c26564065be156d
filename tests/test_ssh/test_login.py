"""Logging in with the keys of the spec, of ~/.ssh/config, of the agent and of the home."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_backup.errors import LoginRefused
from studio_backup.ssh import connect
from tests.sshd import USER, Bench, Sshd, make_key


@pytest.fixture
def agent(bench: Bench, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An agent that holds our identity."""
    path = tmp_path_factory.mktemp("agent") / "socket"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
    while not path.exists():
        assert process.poll() is None
    subprocess.run(["ssh-add", "-q", str(bench.identity)], check=True, env={**os.environ})
    yield
    process.terminate()
    process.wait()


def test_a_key_the_host_does_not_know(bench: Bench, server: Sshd, tmp_path: Path) -> None:
    make_key(tmp_path / "stranger")
    with pytest.raises(LoginRefused, match=f"nas/linux .* lets {USER} in with not the key") as caught:
        connect(bench.system(server, identity=str(tmp_path / "stranger")))
    assert "authorized_keys" in caught.value.fix


def test_an_identity_that_is_not_there_is_named(bench: Bench, server: Sshd) -> None:
    with pytest.raises(LoginRefused, match="/nowhere/key does not exist"):
        connect(bench.system(server, identity="/nowhere/key"))


def test_an_identity_in_the_home_of_nobody_is_named(bench: Bench, server: Sshd) -> None:
    with pytest.raises(LoginRefused, match="~no-such-user/key names a user who is not on this computer") as caught:
        connect(bench.system(server, identity="~no-such-user/key"))
    assert "`identity:`" in caught.value.fix


@pytest.mark.usefixtures("agent")
def test_the_agent_comes_after_an_identity_in_the_home_of_nobody(bench: Bench, server: Sshd) -> None:
    transport, _ = connect(bench.system(server, identity="~no-such-user/key"))
    transport.close()


def test_an_identity_that_is_no_key_is_named(bench: Bench, server: Sshd, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a key\n")
    with pytest.raises(LoginRefused, match="holds no usable private key"):
        connect(bench.system(server, identity=str(tmp_path / "text")))


def test_an_encrypted_identity_is_named_and_the_password_is_not_tried_on_it(
    bench: Bench, server: Sshd, tmp_path: Path
) -> None:
    make_key(tmp_path / "locked", passphrase="open sesame")
    with pytest.raises(LoginRefused, match="is encrypted"):
        connect(bench.system(server, identity=str(tmp_path / "locked")), password="open sesame")


@pytest.mark.usefixtures("agent")
def test_the_agent_is_asked(bench: Bench, server: Sshd) -> None:
    transport, _ = connect(bench.system(server, identity=None))
    transport.close()


@pytest.mark.usefixtures("agent")
def test_identities_only_leaves_other_keys_of_the_agent_out(
    bench: Bench, server: Sshd, home: Path, tmp_path: Path
) -> None:
    make_key(tmp_path / "stranger")
    settings = f"Host *\n  IdentityFile {tmp_path}/stranger\n"
    (home / ".ssh" / "config").write_text(settings + "  IdentitiesOnly yes\n")
    with pytest.raises(LoginRefused):
        connect(bench.system(server, identity=None))


@pytest.mark.usefixtures("agent")
def test_without_identities_only_the_agent_comes_after_the_named_keys(
    bench: Bench, server: Sshd, home: Path, tmp_path: Path
) -> None:
    make_key(tmp_path / "stranger")
    (home / ".ssh" / "config").write_text(f"Host *\n  IdentityFile {tmp_path}/stranger\n")
    transport, _ = connect(bench.system(server, identity=None))
    transport.close()


def test_the_usual_file_of_the_home_is_tried(bench: Bench, server: Sshd, home: Path) -> None:
    shutil.copy(bench.identity, home / ".ssh" / "id_ed25519")
    transport, _ = connect(bench.system(server, identity=None))
    transport.close()


def test_nobody_has_a_key(bench: Bench, server: Sshd) -> None:
    with pytest.raises(LoginRefused, match="none of 0 keys"):
        connect(bench.system(server, identity=None))


def test_a_host_that_wants_a_password_as_well(bench: Bench) -> None:
    server = bench.sshd("AuthenticationMethods publickey,password", "PasswordAuthentication yes")
    with pytest.raises(LoginRefused, match="second factor"):
        connect(bench.system(server))


def test_the_password_is_for_sudo_and_never_shown_to_the_login(bench: Bench, tmp_path: Path) -> None:
    server = bench.sshd("PasswordAuthentication yes", "LogLevel VERBOSE")
    make_key(tmp_path / "stranger")
    with pytest.raises(LoginRefused):
        connect(bench.system(server, identity=str(tmp_path / "stranger")), password="secret")
    server.stop()
    assert "Failed publickey" in server.log.read_text()
    assert "Failed password" not in server.log.read_text()


def test_a_user_that_does_not_exist(bench: Bench, server: Sshd) -> None:
    with pytest.raises(LoginRefused, match="nobody-here"):
        connect(bench.system(server, user="nobody-here"))
