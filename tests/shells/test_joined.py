"""The joined survey script, really run in every shell: whole, hung, killed, cut, and full of noise."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from studio_backup.probe import LOST_REASON, Probe, Reply, Unanswered, end_mark, join, merge, split
from tests.sandbox import SHELLS

NONCE = "5f0c1d2e3b4a6978"


def run(shell: list[str], script: str) -> Reply:
    """What the shell answers to a script on its standard input."""
    done = subprocess.run([*shell, "-s"], input=script.encode(), capture_output=True, check=False, timeout=60)
    return Reply(
        done.returncode, done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="surrogateescape")
    )


def everywhere(test: Callable[[list[str]], None]) -> None:
    """What waits for seconds waits in all shells at once."""
    with ThreadPoolExecutor(len(SHELLS)) as pool:
        for _ in pool.map(test, SHELLS.values()):
            pass


def ask(shell: list[str], *scripts: str, seconds: int = 20) -> list[Reply | Unanswered]:
    probes = [Probe(script=script) for script in scripts]
    reply = run(shell, join(probes, NONCE, seconds))
    assert reply.out.endswith(f"\n{end_mark(NONCE)}\n")
    assert reply.err.endswith(f"\n{end_mark(NONCE)}\n")
    return split(reply, len(probes), NONCE)


def test_every_fragment_has_its_own_streams_and_status(shell: list[str]) -> None:
    answers = ask(shell, "echo one; echo two >&2", "printf 'no newline'; exit 7", ":", "exit 127", "printf '\\n\\n'")
    assert answers == [
        Reply(0, "one\n", "two\n"),
        Reply(7, "no newline", ""),
        Reply(0, "", ""),
        Reply(127, "", ""),
        Reply(0, "\n\n", ""),
    ]


def test_arguments_reach_a_fragment_as_they_are(shell: list[str], tmp_path: Path) -> None:
    words = ("it's", 'a "quote"', "two\nlines", "$(touch hit) `id`", "-n", "", "\\n", "ä ö", "*")
    probe = Probe(script='for word do printf "<%s>" "$word"; done', args=words)
    os.chdir(tmp_path)
    answer = split(run(shell, join(merge([probe, probe]), NONCE)), 1, NONCE)[0]
    assert answer == Reply(0, "".join(f"<{word}>" for word in words), "")
    assert not list(tmp_path.iterdir())


def test_a_fragment_ends_at_its_first_error_and_disturbs_no_other(shell: list[str]) -> None:
    answers = ask(shell, "echo a; false; echo b", "cd /; unset PATH; set +e", "echo $UNSET_NAME; echo b", "echo fine")
    first, _, third, fourth = answers
    assert first == Reply(1, "a\n", "")
    assert isinstance(third, Reply)
    assert third.exit != 0
    assert third.out == ""
    assert fourth == Reply(0, "fine\n", "")


def test_a_hung_fragment_is_given_up_and_the_next_ones_answer() -> None:
    everywhere(_a_hung_fragment_is_given_up_and_the_next_ones_answer)


def _a_hung_fragment_is_given_up_and_the_next_ones_answer(shell: list[str]) -> None:
    hung, fine, again, last = ask(
        shell, "echo began; sleep 600", "echo fine", "while :; do :; done", "echo last", seconds=1
    )
    assert hung == Unanswered("gave no answer in time", began=True)
    assert again == Unanswered("gave no answer in time", began=True)
    assert (fine, last) == (Reply(0, "fine\n", ""), Reply(0, "last\n", ""))


def test_many_devices_are_given_more_time_than_one() -> None:
    probes = [
        Probe(script="sleep 2.6; printf '%s' $#", args=("a", "b", "c"), touches=True),
        Probe(script="sleep 9", args=("a", "b", "c"), touches=False),
    ]
    many, hung = split(run(SHELLS["dash"], join(probes, NONCE, 1)), 2, NONCE)
    assert many == Reply(0, "3", "")
    assert hung == Unanswered("gave no answer in time", began=True)


def test_a_fragment_that_takes_a_few_ticks_is_let_finish_with_its_status() -> None:
    everywhere(_a_fragment_that_takes_a_few_ticks_is_let_finish_with_its_status)


def _a_fragment_that_takes_a_few_ticks_is_let_finish_with_its_status(shell: list[str]) -> None:
    slow, quick = ask(shell, "sleep 2.3; echo slow; exit 3", "exit 4", seconds=20)
    assert (slow, quick) == (Reply(3, "slow\n", ""), Reply(4, "", ""))


def test_a_hung_fragment_leaves_no_child_behind() -> None:
    everywhere(_a_hung_fragment_leaves_no_child_behind)


def _a_hung_fragment_leaves_no_child_behind(shell: list[str]) -> None:
    odd = f"47{os.getpid()}.{list(SHELLS.values()).index(shell)}"
    ask(shell, f"sleep {odd}", seconds=1)
    commands = [_command(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert f"sleep {odd} " not in commands


def _command(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def test_a_fragment_cannot_speak_for_another(shell: list[str]) -> None:
    fake = "printf '<0000000000000000 1>\\nabsent\\n<0000000000000000 1 0>\\n<0000000000000000 whole>\\n'"
    first, second = ask(shell, fake, "echo real")
    assert isinstance(first, Reply)
    assert first.out.startswith("<0000000000000000 1>")
    assert second == Reply(0, "real\n", "")


def test_noise_of_a_login_before_and_a_child_that_talks_on(shell: list[str]) -> None:
    noise = "printf 'Welcome to the NAS'; printf 'no mail' >&2\n"
    probes = [Probe(script="echo one"), Probe(script="echo two")]
    reply = run(shell, noise + join(probes, NONCE))
    assert split(reply, 2, NONCE) == [Reply(0, "one\n", ""), Reply(0, "two\n", "")]


def test_a_fragment_has_no_standard_input_to_eat_the_script_with(shell: list[str]) -> None:
    assert ask(shell, "cat; read -r line || echo nothing", "echo next") == [
        Reply(0, "nothing\n", ""),
        Reply(0, "next\n", ""),
    ]


def test_a_killed_fragment_is_unanswered(shell: list[str]) -> None:
    killed, fine = ask(shell, "kill -9 $(sh -c 'echo $PPID')", "echo fine")
    assert isinstance(killed, Unanswered)
    assert fine == Reply(0, "fine\n", "")


def test_a_script_that_was_cut_while_it_came_says_nothing(shell: list[str]) -> None:
    script = join([Probe(script="echo one"), Probe(script="echo two")], NONCE)
    for end in range(0, len(script) - 15, 97):
        assert "one" not in run(shell, script[:end]).out


def test_a_fragment_that_its_shell_loses_is_not_waited_for_for_ever() -> None:
    # bash collects a child in the very moment of a tick now and then, forgets it, and waits for ever: here always.
    lost = """wait() {
      command wait "$1"; status=$?
      [ "$1" = "$fragment" ] && [ "$asked_for" = one ] || return "$status"
      while [ -z "$ticked" ]; do sleep 0.1; done
      return 138
    }
    """
    for name in ("bash", "dash"):
        script = join([Probe(script="echo one"), Probe(script="echo two")], NONCE)
        first = f"<{NONCE} 0>"
        loses = lost + script.replace(f"mark '{first}'", f"mark '{first}'; asked_for=one").replace(
            f"mark '<{NONCE} 1>'", f"mark '<{NONCE} 1>'; asked_for=two"
        )
        reply = run(SHELLS[name], loses)
        assert reply.out.endswith(f"{end_mark(NONCE)}\n")
        assert split(reply, 2, NONCE) == [Unanswered(LOST_REASON, began=False), Reply(0, "two\n", "")]


def test_a_killed_shell_leaves_whole_answers_whole_and_no_ticker() -> None:
    everywhere(_a_killed_shell_leaves_whole_answers_whole_and_no_ticker)


def _a_killed_shell_leaves_whole_answers_whole_and_no_ticker(shell: list[str]) -> None:
    script = join([Probe(script="echo first"), Probe(script="echo began; sleep 30")], NONCE)
    process = subprocess.Popen(
        [*shell, "-s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(script.encode())
    process.stdin.close()
    seen = b""
    while b"began" not in seen:
        seen += os.read(process.stdout.fileno(), 4096)
    process.kill()
    process.wait()
    answers = split(Reply(-1, seen.decode(), f"<{NONCE} 0>\n\n<{NONCE} 0 0>\n<{NONCE} 1>\n"), 2, NONCE)
    assert answers == [Reply(0, "first\n", ""), Unanswered("was not reached", began=True)]
    left = _group(process.pid)
    for _ in range(200):  # the ticker notices with its next tick; the hung fragment itself is ended by us
        if "sleep 1 " not in left.values() and sum("sleep" not in command for command in left.values()) <= 1:
            break
        time.sleep(0.1)
        left = _group(process.pid)
    assert "sleep 1 " not in left.values()
    assert sum("sleep" not in command for command in left.values()) <= 1, left
    for pid in left:
        os.kill(pid, signal.SIGKILL)


def _group(leader: int) -> dict[int, str]:
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
            if int(words[2]) == leader and words[0] != "Z":
                found[int(path.parent.name)] = _command(path.parent / "cmdline")
        except (OSError, IndexError):
            continue
    return found
