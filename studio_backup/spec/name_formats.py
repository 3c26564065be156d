"""What a name may look like, and what is written with names: variables, places, hosts, policies, who can erase."""

from __future__ import annotations

import re

from studio_backup.spec.rules import NUMBERS
from studio_backup.spec.wording import MalformedError, shorten, suggest

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_VARIABLE = re.compile(r"[a-z_][a-z0-9_]{0,39}")
_ERASERS = ("machine", "person", "key")
_HOST_KINDS = ("machine", "group", "room", "site", "role")


def slug(text: str) -> str:
    """The nearest valid name, "" when nothing of the text can stay."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:40].strip("-")


def check_name(text: str) -> None:
    """Names go into file names, unit names and shell words: nothing in them may need quoting."""
    if not NAME.fullmatch(text):
        what = "is longer than 40" if len(text) > 40 else "must be small letters, digits and inner hyphens"
        proposal = slug(text)
        raise MalformedError(
            f"the name '{shorten(text)}' {what}", f"call it '{proposal}'" if proposal else "call it a-name"
        )


def check_variable(text: str) -> None:
    """Variables are written without quotes inside {{ }}."""
    if not _VARIABLE.fullmatch(text):
        proposal = slug(text).replace("-", "_")
        raise MalformedError(
            f"the variable '{shorten(text)}' must be small letters, digits and _",
            f"call it '{proposal or 'value'}'",
        )


def check_reference(text: str) -> None:
    """A name used; one that is no name at all would only be reported as unknown."""
    check_name(text)


def check_policy(text: str) -> None:
    """A name; one of nothing but digits is to be copies, kinds of media and off-site copies."""
    if not NAME.fullmatch(text) or (text.replace("-", "").isdigit() and not NUMBERS.fullmatch(text)):
        fix = "write 3-2-1 (copies, kinds of media, off-site), the name of a policy, or none"
        raise MalformedError(f"'{shorten(text)}' is not a policy", fix)


def check_location(text: str) -> None:
    """SITE or SITE/ROOM."""
    if not all(NAME.fullmatch(part) for part in text.split("/")) or text.count("/") > 1:
        raise MalformedError(f"'{shorten(text)}' is not a place", "write SITE or SITE/ROOM")


def check_eraser(text: str) -> None:
    """Somebody or something that can erase."""
    kind, _, name = text.partition(":")
    if text != "control" and not (kind in _ERASERS and NAME.fullmatch(name)):
        fix = "write machine:NAME, person:NAME, key:NAME or control"
        raise MalformedError(f"'{shorten(text)}' names nobody who could erase", fix)


def check_hosts(text: str) -> None:
    """A word, or one of the known prefixes with a word."""
    if text == "all":
        return
    kind, colon, word = text.rpartition(":")
    if colon and kind not in _HOST_KINDS:
        raise MalformedError(
            f"'{shorten(text)}' selects nothing: there is no '{shorten(kind)}:'",
            suggest(kind, _HOST_KINDS, "write a group"),
        )
    check_name(word)
