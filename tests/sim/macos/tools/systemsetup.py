"""`systemsetup`: reference section 5, with its refusal that exits 0."""

from __future__ import annotations

import sys

from tests.sim.macos.state import NotKnown, State, major


def main(state: State, arguments: list[str]) -> int:
    if not state["root"]:
        print("You need administrator access to run this tool... exiting!")
        return 0
    match arguments:
        case ["-getremotelogin"]:
            print(f"Remote Login: {'On' if state['remote_login'] else 'Off'}")
            return 0
        case ["-f", "-setremotelogin", "on" | "off" as word]:
            if state["fda"]:
                state["remote_login"] = word == "on"
                return 0
            if major(state) >= 15:
                said = "setremotelogin: Turning Remote Login on or off requires Full Disk Access privileges."
                print(said, file=sys.stderr)
                return 1
            return 0  # older ones do nothing, and say that they did
        case ["-getstartupdisk"] if state["arch"] == "arm64":
            print("(null)")
            return 0
    raise NotKnown("arguments")
