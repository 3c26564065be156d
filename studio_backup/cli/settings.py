"""What the command line said, in one value that every command gets."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import click

from studio_backup.cli.whole import write_whole


@dataclass
class Settings:
    """Paths of the spec, and how to show what comes out."""

    inventory: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    format: str = "table"
    output: str | None = None
    timeout: float = 30.0
    parallel: int = 16
    no_color: bool = False
    verbose: bool = False
    _written: list[str] = field(default_factory=list)

    @property
    def json(self) -> bool:
        """True when standard output must be one JSON document."""
        return self.format == "json"

    @property
    def colour(self) -> bool:
        """Colours only on a terminal, and never against the user's word (NO_COLOR, https://no-color.org)."""
        return not (self.no_color or os.environ.get("NO_COLOR") or self.output) and sys.stdout.isatty()

    def document(self, content: Mapping[str, object]) -> None:
        """The result for programs: one JSON document, wherever the result goes."""
        text = StringIO()  # piece by piece: a document of a large studio has a million of them
        for piece in json.JSONEncoder(indent=2, ensure_ascii=True).iterencode(content):
            text.write(piece)
        self.write(text.getvalue())

    def say(self, text: str) -> None:
        """A line for people on standard error, where it can disturb no document."""
        click.echo(text, err=True)

    def write(self, text: str) -> None:
        """The result: to standard output, or to the file of --output, which is there whole or as it was before."""
        if self.output:
            before = "".join(self._written)
            self._written.append(f"{text}\n")
            try:
                write_whole(Path(self.output), before, self._written[-1])
            except OSError as error:
                raise click.ClickException(f"{self.output} cannot be written: {error.strerror}") from error
        else:
            # A name with bytes that are no UTF-8 must not end the program.
            click.echo(text.encode("utf-8", "backslashreplace").decode("utf-8"))
