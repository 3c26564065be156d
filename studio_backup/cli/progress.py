"""Progress on a terminal for what takes longer than two seconds; rich is imported only when it draws."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

#: Seconds before anything is drawn.
PATIENCE = 2.0


class Bar:
    """A progress line on standard error: nothing in a pipe, nothing for what is quick."""

    def __init__(self, title: str, on: bool = True) -> None:
        self._title = title
        self._on = on and sys.stderr.isatty()
        self._began = time.monotonic()
        self._drawn: Progress | None = None
        self._task: TaskID | None = None

    def machine(self, done: int, total: int, name: str) -> None:
        """One more machine has answered; after the last one the line is gone, and what was found can be printed."""
        if done < total:
            self.show(done, total, name)
        else:
            self.clear()

    def show(self, done: float, total: float | None, text: str) -> None:
        """How far it is, and what it is at."""
        if not self._on or time.monotonic() - self._began < PATIENCE:
            return
        if self._drawn is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (
                TextColumn("{task.fields[title]}"),
                BarColumn(),
                TextColumn("{task.description}"),
                TimeElapsedColumn(),
            )
            self._drawn = Progress(
                *columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
            )
            self._drawn.start()
            self._task = self._drawn.add_task(text, total=total, title=self._title)
        assert self._task is not None
        self._drawn.update(self._task, completed=done, total=total, description=text)

    def clear(self) -> None:
        """Take the line away; what comes next has its own two seconds."""
        if self._drawn is not None:
            self._drawn.stop()
        self._drawn = None
        self._began = time.monotonic()

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.clear()
