"""What programs of macOS said: each asked once in a fragment, both its streams and its exit status kept together.

Exit statuses there lie and errors come on either stream, so that the text decides (what it must say is the caller's).
"""

from __future__ import annotations

import plistlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.parsers.expat import ExpatError

from studio_backup.probe import Reply
from studio_backup.resource import Unparsable, whole

#: `told NAME COMMAND ARGUMENT…` asks, and prints what was said, each line after a tab. NAME may end in a path.
TOLD = r"""told() {
  asking=$1; shift; code=0; said=$("$@" 2>&1) || code=$?
  printf 'told\t%s\t%s\n' "$code" "$asking"
  printf '%s\n' "$said" | sed 's/^/	/'
}"""

#: What a program says that was kept from a file, or from its work, by the privacy settings of macOS.
_PRIVACY = re.compile(r"^tmutil: \w+ requires Full Disk Access privileges\.|Operation not permitted", re.MULTILINE)
#: Where somebody grants it to those who come by SSH; no program can.
SSH_SWITCH = (
    "an administrator at that Mac turns on System Settings > General > Sharing > Remote Login (i) > "
    "Allow full disk access for remote users (macOS 13 and later); on macOS 12, ticks sshd-keygen-wrapper under "
    "Security & Privacy > Privacy > Full Disk Access"
)

_LINE = re.compile(r"told\t([0-9]{1,3})\t([^\n]*)\n((?:\t[^\n]*\n)*)")


@dataclass(frozen=True)
class Told:
    """One program's answer."""

    exit: int
    text: str

    @property
    def line(self) -> str:
        """Its first line with anything on it, for people."""
        return next((line.strip() for line in self.text.splitlines() if line.strip()), f"nothing (exit {self.exit})")

    @property
    def unprivileged(self) -> bool:
        """Whether the privacy settings kept it from an answer."""
        return _PRIVACY.search(self.text) is not None

    def plist(self) -> dict[str, Any]:
        """The dictionary that it printed as a property list; raises Unparsable when there is no whole one."""
        found = self.property_list()
        if not isinstance(found, dict):
            raise Unparsable("a property list that is no dictionary")
        return found

    def property_list(self) -> object:
        """The property list that it printed, whatever it is of; raises Unparsable when there is no whole one."""
        start, end = self.text.find("<plist"), self.text.rfind("</plist>")
        if start < 0 or end < start:
            raise Unparsable(self.line, SSH_SWITCH if self.unprivileged else "")
        try:
            return plistlib.loads(self.text[start : end + len("</plist>")].encode(), fmt=plistlib.FMT_XML)
        except (ExpatError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise Unparsable(f"a property list that cannot be read: {error}") from error


def answers(reply: Reply) -> Mapping[str, Told]:
    """What each asked program said, by the name it was asked under; raises Unparsable for anything between."""
    return _answers(whole(reply))


@lru_cache(maxsize=32)
def _answers(text: str) -> Mapping[str, Told]:
    found: dict[str, Told] = {}
    at = 0
    for match in _LINE.finditer(text):
        if match.start() != at:
            break
        found[match[2]] = Told(int(match[1]), re.sub(r"^\t", "", match[3], flags=re.MULTILINE))
        at = match.end()
    if at != len(text):
        raise Unparsable(f"an answer with something else in it: {text[at : at + 60].splitlines()[0]}")
    return found


def asked(reply: Reply, name: str) -> Told:
    """One of them; raises Unparsable when it was not asked."""
    found = answers(reply).get(name)
    if found is None:
        raise Unparsable(f"{name} is not in the answer")
    return found


def listed(value: object, what: str) -> list[dict[str, Any]]:
    """A list of dictionaries in a property list; raises Unparsable for anything else."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Unparsable(f"{what} is no list of dictionaries")
    return value


def text_of(value: object, what: str) -> str:
    """Text in a property list; raises Unparsable for anything else, and where it is not there."""
    if not isinstance(value, str):
        raise Unparsable(f"{what} is no text")
    return value
