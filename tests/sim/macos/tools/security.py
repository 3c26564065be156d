"""`security`: a password by its argument is all that was recorded; by standard input (`-i`) is proven nowhere."""

from __future__ import annotations

from tests.sim.macos.state import NotKnown, State


def main(state: State, arguments: list[str]) -> int:
    if arguments[:1] == ["add-internet-password"] and "-w" in arguments:
        raise NotKnown("a password in an argument is read by every program: nothing of ours may do that")
    del state
    raise NotKnown("arguments")
