"""`diskutil`: reference section 2, as far as it is asked: `info` and `appleRAID list`, both forms of each."""

from __future__ import annotations

import plistlib
import sys
from typing import Any

from tests.sim.macos import volumes
from tests.sim.macos.state import NotKnown, State


def main(state: State, arguments: list[str]) -> int:
    match arguments:
        case ["list", "-plist"] if "listed" in state:
            # What a test gives in the form of the capture (reference 2.1).
            sys.stdout.buffer.write(plistlib.dumps(state["listed"]))
            return 0
        case ["info", "-plist", word]:
            return _info(state, word)
        case ["info", word]:
            if volumes.found(state, word) is None:
                print(f"Could not find disk: {word}")
                return 0  # its lie
            raise NotKnown("the text form of info")
        case ["appleRAID" | "appleraid" | "ar", "list", "-plist"]:
            sys.stdout.buffer.write(plistlib.dumps({"AppleRAIDSets": [_set(one) for one in state["raidsets"]]}))
            return 0
        case ["appleRAID" | "appleraid" | "ar", "list"]:
            return _listed(state["raidsets"])
    raise NotKnown("verb or arguments")


def _info(state: State, word: str) -> int:
    one = volumes.found(state, word)
    if one is None:
        error = {"Error": True, "ErrorMessage": f"Could not find disk: {word}", "ExitCode": 1}
        sys.stdout.buffer.write(plistlib.dumps(error))
        return 1
    known = {"DeviceIdentifier": one["device"], "DeviceNode": f"/dev/{one['device']}", "FilesystemType": one["fs"],
             "MountPoint": one["mount"], "VolumeName": one["name"], "VolumeUUID": one["uuid"],
             **one.get("more", {})}  # fmt: skip
    sys.stdout.buffer.write(plistlib.dumps(known))
    return 0


def _set(one: dict[str, Any]) -> dict[str, Any]:
    members = [_member(leg) for leg in one["members"]]
    return {
        "AppleRAIDSetUUID": one["uuid"], "BSD Name": one["device"], "ChunkCount": 122083833, "ChunkSize": 32768,
        "Content": "7C3457EF-0000-11AA-AA11-00306543ECAC", "Level": one["level"], "Members": members,
        "Name": one["name"], "Rebuild": one["rebuild"], "Size": 4000443039744, "Spares": [], "Status": one["status"],
    }  # fmt: skip


def _member(leg: dict[str, Any]) -> dict[str, Any]:
    """A member that is missing keeps its UUID, and has no name."""
    found = {"AppleRAIDMemberUUID": leg["uuid"], "MemberStatus": leg["status"]}
    return found | ({"BSD Name": leg["device"]} if leg["device"] else {})


def _listed(sets: list[dict[str, Any]]) -> int:
    if not sets:
        print("No AppleRAID sets found")
        return 0
    print(f"AppleRAID sets ({len(sets)} found)")
    for one in sets:
        print("=" * 79)
        lines = {"Name": one["name"], "Unique ID": one["uuid"], "Type": one["level"], "Status": one["status"],
                 "Size": "4.0 TB (4000443039744 Bytes)", "Rebuild": one["rebuild"].lower(),
                 "Device Node": one["device"]}  # fmt: skip
        print("\n".join(f"{f'{key}:':<22}{value}" for key, value in lines.items()))
        print(f"{'-' * 79}\n#  DevNode   UUID                                  Status     Size\n{'-' * 79}")
        for number, leg in enumerate(one["members"]):
            print(_row(number, leg))
    print("=" * 79)
    return 0


def _row(number: int, leg: dict[str, Any]) -> str:
    """A status of more than its ten columns takes the blank before the size; what is missing has no size."""
    if not leg["device"]:
        return f"-  -none-    {leg['uuid']}  {leg['status']}"
    return f"{number}  {leg['device']:<9} {leg['uuid']}  {leg['status']:<11}4000443039744"
