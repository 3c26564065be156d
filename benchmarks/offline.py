"""`studio-backup` as it is, but for the way to the machines: answers come from files, without any network.

A program of its own: `offline.py FOLDER ARGUMENTS…`. FOLDER holds, for every machine, NAME.out and NAME.err (both
streams of its answer) and NAME.asked (hash of the script that they answer), with NONCE for the nonce.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import studio_backup.ssh
from studio_backup.cli import program
from studio_backup.spec.model import System
from studio_backup.transport import Answer, Remote, Transport
from studio_backup.transport.answer import Collector
from studio_backup.transport.interface import SILENCE

#: As long as a real one, and in no text of ours.
NONCE = "~~~~~~nonce~~~~~"
#: Bytes that arrive at once: what paramiko hands over of a full packet.
_PACKET = 32768


class Written:
    """A machine that was asked before: it answers the very script that was foreseen, and no other."""

    language = "sh"

    def __init__(self, place: Path) -> None:
        self._place = place

    def run(self, script: str, timeout: float, end: str | None = None) -> Answer:  # noqa: ARG002
        """Its answer, packet by packet; raises LookupError for another script."""
        assert end is not None
        nonce = end.removeprefix("<").partition(" ")[0]
        if digest(script.replace(nonce, NONCE)) != self._place.with_suffix(".asked").read_text():
            raise LookupError(f"{self._place.name} is asked something else than was foreseen")
        collector = Collector(end)
        for stream, suffix in ((collector.out, ".out"), (collector.err, ".err")):
            data = self._place.with_suffix(suffix).read_bytes().replace(NONCE.encode(), nonce.encode())
            for at in range(0, len(data), _PACKET):
                stream.feed(data[at : at + _PACKET])
        return collector.stopped("")

    def open(self, script: str, silence: float = SILENCE) -> Remote:  # noqa: ARG002
        """No plan streams."""
        raise LookupError("nothing is streamed here")

    def close(self) -> None:
        """Nothing is held open."""


def digest(script: str) -> str:
    """Which script it is."""
    return hashlib.sha256(script.encode("utf-8", "surrogateescape")).hexdigest()


def main(folder: Path) -> None:
    """Put the files in the place of SSH, which is loaded all the same, and run the command."""

    def connect(system: System, siblings: Sequence[System], *_: object) -> tuple[Transport, System]:
        del siblings
        return Written(folder / system.machine), system

    setattr(studio_backup.ssh, "connect", connect)  # noqa: B010
    program()


if __name__ == "__main__":
    main(Path(sys.argv.pop(1)))
