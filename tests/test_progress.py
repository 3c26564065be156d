"""The progress line: late, on a terminal only, and gone before anything else is printed."""

from __future__ import annotations

import os
import pty
import sys
import time
from collections.abc import Iterator

import pytest

from studio_backup.cli import progress
from studio_backup.cli.progress import Bar


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Standard error is a terminal, and nothing has to be waited for; gives the end that sees what is drawn."""
    seen, drawn = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(drawn, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr(progress, "PATIENCE", 0.0)
        yield seen
    os.close(seen)


def drawn_on(terminal: int) -> str:
    sys.stderr.flush()
    os.set_blocking(terminal, False)
    try:
        return os.read(terminal, 65536).decode()
    except BlockingIOError:
        return ""


def test_the_line_is_taken_away_after_the_last_machine(terminal: int) -> None:
    with Bar("reading") as bar:
        bar.machine(1, 2, "nas")
        shown = ""
        for _ in range(50):  # drawn by a thread, ten times a second
            shown += drawn_on(terminal)
            if "nas" in shown:
                break
            time.sleep(0.1)
        assert "nas" in shown
        bar.machine(2, 2, "vault")
        after = drawn_on(terminal)
        assert after.rstrip().endswith("\x1b[2K")  # erased, and not drawn again
        assert drawn_on(terminal) == ""


def test_nothing_is_drawn_for_what_is_quick(terminal: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 60.0)
    with Bar("reading") as bar:
        bar.machine(1, 2, "nas")
    assert drawn_on(terminal) == ""


def test_nothing_is_drawn_into_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with Bar("reading") as bar:
        bar.machine(1, 2, "nas")
    assert capsys.readouterr().err == ""
