"""What a disk says of its own health: the exit status and the JSON of `smartctl --json=c -H -A -i`, in words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

#: What is said where no fault is known; that a disk tells nothing at all is said by its health.
NONE = "none known"

#: Years, in service or powered on, after which a disk is spoken of.
YEARS = 3
_MONTH = 730  # hours

#: Meaning of the bits of smartctl's exit status.
_NOT_OPENED, _COMMAND_FAILED, _FAILING, _AT_THRESHOLD, _WAS_AT_THRESHOLD = 0b11, 1 << 2, 1 << 3, 1 << 4, 1 << 5
#: Percent of its life that an SSD may have used before it is spoken of.
_WORN = 80
#: Attributes by number, since their names differ between makers.
_REALLOCATED, _PENDING, _UNREADABLE = 5, 197, 198
_LIFE_LEFT = (177, 202, 231, 233)  # normalised value: percent left, on SSDs only


@dataclass(frozen=True)
class Health:
    """One disk's word on itself, each as text; `serial` is empty when it does not tell."""

    health: str
    reallocated: str = NONE
    pending: str = NONE
    wear: str = NONE
    worked: str = NONE
    serial: str = ""


def health_of(told: str) -> Health:
    """Read what follows `smart` in the listing: `off`, `missing`, or EXIT<TAB>JSON. Only a plain yes is `passed`."""
    code, _, text = told.partition("\t")
    if not code.isdigit():
        return Health("unknown (smartctl is missing)" if code == "missing" else "unknown (not asked)")
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return Health(f"unknown (smartctl ended with {code} and told nothing readable)")
    return _read(int(code), found)


def _read(code: int, found: dict[str, Any]) -> Health:
    messages = [str(_at(one, "string")) for one in _list(found, "smartctl", "messages")]
    if any(" mode, exit(" in message for message in messages):
        return Health("unknown (asleep)")
    if code & _NOT_OPENED:
        # Names such as /dev/sda move; what is wrong stays.
        first = re.sub(r"^/dev/\S+: ", "", messages[0]) if messages else f"smartctl ended with {code}"
        return Health(f"unknown ({first})")
    serial = _at(found, "serial_number")
    table = _list(found, "ata_smart_attributes", "table")
    raw = {_at(row, "id"): _number(row, "raw", "value") for row in table}
    nvme = _at(found, "nvme_smart_health_information_log")
    unreadable = max(raw.get(_UNREADABLE, 0), _number(nvme, "media_errors"))
    return Health(
        _verdict(code, found, table),
        _counted({"sectors": raw.get(_REALLOCATED, 0)}),
        _counted({"sectors wait": raw.get(_PENDING, 0), "could not be read": unreadable}),
        _wear(found, table),
        _worked(_number(found, "power_on_time", "hours")),
        serial if isinstance(serial, str) else "",
    )


def _verdict(code: int, found: dict[str, Any], table: list[Any]) -> str:
    passed = _at(found, "smart_status", "passed")
    warning = _number(found, "nvme_smart_health_information_log", "critical_warning")
    if passed is False or code & _FAILING:
        return "failing"
    now = _tripped(table, "now")
    if code & _AT_THRESHOLD or now:
        return f"failing ({', '.join(now) or 'at a threshold'})"
    if warning:
        return f"failing (critical warning {warning})"
    if passed is not True:
        return "unknown (it does not tell)"
    if code & _COMMAND_FAILED:
        return "passed, but it did not answer everything"
    if code & _WAS_AT_THRESHOLD:
        return f"passed, but was below a threshold ({', '.join(_tripped(table, 'past')) or 'which one is not told'})"
    return "passed"


def _tripped(table: list[Any], when: str) -> list[str]:
    return [str(_at(row, "name")) for row in table if str(_at(row, "when_failed")).lower() == when]


def _wear(found: dict[str, Any], table: list[Any]) -> str:
    log = _at(found, "nvme_smart_health_information_log")
    used = [_number(log, "percentage_used"), _number(found, "endurance_used", "current_percent")]
    if _at(found, "rotation_rate") == 0:
        lives = [row for row in table if _at(row, "id") in _LIFE_LEFT and isinstance(_at(row, "value"), int)]
        used += [100 - _number(row, "value") for row in lives]
    if max(used) >= _WORN:
        return f"{max(used)} % used"
    spare, least = _number(log, "available_spare"), _number(log, "available_spare_threshold")
    return f"{spare} % spare left, below its limit of {least} %" if spare < least else NONE


def _worked(hours: int) -> str:
    """Its own count of the hours, once they are as many as a disk may be old; one that is off on a shelf ages, too."""
    months = hours // _MONTH
    return f"powered on for {months // 12} years and {months % 12} months" if months >= YEARS * 12 else NONE


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or NONE


def _at(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _list(value: object, *keys: str) -> list[Any]:
    found = _at(value, *keys)
    return found if isinstance(found, list) else []


def _number(value: object, *keys: str) -> int:
    found = _at(value, *keys)
    return found if isinstance(found, int) else 0
