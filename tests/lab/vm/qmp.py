"""Orders to a running qemu: one connection, one order, its answer, and the event that it leads to."""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from tests.lab.machines.command import LabError
from tests.lab.vm import places

ENDED = "qemu ended while it was given an order"
Message = dict[str, Any]


class Monitor:
    """A connection to qemu's monitor."""

    def __init__(self, connection: socket.socket, answers: TextIO) -> None:
        self._connection = connection
        self._answers = answers
        self._events: list[Message] = []
        self._next()
        self.order("qmp_capabilities")

    def _next(self) -> Message:
        try:
            line = self._answers.readline()
        except TimeoutError as error:
            raise LabError("qemu does not answer on its monitor") from error
        except OSError as error:
            raise LabError(ENDED) from error
        if not line:
            raise LabError(ENDED)
        message: Message = json.loads(line)
        return message

    def order(self, command: str, /, **arguments: object) -> Any:
        """Give one order and return what it returns; raises LabError with qemu's own words."""
        # qemu's names have dashes, Python's underscores; no name of theirs that we use has an underscore.
        named = {name.replace("_", "-"): value for name, value in arguments.items()}
        try:
            self._connection.sendall(json.dumps({"execute": command, "arguments": named}).encode() + b"\n")
        except OSError as error:
            raise LabError(ENDED) from error
        while "event" in (message := self._next()):
            self._events.append(message)
        if "error" in message:
            raise LabError(f"qemu refuses {command}: {message['error']['desc']}")
        return message["return"]

    def await_event(self, name: str, **data: object) -> Message:
        """Wait for an event with that data, or find it among those that came before an answer."""
        while True:
            for event in self._events:
                if event["event"] == name and data.items() <= event.get("data", {}).items():
                    return event
            message = self._next()
            if "event" in message:
                self._events.append(message)


def _connect(connection: socket.socket, address: str) -> None:
    # Between making its socket and listening on it, qemu refuses.
    for _ in range(50):
        with suppress(ConnectionRefusedError):
            connection.connect(address)
            return
        time.sleep(0.01)
    connection.connect(address)


@contextmanager
def monitor(timeout: float = 60) -> Iterator[Monitor]:
    """Connect to the monitor of the running qemu; every wait for it ends after TIMEOUT seconds."""
    try:
        folder = os.open(places.monitor().parent, os.O_PATH)
    except FileNotFoundError as error:
        raise LabError("the virtual machine is not running; start it: scripts/lab vm up") from error
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout)
            try:
                # Through the open folder: the name of a socket may have 107 bytes, a cache folder may have more.
                _connect(connection, f"/proc/self/fd/{folder}/{places.monitor().name}")
            except OSError as error:
                raise LabError("the virtual machine is off") from error
            # Closed with the connection: qemu serves one monitor at a time, the next would wait for this one.
            with connection.makefile("r", encoding="utf-8") as answers:
                yield Monitor(connection, answers)
    finally:
        os.close(folder)
