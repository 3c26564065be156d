"""`csrutil`: nobody recorded what it says, so that everything it is asked is refused."""

from __future__ import annotations

from tests.sim.macos.state import NotKnown, State


def main(state: State, arguments: list[str]) -> int:
    del state, arguments
    raise NotKnown("nothing of it is recorded")
