"""Regular expressions of .NET and wildcards of PowerShell, run by Python's `re`."""

from __future__ import annotations

import re
from functools import lru_cache

from tests.sim.windows.powershell.faults import NetError, NotKnown

#: What Python reads otherwise, or not at all.
_REFUSED = re.compile(r"\\p\{|\\P\{|\\G|\\c[A-Z]|\(\?[a-z]*-|\(\?<[a-zA-Z]\w*-|\[[^\]]*-\[")


@lru_cache(maxsize=1024)
def regex(pattern: str, *, exact: bool, multiline: bool = False, dotall: bool = False) -> re.Pattern[str]:
    """A pattern of .NET. Raises NotKnown where the two read it differently, NetError where none can."""
    if _REFUSED.search(pattern):
        raise NotKnown(f"the regular expression {pattern!r}")
    ours = re.sub(r"\(\?<([a-zA-Z]\w*)>", r"(?P<\1>", pattern)
    ours = re.sub(r"\\k<(\w+)>", r"(?P=\1)", ours)
    ours = re.sub(r"(?<!\\)((?:\\\\)*)\\Z", r"\1(?=\\n?\\Z)", ours).replace(r"\z", r"\Z")
    flags = (0 if exact else re.IGNORECASE) | (re.MULTILINE if multiline else 0) | (re.DOTALL if dotall else 0)
    try:
        return re.compile(ours, flags)
    except re.error as error:
        raise NetError("System.ArgumentException", f'parsing "{pattern}" - {error}', -2147024809) from None


def numbers(found: re.Pattern[str]) -> dict[int, int]:
    """Which of Python's groups has which number in .NET: those with names come behind all others."""
    named = sorted(found.groupindex.values())
    order = [number for number in range(1, found.groups + 1) if number not in named] + named
    return {0: 0, **dict(enumerate(order, 1))}


def replacement(text: str, found: re.Match[str]) -> str:
    """What stands for a match: $1, ${name}, $0, $&, $$ of .NET."""

    def one(mark: re.Match[str]) -> str:
        word = mark[1] or mark[2] or mark[3]
        if word == "$":
            return "$"
        if word == "&":
            return found[0]
        try:
            return found[numbers(found.re)[int(word)] if word.isdigit() else word] or ""
        except (IndexError, KeyError):
            return mark[0]

    return re.sub(r"\$(?:(\d+|[$&])|\{(\d+)\}|\{([A-Za-z_]\w*)\})", one, text)


@lru_cache(maxsize=1024)
def wildcard(pattern: str, *, exact: bool) -> re.Pattern[str]:
    """`-like`: * ? [ranges], with a backtick before what stands for itself."""
    out, place = "", 0
    while place < len(pattern):
        mark = pattern[place]
        if mark == "`" and place + 1 < len(pattern):
            place += 1
            out += re.escape(pattern[place])
        elif mark == "*":
            out += ".*"
        elif mark == "?":
            out += "."
        elif mark == "[":
            end = pattern.find("]", place + 1)
            if end < 0:
                raise NetError("System.Management.Automation.WildcardPatternException",
                               f"The specified wildcard character pattern is not valid: {pattern}")  # fmt: skip
            inside = pattern[place + 1 : end]
            out += "[" + inside.replace("\\", "\\\\").replace("^", "\\^") + "]"
            place = end
        else:
            out += re.escape(mark)
        place += 1
    return re.compile(out + r"\Z", re.DOTALL | (0 if exact else re.IGNORECASE))
