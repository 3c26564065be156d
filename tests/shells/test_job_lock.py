"""A dead lock is broken once: whoever saw it dead a moment ago never removes the lock that stands there by now."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.shells.job_bench import SHELLS

PART = Path("studio_backup/jobs/lock.sh").resolve()
DEAD = "1 1 x x\n"


def breaking(shell: list[str], folder: Path, interference: str, ask: str) -> str:
    """Runs `ask` in a shell that is about to break locks in `folder`; `live FILE` makes a lock of one who lives."""
    script = f"""
. {PART}
state={folder} id=one run=me now=1
boot_id
mkdir -p "$state/lock"
lock=$state/lock/$id lock_mine=$state/lock/$id.$$
printf '%s %s %s me\\n' "$$" "$(process_start $$)" "$boot" >"$lock_mine"
live() {{ printf '%s %s %s other\\n' "{os.getpid()}" "$(process_start {os.getpid()})" "$boot" >"$1"; }}
{interference}
{ask}
"""
    done = subprocess.run([*shell, "-c", script] if shell else ["sh", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def standing(folder: Path) -> str:
    lock = folder / "lock" / "one"
    return lock.read_text().split()[-1] if lock.exists() else "nothing"


def tokens(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "lock").glob("one.breaking*"))


@pytest.mark.parametrize("shell", SHELLS)
def test_a_lock_that_was_freed_meanwhile_is_not_removed_once_another_has_it(tmp_path: Path, shell: str) -> None:
    """Between a look that finds no lock and a removal of it, somebody could take it: so nothing is removed."""
    removed = 'rm() { for name; do [ "$name" != "$lock" ] || echo removed; done; command rm "$@"; }'
    assert breaking(SHELLS[shell], tmp_path, removed, 'bury_lock "$lock"') == ""
    freed = f"""{removed}
printf '{DEAD}' >"$lock"
ln() {{ command rm -f "$lock"; command ln "$@"; }}"""
    assert breaking(SHELLS[shell], tmp_path, freed, 'bury_lock "$lock"') == ""
    assert tokens(tmp_path) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_a_lock_that_changed_hands_before_the_token_was_ours_is_left_alone(tmp_path: Path, shell: str) -> None:
    changed = f"""printf '{DEAD}' >"$lock"
ln() {{ command rm -f "$lock"; live "$lock"; command ln "$@"; }}"""
    breaking(SHELLS[shell], tmp_path, changed, 'bury_lock "$lock"')
    assert standing(tmp_path) == "other"
    assert tokens(tmp_path) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_token_of_one_who_just_ended_is_not_taken_from_the_next(tmp_path: Path, shell: str) -> None:
    """Ours could not be made, the other's is gone by now, and a third makes one right before we would remove it."""
    ended = f"""printf '{DEAD}' >"$lock"
ln() {{ return 1; }}
rm() {{ for name; do case $name in *.breaking) live "$name" ;; esac; done; command rm "$@"; }}"""
    ask = 'bury_lock "$lock" && echo done || echo busy\n[ -e "$lock.breaking" ] || live "$lock.breaking"'
    assert breaking(SHELLS[shell], tmp_path, ended, ask) == "busy\n"
    assert tokens(tmp_path) == ["one.breaking"]
    assert standing(tmp_path) == "x", "who has the token removes the lock, nobody else"


@pytest.mark.parametrize("shell", SHELLS)
def test_of_two_that_bury_a_dead_breaker_only_one_does(tmp_path: Path, shell: str) -> None:
    third = f"""printf '{DEAD}' >"$lock"
printf '{DEAD}' >"$lock.breaking"
live "$lock.breaking.breaking" """
    assert breaking(SHELLS[shell], tmp_path, third, 'bury_lock "$lock" && echo done || echo busy') == "busy\n"
    assert tokens(tmp_path) == ["one.breaking", "one.breaking.breaking"]
    assert standing(tmp_path) == "x"


@pytest.mark.parametrize("shell", SHELLS)
def test_dead_breakers_of_dead_breakers_go_one_after_another(tmp_path: Path, shell: str) -> None:
    dead = "".join(f"printf '{DEAD}' >\"$lock{'.breaking' * depth}\"\n" for depth in range(4))
    ask = 'tries=0; until bury_lock "$lock" && [ ! -e "$lock" ]; do tries=$((tries + 1)); done; echo "$tries"'
    assert breaking(SHELLS[shell], tmp_path, dead, ask) == "3\n"
    assert tokens(tmp_path) == []


def test_an_empty_lock_is_what_a_crash_left_and_an_unwritten_one_takes_nothing(tmp_path: Path) -> None:
    assert breaking([], tmp_path, ': >"$lock"', 'bury_lock "$lock"') == ""
    assert standing(tmp_path) == "nothing"
    full = 'take_it() { ( ln() { echo taken; }; printf() { [ "$1" != "%s %s %s %s\\n" ] || return 1; }; take_lock ); }'
    assert breaking([], tmp_path, full, "take_it || echo refused") == "refused\n"
