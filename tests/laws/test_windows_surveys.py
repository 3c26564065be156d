"""A survey of a Windows: cut at any byte it is the same or unread, from whichever shell, and it writes nothing."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from studio_backup.diff import Unread
from studio_backup.manifest import PROBES_OF
from studio_backup.probe import Probe, Reply, end_mark, merge
from studio_backup.resources import KINDS
from studio_backup.shells import SHELLS
from studio_backup.survey import Answered, Sighting, Silent, survey_of
from tests.laws.scripts import one_of_each
from tests.resources.cases import Case, every_case
from tests.sim.windows.machine import Windows

NONCE = "5f0c1d2e3b4a6978"
HOLDER, ENTRIES = PROBES_OF["windows"]
SYSTEM = "nas/linux"  # of the golden cases, whatever their kind


def chosen() -> list[Case]:
    """One case of each kind and verb."""
    cases = [case for case in every_case() if KINDS[case.kind].language == "powershell"]
    return list({(case.kind, case.change().verb): case for case in cases}.values())


def framed(*replies: Reply) -> str:
    answers = [{"exit": one.exit, "out": one.out, "err": one.err} for one in replies]
    return f"\n<{NONCE} answer>\n{json.dumps({'answers': answers})}\n{end_mark(NONCE)}\n"


def judged(probe: Probe, out: str) -> Sighting:
    holder, entries, answer = SHELLS["powershell"].split(Reply(-1, out, ""), 3, NONCE)
    answers = {(HOLDER.script, HOLDER.touches): holder, (ENTRIES.script, ENTRIES.touches): entries}
    answers[probe.script, probe.touches] = answer
    return survey_of({SYSTEM: Answered(answers)}).systems[SYSTEM]


@pytest.mark.parametrize("case", chosen(), ids=lambda case: case.name)
def test_a_survey_that_was_cut_at_any_byte_is_the_same_or_unread(case: Case) -> None:
    holder = Reply(0, json.dumps({"holder": "", "generation": ""}), "")
    whole = framed(holder, Reply(0, json.dumps({"entries": []}), ""), case.reply())
    want, probe = case.want(), case.want().probe()
    assert survey_of({SYSTEM: judged(probe, whole)}).seen(want) == case.seen()
    # Near its ends byte by byte, and often enough between them: what is not whole has no answer at all.
    for end in (*range(min(len(whole), 400)), *range(0, len(whole), 97), *range(len(whole) - 200, len(whole))):
        sighting = judged(probe, whole[: max(end, 0)])
        assert isinstance(sighting, Silent), end
        assert isinstance(survey_of({SYSTEM: sighting}).seen(want), Unread)


def everything() -> list[Probe]:
    """What is asked of a Windows that has one thing of every kind."""
    return merge([HOLDER, ENTRIES, *(one.probe() for one in one_of_each("powershell").values())])


def files(windows: Windows) -> dict[str, tuple[int, int]]:
    """Size and time of every file and folder of its drives."""
    folder = Path(windows.folder)
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("shell", ["cmd", "powershell"])
def test_a_survey_writes_nothing_and_says_the_same_from_either_shell(shell: str) -> None:
    with Windows() as windows:
        windows.state["shell"] = shell
        shells = SHELLS["powershell"]
        # What the stand-in keeps of storage is made when it is first looked at.
        before, there = copy.deepcopy(windows.state), files(windows)
        answer = windows.transport().run(shells.join(everything(), NONCE), 60, end_mark(NONCE))
        assert answer.whole, answer
        found = shells.split(answer.reply, len(everything()), NONCE)
        assert all(isinstance(one, Reply) and (one.out or one.err) for one in found), found
        assert sum(isinstance(one, Reply) and not one.exit for one in found) > len(found) // 2
        assert {key: windows.state[key] for key in before} == before
        assert files(windows) == there
        assert windows.refused() == []
