"""[Regex]."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from tests.sim.windows.dotnet.enums import number_of
from tests.sim.windows.powershell.convert import CASTS
from tests.sim.windows.powershell.functions import call_block
from tests.sim.windows.powershell.objects import NetObject, maker, method, prop, static
from tests.sim.windows.powershell.patterns import numbers, regex, replacement
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import folded_up, to_text
from tests.sim.windows.powershell.values import ScriptBlock

_OPTIONS = "System.Text.RegularExpressions.RegexOptions"


class Group(NetObject):
    """A group of a match."""

    type_name: ClassVar[str] = "System.Text.RegularExpressions.Group"

    def __init__(self, found: re.Match[str] | None, number: int | str = 0) -> None:
        self.found, self.number = found, number

    def text(self) -> str:
        """What it took."""
        return (self.found[self.number] or "") if self.found else ""

    @prop("Value")
    def value(self) -> str:
        """What it took."""
        return self.text()

    @prop("Success")
    def success(self) -> bool:
        """Whether it took part."""
        return self.found is not None and self.found[self.number] is not None

    @prop("Index")
    def index(self) -> int:
        """Where it begins."""
        return self.found.start(self.number) if self.found else 0

    @prop("Length")
    def length(self) -> int:
        """How long it is."""
        return len(self.text())


class Groups(NetObject):
    """The groups of a match, by number or name."""

    type_name: ClassVar[str] = "System.Text.RegularExpressions.GroupCollection"

    def __init__(self, found: re.Match[str] | None) -> None:
        self.found = found

    def item(self, key: Any) -> Group:
        """One of them."""
        if self.found is None or not isinstance(key, int):
            return Group(
                self.found, to_text(key) if self.found is not None and to_text(key) in self.found.re.groupindex else 0
            )
        return Group(self.found, numbers(self.found.re).get(key, 0))

    def enumerated(self) -> list[Group]:
        """All of them."""
        return (
            [Group(self.found, number) for number in numbers(self.found.re).values()] if self.found else [Group(None)]
        )

    @prop("Count")
    def count(self) -> int:
        """How many."""
        return len(self.enumerated())


class Match(Group):
    """A match."""

    type_name: ClassVar[str] = "System.Text.RegularExpressions.Match"

    @prop("Groups")
    def groups(self) -> Groups:
        """Its groups."""
        return Groups(self.found)


class Regex(NetObject):
    """A compiled expression: case counts unless the options say otherwise."""

    type_name: ClassVar[str] = "System.Text.RegularExpressions.Regex"

    def __init__(self, shell: Shell | None, pattern: Any, options: Any = 0) -> None:
        flags = number_of(options, _OPTIONS)
        self.pattern = to_text(pattern)
        self._shell = shell
        self._regex = regex(self.pattern, exact=not flags & 1, multiline=bool(flags & 2), dotall=bool(flags & 16))

    def text(self) -> str:
        """Its pattern."""
        return self.pattern

    @method("IsMatch")
    def is_match(self, text: Any) -> bool:
        """Whether it is found anywhere."""
        return self._regex.search(to_text(text)) is not None

    @method("Match")
    def match(self, text: Any) -> Match:
        """The first."""
        return Match(self._regex.search(to_text(text)))

    @method("Matches")
    def matches(self, text: Any) -> list[Match]:
        """All."""
        return [Match(found) for found in self._regex.finditer(to_text(text))]

    @method("Replace")
    def replace(self, text: Any, given: Any, count: Any = 0) -> str:
        """With a text, or with what a script block makes of each match."""

        def one(found: re.Match[str]) -> str:
            if not isinstance(given, ScriptBlock):
                return replacement(to_text(given), found)
            emitted: list[Any] = []
            assert self._shell is not None
            call_block(self._shell, given, [Match(found)], {}, None, emitted.append)
            return to_text(folded_up(emitted))

        return self._regex.sub(one, to_text(text), count=int(count))

    @method("Split")
    def split(self, text: Any) -> list[str]:
        """The parts between."""
        return [part or "" for part in self._regex.split(to_text(text))]


@maker("Text.RegularExpressions.Regex")
def _make(shell: Shell, pattern: Any, options: Any = 0) -> Regex:
    return Regex(shell, pattern, options)


@static("Text.RegularExpressions.Regex", "Escape")
def _escape(_: Shell, text: Any) -> str:
    return re.sub(r"[\\*+?|{\[()^$.# ]", lambda found: f"\\{found[0]}", to_text(text)).replace("\n", "\\n")


@static("Text.RegularExpressions.Regex", "IsMatch")
def _is_match(shell: Shell, text: Any, pattern: Any, options: Any = 0) -> bool:
    return Regex(shell, pattern, options).is_match(text)


@static("Text.RegularExpressions.Regex", "Match")
def _match(shell: Shell, text: Any, pattern: Any, options: Any = 0) -> Match:
    return Regex(shell, pattern, options).match(text)


@static("Text.RegularExpressions.Regex", "Matches")
def _matches(shell: Shell, text: Any, pattern: Any, options: Any = 0) -> list[Match]:
    return Regex(shell, pattern, options).matches(text)


@static("Text.RegularExpressions.Regex", "Replace")
def _replace(shell: Shell, text: Any, pattern: Any, given: Any, options: Any = 0) -> str:
    return Regex(shell, pattern, options).replace(text, given)


@static("Text.RegularExpressions.Regex", "Split")
def _split(shell: Shell, text: Any, pattern: Any, options: Any = 0) -> list[str]:
    return Regex(shell, pattern, options).split(text)


def _cast(given: Any) -> Regex:
    return Regex(None, given)


CASTS["text.regularexpressions.regex"] = _cast
