"""Becoming root with sudo: the password after the prompt, the script after the shell, neither before."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio_backup.cli.connecting import engine_of
from studio_backup.cli.progress import Bar
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.errors import SudoRefused
from studio_backup.evidence import Evidence
from studio_backup.probe import Probe, Reply, end_mark, join, split
from studio_backup.spec.model import System
from studio_backup.ssh import Ssh, connect
from studio_backup.ssh.become import Sudo, sudo_command
from tests.sshd import Bench

ROOT = Path(__file__).parents[2]

END = end_mark("4b1d")
PASSWORD = "corréct $horse"

#: Does what sudo does with -S and -p, as far as its streams go: a lecture, a prompt, one line read bytewise,
#: three tries. It notes every line it is given.
FAKE = r"""#!/bin/sh
[ "$1" = -S ] && [ "$2" = -p ] || { echo "usage: sudo -S -p PROMPT COMMAND" >&2; exit 1; }
prompt=$3; shift 3
mode=$(cat MODE)
case $mode in
  nopasswd) exec "$@" ;;
  denied) echo "tech is not in the sudoers file." >&2; exit 1 ;;
  silent) exec sleep 30 ;;
  killed) kill -9 $$ ;;
esac
echo "We trust you have received the usual lecture from the local System Administrator." >&2
tries=0
while [ $tries -lt 3 ]; do
  printf '%s' "$prompt" >&2
  IFS= read -r line || { echo "sudo: no password was provided" >&2; exit 1; }
  printf '%s\n' "$line" >>GIVEN
  if [ "$line" = 'corréct $horse' ]; then exec "$@"; fi
  sleep 1
  echo "Sorry, try again." >&2
  tries=$((tries + 1))
done
echo "sudo: 3 incorrect password attempts" >&2
exit 1
"""

Become = Callable[[str, str | None], Ssh]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sudo")


@pytest.fixture
def system(bench: Bench, place: Path) -> System:
    """A host whose sudo behaves as the file `mode` says."""
    program = place / "sudo"
    program.write_text(FAKE.replace("MODE", str(place / "mode")).replace("GIVEN", str(place / "given")))
    program.chmod(0o755)
    (place / "given").write_text("")
    return bench.system(bench.sshd(f"SetEnv PATH={place}:/usr/local/bin:/usr/bin:/bin"), become="sudo")


@pytest.fixture
def become(system: System, place: Path) -> Iterator[Become]:
    """Connects to a host whose sudo behaves as told."""
    opened: list[Ssh] = []

    def become(behaviour: str, password: str | None) -> Ssh:
        (place / "mode").write_text(behaviour)
        opened.append(connect(system, password=password)[0])
        return opened[-1]

    yield become
    for transport in opened:
        transport.close()


def given(place: Path) -> list[str]:
    return (place / "given").read_text().splitlines()


def test_sudo_that_asks_gets_the_password_once(become: Become, place: Path) -> None:
    answer = become("asks", PASSWORD).run("echo out; echo err >&2; exit 3\n", 20)
    assert answer.reply == Reply(3, "out\n", "err\n")
    assert given(place) == [PASSWORD]


def test_the_password_of_the_environment_goes_to_sudo_and_to_no_program_of_ours(
    system: System, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_BACKUP_SUDO_PASSWORD", PASSWORD)
    (place / "mode").write_text("asks")
    settings = Settings(inventory=(str(ROOT / "inventory"),), playbooks=(str(ROOT / "playbooks"),))
    studio = load_studio(settings)
    studio.machines["nas"].systems["linux"] = system
    engine = engine_of(settings, studio, Evidence(Path(":memory:")), Bar("", on=False))
    ours = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
    assert "SUDO_PASSWORD" not in ours
    transport, _ = engine.connect(system, [])
    assert transport.run("echo out\n", 20).reply == Reply(0, "out\n", "")
    transport.close()
    assert given(place) == [PASSWORD]


def test_sudo_that_does_not_ask_never_gets_it(become: Become, place: Path) -> None:
    answer = become("nopasswd", PASSWORD).run("echo next\n", 20)
    # A password sent unasked would have run as a command, and the shell would complain here.
    assert answer.reply == Reply(0, "next\n", "")
    assert given(place) == []


def test_a_survey_through_sudo_is_framed_on_both_streams(become: Become) -> None:
    answer = become("asks", PASSWORD).run(join([Probe(script="echo one; echo two >&2")], "4b1d"), 20, END)
    assert answer.whole
    assert split(answer.reply, 1, "4b1d") == [Reply(0, "one\n", "two\n")]
    assert "lecture" not in answer.reply.err


def test_a_stream_through_sudo(become: Become, place: Path) -> None:
    remote = become("asks", PASSWORD).open("cat; exit 6\n")
    remote.write(b"data" * 100_000)
    remote.finish_writing()
    size = 0
    while chunk := remote.read(65536):
        size += len(chunk)
    assert (size, remote.exit_status(), remote.errors()) == (400_000, 6, "")
    assert given(place) == [PASSWORD]
    remote.close()


def test_a_wrong_password_is_tried_once_and_refused(become: Become, place: Path) -> None:
    started = time.monotonic()
    with pytest.raises(SudoRefused, match="does not take the password"):
        become("asks", "wrong").run("echo one\n", 60)
    assert time.monotonic() - started < 30
    assert given(place) == ["wrong"]


def test_sudo_that_asks_without_a_password_to_give(become: Become, place: Path) -> None:
    with pytest.raises(SudoRefused, match="none was given"):
        become("asks", None).run("echo one\n", 60)
    assert given(place) == []


def test_a_user_who_may_not(become: Become) -> None:
    with pytest.raises(SudoRefused, match="is not in the sudoers file"):
        become("denied", PASSWORD).run("echo one\n", 60)


def test_sudo_that_hangs(become: Become) -> None:
    with pytest.raises(SudoRefused, match="in 1 s"):
        become("silent", PASSWORD).run("echo one\n", 1)


def test_sudo_that_dies(become: Become) -> None:
    with pytest.raises(SudoRefused):
        become("killed", PASSWORD).run("echo one\n", 60)


def test_a_host_without_sudo(bench: Bench, tmp_path: Path) -> None:
    server = bench.sshd(f"SetEnv PATH={tmp_path}")
    transport, _ = connect(bench.system(server, become="sudo"), password=PASSWORD)
    with pytest.raises(SudoRefused, match=r"sudo.*not found"):
        transport.run("echo one\n", 20)
    transport.close()


def test_the_password_stands_in_no_command_and_no_error() -> None:
    assert PASSWORD not in sudo_command("4b1d", streams=True)
    sudo = Sudo("4b1d", PASSWORD, "tech")
    assert sudo.hear(b"lecture\n4b1d-pass") == b""
    assert sudo.hear(b"word") == PASSWORD.encode() + b"\n"
    assert PASSWORD not in str(sudo.ended())
    with pytest.raises(SudoRefused) as caught:
        sudo.hear(b"Sorry, try again.\n4b1d-password")
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_the_shells_own_line_is_found_however_it_arrives(size: int) -> None:
    data = b"warning: cannot resolve host\n4b1d-ready\nfirst error"
    sudo, sent = Sudo("4b1d", PASSWORD, "tech"), b""
    rest = b""
    for start in range(0, len(data), size):
        if sudo.ready:
            rest += data[start : start + size]
        else:
            sent += sudo.hear(data[start : start + size])
    assert sent == b""
    assert (sudo.rest or b"") + rest == b"first error"
