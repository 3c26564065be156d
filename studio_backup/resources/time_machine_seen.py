"""Time Machine as it is on one Mac: what tmutil lists, and what the preferences remember of each destination."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from studio_backup.paths import MAC_TOOLS
from studio_backup.probe import Reply
from studio_backup.resource import Unparsable
from studio_backup.resources.mac_told import SSH_SWITCH, TOLD, Told, answers, asked, listed, text_of
from studio_backup.resources.time_machine_destinations import Destination, without_password

#: The preferences are asked for by way of the service that keeps them: the file itself is read by who has access alone.
SCRIPT = f"""{TOLD}
told now date -u +%Y-%m-%dT%H:%M:%SZ
told version sw_vers -productVersion
told destinations {MAC_TOOLS["tmutil"]} destinationinfo -X
told preferences {MAC_TOOLS["defaults"]} export /Library/Preferences/com.apple.TimeMachine -
for path do [ ! -e "$path" ] || told "excluded $path" {MAC_TOOLS["tmutil"]} isexcluded -X "$path"; done
printf 'complete\\n'"""

_NONE = re.compile(r"tmutil: No destinations configured\.\s*")
_NEVER = re.compile(r"(.*\s)?Domain /Library/Preferences/com\.apple\.TimeMachine does not exist\s*")
#: Seconds that a date may be ahead of that Mac's clock.
_AHEAD = 300


@dataclass(frozen=True)
class Machine:
    """All of it."""

    now: datetime
    version: tuple[int, ...]
    destinations: tuple[Destination, ...]
    preferences: Mapping[str, Any]
    included: frozenset[str] = frozenset()  # paths that were asked for, and that macOS says it backs up

    @property
    def automatic(self) -> str:
        """yes or no, whichever of its two types the key has; not set where it was never switched."""
        value = self.preferences.get("AutoBackup")
        if value is None:
            return "not set"
        if value not in (0, 1):
            raise Unparsable(f"AutoBackup is {value!r}")
        return "yes" if value else "no"

    @property
    def interval(self) -> int:
        """Seconds between two backups; where nobody set it, the hour that it is by itself."""
        value = self.preferences.get("AutoBackupInterval", 3600)
        if not isinstance(value, int):
            raise Unparsable(f"AutoBackupInterval is {value!r}")
        return value

    @property
    def paths(self) -> tuple[str, ...]:
        """What is excluded by its path, as somebody asked for it."""
        return _texts(self.preferences, "SkipPaths")

    @property
    def volumes(self) -> tuple[str, ...]:
        """UUIDs of the volumes that are excluded."""
        return tuple(one.upper() for one in _texts(self.preferences, "ExcludedVolumeUUIDs"))

    def newest(self, destinations: tuple[Destination, ...]) -> datetime | None:
        """When the last backup to any of these was complete; what is dated in the future is none."""
        dates = (date for one in destinations for date in one.completed)
        return max((date for date in dates if (date - self.now).total_seconds() <= _AHEAD), default=None)


def seen(reply: Reply) -> Machine:
    """Read the answer to SCRIPT; raises Unparsable where any part of it is not known for sure."""
    preferences = _preferences(asked(reply, "preferences"))
    told = {str(one.get("DestinationID", "")).upper(): one for one in _told(preferences)}
    found = [_destination(one, told) for one in _listed(asked(reply, "destinations"))]
    moment, version = asked(reply, "now").text.strip(), asked(reply, "version").text.strip()
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)*", version):
        raise Unparsable(f"sw_vers says {asked(reply, 'version').line}")
    try:
        now = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Unparsable(f"date says {moment[:40]}") from None
    said = {name.removeprefix("excluded "): one for name, one in answers(reply).items() if name[:9] == "excluded "}
    included = frozenset(path for path, one in said.items() if _is_included(one))
    return Machine(now, tuple(map(int, version.split("."))), tuple(found), preferences, included)


def _is_included(said: Told) -> bool:
    """Also what macOS leaves out by itself, by a mark on the folder or with a folder above: whatever is not a plain no
    is left out."""
    try:
        (one,) = listed(said.property_list(), "what tmutil leaves out")
    except (Unparsable, ValueError):
        return False
    return said.exit == 0 and one.get("IsExcluded") in (0, False)


def _listed(said: Told) -> list[dict[str, Any]]:
    """Whether there is a list without any, or a sentence, differs between versions: both are none."""
    if _NONE.fullmatch(said.text):
        return []
    found = said.plist()
    if "Destinations" not in found and found:
        raise Unparsable(f"tmutil tells of {', '.join(sorted(found))}, and of no destinations")
    return listed(found.get("Destinations", []), "the list of destinations")


def _preferences(said: Told) -> dict[str, Any]:
    if said.unprivileged:
        raise Unparsable("macOS keeps those who come by SSH from Time Machine's settings, root too", SSH_SWITCH)
    if _NEVER.fullmatch(said.text):
        return {}
    if said.exit:
        raise Unparsable(f"defaults says {said.line}")
    return said.plist()


def _told(preferences: Mapping[str, Any]) -> list[dict[str, Any]]:
    return listed(preferences.get("Destinations", []), "what is remembered of destinations")


def _destination(one: dict[str, Any], told: Mapping[str, dict[str, Any]]) -> Destination:
    identity = text_of(one.get("ID"), "the id of a destination")
    name, kind = text_of(one.get("Name"), "the name of a destination"), one.get("Kind")
    if kind not in ("Local", "Network"):
        raise Unparsable(f"a destination of kind {kind}")
    mount = one.get("MountPoint")
    word = (
        without_password(text_of(one.get("URL"), "the URL of a destination"))
        if kind == "Network"
        else str(mount or name)
    )
    quota, known = one.get("QuotaGB"), told.get(identity.upper(), {})
    return Destination(
        id=identity,
        name=name,
        word=word,
        local=kind == "Local",
        mounted=bool(mount),
        quota="none" if quota is None else f"{quota:.15g}" if isinstance(quota, int | float) else str(quota),
        completed=_dates(known.get("SnapshotDates", [])),
        result=_result(known.get("RESULT", 0)),
        encrypted={"Encrypted": "yes", "FileVault": "yes", "NotEncrypted": "no"}.get(
            str(known.get("LastKnownEncryptionState")), "not known"
        ),
    )


def _dates(found: object) -> tuple[datetime, ...]:
    """Of completed backups: dates of attempts, and of the last activity, are refreshed by what fails."""
    if not isinstance(found, list) or not all(isinstance(date, datetime) for date in found):
        raise Unparsable("the dates of backups are no dates")
    return tuple(sorted(date.replace(tzinfo=UTC) for date in found))


def _result(found: object) -> int:
    if not isinstance(found, int):
        raise Unparsable(f"the result of the last attempt is {found!r}")
    return found


def _texts(preferences: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = preferences.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise Unparsable(f"{key} is no list of texts")
    return tuple(found)
