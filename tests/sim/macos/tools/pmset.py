"""`pmset`: reference section 7, its settings by source of power."""

from __future__ import annotations

from tests.sim.macos.state import NotKnown, State

_SOURCES = {"-c": ["AC Power"], "-b": ["Battery Power"], "-a": ["Battery Power", "AC Power"]}


def main(state: State, arguments: list[str]) -> int:
    match arguments:
        case ["-g", "custom"]:
            for source, settings in state["pmset"].items():
                print(f"{source}:")
                for key, value in settings.items():
                    print(f" {key:<20} {value}")
            return 0
        case ["-g", "batt"]:
            print("Now drawing from 'AC Power'")
            return 0
        case [source, *words] if source in _SOURCES and len(words) % 2 == 0:
            return _set(state, _SOURCES[source], words)
    raise NotKnown("arguments")


def _set(state: State, sources: list[str], words: list[str]) -> int:
    if not state["root"]:
        raise NotKnown("what it says without root is not recorded")
    for key, value in zip(words[::2], words[1::2], strict=True):
        for source in sources:
            settings = state["pmset"].get(source)
            if settings is None:
                continue
            if key not in settings or not value.isdigit():
                raise NotKnown(f"what it says of {key} where there is no such setting is not recorded")
            settings[key] = value
    return 0
