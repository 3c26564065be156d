"""A golden case: what is wanted, what a real machine answered, and what the two mean together."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from studio_backup.diff import Absent, Change, Present, Seen, Unread, compare
from studio_backup.manifest import Entry
from studio_backup.probe import Reply
from studio_backup.resource import Resource, ruled_fields
from studio_backup.resources import KINDS
from studio_backup.source import Place
from studio_backup.survey import Answered, read

FOLDER = Path(__file__).parent
SYSTEM = "nas/linux"
STUDIO = "northlight"
_ERRORS = "\n# standard error:\n"


@dataclass(frozen=True)
class Case:
    """One folder KIND/CASE; `entry` says whose the manifest holds: ours, none, or another studio's name."""

    folder: Path

    @property
    def name(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def kind(self) -> str:
        return self.folder.parent.name

    @functools.cached_property
    def _wanted(self) -> dict[str, Any]:
        values: dict[str, Any] = yaml.safe_load((self.folder / "want.yaml").read_text(encoding="utf-8"))
        return values

    @property
    def entry(self) -> str:
        return str(self._wanted.get("entry", "ours"))

    def want(self) -> Resource:
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in self._wanted.items()
            if key != "entry"
        }
        return KINDS[self.kind](system=SYSTEM, place=Place("studio.yml", 1, 1), **values)

    def origin(self) -> str:
        return self._text().split("\n", 1)[0]

    def reply(self) -> Reply:
        _, code, rest = self._text().split("\n", 2)
        out, _, err = rest.partition(_ERRORS)
        return Reply(int(code.removeprefix("# exit: ")), out, err)

    def _text(self) -> str:
        return (self.folder / "reply.txt").read_bytes().decode("utf-8", "surrogateescape")

    def keep(self, origin: str, reply: Reply) -> None:
        text = f"# origin: {origin}\n# exit: {reply.exit}\n{reply.out}{_ERRORS}{reply.err}"
        (self.folder / "reply.txt").write_bytes(text.encode("utf-8", "surrogateescape"))

    def seen(self) -> Seen:
        want = self.want()
        probe = want.probe()
        return read(want, Answered({(probe.script, probe.touches): self.reply()}))

    def change(self) -> Change:
        want = self.want()
        entry = Entry(STUDIO, want.address, "studio.yml", want.digest())
        foreign = "" if self.entry in ("ours", "none") else self.entry
        return compare(want, self.seen(), entry if self.entry == "ours" else None, foreign, {})


def every_case() -> list[Case]:
    """All folders of all kinds."""
    return [Case(path.parent) for path in sorted(FOLDER.glob("*/*/want.yaml"))]


def shown(case: Case) -> str:
    """What `expect.txt` says: how it was seen, and the change with its fields."""
    want, seen, change = case.want(), case.seen(), case.change()
    match seen:
        case Unread(reason):
            lines = [f"unread: {reason}"]
        case Absent():
            lines = ["absent"]
        case Present(value):
            lines = ["present"]
            for name in ruled_fields(type(want)):
                now = getattr(value, name)
                lines.append(f"  {name}: " + ("as wanted" if now == getattr(want, name) else repr(now)))
        case _:
            raise AssertionError(seen)
    fields = "".join(f" {item.name}" for item in change.fields)
    reason = f" ({change.reason})" if change.verb == "conflict" else ""
    return "\n".join([*lines, f"change: {change.verb}{fields}{reason}"]) + "\n"
