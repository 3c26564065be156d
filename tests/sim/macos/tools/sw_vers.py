"""`sw_vers` as reference section 5.1 has it."""

from __future__ import annotations

from tests.sim.macos.state import NotKnown, State


def main(state: State, arguments: list[str]) -> int:
    said = {"ProductName": "macOS", "ProductVersion": state["os"], "BuildVersion": state["build"]}
    if not arguments:
        for key, value in said.items():
            print(f"{key}:\t\t{value}")
        return 0
    if len(arguments) == 1:
        asked = arguments[0].lstrip("-")
        for key, value in said.items():
            if asked == key[0].lower() + key[1:]:
                print(value)
                return 0
    raise NotKnown("option")
