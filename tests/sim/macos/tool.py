"""What runs when a tool of the stand-in is called: finds its module, and is loud about whatever that does not know."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from tests.sim.macos.state import FOLDER, NotKnown, opened

#: Exit status of a stand-in that was asked something it does not know; no tool of macOS says so.
UNKNOWN = 253


def main(name: str, arguments: list[str]) -> int:
    """Run one tool; what it does not know is said on standard error and noted, so that a test can fail for it."""
    module = importlib.import_module(f"tests.sim.macos.tools.{name.replace('-', '_')}")
    try:
        with opened() as state:
            return int(module.main(state, arguments))
    except NotKnown as refused:
        print(f"STAND-IN: {name} {' '.join(arguments)}: {refused}", file=sys.stderr)
        with Path(FOLDER / "refused").open("a", encoding="utf-8") as log:
            log.write(f"{name} {' '.join(arguments)}: {refused}\n")
        return UNKNOWN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
