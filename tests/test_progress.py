"""The progress line: late, on a terminal only, and gone before anything else is printed."""

from __future__ import annotations

import os
import pty
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from studio_backup.cli import progress
from studio_backup.cli.progress import Bar


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch, patience: float) -> Iterator[int]:
    """Standard error is a terminal; gives the end that sees what is drawn. (pytest sets stderr anew after fixtures.)"""
    seen, drawn = pty.openpty()
    os.set_blocking(seen, False)
    with os.fdopen(drawn, "w") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        patch.setenv("TERM", "xterm")
        patch.setattr(progress, "PATIENCE", patience)
        yield seen
    os.close(seen)


def drawn_on(seen: int) -> str:
    """What was drawn since the last look."""
    try:
        return os.read(seen, 65536).decode()
    except BlockingIOError:
        return ""


def test_the_line_is_taken_away_after_the_last_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch, 0.0) as seen, Bar("reading") as bar:
        bar.machine(1, 2, "nas")
        shown = ""
        for _ in range(50):  # drawn by a thread, ten times a second
            shown += drawn_on(seen)
            if "nas" in shown:
                break
            time.sleep(0.1)
        assert "nas" in shown
        bar.machine(2, 2, "vault")
        assert drawn_on(seen).endswith("\x1b[2K")  # erased
        time.sleep(0.3)
        assert drawn_on(seen) == ""  # and not drawn again


def test_nothing_is_drawn_for_what_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch, 60.0) as seen, Bar("reading") as bar:
        bar.machine(1, 2, "nas")
        time.sleep(0.3)
        assert drawn_on(seen) == ""


def test_nothing_is_drawn_into_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with Bar("reading") as bar:
        bar.machine(1, 2, "nas")
    assert capsys.readouterr().err == ""


def test_what_is_printed_meanwhile_goes_where_it_belongs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with terminal(monkeypatch, 0.0) as seen, Bar("reading") as bar:
        bar.machine(1, 2, "nas")
        print("a result")
        time.sleep(0.3)
        assert "a result" not in drawn_on(seen)
    assert capsys.readouterr().out == "a result\n"
