"""What an access list of Windows means: who may change what is in a folder, who may only read it, who is denied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from studio_backup.paths import is_configuration
from studio_backup.probe import Reply
from studio_backup.resource import Unparsable
from studio_backup.windows.answers import document, documents

SYSTEM, ADMINISTRATORS = "S-1-5-18", "S-1-5-32-544"
#: Everything that a rule can allow with a name; and the generic right that stands for all of it.
_FULL, _GENERIC_ALL = 0x1F01FF, 0x10000000
#: Write data, append, attributes, deleting, the rules themselves, the owner; and the generic right to write.
_CHANGING = 0x2 | 0x4 | 0x10 | 0x40 | 0x100 | 0x10000 | 0x40000 | 0x80000 | _GENERIC_ALL | 0x40000000
#: Folders and files below inherit it.
_ALL_BELOW = 3


@dataclass(frozen=True)
class Access:
    """A folder as its access list has it, in words."""

    standing: str
    owner: str
    inherits: str
    rights: tuple[str, ...]
    loose: tuple[str, ...]


def access_of(reply: Reply, folder: str) -> Access | None:
    """What a listing says of one folder; None when it is proven absent; raises Unparsable otherwise."""
    for found in _folders(reply):
        if str(found["folder"]).casefold() != folder.casefold():
            continue
        standing = str(found["standing"])
        if standing == "absent":
            return None
        if found["trouble"]:
            raise Unparsable(f"the access list of {folder} cannot be read: {found['trouble']}")
        if standing != "folder":
            return Access(standing, "", "", (), ())
        if not {"security", "loose"} <= set(found):
            raise Unparsable("the listing of access lists is not one that is known")
        security = _security(found["security"])
        loose = [text for one in documents(found["loose"]) if (text := _loose(one, is_configuration(folder)))]
        inherits = "no" if security["closed"] == "True" else "yes"
        return Access(standing, str(security["owner"]), inherits, _rights(security), tuple(sorted(loose)))
    raise Unparsable(f"{folder} is not in the listing")


@lru_cache(maxsize=16)
def _folders(reply: Reply) -> tuple[dict[str, Any], ...]:
    found = tuple(documents(document(reply).get("folders")))
    if any(not {"folder", "standing", "trouble"} <= set(one) for one in found):
        raise Unparsable("the listing of access lists is not one that is known")
    return found


def _security(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not {"owner", "closed", "rules"} <= set(value):
        raise Unparsable("an access list is not one that is known")
    if value["closed"] not in ("True", "False") or not str(value["owner"]).startswith("S-"):
        raise Unparsable("an access list is not one that is known")
    return value


def _rights(security: dict[str, Any]) -> tuple[str, ...]:
    """Each rule in words, SYSTEM's and Administrators' first; equal ones once."""
    words = {_words(rule) for rule in _rules(security)}
    first = (f"{SYSTEM} full", f"{ADMINISTRATORS} full")
    return (*(word for word in first if word in words), *sorted(words - set(first)))


def _rules(security: dict[str, Any]) -> Sequence[dict[str, Any]]:
    rules = documents(security["rules"])
    for rule in rules:
        numbers = [str(rule.get(key, "")).removeprefix("-") for key in ("rights", "inherit", "propagate")]
        if (
            not all(number.isdigit() for number in numbers)
            or not str(rule.get("sid", "")).startswith("S-")
            or rule.get("type") not in ("Allow", "Deny")
        ):
            raise Unparsable("a rule of an access list is not one that is known")
    return rules


def _words(rule: dict[str, Any]) -> str:
    rights, below = _rights_of(rule), int(rule["inherit"])
    where = "" if below == _ALL_BELOW else " here alone" if not below else " here and for some below"
    # A second bit says that the rule is for what is below and not for the folder, the first that it goes one level.
    where = " one level deep" if int(rule["propagate"]) & 1 else where
    where = f"{where} below it alone" if int(rule["propagate"]) & 2 else where
    what = "full" if rights & _FULL == _FULL or rights & _GENERIC_ALL else "write" if rights & _CHANGING else "read"
    return f"{'denied ' if rule['type'] == 'Deny' else ''}{rule['sid']} {what}{where}"


def _loose(value: dict[str, Any], strict: bool) -> str:
    """What is wrong with a file: its owner, where a program or a configuration stands, or who else may change it."""
    security = _security(value)
    if "name" not in value:
        raise Unparsable("a file of an access list has no name")
    ours = (SYSTEM, ADMINISTRATORS)
    others = {
        str(rule["sid"])
        for rule in _rules(security)
        if rule["type"] == "Allow" and rule["sid"] not in ours and _rights_of(rule) & _CHANGING
    }
    wrong = [f"{sid} may change it" for sid in sorted(others)]
    if strict and security["owner"] not in ours:
        wrong.append(f"owned by {security['owner']}")
    return f"{value['name']}: {', '.join(wrong)}" if wrong else ""


def openings(value: object) -> tuple[str, ...]:
    """What lets anybody but SYSTEM and Administrators into a file, be it to read; raises Unparsable as below."""
    security = _security(value)
    ours = (SYSTEM, ADMINISTRATORS)
    others = [rule for rule in _rules(security) if rule["type"] == "Allow" and rule["sid"] not in ours]
    words = {f"{rule['sid']} may {'change' if _rights_of(rule) & _CHANGING else 'read'} it" for rule in others}
    return tuple(sorted(words | ({f"owned by {security['owner']}"} if security["owner"] not in ours else set())))


def _rights_of(rule: dict[str, Any]) -> int:
    return int(rule["rights"]) & 0xFFFFFFFF


def changers(value: object) -> tuple[str, frozenset[str]]:
    """The owner of a file, and all whom a rule lets change it, by SID; raises Unparsable where that is not told."""
    security = _security(value)
    rules = [rule for rule in _rules(security) if rule["type"] == "Allow"]
    writers = {str(rule["sid"]) for rule in rules if _rights_of(rule) & _CHANGING}
    return str(security["owner"]), frozenset(writers)
