"""`defaults`: reference section 1.10, for the one domain that is kept here: Time Machine's."""

from __future__ import annotations

import plistlib
import sys

from tests.sim.macos import time_machine
from tests.sim.macos.state import NotKnown, State, told

_DOMAIN = "/Library/Preferences/com.apple.TimeMachine"


def main(state: State, arguments: list[str]) -> int:
    match arguments:
        case ["export", domain, "-"] if domain == _DOMAIN:
            return _export(state)
        case ["write", domain, "AutoBackupInterval", "-int", value] if domain == _DOMAIN and value.isdigit():
            if not state["root"] or not state["fda"]:
                raise NotKnown("whether writing needs Full Disk Access is UNVERIFIED")
            state["tm"]["interval"] = int(value)
            return 0
        case ["delete", domain, "AutoBackupInterval"] if domain == _DOMAIN:
            state["tm"]["interval"] = None
            return 0
    raise NotKnown("domain, verb or key")


def _export(state: State) -> int:
    """Both are reported without access: an answer all the same, and a refusal. The test says which."""
    if not state["fda"] and told(state, "defaults-needs-access"):
        print("Could not export domain: Operation not permitted", file=sys.stderr)
        return 1
    found = time_machine.preferences(state)
    if found is None:
        print(f"Domain {_DOMAIN} does not exist", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(plistlib.dumps(found))
    return 0
