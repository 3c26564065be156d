"""Scripts, answers and streams over a real connection."""

from __future__ import annotations

import shlex
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from paramiko.buffered_pipe import BufferedPipe

from studio_backup.errors import ConnectionCut, NoAnswer, TransportError
from studio_backup.probe import Probe, Reply, end_mark, join, split
from studio_backup.ssh import Ssh, connect
from studio_backup.ssh.session import Bell
from studio_backup.transport import NO_EXIT
from tests.sshd import Bench, Sshd

END = end_mark("4b1d")
MARKS = f"echo '{END}'; echo '{END}' >&2\n"
SHELLS = [name for name in ("bash", "dash", "zsh", "csh", "tcsh", "fish", "mksh", "busybox") if shutil.which(name)]

Connect = Callable[[Sshd], Ssh]


@pytest.fixture
def reach(bench: Bench) -> Iterator[Connect]:
    opened: list[Ssh] = []

    def reach(server: Sshd) -> Ssh:
        opened.append(connect(bench.system(server))[0])
        return opened[-1]

    yield reach
    for transport in opened:
        transport.close()


def test_an_answer_has_both_streams_and_the_exit_status(ssh: Ssh) -> None:
    answer = ssh.run("echo out; echo err >&2; exit 7\n", 10)
    assert (answer.reply, answer.whole, answer.reason) == (Reply(7, "out\n", "err\n"), True, "")


def test_bytes_that_are_no_utf8_survive_the_way_there_and_back(ssh: Ssh) -> None:
    assert ssh.run("printf 'a\\377b'; printf '\udcfe'\n", 10).reply.out == "a\udcffb\udcfe"


def test_twenty_megabytes_on_both_streams_at_once(ssh: Ssh) -> None:
    answer = ssh.run("head -c 20000000 /dev/zero >&2 & head -c 20000000 /dev/zero; wait\n", 60)
    assert answer.whole
    assert (len(answer.reply.out), len(answer.reply.err)) == (20_000_000, 20_000_000)


def test_a_script_of_five_megabytes_that_talks_while_it_is_read(ssh: Ssh) -> None:
    answer = ssh.run(("echo " + "x" * 994 + "\n") * 5000, 60)
    assert answer.whole
    assert answer.reply.out == ("x" * 994 + "\n") * 5000


def test_a_child_that_holds_the_streams_open_delays_nothing_after_the_end_mark(ssh: Ssh) -> None:
    started = time.monotonic()
    answer = ssh.run(f"echo seen; sleep 30 & {MARKS}", 25, END)
    assert time.monotonic() - started < 15
    assert answer.whole
    assert answer.reply.out == f"seen\n{END}\n"


def test_the_deadline_returns_what_came_and_the_connection_lives_on(ssh: Ssh) -> None:
    answer = ssh.run("echo first; echo why >&2; sleep 20\n", 2, END)
    assert not answer.whole
    assert answer.reply == Reply(NO_EXIT, "first\n", "why\n")
    assert answer.reason == "no whole answer in 2 s"
    assert ssh.run("echo second\n", 10).reply.out == "second\n"


def test_a_survey_with_one_hung_fragment_keeps_the_others(ssh: Ssh) -> None:
    probes = [Probe(script="echo one"), Probe(script="sleep 30", touches=True)]
    answer = ssh.run(join(probes, "4b1d", seconds=20), 3, END)
    first, second = split(answer.reply, 2, "4b1d")
    assert first == Reply(0, "one\n", "")
    assert not isinstance(second, Reply)
    assert second.began


def test_a_whole_survey(ssh: Ssh) -> None:
    probes = [Probe(script='echo "$@"', args=("a b", "c")), Probe(script="exit 3")]
    answer = ssh.run(join(probes, "4b1d"), 20, END)
    assert answer.whole
    assert split(answer.reply, 2, "4b1d") == [Reply(0, "a b c\n", ""), Reply(3, "", "")]


def test_a_shell_that_is_killed_is_not_whole(ssh: Ssh) -> None:
    answer = ssh.run("echo first; kill -9 $$\n", 10)
    assert not answer.whole
    assert answer.reply.out == "first\n"
    assert answer.reason == "the shell was killed there"


def test_many_scripts_at_once_on_one_connection(ssh: Ssh) -> None:
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        answers[number] = ssh.run(f"echo {number}\n", 30).reply.out

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: f"{number}\n" for number in range(6)}


@pytest.mark.parametrize("shell", SHELLS)
def test_any_login_shell_will_do(bench: Bench, reach: Connect, shell: str) -> None:
    inner = "sh -c" if shell == "busybox" else "-c"
    path = shutil.which(shell)
    server = bench.sshd(f'ForceCommand {path} {inner} "$SSH_ORIGINAL_COMMAND"')
    transport = reach(server)
    assert transport.run("echo 'a\\b' \"$0\" >&2; exit 5\n", 20).reply.exit == 5
    remote = transport.open("printf '%s!\\n' 'a\\b'; cat\n")
    remote.write(b"data\n")
    remote.finish_writing()
    assert remote.exit_status() == 0
    remote.close()


def test_noise_before_the_shell_does_not_matter(bench: Bench, reach: Connect, tmp_path: Path) -> None:
    wrapper = tmp_path / "noisy"
    wrapper.write_text(
        "#!/bin/sh\necho 'Welcome!'; echo 'disk almost full' >&2\nexec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"\n"
    )
    wrapper.chmod(0o755)
    banner = tmp_path / "banner"
    banner.write_text("Authorised use only.\n" * 50)
    transport = reach(bench.sshd(f"ForceCommand {wrapper}", f"Banner {banner}"))
    answer = transport.run(join([Probe(script="echo one")], "4b1d"), 20, END)
    assert answer.whole
    assert split(answer.reply, 1, "4b1d") == [Reply(0, "one\n", "")]


def test_one_stream_running_empty_does_not_hide_the_ring_of_the_other() -> None:
    out, err, bell = BufferedPipe(), BufferedPipe(), Bell()
    out.set_event(bell)  # type: ignore[arg-type]
    err.set_event(bell)  # type: ignore[arg-type]
    bell.reset()
    out.feed("out")
    err.feed("err")
    out.read(10)
    assert bell.wait(0)


def test_a_closed_account_says_so(bench: Bench, reach: Connect) -> None:
    transport = reach(bench.sshd("ForceCommand echo 'This account is closed.' >&2; exit 1"))
    answer = transport.run(join([Probe(script="echo one")], "4b1d"), 20, END)
    assert not answer.whole
    assert answer.reason == "the shell ended early, exit status 1: This account is closed."


def test_a_host_that_opens_no_session_says_so(bench: Bench, reach: Connect) -> None:
    transport = reach(bench.sshd("MaxSessions 0"))
    with pytest.raises(TransportError, match="opens no further channel"):
        transport.run("echo one\n", 10)


def test_a_stream_is_read_and_written_in_turns(ssh: Ssh) -> None:
    remote = ssh.open('while read -r line; do echo "<$line>"; done; echo why >&2; exit 4\n')
    remote.write(b"one\n")
    assert remote.read(100) == b"<one>\n"
    remote.write(b"two\n")
    assert remote.read(100) == b"<two>\n"
    remote.finish_writing()
    assert remote.read(100) == b""
    assert remote.read(100) == b""
    assert remote.exit_status() == 4
    assert remote.errors() == "why\n"
    remote.close()


def test_a_stream_passes_every_byte_while_errors_pile_up(ssh: Ssh) -> None:
    data = bytes(range(256)) * 40_000
    remote = ssh.open("head -c 3000000 /dev/zero >&2; cat\n")

    def feed() -> None:
        remote.write(data)
        remote.finish_writing()

    thread = threading.Thread(target=feed)
    thread.start()
    back = bytearray()
    while chunk := remote.read(100_000):
        back += chunk
    thread.join()
    assert bytes(back) == data
    assert remote.exit_status() == 0
    assert len(remote.errors()) == 65536
    remote.close()


def test_writing_all_before_reading_any_does_not_lock_up(ssh: Ssh) -> None:
    data = b"0123456789abcdef" * 500_000
    remote = ssh.open("cat\n")
    remote.write(data)
    remote.finish_writing()
    back = bytearray()
    while chunk := remote.read(1_000_000):
        back += chunk
    assert bytes(back) == data
    remote.close()


def test_a_silent_stream_is_given_up(ssh: Ssh) -> None:
    remote = ssh.open("sleep 30\n", silence=1)
    with pytest.raises(NoAnswer, match="nothing moved"):
        remote.read(1)
    remote.close()


def test_a_stream_that_takes_no_data_is_given_up(ssh: Ssh) -> None:
    remote = ssh.open("sleep 30\n", silence=1)
    with pytest.raises(NoAnswer, match="takes no data"):
        remote.write(b"x" * 10_000_000)
    remote.close()


def test_writing_to_a_program_that_left_is_a_cut(ssh: Ssh) -> None:
    remote = ssh.open("exit 3\n")
    with pytest.raises(ConnectionCut):
        remote.write(b"x" * 10_000_000)
    remote.close()


def test_a_lock_shell_lives_as_long_as_its_channel(ssh: Ssh, tmp_path: Path) -> None:
    marker = tmp_path / "released"
    remote = ssh.open(f"echo held; read -r _; : >{shlex.quote(str(marker))}\n")
    assert remote.read(100) == b"held\n"
    assert not marker.exists()
    remote.close()
    deadline = time.monotonic() + 10
    while not marker.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert marker.exists()
