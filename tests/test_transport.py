"""The transport's meaning of a whole answer, on this machine's own shell and on recordings."""

from __future__ import annotations

import threading
import time

import pytest

from studio_backup.errors import AnswerTooLarge, ConnectionCut, NoAnswer, TransportError
from studio_backup.probe import Probe, Reply, end_mark, join, split
from studio_backup.transport import NO_EXIT, Local, Recorded, UnrecordedScript
from studio_backup.transport.answer import Collector, Stream
from studio_backup.transport.interface import one_line

END = end_mark("4b1d")
MARKS = f"echo '{END}'; echo '{END}' >&2\n"


def test_an_answer_has_both_streams_and_the_exit_status() -> None:
    answer = Local().run("echo out; echo err >&2; exit 7\n", 10)
    assert (answer.reply, answer.whole, answer.reason) == (Reply(7, "out\n", "err\n"), True, "")


def test_death_by_signal_reads_as_a_shell_reports_it() -> None:
    assert Local().run("kill -9 $$\n", 10).reply.exit == 137


def test_bytes_that_are_no_utf8_survive_the_way_there_and_back() -> None:
    answer = Local().run("printf 'a\\377b'; printf '\udcfe'\n", 10)
    assert answer.reply.out == "a\udcffb\udcfe"


def test_twenty_megabytes_on_both_streams_at_once() -> None:
    script = "head -c 20000000 /dev/zero >&2 & head -c 20000000 /dev/zero; wait\n"
    answer = Local().run(script, 60)
    assert answer.whole
    assert (len(answer.reply.out), len(answer.reply.err)) == (20_000_000, 20_000_000)


def test_a_script_of_five_megabytes_that_talks_while_it_is_read() -> None:
    line = "echo " + "x" * 994 + "\n"
    answer = Local().run(line * 5000, 60)
    assert answer.whole
    assert len(answer.reply.out) == 995 * 5000


def test_a_child_that_holds_the_streams_open_delays_nothing_after_the_end_mark() -> None:
    started = time.monotonic()
    answer = Local().run(f"echo seen; sleep 30 & {MARKS}", 25, END)
    assert time.monotonic() - started < 15
    assert answer.whole
    assert answer.reply.out == f"seen\n{END}\n"


def test_without_an_end_mark_the_deadline_returns_what_came() -> None:
    answer = Local().run("echo first; sleep 30\n", 1, END)
    assert not answer.whole
    assert answer.reply == Reply(NO_EXIT, "first\n", "")
    assert answer.reason == "no whole answer in 1 s"


def test_a_shell_that_ends_before_the_mark_is_not_whole_and_says_its_last_words() -> None:
    answer = Local().run("echo 'This account is closed.' >&2; exit 1\n", 10, END)
    assert not answer.whole
    assert answer.reason == "the shell ended early, exit status 1: This account is closed."


def test_the_mark_on_one_stream_alone_is_no_end() -> None:
    answer = Local().run(f"echo '{END}'\n", 10, END)
    assert not answer.whole


def test_a_survey_with_one_hung_fragment_keeps_the_others() -> None:
    probes = [Probe(script="echo one"), Probe(script="sleep 30", touches=True)]
    answer = Local().run(join(probes, "4b1d", seconds=20), 2, END)
    assert not answer.whole
    first, second = split(answer.reply, 2, "4b1d")
    assert first == Reply(0, "one\n", "")
    assert not isinstance(second, Reply)
    assert second.began


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_the_mark_is_found_however_the_bytes_arrive(size: int) -> None:
    data = f"x{END}\n{END} \nnoise\n{END}\nlate child".encode()
    stream = Stream(END)
    for start in range(0, len(data), size):
        stream.feed(data[start : start + size])
    assert stream.ended
    assert stream.text() == f"x{END}\n{END} \nnoise\n{END}\n"


def test_a_mark_on_the_very_first_line_counts() -> None:
    stream = Stream(END)
    stream.feed(f"{END}\n".encode())
    assert stream.ended


def test_a_stream_past_its_bound_is_an_error() -> None:
    collector = Collector(None, limit=10)
    collector.err.feed(b"0123456789")
    with pytest.raises(AnswerTooLarge):
        collector.err.feed(b"x")


def test_a_stream_is_read_and_written_in_turns() -> None:
    remote = Local().open("while read -r line; do echo \"<$line>\"; done; printf '\\\\\\n' >&2; exit 4\n")
    remote.write(b"one\n")
    assert remote.read(100) == b"<one>\n"
    remote.write(b"two\n")
    assert remote.read(100) == b"<two>\n"
    remote.finish_writing()
    assert remote.read(100) == b""
    assert remote.exit_status() == 4
    assert remote.errors() == "\\\n"
    remote.close()


def test_a_stream_passes_every_byte_while_errors_pile_up() -> None:
    data = bytes(range(256)) * 40_000
    remote = Local().open("head -c 3000000 /dev/zero >&2; cat\n")

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
    assert len(remote.errors()) == 65536
    assert remote.exit_status() == 0
    remote.close()


def test_a_silent_stream_is_given_up() -> None:
    remote = Local().open("sleep 30\n", silence=0.5)
    with pytest.raises(NoAnswer):
        remote.read(1)
    remote.close()


def test_writing_to_a_program_that_left_is_a_cut() -> None:
    remote = Local().open("exec <&-; sleep 1; exit 3\n")
    with pytest.raises(ConnectionCut):
        remote.write(b"x" * 5_000_000)
    remote.close()


@pytest.mark.parametrize("script", ["printf '%s\\n' 'a\\tb' \"c\\\\d\"", "cat <<'X'\n\\0101 %b é \udcff\nX\n", "\n\n:"])
def test_a_script_is_the_same_as_one_line(script: str) -> None:
    assert one_line(script).count(b"\n") == 1
    remote = Local().open(script)
    remote.finish_writing()
    out = b""
    while chunk := remote.read(1000):
        out += chunk
    assert out.decode("utf-8", "surrogateescape") == Local().run(script + "\n", 10).reply.out
    remote.close()


def test_a_recording_answers_and_is_judged_like_a_live_one() -> None:
    whole = Reply(0, f"a\n{END}\n", f"{END}\n")
    recorded = Recorded({"a": whole, "cut": Reply(NO_EXIT, "a\n", ""), "early": Reply(2, "", "no\n")})
    assert recorded.run("a", 1, END).whole
    assert recorded.run("a", 1, END).reply == whole
    assert recorded.run("cut", 1, END).reason == "the recording ends here"
    assert recorded.run("early", 1, END).reason == "the shell ended early, exit status 2: no"
    assert recorded.asked == ["a", "a", "cut", "early"]


def test_a_script_nobody_recorded_is_loud_and_no_absence() -> None:
    with pytest.raises(UnrecordedScript) as caught:
        Recorded({}).run("echo new", 1)
    assert not isinstance(caught.value, TransportError)
    with pytest.raises(UnrecordedScript):
        Recorded({}).open("echo new")
