"""The stand-in itself: our own programs run in it, what hangs is given up, what it does not know it says loudly."""

from __future__ import annotations

import sys

import pytest

from studio_backup.probe import Probe, Reply, Unanswered, end_mark
from studio_backup.step import Step, Task
from studio_backup.windows.acting import build, outcomes
from studio_backup.windows.asking import join, split
from studio_backup.windows.holding import acquire
from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.transport import command_line, too_long

NONCE = "0123456789abcdef"
HOSTILE = 'it’s ‘a’ "b" `c $(d); & | \n #< CLIXML \\/Date(0)\\/ \u00e4 a\u0308 \U0001f39b [x] \''


def asked(windows: Windows, *probes: Probe) -> list[Reply | Unanswered]:
    answer = windows.transport().run(join(probes, NONCE), 60, end_mark(NONCE))
    return split(answer.reply, len(probes), NONCE)


def test_a_word_of_a_spec_comes_back_as_it_was(windows: Windows) -> None:
    import json

    (reply,) = asked(windows, Probe(script="@{ words = @($Words) }", args=("a", HOSTILE)))
    assert isinstance(reply, Reply)
    assert json.loads(reply.out) == {"words": ["a", HOSTILE]}


def test_what_hangs_is_given_up_and_the_rest_answers(windows: Windows) -> None:
    windows.hang("Get-Item", "C:\\Windows")
    before = windows.now
    found = asked(
        windows,
        Probe(script="@{ a = 1 }"),
        Probe(script="$null = Get-Item -LiteralPath 'C:\\Windows'\n@{ a = 2 }"),
        Probe(script="Start-Sleep -Seconds 3600\n@{ a = 3 }"),
        Probe(script="@{ a = 4 }"),
    )
    assert [one if isinstance(one, Unanswered) else one.out for one in found] == [
        '{"a":1}', Unanswered("gave no answer in time", began=True), Unanswered("gave no answer in time", began=True),
        '{"a":4}',
    ]  # fmt: skip
    assert (windows.now - before).total_seconds() == 40


def test_the_lock_is_held_until_the_input_ends_or_somebody_breaks_it(windows: Windows) -> None:
    way = windows.transport()
    first = way.open(acquire("anna", "one"))
    assert first.read(1000) == b"<one held >\n"
    second = way.open(acquire("bert", "two"))
    assert second.read(1000) == b"<two locked anna>\n"
    assert second.exit_status() == 0
    third = way.open(acquire("bert", "three", break_lock=True))
    assert third.read(1000) == b"<three held >\n"
    assert first.exit_status() != 0
    third.finish_writing()
    assert third.exit_status() == 0
    fourth = way.open(acquire("anna", "four"))
    assert fourth.read(1000) == b"<four held >\n"
    fourth.close()
    fourth.exit_status()


@pytest.mark.parametrize("program", [
    "Get-Nothing", "$x = 'a'.Frobnicate()", "[IO.File]::Frobnicate('a')", "Get-Item -Frobnicate 1",
    "Get-Item C:\\*", "1 | & { begin { 1 } }", "@{ a = 1; a = 2 }", "Get-Item -LiteralPath a,b",
])  # fmt: skip
def test_it_is_loud_about_what_it_does_not_know(program: str) -> None:
    with Windows() as windows:
        with pytest.raises(NotKnown):
            windows.run(f"try {{ {program} }} catch {{ 'caught' }}")
        assert len(windows.refused()) == 1


def test_a_program_with_a_typographic_quote_is_refused() -> None:
    with Windows() as windows, pytest.raises(NotKnown, match="typographic"):
        windows.run("'it\u2019s'")


def test_the_command_line_of_sshd_and_its_limits() -> None:
    assert command_line("cmd", "a b") == '"c:\\windows\\system32\\cmd.exe" /c "a b"'
    assert command_line("powershell", 'a "b\\" c').endswith('-c "a \\"b\\\\\\" c"')
    assert too_long("cmd", "x" * 8150) == ""
    assert too_long("cmd", "x" * 8170)
    assert too_long("powershell", "x" * 8170) == ""
    assert too_long("powershell", "x" * 33000)


def test_a_document_that_is_cut_runs_nothing(windows: Windows) -> None:
    """The real bootstrap, with its input ending early at many places."""
    whole = join([Probe(script="[IO.File]::WriteAllText('C:\\hit', 'x')\n@{ a = 1 }")], NONCE)
    places = sorted({0, 1, len(whole) - 2, len(whole) - 1, *range(0, len(whole) - 1, len(whole) // 40)})
    for place in places:
        windows.state["lies"]["cut-input"] = max(place, 1)
        answer = windows.transport().run(whole, 60, end_mark(NONCE))
        assert (answer.whole, answer.reply.exit) == (False, 1), place
        assert not windows.real("C:\\hit").exists()
    assert windows.transport().run(whole, 60, end_mark(NONCE)).whole
    assert windows.real("C:\\hit").exists()


@pytest.mark.parametrize(("guard", "script", "stays"), [
    ("throw 'not as it was seen'", "'made'", False), ("", "throw 'half made'", True), ("", "'made'", True),
])  # fmt: skip
def test_an_entry_of_what_nothing_was_done_about_goes_again(
    windows: Windows, guard: str, script: str, stays: bool
) -> None:
    step = Step(title="make", script=script, guard=guard)
    task = Task(address="a", steps=(step,), entry_path="manifest/abc", entry="ours\n", fresh=True)
    answer = windows.transport().run(build([task], NONCE, "", str), 60, end_mark(NONCE))
    assert outcomes([task], answer.reply, NONCE)["a"] is not None
    assert windows.real(r"C:\ProgramData\studio-backup\state\manifest\abc").exists() is stays


def test_who_comes_after_it_finds_python_as_it_was() -> None:
    before = sys.getrecursionlimit()
    first, second = Windows(), Windows()
    first.__enter__()
    second.__enter__()
    assert sys.getrecursionlimit() > before
    first.__exit__()
    assert sys.getrecursionlimit() > before
    second.__exit__()
    assert sys.getrecursionlimit() == before
