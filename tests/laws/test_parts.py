"""The parts that are installed with the job and the gate are exactly those that they read."""

from __future__ import annotations

import re

from studio_backup.compile.alarm import ALARM_PARTS
from studio_backup.compile.reader import GATE_PARTS
from studio_backup.compile.writer import JOB_PARTS
from studio_backup.programs import shipped


def code(name: str) -> str:
    """A script without its comments."""
    return "\n".join(line for line in shipped(name).splitlines() if not line.lstrip().startswith("#"))


def read_by(*names: str) -> set[str]:
    """Every part that these scripts source or hand to awk, as they name it: `. "$x/PART.sh"`, `-f "$x/PART.awk"`."""
    found: set[str] = set()
    for name in names:
        text = code(name)
        for words in re.findall(r"^for part in ([a-z \\\n-]+?); do", text, re.MULTILINE):
            found |= {f"{word}.sh" for word in words.replace("\\\n", " ").split()}
        found |= set(re.findall(r"""^\s*\. "\$\w+/([a-z-]+\.sh)\"""", text, re.MULTILINE))
        found |= set(re.findall(r"/([a-z-]+\.awk)\b", text))
    return found


def everything(first: str) -> set[str]:
    """A program with all that it reads, directly or through another part."""
    found, waiting = set(), {first}
    while waiting:
        found |= waiting
        waiting = read_by(*waiting) - found
    return found


def test_the_job_is_installed_with_what_it_reads() -> None:
    assert set(JOB_PARTS) == everything("job.sh")


def test_the_gate_is_installed_with_what_it_reads() -> None:
    assert set(GATE_PARTS) == everything("gate.sh")


def test_the_alarm_is_installed_with_what_it_reads() -> None:
    assert set(ALARM_PARTS) == everything("alarm.sh")


def test_no_part_is_listed_twice() -> None:
    assert len(set(JOB_PARTS)) == len(JOB_PARTS)
    assert len(set(GATE_PARTS)) == len(GATE_PARTS)
