"""What a Windows system is told and says: documents that no cut can halve, and answers that are whole or unread."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_backup.errors import StudioBackupError
from studio_backup.manifest import Entry, entry_path, entry_text, parse_windows
from studio_backup.probe import Probe, Reply, Unanswered
from studio_backup.resource import Unparsable
from studio_backup.secret import Secret
from studio_backup.source import Place
from studio_backup.ssh.become import powershell_command
from studio_backup.step import Outcome, Step, Task
from studio_backup.windows.acting import build, lost, outcomes
from studio_backup.windows.answers import document as told
from studio_backup.windows.answers import documents, listed
from studio_backup.windows.asking import join, split
from studio_backup.windows.clixml import plain
from studio_backup.windows.document import LINE
from studio_backup.windows.holding import acquire

NONCE = "5f0c1d2e3b4a6978"
HOSTILE = 'it’s ‘a’ "b" `c $(d); & | \n #< CLIXML \\/Date(0)\\/ ä ä 🎛 [x] \''


def sent(script: str) -> dict[str, Any]:
    """The document as the bootstrap puts it together again."""
    lines, _, rest = script.partition("\n\n")
    assert rest == ""
    assert all(len(line) <= LINE for line in lines.split("\n"))
    assert script.isascii()
    found = json.loads("".join(lines.split("\n")))
    assert isinstance(found, dict)
    return found


def framed(answer: object, noise: str = "") -> str:
    return f"{noise}\n<{NONCE} answer>\n{json.dumps(answer)}\n<{NONCE} whole>\n"


def test_the_bootstrap_fits_every_shell_and_reads_no_input_by_itself() -> None:
    command = powershell_command()
    script = base64.b64decode(command.split(" ")[-1]).decode("utf-16-le")
    assert len(command) < 8000
    assert "-OutputFormat Text" in command
    assert "$input" not in script
    assert not set(command) & set("\"'$`;&|<>^%()")


@pytest.mark.parametrize("make", [
    lambda: join([Probe(script="Read-It -Wanted $Words", args=(HOSTILE,))], NONCE),
    lambda: build([task("a", Step(title="a", script="Set-It -Words $Words", args=(HOSTILE,)))], NONCE, "me", str),
    lambda: acquire(HOSTILE, NONCE),
])  # fmt: skip
def test_no_word_of_a_spec_is_program_text(make: Any) -> None:
    found = sent(make())
    assert HOSTILE in json.dumps(found, ensure_ascii=False).replace("\\n", "\n").replace('\\"', '"').replace(
        "\\\\", "\\"
    )
    assert HOSTILE not in found["program"]
    assert HOSTILE not in found["runner"]


def test_a_document_that_was_cut_is_never_a_document() -> None:
    script = join([Probe(script="Read-It -Wanted $Words", args=("a",))], NONCE)
    for end in range(len(script)):
        lines = script[:end].split("\n")
        assert "" not in lines[:-1], "the empty line that starts it comes last"


def test_a_document_larger_than_powershell_reads_is_not_sent() -> None:
    with pytest.raises(StudioBackupError, match="more than PowerShell reads"):
        join([Probe(script="Read-It", args=("x" * 2_000_001,))], NONCE)


def test_answers_come_back_in_their_order() -> None:
    answer = {"answers": [
        {"exit": 0, "out": '{"a":1}', "err": ""}, {"hung": True}, {"exit": 1, "out": "", "err": "no [X] 0x80070005"},
        {},
    ]}  # fmt: skip
    first, second, third, fourth = split(Reply(0, framed(answer, "Preparing modules"), ""), 4, NONCE)
    assert first == Reply(0, '{"a":1}', "")
    assert second == Unanswered("gave no answer in time", began=True)
    assert third == Reply(1, "", "no [X] 0x80070005")
    assert fourth == Unanswered("answered in a way that is not known", began=True)


@given(st.lists(st.text(), min_size=1, max_size=3), st.data())
def test_an_answer_that_was_cut_anywhere_is_no_answer(outs: list[str], data: st.DataObject) -> None:
    whole = framed({"answers": [{"exit": 0, "out": out, "err": ""} for out in outs]})
    end = data.draw(st.integers(0, len(whole) - 1))
    found = split(Reply(-1, whole[:end], ""), len(outs), NONCE)
    assert all(isinstance(one, Unanswered) for one in found)


def test_half_a_letter_is_no_letter_and_breaks_nothing() -> None:
    (found,) = split(Reply(0, framed({"answers": [{"exit": 0, "out": "a\ud83d", "err": ""}]}), ""), 1, NONCE)
    assert found == Reply(0, "a�", "")


@pytest.mark.parametrize(("value", "items"), [
    ([1, 2], [1, 2]), ({"value": [1], "Count": 1}, [1]), ({}, []), (None, []), ("one", ["one"]), ({"a": 1}, [{"a": 1}]),
])  # fmt: skip
def test_a_list_is_one_however_it_was_written(value: object, items: list[object]) -> None:
    assert listed(value) == items


@pytest.mark.parametrize("reply", [Reply(1, "", ""), Reply(0, "", ""), Reply(0, "[]", ""), Reply(0, '{"a":', "")])
def test_what_is_no_whole_object_is_unread(reply: Reply) -> None:
    with pytest.raises(Unparsable):
        told(reply)


def test_a_list_of_something_else_is_unread() -> None:
    with pytest.raises(Unparsable):
        documents(["text"])


def task(address: str, *steps: Step, entry: str | None = "entry\n", needs: frozenset[str] = frozenset()) -> Task:
    return Task(address=address, steps=steps, entry_path=f"manifest/{address}", entry=entry, needs=needs)


def test_a_wave_says_what_waits_for_what_and_which_entries_come_and_go() -> None:
    make = Step(title="make", script="New-It -Words $Words", args=("1",), guard="Test-It -Words $Words")
    drop = Step(title="drop", script="Remove-It", stakes=("all of it",))
    tasks = [task("a", make), task("b", drop, entry=None, needs=frozenset({"a"}))]
    found = sent(build(tasks, NONCE, "somebody", str))
    assert [(call["title"], call["after"], call["stakes"]) for call in found["calls"]] == [
        ("make", [], []), ("drop", [0], ["all of it"]),
    ]  # fmt: skip
    assert found["entries"] == [{"path": "manifest\\a", "text": "entry\n"}]
    assert found["removals"] == [{"path": "manifest\\b", "calls": [1], "codes": [0]}]


def test_a_secret_that_nobody_finds_fails_its_step_alone() -> None:
    def reveal(secret: Secret) -> str:
        raise StudioBackupError(f"{secret.reference} is not set")

    step = Step(
        title="tell", script="Set-It", secret=Secret(kind="env", words=("PASSWORD",), place=Place("studio.yml", 1, 1))
    )
    (call,) = sent(build([task("a", step)], NONCE, "", reveal))["calls"]
    assert call["secret"] == ""
    assert "PASSWORD" in call["failed"]


def test_how_a_wave_ended_is_read_whole_or_not_at_all() -> None:
    tasks = [task("a", Step(title="one", script="x")), task("b", Step(title="two", script="y"))]
    whole = framed({"calls": [{"exit": 0, "log": "fine"}, {"exit": 90, "log": "it is not blank"}]})
    assert outcomes(tasks, Reply(0, whole, ""), NONCE) == {"a": Outcome(0, "fine"), "b": Outcome(90, "it is not blank")}
    for end in range(len(whole)):
        assert outcomes(tasks, Reply(-1, whole[:end], ""), NONCE) == {"a": None, "b": None}
    assert lost(Reply(0, framed({"lost": True}), ""), NONCE)
    assert not lost(Reply(0, whole, ""), NONCE)


@pytest.mark.parametrize("odd", ["x", 1, None, [], {}, {"exit": "0", "log": ""}, {"exit": 0}, {"exit": 0, "log": None}])
def test_a_wave_that_ended_in_a_way_that_is_not_known_is_looked_at_again(odd: object) -> None:
    whole = framed({"calls": [odd]})
    assert outcomes([task("a", Step(title="one", script="x"))], Reply(0, whole, ""), NONCE) == {"a": None}


def test_a_manifest_is_whole_or_none() -> None:
    entry = Entry("northlight", "ws-a/windows/file/x", "studio.yml", "abc")
    name = entry_path(entry.studio, entry.address).partition("/")[2]
    holder = Reply(0, json.dumps({"holder": "anna", "generation": "7"}), "")
    files = [{"name": name, "text": entry_text(entry)}, {"name": "other", "text": entry_text(entry)}]
    found = parse_windows(holder, Reply(0, json.dumps({"entries": files}), ""))
    assert found is not None
    assert (list(found.entries.values()), found.holder, found.generation) == ([entry], "anna", "7")
    assert [path.rpartition("\\")[2] for path in found.damaged] == ["other"]
    one = parse_windows(holder, Reply(0, json.dumps({"entries": files[0]}), ""))
    assert one is not None
    assert list(one.entries.values()) == [entry]
    assert parse_windows(holder, Reply(1, "", "access is denied")) is None
    assert parse_windows(Reply(0, "{}", ""), Reply(0, '{"entries":[]}', "")) is None


def test_errors_come_out_of_their_wrapping() -> None:
    """[REAL] the two blocks of windows.md 1.5, with what a native program wrote between them."""
    head = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
    progress = f'{head}<Obj S="progress" RefId="0"><MS><PR N="Record"><AV>Preparing modules</AV></PR></MS></Obj></Objs>'
    error = (
        f"{head}<S S=\"Error\">fake : The term 'fake' is not recognized &amp; _x000D__x000A_</S>"
        '<S S="Error">_xD83C__xDF9B_ _x005F_x000D__x000D__x000A_</S></Objs>'
    )
    text = f"#< CLIXML\r\n#< CLIXML\r\n{progress}\r\nnative says\n{error}"
    assert plain(text) == "native says\nfake : The term 'fake' is not recognized & \n🎛 _x000D_\n"
    assert plain("no wrapping <S>") == "no wrapping <S>"
