"""What [String] and [Char] can do without a text, and StringBuilder."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar

from tests.sim.windows.dotnet.texts import folds, is_comparison
from tests.sim.windows.powershell.formatting import composed
from tests.sim.windows.powershell.objects import (
    NetObject,
    constant,
    maker,
    method,
    prop,
    static,
)
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.unicode import units


@static("String", "IsNullOrEmpty")
def _is_null_or_empty(_: Shell, text: Any) -> bool:
    return to_text(text) == ""


@static("String", "IsNullOrWhiteSpace")
def _is_blank(_: Shell, text: Any) -> bool:
    return to_text(text).strip() == ""


@static("String", "Join")
def _join(_: Shell, mark: Any, *given: Any) -> str:
    return to_text(mark).join(to_text(one) for part in given for one in items_of(part))


@static("String", "Format")
def _format(_: Shell, template: Any, *given: Any) -> str:
    return composed(to_text(template), items_of(given[0]) if len(given) == 1 else list(given))


@static("String", "Compare")
def _compare(_: Shell, left: Any, right: Any, how: Any = None) -> int:
    a, b = to_text(left), to_text(right)
    if how is True or (is_comparison(how) and folds(how)):
        a, b = a.upper(), b.upper()
    return (a > b) - (a < b)


@static("String", "CompareOrdinal")
def _compare_ordinal(_: Shell, left: Any, right: Any) -> int:
    a, b = to_text(left), to_text(right)
    return (a > b) - (a < b)


@static("String", "Equals")
def _static_equals(_: Shell, left: Any, right: Any, how: Any = None) -> bool:
    a, b = to_text(left), to_text(right)
    return a.lower() == b.lower() if folds(how) else a == b


constant("String", "Empty")(lambda _: "")


@static("Char", "IsDigit")
def _is_digit(_: Shell, mark: Any) -> bool:
    return to_text(mark).isdigit()


@static("Char", "IsControl")
def _is_control(_: Shell, mark: Any) -> bool:
    return unicodedata.category(to_text(mark)[0]) == "Cc"


@static("Char", "IsSurrogate")
def _is_surrogate(_: Shell, mark: Any) -> bool:
    return 0xD800 <= ord(to_text(mark)[0]) < 0xE000


@static("Char", "ConvertFromUtf32")
def _from_utf32(_: Shell, code: Any) -> str:
    return units(chr(int(code)))


@static("Char", "IsLetterOrDigit")
def _is_word(_: Shell, mark: Any) -> bool:
    return to_text(mark).isalnum()


class StringBuilder(NetObject):
    """Text.StringBuilder."""

    type_name: ClassVar[str] = "System.Text.StringBuilder"

    def __init__(self, text: str = "") -> None:
        self.parts = [text]

    def text(self) -> str:
        """All of it."""
        return "".join(self.parts)

    @method("Append")
    def append(self, given: Any, count: Any = 1) -> StringBuilder:
        """More of it."""
        self.parts.append(to_text(given) * int(count))
        return self

    @method("AppendLine")
    def append_line(self, given: Any = "") -> StringBuilder:
        """With the end of a line of Windows."""
        self.parts.append(to_text(given) + "\r\n")
        return self

    @method("Clear")
    def clear(self) -> StringBuilder:
        """Nothing of it."""
        self.parts = []
        return self

    @prop("Length")
    def length(self) -> int:
        """How long it is."""
        return len(self.text())


@maker("Text.StringBuilder")
def _builder(_: Shell, text: Any = "") -> StringBuilder:
    return StringBuilder("" if isinstance(text, int) else to_text(text))


@maker("String")
def _string(_: Shell, mark: Any, count: Any = None) -> str:
    if count is None:
        return "".join(to_text(one) for one in items_of(mark))
    return to_text(mark) * int(count)
