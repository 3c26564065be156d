"""`mount` without arguments. The form of its lines is UNVERIFIED; ` on PATH (` is all that is read of them."""

from __future__ import annotations

from tests.sim.macos.state import NotKnown, State


def main(state: State, arguments: list[str]) -> int:
    if arguments:
        raise NotKnown("only the list is modelled")
    print("/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)")
    for one in state["volumes"]:
        if one["mount"]:
            print(f"/dev/{one['device']} on {one['mount']} ({one['fs']}, local, nodev, nosuid, journaled)")
    return 0
