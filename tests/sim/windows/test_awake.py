"""A run keeps Windows awake from its lock to its end, however it ends, and a preview never does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.windows.cmdlets.power import CONTINUOUS, SYSTEM, kept_awake
from tests.sim.windows.copying import Copying, tree
from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.registry import NATIVES
from tests.sim.windows.powershell.scope import Shell

KEEP, GIVE_BACK = CONTINUOUS | SYSTEM, CONTINUOUS
DECLARED = """Add-Type -Namespace Test -Name Power -MemberDefinition @'
[DllImport("kernel32.dll")]
public static extern uint SetThreadExecutionState(uint flags);
'@
"""


def asked(windows: Windows) -> list[int]:
    """What was asked for so far, in turn."""
    return [flags for _, flags in windows.state["execution"]]


def watch(windows: Windows, *names: str) -> list[bool]:
    """Whether it is kept awake before each call of these."""
    seen: list[bool] = []
    for name in names:
        windows.before(name, lambda *_: seen.append(kept_awake(windows)))
    return seen


@pytest.mark.parametrize("kind", ["clone", "push"])
def test_awake_from_the_lock_to_the_end(kind: str, request: pytest.FixtureRequest) -> None:
    it: Copying = request.getfixturevalue(kind)
    it.put("Song/take.wav")
    moving = watch(it.windows, "robocopy.exe")
    around = watch(it.windows, "New-SmbMapping", "Remove-SmbMapping", "Remove-CimInstance")
    assert it.run()["result"] == "ok", it.log()
    assert moving == [True]
    assert around
    assert all(around)
    assert asked(it.windows) == [KEEP, GIVE_BACK]
    assert not kept_awake(it.windows)
    assert "asleep" not in it.log()


def test_a_task_of_system_keeps_it_awake_and_leaves_nothing(clone: Copying) -> None:
    clone.put("take.wav")
    processes: list[Any] = []
    clone.windows.before("robocopy.exe", lambda shell, *_: processes.append(shell.process))
    clone.run()
    clone.run()
    assert {process.account for process in processes} == {"SYSTEM"}
    assert asked(clone.windows) == [KEEP, GIVE_BACK] * 2


def test_a_run_that_fails_gives_it_back(clone: Copying) -> None:
    clone.put("take.wav")
    clone.windows.state["troubles"].append(
        {"path": "T:\\take.wav", "what": "error", "code": 1117, "message": "no", "access": ("write",)}
    )
    assert clone.run()["result"] == "failed"
    assert (asked(clone.windows), kept_awake(clone.windows)) == ([KEEP, GIVE_BACK], False)


def test_a_run_that_breaks_in_an_unforeseen_way_gives_it_back(clone: Copying, monkeypatch: pytest.MonkeyPatch) -> None:
    clone.put("take.wav")

    def breaks(*_: object) -> int:
        clone.windows.state["troubles"].append(
            {"path": "C:\\ProgramData\\studio-backup\\state", "what": "denied", "access": ("write",)}
        )
        return 0

    monkeypatch.setitem(NATIVES, "robocopy.exe", breaks)
    ended = clone.run()
    assert (ended["exit"], "result" in ended) == (1, False), "it could not even write its record"
    assert (asked(clone.windows), kept_awake(clone.windows)) == ([KEEP, GIVE_BACK], False)


def test_a_refused_run_gives_it_back(clone: Copying) -> None:
    assert clone.run()["reason"] == "source-empty"
    assert (asked(clone.windows), kept_awake(clone.windows)) == ([KEEP, GIVE_BACK], False)


def test_a_run_that_finds_another_at_work_asks_for_nothing(clone: Copying) -> None:
    clone.put("take.wav")
    inner: list[Any] = []
    before: list[int] = []

    def again(*_: object) -> None:
        if not inner:
            inner.append(None)
            inner.append(clone.run()["exit"])
            before.extend(asked(clone.windows))

    clone.windows.before("robocopy.exe", again)
    moving = watch(clone.windows, "robocopy.exe")
    clone.run()
    assert (inner[1], before, moving) == (6, [KEEP], [True])


def test_a_preview_asks_for_nothing(clone: Copying) -> None:
    clone.put("take.wav")
    compiled = watch(clone.windows, "Add-Type")
    assert clone.run("preview")["result"] == "ok"
    assert (compiled, asked(clone.windows)) == ([], [])


def test_who_is_killed_gives_it_back_without_a_word(clone: Copying) -> None:
    clone.put("take.wav")
    awake: list[bool] = []

    def kill(shell: Shell, *_: object) -> None:
        awake.append(kept_awake(clone.windows))
        shell.process.kill()

    clone.windows.before("robocopy.exe", kill)
    assert "result" not in clone.run()
    assert awake == [True]
    assert (asked(clone.windows), kept_awake(clone.windows)) == ([KEEP], False)


@pytest.mark.parametrize(
    ("lie", "value", "said"),
    [
        ("add-type", "constrained", "Cannot add type. Definition of new types is not supported in this language mode."),
        ("add-type", "compiler", "k2xo1yzq.0.cs(1) : no compiler (1) : >>> using System;"),
        ("execution-refused", True, "it was refused"),
    ],
)
def test_where_windows_does_not_let_us_the_copy_is_good_and_one_line_says_so(
    clone: Copying, lie: str, value: object, said: str
) -> None:
    clone.windows.state["lies"][lie] = value
    clone.put("take.wav")
    record = clone.run()
    assert (record["result"], record["open"]) == ("ok", False)
    assert tree(clone.target) == tree(clone.source)
    (line,) = (line for line in clone.log().splitlines() if "asleep" in line)
    assert line.startswith("Windows may fall asleep during this run: ")
    assert said in line
    assert len(clone.log().splitlines()) == 3, clone.log()
    assert GIVE_BACK not in asked(clone.windows), "what was not given is not given back"


def test_the_number_of_5_1_that_is_negative_is_refused_and_changes_nothing(windows: Windows) -> None:
    outcome = windows.run(DECLARED + "[Test.Power]::SetThreadExecutionState(0x80000001)")
    assert outcome.error is not None
    assert outcome.error.identity == "MethodArgumentConversionInvalidCastArgument"
    assert outcome.error.exception.message == (
        'Cannot convert argument "flags", with value: "-2147483647", for "SetThreadExecutionState" to type '
        '"System.UInt32": "Cannot convert value "-2147483647" to type "System.UInt32". Error: "Value was either too '
        'large or too small for a UInt32.""'
    )
    assert asked(windows) == []


def test_the_state_before_is_told_and_without_continuous_it_stays(windows: Windows) -> None:
    numbers = [2147483649, 1, 2147483650, 4, 2147483648, 2147483648]
    calls = "\n".join(f"[Test.Power]::SetThreadExecutionState({number})" for number in numbers)
    assert windows.run(DECLARED + calls).emitted == [0x80000000, 0x80000001, 0x80000001, 0, 0x80000002, 0x80000000]


def test_a_thread_answers_for_itself_and_not_for_another(windows: Windows) -> None:
    seen = watch(windows, "Get-Date")
    ask, give = (f"[Test.Power]::SetThreadExecutionState({number})" for number in (KEEP, GIVE_BACK))
    aside = f"$null = [PowerShell]::Create().AddScript('$null = {ask}; $null = Get-Date').Invoke()\n$null = Get-Date\n"
    windows.run(f"{DECLARED}{aside}$null = {ask}\n$null = Get-Date\n$null = {give}\n$null = Get-Date\n{aside}")
    assert seen == [True, False, True, False, True, False], "a thread that has ended asks for nothing"
    own = "[PowerShell]::Create().AddScript('[Test.Power]::SetThreadExecutionState(2147483648)').Invoke()\n"
    windows.run(f"{DECLARED}$null = {ask}\n$null = {own}$null = Get-Date\n")
    assert seen[6:] == [True], "nobody gives back what another thread asked for"


def test_what_a_process_added_no_other_has(windows: Windows) -> None:
    look = "$null -ne ('Test.Power' -as [Type])"
    assert windows.run(DECLARED + look).emitted == [True]
    assert windows.run(look).emitted == [False]
