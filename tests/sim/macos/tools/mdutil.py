"""`mdutil`: reference section 7."""

from __future__ import annotations

from tests.sim.macos import volumes
from tests.sim.macos.state import NotKnown, State

#: As recorded, with the blank that one of them was seen with.
WORDS = {"on": "Indexing enabled. ", "off": "Indexing disabled."}


def main(state: State, arguments: list[str]) -> int:
    match arguments:
        case ["-s", path]:
            _mounted(state, path)
            print(f"{path}:\n\t{state['mdutil'].get(path, WORDS['on'])}")
            return 0
        case ["-i", "on" | "off" as word, path]:
            _mounted(state, path)
            if not state["root"]:
                raise NotKnown("what it says without root is not recorded")
            state["mdutil"][path] = WORDS[word]
            print(f"{path}:\n\t{WORDS[word]}")
            return 0
    raise NotKnown("arguments")


def _mounted(state: State, path: str) -> None:
    if volumes.found(state, path) is None:
        raise NotKnown("what it says of what is no volume is not recorded")
