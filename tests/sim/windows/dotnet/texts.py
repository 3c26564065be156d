"""The members of a text, and how numbers become text."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from tests.sim.windows.dotnet.enums import number_of
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.formatting import formatted
from tests.sim.windows.powershell.linguistic import weighed
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import (
    method_of,
    property_of,
)
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.unicode import joined, units
from tests.sim.windows.powershell.values import Char, Wide

BLANKS = " \t\n\r\x0b\x0c\x85\xa0"


def folds(comparison: Any) -> bool:
    """Whether a StringComparison leaves case out."""
    return comparison is not None and number_of(comparison, "System.StringComparison") % 2 == 1


def _out_of_range() -> NetError:
    return NetError("System.ArgumentOutOfRangeException", "Index and length must refer to a location within the string."
                    "\r\nParameter name: length", -2146233086)  # fmt: skip


@property_of(str, "Length")
def _length(_: Shell, text: str) -> int:
    return len(text)


@method_of(str, "Substring")
def _substring(_: Shell, text: str, start: Any, length: Any = None) -> str:
    first = int(to_number(start))
    last = len(text) if length is None else first + int(to_number(length))
    if not 0 <= first <= last <= len(text):
        raise _out_of_range()
    return text[first:last]


def _by_weight(text: str, wanted: Any, comparison: Any, search: Callable[[str, str], Any]) -> None:
    """Without a comparison a search goes by the local culture: it is known only where that makes no difference."""
    if comparison is not None or isinstance(wanted, Char):
        return
    if search(text, to_text(wanted)) != search(weighed(text), weighed(to_text(wanted))):
        raise NotKnown("a search in a text that goes by culture: say [StringComparison]::Ordinal")


@method_of(str, "IndexOf")
def _index_of(_: Shell, text: str, wanted: Any, *more: Any) -> int:
    _by_weight(text, wanted, next((one for one in more if is_comparison(one)), None), str.find)
    start = int(more[0]) if more and isinstance(more[0], int) and "Comparison" not in str(type(more[0])) else 0
    if more and is_comparison(more[-1]):
        start = 0 if len(more) == 1 else int(more[0])
        if folds(more[-1]):
            return text.lower().find(to_text(wanted).lower(), start)
    return text.find(to_text(wanted), start)


def is_comparison(given: Any) -> bool:
    return getattr(given, "type_name", "") == "System.StringComparison"


@method_of(str, "LastIndexOf")
def _last_index_of(_: Shell, text: str, wanted: Any) -> int:
    _by_weight(text, wanted, None, str.rfind)
    return text.rfind(to_text(wanted))


@method_of(str, "IndexOfAny")
def _index_of_any(_: Shell, text: str, wanted: Any) -> int:
    marks = {to_text(one) for one in items_of(wanted)}
    return next((place for place, mark in enumerate(text) if mark in marks), -1)


@method_of(str, "StartsWith")
def _starts(_: Shell, text: str, wanted: Any, comparison: Any = None) -> bool:
    _by_weight(text, wanted, comparison, str.startswith)
    if folds(comparison):
        return text.lower().startswith(to_text(wanted).lower())
    return text.startswith(to_text(wanted))


@method_of(str, "EndsWith")
def _ends(_: Shell, text: str, wanted: Any, comparison: Any = None) -> bool:
    _by_weight(text, wanted, comparison, str.endswith)
    if folds(comparison):
        return text.lower().endswith(to_text(wanted).lower())
    return text.endswith(to_text(wanted))


@method_of(str, "Contains")
def _contains(_: Shell, text: str, wanted: Any) -> bool:
    return to_text(wanted) in text


@method_of(str, "Equals")
def _equals(_: Shell, text: str, other: Any, comparison: Any = None) -> bool:
    if folds(comparison):
        return isinstance(other, str) and text.lower() == other.lower()
    return isinstance(other, str) and str(text) == str(other)


@method_of(str, "CompareTo")
def _compare_to(_: Shell, text: str, other: Any) -> int:
    return (text.lower() > to_text(other).lower()) - (text.lower() < to_text(other).lower())


@method_of(str, "Replace")
def _replace(_: Shell, text: str, old: Any, new: Any) -> str:
    if to_text(old) == "":
        raise NetError("System.ArgumentException", "String cannot be of zero length.", -2147024809)
    return text.replace(to_text(old), to_text(new))


def _marks(given: tuple[Any, ...]) -> str:
    found = "".join(to_text(one) for part in given for one in items_of(part))
    return found or BLANKS


@method_of(str, "Trim")
def _trim(_: Shell, text: str, *marks: Any) -> str:
    return text.strip(_marks(marks))


@method_of(str, "TrimStart")
def _trim_start(_: Shell, text: str, *marks: Any) -> str:
    return text.lstrip(_marks(marks))


@method_of(str, "TrimEnd")
def _trim_end(_: Shell, text: str, *marks: Any) -> str:
    return text.rstrip(_marks(marks))


@method_of(str, "Split")
def _split(_: Shell, text: str, *given: Any) -> list[str]:
    """.NET Framework: a string is a set of separators, unless an array of strings comes with options."""
    drop, most, separators = False, 0, given
    while separators and isinstance(separators[-1], int) and len(separators) > 1:
        last = separators[-1]
        if getattr(last, "type_name", "") == "System.StringSplitOptions":
            drop = int(last) == 1
        else:
            most = int(last)
        separators = separators[:-1]
    words = [to_text(one) for part in separators for one in items_of(part)]
    if all(len(word) == 1 for word in words) or len(given) == 1:
        words = list("".join(words)) or list(BLANKS)
    found = _split_by(text, words, most)
    return [part for part in found if part] if drop else found


def _split_by(text: str, words: list[str], most: int) -> list[str]:
    found, begin, place = list[str](), 0, 0
    while place < len(text) and (not most or len(found) < most - 1):
        hit = next((word for word in words if text.startswith(word, place)), None)
        if hit:
            found.append(text[begin:place])
            place = begin = place + len(hit)
        else:
            place += 1
    return [*found, text[begin:]]


@method_of(str, "ToLower")
@method_of(str, "ToLowerInvariant")
def _lower(_: Shell, text: str) -> str:
    return text.lower()


@method_of(str, "ToUpper")
@method_of(str, "ToUpperInvariant")
def _upper(_: Shell, text: str) -> str:
    return "".join(mark.upper() if len(mark.upper()) == 1 else mark for mark in text)


@method_of(str, "PadLeft")
def _pad_left(_: Shell, text: str, width: Any, mark: Any = " ") -> str:
    return text.rjust(int(width), to_text(mark))


@method_of(str, "PadRight")
def _pad_right(_: Shell, text: str, width: Any, mark: Any = " ") -> str:
    return text.ljust(int(width), to_text(mark))


@method_of(str, "Insert")
def _insert(_: Shell, text: str, place: Any, more: Any) -> str:
    return text[: int(place)] + to_text(more) + text[int(place) :]


@method_of(str, "Remove")
def _remove(_: Shell, text: str, start: Any, count: Any = None) -> str:
    first = int(start)
    last = len(text) if count is None else first + int(count)
    if not 0 <= first <= last <= len(text):
        raise _out_of_range()
    return text[:first] + text[last:]


@method_of(str, "ToCharArray")
def _to_chars(_: Shell, text: str) -> list[Char]:
    return [Char(mark) for mark in text]


def _form(form: Any) -> str:
    return {1: "NFC", 2: "NFD", 5: "NFKC", 6: "NFKD"}[number_of(form, "System.Text.NormalizationForm")]


@method_of(str, "Normalize")
def _normalize(_: Shell, text: str, form: Any = 1) -> str:
    whole = joined(text)
    if any(0xD800 <= ord(mark) < 0xE000 for mark in whole):
        raise NetError("System.ArgumentException", "Invalid Unicode code point found at index 0.", -2147024809)
    return units(unicodedata.normalize(_form(form), whole))  # type: ignore[arg-type]


@method_of(str, "IsNormalized")
def _is_normalized(_: Shell, text: str, form: Any = 1) -> bool:
    return unicodedata.is_normalized(_form(form), joined(text))  # type: ignore[arg-type]


@method_of(str, "GetHashCode")
def _hash(_: Shell, __: str) -> int:
    raise NotKnown("GetHashCode of a string: it differs from run to run")


def _number_text(_: Shell, given: Any, form: Any = "", *__: Any) -> str:
    return formatted(given, form if isinstance(form, str) else "")


for _kind in (int, float, Wide):
    method_of(_kind, "ToString")(_number_text)


@method_of(int, "CompareTo")
def _int_compare(_: Shell, given: int, other: Any) -> int:
    return (given > to_number(other)) - (given < to_number(other))


@method_of(int, "HasFlag")
def _has_flag(_: Shell, given: int, flag: Any) -> bool:
    wanted = number_of(flag, getattr(given, "type_name", ""))
    return int(given) & wanted == wanted
