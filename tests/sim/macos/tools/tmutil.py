"""`tmutil`: reference section 1, with its lies; what it says where nobody recorded it is not known, and refused."""

from __future__ import annotations

import plistlib
import sys
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from tests.sim.macos import time_machine, tmutil_exclusions, volumes
from tests.sim.macos.state import NotKnown, State, told

_ACCESS = """tmutil: {} requires Full Disk Access privileges.
To allow this operation, select Full Disk Access in the Privacy
tab of the Security & Privacy preference pane, and add Terminal
to the list of applications which are allowed Full Disk Access."""
#: Verbs that need root and Full Disk Access; the order of the two checks is UNVERIFIED, so only one may be lacking.
_GUARDED = ("setdestination", "removedestination", "setquota", "enable", "disable", "latestbackup", "listbackups")
_NOT_SET = "The backup destination could not be set."


def main(state: State, arguments: list[str]) -> int:
    verb, *rest = arguments or [""]
    if verb in _GUARDED or (verb in ("addexclusion", "removeexclusion") and {"-p", "-v"} & {*rest}):
        if not state["root"]:
            raise NotKnown("what it says without root is UNVERIFIED")
        if not state["fda"]:
            print(_ACCESS.format(verb), file=sys.stderr)
            return 80
    if verb not in _VERBS:
        raise NotKnown("verb")
    return _VERBS[verb](state, rest)


def _destinationinfo(state: State, rest: list[str]) -> int:
    found = state["tm"]["dests"]
    if rest not in ([], ["-X"]):
        raise NotKnown("option")
    if not rest and told(state, "destinationinfo-fails"):
        return 1
    if not found and (not rest or not told(state, "destinationinfo-empty-list")):
        print("tmutil: No destinations configured.")
        return 0
    if rest:
        listed = [_entry(state, one, number == 0) for number, one in enumerate(found)]
        sys.stdout.buffer.write(plistlib.dumps({"Destinations": listed} if listed else {}))
        return 0
    for one in found:
        mount = time_machine.mount_of(state, one)
        lines = [("Name", one["name"]), ("Kind", one["kind"])]
        lines += [("URL", one["url"])] if one["url"] else []
        lines += [("Mount Point", mount)] if mount else []
        lines += [("ID", one["id"])]
        lines += [("Quota", f"{one['quota']} GB")] if one["quota"] else []
        print("=" * 52)
        print("\n".join(f"{key:<14}: {value}" for key, value in lines))
    return 0


def _entry(state: State, one: time_machine.Destination, last: bool) -> dict[str, object]:
    mount = time_machine.mount_of(state, one)
    found = {"ID": one["id"], "Kind": one["kind"], "LastDestination": int(last), "Name": one["name"]}
    found |= {"URL": one["url"]} if one["url"] else {}
    found |= {"MountPoint": mount} if mount else {}
    return found | ({"QuotaGB": one["quota"]} if one["quota"] else {})


def _failed(state: State, why: str) -> int:
    """Two lines, and exit 0 all the same; where a failure exits otherwise is UNVERIFIED, and a lie of the test's."""
    print(f"{why}\n{_NOT_SET}", file=sys.stderr)
    return 1 if told(state, "setdestination-exit-1") else 0


def _setdestination(state: State, rest: list[str]) -> int:
    if told(state, "setdestination-nothing"):
        return 0
    append = rest[:1] == ["-a"]
    words = rest[1:] if append else rest
    if len(words) != 1 or words[0].startswith("-"):
        raise NotKnown("arguments: -p asks on a terminal")
    if not append:
        state["tm"]["dests"] = []  # the whole list, whatever was in it
    if "://" in words[0]:
        return _share(state, words[0])
    volume = volumes.found(state, words[0])
    if volume is None:
        raise NotKnown("what it says of a path where nothing is mounted is not known")
    if volume["fs"] == "smbfs":
        return _failed(state, f"{words[0]}: Incompatible file system type: smbfs (error 45)")
    if volume["fs"] not in ("apfs", "hfs"):
        return _failed(state, "Disk does not support Time Machine backups. (error 45)")
    time_machine.add(state, kind="Local", name=str(volume["name"]), volume=str(volume["uuid"]))
    return 0


def _share(state: State, url: str) -> int:
    found = urlsplit(url)
    if found.scheme not in ("smb", "afp"):
        raise NotKnown("protocol")
    user, _, password = found.netloc.rpartition("@")[0].partition(":")
    plain = f"{found.scheme}://{user}@{found.netloc.rpartition('@')[2]}{found.path}"
    if state["tm"].get("shares", {}).get(plain) != password:
        return _failed(state, "Failed to open session. (error 80)")
    time_machine.add(state, kind="Network", name=found.path.strip("/"), url=plain)
    return 0


def _removedestination(state: State, rest: list[str]) -> int:
    found = [one for one in state["tm"]["dests"] if [one["id"]] == rest]
    if not found:
        raise NotKnown("what it says of an id that is none is UNVERIFIED")
    state["tm"]["dests"].remove(found[0])
    return 0


def _setquota(state: State, rest: list[str]) -> int:
    found = [one for one in state["tm"]["dests"] if one["id"] == rest[0]]
    if len(rest) != 2 or not found or not rest[1].isdigit():
        raise NotKnown("what it says of an id or a size that is none is UNVERIFIED")
    found[0]["quota"] = int(rest[1])
    return 0


def _switch(word: bool) -> Callable[[State, list[str]], int]:
    def verb(state: State, rest: list[str]) -> int:
        if rest:
            raise NotKnown("arguments")
        if not told(state, "profile-forces-auto"):
            state["tm"]["auto"] = word
        return 0

    return verb


def _status(state: State, rest: list[str]) -> int:
    running = bool(state["tm"].get("running"))
    if rest == ["-X"]:
        sys.stdout.buffer.write(plistlib.dumps({"ClientID": "com.apple.backupd", "Running": running}))
        return 0
    phase = "    BackupPhase = Copying;\n" if running else ""
    print(f'Backup session status:\n{{\n{phase}    ClientID = "com.apple.backupd";\n    Running = {int(running)};\n}}')
    return 0


def _startbackup(state: State, rest: list[str]) -> int:
    if {*rest} - {"--auto", "-a"} or not state["tm"]["dests"]:
        raise NotKnown("only --auto is modelled; what it says without a destination is UNVERIFIED")
    state["tm"]["running"] = True
    return 0


def _stopbackup(state: State, rest: list[str]) -> int:
    if rest:
        raise NotKnown("arguments")
    if state["tm"].get("running"):
        state["tm"]["running"] = False
        state["tm"]["dests"][0]["result"] = 22
    return 0


def _latestbackup(state: State, rest: list[str]) -> int:
    if rest:
        raise NotKnown("arguments")
    mounted = [one for one in state["tm"]["dests"] if time_machine.mount_of(state, one)]
    dates = sorted(date for one in mounted for date in one["completed"])
    if not dates:
        print(
            "Failed to mount backup destination, error: Error Domain=com.apple.backupd.ErrorDomain Code=18 "
            '"Failed to mount destination." UserInfo={NSLocalizedDescription=Failed to mount destination.}'
        )
        return 0
    name = datetime.strptime(dates[-1], "%Y-%m-%dT%H:%M:%SZ").strftime("%Y-%m-%d-%H%M%S.backup")
    print(f"/Volumes/.timemachine/{mounted[0]['volume']}/{name}/{name}")
    return 0


def _listbackups(state: State, rest: list[str]) -> int:
    if rest or any(one["completed"] for one in state["tm"]["dests"]):
        raise NotKnown("only a Mac without backups is modelled")
    print("No machine directory found for host.")
    return 1


def _localsnapshot(state: State, rest: list[str]) -> int:
    if rest:
        raise NotKnown("arguments")
    text = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    for held in state["snapshots"].values():
        held.append(text)
    print("NOTE: local snapshots are considered purgeable and may be removed at any time by deleted(8).")
    print(f"Created local snapshot with date: {text}")
    return 0


def _listlocalsnapshots(state: State, rest: list[str]) -> int:
    if len(rest) != 1 or rest[0] not in state["snapshots"]:
        raise NotKnown("what it says of what is no volume is not known")
    print(f"Snapshots for disk {rest[0]}:")
    for text in sorted(state["snapshots"][rest[0]]):
        print(f"com.apple.TimeMachine.{text}.local")
    return 0


_VERBS: dict[str, Callable[[State, list[str]], int]] = {
    "destinationinfo": _destinationinfo,
    "setdestination": _setdestination,
    "removedestination": _removedestination,
    "setquota": _setquota,
    "enable": _switch(True),
    "disable": _switch(False),
    "addexclusion": tmutil_exclusions.exclusion(True),
    "removeexclusion": tmutil_exclusions.exclusion(False),
    "isexcluded": tmutil_exclusions.isexcluded,
    "status": _status,
    "startbackup": _startbackup,
    "stopbackup": _stopbackup,
    "latestbackup": _latestbackup,
    "listbackups": _listbackups,
    "localsnapshot": _localsnapshot,
    "listlocalsnapshots": _listlocalsnapshots,
}
