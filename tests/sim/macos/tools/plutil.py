"""`plutil -lint` and `-convert`: a property list is read by Python's own library, as strict as it is."""

from __future__ import annotations

import plistlib
import sys
from pathlib import Path

from tests.sim.macos.state import NotKnown, State


def main(state: State, arguments: list[str]) -> int:
    del state
    match arguments:
        case ["-lint", *paths] if paths:
            return _lint([path for path in paths if path != "--"])
        case ["-convert", "xml1", "-o", "-", path]:
            value = plistlib.loads(sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes())
            sys.stdout.buffer.write(plistlib.dumps(value))
            return 0
    raise NotKnown("arguments")


def _lint(paths: list[str]) -> int:
    bad = 0
    for path in paths:
        try:
            plistlib.loads(Path(path).read_bytes())
        except Exception as error:  # whatever it trips over, the file is no property list
            print(f"{path}: {error}", file=sys.stderr)
            bad = 1
        else:
            print(f"{path}: OK")
    return bad
