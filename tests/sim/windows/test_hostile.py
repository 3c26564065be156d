"""Whatever a word of a spec is, every question and every step of every kind gets it as data, letter for letter."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from studio_backup.probe import Probe, end_mark
from studio_backup.secret import Secret
from studio_backup.source import Place
from studio_backup.step import Step, Task
from studio_backup.windows.acting import build
from studio_backup.windows.asking import join
from tests.laws.scripts import one_of_each, steps
from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.unicode import units

NONCE = "0123456789abcdef"
HIT = "New-Item -Path C:\\hit -ItemType File"
HOSTILE = [
    "\u2018a\u2019 \u201ab\u201b \u201cc\u201d \u201ed", "it's \"a\" ''b'' \"\"c\"\"", f"'; {HIT}; '", f'"; {HIT}; "',
    f"$({HIT})", f'"$({HIT})"', f"`$a `n `` \u2019; {HIT} #", f"a\n{HIT}\nb", f"a\r\n\r\n{HIT}\r\n",
    "a;b|c&d>e<f", "[x] [0-9] * ?",
    "\u00e4\u00f6\u00fc a\u0308o\u0308u\u0308", "\U0001f39b \U0001f3b9\ufe0f", "@{a=1} @(1) @'\n'@", "#< CLIXML",
    "\\/Date(0)\\/",
    "/Date(0)/", "--%", "%PATH% $env:PATH ${x} $x", "S:\\a b\\", "-LiteralPath", "\\u0041 \\\\ \\\" \\", "{0} {1}",
    "\t \x01 \x7f",
    "x" * 3000, " lead and trail ", "$null", "true", "1",
]  # fmt: skip


def leaves(word: str, hostile: str) -> Iterator[str]:
    """A word with that in its place, or where it is JSON, with that in the place of one of its texts each time."""
    try:
        known = json.loads(word)
    except ValueError:
        known = None
    if not isinstance(known, dict | list):
        yield hostile
        return
    for path in _paths(known):
        yield json.dumps(_with(known, path, hostile))


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, str):
        yield ()
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        for path in _paths(below):
            yield (key, *path)


def _with(value: Any, path: tuple[Any, ...], given: str) -> Any:
    if not path:
        return given
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _with(value[path[0]], path[1:], given)
    return copy


def heard(windows: Windows, document: str) -> list[Any]:
    """Every argument that any function got; what the stand-in does not know ends it, and is no matter here."""
    windows.calls = []
    with suppress(NotKnown):
        windows.transport().run(document, 60, end_mark(NONCE))
    assert not windows.real("C:\\hit").exists()
    assert not [one for one in windows.refused() if "New-Item" in one or "C:\\hit" in one]
    return [value for _, arguments in windows.calls for value in arguments.values()]


def once(words: list[str]) -> list[str]:
    return list(dict.fromkeys(words))


PROBES = {kind: one.probe() for kind, one in one_of_each("powershell").items()}
STEPS = dict(steps("powershell"))


@pytest.mark.parametrize("kind", [kind for kind, probe in PROBES.items() if probe.args])
def test_a_question_gets_its_words_as_they_are(kind: str) -> None:
    with Windows() as windows:
        probe = dataclasses.replace(PROBES[kind], args=tuple(HOSTILE))
        found = heard(windows, join([probe], NONCE))
        assert [units(word) for word in HOSTILE] in [value for value in found if isinstance(value, list)]


@pytest.mark.parametrize("name", [name for name, step in STEPS.items() if step.args])
def test_a_step_and_its_guard_get_their_words_as_they_are(name: str) -> None:
    step = STEPS[name]
    words = once([leaf for word in step.args for hostile in HOSTILE for leaf in leaves(word, hostile)])
    with Windows() as windows:
        for script, guard in ((step.script, ""), ("$null", step.guard)):
            if script == "$null" and not guard:
                continue
            one = Step(title="a", script=script, guard=guard, args=tuple(words))
            task = Task(address="a", steps=(one,), entry_path="manifest/a", entry="x")
            found = heard(windows, build([task], NONCE, "", str))
            assert [units(word) for word in words] in [value for value in found if isinstance(value, list)]


@pytest.mark.parametrize("word", HOSTILE)
def test_a_secret_arrives_as_it_is(windows: Windows, word: str) -> None:
    secret = Secret(kind="env", words=("PASSWORD",), place=Place("studio.yml", 1, 1))
    step = Step(
        title="a",
        script="function Set-It { param([string] $Given)\n$Given.Length }\nSet-It -Given $Secret",
        secret=secret,
    )
    task = Task(address="a", steps=(step,), entry_path="manifest/a", entry="x")
    windows.calls = []
    windows.transport().run(build([task], NONCE, "", lambda _: word), 60, end_mark(NONCE))
    assert [arguments["Given"] for name, arguments in windows.calls if name == "Set-It"] == [units(word)]


def test_a_word_that_was_program_text_would_be_found() -> None:
    """The same question with its word pasted into the script does what the word says."""
    with Windows() as windows:
        windows.transport().run(join([Probe(script=f'@{{ a = "{HOSTILE[4]}" }}')], NONCE), 60, end_mark(NONCE))
        assert windows.real("C:\\hit").exists()
