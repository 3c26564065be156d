"""ConvertTo-Json and ConvertFrom-Json as 5.1 has them, and what a connection brings back."""

from __future__ import annotations

import base64
import json

import pytest

from studio_backup.probe import Probe, end_mark
from studio_backup.windows.asking import join, split
from tests.sim.windows.machine import Windows
from tests.sim.windows.test_language import ran

NONCE = "0123456789abcdef"
WRITTEN = [
    ("ConvertTo-Json -InputObject @{ a = 1 } -Compress", '{"a":1}'),
    ("@(1) | ConvertTo-Json -Compress", "1"),
    ("@(1, 2) | ConvertTo-Json -Compress", "[1,2]"),
    ("ConvertTo-Json -InputObject @(1) -Compress", "[1]"),
    ("ConvertTo-Json -InputObject @() -Compress", "[]"),
    ("ConvertTo-Json -InputObject '<a> & ''b''' -Compress", '"\\u003ca\\u003e \\u0026 \\u0027b\\u0027"'),
    ("ConvertTo-Json -InputObject @{ a = [DayOfWeek]::Monday } -Compress", '{"a":1}'),
    ("ConvertTo-Json -InputObject ([DateTime]::Parse('2012-01-13T12:00:00Z')) -Compress",
     '"\\/Date(1326456000000)\\/"'),
    ("ConvertTo-Json -InputObject @{ a = @{ b = @{ c = @{ d = 1 } } } } -Compress",
     '{"a":{"b":{"c":"System.Collections.Hashtable"}}}'),
    ("ConvertTo-Json -InputObject @{ a = @{ b = @{ c = @{ d = 1 } } } } -Depth 3 -Compress",
     '{"a":{"b":{"c":{"d":1}}}}'),
    ("ConvertTo-Json -InputObject ([pscustomobject]@{ a = [pscustomobject]@{ b = 1 } }) -Compress", '{"a":{"b":1}}'),
    ("ConvertTo-Json -InputObject @(, @(, @(, @(1, 2)))) -Compress", "[[[\"1 2\"]]]"),
    ("ConvertTo-Json -InputObject $null; ConvertTo-Json -InputObject $true; ConvertTo-Json -InputObject 1.5; "
     "ConvertTo-Json -InputObject 2.0", "null|true|1.5|2.0"),
    ("function Get-None { }\nConvertTo-Json -InputObject @{ a = Get-None } -Compress", '{"a":{}}'),
    ("$o = 1 | Select-Object @{ Name = 'l'; Expression = { 1, 2 } }; ConvertTo-Json -InputObject $o -Compress",
     '{"l":{"value":[1,2],"Count":2}}'),
    ("ConvertTo-Json -InputObject @{ a = \"x`n`t\" } -Compress", '{"a":"x\\n\\t"}'),
    ("ConvertTo-Json -InputObject ([ordered]@{ a = 1; b = @(1) })",
     '{\r\n    "a":  1,\r\n    "b":  [\r\n        1\r\n    ]\r\n}'),
]  # fmt: skip
READ = [
    ("(ConvertFrom-Json -InputObject '{\"a\": {\"B\": [1, \"x\"]}}').A.b[1]", ["x"]),
    ("@(ConvertFrom-Json -InputObject '[1, 2]').Count; @('[1, 2]' | ConvertFrom-Json | ForEach-Object { $_.Count })",
     [1, 2]),
    ("(ConvertFrom-Json -InputObject '{\"a\": null, \"b\": true}').b", [True]),
    ("(ConvertFrom-Json -InputObject '\"2026-01-02T03:04:05Z\"') -is [string]", [True]),
    ("(ConvertFrom-Json -InputObject '9999999999') -is [long]", [True]),
    ("try { ConvertFrom-Json -InputObject '{' } catch { 'caught' }", ["caught"]),
    ("try { ConvertFrom-Json -InputObject '{\"\": 1}' } catch { 'caught' }", ["caught"]),
    ("try { ConvertFrom-Json -InputObject '{\"a\": 1, \"A\": 2}' } catch { 'caught' }", ["caught"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), WRITTEN, ids=lambda value: str(value)[:60])
def test_what_is_written(windows: Windows, text: str, wanted: str) -> None:
    assert ran(windows, text) == wanted.split("|")


@pytest.mark.parametrize(("text", "wanted"), READ, ids=lambda value: str(value)[:60])
def test_what_is_read(windows: Windows, text: str, wanted: list[object]) -> None:
    assert ran(windows, text) == wanted


def command(program: str, more: str = "-OutputFormat Text ") -> str:
    encoded = base64.b64encode(program.encode("utf-16-le")).decode()
    return f"powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass {more}-EncodedCommand {encoded}"


def test_lines_end_as_on_windows_in_the_console_s_own_letters(windows: Windows) -> None:
    answer = windows.transport(command=command("'a'; [string][char]0xE4")).run("", 10)
    assert answer.reply.out.encode("utf-8", "surrogateescape") == b"a\r\n\x84\r\n"


def test_errors_are_wrapped_unless_text_is_asked_for(windows: Windows) -> None:
    from tests.sim.windows.process import Input
    from tests.sim.windows.transport import NOISE, Started

    for more, wrapped in (("", True), ("-OutputFormat Text ", False)):
        started = Started(windows, command("'a'", more), Input())
        with started.changed:
            while not started.ended:
                started.changed.wait(1)
        assert (NOISE.encode() in bytes(started.err)) is wrapped


@pytest.mark.parametrize(("shell", "code"), [("cmd", 5), ("powershell", 1)])
def test_an_exit_code_is_whole_only_behind_cmd(windows: Windows, shell: str, code: int) -> None:
    windows.state["shell"] = shell
    assert windows.transport(command=command("exit 5")).run("", 10).reply.exit == code


@pytest.mark.parametrize("lie", ["rc0-empty", "truncated", "cut-input"])
def test_a_lie_is_no_answer(windows: Windows, lie: str) -> None:
    windows.state["lies"][lie] = 1 if lie == "rc0-empty" else 60
    probe = Probe(script="@{ a = 1 }")
    (found,) = split(windows.transport().run(join([probe], NONCE), 60, end_mark(NONCE)).reply, 1, NONCE)
    assert not hasattr(found, "exit")
    (again,) = split(windows.transport().run(join([probe], NONCE), 60, end_mark(NONCE)).reply, 1, NONCE)
    assert json.loads(getattr(again, "out", "{}")) == {"a": 1}
