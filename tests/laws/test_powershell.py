"""Every program for Windows parses, is of 5.1 and no newer, and breaks no rule that can be told from its tree."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

import studio_backup
import tests.sim.windows.machine  # noqa: F401 - what is registered is known
from studio_backup.discover.windows_reading import WINDOWS_PROBE
from studio_backup.doctor.needs import WINDOWS as DOCTOR
from studio_backup.probe import Probe
from studio_backup.programs import shipped
from studio_backup.restore import windows as restoring
from studio_backup.rollout.sessions import _WINDOWS as SESSION
from studio_backup.ssh.become import powershell_command
from studio_backup.step import Step, Task
from studio_backup.windows import acting, asking, holding
from tests.laws.powershell_rules import RULES, faults, touches_storage
from tests.laws.powershell_variables import constants_of
from tests.laws.scripts import NONCE, one_of_each, steps
from tests.sim.windows.powershell.tree import parse

JOBS = {
    path.name: path.read_text("utf-8") for path in sorted((Path(studio_backup.__file__).parent / "jobs").glob("*.ps1"))
}
FUNCTIONS = frozenset(
    name.text.lower() for text in JOBS.values() for node in parse(text).walk() for name in node.every("function_name")
)
CONSTANTS = frozenset().union(*(constants_of(parse(text)) for text in JOBS.values()))


def documents() -> dict[str, str]:
    """What a connection runs: the programs inside of documents."""
    made = {
        "survey": asking.join([Probe(script="Read-It")], NONCE),
        "wave": acting.build([Task(address="a", steps=(Step(title="a", script="Set-It"),), entry_path="x", entry="y")],
                             NONCE, "me", str),
        "lock": holding.acquire("me", NONCE),
        "restore": restoring.land("D:\\x"),
        "restore's hashes": restoring.verify("D:\\x"),
    }  # fmt: skip
    found = {name: json.loads("".join(text.split("\n")))["program"] for name, text in made.items()}
    command = powershell_command().rsplit(" ", 1)[1]
    return {**found, "bootstrap": base64.b64decode(command).decode("utf-16-le"), "runner": shipped("fragment.ps1")}


def probes() -> dict[str, str]:
    """What is asked of a Windows system."""
    found = {f"probe {kind}": one.probe().script for kind, one in one_of_each("powershell").items()}
    return {**found, "doctor": DOCTOR, "session": SESSION, "discover": WINDOWS_PROBE.script}


def whole() -> dict[str, str]:
    """Every program with all of its parts, as it runs."""
    found = {**documents(), **probes(), "job": _with_parts("job.ps1")}
    for name, step in steps("powershell"):
        found[f"step {name}"] = step.script
        found[f"guard {name}"] = step.guard
    by_text = {text: name for name, text in reversed(found.items()) if text}  # many steps are one program
    return {name: text for text, name in reversed(by_text.items())}


def _with_parts(name: str) -> str:
    """A program behind the parts that it reads; its parameters are given."""
    lists = re.findall(r"^\$parts \+?= (.*)$", JOBS[name], re.MULTILINE)
    parts = [f"{word}.ps1" for line in lists for word in re.findall(r"'([a-z-]+)'", line)]
    assert parts
    block = parse(JOBS[name]).first("param_block")
    assert block is not None
    return "\n".join([*(JOBS[part] for part in parts), JOBS[name].replace(block.text, "")])


WHOLE = whole()


@pytest.mark.parametrize("name", JOBS)
def test_every_file_keeps_the_rules(name: str) -> None:
    said = faults(JOBS[name], FUNCTIONS, CONSTANTS)
    assert said == []


@pytest.mark.parametrize("name", WHOLE)
def test_what_runs_has_all_that_it_uses(name: str) -> None:
    """A function or a constant that is missing from the parts of a program is found here."""
    given = frozenset({"configuration", "action"}) if name == "job" else frozenset()
    assert faults(WHOLE[name], frozenset(), given) == []


@pytest.mark.parametrize("name", probes())
def test_a_question_loads_no_storage_module(name: str) -> None:
    assert touches_storage(probes()[name]) == []


BROKEN = {
    "unparsed": ["$a = $b ? 1 : 2", "$a ?? 3", "$a?.b", "if ($a) {", "param($a) $a }"],
    "not_ascii": ["'\u00e4'", "'it\u2019s'"],
    "lost_backtick": ["Get-Date `  \n"],
    "newer_than_5_1": ["Get-Date && Get-Date", "class A { }", "[Foo]::new(1)", '"`u{1F600}"', "trap { 1 }",
                       "function Get-It($a) { $a }", "1 | ForEach-Object -Parallel { 1 }", "using namespace System"],
    "aliased": ["1 | % { 1 }", "echo 1", "dir", "gci", "select a"],
    "forbidden": ["Invoke-Expression '1'", "Write-Host 'a'", "Get-WmiObject -Class a"],
    "unknown_command": ["Get-Frobnication", "Get-Itme"],
    "unapproved_verb": ["function Fetch-It { 1 }", "function fetch { 1 }", "function Get-Item { 1 }"],
    "by_place": ["Join-Path 'a' 'b'", "Start-Sleep 3", "function Get-It { param($A)\n$A }\nGet-It 1"],
    "no_literal_path": ["Test-Path -Path 'C:\\x[1]'", "Get-Item 'a'"],
    "silent_catch": ["try { 1 } catch { }", "try { 1 } catch { # never\n}"],
    "automatic": ["$input = 1", "$args = 1", "foreach ($event in 1) { $event }", "function Get-It { param($host)\n1 }",
                  "$global:a = 1", "$script:matches = 1"],
    "null_on_the_right": ["if ((Get-Date) -eq $null) { 1 }"],
    "slip_in_condition": ["if ($a = 1) { $a }", "$a = 1\nif ($a > 1) { 1 }", "while ($a = 1) { $a }"],
    "plain_secret": ["ConvertTo-SecureString -AsPlainText -Force -String 'a'"],
    "many_types": ["function Get-It { param([string][int] $A)\n$A }",
                   "function Get-It { param([switch] $A = $true)\n$A }"],
    "called_like_a_method": ["function Get-It { param($A)\n$A }\nGet-It(1, 2)"],
    "undeclared": ["function Get-It { $nowhere }", '"$nowhere"', "function Get-It { $a = 1; $a }\n$a"],
    "unused": ["function Get-It { $never = 1 }", "function Get-It { $never = 1\n$never += 1 }"],
}  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in BROKEN.items() for text in texts])
def test_each_rule_finds_what_breaks_it(rule: str, text: str) -> None:
    assert [one for one in faults(text) if one.startswith(f"{rule}: ")], faults(text)


def test_every_rule_is_broken_once() -> None:
    assert set(RULES) <= set(BROKEN)


def test_a_program_that_is_fine_breaks_none() -> None:
    fine = """$Limit = 3
function Get-It {
    param([string[]] $Words, [switch] $Loud)
    foreach ($word in $Words) {
        $found = Get-Item -LiteralPath $word -ErrorAction SilentlyContinue
        if ($null -ne $found -and -not $Loud) { "$($found.Name) $Limit" }
    }
    try { $script:Seen = 1 } catch { throw }
}
Get-It -Words $Words | Where-Object { $_ } | ForEach-Object { $_.Trim() }
$Seen
"""
    assert faults(fine) == []
